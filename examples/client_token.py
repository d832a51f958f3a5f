"""Derives the client token of a request as the function does.

usage: client_token.py EVENT.json                an EventBridge event
       client_token.py --content REQUEST.json    a request in a message that has no ID
"""

import json
import sys
import uuid

NAMESPACE = uuid.UUID("f199a788-54e2-4a60-b0bb-1180be78db91")


def client_token(requester, request):
    """Returns the token. The requester is the source and its ids, for example ["sqs", MESSAGE_ID] or ["pipes"]."""
    content = {
        "ConnectorDefinitionId": request["ConnectorDefinitionId"],
        "Connectors": [
            {
                "ConnectorArn": connector["ConnectorArn"],
                "Id": connector["Id"],
                "Parameters": dict(sorted(connector.get("Parameters", {}).items())),
            }
            for connector in sorted(request.get("Connectors", []), key=lambda connector: connector["Id"])
        ],
    }
    if "Revision" in request:
        content["Revision"] = request["Revision"]
    return uuid.uuid5(NAMESPACE, json.dumps([*requester, content], separators=(",", ":"), ensure_ascii=False))


if __name__ == "__main__":
    with open(sys.argv[-1], encoding="utf-8-sig") as file:
        # The function sends a number as the string that was written.
        event = json.load(file, parse_int=str, parse_float=str)
    is_content = "--content" in sys.argv
    requester, request = (["pipes"], event) if is_content else (["eventbridge", event["id"]], event["detail"])
    print("AmznClientToken", client_token(requester, request))
