#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Everything published that is hostile goes through shepctl inspect under strace: all of it is refused (none
# of its signers is ours), with the fault that SOAP wants, and from the first message on nothing is opened,
# looked up or connected but the message itself.
import os
import re
import subprocess
import sys
import tarfile
import tempfile

SHARED = os.environ["SHEPD_SHARED"] + "/corpora"
BUILD = os.environ["BUILDDIR"]
CALLS = "%file,%network,%process,memfd_create,io_uring_setup,ptrace"
# descriptor only: nothing is looked up by name; exit is an end
HARMLESS = re.compile(r'^(newfstatat\(\d+, "",|exit_group\()')
# a sanitizer of leaks is a tracer itself, and two have no room
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
FOLDERS = {"03-wss-xsw": 112, "05-xml-frontend": 69, "06-soap": 150, "07-other-dsig": 100, "08-xmlconf": 2500}

passed = failed = 0


def judge(name, ok, said=""):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print(f"FAILED: {name}: {said}")


def table(corpus):
    with open(f"{SHARED}/{corpus}/EXPECTED.tsv", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if line.strip() and not line.startswith("#")]


def messages(corpus, folder):
    """Row and path of each message, unpacked where it is packed; requests of HTTP are the daemon's."""
    if corpus == "08-xmlconf":
        with tarfile.open(f"{SHARED}/{corpus}/xmlconf.tar.gz") as tar:
            tar.extractall(folder)
    for row in table(corpus):
        path = f"{folder if corpus == '08-xmlconf' else SHARED + '/' + corpus}/{row[0]}"
        if row[0].endswith(".gz"):
            packed, path = path, f"{folder}/{os.path.basename(row[0])[:-3]}"
            with open(path, "wb") as out:
                subprocess.run(["gzip", "-dc", packed], stdout=out, check=True)
        if not row[0].startswith("http/"):
            yield row, path


def faults():
    """The faultcode of every row of err.def."""
    with open(os.environ["SRCDIR"] + "/src/base/err.def", encoding="utf-8") as lines:
        rows = [re.match(r'X\((\w+), \w+, "[^"]*", "[^"]*", "([^"]*)"', line) for line in lines]
    return {row.group(1): row.group(2) for row in rows if row}


def fault_wanted(name, why):
    if name.startswith("s12") or "VersionMismatch" in why:
        return "VersionMismatch"  # the contract is SOAP 1.1
    return "MustUnderstand" if "MustUnderstand fault" in why else "Client"


def calls_after_start(log, first):
    """What the process asked the system for, beginning with its first message; how it opened the messages."""
    with open(log, encoding="utf-8", errors="replace") as file:
        calls = [re.sub(r"^\d+ +", "", line.rstrip("\n")) for line in file]
    start = next((i for i, call in enumerate(calls) if call.startswith(f'openat(AT_FDCWD, "{first}"')), None)
    judge(f"{first} is opened", start is not None)
    return [call for call in calls[start or 0:] if not HARMLESS.match(call) and not call.startswith("+++")]


def run(corpus, least, fault_of):
    with tempfile.TemporaryDirectory() as folder:
        rows = list(messages(corpus, folder))
        paths = list(dict.fromkeys(path for _, path in rows))
        judge(f"{corpus}: number of messages", len(paths) >= least, len(paths))
        log = folder + "/strace"
        said = subprocess.run(["strace", "-f", "-s", "300", "-e", "trace=" + CALLS, "-o", log, BUILD + "/shepctl",
                               "inspect", "--at", "2026-07-01T00:00:00Z", "--trust", BUILD + "/testpki/trust",
                               *paths], capture_output=True, check=False, env=ENVIRONMENT)
        lines = [line.split("\t") for line in said.stdout.decode(errors="replace").splitlines()]
        judge(f"{corpus}: a line for each", [line[0] for line in lines] == paths, said.stderr[-300:])
        verdicts = {line[0]: line for line in lines}
        for row, path in rows:
            line = verdicts.get(path, ["", "", ""])
            judge(f"{corpus}/{row[0]} is refused", line[1] == "refused", line)
            if corpus == "06-soap" and row[0].startswith("cases/") and line[2].startswith("ENV_"):
                judge(f"{row[0]} ({row[2]})", fault_of[line[2]] == fault_wanted(row[0][6:], row[2]), line)
            elif not line[2].startswith("HTTP_"):  # which is no SOAP at all
                judge(f"{corpus}/{row[0]}: a Client fault", fault_of[line[2]] in ("Client", "VersionMismatch"), line)
        calls = calls_after_start(log, paths[0])
        opened = [f'openat(AT_FDCWD, "{path}", O_RDONLY) = ' for path in paths]
        judge(f"{corpus}: as many calls as messages", len(calls) == len(opened), f"{len(calls)}, {len(opened)}")
        for call, wanted in zip(calls, opened):
            if not call.startswith(wanted):
                judge(f"{corpus}: only {wanted}", False, call)
                break
        print(f"{corpus}: {len(paths)} messages, {len(calls)} calls")


if not os.path.isdir(SHARED):
    print("SKIPPED 1: no published corpora beside the sources")
    print("0 passed, 0 failed")
    sys.exit(77)
for name, count in FOLDERS.items():
    run(name, count, faults())
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
