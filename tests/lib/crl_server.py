# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server for CRLs and OCSP answers that does what a folder says, also what no server should.

    crl_server.py DIR

Prints its port. DIR/NAME is served at /NAME. DIR/NAME.mode, one word, changes that:
    fail       500                 html       a page of an inspection portal, 200
    empty      200 and no octet    cut        half of the octets that were announced
    huge       octets without end  slow       ten octets a second
    silent     not one octet       redirect   302 to /NAME.other
    proxy:PORT what another server on this machine says
DIR/.requests gets a line a request: time of its begin and of its end, method, path, User-Agent,
octets of its body, how many of the same path were open at its begin.
"""
import http.client
import http.server
import os
import sys
import threading
import time

folder = sys.argv[1]
lock = threading.Lock()
open_now = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def mode(self, name):
        try:
            with open(os.path.join(folder, name + ".mode")) as f:
                return f.read().strip()
        except OSError:
            return ""

    def over(self):
        """Not open any more; before the last octets go, because who has them may ask again at once."""
        if self.end is None:
            self.end = time.time()
            with lock:
                open_now[self.name] -= 1

    def send_octets(self, status, octets, kind="application/pkix-crl", announced=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets) if announced is None else announced))
        self.send_header("Connection", "close")
        self.over()
        self.end_headers()
        self.wfile.write(octets)
        self.close_connection = True

    def endless(self, piece, pause):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while True:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause)

    def answer(self, name):
        mode = self.mode(name)
        if mode == "fail":
            self.send_octets(500, b"no")
        elif mode == "html":
            self.send_octets(200, b"<html><body>Inspection</body></html>", "text/html")
        elif mode == "empty":
            self.send_octets(200, b"")
        elif mode == "huge":
            self.endless(b"\x30" * 65536, 0)
        elif mode == "slow":
            self.endless(b"\x30", 0.1)
        elif mode == "silent":
            self.connection.recv(1)  # until the client goes
            self.close_connection = True
        elif mode == "redirect":
            self.send_response(302)
            self.send_header("Location", "/" + name + ".other")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif mode.startswith("proxy:"):
            link = http.client.HTTPConnection("127.0.0.1", int(mode[6:]), timeout=10)
            link.request(self.command, "/", self.body, {"Content-Type": self.headers.get("Content-Type", "")})
            answer = link.getresponse()
            self.send_octets(answer.status, answer.read(), answer.getheader("Content-Type", ""))
            link.close()
        else:
            try:
                with open(os.path.join(folder, name), "rb") as f:
                    octets = f.read()
            except OSError:
                return self.send_octets(404, b"none")
            if mode == "cut":
                self.send_octets(200, octets[: len(octets) // 2], announced=len(octets))
            else:
                self.send_octets(200, octets)

    def serve(self):
        self.name, self.end = os.path.basename(self.path), None
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        begin = time.time()
        with lock:
            others = open_now.get(self.name, 0)
            open_now[self.name] = others + 1
        try:
            self.answer(self.name)
        except OSError:
            self.close_connection = True
        finally:
            self.over()
            with lock:
                with open(os.path.join(folder, ".requests"), "a") as f:
                    print(f"{begin:.6f}", f"{self.end:.6f}", self.command, self.path,
                          self.headers.get("User-Agent", "-"), len(self.body), others, file=f)

    do_GET = serve
    do_POST = serve


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
