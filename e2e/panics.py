"""The release build, panicking: CloudFormation is told all the same.

usage: panics.py LOCAL BOOTSTRAP
LOCAL is the program of `cargo local`, BOOTSTRAP the function as cargo-lambda builds it with the feature probes.
"""

import json
import subprocess
import sys

local, bootstrap = sys.argv[1:3]


def run(step, place):
    command = [local, "--json", "--bootstrap", bootstrap, f"events/cloudformation-{step}.json"]
    if place:
        command += ["--env", f"CONNECTOR_VERSIONS_PANIC_AT={place}"]
    done = subprocess.run(command, capture_output=True, text=True)
    told = json.loads(done.stdout).get("CloudFormation", [])
    if len(told) != 1:
        sys.exit(f"FAILED: {step}, {place}: {len(told)} answers\n{done.stdout}{done.stderr}")
    return told[0]


for step in ("create", "update", "delete"):
    for place in (None, "settle", "answer", "settle,answer"):
        told = run(step, place)
        expected = "SUCCESS" if place is None or step == "delete" else "FAILED"
        internal = told["Reason"].startswith("Internal: ")
        if told["Status"] != expected or (expected == "FAILED" and not internal):
            sys.exit(f"FAILED: {step}, {place}: {told}")
        print(f"{step:7} panic at {place or 'no place':14} told {told['Status']}")
