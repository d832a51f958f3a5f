"""Builds the function and each peer with the tools of its own ecosystem, below bench/target/."""

import functools
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

BENCH = Path(__file__).resolve().parent
MADE = BENCH / "target"


class Missing(Exception):
    """A peer that could not be installed."""


def sh(*command, cwd=BENCH, **options):
    """Runs a command. Its output goes to standard error, because it is progress."""
    print("+", *command, file=sys.stderr)
    subprocess.run(command, cwd=cwd, check=True, stdout=sys.stderr, **options)


def rig():
    sh("cargo", "build", "--locked", "--release", "--package", "rig")
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--no-deps"]
    metadata = subprocess.run(command, cwd=BENCH, check=True, stdout=subprocess.PIPE).stdout
    return Path(json.loads(metadata)["target_directory"]) / "release/rig"


@functools.cache
def cargo_lambda():
    """The environment variables with which cargo-lambda is found; installs cargo-lambda if it is missing."""
    if shutil.which("cargo-lambda"):
        return dict(os.environ)
    tools = environment("cargo-lambda", BENCH / "requirements.txt")
    return {**os.environ, "PATH": f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def deployed(folder, profile, package, name):
    """Builds a Rust function as it is deployed: with cargo-lambda, as `sam build` does, which links with zig."""
    sh("cargo", "lambda", "build", "--locked", "--skip-target-check", "--profile", profile, "--package", package,
       "--lambda-dir", MADE / "lambda", cwd=folder, env=cargo_lambda())
    return [str(MADE / "lambda" / name / "bootstrap")]


def this():
    """The function itself, with all its features."""
    return deployed(BENCH.parent, "release", "connector-versions", "bootstrap")


def empty():
    return deployed(BENCH, "floor", "empty", "empty")


def usual():
    return deployed(BENCH, "release", "usual", "usual")


def environment(name, requirements):
    """A virtual environment with these packages."""
    home = MADE / name
    if not (home / "bin/python").exists():
        venv.create(home, with_pip=True)
    sh(home / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
    return home


def boto3():
    home = environment("boto3", BENCH / "peers/boto3/requirements.txt")
    python = home / "bin/python"
    # Compiled once, as a deployed package may be; Lambda's disk cannot be written to.
    app = shutil.copy(BENCH / "peers/boto3/app.py", home)
    sh(python, "-m", "compileall", "-q", app)
    return [str(python), "-m", "awslambdaric", "app.handler"]


def node():
    if not (shutil.which("node") and shutil.which("npm")):
        raise Missing("node and npm are not installed")
    home = MADE / "node"
    shutil.copytree(BENCH / "peers/node", home, dirs_exist_ok=True)
    sh("npm", "ci", "--silent", "--no-audit", "--no-fund", cwd=home)
    require = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"
    sh("npx", "esbuild", "bootstrap.mjs", "--bundle", "--minify", "--platform=node", "--target=node20",
       "--format=esm", f"--banner:js={require}", "--outfile=bundle.mjs", "--log-level=warning", cwd=home)
    return [shutil.which("node"), str(home / "bundle.mjs")]


PEERS = {"empty": empty, "this": this, "usual": usual, "node": node, "boto3": boto3}


def functions():
    """The functions that could be built, and why the others could not."""
    found, missing = [], {}
    for name, build in PEERS.items():
        try:
            command = build()
            folder = MADE / name if (MADE / name).is_dir() else BENCH
            found.append({"name": name, "command": command, "folder": str(folder)})
        except (Missing, OSError, subprocess.CalledProcessError) as error:
            missing[name] = str(error)
    return found, missing


def certificates(rig):
    """Creates a chain as AWS's endpoints have one (RSA, an intermediate), and a bundle of Mozilla's roots with its authority."""
    home = MADE / "certificates"
    if (home / "bundle.pem").exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    issue(home, "ca", "Bench Root", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign", None)
    issue(home, "intermediate", "Bench RSA 2048", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign", "ca")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature"
    issue(home, "leaf", "localhost", names, "intermediate")
    (home / "chain.pem").write_text((home / "leaf.pem").read_text() + (home / "intermediate.pem").read_text())
    roots = subprocess.run([rig, "roots"], check=True, stdout=subprocess.PIPE, text=True).stdout
    (home / "bundle.pem").write_text(roots + (home / "ca.pem").read_text())
    return home


def issue(home, name, subject, extensions, issuer):
    (home / f"{name}.ext").write_text(extensions + "\n")
    quiet = {"cwd": home, "stderr": subprocess.DEVNULL}
    sh("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-subj",
       f"/O=Bench/CN={subject}", "-out", f"{name}.csr", **quiet)
    by = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial"] if issuer else ["-signkey", f"{name}.key"]
    sh("openssl", "x509", "-req", "-in", f"{name}.csr", *by, "-days", "3650", "-extfile", f"{name}.ext",
       "-out", f"{name}.pem", **quiet)
