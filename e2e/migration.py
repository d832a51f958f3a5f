"""Checks docs/src/guides/migrating-from-other-helpers.md and the stacks in examples/migration against the emulator.

usage: migration.py LOCAL BOOTSTRAP
"""

import re
import sys
import uuid
from pathlib import Path

from cfnlint.decode import cfn_yaml

from servers import Failed, Function, Greengrass

local, bootstrap = sys.argv[1:3]
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/src/guides/migrating-from-other-helpers.md"
KNOWN = {"AWS::Region": "us-east-1", "AWS::Partition": "aws"}


def check(what, condition, seen=""):
    if not condition:
        raise SystemExit(f"FAILED: {what}: {seen}")
    print(what)


def known(value):
    """A value of a template, as CloudFormation hands it over."""
    if isinstance(value, list):
        return [known(item) for item in value]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [("Ref", name)]:
            return KNOWN.get(name, f"known at deployment: {name}")
        case [("Fn::Sub", text)]:
            return re.sub(r"\$\{([^}]+)\}", lambda found: KNOWN[found.group(1)], text)
    return {str(name): known(member) for name, member in value.items()}


def properties(file, logical_id):
    template = cfn_yaml.load(str(ROOT / "examples/migration" / file))
    return known(template["Resources"][logical_id]["Properties"])


def plain(text):
    """Lines without their indentation."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


native, custom = properties("native.yaml", "ConnectorVersion"), properties("custom.yaml", "Connectors")
check("both stacks declare the same connectors", native["Connectors"] == custom["Connectors"], (native, custom))

files = [*ROOT.glob("examples/migration/*"), *ROOT.glob("examples/cdk/migration/*")]
blocks = re.findall(r"```(?:yaml|ts)\n(.*?)```", PAGE.read_text(), re.S)
shown = [any(plain(block) in plain(file.read_text()) for file in files) for block in blocks]
check("what the page shows is in these files", len(blocks) == 4 and all(shown), shown)

greengrass = Greengrass(local)
environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url, "CUSTOM_RESOURCE_RESPONSE": "return"}
functions = {mode: Function(bootstrap, {**environment, "IDEMPOTENCY": mode}) for mode in ("token", "latest")}


class Stack:
    """A definition with the version that the native resource made."""

    def __init__(self, mode):
        self.function = functions[mode]
        [self.definition] = greengrass.definitions(1)
        made = greengrass.client.create_connector_definition_version(
            ConnectorDefinitionId=self.definition, Connectors=native["Connectors"]
        )
        self.native = made["Arn"]

    def asks(self, request_type, connectors, **other):
        event = {
            "RequestType": request_type,
            "RequestId": str(uuid.uuid4()),
            "StackId": "stack",
            "LogicalResourceId": "Connectors",
            "ResponseURL": "https://example.com/",
            "ResourceProperties": {**custom, "ConnectorDefinitionId": self.definition, "Connectors": connectors},
            **other,
        }
        return self.function.invoke(event)["PhysicalResourceId"]

    def versions(self):
        answer = greengrass.client.list_connector_definition_versions(ConnectorDefinitionId=self.definition)
        return [version["Arn"] for version in answer["Versions"]]


try:
    stack = Stack("token")
    arn = stack.asks("Create", custom["Connectors"])
    check("the new resource makes a version of its own", stack.versions() == [stack.native, arn], arn)
    stack.asks("Delete", custom["Connectors"], PhysicalResourceId=arn)
    check("a step that is rolled back takes no version away", stack.versions() == [stack.native, arn])

    stack = Stack("latest")
    arn = stack.asks("Create", custom["Connectors"])
    taken = stack.versions() == [stack.native] == [arn]
    check("with IDEMPOTENCY=latest it takes over the native resource's version", taken, arn)
    old = {**custom, "ConnectorDefinitionId": stack.definition}
    other = stack.asks("Update", [], PhysicalResourceId=arn, OldResourceProperties=old)
    back = stack.asks(
        "Update", custom["Connectors"], PhysicalResourceId=other, OldResourceProperties={**old, "Connectors": []}
    )
    check("and a roll-back of a later update finds it", (back, stack.versions()) == (arn, [arn, other]), back)

    numbers = [{**custom["Connectors"][0], "Parameters": {"PublishInterval": 60, "Flag": True}}]
    arn = stack.asks("Create", numbers)
    held = greengrass.client.get_connector_definition_version(
        ConnectorDefinitionId=stack.definition, ConnectorDefinitionVersionId=arn.rsplit("/", 1)[1]
    )["Definition"]["Connectors"][0]["Parameters"]
    check("numbers and booleans become strings", held == {"PublishInterval": "60", "Flag": "true"}, held)
except Failed as failed:
    raise SystemExit(f"FAILED: {failed}") from None
finally:
    for function in functions.values():
        function.kill()
    greengrass.stop()
