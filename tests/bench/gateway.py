#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A gateway's end that costs as little as it can: takes every message over kept connections and answers it with
# an acknowledgement that nobody signed (answer_signature = "accepted"). Prints its port.
import asyncio
import re

TYPES = "http://bip.bee.kz/AsyncChannel/v10/Types"
HEAD = (b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><t:sendMessageResponse xmlns:t="'
        + TYPES.encode() + b'"><response><messageId>1</messageId><correlationId>')
TAIL = (b'</correlationId><responseDate>2026-06-01T10:00:00+05:00</responseDate><sessionId>'
        b'{0a1b2c3d-0000-4000-8000-000000000001}</sessionId></response></t:sendMessageResponse></s:Body></s:Envelope>')
LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
CHAIN = re.compile(rb"<correlationId>([^<]*)<")


class Gateway(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.octets = transport, b""

    def data_received(self, data):
        self.octets += data
        end = self.octets.find(b"\r\n\r\n") + 4
        if end < 4 or len(self.octets) < end + int(LENGTH.search(self.octets).group(1)):
            return
        body = HEAD + CHAIN.search(self.octets).group(1) + TAIL
        self.octets = b""
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
                             % len(body) + body)


async def main():
    server = await asyncio.get_running_loop().create_server(Gateway, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
