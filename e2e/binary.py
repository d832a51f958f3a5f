"""Checks that the built function can start on Amazon Linux 2023.

usage: binary.py BOOTSTRAP [GLIBC]
The binary needs no symbol newer than GLIBC (default: 2.34, the C library of Amazon Linux 2023). It is linked to the C library
and to nothing else. It is stripped. The check needs readelf.
"""

import re
import subprocess
import sys

bootstrap = sys.argv[1]
newest_allowed = tuple(int(part) for part in (sys.argv[2] if len(sys.argv) > 2 else "2.34").split("."))


def readelf(*flags):
    return subprocess.run(["readelf", "--wide", *flags, bootstrap], check=True, capture_output=True, text=True).stdout


def check(what, condition):
    if not condition:
        sys.exit(f"FAILED: {what}")
    print(what)


header = readelf("--file-header")
machine = re.search(r"Machine:\s+(.*)", header).group(1)
check(f"a 64-bit program for {machine}", "ELF64" in header and machine.startswith(("Advanced Micro Devices X86-64", "AArch64")))
versions = {tuple(int(part) for part in found.split(".")) for found in re.findall(r"GLIBC_([0-9.]+)", readelf("--version-info"))}
newest = ".".join(map(str, max(versions)))
check(f"needs GLIBC {newest}, at most {'.'.join(map(str, newest_allowed))}", max(versions) <= newest_allowed)
libraries = set(re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("--dynamic")))
known = re.compile(r"lib(c|m|gcc_s|pthread|dl|rt)\.so\.\d|ld-linux-(x86-64|aarch64)\.so\.\d")
check(f"linked to {', '.join(sorted(libraries))} and nothing else", all(known.fullmatch(library) for library in libraries))
check("stripped", ".symtab" not in readelf("--section-headers"))
