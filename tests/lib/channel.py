#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The channels spoken by a stranger: lxml makes the canonical form, openssl signs, http.client sends.
#   channel.py call URL OPERATION [--cert PEM --key PEM] [--data XML] [--save FILE] [name=value...]
#       prints "http N" and "name value" of each leaf of the answer's Body; 0 = 200, 1 = another status,
#       3 = no whole answer
#   channel.py receive FOLDER [--cert PEM --key PEM]
#       a participant: prints its port, acknowledges what is brought, keeps it in FOLDER/NUMBER.xml and a line
#       in FOLDER/log. The words in FOLDER/behave, where it exists, are used up one a message: an HTTP
#       status, "fault:CODE", "garbage", "empty" (acknowledgement) or "good"
import argparse
import base64
import hashlib
import http.client
import http.server
import os
import subprocess
import sys
import urllib.parse
from xml.sax.saxutils import escape

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
ASYNC = "http://bip.bee.kz/AsyncChannel/v10/Types"
CLIENT = ASYNC + "/Client"
NIL = "{00000000-0000-0000-0000-000000000000}"
DATE = "2026-01-01T00:00:00+05:00"


def canonical(node):
    return etree.tostring(node, method="c14n", exclusive=True)


def sign(body, cert, key):
    """The envelope around the Body's content, signed where there is a key."""
    text = (f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:wsu="{OASIS}wssecurity-utility-1.0.xsd"><soap:Header>'
            f'@SECURITY@</soap:Header><soap:Body wsu:Id="b">{body}</soap:Body></soap:Envelope>')
    if key is None:
        return text.replace("@SECURITY@", "").encode()
    digest = hashlib.sha256(canonical(etree.fromstring(text.replace("@SECURITY@", ""))[1])).digest()
    info = (f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXC}"/>'
            '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
            f'<ds:Reference URI="#b"><ds:Transforms><ds:Transform Algorithm="{EXC}"/></ds:Transforms>'
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>'
            f"{base64.b64encode(digest).decode()}</ds:DigestValue></ds:Reference></ds:SignedInfo>")
    value = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=canonical(etree.fromstring(info)),
                           capture_output=True, check=True).stdout
    with open(cert, encoding="ascii") as f:
        der = "".join(line.strip() for line in f if "-----" not in line)
    security = (f'<wsse:Security xmlns:wsse="{OASIS}wssecurity-secext-1.0.xsd"><ds:Signature xmlns:ds="{DS}">{info}'
                f"<ds:SignatureValue>{base64.b64encode(value).decode()}</ds:SignatureValue><ds:KeyInfo>"
                "<wsse:SecurityTokenReference><wsse:KeyIdentifier "
                f'EncodingType="{OASIS}soap-message-security-1.0#Base64Binary" '
                f'ValueType="{OASIS}x509-token-profile-1.0#X509v3">{der}</wsse:KeyIdentifier>'
                "</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security>")
    return text.replace("@SECURITY@", security).encode()


def leaves(fields, *names):
    return "".join(f"<{n}>{escape(fields[n])}</{n}>" for n in names if n in fields)


def request(operation, fields, data):
    """The element of an operation; what is not given is left out, or what is always right."""
    f = {"messageDate": DATE, "requestDate": DATE, "senderId": "pep", "password": "secret", **fields}
    sender = f"<sender>{leaves(f, 'senderId', 'password')}</sender>"
    namespace = SYNC if operation == "SendMessage" else ASYNC
    if operation == "SendMessage":
        inside = (f"<requestInfo>{leaves(f, 'messageId', 'serviceId', 'messageDate')}{sender}</requestInfo>"
                  f"<requestData>{data}</requestData>")
    elif operation == "sendMessage":
        f.setdefault("messageType", "REQUEST")
        inside = ("<messageInfo>" + leaves(f, "messageId", "correlationId", "serviceId", "messageType", "messageDate")
                  + f"{sender}</messageInfo><messageData>{data}</messageData>")
    elif operation == "getMessageStatus":
        inside = leaves(f, "messageId", "requestDate") + sender
    elif operation == "getMessages":
        inside = leaves(f, "messageId", "correlationId", "requestDate", "serviceId") + sender + leaves(f, "amount")
    else:
        f = {"receiveStatus": "MESSAGE_ACCEPTED", "resendMessage": "NOT_RESEND", "notificationDate": DATE,
             "statusDate": DATE, **f}
        inside = ("<notification>" + leaves(f, "messageId", "serviceId", "notificationDate") + "<deliveryStatus>"
                  + leaves(f, "receiveStatus", "statusDate", "resendMessage") + "</deliveryStatus></notification>"
                  + leaves(f, "requestDate") + sender)
    return f'<m:{operation} xmlns:m="{namespace}"><request>{inside}</request></m:{operation}>'


