#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl inspect over messages made for this run: what an attacker would send, signed rightly wherever
# a signature can be had, and what honest stacks send that nobody else does. The keys are the test PKI's.
# Each case names the verdict and, where the reason matters, the rows of err.def that may be its reason.
import base64
import hashlib
import hmac
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path[0] = os.environ["SRCDIR"] + "/tests/lib"  # and not here: inspect.py is a module of Python, too
import forge as f
from envelope import *
from forge import C14N, DS, EXC, KZ, MORE, RSA, SHA256, SOAP, WSSE, WSU, b64

# --- what honest stacks send ---------------------------------------------------------------------------

def broken(tag, separator):
    """The base64 of an element over lines, as Java and pretty printers do."""
    def lines(match):
        text = match.group(2)
        return match.group(1) + separator.join(re.findall(".{1,76}", text)) + separator
    return re.sub(rf"(<(?:ds|wsse):{tag}[^>]*>)([^<]*)", lines, GOOD)


def renamed(*pairs):
    text = ENVELOPE
    for old, new in pairs:
        text = text.replace(f"<{old}:", f"<{new}:").replace(f"</{old}:", f"</{new}:")
        text = text.replace(f"xmlns:{old}=", f"xmlns:{new}=").replace(f" {old}:", f" {new}:")
    return text.replace("<:", "<").replace("</:", "</").replace("xmlns:=", "xmlns=")


def honest_messages():
    sent("plain", None, GOOD)
    for prefixes in ("", "soap", "soap cs", "#default", " soap  wsse ", "none"):
        accept(f"PrefixList {prefixes!r}", TRANSFORM, listed(prefixes))
    accept("PrefixList of CanonicalizationMethod", CANON, listed("soap").replace(
        "ds:Transform", "ds:CanonicalizationMethod"), TRANSFORM, listed(""))
    for tag in ("SignatureValue", "KeyIdentifier", "DigestValue"):
        for separator in ("\n", "\r\n", "&#13;\n", "&#xD;\n", " ", "\t"):
            if tag != "DigestValue" or separator == "\n":
                sent(f"{tag} broken by {separator!r}", None, broken(tag, separator) if tag != "DigestValue"
                     else GATEWAY.fill(f.change(ENVELOPE, "@DIGEST:body-1@<", "\n@DIGEST:body-1@\n<")))
    for start in ('<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8'?>", "\n\n", "\ufeff",
                  '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n', "\ufeff" + XML, "\n" + XML,
                  "<!-- before -->"):
        sent(f"begins with {start!r}", None, start + GOOD)
    sent("comment behind", None, GOOD + "\n<!-- x -->\n")
    sent("single quotes", None, GOOD.replace('"', "'"))
    pretty = re.sub(r">(?=</?(?:soap|wsse|ds|m))", ">\n\t ", ENVELOPE)
    sent("white space everywhere", None, GATEWAY.fill(pretty))
    sent("white space everywhere, CRLF", None, GATEWAY.fill(pretty).replace("\n", "\r\n"))
    sent("comment in signed text", None, GOOD.replace("0001013", "0001<!-- -->013"))
    sent("CDATA for text", None, GOOD.replace("000101300019", "<![CDATA[000101300019]]>"))
    sent("other prefixes", None, GATEWAY.fill(renamed(("ds", "dsig"), ("wsse", "o"), ("wsu", "u"),
            ("soap", "S"))))
    sent("ds without a prefix", None, GATEWAY.fill(renamed(("ds", ""))))
    for body in ('<v:r xmlns:v="urn:v"><response><code>SCSS001</code></response></v:r>', "<a/>",
                 "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>x</faultstring></soap:Fault>",
                 "<a>&amp; &#1178; Ұлттық 𐍈<![CDATA[<b>]]></a>"):
        accept(f"body {body[:20]}", PAYLOAD, body)
    for attributes in ("", 'soap:mustUnderstand="true"', 'soap:mustUnderstand="0"', 'soap:actor=""',
                       'soap:actor="http://schemas.xmlsoap.org/soap/actor/next"', 'wsu:Id="security"'):
        accept(f"Security {attributes}", SECURITY, f"<wsse:Security {attributes}>")
    for header in ('<h:x xmlns:h="urn:h">t</h:x>', '<wsse:Security soap:actor="urn:other"/>',
                   '<h:x xmlns:h="urn:h" soap:mustUnderstand="1" soap:actor="urn:other"/>',
                   '<h:x xmlns:h="urn:h" xmlns:s="http://www.w3.org/2003/05/soap-envelope" s:mustUnderstand="1"/>',
                   '<h:x xmlns:h="urn:h" mustUnderstand="1"/>'):
        accept(f"header {header[:60]}", "<soap:Header>", "<soap:Header>" + header)
    accept("UsernameToken beside", SIGNATURE, "<wsse:UsernameToken/>" + SIGNATURE)
    accept("payload's own Ids repeat", "<iin>", '<iin Id="x"><b Id="x"/></iin><iin>')
    for body in ('Id="body-1"', 'Id="body-1" wsu:Id="body-1"', 'Id="other" wsu:Id="body-1"'):
        accept(f"Body {body}", OPEN, f"<soap:Body {body}>")
    for ident in ("id-6f9619ff-8b86-d011-b42d-00c04fc964ff", "_0", "bodyId"):
        accept(f"Id {ident}", "body-1", ident)
    for kind in ("xs:string", "xs:anyType"):
        accept(f"type {kind} of XML Schema, declared outside", "<iin>", f'<iin xsi:type="{kind}">')
    for family, method, digest in (("gost", KZ + "gostr34102015-gostr34112015-512", KZ + "gostr34112015-512"),
                                   ("gost2004", MORE + "gost34310-gost34311", MORE + "gost34311")):
        accept(family, RSA, method, SHA256, digest, signer=bench.signer("gateway", family))


