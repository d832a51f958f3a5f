"""The same work in Python: boto3, and urllib3, which it brings along, for the response."""

import json

import boto3
import urllib3

client = boto3.client("greengrass")
http = urllib3.PoolManager()


def create(token, request):
    version = client.create_connector_definition_version(
        AmznClientToken=token,
        ConnectorDefinitionId=request["ConnectorDefinitionId"],
        Connectors=request["Connectors"],
    )
    return {name: version[name] for name in ("Arn", "Id", "Version", "CreationTimestamp")}


def handler(event, context):
    status, reason, data = "SUCCESS", "", {}
    try:
        data = create(event["RequestId"], event["ResourceProperties"])
    except Exception as error:
        status, reason = "FAILED", str(error)
    response = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": data.get("Arn", "none"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    }
    http.request("PUT", event["ResponseURL"], body=json.dumps(response), headers={"content-type": ""})
