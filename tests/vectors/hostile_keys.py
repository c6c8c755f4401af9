#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl inspect over messages made for this run: every way to say whose key it was, tokens, times, and
# documents with enveloped signatures. See hostile.py.
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path[0] = os.environ["SRCDIR"] + "/tests/lib"  # and not here: inspect.py is a module of Python, too
import forge as f
from envelope import *
from forge import C14N, DS, KZ, MORE, OASIS, RSA, SHA256, WSSE, X509V3, b64

WHOLE = "<ds:X509Certificate>@CERT@</ds:X509Certificate>"
WSS11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
PINNED = ("--partners", bench.files(GATEWAY.der))
BY_FORM = "SIG_KEYINFO"


def certificate(name):
    return b64(bench.der(name))


def printed(name, what, *options):
    out = bench.openssl("x509", "-in", f"{bench.pki}/rsa/{name}.pem", "-noout", what, *options)
    return out.decode().split("=", 1)[1].strip()


ISSUER = printed("gateway", "-issuer", "-nameopt", "RFC2253,-esc_msb,utf8")
SERIAL = str(int(printed("gateway", "-serial"), 16))


def named(issuer=ISSUER, serial=SERIAL):
    return (f"<ds:X509IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName>"
            f"<ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial>")


def data(*parts):
    return f"<ds:X509Data>{''.join(parts)}</ds:X509Data>"


def honest_keys():
    for name, old in (("", STR), (" in a SecurityTokenReference", IDENTIFIER)):
        accept(f"X509Certificate{name}", old, data(WHOLE))
        accept(f"issuer and serial{name}", old, data(named()), options=PINNED)
        accept(f"issuer and serial beside the certificate{name}", old, data(named(), WHOLE))
        accept(f"the certificate beside issuer and serial{name}", old, data(WHOLE, named()))
    for name, issuer in (("escaped", printed("gateway", "-issuer", "-nameopt", "RFC2253")),
                         ("the other way round", ",".join(reversed(ISSUER.split(",")))),
                         ("spaced", ISSUER.replace(",C=", " , C = ")),
                         ("on a line of its own", f"\n{ISSUER}\n"),
                         ("with OIDs", ISSUER.replace("CN=", "2.5.4.3=").replace("C=KZ", "OID.2.5.4.6=KZ"))):
        accept(f"issuer {name}", IDENTIFIER, data(named(issuer)), options=PINNED)
        accept(f"issuer {name}, certificate beside it", IDENTIFIER, data(named(issuer), WHOLE))
    accept("serial with zeros and space", IDENTIFIER, data(named(serial=f" 00{SERIAL}\n")), options=PINNED)
    accept("Ids", "<ds:KeyInfo>", '<ds:KeyInfo Id="KI-1">', "<wsse:SecurityTokenReference>",
           '<wsse:SecurityTokenReference wsu:Id="STR-1">', "<ds:Signature ", '<ds:Signature Id="SIG-1" ',
           "<ds:SignatureValue>", '<ds:SignatureValue Id="SV-1">')
    accept("TokenType", "<wsse:SecurityTokenReference>",
           f'<wsse:SecurityTokenReference xmlns:w="{WSS11}" w:TokenType="{X509V3}">')
    accept("no EncodingType", f'EncodingType="{f.BASE64}" ', "")


