"""Runs the runbook's commands for dead letters: each processed message is deleted, and each failed one stays.

usage: runbook.py CLI BOOTSTRAP AWS
CLI is the binary connector-versions, BOOTSTRAP the function, AWS the AWS CLI. The queue is in a moto server. The script
answers Lambda's Invoke API with the function. The bodies are those of the three queues: a message, an event, a record.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3

from servers import SNS, Failed, Function, Greengrass, Moto, check

cli, bootstrap, aws = (str(Path(each).absolute()) for each in sys.argv[1:])
RUNBOOK = Path("docs/src/operating/runbook.md").read_text()


def commands(heading):
    """The first block of shell commands below a heading of the runbook."""
    return re.search(r"```sh\n(.*?)```", RUNBOOK.split(f"\n### {heading}\n")[1], re.DOTALL)[1]


class Lambda(BaseHTTPRequestHandler):
    """Lambda's Invoke API."""

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        try:
            body = json.dumps(function.invoke(event)).encode()
        except Failed as failed:
            body = str(failed).encode()
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


moto = Moto()
greengrass = Greengrass(cli)
function = Function(bootstrap, {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url})
server = ThreadingHTTPServer(("127.0.0.1", 0), Lambda)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    sqs = boto3.client("sqs", endpoint_url=moto.url)
    definition, = greengrass.definitions(1)

    def request(number):
        return {"ConnectorDefinitionId": definition, "Connectors": [{"Id": f"m-{number}", "ConnectorArn": SNS}]}

    def event(number):
        return {"id": f"e-{number}", "detail-type": "d", "source": "s", "detail": request(number)}

    def record(number):
        return {
            "version": "1.0",
            "timestamp": "2026-03-02T10:00:00.000Z",
            "requestContext": {
                "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": event(number),
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorType": "ServiceUnavailable", "errorMessage": "503"},
        }

    # Both were processed before they reached a queue.
    for number in 1, 2:
        function.invoke(event(number))
    good = [request(0), event(1), record(2)]
    bad = [{"ConnectorDefinitionId": 7}]
    queue = sqs.create_queue(QueueName="dead")["QueueUrl"]
    for body in [*bad, *good]:
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body, indent=1))

    with tempfile.TemporaryDirectory() as folder:
        # The runbook is for version 2 of the AWS CLI; version 1 has no such option.
        program = Path(folder, "aws")
        endpoints = f'if [ "$1" = sqs ]; then url={moto.url}; else url=http://127.0.0.1:{server.server_address[1]}; fi'
        program.write_text(
            f'#!/bin/bash\n{endpoints}\narguments=("$@")\nfor n in "${{!arguments[@]}}"; do\n'
            '  if [ "${arguments[n]}" = --cli-binary-format ]; then unset "arguments[n]" "arguments[n+1]"; fi\ndone\n'
            f'exec {aws} --endpoint-url "$url" "${{arguments[@]}}"\n'
        )
        program.chmod(0o755)
        environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "QUEUE_URL": queue, "FUNCTION": "f"}
        loop = commands("Process messages one by one")
        ran = subprocess.run(
            ["bash", "-eu", "-c", loop], env=environment, cwd=folder, capture_output=True, text=True, timeout=300
        )
        check("the loop ends without an error", ran.returncode == 0 and not ran.stderr, ran)
        check("it leaves no files", sorted(each.name for each in Path(folder).iterdir()) == ["aws"])
    failed = ran.stdout.splitlines()
    check("it shows the message that failed, with its error", len(failed) == 1 and "InvalidRequest" in failed[0], ran.stdout)
    state = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    left = int(state["ApproximateNumberOfMessages"]), int(state["ApproximateNumberOfMessagesNotVisible"])
    check("this message alone stays, hidden", left == (0, 1), left)
    made = greengrass.versions_by_request([definition])
    check("each request has one version, also those processed before", made == {0: 1, 1: 1, 2: 1}, made)
finally:
    function.kill()
    server.shutdown()
    greengrass.stop()
    moto.stop()
