#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl verify-cert over NIST PKITS: every path that must fail is refused, every other accepted but for
# the lines of 04-deviations.tsv, each with its reason. Once a row with what the row names, once with the
# whole suite's certificates and CRLs at hand, out of which the right ones have to be found.
import collections
import os
import shutil
import subprocess
import sys
import tempfile

SUITE = os.environ["SHEPD_SHARED"] + "/corpora/04-pkits/"
CTL = os.environ["BUILDDIR"] + "/shepctl"
HERE = os.environ["SRCDIR"] + "/tests/vectors/"
AT = "2020-09-13T12:26:40Z"
# OIDs of NIST's register of test policies
POLICY = "2.16.840.1.101.3.2.1.48."

passed = failed = 0


def table(path):
    with open(path, encoding="utf-8") as lines:
        return [l.rstrip("\n").split("\t") for l in lines if l.strip() and not l.startswith("#")]


def judge(name, ok, said=""):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print(f"FAILED: {name}: {said}")


def rules(policies, flags):
    """Initial policy set and flags of a row as options."""
    options = []
    for policy in policies.split(","):
        options += ["--policy", "any" if policy == "any" else POLICY + policy[len("NIST-test-policy-"):]]
    return options + ["--" + flag.replace("_", "-") for flag in flags.replace(",", " ").split()]


def verify(options, files):
    """Verdict, row of err.def, holder, detail of each file; a broken promise ends the run."""
    run = subprocess.run([CTL, "verify-cert", "--at", AT, *options, *files], cwd=SUITE,
                         capture_output=True, text=True, timeout=60)
    lines = [line.split("\t") for line in run.stdout.splitlines()]
    refused = any(line[1] != "accepted" for line in lines)
    if run.returncode != refused or [line[0] for line in lines] != files or \
            any(len(line) != 5 or (line[1] == "accepted") != (line[2] == "OK") for line in lines):
        sys.exit(f"{files}: exit {run.returncode}, {run.stdout!r} {run.stderr!r}")
    return [line[1:] for line in lines]


def folder(top, name, files):
    path = f"{top}/{name}"
    os.mkdir(path)
    for file in files:
        shutil.copy(SUITE + file, path)
    return path


def alone(row):
    """With the anchor, the certificates between and the CRLs that the row names."""
    file, chain, crls = row[0], row[5].split(), row[6].split()
    with tempfile.TemporaryDirectory() as top:
        options = ["--trust", folder(top, "anchor", chain[:1]),
                   "--untrusted", folder(top, "between", chain[1:-1]), "--crl", folder(top, "crl", crls)]
        return verify(options + rules(row[7], row[8]), [file])[0]


def among_all(rows):
    """With everything; rows of the same rules in one call."""
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row[7], row[8]].append(row)
    with tempfile.TemporaryDirectory() as top:
        options = ["--trust", folder(top, "anchor", [rows[0][5].split()[0]]),
                   "--untrusted", SUITE + "certs", "--crl", SUITE + "crls"]
        for (policies, flags), group in groups.items():
            said = verify(options + rules(policies, flags), [row[0] for row in group])
            yield from zip(group, said)


def settle(how, found, deviations):
    """Counts, and compares each row with what is wanted of it."""
    refused = accepted = 0
    for row, said in found:
        want = "accepted" if row[1] == "valid" else "refused"
        if row[1] == "valid" and row[4] in deviations:
            want, code = "refused", deviations[row[4]]
            judge(f"{how} {row[4]}: the deviation is written for the right reason", said[1] == code, said)
        refused += row[1] == "invalid" and said[0] == "refused"
        accepted += row[1] == "valid" and said[0] == "accepted"
        judge(f"{how} {row[2]} ({row[7]} {row[8]})", said[0] == want, said)
    print(f"{how}: {refused} of 135 invalid refused, {accepted} of 112 valid accepted")
    judge(f"{how}: all that must be refused", refused == 135)
    judge(f"{how}: all others but the two of DSA", accepted >= 110)


if not os.path.isdir(SUITE):
    print("SKIPPED 1: no published corpora beside the sources")
    print("0 passed, 0 failed")
    sys.exit(77)
cases = table(SUITE + "EXPECTED.tsv")
written = {row[0]: row[1] for row in table(HERE + "04-deviations.tsv")}
judge("number of cases", len(cases) == 247, len(cases))
judge("every deviation names a case", set(written) <= {row[4] for row in cases}, written)
settle("alone", ((row, alone(row)) for row in cases), written)
settle("among all", among_all(cases), written)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
