# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a CRL in DER, signed by a CA of the test PKI: any number, any base, any times.

    make_crl.py --ca DIR/nca --out FILE --number N [--base N] [--from SECONDS] [--until SECONDS]
                [--spoil] [CERTIFICATE...]

DIR/nca.der and DIR/nca.key are the CA; --base makes a delta; times are seconds from now (default an hour
ago and a day ahead); the certificates (DER) are revoked. BUILDDIR names the folder of kzgost.so.
"""
import argparse
import os
import time

import forge


def children(der):
    """The elements inside the first one of these octets, each whole."""
    def one(at):
        length, begin = der[at + 1], at + 2
        if length & 0x80:
            begin += length & 0x7F
            length = int.from_bytes(der[at + 2:begin], "big")
        return begin, begin + length

    at, end = one(0)
    found = []
    while at < end:
        following = one(at)[1]
        found.append(der[at:following])
        at = following
    return found


def parts(der):
    """Serial number, algorithm and subject of a certificate."""
    fields = children(children(der)[0])
    return fields[1], children(der)[1], fields[5]


def when(seconds):
    return forge.time(time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds)))


def read(path):
    with open(path, "rb") as file:
        return file.read()


arguments = argparse.ArgumentParser()
arguments.add_argument("--ca", required=True)
arguments.add_argument("--out", required=True)
arguments.add_argument("--number", type=int, required=True)
arguments.add_argument("--base", type=int)
arguments.add_argument("--from", type=int, default=-3600, dest="begin")
arguments.add_argument("--until", type=int, default=86400)
arguments.add_argument("--spoil", action="store_true")
arguments.add_argument("revoked", nargs="*")
o = arguments.parse_args()

_, algorithm, issuer = parts(read(o.ca + ".der"))
entries = [forge.seq(parts(read(c))[0], when(o.begin)) for c in o.revoked]
extensions = [forge.extension("2.5.29.20", forge.integer(o.number))]
if o.base is not None:
    extensions.append(forge.extension("2.5.29.27", forge.integer(o.base), critical=True))
body = forge.seq(forge.integer(1), algorithm, issuer, when(o.begin), when(o.until),
                 *([forge.seq(*entries)] if entries else []), forge.tlv(0xA0, forge.seq(*extensions)))
md = "sha256" if forge.oid(forge.SHA256_RSA) in algorithm else "kzstreebog512"
signature = forge.Openssl(os.environ["BUILDDIR"] + "/kzgost.so").sign(o.ca + ".key", body, md)
if o.spoil:
    signature = bytes([signature[0] ^ 1]) + signature[1:]
with open(o.out + ".new", "wb") as out:
    out.write(forge.seq(body, algorithm, forge.tlv(3, b"\0" + signature)))
os.rename(o.out + ".new", o.out)
