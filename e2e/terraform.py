"""Runs the Terraform example against the function, without Terraform.

usage: terraform.py CLI BOOTSTRAP
The script reads the example and invokes the function with its input, as the provider's documentation describes for
aws_lambda_invocation.
"""

import re
import sys
from pathlib import Path

import hcl2

from servers import Failed, Function, Greengrass

cli, bootstrap = sys.argv[1:3]
FILE = Path(__file__).parents[1] / "examples/terraform/main.tf"


def check(what, condition, seen=""):
    if not condition:
        raise SystemExit(f"FAILED: {what}: {seen}")
    print(what)


def read(text):
    options = hcl2.SerializationOptions(strip_string_quotes=True, with_comments=False)
    return hcl2.loads(text, serialization_options=options)


def one(blocks, kind, name):
    [found] = [block[kind][name] for block in blocks if name in block.get(kind, {})]
    return found


def input_of(resource, values):
    """The resource's input with its references replaced."""
    [literal] = re.findall(r"\$\{jsonencode\((.*)\)\}", resource["input"], re.S)

    def known(value):
        if isinstance(value, dict):
            return {name: known(member) for name, member in value.items() if not name.startswith("__")}
        if isinstance(value, list):
            return [known(item) for item in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\$\{([^}]+)\}", lambda found: values[found.group(1)], value)

    return known(read(f"input = {literal}\n")["input"])


example = read(FILE.read_text())
resource = one(example["resource"], "aws_lambda_invocation", "connectors")
check("create, update and delete invoke the function", resource["lifecycle_scope"] == "CRUD", resource)
check("the example uses the default terraform_key", "terraform_key" not in resource, resource)
result = "${jsondecode(aws_lambda_invocation.connectors.result).Arn}"
[output] = example["output"]
check("the version's ARN is an output", output["connector_definition_version_arn"]["value"] == result, output)

greengrass = Greengrass(cli)
function = Function(bootstrap, {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url})
[definition] = greengrass.definitions(1)


def applied(action, given, before):
    """The function's result and the number of versions."""
    result = function.invoke({**given, "tf": {"action": action, "prev_input": before}})
    answer = greengrass.client.list_connector_definition_versions(ConnectorDefinitionId=definition)
    return result, len(answer["Versions"])


try:
    first, second = (
        input_of(resource, {
            "var.connector_definition_id": definition,
            "var.alert_topic_arn": f"arn:aws:sns:us-east-1:123456789012:{topic}",
            "var.region": "us-east-1",
            "data.aws_partition.current.partition": "aws",
        })
        for topic in ("first", "second")
    )
    created, versions = applied("create", first, None)
    check("a create creates a version", (created["Outcome"], versions) == ("Created", 1), created)
    check("the result has no warnings", "Warnings" not in created, created)
    same, versions = applied("update", first, first)
    check("an update with the same input creates no version", (same["Arn"], versions) == (created["Arn"], 1), same)
    other, versions = applied("update", second, first)
    check("an update with other input creates a version", (other["Arn"] != created["Arn"], versions) == (True, 2), other)
    back, versions = applied("update", first, second)
    check("an update back to the first input finds the first version", (back["Arn"], versions) == (created["Arn"], 2), back)
    gone, versions = applied("delete", first, first)
    check("a delete succeeds and creates no version", (gone, versions) == ({"Outcome": "Deleted"}, 2), gone)
except Failed as failed:
    raise SystemExit(f"FAILED: {failed}") from None
finally:
    function.kill()
    greengrass.stop()
