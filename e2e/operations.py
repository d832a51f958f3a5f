"""All eight connector definition operations of a Greengrass V1 endpoint, by boto3 and by the AWS CLI.

usage: operations.py LOCAL [AWS-CLI]
LOCAL is the program of `cargo local`.
"""

import json
import os
import subprocess
import sys

import boto3
import botocore.exceptions

from servers import CREDENTIALS, SNS, Greengrass

aws_cli = sys.argv[2] if len(sys.argv) > 2 else "aws"
environment = {
    **CREDENTIALS,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "PATH": os.environ["PATH"],
}
os.environ.update(environment)

CONNECTORS = [
    {
        "Id": "alerts",
        "ConnectorArn": SNS,
        "Parameters": {"DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:alerts"},
    }
]


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def by_boto3():
    client = boto3.client("greengrass", endpoint_url=url)
    made = client.create_connector_definition(
        Name="line", tags={"k": "v"}, InitialVersion={"Connectors": CONNECTORS}, AmznClientToken="boto3-1"
    )
    definition = made["Id"]
    check(made["LatestVersionArn"] == f"{made['Arn']}/versions/{made['LatestVersion']}", "ARNs belong together")

    version = client.create_connector_definition_version(
        ConnectorDefinitionId=definition, Connectors=CONNECTORS, AmznClientToken="boto3-2"
    )
    again = client.create_connector_definition_version(
        ConnectorDefinitionId=definition, Connectors=CONNECTORS, AmznClientToken="boto3-2"
    )
    check(version["Version"] == again["Version"], "the token is honoured")
    check(version["Id"] == definition, "Id of a version is the definition's")
    check(client.get_connector_definition(ConnectorDefinitionId=definition)["LatestVersion"] == version["Version"],
          "the new version is the latest")
    check(client.get_connector_definition(ConnectorDefinitionId=definition)["tags"] == {"k": "v"}, "tags")
    held = client.get_connector_definition_version(
        ConnectorDefinitionId=definition, ConnectorDefinitionVersionId=version["Version"]
    )
    check(held["Definition"]["Connectors"] == CONNECTORS, "a version holds what it was given")

    for number in range(7):
        client.create_connector_definition_version(ConnectorDefinitionId=definition, Connectors=[])
        client.create_connector_definition(Name=f"page-{number}")
    pages = list(client.get_paginator("list_connector_definition_versions").paginate(
        ConnectorDefinitionId=definition, PaginationConfig={"PageSize": 2}))
    versions = [entry["Version"] for page in pages for entry in page["Versions"]]
    check(len(pages) == 5 and len(versions) == len(set(versions)) == 9, f"pages of versions: {len(pages)}, {len(versions)}")
    pages = list(client.get_paginator("list_connector_definitions").paginate(PaginationConfig={"PageSize": 3}))
    names = [entry.get("Name") for page in pages for entry in page["Definitions"]]
    check(len(pages) >= 3 and all(f"page-{number}" in names for number in range(7)), "pages of definitions")

    client.update_connector_definition(ConnectorDefinitionId=definition, Name="other")
    check(client.get_connector_definition(ConnectorDefinitionId=definition)["Name"] == "other", "the name is changed")
    client.delete_connector_definition(ConnectorDefinitionId=definition)
    for call in (client.get_connector_definition, client.list_connector_definition_versions):
        try:
            call(ConnectorDefinitionId=definition)
            check(False, "a deleted definition is gone")
        except botocore.exceptions.ClientError as error:
            check(error.response["Error"]["Code"] == "IdNotFoundException", error.response)
            check(error.response["ResponseMetadata"]["HTTPStatusCode"] == 404, error.response)
    try:
        client.list_connector_definitions(MaxResults="none")
        check(False, "a bad MaxResults is refused")
    except client.exceptions.BadRequestException as error:
        check(error.response["Message"] == "Invalid MaxResults.", error.response)


def aws(operation, *arguments):
    command = [aws_cli, "greengrass", operation, "--endpoint-url", url, "--output", "json", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    check(done.returncode == 0, f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout or "{}")


def by_the_cli():
    definition = aws("create-connector-definition", "--name", "cli")["Id"]
    of = ("--connector-definition-id", definition)
    connectors = json.dumps(CONNECTORS)
    version = aws("create-connector-definition-version", *of, "--connectors", connectors, "--amzn-client-token", "cli-1")
    for _ in range(4):
        aws("create-connector-definition-version", *of, "--connectors", "[]")
    held = aws("get-connector-definition-version", *of, "--connector-definition-version-id", version["Version"])
    check(held["Definition"]["Connectors"] == CONNECTORS, "a version holds what it was given")
    check(len(aws("list-connector-definition-versions", *of, "--page-size", "2")["Versions"]) == 5, "all pages")
    first = aws("list-connector-definition-versions", *of, "--page-size", "2", "--max-items", "3")
    check(len(first["Versions"]) == 3, "three of five")
    rest = aws("list-connector-definition-versions", *of, "--page-size", "2", "--starting-token", first["NextToken"])
    check(len(rest["Versions"]) == 2, "the other two")
    aws("update-connector-definition", *of, "--name", "renamed")
    check(aws("get-connector-definition", *of)["Name"] == "renamed", "the name is changed")
    check(definition in [entry["Id"] for entry in aws("list-connector-definitions")["Definitions"]], "it is listed")
    aws("delete-connector-definition", *of)
    check(definition not in [entry["Id"] for entry in aws("list-connector-definitions")["Definitions"]], "it is gone")


greengrass = Greengrass(sys.argv[1])
url = greengrass.url
try:
    by_boto3()
    print("boto3: all eight operations, paginators included")
    by_the_cli()
    print("aws greengrass: all eight operations, paginators included")
finally:
    greengrass.stop()
