#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl inspect over messages whose certificates are made for this run, octet by octet: leaves and CAs
# of every kind, pinned partners, names, CRLs. See hostile.py.
import hashlib
import os
import sys

sys.dont_write_bytecode = True
sys.path[0] = os.environ["SRCDIR"] + "/tests/lib"  # and not here: inspect.py is a module of Python, too
import forge as f
from envelope import ENVELOPE, IDENTIFIER, bench
from forge import constraints, extended, extension, integer, key_usage, name, oid, seq, tlv

maker = f.Maker(bench.openssl, bench.folder)
ROOT, NCA = name(("CN", "R"), ("C", "KZ", 19)), name(("CN", "N"), ("C", "KZ", 19))
SUBJECT = name(("CN", "S"), ("C", "KZ", 19), ("OU", "BIN000140000304"))
CA_USAGE = key_usage(f.CERT_SIGN, f.CRL_SIGN)
LONG = {"start": "20200101000000Z", "end": "20400101000000Z"}
USAGE, EXTENDED = f.USUAL


def ids(own, issuer):
    """Subject and authority key identifiers."""
    def of(key):
        return hashlib.sha1(maker.spki(key)).digest()
    return (extension("2.5.29.14", tlv(4, of(own))), extension("2.5.29.35", seq(tlv(0x80, of(issuer)))))


def centre(key="nca", subject=NCA, serial=2, issuer=ROOT, signed_by="root", extensions=None, **times):
    extensions = (constraints(True, 0), CA_USAGE) if extensions is None else extensions
    return maker.certificate(subject, issuer, signed_by, key, integer(serial),
                             extensions=(*extensions, *ids(key, signed_by)), **(times or LONG))


def leaf(key="leaf", signed_by="nca", extensions=f.USUAL, **more):
    maker.key(key, more.get("bits", 2048))
    return maker.certificate(more.pop("subject", SUBJECT), more.pop("issuer", NCA), signed_by, key,
                             extensions=(*extensions, *ids(key, signed_by)), **more)


root = centre("root", ROOT, 1, extensions=(constraints(True), CA_USAGE))
nca = centre()
TRUST = bench.files(root, nca)
usual = leaf()


def judge(title, codes, certificate, key="leaf", trust=TRUST, options=(), envelope=ENVELOPE, at=None):
    """codes None: accepted."""
    text = f.Signer(bench.openssl, maker.key(key), certificate).fill(envelope)
    bench.case(title, "refused" if codes else "accepted", text, codes, ("--trust", trust, *options), at)


