#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# corpora/01 and 02 through shepctl inspect: whatever the profile has a reason code for is refused, and for
# what it is, before anybody is asked whom to trust (test_dsig_stock gives the same rows their own verdict).
import collections
import os
import subprocess
import sys

SHARED = os.environ["SHEPD_SHARED"]
CTL = os.environ["BUILDDIR"] + "/shepctl"
TABLES = (("01-xmlsec/1.2.37", 104), ("01-xmlsec/head", 220), ("02-santuario", 395))

passed = failed = 0
refusals = collections.Counter()


def judge(name, ok, said):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print(f"FAILED: {name}: {said}")


def inspect(folder, files):
    """Verdict, row of err.def and detail by file."""
    run = subprocess.run([CTL, "inspect", "--at", "2026-06-01T00:00:00Z", *files], cwd=folder,
                         capture_output=True, text=True, timeout=120)
    return {line.split("\t")[0]: line.split("\t")[1:] for line in run.stdout.splitlines()}


if not os.path.isdir(SHARED + "/corpora/01-xmlsec"):
    print("SKIPPED 1: no published corpora beside the sources")
    print("0 passed, 0 failed")
    sys.exit(77)
for name, least in TABLES:
    folder = f"{SHARED}/corpora/{name}"
    with open(folder + "/EXPECTED.tsv", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    rows = [row for row in rows if len(row) > 1]
    judge(f"{name}: number of rows", len(rows) >= least, len(rows))
    verdicts = inspect(folder, sorted({row[0] for row in rows}))
    for row in rows:
        verdict, code, _, detail = verdicts[row[0]]
        refusals[code] += 1
        if row[6].startswith("reject:"):
            judge(f"{name}/{row[0]} ({row[6]})", verdict == "refused" and code.startswith(("XML_", "ENV_", "SIG_")),
                  f"{verdict} {code}: {detail}")
print("refused:", ", ".join(f"{n} {code}" for code, n in refusals.most_common()))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
