"""The README's console blocks, run in their order as they stand, and held to the output that they show.

usage: readme.py [README]
A line that begins with `$ ` is a command; what follows is its output. Ids and times are others each time; the rest is not.
A command that ends in & goes on while the others run, and is waited for until its port answers. Commands that other checks
run are named here, with the file where that is. A client token is derived, and the same each time.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = {"cargo test": ".ci/run"}
MARK = "=== the end of a command ==="
OTHERS = [
    (r"(?<!AmznClientToken )[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"\d+\.\d ms", "TIME"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "WHEN"),
]


def commands(text):
    """Each command with the lines that it is said to print."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def script(found):
    for command, _ in found:
        yield command
        if command.endswith("&"):
            port = re.search(r"--port (\d+)", command)
            port = port.group(1) if port else "8090"
            yield f"for _ in $(seq 1200); do (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && break; sleep 0.1; done"
        yield f"printf '%s\\n' '{MARK}'"


def plain(lines):
    # What a server says of itself comes when it likes.
    lines = [line.rstrip() for line in lines if not line.startswith("Greengrass V1 connector definitions on")]
    text = "\n".join(lines).strip()
    for pattern, name in OTHERS:
        text = re.sub(pattern, name, text)
    return text


readme = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "README.md"
found = commands(readme.read_text())
for command, where in ELSEWHERE.items():
    if command not in (ROOT / where).read_text():
        sys.exit(f"FAILED: {where} does not run {command}")
found = [(command, shown) for command, shown in found if command not in ELSEWHERE]
if len(found) < 5:
    sys.exit(f"FAILED: only {len(found)} commands were found")
run = subprocess.run(["bash"], input="\n".join(script(found)) + "\n", cwd=ROOT, text=True, stdout=subprocess.PIPE)
printed = [part.splitlines() for part in run.stdout.split(MARK + "\n")]
if len(printed) != len(found) + 1:
    sys.exit(f"FAILED: {len(found)} commands, {len(printed) - 1} ended")
for (command, shown), lines in zip(found, printed):
    if plain(shown) != plain(lines):
        sys.exit(f"FAILED: $ {command}\n--- the README shows\n{plain(shown)}\n--- it printed\n{plain(lines)}")
    print(f"$ {command}")