def other_keys():
    value = (f"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{b64(bytes.fromhex(printed('gateway', '-modulus')))}"
             "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>")
    others = (value, "<ds:KeyName>gateway</ds:KeyName>", '<ds:RetrievalMethod URI="#body-1"/>',
              f'<ds:RetrievalMethod URI="file:///etc/passwd" Type="{DS}rawX509Certificate"/>',
              "<ds:MgmtData>x</ds:MgmtData>",
              '<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"/>', STR, data(WHOLE), IDENTIFIER,
              "")
    for other in others:
        for changed in {other, other + STR, STR + other} - {STR, data(WHOLE)}:
            refuse(f"KeyInfo of {changed[:60]}", BY_FORM, STR, changed)
    person = f"<ds:X509Certificate>{certificate('person')}</ds:X509Certificate>"
    for name, parts in (("two certificates", (WHOLE, person)), ("two, the other first", (person, WHOLE)),
                        ("a hundred", (WHOLE,) * 100), ("a CRL", (WHOLE, "<ds:X509CRL>AA==</ds:X509CRL>")),
                        ("a subject", (WHOLE, "<ds:X509SubjectName>CN=x</ds:X509SubjectName>")),
                        ("an SKI", (WHOLE, "<ds:X509SKI>AA==</ds:X509SKI>")),
                        ("a subject only", ("<ds:X509SubjectName/>",)),
                        ("nothing", ()), ("two names", (named(), named())),
                        ("two names, one certificate", (named(), named(), WHOLE)),
                        ("another serial", (named(serial="1"), WHOLE)),
                        ("another issuer", (named("CN=x,C=KZ"), WHOLE)),
                        ("another's certificate and a pinned name", (named(), person))):
        refuse(f"X509Data with {name}", BY_FORM, IDENTIFIER, data(*parts),
               options=PINNED + ("--trust", bench.pki + "/trust"))
    for inner in ("", "x" + IDENTIFIER, "<!-- -->" + IDENTIFIER, IDENTIFIER * 2,
                  IDENTIFIER + '<wsse:Reference URI="#X"/>', STR,
                  value, "<ds:KeyName>x</ds:KeyName>", data(WHOLE) * 2, data(named()) + data(WHOLE),
                  f"<wsse:Embedded><wsse:BinarySecurityToken {TYPES}>@CERT@</wsse:BinarySecurityToken></wsse:Embedded>"):
        refuse(f"SecurityTokenReference of {inner[:60]}", BY_FORM, IDENTIFIER, inner)
    for kind in ("X509SubjectKeyIdentifier", "X509PKIPathv1", "PKCS7", "X509v1"):
        refuse(f"ValueType {kind}", BY_FORM, "#X509v3", "#" + kind)
    refuse("a thumbprint", BY_FORM, X509V3,
           "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1")
    refuse("no ValueType", BY_FORM, f' ValueType="{X509V3}"', "")
    refuse("hexadecimal", BY_FORM, "#Base64Binary", "#HexBinary")
    refuse("no KeyInfo", BY_FORM, KEY_INFO, "")
    refuse("two KeyInfo", "SIG_STRUCTURE", KEY_INFO, KEY_INFO * 2)


def certificates_as_octets():
    der = GATEWAY.der
    form = "SIG_KEYINFO PKI_CERTIFICATE"
    for name, codes, octets in (
            ("with a zero behind", form, der + b"\0"), ("with another behind", form,
                    der + bench.der("person")),
            ("cut", form, der[:-1]), ("of nothing", form, b""), ("of an empty sequence", form, b"\x30\0"),
            ("of text", form, b"hello"),
            ("of indefinite length", form, b"\x30\x80" + der[4:] + b"\0\0"),
            ("with a long length", form, b"\x30\x83\0" + der[2:]),
            ("with a zero before", form, b"\0" + der), ("with 600 KB behind", form, der + bytes(600000)),
            ("that is a public key", form, bench.openssl("pkey", "-in", GATEWAY.key, "-pubout", "-outform",
                    "DER")),
            ("that is PKCS#7", form, bench.openssl("crl2pkcs7", "-nocrl", "-certfile",
                    f"{bench.pki}/rsa/gateway.pem", "-outform", "DER")),
            ("with another signature", "PKI_UNKNOWN_ISSUER", der[:-1] + bytes([der[-1] ^ 1])),
            ("with another BIN", "PKI_UNKNOWN_ISSUER", der.replace(b"BIN000140000304", b"BIN000140000305")),
            ("of another key", "SIG_VALUE", bench.der("system"))):
        refuse(f"certificate {name}", codes, "@CERT@", b64(octets))
    for name, text in (("PEM", "-----BEGIN CERTIFICATE-----\n@CERT@\n-----END CERTIFICATE-----"),
                       ("a comment", "<!-- -->@CERT@"),
                       ("an element", "@CERT@<x/>")):
        refuse(f"certificate in {name}", form, "@CERT@", text)


# --- tokens and times of WS-Security ---------------------------------------------------------------------

TOKEN = f'<wsse:BinarySecurityToken {TYPES} wsu:Id="X509-1">@CERT@</wsse:BinarySecurityToken>'
TO_TOKEN = f'<wsse:Reference URI="#X509-1" ValueType="{X509V3}"/>'


