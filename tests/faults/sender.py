#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sender.py URL FOLDER OUTCOMES: sends every message of the folder over four connections, each until it
# is answered with success; a lost connection or a fault leaves the outcome unknown, and the same octets
# go again. Writes "file attempts number" a line. Exit 1 when something is not settled in two minutes.
import glob
import http.client
import os
import queue
import re
import sys
import threading
import time
import urllib.parse

url = urllib.parse.urlparse(sys.argv[1])
work, lines, deadline = queue.Queue(), [], time.monotonic() + 120


def attempt(octets):
    """The registration number, or None when the outcome is unknown or a temporary fault."""
    try:
        link = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
        link.request("POST", url.path, octets, {"Content-Type": "text/xml", "SOAPAction": '""'})
        answer = link.getresponse().read()
        link.close()
    except (OSError, http.client.HTTPException):
        return None
    found = re.search(rb"requestNumber>([^<]+)<", answer)
    if found and b">SCSS001<" in answer and b">00000<" in answer:
        return found.group(1).decode()
    if b"SCE909" not in answer:
        sys.exit("not temporary: " + answer.decode()[:2000])
    return None


def client():
    while time.monotonic() < deadline:
        try:
            name = work.get_nowait()
        except queue.Empty:
            return
        with open(name, "rb") as f:
            octets = f.read()
        tries, number = 0, None
        while number is None and time.monotonic() < deadline:
            tries += 1
            number = attempt(octets)
            if number is None:
                time.sleep(0.05)
        lines.append("%s %d %s" % (os.path.basename(name), tries, number))


for path in sorted(glob.glob(os.path.join(sys.argv[2], "*.xml"))):
    work.put(path)
threads = [threading.Thread(target=client) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
with open(sys.argv[3], "w", encoding="utf-8") as out:
    out.write("\n".join(lines) + "\n")
sys.exit(0 if lines and work.empty() and not any(x.endswith(" None") for x in lines) else 1)