def leaves():
    judge("a leaf", None, usual)
    for title, codes, times in (
            ("expired", "PKI_EXPIRED", {"end": "20260601000000Z"}),
            ("ending now", "PKI_EXPIRED", {"end": "20260701000000Z"}),
            ("beginning now", None, {"start": "20260701000000Z"}),
            ("beginning later", "PKI_NOT_YET_VALID", {"start": "20260801000000Z"}),
            ("ending before it begins", "PKI_NOT_YET_VALID",
             {"start": "20260801000000Z", "end": "20260101000000Z"})):
        judge(title, codes, leaf(**times))
    both = (f.DIGITAL_SIGNATURE, f.NON_REPUDIATION)
    for bits, codes in ((both, None), (both + (4,), None), (both + (f.KEY_ENCIPHERMENT, 4), None),
                        (both[:1], "PKI_USAGE"),
                        (both[1:], "PKI_USAGE"), ((f.KEY_ENCIPHERMENT,), "PKI_USAGE"),
                        ((), "PKI_USAGE PKI_CERTIFICATE"),
                        (both + (f.CERT_SIGN,), "PKI_USAGE PKI_CERTIFICATE")):
        judge(f"key usage {bits}", codes, leaf(extensions=(key_usage(*bits), EXTENDED)))
    judge("no key usage", "PKI_USAGE", leaf(extensions=(EXTENDED,)))
    general = "1.3.6.1.5.5.7.3."
    for usages, codes in (((f.EMAIL,), None), (("1.2.398.3.3.4.1.2",), None), (("1.2.398.3.2.3.2",), None),
                          (("1.2.398.3.17.3.4",), None), ((f.EMAIL, "1.2.398.5.19.1.2.2.1"), None),
                          (("2.5.29.37.0",), None),
                          ((f.EMAIL, general + "1"), None), ((general + "1",), "PKI_USAGE"),
                          ((general + "2",), "PKI_USAGE"),
                          ((general + "3",), "PKI_USAGE"), ((general + "8",), "PKI_USAGE"),
                          ((general + "9",), "PKI_USAGE"),
                          ((f.EMAIL, general + "9"), "PKI_USAGE"),
                          ((general + "2", "1.2.398.3.3.4.1.1"), "PKI_USAGE"),
                          (("1.2.3.4",), "PKI_USAGE"), (("1.2.3980.3",), "PKI_USAGE"), ((), "PKI_USAGE")):
        judge(f"extended key usage {usages}", codes, leaf(extensions=(USAGE, extended(*usages))))
    judge("no extended key usage", None, leaf(extensions=(USAGE,)))
    form = "PKI_CERTIFICATE SIG_ALGORITHM"
    judge("RSA 1024", form, leaf("rsa1024", bits=1024), "rsa1024")
    judge("RSA 2040", form, leaf("rsa2040", bits=2040), "rsa2040")
    judge("SHA-1", form, leaf(algorithm=f.SHA1_RSA))
    judge("two algorithms", form, leaf(inner=f.SHA1_RSA))
    for title, codes, more in (("CA:TRUE", "PKI_USAGE", constraints(True)),
                               ("CA:FALSE", None, constraints(False)),
                               ("a path length without CA", form, constraints(False, 1)),
                               ("an extension twice", form, USAGE),
                               ("an unknown critical extension", form, extension("1.2.3.4", b"\5\0", True)),
                               ("an unknown extension", None, extension("1.2.3.4", b"\5\0"))):
        judge(title, codes, leaf(extensions=f.USUAL + (more,)))
    for title, codes, serial in (("of 20 octets", None, integer(2 ** 158 + 1)),
                                 ("negative", form, integer(-5)),
                                 ("of 22 octets", form, integer(2 ** 170)),
                                 ("of 20,000 octets", form, tlv(2, b"\1" + bytes(20000))),
                                 ("with zeros before", form, tlv(2, b"\0\0\1"))):
        judge(f"serial number {title}", codes, leaf(serial=serial))
    judge("version 1", "PKI_USAGE PKI_CERTIFICATE", maker.certificate(SUBJECT, NCA, "nca", "leaf",
            extensions=()))


def paths():
    stranger = "PKI_UNKNOWN_ISSUER"
    judge("self-signed", stranger, maker.certificate(SUBJECT, SUBJECT, "leaf", "leaf"))
    judge("self-signed under the issuer's name", stranger, maker.certificate(NCA, NCA, "leaf", "leaf"))
    judge("by a CA of the same name", stranger + " PKI_CERTIFICATE", leaf(signed_by="fake"))
    judge("by a leaf", stranger, leaf("leaf2", "leaf", issuer=SUBJECT, subject=name(("CN", "Q"))), "leaf2")
    judge("by the root", None, leaf(signed_by="root", issuer=ROOT))
    judge("the CA itself", "PKI_USAGE", nca, "nca")
    judge("without the intermediate", stranger, usual, trust=bench.files(root))
    judge("without the root", stranger, usual, trust=bench.files(nca))
    second, other = centre("nca2", serial=3), centre("root2", ROOT, 1, signed_by="root2",
            extensions=(constraints(True), CA_USAGE))
    old = centre(serial=9, start="20200101000000Z", end="20250101000000Z")
    for title, codes, certificate, files in (
            ("two CAs of one name, the first", None, usual, (root, nca, second)),
            ("two CAs of one name, the second", None, leaf(signed_by="nca2"), (root, nca, second)),
            ("an expired and a renewed CA", None, usual, (root, old, nca)),
            ("an expired CA", "PKI_EXPIRED", usual, (root, old)),
            ("two roots of one name", None, usual, (other, root, nca)),
            ("another root of the name", stranger + " PKI_CERTIFICATE", usual, (other, nca))):
        judge(title, codes, certificate, trust=bench.files(*files))
    third, subject = centre("nca3", name(("CN", "N3")), 5, NCA, "nca",
                            (constraints(True), CA_USAGE)), name(("CN", "N3"))
    judge("a path longer than allowed", stranger + " PKI_CERTIFICATE", leaf(signed_by="nca3", issuer=subject),
          trust=bench.files(root, nca, third))
    elsewhere = extension("2.5.29.30", seq(tlv(0xa0, seq(tlv(0xa4, name(("C", "US", 19)))))), True)
    policy = extension("2.5.29.36", seq(tlv(0x80, b"\0")), True)
    for title, more in (("another name than the CA may name", elsewhere),
                        ("no policy where the CA wants one", policy)):
        judge(title, "PKI_CERTIFICATE", usual, trust=bench.files(root,
                centre(extensions=(constraints(True, 0), CA_USAGE, more))))


