#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes messages whose cryptography is right and whatever else is wrong, and certificates of any kind, with
# lxml for the canonical forms and the stock openssl for every signature: none of shepd's own code.
# Also a small writer of DER, because no tool makes what nobody should make.
import base64
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = OASIS + "wssecurity-secext-1.0.xsd"
WSU = OASIS + "wssecurity-utility-1.0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
KZ = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
RSA = MORE + "rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
DIGESTS = {SHA256: "sha256", DS + "sha1": "sha1", "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
           MORE + "sha1": "sha1", MORE + "md5": "md5",
           KZ + "gostr34112015-512": "kzstreebog512", MORE + "gost34311": "kzgost34311"}
BASE64 = OASIS + "soap-message-security-1.0#Base64Binary"
X509V3 = OASIS + "x509-token-profile-1.0#X509v3"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


class Openssl:
    """The stock program, with the provider beside the default one."""

    def __init__(self, module):
        self.conf = tempfile.NamedTemporaryFile("w", suffix=".cnf")
        self.conf.write("openssl_conf = i\n[i]\nproviders = p\n[p]\ndefault = d\nkzgost = k\n[d]\n"
                        f"activate = 1\n[k]\nmodule = {os.path.abspath(module)}\nactivate = 1\n"
                        "[req]\ndistinguished_name = n\nstring_mask = utf8only\nutf8 = yes\n[n]\n")
        self.conf.flush()
        self.environment = {**os.environ, "OPENSSL_CONF": self.conf.name}

    def __call__(self, *arguments, octets=b""):
        run = subprocess.run(["openssl", *arguments], input=octets, capture_output=True,
                             env=self.environment, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"openssl {arguments}: {run.stderr.decode()}")
        return run.stdout

    def digest(self, name, octets):
        return self("dgst", "-" + name, "-binary", octets=octets)

    def sign(self, key, octets, name="sha256"):
        return self("dgst", "-" + name, "-sign", key, octets=octets)


def b64(octets):
    return base64.b64encode(octets).decode()


def canonical(node, method=EXC, prefixes=None):
    exclusive = method.startswith(EXC)
    return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=False,
                          inclusive_ns_prefixes=prefixes.split() if prefixes and exclusive else None)


def prefixes_in(node):
    found = node.find(f".//{{{EXC}}}InclusiveNamespaces") if node is not None else None
    return found.get("PrefixList") if found is not None else None


class Signer:
    """Fills a template: @CERT@, @DIGEST:id@ (exc-c14n of the element with that Id; @DIGEST@ for the whole
    document without its last Signature), @VALUE@ (over the first SignedInfo that it stands behind)."""

    def __init__(self, openssl, key, der, md="sha256"):
        self.openssl, self.key, self.der, self.md = openssl, key, der, md

    def digest(self, text, ident):
        root = etree.fromstring(text.encode(), PARSER)
        nodes = [n for n in root.iter() if isinstance(n.tag, str) and
                 any(v == ident and k.rsplit("}", 1)[-1].lower() == "id" for k, v in n.attrib.items())]
        references = [r for r in root.iter(f"{{{DS}}}Reference") if r.get("URI") == "#" + ident]
        reference = references[0] if references else None
        method = reference.find(f"{{{DS}}}DigestMethod") if reference is not None else None
        name = DIGESTS.get(method.get("Algorithm") if method is not None else SHA256, "sha256")
        octets = canonical(nodes[0], EXC, prefixes_in(reference)) if nodes else b""
        return b64(self.openssl.digest(name, octets))

    def whole(self, text):
        root = etree.fromstring(text.encode(), PARSER)
        signature = [s for s in root.iter(f"{{{DS}}}Signature")
                     if s.findtext(f".//{{{DS}}}DigestValue") == "@DIGEST@"][-1]
        name = DIGESTS[signature.find(f".//{{{DS}}}DigestMethod").get("Algorithm")]
        parent, before = signature.getparent(), signature.getprevious()
        tail = signature.tail or ""
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
        parent.remove(signature)
        return b64(self.openssl.digest(name, canonical(root.getroottree(), C14N)))

    def value(self, text):
        root = etree.fromstring(text.encode(), PARSER)
        places = [n for n in root.iter() if isinstance(n.tag, str) and (n.text or "").strip() == "@VALUE@"]
        info = next(places[0].getparent().iter(f"{{{DS}}}SignedInfo"))
        methods = info.findall(f"{{{DS}}}CanonicalizationMethod")
        method = methods[0].get("Algorithm") if methods else EXC
        octets = canonical(info, method, prefixes_in(methods[0]) if methods else None)
        return b64(self.openssl.sign(self.key, octets, self.md))

    def fill(self, text):
        text = text.replace("@CERT@", b64(self.der))
        while match := re.search("@DIGEST:([^@]*)@", text):
            text = text.replace(match.group(0), self.digest(text, match.group(1)))
        if "@DIGEST@" in text:
            text = text.replace("@DIGEST@", self.whole(text))
        return text.replace("@VALUE@", self.value(text)) if "@VALUE@" in text else text