def tokens():
    stranger = TOKEN.replace("X509-1", "X509-2").replace("@CERT@", certificate("person"))
    by_token = (IDENTIFIER, TO_TOKEN)
    for name, security in (("before", TOKEN + SIGNATURE), ("behind", SIGNATURE + TOKEN)):
        accept(f"token {name}", SIGNATURE, security, *by_token)
        accept(f"token {name}, signed", SIGNATURE, security, *by_token, BODY, BODY + reference("X509-1"))
    accept("token without EncodingType", SIGNATURE, TOKEN.replace(f'EncodingType="{f.BASE64}" ',
            "") + SIGNATURE, *by_token)
    accept("reference without ValueType", SIGNATURE, TOKEN + SIGNATURE, IDENTIFIER,
           '<wsse:Reference URI="#X509-1"/>')
    for name, security in (("twice", TOKEN * 2 + SIGNATURE),
                           ("a stranger's first", stranger + TOKEN + SIGNATURE),
                           ("a stranger's last", TOKEN + SIGNATURE + stranger)):
        refuse(f"tokens: {name}", "ENV_SHAPE", SIGNATURE, security, *by_token)
    for name, changes in (
            ("nobody refers to", (SIGNATURE, TOKEN + SIGNATURE)),
            ("deeper in Security", (SIGNATURE, f"<x:x xmlns:x='urn:x'>{TOKEN}</x:x>{SIGNATURE}")),
            ("outside Security", ("<soap:Header>", "<soap:Header>" + TOKEN)),
            ("in the Body", ("<iin>", TOKEN + "<iin>")),
            ("for another actor",
             ("<soap:Header>", f'<soap:Header><wsse:Security soap:actor="urn:x">{TOKEN}</wsse:Security>')),
            ("without Id", (SIGNATURE, TOKEN.replace(' wsu:Id="X509-1"', "") + SIGNATURE)),
            ("with a plain Id", (SIGNATURE, TOKEN.replace("wsu:Id", "Id") + SIGNATURE)),
            ("with an attribute of its own", (SIGNATURE,
                                              TOKEN.replace("wsu:Id", 'x="1" wsu:Id') + SIGNATURE)),
            ("with a path inside", (SIGNATURE, TOKEN.replace("X509v3", "X509PKIPathv1") + SIGNATURE))):
        refuse(f"a token {name}", BY_FORM, *changes, *(by_token if name != "nobody refers to" else ()))
    refuse("a token's Id in the payload, too", "ENV_DUPLICATE_ID", SIGNATURE, TOKEN + SIGNATURE, *by_token,
           "<iin>", '<iin Id="X509-1">')
    refuse("another's token", "SIG_VALUE", SIGNATURE, TOKEN.replace("@CERT@",
            certificate("system")) + SIGNATURE, *by_token)
    for to in ('<wsse:Reference URI="#body-1"/>', "<wsse:Reference/>",
               '<wsse:Reference URI="http://127.0.0.1:9/c"/>',
               '<ds:Reference URI="#X509-1"/>', '<wsse:Reference URI="#X509-1"><x/></wsse:Reference>',
               '<wsse:Reference URI="X509-1"/>',
               TO_TOKEN.replace("X509v3", "PKCS7")):
        refuse(f"token by {to}", BY_FORM, SIGNATURE, TOKEN + SIGNATURE, IDENTIFIER, to)


def stamp(created, expires=None, ident="TS-1", more=""):
    expires = f"<wsu:Expires>{expires}</wsu:Expires>" if expires is not None else ""
    return f'<wsu:Timestamp wsu:Id="{ident}"><wsu:Created>{created}</wsu:Created>{expires}{more}</wsu:Timestamp>'