def partners():
    nobody = bench.files()

    def pinned(*certificates):
        return ("--partners", bench.files(*certificates))
    own, again = (maker.certificate(SUBJECT, SUBJECT, "leaf", "leaf", integer(n)) for n in (4711, 4712))
    judge("pinned", None, own, trust=nobody, options=pinned(own))
    judge("the pinned key in another certificate", "PKI_UNKNOWN_ISSUER", again, trust=nobody,
          options=pinned(own))
    for title, codes, certificate, key in (
            ("expired", "PKI_EXPIRED", leaf(end="20260601000000Z"), "leaf"),
            ("of later", "PKI_NOT_YET_VALID", leaf(start="20260801000000Z"), "leaf"),
            ("without key usage", "PKI_USAGE", leaf(extensions=(EXTENDED,)), "leaf"),
            ("of a CA", "PKI_USAGE", nca, "nca"),
            ("of a server", "PKI_USAGE", leaf(extensions=(USAGE, extended("1.3.6.1.5.5.7.3.1"))), "leaf"),
            ("with an unknown critical extension", "PKI_CERTIFICATE",
             leaf(extensions=(*f.USUAL, extension("1.2.3.4", b"\5\0", True))), "leaf"),
            ("of 1024 bits", "PKI_CERTIFICATE SIG_ALGORITHM", leaf("rsa1024", bits=1024), "rsa1024")):
        judge(f"a pinned certificate {title}", codes, certificate, key, options=pinned(certificate))
    judge("the CA among the partners", "PKI_UNKNOWN_ISSUER", usual, trust=bench.files(root),
          options=pinned(nca))
    judge("the root among the partners", "PKI_UNKNOWN_ISSUER", usual, trust=bench.files(nca),
          options=pinned(root))

    def by_name(title, codes, serial, issuer="CN=N,C=KZ", certificates=(usual,), key="leaf"):
        text = f.change(ENVELOPE, IDENTIFIER,
                        "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>" + issuer +
                        f"</ds:X509IssuerName><ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>")
        judge(f"by name: {title}", codes, certificates[0], key, options=pinned(*certificates), envelope=text)
    for issuer in ("CN=N,C=KZ", "C=KZ,CN=N", " C = KZ , CN = N ", "cn=N,c=KZ", "2.5.4.3=N,OID.2.5.4.6=KZ",
                   "2.5.4.3=#0c014e,C=KZ", 'CN="N",C=KZ',
                   "CN=\\4e,C=KZ", "CN=N;C=KZ", "CN=N,\n C=KZ\n", "CN=n,C=kz"):
        by_name(issuer, None, 4711, issuer)
    unknown = "PKI_UNKNOWN_SIGNER"
    for issuer in ("/C=KZ/CN=N", "CN=N", "CN=N,C=KZ,O=x", "CN=N,CN=N,C=KZ", "CN=N+C=KZ", "CN=M,C=KZ", "",
                   "CN=" + "N,CN=" * 60000 + "N"):
        by_name(issuer[:40], unknown, 4711, issuer)
    for serial in ("1267", "0x1267", "-4711", "+4711", "", "47 11", "9" * 100000):
        by_name(f"serial {serial[:20]}", unknown, serial)
    expired, new = leaf(end="20260601000000Z"), leaf("leaf2", serial=integer(5))
    by_name("zeros before", None, " 0004711 ")
    by_name("nobody pinned", unknown, 4711, certificates=(new,), key="leaf2")
    by_name("the key of another", "SIG_VALUE", 4711, certificates=(new, usual), key="leaf2")
    by_name("expired", "PKI_EXPIRED", 4711, certificates=(expired,))
    by_name("one of two has expired", None, 4711, certificates=(expired, usual))
    by_name("old and new, the new one", None, 5, certificates=(new, usual), key="leaf2")