def call(o):
    fields = dict(pair.split("=", 1) for pair in o.fields)
    envelope = sign(request(o.operation, fields, o.data), o.cert, o.key)
    url = urllib.parse.urlsplit(o.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    try:
        connection.request("POST", url.path, envelope, {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as e:
        print("trouble", type(e).__name__)
        return 3
    print("http", answer.status)
    if o.save:
        with open(o.save, "wb") as f:
            f.write(body)
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError:
        print("trouble no XML")
        return 3
    for node in root.find(f"{{{SOAP}}}Body").iter(etree.Element):
        if len(node) == 0:
            print(etree.QName(node).localname, (node.text or "").strip())
    return 0 if answer.status == 200 else 1


class Participant(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = None
    count = 0

    def behave(self):
        path = self.options.folder + "/behave"
        if not os.path.exists(path):
            return "good"
        with open(path, encoding="ascii") as f:
            words = f.read().split()
        with open(path, "w", encoding="ascii") as f:
            f.write(" ".join(words[1:]))
        return words[0] if words else "good"

    def acknowledgement(self, operation, values):
        if operation == "sendMessage":
            inside = leaves({"responseDate": DATE, "sessionId": NIL, **values}, "messageId", "correlationId",
                            "responseDate", "sessionId")
            return f'<m:sendMessageResponse xmlns:m="{ASYNC}"><response>{inside}</response></m:sendMessageResponse>'
        inside = leaves({"responseDate": DATE, "sessionId": NIL, **values}, "responseDate", "sessionId")
        return (f'<m:{operation}Response xmlns:m="{CLIENT}"><response>{inside}</response></m:{operation}Response>')

    def answer(self, word, operation, values):
        def signed(body):
            return sign(body, self.options.cert, self.options.key)

        if word.isdigit() or operation == "-":
            return int(word) if word.isdigit() else 500, b"no"
        if word == "garbage":
            return 200, b"not XML <<<"
        if word == "empty":
            return 200, signed(f'<m:sendMessageResponse xmlns:m="{ASYNC}"/>')
        if word.startswith("fault:"):
            element = "sendMessageFault1_sendMessageFault"
            return 500, signed("<soap:Fault><faultcode>soap:Client</faultcode><faultstring>no</faultstring><detail>"
                               f'<m:{element} xmlns:m="{ASYNC}"><errorCode>{word[6:]}</errorCode><errorMessage>no'
                               f"</errorMessage><errorDate>{DATE}</errorDate></m:{element}></detail></soap:Fault>")
        return 200, signed(self.acknowledgement(operation, values))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Participant.count += 1
        with open(f"{self.options.folder}/{Participant.count:04}.xml", "wb") as f:
            f.write(body)
        operation, values = "-", {}
        try:
            for node in etree.fromstring(body).find(f"{{{SOAP}}}Body").iter(etree.Element):
                operation = etree.QName(node).localname if operation == "-" and node.getparent() is not None \
                    and etree.QName(node.getparent()).localname == "Body" else operation
                values.setdefault(etree.QName(node).localname, node.text or "")
        except etree.XMLSyntaxError:
            pass
        word = self.behave() if not operation.startswith("change") else "good"
        with open(self.options.folder + "/log", "a", encoding="utf-8") as f:
            f.write(" ".join([operation, values.get("messageId", "-"), values.get("correlationId", "-"),
                              values.get("messageType", values.get("messageState", "-")), word]) + "\n")
        status, answer = self.answer(word, operation, values)
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


def receive(o):
    Participant.options = o
    server = http.server.HTTPServer(("127.0.0.1", 0), Participant)
    print(server.server_port, flush=True)
    server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    modes = parser.add_subparsers(dest="mode", required=True)
    one = modes.add_parser("call")
    one.add_argument("url")
    one.add_argument("operation")
    one.add_argument("fields", nargs="*")
    one.add_argument("--data", default="<data><a>1</a></data>")
    one.add_argument("--save")
    two = modes.add_parser("receive")
    two.add_argument("folder")
    for p in (one, two):
        p.add_argument("--cert")
        p.add_argument("--key")
    o, rest = parser.parse_known_args()
    if o.mode == "call":
        o.fields += rest  # fields may stand between options
    return call(o) if o.mode == "call" else receive(o)


if __name__ == "__main__":
    sys.exit(main())
