"""Compares the policies of the stack with lists of calls that they must allow and must deny.

The policies are those of the function's role, with and without the table, the role's trust policy and the queue policies.
`calls` contains the lists. The check also fails for a permission that no listed call needs, and for a type of policy that the
script does not read.
"""

import json
import re
import sys

from cfnlint.decode import cfn_yaml

from iam import ROLE, Call, allowed, applies, listed

ACCOUNT, STACK = "123456789012", "connector-versions"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


class Stack:
    """The template in one partition and Region. Parameters not passed have their defaults."""

    # Service and resource part of each type's ARN. The ARN of a log group includes its streams.
    NAMES = {
        "AWS::DynamoDB::Table": ("dynamodb", "table/{}"),
        "AWS::Events::Rule": ("events", "rule/{}"),
        "AWS::IAM::Role": ("iam", "role/{}"),
        "AWS::Logs::LogGroup": ("logs", "log-group:{}:*"),
        "AWS::SQS::Queue": ("sqs", "{}"),
    }

    def __init__(self, partition, region, **parameters):
        self.template = cfn_yaml.load("template.yaml")
        self.partition, self.region = partition, region
        self.values = {name: each.get("Default") for name, each in self.template["Parameters"].items()} | parameters
        self.values |= {"AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": ACCOUNT}
        self.conditions = {name: self.resolved(each) for name, each in self.template["Conditions"].items()}
        self.resources = {
            name: each
            for name, each in self.template["Resources"].items()
            if self.conditions.get(each.get("Condition"), True)
        }

    def arn(self, name):
        # The transform creates the rule from the function's event of that name.
        check(name in self.resources or name == "ConnectorVersionsVersionRequestedRule", f"{name} is in this stack")
        type_ = "AWS::Events::Rule" if name == "ConnectorVersionsVersionRequestedRule" else self.resources[name]["Type"]
        service, form = self.NAMES[type_]
        region = "" if service == "iam" else self.region
        return f"arn:{self.partition}:{service}:{region}:{ACCOUNT}:" + form.format(f"{STACK}-{name}")

    def resolved(self, value):
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) != 1 or not (next(iter(value)) == "Ref" or next(iter(value)).startswith("Fn::")):
            return {name: self.resolved(each) for name, each in value.items()}
        (function, argument), = value.items()
        match function, argument:
            case "Ref", name:
                return self.values[name] if name in self.values else f"{STACK}-{name}"
            case "Fn::GetAtt", [name, "Arn"]:
                return self.arn(name)
            case "Fn::Sub", str(text):
                return re.sub(r"\$\{([^}]+)\}", lambda found: self.resolved({"Ref": found[1]}), text)
            case "Fn::Equals", [left, right]:
                return self.resolved(left) == self.resolved(right)
            case "Fn::Not", [condition]:
                return not self.resolved(condition)
        return sys.exit(f"FAILED: unsupported function in a policy or condition: {function}")

    def of_type(self, type_):
        return {
            name: self.resolved(each["Properties"]) for name, each in self.resources.items() if each["Type"] == type_
        }

    def statements(self):
        """Every statement. The principal of the role's statements is the role."""
        grant = {type_ for each in self.resources.values() if re.search("IAM|Policy|Permission", type_ := each["Type"])}
        grant -= {"AWS::IAM::Role", "AWS::IAM::RolePolicy", "AWS::SQS::QueuePolicy"}
        check(not grant, f"the script does not read these types, which may grant permissions: {grant}")
        (role, of_role), = self.of_type("AWS::IAM::Role").items()
        check("ManagedPolicyArns" not in of_role, "the role has no managed policies, which the script cannot read")
        own = of_role["Policies"] + list(self.of_type("AWS::IAM::RolePolicy").values())
        for policy in own:
            check(policy.get("RoleName", f"{STACK}-{role}") == f"{STACK}-{role}", "every policy belongs to the one role")
            yield from ({"Principal": ROLE} | each for each in policy["PolicyDocument"]["Statement"])
        for each in of_role["AssumeRolePolicyDocument"]["Statement"]:
            yield {"Resource": self.arn(role)} | each
        for policy in self.of_type("AWS::SQS::QueuePolicy").values():
            yield from policy["PolicyDocument"]["Statement"]


