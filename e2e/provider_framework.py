"""Runs the CDK's Provider framework, unchanged, in front of the function.

usage: provider_framework.py CLI BOOTSTRAP ASSET
CLI is the binary connector-versions, BOOTSTRAP the function, ASSET the framework's folder in a cloud assembly (`cdk synth` in
examples/cdk writes one). The script emulates the Lambda API that the framework calls, and the HTTPS server that receives the
responses to CloudFormation. The emulator stores the versions.
"""

import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from servers import CREDENTIALS, SNS, Failed, Function, Greengrass

cli, bootstrap, asset = sys.argv[1:4]
HERE = Path(__file__).parent
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
MARKER = "AWSCDK::CustomResourceProviderFramework::CREATE_FAILED"


def require(what, condition, seen=""):
    if not condition:
        raise SystemExit(f"FAILED: {what}: {seen}")


def check(what, condition, seen=""):
    require(what, condition, seen)
    print(what)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.port = self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Replies(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(body)}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Lambda:
    """The part of the Lambda API that the framework calls, for one function."""

    def __init__(self, function):
        self.function, self.lost, self.invocations = function, 0, 0
        api = self

        class Handler(Replies):
            def do_GET(self):
                self.reply(200, json.dumps({"Configuration": {"State": "Active"}}).encode())

            def do_POST(self):
                event = json.loads(self.body())
                api.invocations += 1
                try:
                    payload, error = json.dumps(api.function.invoke(event)), {}
                except Failed as failed:
                    payload, error = str(failed), {"X_Amz_Function_Error": "Unhandled"}
                if api.lost:
                    api.lost -= 1
                    self.close_connection = True
                else:
                    self.reply(200, payload.encode(), **error)

        self.server = Server(Handler)
        self.url = f"http://127.0.0.1:{self.server.port}"


