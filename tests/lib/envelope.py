#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One signed envelope in pieces, which cases replace by others, and the bench that cases are put on.
import forge as f
from forge import DS, EXC, RSA, SHA256, SOAP, WSSE, WSU, X509V3, b64

bench = f.Bench("2026-07-01T00:00:00Z")
GATEWAY, SYSTEM, PERSON = bench.signer("gateway"), bench.signer("system"), bench.signer("person")

TYPES = f'EncodingType="{f.BASE64}" ValueType="{X509V3}"'
CANON = f'<ds:CanonicalizationMethod Algorithm="{EXC}"/>'
METHOD = f'<ds:SignatureMethod Algorithm="{RSA}"/>'
TRANSFORM = f'<ds:Transform Algorithm="{EXC}"/>'
TRANSFORMS = f"<ds:Transforms>{TRANSFORM}</ds:Transforms>"
DIGEST = f'<ds:DigestMethod Algorithm="{SHA256}"/>'
ZERO = b64(bytes(32))


def reference(ident, digest="@DIGEST:{}@"):
    return (f'<ds:Reference URI="#{ident}">{TRANSFORMS}{DIGEST}'
            f"<ds:DigestValue>{digest.format(ident)}</ds:DigestValue></ds:Reference>")


def listed(prefixes):
    return (f'<ds:Transform Algorithm="{EXC}"><ec:InclusiveNamespaces xmlns:ec="{EXC}" '
            f'PrefixList="{prefixes}"/></ds:Transform>')


BODY = reference("body-1")
INFO = f"<ds:SignedInfo>{CANON}{METHOD}{BODY}</ds:SignedInfo>"
VALUE = "<ds:SignatureValue>@VALUE@</ds:SignatureValue>"
IDENTIFIER = f"<wsse:KeyIdentifier {TYPES}>@CERT@</wsse:KeyIdentifier>"
STR = f"<wsse:SecurityTokenReference>{IDENTIFIER}</wsse:SecurityTokenReference>"
KEY_INFO = f"<ds:KeyInfo>{STR}</ds:KeyInfo>"
SIGNATURE = f'<ds:Signature xmlns:ds="{DS}">{INFO}{VALUE}{KEY_INFO}</ds:Signature>'
SECURITY = '<wsse:Security soap:mustUnderstand="1">'
OPEN = '<soap:Body wsu:Id="body-1">'
PAYLOAD = '<m:SendMessage xmlns:m="urn:m"><request><iin>000101300019</iin></request></m:SendMessage>'
ENVELOPE = (f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" xmlns:xsi="{f.XSI}" '
            f'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:cs="urn:cs"><soap:Header>{SECURITY}{SIGNATURE}'
            f"</wsse:Security></soap:Header>{OPEN}{PAYLOAD}</soap:Body></soap:Envelope>")
EVIL = ('<soap:Body wsu:Id="evil"><m:SendMessage xmlns:m="urn:m"><request><iin>EVIL</iin></request>'
        "</m:SendMessage></soap:Body>")
EVIL_PLAIN = EVIL.replace(' wsu:Id="evil"', "")
GOOD = GATEWAY.fill(ENVELOPE)
GOOD_BODY = GOOD[GOOD.index("<soap:Body"):GOOD.index("</soap:Body>") + len("</soap:Body>")]
GOOD_SECURITY = GOOD[GOOD.index("<wsse:Security"):GOOD.index("</wsse:Security>") + len("</wsse:Security>")]
GOOD_SIGNATURE = f.between(GOOD, "<ds:Signature ", "</ds:Signature>")
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def accept(name, *changes, signer=GATEWAY, **more):
    bench.case(name, "accepted", signer.fill(f.change(ENVELOPE, *changes)), **more)


def refuse(name, codes, *changes, signer=GATEWAY, **more):
    bench.case(name, "refused", signer.fill(f.change(ENVELOPE, *changes)), codes, **more)


def sent(name, codes, text):
    """As it is, signed before or not at all."""
    bench.case(name, "refused" if codes else "accepted", text, codes)


def wrapped(what, around="<w:w xmlns:w='urn:w'>{}</w:w>"):
    return around.format(what)
