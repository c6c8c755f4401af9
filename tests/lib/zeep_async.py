#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""zeep_async.py WSDL KEY CERT ANSWER-CERT: a foreign client of the async channel reads the contract, sends a
message for PULL, asks for its state and fetches it; answers are verified. Prints the operations and what came."""
import datetime
import sys

import xmlsec
import zeep
from zeep.wsse.signature import BinarySignature, verify_envelope


class Signed(BinarySignature):
    """Signs as zeep does; the answer is judged by the gateway's certificate."""

    def verify(self, envelope):
        verify_envelope(envelope, sys.argv[4])
        return envelope


client = zeep.Client(sys.argv[1], wsse=Signed(sys.argv[2], sys.argv[3], signature_method=xmlsec.Transform.RSA_SHA256,
                                              digest_method=xmlsec.Transform.SHA256))
now = datetime.datetime.now(datetime.timezone.utc)
pep = {"senderId": "pep", "password": "secret"}
operations = sorted(client.service._binding._operations)
sent = client.service.sendMessage(request={
    "messageInfo": {"serviceId": "HQ_PULL", "messageType": "REQUEST", "messageDate": now, "sender": pep},
    "messageData": {"data": "text"}})
state = client.service.getMessageStatus(request={"messageId": sent.messageId, "requestDate": now, "sender": pep})
got = client.service.getMessages(request={"serviceId": "HQ_PULL", "messageId": sent.messageId,
                                          "sender": {"senderId": "bank", "password": "x"}})
print(" ".join(operations) + ":", state.messageState, len(got.messages))