def change(text, *pairs):
    """Every first of a pair becomes the second; a first that is not there is a mistake of the test."""
    for old, new in zip(pairs[::2], pairs[1::2]):
        if old not in text:
            sys.exit(f"not in the template: {old}")
        text = text.replace(old, new)
    return text


def between(text, start, end):
    begin = text.index(start)
    return text[begin:text.index(end, begin) + len(end)]


def find(text, name):
    return next(etree.fromstring(text.encode(), PARSER).iter(f"{{{DS}}}{name}"))


def text_of(text, name):
    return find(text, name).text


# --- cases -------------------------------------------------------------------------------------------

RULE = "(SCE[0-9]{3}: )?(R-[0-9]{2}|SOAP 1.1 [0-9.]+): "  # in front of what is wrong
FAMILIES = {"rsa": "sha256", "gost": "kzstreebog512", "gost2004": "kzgost34311"}


class Bench:
    """Cases are collected, then all that share their options go through one run of shepctl inspect."""

    def __init__(self, at):
        build = os.environ["BUILDDIR"]
        self.at, self.ctl, self.pki = at, build + "/shepctl", build + "/testpki"
        self.openssl = Openssl(build + "/kzgost.so")
        self.folder = tempfile.mkdtemp()
        self.groups = collections.defaultdict(list)

    def der(self, name, family="rsa"):
        with open(f"{self.pki}/{family}/{name}.der", "rb") as file:
            return file.read()

    def signer(self, name, family="rsa", claims=None):
        """A key of the test PKI with its certificate, or the one of that name in another family."""
        return Signer(self.openssl, f"{self.pki}/{family}/{name}.key", self.der(name, claims or family),
                      FAMILIES[family])

    def files(self, *contents):
        """A folder with these files, for --trust and the like."""
        folder = tempfile.mkdtemp(dir=self.folder)
        for i, octets in enumerate(contents):
            with open(f"{folder}/{i}.der", "wb") as file:
                file.write(octets)
        return folder

    def case(self, name, verdict, text, codes=None, options=(), at=None):
        octets = text if isinstance(text, bytes) else text.encode()
        options = options or ("--trust", self.pki + "/trust")
        self.groups[at or self.at, tuple(options)].append((name, verdict, octets, (codes or "OK").split()))

    def run(self, at, options, cases):
        paths = []
        for i, (_, _, octets, _) in enumerate(cases):
            paths.append(f"{self.folder}/{i}.xml")
            with open(paths[-1], "wb") as file:
                file.write(octets)
        run = subprocess.run([self.ctl, "inspect", "--at", at, *options, *paths], capture_output=True,
                             check=False)
        lines = run.stdout.decode(errors="replace").splitlines()
        if len(lines) != len(cases):
            print(f"FAILED: {options}: {len(lines)} lines for {len(cases)} files: {run.stderr.decode()}")
            return len(cases)
        failed = 0
        for (name, verdict, _, codes), line in zip(cases, lines):
            _, said, code, _, detail = line.split("\t")
            named = said == "accepted" or re.match(RULE, detail)
            if said != verdict or code not in codes or not named:
                print(f"FAILED: {name}: {said} {code} ({detail}), not {verdict} {' '.join(codes)}")
                failed += 1
        return failed

    def end(self, least):
        """Runs all; exits 1 when one failed, or when there are suspiciously few."""
        count = sum(map(len, self.groups.values()))
        failed = sum(self.run(*key, cases) for key, cases in self.groups.items())
        shutil.rmtree(self.folder)
        if count < least:
            print(f"FAILED: only {count} cases")
        print(f"{count - failed} passed, {failed} failed")
        sys.exit(failed > 0 or count < least)


