"""Compares the signatures of the function's four Greengrass calls with those of botocore.

usage: signatures.py BOOTSTRAP
The calls have paths and queries that need encoding, and a session token.
"""

import json
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers import SNS, Function, check, is_signed_alike

DEFINITION = "/greengrass/definition/connectors/d"
# The service may choose any characters.
VERSION, NEXT_PAGE = "v/2 +~é", "a=b&c/+ %é"


def version(name):
    created = time.strftime("%Y-%m-%dT%H:%M:%S.999Z", time.gmtime())
    return {"Arn": f"arn:{name}", "Id": "d", "Version": name, "CreationTimestamp": created}


class Greengrass(BaseHTTPRequestHandler):
    """Fails the first create with 500, and then lists versions that the request did not create."""

    calls = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        creates = [call for call, _ in self.calls if call == "create"]
        self.respond("create", body, version("new"), 200 if creates else 500)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        held = {**version(VERSION), "Definition": {"Connectors": []}}
        if path == DEFINITION:
            self.respond("definition", b"", {"Id": "d", "LatestVersion": VERSION})
        elif path != f"{DEFINITION}/versions":
            name = urllib.parse.unquote(path.removeprefix(f"{DEFINITION}/versions/"))
            self.respond("version" if name in (VERSION, "older") else path, b"", held)
        elif not query:
            self.respond("first page", b"", {"Versions": [version(VERSION)], "NextToken": NEXT_PAGE})
        else:
            parameters = urllib.parse.parse_qs(query)
            self.respond("next page" if parameters == {"NextToken": [NEXT_PAGE]} else query, b"", {"Versions": [version("older")]})

    def respond(self, call, body, document, status=200):
        signed = is_signed_alike(self, "greengrass", body, {"host", "x-amz-date", "x-amz-security-token"}, "local")
        self.calls.append((call, signed))
        document = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Greengrass)
threading.Thread(target=server.serve_forever, daemon=True).start()
environment = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_SESSION_TOKEN": "local"}
function = Function(sys.argv[1], environment)
try:
    connectors = [{"Id": "a", "ConnectorArn": SNS, "Parameters": {"DefaultSNSArn": "é"}}]
    made = function.invoke({"ConnectorDefinitionId": "d", "Connectors": connectors})
    check("the function repeats the create", made["Version"] == "new", made)
    expected = ["create", "definition", "version", "first page", "next page", "version", "create"]
    check("it first looks at all versions", [call for call, _ in Greengrass.calls] == expected, Greengrass.calls)
    check("botocore computes the same signature for each call", all(signed for _, signed in Greengrass.calls), Greengrass.calls)
finally:
    function.kill()
    server.shutdown()
