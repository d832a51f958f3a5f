"""Runs every sample event with the tools that run Lambda functions on a developer's machine.

usage: samples.py emulator CLI RIE BOOTSTRAP     AWS's runtime interface emulator with the built function
       samples.py watch CLI                      cargo lambda watch and cargo lambda invoke
       samples.py sam CLI SAM                    sam local invoke with the output of sam build
CLI is the binary connector-versions. Custom resources return their response (CUSTOM_RESOURCE_RESPONSE=return), because the
ResponseURLs of the samples cannot be used.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from servers import CREDENTIALS, Greengrass, free_port

ROOT = Path(__file__).resolve().parents[1]
# The image in which `sam local` runs the function.
IMAGE = "public.ecr.aws/lambda/provided:al2023-x86_64"


def result(answer, outcome="Created"):
    return answer["Outcome"] == outcome and answer["Arn"].endswith(answer["Version"])


def reused(answer):
    return result(answer, "Existing")


def resource(answer, outcome="Created"):
    return answer["Data"]["Outcome"] == outcome and answer["Data"]["Arn"] == answer["PhysicalResourceId"]


def rolled_back(answer):
    return resource(answer, "Existing")


def deleted(answer):
    return answer["PhysicalResourceId"].endswith("5d2c8f1b-94e7-4b3a-8f60-7e1d9c0a2b34")


def batch(answer):
    return answer == {"batchItemFailures": []}


# The expected response of each sample and the number of versions that it creates.
EXPECTED = {
    "cloudformation-create": (resource, 1),
    "cloudformation-delete": (deleted, 0),
    # The create sample has created this version.
    "cloudformation-update": (rolled_back, 0),
    "direct": (result, 1),
    "eventbridge": (result, 1),
    "pipes": (batch, 2),
    "scheduler": (result, 1),
    "sns": (result, 1),
    "sns-cloudformation": (resource, 1),
    "sqs": (batch, 3),
    "sqs-fifo": (batch, 3),
    "step-functions": (result, 1),
    # Another sample has created this version.
    "terraform-update": (reused, 0),
}


def settings(endpoint):
    return {"AWS_ENDPOINT_URL_GREENGRASS": endpoint, "CUSTOM_RESOURCE_RESPONSE": "return"}


class Emulator:
    def __init__(self, endpoint, rie, bootstrap):
        self.port = free_port()
        here, there = (f"127.0.0.1:{port}" for port in (self.port, free_port()))
        command = [rie, "--runtime-interface-emulator-address", here, "--runtime-api-address", there, bootstrap]
        command[-1] = str(Path(bootstrap).resolve())
        environment = {
            **os.environ, **CREDENTIALS, **settings(endpoint),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60", "AWS_LAMBDA_FUNCTION_NAME": "function",
        }
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def invoke(self, event):
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        for _ in range(200):
            try:
                return urllib.request.urlopen(url, event.read_bytes()).read()
            except urllib.error.URLError as error:
                if not isinstance(error.reason, ConnectionRefusedError):
                    raise
                time.sleep(0.05)
        sys.exit("FAILED: the emulator did not start")

    def stop(self):
        self.process.kill()
        self.process.wait()


class Watch:
    def __init__(self, endpoint):
        self.address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(free_port())]
        command = ["cargo", "lambda", "watch", *self.address, "--ignore-changes"]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings(endpoint)}, stdout=self.log, stderr=self.log,
            start_new_session=True,
        )

    def invoke(self, event):
        # cargo-lambda builds the function for the first event, and starts its server shortly after the command.
        command = ["cargo", "lambda", "invoke", "bootstrap", *self.address, "--retry-attempts", "5", "--data-file", event]
        for _ in range(100):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout
            if "error sending request" not in done.stderr and "onnect" not in done.stderr:
                break
            time.sleep(0.1)
        self.log.seek(0)
        sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stderr}\n{self.log.read().decode()[-2000:]}")

    def stop(self):
        os.killpg(self.process.pid, 15)
        self.process.wait()


class Sam:
    def __init__(self, endpoint, sam):
        # As in samconfig.toml, except for the port. A substitute for the base image cannot be pulled.
        self.sam = sam
        self.parameters = f"GreengrassEndpoint={endpoint} CustomResourceResponse=return"

    def invoke(self, event):
        command = [
            self.sam, "local", "invoke", "ConnectorVersions", "--event", event, "--skip-pull-image",
            "--parameter-overrides", self.parameters,
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0 or not done.stdout.strip():
            sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def stop(self):
        """No process runs between invocations."""


def gateway():
    """This machine's address inside a container, read in one: an engine that just created its bridge does not report it."""
    command = ["docker", "run", "--rm", "--entrypoint", "/bin/cat", IMAGE, "/proc/net/route"]
    table = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    _, *routes = (line.split() for line in table.splitlines())
    for _, destination, via, *_ in routes:
        if int(destination, 16) == 0:
            # The kernel prints the address as a number in host byte order.
            return socket.inet_ntoa(int(via, 16).to_bytes(4, sys.byteorder))
    sys.exit(f"FAILED: a container has no gateway:\n{table}")


def versions(greengrass):
    calls = json.load(urllib.request.urlopen(f"{greengrass.url}/_local/calls"))
    return sum(c["operation"] == "CreateConnectorDefinitionVersion" and c["status"] == 200 for c in calls)


tool, cli, *rest = sys.argv[1:]
events = sorted((ROOT / "events").glob("*.json"))
if {event.stem for event in events} != EXPECTED.keys():
    sys.exit(f"FAILED: EXPECTED and events/ differ: {EXPECTED.keys() ^ {e.stem for e in events}}")
flags = ["--samples"]
if tool == "sam":
    flags += ["--address", gateway()]
greengrass = Greengrass(cli, *flags)
runner = {"emulator": Emulator, "watch": Watch, "sam": Sam}[tool](greengrass.url, *rest)
try:
    for event in events:
        is_right, makes = EXPECTED[event.stem]
        before = versions(greengrass)
        text = runner.invoke(event)
        made = versions(greengrass) - before
        try:
            right = is_right(json.loads(text))
        except (KeyError, TypeError, ValueError):
            right = False
        if not right or made != makes:
            sys.exit(f"FAILED: {event.name} created {made} versions: {text}")
        print(f"{event.name}: {made} versions")
finally:
    runner.stop()
    greengrass.stop()