class ResponseStore:
    """The HTTPS server that receives responses to CloudFormation."""

    def __init__(self, folder):
        self.responses, self.refusals = [], 0
        store = self
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=responses", "-addext", "subjectAltName=IP:127.0.0.1",
             "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", self.certificate],
            check=True, stderr=subprocess.DEVNULL,
        )

        class Handler(Replies):
            def do_PUT(self):
                body = self.body()
                if store.refusals:
                    store.refusals -= 1
                    return self.reply(503)
                store.responses.append(body)
                self.reply(200)

        self.server = Server(Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host = f"127.0.0.1:{self.server.port}"


def properties(definition, topic, **other):
    parameters = {"DefaultSNSArn": f"arn:aws:sns:us-east-1:123456789012:{topic}"}
    connectors = [{"ConnectorArn": SNS, "Id": "alerts-1", "Parameters": parameters}]
    return {"ServiceToken": ARN, "ConnectorDefinitionId": definition, "Connectors": connectors, **other}


class Stack:
    """Sends the requests of CloudFormation for one custom resource."""

    def __init__(self, greengrass, function, store):
        self.greengrass, self.api, self.store = greengrass, Lambda(function), store
        [self.definition] = greengrass.definitions(1)

    def versions(self):
        response = self.greengrass.client.list_connector_definition_versions(ConnectorDefinitionId=self.definition)
        return [version["Arn"] for version in response["Versions"]]

    def send_all(self, request_type, properties, physical_id=None, **other):
        """The responses to CloudFormation and the number of new versions."""
        event = {
            "RequestType": request_type,
            "RequestId": str(uuid.uuid4()),
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/line/2f6d1c50-15d7-11f1-9c1e-0affe7b3a1d5",
            "LogicalResourceId": "Connectors",
            "ResourceType": "Custom::GreengrassConnectorVersion",
            "ResponseURL": f"https://{self.store.host}/response?Signature=x",
            "ResourceProperties": properties,
            **({"PhysicalResourceId": physical_id} if physical_id else {}),
            **other,
        }
        before, self.api.invocations = len(self.versions()), 0
        run = subprocess.run(
            ["node", HERE / "provider_framework.cjs", asset, str(self.store.server.port)],
            input=json.dumps(event), capture_output=True, text=True, timeout=120,
            env={
                "PATH": os.environ["PATH"],
                "NODE_PATH": HERE / "node_modules",
                "NODE_EXTRA_CA_CERTS": self.store.certificate,
                "AWS_ENDPOINT_URL_LAMBDA": self.api.url,
                "USER_ON_EVENT_FUNCTION_ARN": ARN,
                **CREDENTIALS,
            },
        )
        require(f"{request_type}: the framework's handler succeeds", run.returncode == 0, run.stderr)
        bodies, self.store.responses = self.store.responses, []
        # The limit of CloudFormation.
        require("a response has at most 4,096 bytes", all(len(body) <= 4_096 for body in bodies), bodies)
        responses = [json.loads(body) for body in bodies]
        named = all(response["RequestId"] == event["RequestId"] for response in responses)
        require("a response contains the id of its request", named, responses)
        return responses, len(self.versions()) - before

    def send(self, request_type, properties, physical_id=None, **other):
        """The only response to CloudFormation and the number of new versions."""
        responses, made = self.send_all(request_type, properties, physical_id, **other)
        require(f"{request_type}: CloudFormation gets one response", len(responses) == 1, responses)
        return responses[0], made


def lifecycle(stack):
    first, second = properties(stack.definition, "first"), properties(stack.definition, "second")

    response, _ = stack.send("Create", first)
    version, data = response["PhysicalResourceId"], response["Data"]
    created = response["Status"] == "SUCCESS" and [version] == stack.versions()
    check("a create creates one version, and its ARN is the physical id", created, response)
    returned = (data["Arn"], data["ConnectorDefinitionId"], data["Outcome"])
    check("the framework returns the data", returned == (version, stack.definition, "Created"), data)

    response, made = stack.send("Update", {**first, "ServiceTimeout": "90"}, version, OldResourceProperties=first)
    same = (response["Status"], response["PhysicalResourceId"], response["Data"]["Outcome"], made)
    check("an update with the same content creates no version", same == ("SUCCESS", version, "Existing", 0), (response, made))

    response, made = stack.send("Update", second, version, OldResourceProperties=first)
    other = response["PhysicalResourceId"]
    replaced = (response["Status"], other != version, made) == ("SUCCESS", True, 1)
    check("an update with other content creates a version", replaced, (response, made))

    response, made = stack.send("Update", first, other, OldResourceProperties=second)
    check("a roll-back finds the old version", (response["PhysicalResourceId"], made) == (version, 0), (response, made))

    response, made = stack.send("Delete", second, other)
    deleted = (response["Status"], response["PhysicalResourceId"], made) == ("SUCCESS", other, 0)
    check("a delete succeeds and creates no version", deleted, (response, made))


def wrong_properties(stack):
    wrong = properties(stack.definition, "hunter2")
    wrong["Connectors"][0]["Id"] = "a b"
    named = "Connectors[0].Id: invalid character ' ' at position 2"

    response, made = stack.send("Create", wrong)
    failed = (response["Status"], response["PhysicalResourceId"], made) == ("FAILED", MARKER, 0)
    check("an invalid create fails", failed, (response, made))
    said = named in response["Reason"] and "hunter2" not in str(response)
    check("the reason names the error and contains no parameter value", said, response)

    response, _ = stack.send("Delete", wrong, MARKER)
    cleaned = (response["Status"], stack.api.invocations) == ("SUCCESS", 0)
    check("the framework deletes a failed create without an invocation", cleaned, response)

    response, made = stack.send("Update", wrong, "some-id", OldResourceProperties=wrong)
    failed = (response["Status"], response["PhysicalResourceId"], made) == ("FAILED", "some-id", 0)
    check("an invalid update keeps the physical id", failed and named in response["Reason"], (response, made))

    many = properties(stack.definition, "x", Connectors=[{"Id": "é" * 200, "ConnectorArn": "\u0001"}] * 500)
    response, _ = stack.send("Create", many)
    first = re.search(r"\b1000 errors:\n- \S*Connectors\[0\]\.ConnectorArn: ", response["Reason"])
    said = response["Status"] == "FAILED" and first
    check("the reason counts a thousand errors and lists the first", said, response)


def repeats(stack):
    # The responses to three attempts of the framework's SDK are lost, and to the first attempt of the framework's retry.
    stack.api.lost = 4
    response, made = stack.send("Create", properties(stack.definition, "lost"))
    once = (response["Status"], stack.api.invocations, made)
    check("five invocations for one request create one version", once == ("SUCCESS", 5, 1), (response, once))

    stack.store.refusals = 2
    response, made = stack.send("Create", properties(stack.definition, "refused"))
    once = (response["Status"], stack.api.invocations, made)
    check("the framework repeats a rejected response without another invocation", once == ("SUCCESS", 1, 1), (response, once))


def put_as_well(stack):
    """Why CUSTOM_RESOURCE_RESPONSE=return exists, and that this script notices a second response."""
    responses, _ = stack.send_all("Create", properties(stack.definition, "twice"))
    check("with CUSTOM_RESOURCE_RESPONSE=put, CloudFormation gets two responses", len(responses) == 2, responses)


with tempfile.TemporaryDirectory() as folder:
    store = ResponseStore(Path(folder))
    greengrass = Greengrass(cli)
    environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url}
    returning = Function(bootstrap, {**environment, "CUSTOM_RESOURCE_RESPONSE": "return"})
    trusted = {"RESPONSE_URL_HOSTS": store.host, "SSL_CERT_FILE": str(store.certificate)}
    putting = Function(bootstrap, {**environment, **trusted, "CUSTOM_RESOURCE_RESPONSE": "put"})
    try:
        for case in (lifecycle, wrong_properties, repeats):
            case(Stack(greengrass, returning, store))
        put_as_well(Stack(greengrass, putting, store))
    finally:
        returning.kill()
        putting.kill()
        greengrass.stop()