def revocation():
    roots, ncas = maker.crl(ROOT, "root"), maker.crl(NCA, "nca")
    unknown, revoked = "PKI_REVOCATION_UNKNOWN", "PKI_REVOKED"
    delta = extension("2.5.29.27", integer(1), True)

    def crls(title, codes, *files, certificate=usual, options=()):
        judge(f"CRLs: {title}", codes, certificate, options=("--crl", bench.files(*files), *options))

    def scope(tag):
        return (extension("2.5.29.28", seq(tlv(tag, b"\xff")), True),)
    for title, codes, *files in (
            ("good", None, roots, ncas), ("none of the root's", None, ncas),
            ("revoked", revoked, roots, maker.crl(NCA, "nca", [4711])),
            ("none", unknown), ("of the root only", unknown, roots),
            ("stale", unknown, maker.crl(NCA, "nca", nxt="20260601000000Z")),
            ("of the future", unknown, maker.crl(NCA, "nca", this="20260801000000Z")),
            ("forged", unknown, maker.crl(NCA, "fake")),
            ("forged beside a good one", None, maker.crl(NCA, "fake", [4711]), ncas),
            ("of somebody else", unknown, maker.crl(name(("CN", "Z")), "fake")),
            ("by the leaf itself", unknown, maker.crl(SUBJECT, "leaf")),
            ("the CA is revoked", revoked, maker.crl(ROOT, "root", [2]), ncas),
            ("the root's is stale", unknown, maker.crl(ROOT, "root", nxt="20260601000000Z"), ncas),
            ("not one at all", unknown, b"hello"),
            ("cut", unknown, ncas[:-3]), ("with a zero behind", unknown, ncas + b"\0"),
            ("one bit", unknown, ncas[:-1] + bytes([ncas[-1] ^ 1])),
            ("a delta alone", unknown, maker.crl(NCA, "nca", extensions=(delta,))),
            ("with a delta", None, ncas, maker.crl(NCA, "nca", extensions=(delta,))),
            ("a delta revokes", revoked, ncas, maker.crl(NCA, "nca", [4711], extensions=(delta,))),
            ("a stale delta revokes", None, ncas, maker.crl(NCA, "nca", [4711], nxt="20260601000000Z",
                    extensions=(delta,))),
            ("indirect", unknown, maker.crl(NCA, "nca", extensions=scope(0x84))),
            ("of attributes", unknown, maker.crl(NCA, "nca", extensions=scope(0x85))),
            ("of CAs only", unknown, maker.crl(NCA, "nca", extensions=scope(0x82))),
            ("unknown and critical", unknown, maker.crl(NCA, "nca",
                    extensions=(extension("1.2.3.4", b"\5\0", True),)))):
        crls(title, codes, *files)
    crls("a pinned one is revoked", revoked, maker.crl(NCA, "nca", [4711]),
         options=("--partners", bench.files(usual)))
    own = maker.certificate(SUBJECT, SUBJECT, "leaf", "leaf")
    crls("a pinned one of nobody's", unknown, ncas, certificate=own, options=("--partners", bench.files(own)))


for group in (leaves, paths, partners, revocation):
    group()
bench.end(120)