# --- wrapping: what is signed is not what stands in the Body -------------------------------------------

def wrapping():
    evil = GOOD.replace(GOOD_BODY, EVIL)
    evil_plain = GOOD.replace(GOOD_BODY, EVIL_PLAIN)
    moved = {"header block": ("</soap:Header>", wrapped(GOOD_BODY)), "Header": ("</soap:Header>", GOOD_BODY),
             "Security": ("</wsse:Security>", GOOD_BODY), "KeyInfo": ("</ds:KeyInfo>", GOOD_BODY),
             "Timestamp": ("</wsse:Security>", wrapped(GOOD_BODY, "<wsu:Timestamp>{}</wsu:Timestamp>")),
             "Object": ("</ds:Signature>", wrapped(GOOD_BODY, "<ds:Object>{}</ds:Object>")),
             "the evil Body": ("</m:SendMessage></soap:Body>",
                               "</m:SendMessage>" + GOOD_BODY + "</soap:Body>"),
             "the evil payload": ("</request></m:SendMessage></soap:Body>",
                                  GOOD_BODY + "</request></m:SendMessage></soap:Body>"),
             "the end": ("</soap:Envelope>", wrapped(GOOD_BODY) + "</soap:Envelope>"),
             "another actor's Security": ("</soap:Header>", wrapped(
                 GOOD_BODY, '<wsse:Security soap:actor="urn:other">{}</wsse:Security>'))}
    for place, (before, what) in moved.items():
        for name, text in (("with", evil), ("without", evil_plain)):
            end = what if place.startswith("the evil") or place == "the end" else what + before
            sent(f"signed Body in {place}, evil one {name} Id",
                 "ENV_SHAPE SIG_COVERAGE SIG_STRUCTURE SIG_KEYINFO",
                 text.replace(before, end, 1))
    for name, bodies in (("evil last", GOOD_BODY + EVIL_PLAIN), ("evil first", EVIL_PLAIN + GOOD_BODY),
                         ("same Id, last", GOOD_BODY + EVIL.replace("evil", "body-1")),
                         ("same Id, first", EVIL.replace("evil", "body-1") + GOOD_BODY)):
        sent(f"two Bodies, {name}", "ENV_SHAPE", GOOD.replace(GOOD_BODY, bodies))
    unsigned = GOOD.replace(GOOD_SECURITY, "")
    outer = f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><soap:Header>'
    sent("Envelope in a header, signature lifted", "SIG_COVERAGE",
         f"{outer}{GOOD_SECURITY}{wrapped(unsigned)}</soap:Header>{EVIL_PLAIN}</soap:Envelope>")
    sent("Envelope in a header with its signature", "ENV_SHAPE",
         f"{outer}{wrapped(GOOD)}</soap:Header>{EVIL_PLAIN}</soap:Envelope>")
    sent("Envelope in a Body", "SIG_MISSING",
         f"{outer}</soap:Header><soap:Body>{GOOD}</soap:Body></soap:Envelope>")
    sent("Envelope in one of SOAP 1.2", "ENV_VERSION",
         f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{GOOD}</s:Body></s:Envelope>')


def wrapping_of_signatures():
    unsigned = GOOD.replace(GOOD_SECURITY, "")
    mine = SYSTEM.fill(f.change(ENVELOPE, "body-1", "evil", "000101300019", "EVIL"))
    my_body = mine[mine.index("<soap:Body"):mine.index("</soap:Body>") + len("</soap:Body>")]
    my_signature = f.between(mine, "<ds:Signature ", "</ds:Signature>")
    for name, both in (("first", my_signature + GOOD_SIGNATURE), ("last", GOOD_SIGNATURE + my_signature)):
        sent(f"two signatures, the attacker's {name}", "ENV_SHAPE",
             GOOD.replace(GOOD_SIGNATURE, both).replace(
            GOOD_BODY, my_body).replace("</soap:Header>", wrapped(GOOD_BODY) + "</soap:Header>"))
    for name, codes, text in (
            ("in the payload", "SIG_MISSING", unsigned.replace("</m:SendMessage>",
                    GOOD_SIGNATURE + "</m:SendMessage>")),
            ("in the Body", "ENV_SHAPE", unsigned.replace("</soap:Body>", GOOD_SIGNATURE + "</soap:Body>")),
            ("in the Header", "ENV_SHAPE", GOOD.replace(GOOD_SECURITY, GOOD_SIGNATURE)),
            ("deeper in Security", "ENV_SHAPE", GOOD.replace(GOOD_SIGNATURE, wrapped(GOOD_SIGNATURE)))):
        sent(f"Signature {name}", codes, text)
    for name, codes, text in (
            ("in the payload", "SIG_MISSING", unsigned.replace("</m:SendMessage>",
                    GOOD_SECURITY + "</m:SendMessage>")),
            ("before the Header", "ENV_SHAPE", unsigned.replace("<soap:Header>",
                    GOOD_SECURITY + "<soap:Header>")),
            ("in a header block", "ENV_SHAPE", GOOD.replace(GOOD_SECURITY, wrapped(GOOD_SECURITY))),
            ("of another namespace", "ENV_MUST_UNDERSTAND", GOOD.replace(WSSE, "urn:wsse")),
            ("twice", "ENV_SHAPE", GOOD.replace("<soap:Header>", "<soap:Header><wsse:Security/>")),
            ("twice, once for next", "ENV_SHAPE", GOOD.replace(
                "<soap:Header>",
                '<soap:Header><wsse:Security soap:actor="http://schemas.xmlsoap.org/soap/actor/next"/>')),
            ("for somebody else", "ENV_SHAPE SIG_MISSING",
             GOOD.replace("<wsse:Security ", '<wsse:Security soap:actor="urn:other" '))):
        sent(f"Security {name}", codes, text)


def identifiers():
    double = "ENV_DUPLICATE_ID"
    for name in ("Id", "ID", "id", "iD", "xml:id", "x:Id", "x:ID", "wsu:Id", "AssertionID"):
        attribute = f'xmlns:x="urn:x" {name}="body-1"'
        sent(f"{name} of the payload as the Body's", double,
             GOOD.replace("<m:SendMessage ", f"<m:SendMessage {attribute} "))
        evil = EVIL_PLAIN.replace("<soap:Body", f"<soap:Body {attribute}")
        sent(f"{name} of the evil Body as the signed one's", double, GOOD.replace(GOOD_BODY, evil).replace(
            "</soap:Header>", wrapped(GOOD_BODY) + "</soap:Header>"))
        if name not in ("Id", "wsu:Id"):
            refuse(f"{name} of the Body", "SIG_COVERAGE", OPEN, f"<soap:Body {attribute}>")
    sent("the same Id by a character reference", double,
         GOOD.replace("</soap:Header>", '<w:w xmlns:w="urn:w" wsu:Id="body&#45;1"/></soap:Header>'))
    sent("an attribute list in a DTD", "XML_DTD", f'<!DOCTYPE a [<!ATTLIST a Id ID "body-1">]>{GOOD}')
    structure = "SIG_STRUCTURE SIG_COVERAGE"
    for uri in ("#xpointer(id('body-1'))", "#xpointer(/)", "#xmlns(x=urn:x)xpointer(//x:y)", "", "#",
                "body-1",
                "# body-1", "#body-1 ", "##body-1", "#element(/1/2)", "#body%2D1", "http://127.0.0.1:9/",
                "file:///etc/passwd", "ftp://127.0.0.1/x", "cid:x", "#body-1')|//*[('1'='1", "./#body-1",
                "#" + "a" * 200, "#бди", "#x:body-1", "#BODY-1", "#nobody"):
        refuse(f"URI {uri[:30]}", structure, 'URI="#body-1"', f'URI="{uri}"')
    refuse("no URI", structure, ' URI="#body-1"', "")
    for name, codes, target, changes in (
            ("a header", "SIG_COVERAGE", "h-1", ("</soap:Header>",
                    '<h:x xmlns:h="urn:h" wsu:Id="h-1"/></soap:Header>')),
            ("KeyInfo", "SIG_COVERAGE", "key", ("<ds:KeyInfo>", '<ds:KeyInfo Id="key">')),
            ("the Envelope", "SIG_COVERAGE", "all", ("<soap:Envelope ", '<soap:Envelope wsu:Id="all" ')),
            ("the Security", "SIG_COVERAGE", "sec", (SECURITY, SECURITY.replace(" ", ' wsu:Id="sec" ')))):
        refuse(f"a Reference to {name} besides", codes, *changes, BODY, BODY + reference(target, ZERO))
    refuse("only the operation signed", "SIG_COVERAGE", BODY, reference("op"), "<m:SendMessage ",
           '<m:SendMessage wsu:Id="op" ')
    refuse("the Body twice", "SIG_COVERAGE", BODY, BODY * 2)
    refuse("seventeen References", "ENV_SHAPE", BODY, BODY * 17)


def meanings():
    typed = GATEWAY.fill(f.change(ENVELOPE, "<iin>", '<iin xsi:type="cs:R">'))
    sent("a type's prefix declared outside", "SIG_COVERAGE", typed)
    sent("a type's prefix bound anew", "SIG_COVERAGE", typed.replace("urn:cs", "urn:evil"))
    sent("a type's prefix not bound any more", "SIG_COVERAGE", typed.replace(' xmlns:cs="urn:cs"', ""))
    typed = GATEWAY.fill(f.change(ENVELOPE, "<iin>", '<iin xsi:type="xs:string">'))
    sent("XML Schema's prefix bound anew", "SIG_COVERAGE", typed.replace("2001/XMLSchema\"", "2001/evil\""))
    typed = GATEWAY.fill(f.change(ENVELOPE, "<iin>", '<iin xsi:type="string">'))
    sent("a default namespace for a type", "SIG_COVERAGE SIG_DIGEST",
         typed.replace("<soap:Envelope ", '<soap:Envelope xmlns="urn:evil" '))
    sent("a PI in the payload", "XML_PI", GOOD.replace("<iin>", "<iin><?x y?>"))


# --- algorithms, values, structure ---------------------------------------------------------------------

def algorithms():
    transforms = ("http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2002/06/xmldsig-filter2",
                  "http://www.w3.org/TR/1999/REC-xslt-19991116", DS + "base64", DS + "enveloped-signature",
                  C14N,
                  C14N + "#WithComments", "http://www.w3.org/2006/12/xml-c14n11", EXC + "WithComments", "",
                  EXC + " ",
                  f.OASIS + "soap-message-security-1.0#STR-Transform",
                  "http://www.w3.org/2002/07/decrypt#XML")
    for name in transforms:
        other = f'<ds:Transform Algorithm="{name}"/>'
        for changed in (other, TRANSFORM + other, other + TRANSFORM):
            refuse(f"transforms {changed}", "SIG_ALGORITHM", TRANSFORM, changed)
        if "c14n11" not in name:
            refuse(f"canonicalization {name}", "SIG_ALGORITHM", EXC + '"/><ds:SignatureMethod',
                   name + '"/><ds:SignatureMethod')
    refuse("no Transforms", "SIG_ALGORITHM", TRANSFORMS, "")
    refuse("empty Transforms", "SIG_ALGORITHM", TRANSFORMS, "<ds:Transforms/>")
    for name in (DS + "rsa-sha1", MORE + "rsa-sha1", MORE + "rsa-md5", MORE + "rsa-sha224", DS + "hmac-sha1",
                 MORE + "hmac-sha256", DS + "dsa-sha1", MORE + "ecdsa-sha256", "", "none", RSA + " ",
                 "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", MORE + "gost34310-gost34311",
                 KZ + "gostr34102015-gostr34112015-256", KZ + "gostr34102015-gostr34112015-512"):
        refuse(f"method {name}", "SIG_ALGORITHM", RSA, name)
    for name in (DS + "sha1", MORE + "sha1", MORE + "md5", MORE + "sha224", "http://www.w3.org/2001/04/xmlenc#ripemd160", "",
                 KZ + "gostr34112015-512", MORE + "gost34311"):
        refuse(f"digest {name}", "SIG_ALGORITHM", SHA256, name)
    gost = (RSA, KZ + "gostr34102015-gostr34112015-512", SHA256, KZ + "gostr34112015-512")
    refuse("GOST's names with an RSA key", "SIG_ALGORITHM", *gost)
    refuse("RSA's names with a GOST certificate", "SIG_ALGORITHM",
           signer=bench.signer("gateway", "rsa", "gost"))
    old = f.Signer(bench.openssl, f"{bench.pki}/gost/gateway.key", bench.der("gateway", "gost2004"),
                   "kzstreebog512")
    refuse("2015's names with a certificate of 2004", "SIG_ALGORITHM", *gost, signer=old)
    unsigned = GATEWAY.fill(f.change(ENVELOPE, RSA, MORE + "hmac-sha256", "@VALUE@", "AAAA"))
    for name, secret in (("certificate", GATEWAY.der), ("nothing", b""),
                         ("public key", bench.openssl("x509", "-inform", "DER", "-pubkey", "-noout",
                                 octets=GATEWAY.der))):
        info = f.find(unsigned, "SignedInfo")
        value = b64(hmac.new(secret, f.canonical(info), hashlib.sha256).digest())
        sent(f"HMAC keyed with the {name}", "SIG_ALGORITHM", unsigned.replace(">AAAA<", f">{value}<"))


def values():
    value = f.text_of(GOOD, "SignatureValue")
    raw = base64.b64decode(value)
    digest = f.text_of(GOOD, "DigestValue")
    bad = "SIG_VALUE"
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other_bits = value[:-3] + digits[digits.index(value[-3]) | 1] + "=="
    form = "SIG_STRUCTURE"
    for name, codes, other in (
            ("empty", form, ""), ("with bits that mean nothing", form, other_bits), ("a space", form, " "), ("not base64", form, "!!!!"),
            ("twice", form, value * 2),
            ("with a comment", form, value[:9] + "<!-- -->" + value[9:]),
            ("with an element", form, value + "<x/>"),
            ("in CDATA", form, f"<![CDATA[{value}]]>"), ("with a no-break space", form,
                    value[:9] + "\u00a0" + value[9:]),
            ("zero", bad, b64(bytes(256))), ("one", bad, b64(bytes(255) + b"\1")),
            ("short", bad, b64(raw[:-1])),
            ("long", bad, b64(raw + b"\0")), ("longer in front", bad, b64(b"\0" + raw)),
            ("all ones", bad, b64(b"\xff" * 256)),
            ("one bit", bad, b64(raw[:-1] + bytes([raw[-1] ^ 1]))), ("300 KB", bad, "A" * 400000)):
        sent(f"SignatureValue {name}", codes, GOOD.replace(f">{value}<", f">{other}<"))
    sent("another digest", "SIG_DIGEST", GOOD.replace(digest, ZERO))
    sent("another text", "SIG_DIGEST", GOOD.replace("000101300019", "000101300029"))
    for name, other in (("a comment inside", digest[:5] + "<!--x-->" + digest[5:]),
                        ("an element", f"<x>{digest}</x>"),
                        ("a comment with the right one", f"<!--{digest}-->{ZERO}"),
                        ("CDATA", f"<![CDATA[{digest}]]>"),
                        ("nothing", ""), ("half of it", digest[:20]),
                        ("two", f"{digest}</ds:DigestValue><ds:DigestValue>{ZERO}")):
        refuse(f"DigestValue with {name}", form, "@DIGEST:body-1@<", other + "<")
    for name, codes, *changes in (
            ("two SignedInfo", form, "</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>"),
            ("SignedInfo wrapped", form, INFO, f"<x>{INFO}</x>"),
            ("text in Signature", form, "<ds:SignedInfo>", "x<ds:SignedInfo>"),
            ("a comment in Signature", form, "<ds:SignatureValue>", "<!-- --><ds:SignatureValue>"),
            ("xml:base", form, "<ds:Signature ", '<ds:Signature xml:base="http://x/" '),
            ("a type of Reference", form, "<ds:Reference ", f'<ds:Reference Type="{DS}Manifest" '),
            ("no method", form, METHOD, ""), ("methods turned round", form, CANON + METHOD, METHOD + CANON),
            ("two Transforms", form, TRANSFORMS, TRANSFORMS * 2),
            ("text in a transform", form, TRANSFORM, TRANSFORM.replace("/>", ">x</ds:Transform>")),
            ("an XPath in a transform", form, TRANSFORM,
             TRANSFORM.replace("/>", "><ds:XPath>0</ds:XPath></ds:Transform>")),
            ("text in DigestMethod", form, DIGEST, DIGEST.replace("/>", ">8</ds:DigestMethod>")),
            ("text in SignatureMethod", form, METHOD, METHOD.replace("/>", ">8</ds:SignatureMethod>")),
            ("HMACOutputLength", "SIG_ALGORITHM", METHOD, METHOD.replace(
                "/>", "><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>")),
            ("2,000 prefixes", form, TRANSFORM, listed(" ".join(f"p{i}" for i in range(2000)))),
            ("1,000 blanks for prefixes", form, TRANSFORM, listed(" " * 1000 + "cs")),
            ("a list of another namespace", form, TRANSFORM,
             listed("cs").replace(f'xmlns:ec="{EXC}"', 'xmlns:ec="urn:ec"'))):
        refuse(name, codes, *changes)


# --- SOAP ----------------------------------------------------------------------------------------------

def soap():
    shape = "ENV_SHAPE"
    for value in ("2", "", " 1", "1 ", "TRUE", "yes", "01", "+1", "-1"):
        header = f'<soap:Header><h:x xmlns:h="urn:h" soap:mustUnderstand="{value}"/>'
        refuse(f"mustUnderstand {value!r}", shape, "<soap:Header>", header)
        refuse(f"mustUnderstand {value!r} of Security", shape, 'soap:mustUnderstand="1"',
               f'soap:mustUnderstand="{value}"')
    for actor in ("", ' soap:actor=""', ' soap:actor="http://schemas.xmlsoap.org/soap/actor/next"'):
        refuse(f"mandatory and unknown, {actor}", "ENV_MUST_UNDERSTAND", "<soap:Header>",
               f'<soap:Header><h:x xmlns:h="urn:h" soap:mustUnderstand="1"{actor}/>')
    for name, *changes in (
            ("a header without namespace", "<soap:Header>", "<soap:Header><x/>"),
            ("text in Header", "<soap:Header>", "<soap:Header>x"),
            ("CDATA in Header", "<soap:Header>", "<soap:Header><![CDATA[x]]>"),
            ("text in Envelope", "</soap:Header>", "</soap:Header>x"), ("text in Body", OPEN, OPEN + "x"),
            ("two operations", PAYLOAD, PAYLOAD + "<x/>"), ("nothing in Body", PAYLOAD, ""),
            ("an attribute of Envelope", "<soap:Envelope ", '<soap:Envelope a="1" '),
            ("something between", "</soap:Header>", "</soap:Header><x:x xmlns:x='urn:x'/>")):
        refuse(name, shape, *changes)
    other = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    sent("Body of SOAP 1.2", shape, GOOD.replace("<soap:Body",
            f"<s:Body {other}").replace("</soap:Body>", "</s:Body>"))
    sent("Header of SOAP 1.2", shape, GOOD.replace("<soap:Header",
            f"<s:Header {other}").replace("</soap:Header>", "</s:Header>"))


for group in (honest_messages, wrapping, wrapping_of_signatures, identifiers, meanings, algorithms, values,
              soap):
    group()
bench.end(300)
