"""The Terraform example against the function, without Terraform: its file is read, its input is handed over as the
provider's documentation says that aws_lambda_invocation does.

usage: terraform.py LOCAL BOOTSTRAP
"""

import json
import re
import sys
from pathlib import Path

import hcl2

from servers import Failed, Function, Greengrass

local, bootstrap = sys.argv[1:3]
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
    """The resource's input, with what it refers to."""
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
check("each step of a resource's life is an invocation", resource["lifecycle_scope"] == "CRUD", resource)
check("under the key that the function knows", "terraform_key" not in resource, resource)
result = "${jsondecode(aws_lambda_invocation.connectors.result).Arn}"
[output] = example["output"]
check("the version's ARN is put out", output["connector_definition_version_arn"]["value"] == result, output)

greengrass = Greengrass(local)
function = Function(bootstrap, {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url})
[definition] = greengrass.definitions(1)


def applied(action, given, before):
    """The function's result, and how many versions there are."""
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
    check("a create makes a version", (created["Outcome"], versions) == ("Created", 1), created)
    check("there is nothing to remark on", "Advice" not in created, created)
    same, versions = applied("update", first, first)
    check("an update with the same input makes nothing", (same["Arn"], versions) == (created["Arn"], 1), same)
    other, versions = applied("update", second, first)
    check("an update with other input makes a version", (other["Arn"] != created["Arn"], versions) == (True, 2), other)
    back, versions = applied("update", first, second)
    check("what was there before is found again", (back["Arn"], versions) == (created["Arn"], 2), back)
    gone, versions = applied("delete", first, first)
    check("a delete ends well", (gone, versions) == ({"Outcome": "Deleted"}, 2), gone)
except Failed as failed:
    raise SystemExit(f"FAILED: {failed}") from None
finally:
    function.kill()
    greengrass.stop()
