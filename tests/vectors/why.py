#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl inspect --why over honest messages that were spoiled in one known way: the cause that it names is
# that one. Envelopes and documents, RSA and GOST; lxml and the stock openssl sign.
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[0] = os.environ["SRCDIR"] + "/tests/lib"  # and not here: inspect.py is a module of Python, too
import forge as f
from envelope import ENVELOPE, GATEWAY, METHOD, TRANSFORM, bench, listed
from forge import C14N, DS, KZ, RSA, SHA256, b64, change

PAYLOAD = ('<m:SendMessage xmlns:m="urn:m">\n<request>\n<name>Әлия  Ёлкина</name>\n<note>a &lt; b "q" &amp; c &gt; d'
           "</note>\n<empty></empty>\n<iin>000101300019</iin>\n</request>\n</m:SendMessage>")
FLAT = re.sub(r">\s+<", "><", PAYLOAD)
RSA_FAMILY = (RSA, SHA256, "rsa", "gateway", "person")
GOST_FAMILY = (KZ + "gostr34102015-gostr34112015-512", KZ + "gostr34112015-512", "gost", "gateway", "person")
OLD = ENVELOPE[ENVELOPE.index("<m:Send"):ENVELOPE.index("</soap:Body>")]
count = failed = 0


def judge(name, text, *wanted, language="en", options=()):
    """Every wanted text stands in the explanation, in this order."""
    global count, failed
    count += 1
    path = f"{bench.folder}/why.xml"
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    run = subprocess.run([bench.ctl, "inspect", "--why", "--language", language, "--at", bench.at, "--trust",
                          bench.pki + "/trust", *options, path], capture_output=True, check=False)
    said = run.stdout.decode()
    lines = [l for l in said.split("\n") if l.startswith("# ")]
    if not re.search(".*".join(map(re.escape, wanted)), "\n".join(lines), re.S) or run.returncode != 1 or run.stderr:
        print(f"FAILED: {name}: wanted {wanted}, said:\n{said}{run.stderr.decode()}")
        failed += 1


def cause(name):
    return f"\n# cause: {name}:"


def envelope(payload, family=RSA_FAMILY, digested=None, *changes):
    """Signed; `digested` makes other octets of the canonical form before they are digested."""
    signature, digest, folder, name, _ = family
    signer = bench.signer(name, folder)
    text = change(ENVELOPE, METHOD, f'<ds:SignatureMethod Algorithm="{signature}"/>', SHA256, digest,
                  OLD, payload, *changes)
    if digested:
        body = f.etree.fromstring(text.encode(), f.PARSER)[1]
        octets = bench.openssl.digest(f.DIGESTS[digest], digested(f.canonical(body)))
        text = text.replace("@DIGEST:body-1@", b64(octets))
    return signer.fill(text)


