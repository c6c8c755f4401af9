#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# worst.py FOLDER: writes messages of up to 1 MiB there that cost as much as they can. Each is filled until
# the next of its parts would be one too many for the limits of dom/, so that the dearest message that
# passes is among them. "stranger" ones need a public certificate only, "partner" ones the key of a sender,
# "citizen" ones a signer's, too.
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[0] = os.environ["SRCDIR"] + "/tests/lib"
import forge as f
from envelope import *
from forge import C14N, DS, EXC, b64

MOST = 1024 * 1024
FOLDER = sys.argv[1]
SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
HQ = "urn:shepd:hq:1"
CALL = (f'<y:SendMessage xmlns:y="{SYNC}"><request><requestInfo><messageId>m-1</messageId><serviceId>HQ_SUBMIT'
        "</serviceId><messageDate>2026-07-01T00:00:00Z</messageDate><sender><senderId>pep</senderId><password>"
        "x</password></sender></requestInfo><requestData><data>@INSIDE@</data></requestData></request>"
        "</y:SendMessage>")
ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{C14N}"/>'
DOCUMENT_SIGNATURE = (
    f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>{METHOD}'
    f'<ds:Reference URI=""><ds:Transforms>{ENVELOPED}</ds:Transforms>{DIGEST}<ds:DigestValue>@DIGEST@'
    f"</ds:DigestValue></ds:Reference></ds:SignedInfo>{VALUE}<ds:KeyInfo><ds:X509Data><ds:X509Certificate>@CERT@"
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>")
KEY = f.between(GOOD, "<wsse:KeyIdentifier", "</wsse:KeyIdentifier>")
ROOM = MOST - 2 * len(GOOD) - 2048


def put(kind, name, text):
    octets = text.encode()
    if len(octets) > MOST:
        sys.exit(f"{kind} {name} has {len(octets)} octets")
    with open(f"{FOLDER}/{kind}-{name}.xml", "wb") as file:
        file.write(octets)


# --- as many parts as pass ---------------------------------------------------------------------------------

def passing(texts):
    """How many of them, the first ones, are not above the limits; one run for all."""
    paths = []
    for i, text in enumerate(texts):
        paths.append(f"{bench.folder}/{i}")
        with open(paths[-1], "wb") as file:
            file.write(text.encode())
    run = subprocess.run([bench.ctl, "inspect", *paths], capture_output=True, check=False)
    codes = [line.split("\t")[2] for line in run.stdout.decode().splitlines()]
    if len(codes) != len(texts):
        sys.exit(run.stderr.decode())
    return next((i for i, code in enumerate(codes) if code == "XML_LIMIT"), len(codes))


def fullest(template, body):
    """The template with as much of the body in place of @INSIDE@ as the limits allow, to one part in 64."""
    head, parts, tail = body
    low, step = 0, len(parts)
    while step > len(parts) // 64:
        step = max(step // 4, 1)
        counts = [n for n in range(low + step, low + 4 * step + step, step) if n <= len(parts)]
        low += step * passing([template.replace("@INSIDE@", head + "".join(parts[:n]) + tail) for n in counts])
    return template.replace("@INSIDE@", head + "".join(parts[:low]) + tail)


def filled(make, most=10**9):
    parts, used = [], 0
    for i in range(most):
        part = make(i)
        used += len(part.encode())
        if used > ROOM:
            break
        parts.append(part)
    return parts


def letters(i, size=3):
    digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    for _ in range(size):
        text += digits[i % 52]
        i //= 52
    return text


def tag(make, count):
    return "<a " + " ".join(make(i) for i in range(count)) + "/>"


def bodies():
    """What a Body, a header, or a business document may be filled with: name, head, parts, tail."""
    prefixed = " ".join(f'xmlns:{letters(i, 2)}="urn:{i}"' for i in range(50))
    root, deep = f"<r {prefixed}>", ("<d>" * 50, "</d>" * 50)
    levels = "".join(f'<{letters(i, 2)}:x xmlns:{letters(i, 2)}="u:{i}">' for i in range(50))
    ends = "".join(f"</{letters(i, 2)}:x>" for i in reversed(range(50)))
    rows = {
        "elements": lambda i: "<a/>", "elements-and-texts": lambda i: "<a>x</a>y",
        "elements-and-blanks": lambda i: "<a/>\n\t ", "comments": lambda i: "<!---->x",
        "elements-and-long-texts": lambda i: "<a>0123456789abcdef</a>",
        "attributes-1": lambda i: '<a b=""/>', "attributes-9": lambda i: tag(lambda j: f'b{9 - j}=""', 9),
        "attributes-40": lambda i: tag(lambda j: f'{letters(40 - j, 2)}=""', 40),
        "attributes-256": lambda i: tag(lambda j: f'{letters(256 - j, 2)}=""', 256),
        "attribute-names": lambda i: tag(lambda j: f'{letters(i * 40 + j, 4)}=""', 40),
        "attribute-values": lambda i: f'<a b="{letters(i)}"/>', "texts-of-three": lambda i: f"<a>{letters(i)}</a>",
        "names": lambda i: f"<{letters(i, 4)}/>", "names-long": lambda i: f"<{letters(i, 4)}{'n' * 252}/>",
        "names-alike": lambda i: f"<{'n' * 100}{letters(i)}/>", "namespaces-new": lambda i: '<b:a xmlns:b="u:"/>',
        "namespaces-different": lambda i: f'<b:a xmlns:b="u:{letters(i)}"/>',
        "namespaces-default": lambda i: '<a xmlns="u:"/>', "namespaces-unused": lambda i: f"<a {prefixed}/>",
        "deep": lambda i: "".join(deep), "ids": lambda i: '<a Id="body-x"/>',
        "ids-long": lambda i: f'<a Id="{"body-1" * 20}"/>', "ids-xml": lambda i: f'<a xml:id="{letters(i, 4)}"/>',
        "types": lambda i: '<a xsi:type="xs:s"/>', "character-references": lambda i: "&#65;" * 40,
        "character-references-long": lambda i: "&#x10348;" * 40, "entities": lambda i: "&lt;" * 40,
        "entities-to-grow": lambda i: "&gt;" * 40, "returns": lambda i: "&#13;" * 40,
        "cdata": lambda i: "<![CDATA[]]>" * 10, "cdata-x": lambda i: "<![CDATA[x]]>" * 10}
    for name, make in rows.items():
        yield name, "", filled(make), ""
    yield "attributes-prefixed", root, filled(lambda i: tag(lambda j: f'{letters(j, 2)}:b=""', 40)), "</r>"
    yield "namespaces-used-late", root, filled(lambda i: "<aa:x/>"), "</r>"
    for octets in (91, 256):  # what exclusive C14N repeats
        yield (f"namespaces-of-{octets}-used-late", f'<r xmlns:aa="urn:{"x" * (octets - 4)}">',
               filled(lambda i: "<aa:x/>"), "</r>")
    yield "namespaces-used-mixed", root, filled(lambda i: f"<{letters(i % 50, 2)}:x/>"), "</r>"
    yield "namespaces-deep", root + deep[0], filled(lambda i: "<aa:x/>"), deep[1] + "</r>"
    yield "namespaces-each-level", levels, filled(lambda i: f"<{letters(i % 50, 2)}:x/>"), ends
    yield "types-deep", deep[0], filled(lambda i: '<a xsi:type="xs:s"/>'), deep[1]
    yield "types-inside", root + deep[0], filled(lambda i: '<a xsi:type="aa:s"/>'), deep[1] + "</r>"
    for name, head, what, tail in (
            ("text", "", "x", ""), ("text-wide", "", "Қ", ""), ("text-greater", "", ">", ""),
            ("cdata-brackets", "<![CDATA[", "]", "]]>"), ("cdata-markup", "<![CDATA[", "<", "]]>"),
            ("comment", "<!--", "x", "-->"), ("attribute-text", '<a b="', "x", '"/>'),
            ("attribute-quotes", "<a b='", '"', "'/>"),
            ("attribute-entities", '<a b="', "&lt;", '"/>'), ("attribute-references", '<a b="', "&#9;", '"/>')):
        yield name, head, filled(lambda i, what=what: what * 512), tail


# --- messages ------------------------------------------------------------------------------------------------

def by_strangers():
    """Public certificates, and values that fit nothing: everything before the signature value."""
    for name, *body in bodies():
        put("stranger", "body-" + name, fullest(GOOD.replace("<iin>", "@INSIDE@<iin>"), body))
        if name.split("-")[0] in ("elements", "attributes", "ids", "namespaces", "comments", "types"):
            put("stranger", "header-" + name, fullest(
                GOOD.replace("</soap:Header>", '<h:h xmlns:h="urn:h">@INSIDE@</h:h></soap:Header>'), body))
    for name, block in (("mandatory", '<soap:a soap:mustUnderstand="0"/>'), ("others", '<soap:a soap:actor="u"/>')):
        put("stranger", f"headers-{name}", fullest(GOOD.replace("<soap:Header>", "<soap:Header>@INSIDE@"),
                                                   ("", filled(lambda i: block), "")))
    certificate, token = b64(GATEWAY.der), f'<wsse:BinarySecurityToken {TYPES} wsu:Id="X509-1">@INSIDE@</wsse:BinarySecurityToken>'
    for name, old in (("SignatureValue", f.text_of(GOOD, "SignatureValue")), ("certificate", certificate),
                      ("DigestValue", f.text_of(GOOD, "DigestValue"))):
        for how, part in (("base64", "AAAA" * 128), ("blanks", old + " " * 512), ("references", "&#65;" * 80),
                          ("cdata", "<![CDATA[x]]>" * 10)):
            put("stranger", f"{name}-{how}", fullest(GOOD.replace(old, "@INSIDE@"), ("", filled(
                lambda i, part=part, old=old: part if i == 0 else part.replace(old, "")), "")))
    put("stranger", "certificate-16k", GOOD.replace(certificate, b64(certificate_of_extensions())))
    for at in ("<ds:SignedInfo>", "<ds:Transforms>", "<ds:KeyInfo>", "<wsse:SecurityTokenReference>"):
        for name, part in (("blanks", "\n" * 512), ("elements", "<ds:x/>")):
            put("stranger", f"{name}-in-{at.strip('<>').replace(':', '-')}",
                fullest(GOOD.replace(at, at + "@INSIDE@"), ("", filled(lambda i, part=part: part), "")))
    issuer = ("<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName><ds:X509SerialNumber>{}"
              "</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>")
    put("stranger", "issuer-name", fullest(GOOD.replace(KEY, issuer.format("@INSIDE@", 1)),
                                           ("", filled(lambda i: "CN=x," * 100), "CN=x")))
    put("stranger", "issuer-serial", fullest(GOOD.replace(KEY, issuer.format("CN=x", "@INSIDE@")),
                                             ("", filled(lambda i: "1" * 500), "")))
    stamp = '<wsu:Timestamp wsu:Id="TS-1"><wsu:Created>2026-07-01T00:00:00Z</wsu:Created></wsu:Timestamp>'
    put("stranger", "three-references", fullest(f.change(
        GOOD, GOOD_SIGNATURE, token + stamp + GOOD_SIGNATURE, KEY, '<wsse:Reference URI="#X509-1"/>',
        "</ds:Reference>", "</ds:Reference>" + reference("TS-1", ZERO) + reference("X509-1", ZERO)),
        ("", filled(lambda i: "MIIB" * 128), "")))
    for count in (1, 4, 16):
        prefixes = " ".join(f"p{letters(i)}" for i in range(count))
        put("stranger", f"prefixes-{count}", fullest(
            f.change(GOOD, TRANSFORM, listed(prefixes), "<iin>", "@INSIDE@<iin>"), ("", filled(lambda i: "<a/>"), "")))


def certificate_of_extensions():
    """16 KiB of the cheapest extensions to write, for whoever decodes them."""
    names = f.extension("2.5.29.17", f.seq(*(f.tlv(0x82, b"a") for _ in range(3000))))
    maker = f.Maker(bench.openssl, bench.folder)
    name = f.name(("CN", "x"))
    return maker.certificate(name, name, "self", "self", extensions=(
        names, *(f.extension(f"1.2.{i // 100}.{i % 100}", b"") for i in range(200))))


def by_partners():
    """A sender's own key: the Body verifies, what it holds is read."""
    for name, head, parts, tail in bodies():
        if name.startswith("types"):  # of the Body's own, or the transport signature ends it
            head = f'<x xmlns:xs="http://www.w3.org/2001/XMLSchema">{head}'
            tail += "</x>"
        template = ENVELOPE.replace(PAYLOAD, CALL.replace("@INSIDE@", "<r>@INSIDE@</r>"))
        put("partner", "child-" + name, GATEWAY.fill(fullest(template, (head, parts, tail))))
        if name in ("elements", "attributes-40", "namespaces-new", "names-long", "text", "character-references",
                    "text-greater"):
            escaped = [p.replace("&", "&amp;").replace("<", "&lt;") for p in parts]
            template = ENVELOPE.replace(PAYLOAD, CALL.replace("@INSIDE@", "&lt;r>@INSIDE@&lt;/r>"))
            put("partner", "text-" + name, GATEWAY.fill(fullest(template, ("", fitting(escaped), ""))))
            template = ENVELOPE.replace(PAYLOAD, CALL.replace("@INSIDE@", "<![CDATA[<r>@INSIDE@</r>]]>"))
            put("partner", "cdata-" + name, GATEWAY.fill(fullest(template, ("", parts, ""))))
    for name, at, part in (
            ("properties", "</sender>", "<properties><key>k</key><value>v</value></properties>"),
            ("fields", "<requestInfo>", "<a/>"), ("message-id", "<messageId>", "m" * 512)):
        template = ENVELOPE.replace(PAYLOAD, CALL.replace("@INSIDE@", "").replace(at, at + "@INSIDE@"))
        put("partner", name, GATEWAY.fill(fullest(template, ("", filled(lambda i, part=part: part), ""))))


def fitting(parts):
    used = 0
    for i, part in enumerate(parts):
        used += len(part.encode())
        if used > ROOM:
            return parts[:i]
    return parts


def by_citizens():
    """A signer's key, too: the business document verifies and meets its schema."""
    start = f'<SubmitRequest xmlns="{HQ}" xmlns:xsi="{f.XSI}" xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    document = f"{start}@INSIDE@{DOCUMENT_SIGNATURE}</SubmitRequest>"
    for name, part in (("member", "<member/>"), ("requestedCategory", "<requestedCategory>1</requestedCategory>"),
                       ("attachment", '<attachment docCode="" uploadId=""/>')):
        around = {"member": "family", "attachment": "attachments"}.get(name)
        head, tail = (f"<{around}>", f"</{around}>") if around else ("", "")
        citizens_body(document, "schema-" + name, ("<channel>PEP</channel>" + head, filled(lambda i: part), tail))
    for name, *body in bodies():
        citizens_body(document, name, body)
    signed = f"<a>{'<b/>' * 60000}{DOCUMENT_SIGNATURE}</a>"
    for count in range(8):
        signed = PERSON.fill(signed if count == 0 else signed.replace("</a>", DOCUMENT_SIGNATURE + "</a>"))
    put("citizen", "eight-signers", signed)


def citizens_body(document, name, body):
    full = fullest(ENVELOPE.replace(PAYLOAD, CALL.replace("@INSIDE@", document)), body)
    inner = full[full.index("<data>") + 6:full.index("</data>")]
    put("citizen", name, GATEWAY.fill(ENVELOPE.replace(PAYLOAD, CALL.replace("@INSIDE@", PERSON.fill(inner)))))


by_strangers()
by_partners()
by_citizens()
f.shutil.rmtree(bench.folder)