def timestamps():
    now, soon = "2026-07-01T00:00:00Z", "2026-07-01T00:05:00Z"
    signed = (BODY, BODY + reference("TS-1"))
    codes = "SIG_TIMESTAMP"

    def on_it(verb, name, text, *codes):
        verb(name, *codes, SIGNATURE, text + SIGNATURE, *signed)

    for created, expires in ((now, soon), (now, now), (now, None),
                             ("2026-07-01T05:00:00+05:00", "2026-07-01T05:05:00+05:00"),
                             (now[:-1] + ".123Z", soon[:-1] + ".123456789Z"),
                             (now[:-1] + "." + "9" * 200 + "Z", None),
                             ("2026-06-30T23:00:00Z", "2026-06-30T23:58:00Z"),
                             ("2026-07-01T00:04:00Z", None)):
        on_it(accept, f"created {created[:30]} expires {expires}", stamp(created, expires))
    for order in (TOKEN + stamp(now, soon) + SIGNATURE, stamp(now, soon) + TOKEN + SIGNATURE,
                  SIGNATURE + stamp(now, soon) + TOKEN):
        accept("token, time and Body signed", SIGNATURE, order, IDENTIFIER, TO_TOKEN, BODY,
               reference("TS-1") + reference("X509-1") + BODY)
    accept("zeep's whole form", SIGNATURE, SIGNATURE + stamp(now, soon), IDENTIFIER, data(named(), WHOLE),
           *signed)
    for text in ("", " ", "now", "2026-07-01", "2026-07-01T00:00:00", "2026-07-01 00:00:00Z", "1782864000",
                 "2026-07-01T24:00:00Z",
                 "2026-07-01T00:00:60Z", "2026-13-01T00:00:00Z", "2026-06-31T00:00:00Z",
                 "-2026-07-01T00:00:00Z",
                 "+2026-07-01T00:00:00Z", "02026-07-01T00:00:00Z", "2026-07-01T00:00:00z",
                 "2026-07-01T00:00:00.Z",
                 "2026-07-01T00:00:00+15:00", "2026-07-01T00:00:00+0500", "2026-07-01T00:00:00ZZ",
                 "２０２６-07-01T00:00:00Z",
                 "0000-01-01T00:00:00Z", "2026-07-01T00:00:00GMT", "2026-07-01T00:05:01Z",
                 "9999-12-31T23:59:59Z"):
        on_it(refuse, f"created {text!r}", stamp(text), codes)
    for text in ("", "never", "2026-06-30T23:54:59Z", "2026-07-01", "2026-07-01T00:05:00"):
        on_it(refuse, f"expires {text!r}", stamp("2026-06-30T23:00:00Z", text), codes)
    on_it(refuse, "expires before created", stamp(now, "2026-06-30T23:59:59Z"), codes)
    on_it(refuse, "three times", stamp(now, soon, more=f"<wsu:Expires>{soon}</wsu:Expires>"), codes)
    on_it(refuse, "a comment in it", stamp("2026-07-01<!-- -->T00:00:00Z"), "SIG_STRUCTURE")
    on_it(refuse, "two of them", stamp(now) + stamp(now, ident="TS-2"), "ENV_SHAPE")
    on_it(refuse, "another one deeper", stamp(now, ident="TS-2") + f"<x:x xmlns:x='urn:x'>{stamp(now)}</x:x>",
          "SIG_COVERAGE")
    refuse("a Timestamp that is not signed", "SIG_COVERAGE", SIGNATURE, stamp(now) + SIGNATURE)
    refuse("only the Timestamp signed", "SIG_COVERAGE", SIGNATURE, stamp(now) + SIGNATURE, BODY,
           reference("TS-1"))


# --- documents ---------------------------------------------------------------------------------------------

ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
COMMENTS = f'<ds:Transform Algorithm="{C14N}#WithComments"/>'
BOTH = f"<ds:Transforms>{ENVELOPED}{COMMENTS}</ds:Transforms>"
ALL = f'<ds:Reference URI="">{BOTH}{DIGEST}<ds:DigestValue>@DIGEST@</ds:DigestValue></ds:Reference>'
DOC_KEY = f"<ds:KeyInfo>{data(WHOLE)}</ds:KeyInfo>"
DOC_SIGNATURE = (f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>{METHOD}{ALL}'
                 f"</ds:SignedInfo>{VALUE}{DOC_KEY}</ds:Signature>")
DOCUMENT = f"<a><b>1</b>{DOC_SIGNATURE}</a>"
SIGNED = PERSON.fill(DOCUMENT)


def document(verdict, name, codes, *changes, signer=PERSON):
    bench.case(f"document {name}", verdict, signer.fill(f.change(DOCUMENT, *changes)), codes)


