#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A gateway's end of the asynchronous channel, as small as it can be: receiver.py DIR KEY CERT.DER

Signs its answers with the stock openssl. Recognises a repeated messageId and answers it with the same ids.
Prints its port (RECEIVER_PORT, or any free one). In DIR:
  calls     a line a request: operation, messageId, correlationId, messageType, what was done
  effects   a line a message that was new to it: messageId, correlationId
  request   the last one
  mailbox   lines MESSAGEID SERVICE SENDER SECRET PAYLOAD: what getMessages gives, until it is reported on
  reports   a line a sendDeliveryNotification: messageId, receiveStatus, resendMessage, errorCode
  script    lines PATTERN ACTION COUNT: the first line whose pattern (a regular expression) is found in the
            request and whose count is not used up says what is done; without one the message is taken
Actions: close (no answer), half (of an answer), garbage, 503, wrong-digest, wrong-key, unsigned, client
(a fault), server (a fault), hang (no answer for a long time), lost (taken, but nothing is answered),
stranger (another correlationId), refuse (all connections closed at once)."""
import http.server
import os
import re
import sys
import threading
import time
import uuid

import forge

FOLDER, KEY, DER = sys.argv[1:4]
OTHER = sys.argv[4:6]
TYPES = "http://bip.bee.kz/AsyncChannel/v10/Types"
LOCK = threading.Lock()
KNOWN, USED = {}, {}
OPENSSL = forge.Openssl(os.environ["BUILDDIR"] + "/kzgost.so")
DATE = "2026-06-01T10:00:00+05:00"
SESSION = "{0a1b2c3d-0000-4000-8000-000000000001}"

ENVELOPE = f"""<soap:Envelope xmlns:soap="{forge.SOAP}"><soap:Header><wsse:Security xmlns:wsse="{forge.WSSE}" \
soap:mustUnderstand="1"><ds:Signature xmlns:ds="{forge.DS}"><ds:SignedInfo><ds:CanonicalizationMethod \
Algorithm="{forge.EXC}"/><ds:SignatureMethod Algorithm="{forge.RSA}"/><ds:Reference URI="#b"><ds:Transforms>\
<ds:Transform Algorithm="{forge.EXC}"/></ds:Transforms><ds:DigestMethod Algorithm="{forge.SHA256}"/>\
<ds:DigestValue>@DIGEST:b@</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>@VALUE@\
</ds:SignatureValue><ds:KeyInfo><wsse:SecurityTokenReference><wsse:KeyIdentifier EncodingType="{forge.BASE64}" \
ValueType="{forge.X509V3}">@CERT@</wsse:KeyIdentifier></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>\
</wsse:Security></soap:Header><soap:Body xmlns:wsu="{forge.WSU}" wsu:Id="b">@BODY@</soap:Body></soap:Envelope>"""


def signed(body, key=KEY, der=DER):
    with open(der, "rb") as file:
        signer = forge.Signer(OPENSSL, key, file.read())
    return signer.fill(ENVELOPE.replace("@BODY@", body))


def fault(code, wire):
    return (f'<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>no</faultstring><detail>'
            f'<t:sendMessageFault1_sendMessageFault xmlns:t="{TYPES}"><errorCode>{wire}</errorCode>'
            f'<errorMessage>refused</errorMessage><errorDate>{DATE}</errorDate>'
            f'</t:sendMessageFault1_sendMessageFault></detail></soap:Fault>')


def value(text, name):
    match = re.search(f"<{name}>([^<]*)</{name}>", text)
    return match.group(1) if match else ""


def answer(operation, message, correlation):
    if operation == "sendMessage":
        ids = KNOWN.setdefault(message, (str(1000 + len(KNOWN)), correlation or str(5000 + len(KNOWN))))
        inner = f"<messageId>{ids[0]}</messageId><correlationId>{ids[1]}</correlationId>"
    elif operation == "sendDeliveryNotification":
        inner = f"<notificationId>{uuid.uuid4()}</notificationId>"
    elif operation == "getMessageStatus":
        inner = (f"<messageState>DELIVERED</messageState><status><statusCode>0</statusCode><statusMessage>here"
                 f"</statusMessage><statusDate>{DATE}</statusDate></status>")
    else:
        inner = ""
    if operation == "getMessages":
        return (f'<t:getMessagesResponse xmlns:t="{TYPES}"><response><responseDate>{DATE}</responseDate><sessionId>'
                f'{SESSION}</sessionId>{mailbox()}</response></t:getMessagesResponse>')
    return (f'<t:{operation}Response xmlns:t="{TYPES}"><response>{inner}<responseDate>{DATE}</responseDate>'
            f'<sessionId>{SESSION}</sessionId></response></t:{operation}Response>')


def lines_of(name):
    try:
        with open(f"{FOLDER}/{name}", encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def mailbox():
    done = {line.split()[0] for line in lines_of("reports") if " RESEND" not in line}
    letters = [line.split(None, 4) for line in lines_of("mailbox")]
    return "".join(
        f"<messages><messageInfo><messageId>{ident}</messageId><correlationId>c-{ident}</correlationId><serviceId>"
        f"{service}</serviceId><messageType>REQUEST</messageType><messageDate>{DATE}</messageDate><sender><senderId>"
        f"{sender}</senderId><password>{secret}</password></sender><sessionId>{SESSION}</sessionId></messageInfo>"
        f"<messageData><data>{payload}</data></messageData></messages>"
        for ident, service, sender, secret, payload in letters if ident not in done)


def action(text):
    for line in lines_of("script"):
        pattern, what, count = line.split()
        if USED.get(line, 0) < int(count) and re.search(pattern, text):
            USED[line] = USED.get(line, 0) + 1
            return what
    return "take"


def note(name, *words):
    with open(f"{FOLDER}/{name}", "a", encoding="utf-8") as file:
        file.write(" ".join(word or "-" for word in words) + "\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, text):
        octets = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def end(self):
        self.close_connection = True
        self.connection.shutdown(2)

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        operation = re.search(r"<[^>]*Body[^>]*><(?:\w+:)?(\w+)", text).group(1)
        message, correlation = value(text, "messageId"), value(text, "correlationId")
        with LOCK:
            what = action(text)
            note("calls", operation, message, correlation, value(text, "messageType"), what)
            with open(FOLDER + "/request", "w", encoding="utf-8") as file:
                file.write(text)
            if what in ("take", "lost", "wrong-digest", "wrong-key", "unsigned", "stranger", "half"):
                if operation == "sendDeliveryNotification":
                    note("reports", message, value(text, "receiveStatus"), value(text, "resendMessage"),
                         value(text, "errorCode"))
                if operation == "sendMessage" and message not in KNOWN:
                    note("effects", message, correlation)
                body = answer(operation, message, correlation)
        if what == "take":
            self.reply(200, signed(body))
        elif what == "wrong-digest":
            self.reply(200, signed(body).replace(SESSION, SESSION.replace("0a1b", "1a1b")))
        elif what == "wrong-key":
            self.reply(200, signed(body, *OTHER))
        elif what == "unsigned":
            self.reply(200, re.sub("<soap:Header>.*</soap:Header>", "", signed(body)))
        elif what == "stranger":
            self.reply(200, signed(re.sub("<correlationId>[^<]*", "<correlationId>77", body)))
        elif what == "client":
            self.reply(500, signed(fault("Client", "SCE001")))
        elif what == "server":
            self.reply(500, signed(fault("Server", "SCE909")))
        elif what == "garbage":
            self.reply(200, "<html>it works")
        elif what == "503":
            self.reply(503, "busy")
        elif what == "half":
            self.send_response(200)
            self.send_header("Content-Length", "10000")
            self.end_headers()
            self.wfile.write(signed(body)[:500].encode())
            self.end()
        else:
            if what == "hang":
                time.sleep(600)
            self.end()

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args):
        pass


server = Server(("127.0.0.1", int(os.environ.get("RECEIVER_PORT", "0"))), Handler)
print(server.server_port, flush=True)
server.serve_forever()
