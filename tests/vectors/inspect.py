#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl inspect over published tables of messages: what is marked valid is accepted and everything else
# refused, but for the lines of 03-deviations.tsv, each of which gives its reason.
import collections
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

SHARED = os.environ["SHEPD_SHARED"]
CTL = os.environ["BUILDDIR"] + "/shepctl"
HERE = os.environ["SRCDIR"] + "/tests/vectors/"
FIELDS = 5
RULE = "(SCE[0-9]{3}: )?(R-[0-9]{2}|SOAP 1.1 [0-9.]+): "  # of a refusal, before what is wrong

passed = failed = 0


def table(path):
    with open(path, encoding="utf-8") as lines:
        return [l.rstrip("\n").split("\t") for l in lines if l.strip() and not l.startswith("#")]


def inspect(folder, options, file):
    """Verdict, row of err.def, signer, detail of one message; a broken promise ends the run."""
    run = subprocess.run([CTL, "inspect", *options, file], cwd=folder, capture_output=True, timeout=60)
    fields = run.stdout.decode().rstrip("\n").split("\t")
    status = {"accepted": 0, "refused": 1}.get(fields[1] if len(fields) == FIELDS else "")
    rule = re.match(RULE, fields[4]) if status == 1 else fields[2] == "OK"
    if run.returncode != status or fields[0] != file or (fields[2] == "OK") != (status == 0) or not rule:
        sys.exit(f"{file}: exit {run.returncode}, {run.stdout!r} {run.stderr!r}")
    return fields[1:]


def judge(name, ok, said):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print(f"FAILED: {name}: {' '.join(said)}")


def samples(folder, rows_wanted, facts):
    """A table of file, at, options (folders are relative to the table), expected, why."""
    path = f"{SHARED}/samples/{folder}"
    rows = table(path + "/EXPECTED.tsv")
    judge(f"{folder}: number of rows", len(rows) == rows_wanted, [str(len(rows))])
    for file, at, options, expected, why in rows:
        said = inspect(path, ["--at", at, *options.split()], file)
        ok = said[0] == expected and all(word in said[3] for word in facts.get(file, []))
        judge(f"{folder}/{file} at {at} ({why})", ok, said)


def folder_of(top, *files):
    """Trust is a folder: only what a case is meant to see goes into it."""
    folder = tempfile.mkdtemp(dir=top)
    for file in files:
        shutil.copy(f"{SHARED}/corpora/03-wss-xsw/pki/{file}", folder)
    return folder


def wrapping(rows_wanted):
    """corpora/03: its own PKI, its own clock (INDEX.md there)."""
    path = f"{SHARED}/corpora/03-wss-xsw"
    rows = table(path + "/EXPECTED.tsv")
    judge("corpora/03: number of rows", len(rows) >= rows_wanted, [str(len(rows))])
    deviations = {r[0]: r for r in table(HERE + "03-deviations.tsv")}
    with tempfile.TemporaryDirectory() as top:
        trust = folder_of(top, "root.pem", "inter.pem")
        crls = collections.defaultdict(lambda: folder_of(top, "root.crl", "inter.crl"))
        for which in ("stale", "forged", "future"):
            crls[f"c-{which}-crl"] = folder_of(top, "root.crl", f"inter-{which}.crl")
        listed = ["--algorithms", "gost2015,ecdsa-sha256", "--at", "2026-01-15T12:01:00Z",
                  "--trust", trust, "--crl", crls["v05-ecdsa-p256"]]
        said = inspect(path, listed, "cases/v05-ecdsa-p256.xml")
        judge("corpora/03 v05-ecdsa-p256 where ECDSA is listed", said[0] == "accepted", said)
        said = inspect(path, listed, "cases/v06-rsa-sha512.xml")
        judge("corpora/03 v06-rsa-sha512 where it is not", said[1] == "SIG_ALGORITHM", said)
        for file, expected, why, *_ in rows:
            name = os.path.basename(file)[: -len(".xml")]
            at = "2026-01-15T12:20:00Z" if name.startswith("s01") else "2026-01-15T12:01:00Z"
            said = inspect(path, ["--at", at, "--trust", trust, "--crl", crls[name]], file)
            want = "accepted" if expected == "valid" else "refused"
            if name in deviations:
                _, want, code, _ = deviations.pop(name)
                judge(f"{name}: deviation is written for the right reason", said[1] == code, said)
            judge(f"corpora/03 {name} ({why})", said[0] == want, said)
    judge("every deviation names a case", not deviations, list(deviations))


if not os.path.isdir(SHARED + "/samples"):
    print("SKIPPED 1: no published samples beside the sources")
    print("0 passed, 0 failed")
    sys.exit(77)
def signers():
    """--signers: a line a signature with what it covers, the last first; nothing of what is refused."""
    folder = f"{SHARED}/samples/nca/xml-test-collected"
    for file, at, wanted in (
        ("mitwork_gost2015_individual_enveloped.xml", "2025-01-15T12:00:00Z",
         [["signer 1", "IIN123456789011/BIN123456789021", "gost2015",
           hashlib.sha256(b"<test><message>QCxn00hfuH9zCv58</message></test>").hexdigest(), "48"]]),
        ("ncanode_two_signers_rsa256_then_gost2015.xml", "2022-09-01T00:00:00Z",
         [["signer 2", "-", "0"], ["signer 1", "-", "0"]])):
        run = subprocess.run([CTL, "inspect", "--at", at, "--trust", "../ca-test", "--signers", file], cwd=folder,
                             capture_output=True, text=True, timeout=60)
        lines = [line.split("\t")[1:] for line in run.stdout.splitlines()[1:]]
        judge(f"--signers {file}", len(lines) == len(wanted) and
              all(set(w) <= set(l) for w, l in zip(wanted, lines)), [run.stdout])


right = ["the Body's digest is right", "SCE005"]
samples("nca", 24, {"xml-test-collected/shep_sync_response_wsse_gost2004_issuerserial.xml": right})
samples("shep", 9, {"sync-response-vshep-2025.signed-gost2015-issuerserial.xml": right})
wrapping(112)
signers()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