def document(root, family=RSA_FAMILY, digested=None, method=C14N):
    """Enveloped, as the last child of the root."""
    signature, digest, folder, _, name = family
    text = root[:root.rindex("</")] + (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{method}"/>'
        f'<ds:SignatureMethod Algorithm="{signature}"/><ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{method}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue>@DIGEST@</ds:DigestValue></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue>@VALUE@</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        "@CERT@</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>") + root[root.rindex("</"):]
    if digested:
        plain = f.etree.fromstring(root.encode(), f.PARSER).getroottree()
        octets = digested(f.canonical(plain, method))
        text = text.replace("@DIGEST@", b64(bench.openssl.digest(f.DIGESTS[digest], octets)))
    return bench.signer(name, folder).fill(text)


def pretty(payload, space):
    """Inside the Body, which is one deep."""
    root = f.etree.fromstring(ENVELOPE.replace(OLD, payload))
    f.etree.indent(root, space)
    text = f.etree.tostring(root, encoding="unicode")
    return text[text.index(">", text.index("<soap:Body")) + 1:text.index("</soap:Body>")]


def misread(text, charset):
    """The text's UTF-8, taken for another charset."""
    return text.encode().decode(charset)


def both(name, payload, spoil, wanted, digested=None):
    """Envelope and document, RSA and GOST."""
    for kind, make in (("envelope", envelope), ("document", document)):
        for family in (RSA_FAMILY, GOST_FAMILY):
            judge(f"{name}, {kind}, {family[2]}", spoil(make(payload, family, digested)), cause(wanted))


def same(text):
    return text


both("white space added", FLAT, lambda t: t.replace("<request>", "<request>\n  ").replace("</request>", "\n</request>"),
     "re-indented")
for space, told in (("  ", "by 2"), ("    ", "by 4"), ("\t", "by tabs")):
    judge(f"indent {told} taken out", envelope(pretty(FLAT, space)).replace(pretty(FLAT, space), FLAT),
          cause("re-indented"), told)
judge("a line beside the signature", document(FLAT).replace("<ds:Signature ", "\n<ds:Signature "), cause("re-indented"),
      "beside the Signature")
both("values padded", FLAT, lambda t: t.replace(">000101300019<", "> 000101300019 <"), "value-trimmed")
for charset in ("cp1251", "latin-1", "koi8-r"):
    both(f"read as {charset}", FLAT.replace("Әлия", "Алия"), lambda t: misread(t, charset) if charset != "cp1251" else
         t.replace("Алия  Ёлкина", misread("Алия  Ёлкина", "cp1251")), "re-encoded")
judge("signed while read as CP1251", envelope(FLAT.replace("Әлия  Ёлкина", misread("Алия", "cp1251"))).replace(
    misread("Алия", "cp1251"), "Алия"), cause("re-encoded"), "the signer read UTF-8 as CP1251")
both("digested in CP1251", FLAT.replace("Әлия", "Алия"), same, "signed-in-charset", lambda o: o.decode().encode("cp1251"))
XML = '<?xml version="1.0" encoding="windows-1251"?>'
for family in (RSA_FAMILY, GOST_FAMILY):
    judge(f"sent in CP1251, {family[2]}", (XML + envelope(FLAT.replace("Әлия", "Алия"), family)).encode("cp1251"),
          "# rule: R-10", cause("sent-in-charset"), "(CP1251)")
    judge(f"sent in UTF-16, {family[2]}", document(FLAT, family).encode("utf-16"), cause("sent-in-charset"), "(UTF-16)")
judge("the charset is told", envelope(FLAT.replace("Әлия", "Алия"), RSA_FAMILY, lambda o: o.decode().encode("cp1251")),
      cause("signed-in-charset"), "(CP1251)")
both("digested in UTF-16", FLAT, same, "signed-in-charset", lambda o: o.decode().encode("utf-16-le"))
both("decomposed", FLAT, lambda t: t.replace("Ё", "Е\u0308"), "unicode-form")
both("composed", FLAT.replace("Ё", "Е\u0308"), lambda t: t.replace("Е\u0308", "Ё"), "unicode-form")
both("byte order mark", FLAT, same, "byte-order-mark", lambda o: b"\xef\xbb\xbf" + o)
both("carriage returns added", PAYLOAD, lambda t: t.replace("<request>\n", "<request>&#13;\n"),
     "line-ends")
both("CRLF signed", PAYLOAD, same, "line-ends", lambda o: o.replace(b"\n", b"\r\n"))
both("CR references lost", PAYLOAD, same, "line-ends", lambda o: o.replace(b"\n", b"&#xD;\n"))
both("escaped twice", FLAT.replace(" &amp; c", ""), lambda t: t.replace("&lt; b", "&amp;lt; b").replace("&gt; d", "&amp;gt; d"),
     "escaping")
both("escaped once less", FLAT, same, "escaping", lambda o: o.replace(b"&", b"&amp;"))
both("markup became text", FLAT.replace("a &lt; b", "a b").replace("&gt; d", "d"),
     lambda t: t.replace("<iin>000101300019</iin>", "&lt;iin&gt;000101300019&lt;/iin&gt;"), "escaping")
both("line at the end", FLAT, same, "line-at-end", lambda o: o + b"\n")
both("XML declaration", FLAT, same, "xml-declaration", lambda o: b'<?xml version="1.0" encoding="UTF-8"?>\n' + o)
both("empty elements", FLAT, same, "not-canonical", lambda o: o.replace(b"<empty></empty>", b"<empty/>"))
both("apostrophes", FLAT, same, "not-canonical", lambda o: re.sub(rb'="([^"]*)"', rb"='\1'", o))
both("quotes in text", FLAT, same, "not-canonical", lambda o: o.replace(b'"q"', b"&quot;q&quot;"))
judge("the Body's Id came later", envelope(FLAT, RSA_FAMILY, lambda o: re.sub(rb' wsu:Id="[^"]*"', b"", o).replace(
    b' xmlns:wsu="' + f.WSU.encode() + b'"', b"")), cause("added-attribute"), "wsu:Id")
judge("types came later", envelope(FLAT, RSA_FAMILY, None).replace("<iin>", '<iin xsi:type="xs:string">'),
      cause("added-attribute"), "xsi:type")
judge("a comment was digested", envelope(FLAT.replace("<iin>", "<!--c--><iin>"), RSA_FAMILY,
                                         lambda o: o.replace(b"<iin>", b"<!--c--><iin>")), cause("comments"))
judge("inclusive for exclusive", envelope(FLAT, RSA_FAMILY, lambda o: f.canonical(
    f.etree.fromstring(ENVELOPE.replace(OLD, FLAT))[1], C14N)),
      cause("other-canonical-form"), "(inclusive)")
judge("PrefixList forgotten", envelope(FLAT, RSA_FAMILY, same, TRANSFORM, listed("cs xsi")),
      cause("other-canonical-form"), "without PrefixList")
for family in (RSA_FAMILY, GOST_FAMILY):
    declared = FLAT.replace('xmlns:m="urn:m"', f'xmlns:m="urn:m" xmlns:xsi="{f.XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"')
    judge(f"lost namespaces, {family[2]}", document(declared, family).replace(declared[:declared.index(">")], FLAT[:FLAT.index(">")]),
          cause("lost-namespace"), "(xsi xsd)")
    judge(f"added namespace, {family[2]}", document(FLAT, family).replace('xmlns:m="urn:m"', 'xmlns:m="urn:m" xmlns:e="urn:e"'),
          cause("added-namespace"))
both("two at once", FLAT, lambda t: t.replace("<request>", "<request>\n").replace("Ё", "Е\u0308"), "unicode-form")
judge("two at once are both told", envelope(FLAT).replace("<request>", "<request>\n").replace("Ё", "Е\u0308"),
      cause("unicode-form"), cause("re-indented"))

both("another value", FLAT, lambda t: t.replace("000101300019", "000101300029"), "content-changed")
reference = "# reference: /Envelope/Body, line 1, Id body-1; URI=\"#body-1\"; sha256; the digest differs"
judge("element and digests are told", envelope(FLAT).replace("000101300019", "000101300029"), "# rule: R-35", reference,
      "# expected: ", "# computed: ")
paper = document('<d:paper xmlns:d="urn:d"><iin>000101300019</iin></d:paper>')
judge("a change beside the business document", envelope(FLAT.replace("<empty></empty>", paper)).replace("Әлия", "Алия"),
      cause("content-changed"), "# place: ", "/paper", "holds: the change is outside of it")
judge("a change inside the business document", envelope(FLAT.replace("<empty></empty>", paper)).replace(
    "<iin>000101300019</iin><ds:S", "<iin>000101300029</iin><ds:S"), cause("content-changed"), "does not hold either")
judge("lost characters", envelope(FLAT).replace("Әлия", "????"), cause("content-changed"), "# place: ", "/name", "characters were lost")
judge("in Russian", envelope(FLAT).replace("000101300019", "000101300029"), cause("content-changed"), "изменено содержание", language="ru")
judge("in Kazakh", envelope(FLAT).replace("000101300019", "000101300029"), cause("content-changed"), "мазмұны өзгертілген", language="kk")

judge("a value of another key", bench.signer("system").fill(f.change(ENVELOPE, "@CERT@", b64(GATEWAY.der))), cause("other-key-or-damaged"))
partners = bench.files(bench.der("system"))
judge("a value of a partner's key", bench.signer("system").fill(f.change(ENVELOPE, "@CERT@", b64(GATEWAY.der))), cause("other-key"),
      options=("--partners", partners))
judge("a value over another SignedInfo", GATEWAY.fill(ENVELOPE).replace('<ds:Reference URI', '<ds:Reference Id="r" URI'),
      cause("other-signed-info"))
judge("SignedInfo written anew", GATEWAY.fill(ENVELOPE).replace("<ds:SignedInfo>", "<ds:SignedInfo>\n").replace("</ds:Reference>", "</ds:Reference>\n"),
      cause("signed-info-reserialised"))
judge("another digest in the value", f.Signer(bench.openssl, GATEWAY.key, GATEWAY.der, "sha1").fill(ENVELOPE),
      cause("other-digest-algorithm"))
judge("a GOST value of another key", bench.signer("system", "gost").fill(f.change(
    ENVELOPE, METHOD, f'<ds:SignatureMethod Algorithm="{GOST_FAMILY[0]}"/>', SHA256, GOST_FAMILY[1],
    "@CERT@", b64(bench.der("gateway", "gost")))), cause("other-key-or-damaged"))
judge("algorithm and key differ", bench.signer("gateway", "rsa", "gost").fill(ENVELOPE), cause("algorithm-family"))

f.shutil.rmtree(bench.folder)
print(f"{count - failed} passed, {failed} failed")
sys.exit(failed > 0 or count < 100)