def try_all(stack, may, must_not):
    statements = list(stack.statements())
    for call in may:
        check(allowed(statements, call), f"must be allowed: {call}")
    for call in must_not:
        check(not allowed(statements, call), f"must be denied: {call}")
    for statement in (each for each in statements if each["Effect"] == "Allow"):
        for action in listed(statement["Action"]):
            check("*" not in action, f"{action} has no wildcard")
            for resource in listed(statement["Resource"]):
                one = statement | {"Action": action, "Resource": resource}
                check(any(applies(one, call) for call in may), f"allowed, but no listed call needs it: {json.dumps(one)}")
                check(resource != "*" or action.startswith("xray:"), f"{action} on every resource")
    return len(may), len(must_not)


def calls(stack):
    """Calls that a stack must allow, and calls that it must deny."""
    def arn(service, resource, region=stack.region, account=ACCOUNT):
        return f"arn:{stack.partition}:{service}:{region}:{account}:{resource}"

    def definition(kind="connectors", **where):
        return arn("greengrass", f"/greengrass/definition/{kind}/0b1f6a4e-6c53-4d0a-9a55-3c1f2a7d8e90", **where)

    def role(actions, *resources):
        return [Call(action, resource) for action in actions.split() for resource in resources]

    version = definition() + "/versions/5d2c8f1b-94e7-4b3a-8c3e-1d2f3a4b5c6d"
    requests, dead = stack.arn("RequestQueue"), stack.arn("DeadLetterQueue")
    bus = arn("events", "event-bus/default")
    log_group = arn("logs", f"log-group:{STACK}-LogGroup")
    stream = log_group + ":log-stream:2026/03/02/[$LATEST]0123456789abcdef"
    table = arn("dynamodb", f"table/{STACK}-IdempotencyTable")
    rule = stack.arn("ConnectorVersionsVersionRequestedRule")
    own_role = stack.arn("FunctionRole")
    elsewhere = [{"region": "eu-west-3"}, {"account": "999999999999"}, {"region": "eu-west-3", "account": "999999999999"}]
    put = role("dynamodb:PutItem", table)

    may = [
        *role("greengrass:CreateConnectorDefinitionVersion greengrass:GetConnectorDefinition", definition()),
        *role("greengrass:ListConnectorDefinitionVersions", definition()),
        # Authorization may name the definition or the version.
        *role("greengrass:GetConnectorDefinitionVersion", definition(), version),
        *role("sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes", requests),
        *role("sqs:SendMessage", dead),
        *role("events:PutEvents", bus),
        *role("logs:CreateLogStream logs:PutLogEvents", stream),
        *role("xray:PutTraceSegments xray:PutTelemetryRecords", "*"),
        Call("sts:AssumeRole", own_role, "lambda.amazonaws.com"),
        Call("sqs:SendMessage", dead, "events.amazonaws.com", {"aws:SourceArn": rule}),
    ]
    reads_and_creates = (
        "greengrass:CreateConnectorDefinitionVersion greengrass:GetConnectorDefinition"
        " greengrass:GetConnectorDefinitionVersion greengrass:ListConnectorDefinitionVersions"
    )
    must_not = [
        # Other Regions and accounts, and resources other than connector definitions.
        *role(reads_and_creates, *(definition(**where) for where in elsewhere)),
        *role(reads_and_creates, *map(definition, ["cores", "devices", "functions", "loggers", "resources"])),
        *role(reads_and_creates, *map(definition, ["subscriptions", "connectors-of-others"])),
        *role(reads_and_creates, arn("greengrass", "/greengrass/groups/1"), arn("greengrass", "components:x"), "*"),
        # Other actions, also on connector definitions.
        *role("greengrass:CreateConnectorDefinition greengrass:ListConnectorDefinitions", definition(), "*"),
        *role("greengrass:UpdateConnectorDefinition greengrass:DeleteConnectorDefinition", definition()),
        *role("greengrass:CreateGroupVersion greengrass:CreateDeployment", arn("greengrass", "/greengrass/groups/1")),
        *role("greengrass:CreateFunctionDefinitionVersion greengrass:CreateCoreDefinitionVersion", definition()),
        *role("greengrass:AssociateRoleToGroup greengrass:TagResource greengrass:ResetDeployments", definition(), "*"),
        # The function receives requests and sends dead letters. It never does the opposite.
        *role("sqs:SendMessage sqs:PurgeQueue sqs:DeleteQueue sqs:SetQueueAttributes sqs:AddPermission", requests),
        *role("sqs:ReceiveMessage sqs:DeleteMessage sqs:PurgeQueue sqs:StartMessageMoveTask", dead),
        *role("sqs:SendMessage sqs:ReceiveMessage sqs:DeleteMessage", arn("sqs", "another"), requests + "-2", dead + "2"),
        # The function sends results to one bus.
        *role("events:PutEvents", arn("events", "event-bus/other"), arn("events", "event-bus/default", "eu-west-3")),
        *role("events:PutRule events:PutTargets events:DeleteRule", bus, rule),
        # The function writes to one log group and never reads.
        *role("logs:CreateLogGroup logs:DeleteLogGroup logs:GetLogEvents logs:FilterLogEvents", log_group, stream, "*"),
        *role("logs:CreateLogStream logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/other:log-stream:1")),
        *role("xray:GetTraceSummaries xray:BatchGetTraces", "*"),
        # The function only puts items into the table.
        *role("dynamodb:GetItem dynamodb:DeleteItem dynamodb:UpdateItem dynamodb:Query dynamodb:Scan", table),
        *role("dynamodb:BatchWriteItem dynamodb:DeleteTable dynamodb:DescribeTable dynamodb:PartiQLInsert", table),
        *role("dynamodb:PutItem", arn("dynamodb", "table/other"), table + "/index/1", table.replace(ACCOUNT, "9" * 12)),
        # Common steps of an attacker.
        *role("iam:PassRole iam:PutRolePolicy iam:AttachRolePolicy iam:CreateAccessKey iam:GetRole", own_role, "*"),
        *role("sts:AssumeRole sts:GetFederationToken", own_role, "*"),
        *role("lambda:InvokeFunction lambda:UpdateFunctionCode lambda:GetFunction", arn("lambda", "function:other"), "*"),
        *role("s3:GetObject s3:PutObject s3:ListAllMyBuckets", f"arn:{stack.partition}:s3:::bucket/key", "*"),
        *role("kms:Decrypt kms:GenerateDataKey", arn("kms", "key/1"), "*"),
        *role("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:line"), "*"),
        *role("ssm:GetParameter ec2:RunInstances cloudformation:UpdateStack sns:Publish iot:Publish", "*"),
        # Other principals, and requests without TLS.
        *(Call("sts:AssumeRole", own_role, who) for who in ["ec2.amazonaws.com", "events.amazonaws.com", "anyone"]),
        *(
            Call("sqs:SendMessage", dead, "events.amazonaws.com", context)
            for context in [{}, {"aws:SourceArn": arn("events", "rule/other")}, {"aws:SourceArn": rule + "-2"}]
        ),
        Call("sqs:SendMessage", requests, "events.amazonaws.com", {"aws:SourceArn": rule}),
        *(Call("sqs:SendMessage", dead, who, {"aws:SourceArn": rule}) for who in ["sns.amazonaws.com", "anyone"]),
        *(Call("sqs:ReceiveMessage", dead, who, {"aws:SourceArn": rule}) for who in ["events.amazonaws.com", "anyone"]),
        *(Call("sqs:SendMessage", queue, "anyone") for queue in (requests, dead)),
        Call("sqs:ReceiveMessage", requests, context={"aws:SecureTransport": "false"}),
        Call("sqs:SendMessage", dead, context={"aws:SecureTransport": "false"}),
    ]
    return (may + put, must_not) if stack.conditions["HasTable"] else (may, must_not + put)


tried = []
for partition, region in ("aws", "us-east-1"), ("aws-cn", "cn-north-1"):
    for idempotency in "token", "latest", "table":
        stack = Stack(partition, region, Idempotency=idempotency)
        tried.append(try_all(stack, *calls(stack)))

function = stack.resources["ConnectorVersions"]["Properties"]
check(function["Role"] == {"Fn::GetAtt": ["FunctionRole", "Arn"]}, "the function has the checked role")
check(not function.keys() & {"Policies", "Connectors", "FunctionUrlConfig"}, "no property of the function grants more")
for name, queue in stack.of_type("AWS::SQS::Queue").items():
    check(queue.get("SqsManagedSseEnabled") is True, f"{name} is encrypted (checkov skips this check)")
print(f"{len(tried)} stacks: {sum(may for may, _ in tried)} calls allowed and {sum(no for _, no in tried)} calls denied, as required")
