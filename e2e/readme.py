"""Runs the console blocks of the documentation and compares the output with what the pages show.

usage: readme.py [--update] [PAGE...]      default: README.md and every page below docs/src

--update writes the output of each command that prints something else than its page shows into the page.

Each page is run by itself, from top to bottom, in one shell in the repository's root. A line that begins with `$ ` is a
command; the lines after it are its output. IDs, times and timestamps differ on every run and are not compared; a client token
is derived, and is compared. A command that ends in & runs in the background, and the next one waits until its port accepts connections.
What is still running at the end of a page is stopped. Commands that .ci/run executes anyway are in ELSEWHERE.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Command to the file that runs it: one line there has all of its words.
ELSEWHERE = {"cargo test --workspace": ".ci/run"}
MIN_COMMANDS = 5
MARK = "=== end of command ==="
MASKS = [
    (r"(?<!AmznClientToken )[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"\d+\.\d ms", "TIME"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "WHEN"),
]


def documentation():
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/src/**/*.md"))]


def parse_commands(page):
    """Each command of a page with the output lines that the page shows."""
    commands = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.M | re.S):
        for number, line in enumerate(block.splitlines()):
            if line.startswith("$ "):
                commands.append((line[2:], []))
            elif number == 0:
                sys.exit(f"FAILED: {page}: a console block begins without a command: {line}")
            else:
                commands[-1][1].append(line)
    return commands


def shell_script(commands):
    yield "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"
    for command, _ in commands:
        yield command
        if command.endswith("&"):
            port = re.search(r"--port (\d+)", command)
            port = port.group(1) if port else "8090"
            yield f"for _ in $(seq 1200); do (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && break; sleep 0.1; done"
        yield f"printf '%s\\n' '{MARK}'"


def normalize(lines):
    # The emulator prints this line at some point after it was started.
    lines = [line.rstrip() for line in lines if not line.startswith("Greengrass V1 connector definitions on")]
    text = "\n".join(lines).strip()
    for pattern, name in MASKS:
        text = re.sub(pattern, name, text)
    return text


def update_page(page, command, shown, printed):
    before = "\n".join(["$ " + command, *shown])
    after = "\n".join(["$ " + command, *(line.rstrip() for line in printed)]).rstrip()
    text = page.read_text()
    if text.count(before) != 1:
        sys.exit(f"FAILED: {page}: $ {command} stands in it {text.count(before)} times")
    page.write_text(text.replace(before, after))
    print(f"{page.relative_to(ROOT)}: updated $ {command}")


def run_page(page, commands, update):
    script = "\n".join(shell_script(commands)) + "\n"
    run = subprocess.run(["bash"], input=script, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    outputs = [part.splitlines() for part in run.stdout.split(MARK + "\n")]
    if len(outputs) != len(commands) + 1:
        sys.exit(f"FAILED: {page}: {len(commands)} commands, {len(outputs) - 1} ended")
    for (command, shown), printed in zip(commands, outputs):
        if normalize(shown) != normalize(printed):
            if update:
                update_page(page, command, shown, printed)
                continue
            sys.exit(
                f"FAILED: {page}: $ {command}\n--- the page shows\n{normalize(shown)}\n"
                f"--- the command printed\n{normalize(printed)}"
            )
        print(f"{page.relative_to(ROOT)}: $ {command}")


def main():
    for command, where in ELSEWHERE.items():
        words = set(command.split())
        if not any(words <= set(line.split()) for line in (ROOT / where).read_text().splitlines()):
            sys.exit(f"FAILED: {where} does not run {command}")
    update = "--update" in sys.argv
    named = [Path(page).resolve() for page in sys.argv[1:] if page != "--update"]
    pages = named or documentation()
    total = 0
    for page in pages:
        commands = [(command, shown) for command, shown in parse_commands(page) if command not in ELSEWHERE]
        total += len(commands)
        if commands:
            run_page(page, commands, update)
    if total < (1 if named else MIN_COMMANDS):
        sys.exit(f"FAILED: only {total} commands were found")


main()
