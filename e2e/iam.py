"""Evaluates IAM policy statements, as far as this stack's policies need it.

An explicit deny wins, then an allow; the default is deny. An unsupported element (a condition operator, NotAction) ends the
check with an error. moto's evaluator is not used: it treats a condition with an unknown operator as met and a dot as any
character.
"""

import re
import sys
from dataclasses import dataclass, field

ROLE = "the function's role"


@dataclass(frozen=True)
class Call:
    action: str
    resource: str
    principal: str = ROLE
    context: dict = field(default_factory=dict)

    def __str__(self):
        about = "".join(f", {name} {value}" for name, value in self.context.items())
        return f"{self.action} on {self.resource} by {self.principal}{about}"


def listed(value):
    return value if isinstance(value, list) else [value]


def like(pattern, text, flags=0):
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(parts), text, flags) is not None


def like_arn(pattern, arn):
    """Compares the parts of an ARN one by one, so that a wildcard in one part does not match text of the next."""
    if pattern == "*":
        return True
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(like, patterns, parts))


def is_principal(statement, call):
    match statement["Principal"]:
        case "*":
            return True
        case {"Service": services}:
            return call.principal in listed(services)
        case other:
            return other == call.principal


OPERATORS = {
    "ArnEquals": like_arn,
    "Bool": lambda wanted, value: wanted == value,
}


def holds(conditions, context):
    return all(
        key in context and any(OPERATORS[operator](wanted, context[key]) for wanted in listed(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def applies(statement, call):
    unknown = statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    unknown |= statement.get("Condition", {}).keys() - OPERATORS.keys()
    if unknown:
        sys.exit(f"FAILED: unsupported elements of a statement: {unknown}")
    return (
        is_principal(statement, call)
        and any(like(action, call.action, re.IGNORECASE) for action in listed(statement["Action"]))
        and any(like_arn(resource, call.resource) for resource in listed(statement["Resource"]))
        and holds(statement.get("Condition", {}), {"aws:SecureTransport": "true"} | call.context)
    )


def allowed(statements, call):
    effects = {statement["Effect"] for statement in statements if applies(statement, call)}
    return effects == {"Allow"}
