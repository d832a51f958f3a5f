"""Calls all eight connector definition operations of the emulator with boto3 and with the AWS CLI.

usage: operations.py CLI [AWS-CLI]
CLI is the binary connector-versions, AWS-CLI the program of the AWS CLI (default: aws).
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
    check(made["LatestVersionArn"] == f"{made['Arn']}/versions/{made['LatestVersion']}", "LatestVersionArn matches Arn and LatestVersion")

    version = client.create_connector_definition_version(
        ConnectorDefinitionId=definition, Connectors=CONNECTORS, AmznClientToken="boto3-2"
    )
    again = client.create_connector_definition_version(
        ConnectorDefinitionId=definition, Connectors=CONNECTORS, AmznClientToken="boto3-2"
    )
    check(version["Version"] == again["Version"], "the service honors the token")
    check(version["Id"] == definition, "a version has the Id of its definition")
    check(client.get_connector_definition(ConnectorDefinitionId=definition)["LatestVersion"] == version["Version"],
          "the new version is the latest")
    check(client.get_connector_definition(ConnectorDefinitionId=definition)["tags"] == {"k": "v"}, "tags")
    held = client.get_connector_definition_version(
        ConnectorDefinitionId=definition, ConnectorDefinitionVersionId=version["Version"]
    )
    check(held["Definition"]["Connectors"] == CONNECTORS, "a version has the connectors of the request")

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
    check(client.get_connector_definition(ConnectorDefinitionId=definition)["Name"] == "other", "the update changes the name")
    client.delete_connector_definition(ConnectorDefinitionId=definition)
    for call in (client.get_connector_definition, client.list_connector_definition_versions):
        try:
            call(ConnectorDefinitionId=definition)
            check(False, "a deleted definition does not exist")
        except botocore.exceptions.ClientError as error:
            check(error.response["Error"]["Code"] == "IdNotFoundException", error.response)
            check(error.response["ResponseMetadata"]["HTTPStatusCode"] == 404, error.response)
    try:
        client.list_connector_definitions(MaxResults="none")
        check(False, "the service rejects an invalid MaxResults")
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
    check(held["Definition"]["Connectors"] == CONNECTORS, "a version has the connectors of the request")
    check(len(aws("list-connector-definition-versions", *of, "--page-size", "2")["Versions"]) == 5, "the AWS CLI reads all pages")
    first = aws("list-connector-definition-versions", *of, "--page-size", "2", "--max-items", "3")
    check(len(first["Versions"]) == 3, "max-items limits the result to three versions")
    rest = aws("list-connector-definition-versions", *of, "--page-size", "2", "--starting-token", first["NextToken"])
    check(len(rest["Versions"]) == 2, "starting-token continues with the other two")
    aws("update-connector-definition", *of, "--name", "renamed")
    check(aws("get-connector-definition", *of)["Name"] == "renamed", "the update changes the name")
    check(definition in [entry["Id"] for entry in aws("list-connector-definitions")["Definitions"]], "the list contains the definition")
    aws("delete-connector-definition", *of)
    check(definition not in [entry["Id"] for entry in aws("list-connector-definitions")["Definitions"]], "the list does not contain the deleted definition")


greengrass = Greengrass(sys.argv[1])
url = greengrass.url
try:
    by_boto3()
    print("boto3: all eight operations, paginators included")
    by_the_cli()
    print("aws greengrass: all eight operations, paginators included")
finally:
    greengrass.stop()
