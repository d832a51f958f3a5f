"""Makes the release build panic and checks that CloudFormation still receives exactly one response.

usage: panics.py CLI BOOTSTRAP
CLI is the binary connector-versions, BOOTSTRAP the function as cargo-lambda builds it with the feature failpoints.
"""

import json
import subprocess
import sys

cli, bootstrap = sys.argv[1:3]


def run(step, failpoints):
    command = [cli, "run", "--json", "--bootstrap", bootstrap, f"events/cloudformation-{step}.json"]
    if failpoints:
        command += ["--env", f"CONNECTOR_VERSIONS_FAILPOINTS={failpoints}"]
    done = subprocess.run(command, capture_output=True, text=True)
    responses = json.loads(done.stdout).get("CloudFormation", [])
    if len(responses) != 1:
        sys.exit(f"FAILED: {step}, {failpoints}: {len(responses)} responses\n{done.stdout}{done.stderr}")
    return responses[0]


for step in ("create", "update", "delete"):
    for failpoints in (None, "panic-in-reconcile", "panic-in-response", "panic-in-reconcile,panic-in-response"):
        response = run(step, failpoints)
        expected = "SUCCESS" if failpoints is None or step == "delete" else "FAILED"
        internal = response["Reason"].startswith("Internal: ")
        if response["Status"] != expected or (expected == "FAILED" and not internal):
            sys.exit(f"FAILED: {step}, {failpoints}: {response}")
        print(f"{step:7} {failpoints or 'no failpoint':36} {response['Status']}")
