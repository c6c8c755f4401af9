#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# callers.py URL MESSAGE STOP OUTCOME: calls without pause, and nobody tries a call twice, until the file
# STOP appears. Four clients take a connection for each call, four keep theirs as long as the answers allow,
# two more keep it and rest up to a second between calls, two send two requests at once. A call that is not
# answered with success is lost. Writes "calls lost", then a line for each lost one. Exit 1 when one was.
import http.client
import os
import random
import socket
import sys
import threading
import time
import urllib.parse

url = urllib.parse.urlparse(sys.argv[1])
with open(sys.argv[2], "rb") as f:
    message = f.read()
headers = {"Content-Type": "text/xml", "SOAPAction": '""'}
lost, counts = [], []
lock = threading.Lock()


def running():
    return not os.path.exists(sys.argv[3])


def judge(kind, began, answer):
    if b">SCSS001<" not in answer:
        with lock:
            lost.append("%s at %s: %r" % (kind, time.strftime("%X", time.gmtime(began)), answer[:300]))


def call(kind, link):
    began = time.time()
    try:
        link.request("POST", url.path, message, headers)
        judge(kind, began, link.getresponse().read())
    except (OSError, http.client.HTTPException) as e:
        link.close()
        judge(kind, began, repr(e).encode())


def fresh():
    calls = 0
    while running():
        link = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        call("fresh", link)
        link.close()
        calls += 1
    return calls


def kept(rest=0.0):
    link = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    calls = 0
    while running():
        call("kept" if rest == 0 else "resting", link)
        calls += 1
        time.sleep(random.random() * rest)
    return calls


# An answer by its length; true when the connection ends with it.
def hear(stream, kind, began):
    length, ends, body = 0, False, b""
    try:
        line = stream.readline()
        while line not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            length = int(value) if name.lower() == "content-length" else length
            ends = ends or (name.lower() == "connection" and value.strip() == "close")
            line = stream.readline()
        body = stream.read(length)
    except OSError as e:
        body = repr(e).encode()
    judge(kind, began, body)
    return ends or not body


def two_at_once():
    octets = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % (
        url.path.encode(), len(message)) + message
    link, stream, calls = None, None, 0
    while running():
        if link is None:
            link = socket.create_connection((url.hostname, url.port), 30)
            stream = link.makefile("rb")
        began = time.time()
        link.sendall(octets + octets)
        first = hear(stream, "first of two", began)
        calls += 2
        # a connection that ends by its usual number of calls may end between two
        if first or hear(stream, "second of two", began):
            calls -= first
            stream.close()
            link.close()
            link = None
    return calls


def client(work):
    n = work()
    with lock:
        counts.append(n)


clients = 4 * [fresh] + 4 * [kept] + 2 * [lambda: kept(1.0)] + 2 * [two_at_once]
threads = [threading.Thread(target=client, args=(work,)) for work in clients]
for t in threads:
    t.start()
for t in threads:
    t.join()
with open(sys.argv[4], "w", encoding="utf-8") as out:
    out.write("\n".join(["%d %d" % (sum(counts), len(lost))] + lost) + "\n")
sys.exit(1 if lost or len(counts) < len(clients) else 0)
