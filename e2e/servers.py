"""The processes that the scripts here use: a moto server, the Greengrass emulator and the function."""

import collections
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SNS = "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}
os.environ.update(CREDENTIALS)
# Ends by an exception, so that the scripts stop their processes.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("FAILED: terminated"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def check(what, condition, seen=""):
    if not condition:
        raise SystemExit(f"FAILED: {what}: {seen}")
    print(what)


def is_signed_alike(call, service, body, at_least, session=None):
    """Whether a received call has the signature that botocore computes, over at least these headers."""
    given = call.headers["authorization"]
    names = given.split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name: call.headers[name] for name in names}
    again = AWSRequest(call.command, f"http://{call.headers['host']}{call.path}", headers, body)
    again.context["timestamp"] = call.headers["x-amz-date"]
    keys = Credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], session)
    signer = SigV4Auth(keys, service, CREDENTIALS["AWS_REGION"])
    signature = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    return given.endswith(f"Signature={signature}") and at_least <= set(names)


class Moto:
    """A moto server (SQS, EventBridge, DynamoDB) in its own process."""

    def __init__(self):
        port = free_port()
        program = Path(sys.executable).with_name("moto_server")
        self.process = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url, timeout=5).read()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("FAILED: the moto server did not start")

    def idempotency_table(self):
        """Creates the idempotency table as in the template. Returns the function's settings for it."""
        boto3.client("dynamodb", endpoint_url=self.url).create_table(
            TableName="idempotency",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "Token", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Token", "AttributeType": "S"}],
        )
        return {"AWS_ENDPOINT_URL_DYNAMODB": self.url, "IDEMPOTENCY": "table", "IDEMPOTENCY_TABLE": "idempotency"}

    def stop(self):
        self.process.kill()
        self.process.wait()


class Greengrass:
    """The Greengrass emulator of `connector-versions serve`."""

    def __init__(self, cli, *flags):
        self.process = subprocess.Popen([cli, "serve", "--port", "0", *flags], stdout=subprocess.PIPE, text=True)
        self.url = None
        for line in self.process.stdout:
            found = re.search(r"http://[0-9.:]+", line)
            if found:
                self.url = found.group()
                break
        if not self.url:
            sys.exit("FAILED: the emulator did not start")
        self.client = boto3.client("greengrass", endpoint_url=self.url)

    def definitions(self, number):
        """Creates definitions and returns their ids."""
        return [self.client.create_connector_definition(Name=f"line-{n}")["Id"] for n in range(number)]

    def versions_by_request(self, definitions):
        """The number of versions of each request, by the number at the end of the first connector's Id."""
        made = collections.Counter()
        pages = self.client.get_paginator("list_connector_definition_versions")
        for definition in definitions:
            for page in pages.paginate(ConnectorDefinitionId=definition):
                for version in page["Versions"]:
                    held = self.client.get_connector_definition_version(
                        ConnectorDefinitionId=definition, ConnectorDefinitionVersionId=version["Version"]
                    )
                    made[int(held["Definition"]["Connectors"][0]["Id"].rsplit("-", 1)[1])] += 1
        return made

    def fault(self, **fault):
        body = json.dumps(fault).encode()
        request = urllib.request.Request(f"{self.url}/_local/faults", body, method="POST")
        urllib.request.urlopen(request).read()

    def faults(self):
        """The faults that remain."""
        return json.load(urllib.request.urlopen(f"{self.url}/_local/faults"))

    def clear_faults(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_local/faults", method="DELETE")).read()

    def stop(self):
        self.process.kill()
        self.process.wait()


class Killed(Exception):
    """The script killed the function during an invocation."""


class Failed(Exception):
    """The function returned an error."""


class RuntimeApi:
    """A Lambda Runtime API for one process of the function."""

    def __init__(self):
        self.events = queue.Queue()
        self.responses = queue.Queue()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                request_id, deadline, event = api.events.get()
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": request_id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:f",
                    "Lambda-Runtime-Trace-Id": "Root=1-69a55a13-4f6e2b7c1d0a9e8b3c5d7f21",
                }
                self.reply(200, event, headers)

            def do_POST(self):
                length = self.headers["Content-Length"]
                body = self.rfile.read(int(length)) if length else self.chunks()
                self.reply(202, b"", {})
                api.responses.put((self.path.split("/")[-2], self.path.endswith("/response"), body))

            def chunks(self):
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def reply(self, status, body, headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Ignores connections of a killed process."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = "{}:{}".format(*self.server.server_address)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Function:
    """The function, which handles one event at a time. The next event starts a killed function again, as Lambda does."""

    def __init__(self, bootstrap, environment):
        self.bootstrap = bootstrap
        self.environment = environment
        self.process = None

    def start(self):
        self.api = RuntimeApi()
        self.process = subprocess.Popen(
            [self.bootstrap],
            env={
                **CREDENTIALS,
                "AWS_LAMBDA_RUNTIME_API": self.api.address,
                "AWS_LAMBDA_FUNCTION_NAME": "f",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_LOG_FORMAT": "JSON",
                "AWS_LAMBDA_LOG_LEVEL": "FATAL",
                **self.environment,
                # Last: no test sends a response to AWS.
                "RESPONSE_URL_ALLOW_AWS": "false",
            },
            stdout=subprocess.DEVNULL,
        )

    def invoke(self, event, seconds=30, kill_after=None):
        """The response to an event. Kills the process if it has not responded after `kill_after` seconds."""
        if self.process is None:
            self.start()
        request_id = str(uuid.uuid4())
        deadline_ms = int((time.time() + seconds) * 1000)
        self.api.events.put((request_id, deadline_ms, json.dumps(event).encode()))
        # Lambda waits until the deadline. A busy machine may need longer.
        wait = kill_after if kill_after is not None else seconds + 10
        try:
            responded_id, is_response, body = self.api.responses.get(timeout=wait)
        except queue.Empty:
            self.kill()
            if kill_after is not None:
                raise Killed from None
            raise SystemExit("FAILED: the function did not respond in time") from None
        assert responded_id == request_id, "a response to an earlier event"
        if not is_response:
            raise Failed(body.decode())
        return json.loads(body)

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None
            self.api.stop()