def sent_document(name, codes, text):
    bench.case(f"document {name}", "refused" if codes else "accepted", text, codes)


def another_signature(text, signer=GATEWAY):
    return signer.fill(text.replace("</a>", DOC_SIGNATURE + "</a>"))


def honest_documents():
    for name, *changes in (("plain",), ("without comments", COMMENTS, f'<ds:Transform Algorithm="{C14N}"/>'),
                           ("with lines round its signature", DOC_SIGNATURE, f"\n{DOC_SIGNATURE}\n"),
                           ("with a namespace", "<a>", '<a xmlns="urn:a">'),
                           ("with a comment", "<b>1", "<b><!-- x -->1"),
                           ("with issuer and serial beside", WHOLE, WHOLE + named_person())):
        document("accepted", name, None, *changes)
    for name, text in (("with a comment put in", SIGNED.replace("<b>1", "<b><!-- x -->1")),
                       ("behind a comment", "<!-- x -->" + SIGNED),
                       ("declared", XML + SIGNED), ("behind an empty line", "\n" + XML + "\n" + SIGNED),
                       ("with Java's line ends", re.sub("(<ds:X509Certificate>.{76})", "\\1&#13;\n",
                               SIGNED))):
        sent_document(name, None, text)
    twice = another_signature(SIGNED)
    sent_document("with two signers", None, twice)
    eight = SIGNED
    for _ in range(7):
        eight = another_signature(eight)
    sent_document("with eight signers", None, eight)
    sent_document("with nine signers", "SIG_STRUCTURE", another_signature(eight))
    first, second = re.findall("<ds:Signature .*?</ds:Signature>", twice)
    sent_document("with two signers, changed", "SIG_DIGEST", twice.replace("<b>1", "<b>2"))
    sent_document("with two signers, turned round", "SIG_COVERAGE", f"<a><b>1</b>{second}{first}</a>")
    sent_document("of the second signer alone", "SIG_DIGEST", f"<a><b>1</b>{second}</a>")
    sent_document("of the first signer alone", None, f"<a><b>1</b>{first}</a>")
    sent_document("with one signature twice", "SIG_COVERAGE", f"<a><b>1</b>{first}{first}</a>")
    sent_document("with signatures side by side", "SIG_COVERAGE",
                  f"<a><b>1</b>{first}{f.between(GATEWAY.fill(DOCUMENT), '<ds:Signature ', '</ds:Signature>')}</a>")
    for family, method, digest in (("gost", KZ + "gostr34102015-gostr34112015-512", KZ + "gostr34112015-512"),
                                   ("gost2004", MORE + "gost34310-gost34311", MORE + "gost34311")):
        document("accepted", family, None, RSA, method, SHA256, digest, signer=bench.signer("person", family))


def named_person():
    return named(printed("person", "-issuer", "-nameopt", "RFC2253"),
                 str(int(printed("person", "-serial"), 16)))