# --- DER ---------------------------------------------------------------------------------------------

def tlv(tag, body, long_form=False):
    n = len(body)
    if n < 128 and not long_form:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag, 128 + len(size)]) + size + body


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    first, second, *rest = (int(x) for x in text.split("."))
    body = b""
    for n in [first * 40 + second, *rest]:
        part = [n & 127]
        while n := n >> 7:
            part.insert(0, (n & 127) | 128)
        body += bytes(part)
    return tlv(6, body)


def time(text):
    """YYYYMMDDHHMMSSZ, as RFC 5280 wants it."""
    return tlv(0x17, text[2:].encode()) if text < "2050" else tlv(0x18, text.encode())


ATTRIBUTES = {"CN": "2.5.4.3", "C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "serialNumber": "2.5.4.5"}


def name(*pairs):
    """("CN", "...") pairs, each an RDN; a tag may follow the value."""
    return seq(*(tlv(0x31, seq(oid(ATTRIBUTES[p[0]]), tlv(p[2] if len(p) > 2 else 12, p[1].encode())))
                 for p in pairs))


def extension(ident, value, critical=False):
    return seq(oid(ident), *([b"\x01\x01\xff"] if critical else []), tlv(4, value))


def key_usage(*bits):
    value = 0
    for bit in bits:
        value |= 1 << (15 - bit)
    octets = value.to_bytes(2, "big").rstrip(b"\0") or b"\0"
    unused = 0
    while octets[-1] and not octets[-1] >> unused & 1:
        unused += 1
    return extension("2.5.29.15", tlv(3, bytes([unused]) + octets), True)


def extended(*oids):
    return extension("2.5.29.37", seq(*map(oid, oids)))


def constraints(ca, depth=None):
    return extension("2.5.29.19", seq(*([b"\x01\x01\xff"] if ca else []),
                                      *([integer(depth)] if depth is not None else [])), True)


DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_ENCIPHERMENT, CERT_SIGN, CRL_SIGN = 0, 1, 2, 5, 6
EMAIL = "1.3.6.1.5.5.7.3.4"
SHA256_RSA, SHA1_RSA = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.5"
USUAL = (key_usage(DIGITAL_SIGNATURE, NON_REPUDIATION), extended(EMAIL, "1.2.398.3.3.4.1.2"))


class Maker:
    """Certificates under one key pair each; files in one folder that ends with it."""

    def __init__(self, openssl, folder):
        self.openssl, self.folder, self.keys = openssl, folder, {}

    def key(self, which, bits=2048):
        path = f"{self.folder}/{which}.key"
        if which not in self.keys:
            self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", path)
            self.keys[which] = self.openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
        return path

    def spki(self, which, bits=2048):
        self.key(which, bits)
        return self.keys[which]

    def certificate(self, subject, issuer, signed_by, key, serial=None, start="20260101000000Z",
                    end="20270101000000Z", extensions=USUAL, algorithm=SHA256_RSA, inner=None, bits=2048):
        identifier = seq(oid(algorithm), b"\x05\x00")
        body = seq(tlv(0xa0, integer(2)), integer(4711) if serial is None else serial,
                   seq(oid(inner), b"\x05\x00") if inner else identifier, issuer, seq(time(start), time(end)),
                   subject, self.spki(key, bits), *([tlv(0xa3, seq(*extensions))] if extensions else []))
        md = "sha1" if algorithm == SHA1_RSA else "sha256"
        return seq(body, identifier, tlv(3, b"\0" + self.openssl.sign(self.key(signed_by), body, md)))

    def crl(self, issuer, signed_by, revoked=(), this="20260101000000Z", nxt="20270101000000Z",
            extensions=()):
        identifier = seq(oid(SHA256_RSA), b"\x05\x00")
        entries = [seq(integer(s), time("20260101000000Z")) for s in revoked]
        number = extension("2.5.29.20", integer(1))
        body = seq(integer(1), identifier, issuer, time(this), time(nxt),
                   *([seq(*entries)] if entries else []),
                   tlv(0xa0, seq(number, *extensions)))
        return seq(body, identifier, tlv(3, b"\0" + self.openssl.sign(self.key(signed_by), body)))
