"""Sends the function's responses to a store that verifies pre-signed URLs as S3 does.

usage: presigned.py S3S-FS CLI
S3S-FS is the binary of the crate s3s-fs, CLI the binary connector-versions. boto3 creates URLs in the three forms that
CloudFormation may use. The store must accept the function's response at each of them. The output shows which headers the
store accepts for each form.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import boto3
from botocore.config import Config

s3s_fs, cli = sys.argv[1:3]
os.environ.update({"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull})
KEY, SECRET, BUCKET = "AKIALOCALLOCALLOCAL0", "local-secret-access-key", "responses"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def put(url, headers):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("PUT", f"{parts.path}?{parts.query}", body=b"{}", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


with tempfile.TemporaryDirectory() as root:
    pathlib.Path(root, BUCKET).mkdir()
    port = free_port()
    command = [s3s_fs, "--host", "127.0.0.1", "--port", str(port), "--access-key", KEY, "--secret-key", SECRET, root]
    store = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)

        def client(version):
            return boto3.client(
                "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                region_name="us-east-1", config=Config(signature_version=version, s3={"addressing_style": "path"}),
            )

        def url(form, name):
            version = "s3" if form == "SigV2" else "s3v4"
            params = {"Bucket": BUCKET, "Key": f"stack/arn:aws:cloudformation|{name}"}
            if form == "SigV4, empty content type signed":
                params["ContentType"] = ""
            return client(version).generate_presigned_url("put_object", params, ExpiresIn=7200), params["Key"]

        sample = json.loads(pathlib.Path("events/cloudformation-create.json").read_text())
        #                                     absent, empty, application/json
        forms = {
            "SigV4, only host signed": (200, 200, 200),
            "SigV4, empty content type signed": (403, 200, 403),
            "SigV2": (200, 200, 403),
        }
        for form, statuses in forms.items():
            for headers, status in zip(({}, {"Content-Type": ""}, {"Content-Type": "application/json"}), statuses):
                target, _ = url(form, "form")
                got = put(target, headers)
                print(f"{form:34} {str(headers):38} {got}")
                check(got == status, f"{form} with {headers}: {got}, not {status}")
            other = lambda found: found[1] + ("1" if found[2] == "0" else "0")
            tampered = put(re.sub("(Signature=)(.)", other, url(form, "form")[0]), {"Content-Type": ""})
            check(tampered == 403, f"{form}: the store rejects a wrong signature ({tampered})")

            target, key = url(form, "function")
            signed = urllib.parse.parse_qs(target).get("X-Amz-SignedHeaders", ["-"])[0]
            event = json.dumps({**sample, "ResponseURL": target})
            run = subprocess.run([cli, "run", "--json", "--keep-response-url", "-"], input=event, capture_output=True, text=True)
            check(run.returncode == 0, f"{form}: {run.stdout}{run.stderr}")
            stored = json.loads(client("s3v4").get_object(Bucket=BUCKET, Key=key)["Body"].read())
            check(stored["Status"] == "SUCCESS" and stored["RequestId"] == sample["RequestId"], stored)
            check(stored == json.loads(run.stdout)["Result"], "the stored document is the result of the invocation")
            print(f"{form:34} {'response of the function':38} 200 (signed: {signed})")
    finally:
        store.kill()
        store.wait()