def hostile_documents():
    form, bad = "SIG_STRUCTURE", "SIG_DIGEST"
    signature = f.between(SIGNED, "<ds:Signature ", "</ds:Signature>")
    for name, codes, after in (("an element", "SIG_STRUCTURE SIG_MISSING", "<c/>"), ("text", form, "x"),
                               ("a comment", form, "<!-- x -->"),
                               ("CDATA", form, "<![CDATA[x]]>")):
        document("refused", f"with {name} behind its signature", codes, DOC_SIGNATURE, DOC_SIGNATURE + after)
    document("refused", "with its signature first", "SIG_STRUCTURE SIG_MISSING", "<b>1</b>" + DOC_SIGNATURE,
             DOC_SIGNATURE + "<b>1</b>")
    for name, codes, text in (
            ("with text put behind", form, SIGNED.replace("</ds:Signature>", "</ds:Signature>x")),
            ("with its signature deeper", "SIG_MISSING", SIGNED.replace(signature, f"<c>{signature}</c>")),
            ("inside another", "SIG_MISSING", f"<x>{SIGNED}</x>"),
            ("inside another, signature outside", bad,
             f"<x><b>9</b>{SIGNED.replace(signature, '')}{signature}</x>"),
            ("with an element more", bad, SIGNED.replace("<b>1</b>", "<b>1</b><c/>")),
            ("with an attribute more", bad, SIGNED.replace("<a>", "<a x='1'>")),
            ("with a namespace more", bad, SIGNED.replace("<a>", "<a xmlns:q='urn:q'>")),
            ("with a space more", bad, SIGNED.replace("<b>", " <b>")),
            ("with a PI", "XML_PI", SIGNED.replace("<b>", "<?x?><b>")),
            ("behind a PI", "XML_PI", "<?x?>" + SIGNED), ("not signed", "SIG_MISSING", "<a><b>1</b></a>"),
            ("of nothing", "XML_MALFORMED", ""),
            ("that is a signature", "SIG_MISSING", signature),
            ("with a DTD", "XML_DTD", "<!DOCTYPE a [<!ATTLIST a Id ID #IMPLIED>]>" + SIGNED)):
        sent_document(name, codes, text)
    for uri in ('URI="#a"', "", 'URI="#xpointer(/)"', 'URI="file:///etc/passwd"', 'URI="#"', 'URI=" "',
                'URI="http://127.0.0.1:9"'):
        document("refused", f"by {uri}", "SIG_COVERAGE SIG_STRUCTURE", "<a>", '<a Id="a">', 'URI=""', uri,
                 "@DIGEST@", ZERO)
    xpath = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(self::b)</ds:XPath></ds:Transform>'
    for name, transforms in (("none", ""), ("one", ENVELOPED), ("C14N only", COMMENTS),
                             ("turned round", COMMENTS + ENVELOPED),
                             ("three", ENVELOPED + COMMENTS * 2), ("twice enveloped", ENVELOPED * 2),
                             ("XPath between", ENVELOPED + xpath + COMMENTS),
                             ("XPath", xpath + COMMENTS),
                             ("C14N 1.1",
                              ENVELOPED + '<ds:Transform Algorithm="http://www.w3.org/2006/12/xml-c14n11"/>'),
                             ("base64", ENVELOPED + f'<ds:Transform Algorithm="{DS}base64"/>')):
        document("refused", f"with transforms: {name}", "SIG_ALGORITHM", ENVELOPED + COMMENTS, transforms)
    document("refused", "without Transforms", "SIG_ALGORITHM", BOTH, "")
    document("refused", "with an XPath in enveloped-signature", "SIG_ALGORITHM", ENVELOPED,
             ENVELOPED.replace("/>", "><ds:XPath>0</ds:XPath></ds:Transform>"))
    document("refused", "with text in enveloped-signature", form, ENVELOPED,
             ENVELOPED.replace("/>", ">x</ds:Transform>"))
    document("refused", "with two References", form, ALL, ALL + ALL.replace("@DIGEST@", ZERO))
    document("refused", "with an Object", form, "</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>")
    document("refused", "with rsa-sha1", "SIG_ALGORITHM", RSA, DS + "rsa-sha1")
    document("refused", "with sha1", "SIG_ALGORITHM", SHA256, DS + "sha1")
    document("refused", "with a SecurityTokenReference", BY_FORM, data(WHOLE),
             f'<w:SecurityTokenReference xmlns:w="{WSSE}"/>')
    document("refused", "with a KeyValue beside", BY_FORM, data(WHOLE), data(WHOLE) + "<ds:KeyValue/>")
    document("refused", "with issuer and serial alone", BY_FORM, WHOLE, named_person())
    document("refused", "without KeyInfo", BY_FORM, DOC_KEY, "")
    for name, code in (("person-auth", "PKI_USAGE"), ("person-expired", "PKI_EXPIRED"),
                       ("person-future", "PKI_NOT_YET_VALID"),
                       ("other-person", "PKI_UNKNOWN_ISSUER PKI_CERTIFICATE"), ("nca", "PKI_USAGE"),
                       ("root", "PKI_USAGE"),
                       ("ocsp", "PKI_USAGE"), ("tsa", "PKI_USAGE"), ("tls", "PKI_USAGE")):
        document("refused", f"signed by {name}", code, signer=bench.signer(name))


for group in (honest_keys, other_keys, certificates_as_octets, tokens, timestamps, honest_documents,
              hostile_documents):
    group()
bench.end(250)
