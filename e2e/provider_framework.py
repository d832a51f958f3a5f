"""The Provider framework of aws-cdk-lib before the function: its own code, as the CDK packs it, unchanged.

usage: provider_framework.py LOCAL BOOTSTRAP ASSET
ASSET is the framework's folder in a cloud assembly (`cdk synth` in examples/cdk writes one). The framework finds the
Lambda API in a server here, which hands its events to the function; the embedded service has the versions; what
CloudFormation is told comes to an https server.
"""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from servers import CREDENTIALS, SNS, Failed, Function, Greengrass

local, bootstrap, asset = sys.argv[1:4]
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
    """Lambda's API, as far as the framework speaks it, before one function."""

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
                    answer, error = json.dumps(api.function.invoke(event)), {}
                except Failed as failed:
                    answer, error = str(failed), {"X_Amz_Function_Error": "Unhandled"}
                if api.lost:
                    api.lost -= 1
                    self.close_connection = True
                else:
                    self.reply(200, answer.encode(), **error)

        self.server = Server(Handler)
        self.url = f"http://127.0.0.1:{self.server.port}"


class ResponseStore:
    """What CloudFormation takes answers with."""

    def __init__(self, folder):
        self.answers, self.refusals = [], 0
        store = self
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=answers", "-addext", "subjectAltName=IP:127.0.0.1",
             "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", self.certificate],
            check=True, stderr=subprocess.DEVNULL,
        )

        class Handler(Replies):
            def do_PUT(self):
                body = self.body()
                if store.refusals:
                    store.refusals -= 1
                    return self.reply(503)
                store.answers.append(body)
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
    """What CloudFormation asks of one custom resource."""

    def __init__(self, greengrass, function, store):
        self.greengrass, self.api, self.store = greengrass, Lambda(function), store
        [self.definition] = greengrass.definitions(1)

    def versions(self):
        answer = self.greengrass.client.list_connector_definition_versions(ConnectorDefinitionId=self.definition)
        return [version["Arn"] for version in answer["Versions"]]

    def asks(self, request_type, properties, physical_id=None, **other):
        """The answers that CloudFormation gets, and how many versions were made."""
        event = {
            "RequestType": request_type,
            "RequestId": str(uuid.uuid4()),
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/line/2f6d1c50-15d7-11f1-9c1e-0affe7b3a1d5",
            "LogicalResourceId": "Connectors",
            "ResourceType": "Custom::GreengrassConnectorVersion",
            "ResponseURL": f"https://{self.store.host}/answer?Signature=x",
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
        require(f"{request_type}: the framework's handler ends well", run.returncode == 0, run.stderr)
        bodies, self.store.answers = self.store.answers, []
        # CloudFormation reads no more.
        require("an answer has at most 4,096 bytes", all(len(body) <= 4_096 for body in bodies), bodies)
        answers = [json.loads(body) for body in bodies]
        require("an answer names its request", all(a["RequestId"] == event["RequestId"] for a in answers), answers)
        return answers, len(self.versions()) - before

    def ask(self, request_type, properties, physical_id=None, **other):
        """The one answer that CloudFormation gets, and how many versions were made."""
        answers, made = self.asks(request_type, properties, physical_id, **other)
        require(f"{request_type}: CloudFormation is told once", len(answers) == 1, answers)
        return answers[0], made


def lifecycle(stack):
    first, second = properties(stack.definition, "first"), properties(stack.definition, "second")

    answer, _ = stack.ask("Create", first)
    version, data = answer["PhysicalResourceId"], answer["Data"]
    created = answer["Status"] == "SUCCESS" and [version] == stack.versions()
    check("a create makes one version, whose ARN is the id", created, answer)
    told = (data["Arn"], data["ConnectorDefinitionId"], data["Outcome"])
    check("its data is handed on", told == (version, stack.definition, "Created"), data)

    answer, made = stack.ask("Update", {**first, "ServiceTimeout": "90"}, version, OldResourceProperties=first)
    same = (answer["Status"], answer["PhysicalResourceId"], answer["Data"]["Outcome"], made)
    check("an update with the same content makes nothing", same == ("SUCCESS", version, "Existing", 0), (answer, made))

    answer, made = stack.ask("Update", second, version, OldResourceProperties=first)
    other = answer["PhysicalResourceId"]
    replaced = (answer["Status"], other != version, made) == ("SUCCESS", True, 1)
    check("an update with other content makes a version", replaced, (answer, made))

    answer, made = stack.ask("Update", first, other, OldResourceProperties=second)
    check("a roll-back finds the old one", (answer["PhysicalResourceId"], made) == (version, 0), (answer, made))

    answer, made = stack.ask("Delete", second, other)
    deleted = (answer["Status"], answer["PhysicalResourceId"], made) == ("SUCCESS", other, 0)
    check("a delete ends well", deleted, (answer, made))


def wrong_properties(stack):
    wrong = properties(stack.definition, "hunter2")
    wrong["Connectors"][0]["Id"] = "a b"
    named = "Connectors[0].Id: has a space as its character 2"

    answer, made = stack.ask("Create", wrong)
    failed = (answer["Status"], answer["PhysicalResourceId"], made) == ("FAILED", MARKER, 0)
    check("a create that is wrong fails", failed, (answer, made))
    said = named in answer["Reason"] and "hunter2" not in str(answer)
    check("and says what is wrong, with no parameter's value", said, answer)

    answer, _ = stack.ask("Delete", wrong, MARKER)
    cleaned = (answer["Status"], stack.api.invocations) == ("SUCCESS", 0)
    check("what was not created is deleted by the framework alone", cleaned, answer)

    answer, made = stack.ask("Update", wrong, "some-id", OldResourceProperties=wrong)
    failed = (answer["Status"], answer["PhysicalResourceId"], made) == ("FAILED", "some-id", 0)
    check("an update that is wrong keeps the id", failed and named in answer["Reason"], (answer, made))

    many = properties(stack.definition, "x", Connectors=[{"Id": "é" * 200, "ConnectorArn": "\u0001"}] * 500)
    answer, _ = stack.ask("Create", many)
    said = answer["Status"] == "FAILED" and "1000 problems: Connectors[0].ConnectorArn" in answer["Reason"]
    check("of a thousand mistakes the first are told", said, answer)


def repeats(stack):
    # Three attempts of the framework's SDK are lost, and the first of the framework's own second try.
    stack.api.lost = 4
    answer, made = stack.ask("Create", properties(stack.definition, "lost"))
    once = (answer["Status"], stack.api.invocations, made)
    check("invoked five times for one request, it makes one version", once == ("SUCCESS", 5, 1), (answer, once))

    stack.store.refusals = 2
    answer, made = stack.ask("Create", properties(stack.definition, "refused"))
    once = (answer["Status"], stack.api.invocations, made)
    check("an answer that was refused is sent again, and nothing done again", once == ("SUCCESS", 1, 1), (answer, once))


def sent_as_well(stack):
    """What the setting is for, and that a second answer is seen here."""
    answers, _ = stack.asks("Create", properties(stack.definition, "twice"))
    check("where the function sends its answers too, CloudFormation is told twice", len(answers) == 2, answers)


with tempfile.TemporaryDirectory() as folder:
    store = ResponseStore(Path(folder))
    greengrass = Greengrass(local)
    environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url}
    returning = Function(bootstrap, {**environment, "CUSTOM_RESOURCE_ANSWER": "return"})
    trusted = {"RESPONSE_URL_HOSTS": store.host, "SSL_CERT_FILE": str(store.certificate)}
    sending = Function(bootstrap, {**environment, **trusted, "CUSTOM_RESOURCE_ANSWER": "send"})
    try:
        for case in (lifecycle, wrong_properties, repeats):
            case(Stack(greengrass, returning, store))
        sent_as_well(Stack(greengrass, sending, store))
    finally:
        returning.kill()
        sending.kill()
        greengrass.stop()
