#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A foreign SOAP client: zeep reads our WSDL from the running daemon, signs with python-xmlsec, calls
# HQ_STATUS and verifies the signed reply. Prints the status code and the payload's code.
import argparse
import datetime
import uuid

import xmlsec
import zeep
from zeep.plugins import HistoryPlugin
from zeep.wsse.signature import BinarySignature, Signature, verify_envelope

HQ = "urn:shepd:hq:1"


def signer(form, reply_cert, *arguments):
    class Signed(form):
        """Signs as zeep does; the reply is judged by the server's certificate, not by ours."""

        def verify(self, envelope):
            verify_envelope(envelope, reply_cert)
            return envelope

    return Signed(*arguments, signature_method=xmlsec.Transform.RSA_SHA256,
                  digest_method=xmlsec.Transform.SHA256)


def main():
    parser = argparse.ArgumentParser()
    for name in ("wsdl", "key", "cert", "reply-cert", "secret", "iin", "number"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--form", choices=("binary-token", "x509-data"), default="binary-token")
    o = parser.parse_args()

    form = BinarySignature if o.form == "binary-token" else Signature
    history = HistoryPlugin()
    client = zeep.Client(o.wsdl, wsse=signer(form, o.reply_cert, o.key, o.cert), plugins=[history])
    # anyType is text to zeep: the document goes in escaped, as many partners send it
    payload = ('<hq:StatusRequest xmlns:hq="%s"><hq:iin>%s</hq:iin><hq:requestNumber>%s'
               '</hq:requestNumber></hq:StatusRequest>' % (HQ, o.iin, o.number))
    info = {
        "messageId": str(uuid.uuid4()),
        "serviceId": "HQ_STATUS",
        "messageDate": datetime.datetime.now(datetime.timezone.utc),
        "sender": {"senderId": "pep", "password": o.secret},
    }
    answer = client.service.SendMessage(request={"requestInfo": info, "requestData": {"data": payload}})
    print("status", answer.responseInfo.status.code)
    envelope = history.last_received["envelope"]
    for name in ("code", "requestNumber", "term", "iin"):
        for node in envelope.iter("{%s}%s" % (HQ, name)):
            print(name, node.text)
            break


if __name__ == "__main__":
    main()
