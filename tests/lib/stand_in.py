#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A stand-in for a server: answers each POST with DIR/reply and the status in DIR/status, keeps what
came in DIR/received and DIR/headers. Prints its port. With --data FILE: prints the element data of a
stored request as a document of its own."""
import http.server
import re
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    folder = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(self.folder + "/received", "wb") as f:
            f.write(body)
        with open(self.folder + "/headers", "w", encoding="ascii") as f:
            for name, value in self.headers.items():
                f.write(f"{name.lower()}: {value}\n")
        with open(self.folder + "/reply", "rb") as f:
            reply = f.read()
        with open(self.folder + "/status", encoding="ascii") as f:
            self.send_response(int(f.read()))
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *args):
        pass


if sys.argv[1] == "--data":
    with open(sys.argv[2], encoding="utf-8") as f:
        print(re.search(r"<data>.*</data>", f.read(), re.S).group(0))
else:
    Handler.folder = sys.argv[1]
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
