"""Leases on requests in a table of a moto server: what they hand on, refuse and wait for.

usage: leases.py LOCAL BOOTSTRAP
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

local, bootstrap = sys.argv[1:3]
moto = Moto()
greengrass = Greengrass(local, "--ignore-tokens")
environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url, **moto.leases()}
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
        check(f"  nothing was sent, {error['errorType']}: {error['errorMessage']}", calls() == before)
        return error["errorType"]
    raise SystemExit(f"FAILED: expected an error: {seen}")


class DynamoDB(BaseHTTPRequestHandler):
    """In place of moto, for what moto does not do: says whether botocore signs a call the same, and fails as it is told."""

    signed = []
    answers = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.signed.append(is_signed_alike(self, "dynamodb", body, {"host", "x-amz-date", "x-amz-target"}))
        status, name = self.answers.pop(0) if self.answers else (200, "")
        answer = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{name}"} if name else {}).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Between(BaseHTTPRequestHandler):
    """Hands calls on to moto, and does something else besides where a put is made under a condition of this beginning."""

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
            status, answer = 200, urllib.request.urlopen(on).read()
        except urllib.error.HTTPError as refused:
            status, answer = refused.code, refused.read()
        if meant and Between.lost:
            status, answer = 500, b"{}"
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


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
    check("a request that comes again gets its version, and Greengrass no call",
          (first["Outcome"], again["Outcome"]) == ("Created", "Existing")
          and first["Version"] == again["Version"] and calls() == before + 1, [first, again])
    check("no parameter is in the table", "secret" not in json.dumps(dynamodb.scan(TableName="leases")["Items"]))
    check("a token that comes again with other content is refused", error_of(one, request("mine", "b")) == "InvalidRequest")

    def lease(token, until, **other):
        """As another invocation would have left it."""
        one.invoke(request(token, "a"))
        item = dynamodb.get_item(TableName="leases", Key={"Token": {"S": token}})["Item"]
        result = item.pop("Result")
        item |= {"Until": {"N": str(int(until * 1000))}, "Owner": {"S": "another"}, **other}
        dynamodb.put_item(TableName="leases", Item=item)
        return item, result

    item, result = lease("held", time.time() + 60)
    check("a request that another works on ends as retryable", error_of(one, request("held", "a"), 2) == "ServiceUnavailable")

    def end_it():
        time.sleep(0.5)
        dynamodb.put_item(TableName="leases", Item={**item, "Result": result})

    threading.Thread(target=end_it).start()
    waited = one.invoke(request("held", "a"), 10)
    check("or gets the other's result", waited["Version"] == result["M"]["Version"]["S"], waited)

    _, result = lease("ran-out", time.time() - 1)
    before = calls()
    found = one.invoke(request("ran-out", "a"))
    check("a lease that ran out is taken over, and the version found",
          found["Version"] == result["M"]["Version"]["S"] and found["Outcome"] == "Existing" and calls() > before, found)

    lease("forgotten", time.time() + 60, Expires={"N": "1"})
    new = one.invoke(request("forgotten", "b"))
    check("what the table should have forgotten is not there", new["Outcome"] == "Created", new)

    server = serve(Between)
    between = function(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{server.server_port}")
    take_first, take_over = "attribute_not_exists", "#owner"
    Between.at, Between.lost = take_first, True
    check("a lease that was taken and nobody saw it is one's own", between.invoke(request("unseen", "a"), 5)["Outcome"] == "Created")
    check("(the put was made)", Between.at is None)
    lease("unseen-too", time.time() - 1)
    Between.at = take_over
    check("also one that ran out before", between.invoke(request("unseen-too", "a"), 5)["Outcome"] == "Existing")
    check("(the put was made)", Between.at is None)
    item, result = lease("just-done", time.time() - 1)
    before = calls()
    Between.at, Between.lost = take_over, False
    Between.before = lambda: dynamodb.put_item(TableName="leases", Item={**item, "Result": result})
    done = between.invoke(request("just-done", "a"), 5)
    check("a result that comes in late is not overwritten",
          done["Version"] == result["M"]["Version"]["S"] and calls() == before and Between.at is None, done)
    server.shutdown()

    # A call that is given up on may still take effect a little later.
    create = "CreateConnectorDefinitionVersion"
    greengrass.fault(Operation=create, Commit=False, Outcome="Never", Times=100)
    ends = time.time() + 2
    try:
        one.invoke(request("slow", "c"), 2)
        raise SystemExit("FAILED: expected an error")
    except Failed:
        pass
    greengrass.clear_faults()
    item = dynamodb.get_item(TableName="leases", Key={"Token": {"S": "slow"}})["Item"]
    outlasts = int(item["Until"]["N"]) / 1000 - ends
    check("a lease outlasts its invocation by some seconds", 3 < outlasts < 6, outlasts)

    # Greengrass refuses: the lease is given back, and the next one is not kept waiting.
    greengrass.fault(Operation=create, Commit=False, Outcome={"Status": {"Status": 400, "Code": "BadRequestException", "Body": "{}"}})
    try:
        one.invoke(request("refused", "c"))
        raise SystemExit("FAILED: expected an error")
    except Failed:
        pass
    check("a lease on what was refused is given back", other.invoke(request("refused", "d"), 2)["Outcome"] == "Created")

    dynamodb.put_item(TableName="leases", Item={"Token": {"S": "odd"}, "Owner": {"N": "1"}})
    check("an item of another kind is no lease", error_of(one, request("odd", "a")) == "Configuration")
    check("a table that is not there", error_of(function(IDEMPOTENCY_TABLE="other"), request("t", "a")) == "Configuration")
    check("no table at all", error_of(function(IDEMPOTENCY_TABLE=""), request("t", "a")) == "Configuration")
    gone = function(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{free_port()}")
    check("a DynamoDB that cannot be reached", error_of(gone, request("t", "a")) == "ServiceUnavailable")
    nobody = function(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    check("no credentials", error_of(nobody, request("t", "a")) == "AccessDenied")

    server = serve(DynamoDB)
    failing = function(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{server.server_port}")
    DynamoDB.answers = [(500, "InternalServerError"), (400, "ThrottlingException")]
    check("a put is tried three times", failing.invoke(request("again", "a"))["Outcome"] == "Created")
    check("botocore signs the same way", DynamoDB.signed == [True] * 4, DynamoDB.signed)
    DynamoDB.answers = [(503, "")] * 3
    check("but not four", error_of(failing, request("t", "a")) == "ServiceUnavailable")
    DynamoDB.answers = [(400, "ProvisionedThroughputExceededException")] * 3
    check("a table that is too busy", error_of(failing, request("t", "a")) == "Throttled")
    DynamoDB.answers = [(400, "AccessDeniedException")]
    check("a role that may not", error_of(failing, request("t", "a")) == "AccessDenied")
    check("which is not tried again", len(DynamoDB.signed) == 4 + 3 + 3 + 1, len(DynamoDB.signed))
    server.shutdown()
finally:
    for each in functions:
        each.kill()
    greengrass.stop()
    moto.stop()
