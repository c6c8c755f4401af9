#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sender.py URL[,URL...] FOLDER OUTCOMES [SECONDS]: sends every message of the folder over four connections,
# each until it is answered with success; a lost connection or a fault leaves the outcome unknown, and the same
# octets go again, to the next URL. Messages of one correlationId go one after the other. Writes a line "file attempts number digest-of-the-answer" each; number is
# the application's, or of the asynchronous channel the messageId, which must be the one that was sent. Exit 1
# when something is not settled in SECONDS (two minutes).
import glob
import hashlib
import http.client
import os
import queue
import re
import sys
import threading
import time
import urllib.parse

urls = [urllib.parse.urlparse(url) for url in sys.argv[1].split(",")]
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 120
work, lines, deadline = queue.Queue(), [], time.monotonic() + seconds


def attempt(url, octets):
    """Number and digest, or None and "" when the outcome is unknown or a temporary fault."""
    try:
        link = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
        link.request("POST", url.path, octets, {"Content-Type": "text/xml", "SOAPAction": '""'})
        answer = link.getresponse().read()
        link.close()
    except (OSError, http.client.HTTPException):
        return None, ""
    digest = hashlib.sha256(answer).hexdigest()
    if b"sendMessageResponse" in answer:
        echo = re.search(rb"<messageId>([^<]+)<", answer).group(1)
        if b"<messageId>" + echo + b"<" not in octets:
            refuse("another message's", answer)
        return echo.decode(), digest
    found = re.search(rb"requestNumber>([^<]+)<", answer)
    if found and b">SCSS001<" in answer and b">00000<" in answer:
        return found.group(1).decode(), digest
    if b"SCE909" not in answer:
        refuse("not temporary", answer)
    return None, ""


def refuse(why, answer):
    """Ends all of it: an exception of one thread would be the end of that one alone."""
    print(why + ":", answer.decode()[:2000], file=sys.stderr, flush=True)
    os._exit(1)


def settle(name):
    with open(name, "rb") as f:
        octets = f.read()
    tries, number, digest = 0, None, ""
    while number is None and time.monotonic() < deadline:
        tries += 1
        number, digest = attempt(urls[tries % len(urls)], octets)
        if number is None:
            time.sleep(0.05)
    return "%s %d %s %s" % (os.path.basename(name), tries, number, digest)


def client():
    while time.monotonic() < deadline:
        try:
            chain = work.get_nowait()
        except queue.Empty:
            return
        for name in chain:
            lines.append(settle(name))


chains = {}
for path in sorted(glob.glob(os.path.join(sys.argv[2], "*.xml"))):
    with open(path, "rb") as file:
        found = re.search(rb"<correlationId>([^<]+)<", file.read())
    chains.setdefault(found.group(1) if found else path, []).append(path)
for paths in chains.values():
    work.put(paths)
threads = [threading.Thread(target=client) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
with open(sys.argv[3], "w", encoding="utf-8") as out:
    out.write("\n".join(lines) + "\n")
sys.exit(0 if lines and work.empty() and not any(" None " in x for x in lines) else 1)
