#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A worker at its work under strace: whatever comes, it opens no file, looks none up and connects to nobody.
# What comes is published: 05's raw requests, 06's envelopes by HTTP; none of them is answered with success.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
tracer=
leave()
{
	[ -z "$tracer" ] || kill "$tracer" 2>/dev/null
	house_close
}
trap leave EXIT
corpora=$SHEPD_SHARED/corpora
if [ ! -d "$corpora" ]; then
	skip 1 "no published corpora beside the sources"
	exit 77
fi
house_open || exit 1
house_start 'workers = 1; request_seconds = 5; worker_requests = 0;' || exit 1

house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"
house_send HQ_STATUS rsa "$HOUSE/status.xml" --save-request "$HOUSE/good.xml" >/dev/null 2>&1
alive()
{
	curl -sS -m 30 -o "$HOUSE/alive" -H 'Content-Type: text/xml' --data-binary "@$HOUSE/good.xml" "$URL" &&
		grep -q HQ-E301 "$HOUSE/alive"
}
ok "a good message is answered" alive

worker=$(pgrep -P "$HOUSE_PID")
strace -f -s 200 -e trace=%file,connect,socket,bind,execve,memfd_create,ptrace -o "$HOUSE/calls" -p "$worker" 2>"$HOUSE/tracer" &
tracer=$!
for _ in $(seq 100); do
	grep -q attached "$HOUSE/tracer" && break
	sleep 0.1
done
ok "strace is attached" grep -q attached "$HOUSE/tracer"

# Answers of all requests, one line each: name, status.
play()
{
	/usr/bin/python3 - "$PORT" "$corpora" <<'P'
import gzip, os, socket, sys
port, corpora = int(sys.argv[1]), sys.argv[2]


def say(name, octets):
    link = socket.create_connection(("127.0.0.1", port), 60)
    heard = b""
    try:
        link.sendall(octets)
        link.shutdown(socket.SHUT_WR)
        while part := link.recv(65536):
            heard += part
    except OSError:  # too large a body: the refusal, and the end, may come before all of it was sent
        heard = heard or b"HTTP/1.1 413" if len(octets) > 2**20 else heard
    link.close()
    heard = heard.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    print(name, heard[9:12].decode("latin-1") or "closed")


def post(name, body):
    say(name, b"POST /sync HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read()


http = corpora + "/05-xml-frontend/http"
for name in sorted(os.listdir(http)):
    say(name, read(f"{http}/{name}"))
for folder in ("05-xml-frontend/cases", "06-soap/cases", "06-soap/soap12-testcollection/requests",
               "06-soap/xroad-proxy-queries", "03-wss-xsw/cases"):
    for name in sorted(os.listdir(f"{corpora}/{folder}")):
        if name.endswith((".xml", ".gz", ".query")):
            post(f"{folder}/{name}", read(f"{corpora}/{folder}/{name}"))
P
}
play >"$HOUSE/answers"
is "every message was played" "$(test "$(wc -l <"$HOUSE/answers")" -ge 370 && echo yes)" yes
is "none is answered with success" "$(awk '$2 ~ /^2/' "$HOUSE/answers")" ""
is "nobody is left without an answer" "$(grep -c closed "$HOUSE/answers")" 0
ok "the next good message is answered" alive
kill "$tracer"
wait "$tracer" 2>/dev/null
tracer=
is "the same worker served them all" "$(pgrep -P "$HOUSE_PID")" "$worker"
is "it opened nothing and connected to nobody" "$(grep -vE '^[0-9]+ (---|\+\+\+)|newfstatat\([0-9]+, ""|<detached' "$HOUSE/calls" | head -n 5)" ""

# that strace sees what it is asked for
strace -f -e trace=%file,connect -o "$HOUSE/calls" -p "$worker" 2>"$HOUSE/tracer" &
tracer=$!
for _ in $(seq 100); do
	grep -q attached "$HOUSE/tracer" && break
	sleep 0.1
done
pg_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shepd'" >/dev/null 2>&1
curl -sS -m 30 -o /dev/null -H 'Content-Type: text/xml' --data-binary "@$HOUSE/good.xml" "$URL"
ok "the database is connected to again" alive
kill "$tracer"
wait "$tracer" 2>/dev/null
tracer=
has "and that is seen" "$(cat "$HOUSE/calls")" 'connect\('
finish
