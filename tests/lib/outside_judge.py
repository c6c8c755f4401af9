#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# outside_judge.py --module kzgost.so --cert CERT.pem FILE: verifies a signed envelope without any code
# of shepd but the provider: lxml canonicalises, the stock openssl digests and verifies.
# Judges RSA-SHA256 and GOST 34.10-2015. Prints one line; exit 0 = the signature over the Body holds.
import argparse
import base64
import os
import subprocess
import sys
import tempfile

from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
KZ = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
DIGESTS = {"http://www.w3.org/2001/04/xmlenc#sha256": "SHA256", KZ + "gostr34112015-512": "kzstreebog512"}
SIGNATURES = {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "SHA256",
              KZ + "gostr34102015-gostr34112015-512": "kzstreebog512"}


def openssl(module, *arguments, octets=b""):
    """Runs the stock openssl with the provider named in a configuration of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as conf:
        conf.write("openssl_conf = i\n[i]\nproviders = p\n[p]\ndefault = d\nkzgost = k\n"
                   "[d]\nactivate = 1\n[k]\nmodule = %s\nactivate = 1\n" % os.path.abspath(module))
        conf.flush()
        run = subprocess.run(["openssl", *arguments], input=octets, capture_output=True,
                             env={**os.environ, "OPENSSL_CONF": conf.name}, check=False)
    return run.returncode, run.stdout, run.stderr


def c14n(element):
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def judge(module, cert, path):
    root = etree.parse(path).getroot()
    bodies, signatures = root.findall(SOAP + "Body"), list(root.iter(DS + "Signature"))
    if len(bodies) != 1 or not signatures:
        return "not one Body with a signature"
    signature, body = signatures[0], bodies[0]
    info = signature.find(DS + "SignedInfo")
    reference = info.find(DS + "Reference")
    if reference.get("URI") != "#" + body.get(WSU + "Id", ""):
        return "the Reference is not the Body"
    name = DIGESTS[reference.find(DS + "DigestMethod").get("Algorithm")]
    code, out, _ = openssl(module, "dgst", "-" + name, "-binary", octets=c14n(body))
    if code != 0 or out != base64.b64decode(reference.find(DS + "DigestValue").text):
        return "digest differs"
    name = SIGNATURES[info.find(DS + "SignatureMethod").get("Algorithm")]
    with tempfile.TemporaryDirectory() as folder:
        key, value = os.path.join(folder, "key.pem"), os.path.join(folder, "value")
        code, out, err = openssl(module, "x509", "-in", cert, "-pubkey", "-noout")
        if code != 0:
            return "certificate: " + err.decode()
        with open(key, "wb") as f:
            f.write(out)
        with open(value, "wb") as f:
            f.write(base64.b64decode(signature.find(DS + "SignatureValue").text))
        code, out, err = openssl(module, "dgst", "-" + name, "-verify", key, "-signature", value,
                                 octets=c14n(info))
    return None if code == 0 and b"Verified OK" in out else "signature: " + (out + err).decode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", required=True)
    parser.add_argument("--cert", required=True)
    parser.add_argument("file")
    options = parser.parse_args()
    problem = judge(options.module, options.cert, options.file)
    print(problem or "verified by openssl over lxml's canonical form")
    sys.exit(1 if problem else 0)
