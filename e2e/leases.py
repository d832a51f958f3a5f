"""Checks the locks of IDEMPOTENCY=table in the DynamoDB of a moto server.

usage: leases.py CLI BOOTSTRAP
CLI is the binary connector-versions, BOOTSTRAP the function. The emulator ignores client tokens.
"""

import json
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

from servers import SNS, Failed, Function, Greengrass, Moto, check, free_port, is_signed_alike

cli, bootstrap = sys.argv[1:3]
moto = Moto()
greengrass = Greengrass(cli, "--ignore-tokens")
environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url, **moto.idempotency_table()}
functions = []


def function(**other):
    functions.append(Function(bootstrap, {**environment, **other}))
    return functions[-1]


def calls():
    return len(json.load(urllib.request.urlopen(f"{greengrass.url}/_local/calls")))


def error_of(function, event, seconds=3):
    before = calls()
    try:
        seen = function.invoke(event, seconds)
    except Failed as failed:
        error = json.loads(str(failed))
        check(f"  no call to Greengrass, {error['errorType']}: {error['errorMessage']}", calls() == before)
        return error["errorType"]
    raise SystemExit(f"FAILED: expected an error: {seen}")


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, response):
        self.send_response(status)
        self.send_header("content-length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def log_message(self, *_):
        pass


class DynamoDB(Handler):
    """A DynamoDB that compares signatures with botocore and fails on request, which moto cannot."""

    signed = []
    responses = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.signed.append(is_signed_alike(self, "dynamodb", body, {"host", "x-amz-date", "x-amz-target"}))
        status, name = self.responses.pop(0) if self.responses else (200, "")
        response = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{name}"} if name else {}).encode()
        self.reply(status, response)


class Between(Handler):
    """Forwards calls to moto. At the first put whose condition begins with `at`, runs `before` or loses the response."""

    at, before, lost = None, None, False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        meant = Between.at and json.loads(body).get("ConditionExpression", "").startswith(Between.at)
        if meant:
            Between.at = None
            if Between.before:
                Between.before()
        names = ("content-type", "x-amz-target", "x-amz-date", "authorization")
        on = urllib.request.Request(moto.url, body, {name: self.headers[name] for name in names})
        try:
            status, response = 200, urllib.request.urlopen(on).read()
        except urllib.error.HTTPError as refused:
            status, response = refused.code, refused.read()
        if meant and Between.lost:
            status, response = 500, b"{}"
        self.reply(status, response)


def serve(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


try:
    dynamodb = boto3.client("dynamodb", endpoint_url=moto.url)
    definition = greengrass.definitions(1)[0]
    before = calls()

    def request(token, *ids):
        connectors = [{"Id": id, "ConnectorArn": SNS, "Parameters": {"DefaultSNSArn": "secret"}} for id in ids]
        return {"ConnectorDefinitionId": definition, "AmznClientToken": token, "Connectors": connectors}

    one, other = function(), function()
    first = one.invoke(request("mine", "a"))
    again = other.invoke(request("mine", "a"))
    check("a repeated request returns its version without a call to Greengrass",
          (first["Outcome"], again["Outcome"]) == ("Created", "Existing")
          and first["Version"] == again["Version"] and calls() == before + 1, [first, again])
    check("the table contains no parameter", "secret" not in json.dumps(dynamodb.scan(TableName="idempotency")["Items"]))
    check("a repeated token with other content is rejected", error_of(one, request("mine", "b")) == "InvalidRequest")

    def lock(token, expires_at, **other):
        """Changes the record of a request into the lock of another invocation."""
        one.invoke(request(token, "a"))
        item = dynamodb.get_item(TableName="idempotency", Key={"Token": {"S": token}})["Item"]
        result = item.pop("Result")
        item |= {"Status": {"S": "IN_PROGRESS"}, "Owner": {"S": "another"}}
        item |= {"LeaseExpiresAt": {"N": str(int(expires_at * 1000))}, **other}
        dynamodb.put_item(TableName="idempotency", Item=item)
        return item, result

    item, result = lock("held", time.time() + 60)
    error = error_of(one, request("held", "a"), 2)
    check("a request that another invocation has locked fails as retryable", error == "ServiceUnavailable", error)

    def complete():
        time.sleep(0.5)
        dynamodb.put_item(TableName="idempotency", Item={**item, "Status": {"S": "COMPLETED"}, "Result": result})

    threading.Thread(target=complete).start()
    waited = one.invoke(request("held", "a"), 10)
    check("a request that waits long enough returns the result of the other invocation",
          waited["Version"] == result["M"]["Version"]["S"], waited)

    _, result = lock("ran-out", time.time() - 1)
    before = calls()
    found = one.invoke(request("ran-out", "a"))
    check("a request takes over an expired lock and finds the version",
          found["Version"] == result["M"]["Version"]["S"] and found["Outcome"] == "Existing" and calls() > before, found)

    lock("forgotten", time.time() + 60, Expires={"N": "1"})
    new = one.invoke(request("forgotten", "b"))
    check("a record past its TTL does not count", new["Outcome"] == "Created", new)

    server = serve(Between)
    between = function(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{server.server_port}")
    take_first, take_over = "attribute_not_exists", "#owner"
    Between.at, Between.lost = take_first, True
    unseen = between.invoke(request("unseen", "a"), 5)
    check("a lost response to the first put does not lock the request out", unseen["Outcome"] == "Created", unseen)
    check("  the put was made", Between.at is None)
    lock("unseen-too", time.time() - 1)
    Between.at = take_over
    unseen = between.invoke(request("unseen-too", "a"), 5)
    check("a lost response to the put of a takeover does not lock the request out", unseen["Outcome"] == "Existing", unseen)
    check("  the put was made", Between.at is None)
    item, result = lock("just-done", time.time() - 1)
    before = calls()
    Between.at, Between.lost = take_over, False
    Between.before = lambda: dynamodb.put_item(
        TableName="idempotency", Item={**item, "Status": {"S": "COMPLETED"}, "Result": result}
    )
    done = between.invoke(request("just-done", "a"), 5)
    check("a takeover does not overwrite a late result",
          done["Version"] == result["M"]["Version"]["S"] and calls() == before and Between.at is None, done)
    server.shutdown()

    # A call that timed out may still take effect a little later.
    create = "CreateConnectorDefinitionVersion"
    greengrass.fault(Operation=create, Commit=False, Outcome="Never", Times=100)
    ends = time.time() + 2
    try:
        one.invoke(request("slow", "c"), 2)
        raise SystemExit("FAILED: expected an error")
    except Failed:
        pass
    greengrass.clear_faults()
    item = dynamodb.get_item(TableName="idempotency", Key={"Token": {"S": "slow"}})["Item"]
    outlasts = int(item["LeaseExpiresAt"]["N"]) / 1000 - ends
    check("a lock expires some seconds after the deadline of its invocation", 3 < outlasts < 6, outlasts)

    # Greengrass rejects the create. The function releases the lock, so that the next request need not wait.
    greengrass.fault(Operation=create, Commit=False, Outcome={"Status": {"Status": 400, "Code": "BadRequestException", "Body": "{}"}})
    try:
        one.invoke(request("refused", "c"))
        raise SystemExit("FAILED: expected an error")
    except Failed:
        pass
    check("the function releases the lock of a rejected request", other.invoke(request("refused", "d"), 2)["Outcome"] == "Created")

    dynamodb.put_item(TableName="idempotency", Item={"Token": {"S": "odd"}, "Owner": {"N": "1"}})
    check("a record that cannot be read", error_of(one, request("odd", "a")) == "Configuration")
    check("a table that does not exist", error_of(function(IDEMPOTENCY_TABLE="other"), request("t", "a")) == "Configuration")
    check("no table configured", error_of(function(IDEMPOTENCY_TABLE=""), request("t", "a")) == "Configuration")
    gone = function(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{free_port()}")
    check("a DynamoDB that cannot be reached", error_of(gone, request("t", "a")) == "ServiceUnavailable")
    anonymous = function(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    check("no credentials", error_of(anonymous, request("t", "a")) == "AccessDenied")

    server = serve(DynamoDB)
    failing = function(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{server.server_port}")
    DynamoDB.responses = [(500, "InternalServerError"), (400, "ThrottlingException")]
    check("the function makes up to three attempts of a put", failing.invoke(request("again", "a"))["Outcome"] == "Created")
    check("botocore computes the same signatures", DynamoDB.signed == [True] * 4, DynamoDB.signed)
    DynamoDB.responses = [(503, "")] * 3
    check("three failed attempts of a put", error_of(failing, request("t", "a")) == "ServiceUnavailable")
    DynamoDB.responses = [(400, "ProvisionedThroughputExceededException")] * 3
    check("a table that throttles", error_of(failing, request("t", "a")) == "Throttled")
    DynamoDB.responses = [(400, "AccessDeniedException")]
    check("a role without permission", error_of(failing, request("t", "a")) == "AccessDenied")
    check("a denied put is not repeated", len(DynamoDB.signed) == 4 + 3 + 3 + 1, len(DynamoDB.signed))
    server.shutdown()
finally:
    for each in functions:
        each.kill()
    greengrass.stop()
    moto.stop()
