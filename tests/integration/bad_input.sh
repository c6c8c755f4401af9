#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bad input to the real daemon: a clear answer, a journal row, nothing changed, the next request served.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open || exit 1
house_start || exit 1

house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"
house_send HQ_STATUS rsa "$HOUSE/status.xml" --save-request "$HOUSE/good.xml" --save-response "$HOUSE/answer" >/dev/null 2>&1
has "a good message is answered" "$(cat "$HOUSE/answer")" HQ-E301

state()
{
	pg_sql "SELECT (SELECT count(*) FROM shepd.hq_application) || ' ' || (SELECT count(*) FROM shepd.claim)"
}

journal()
{
	pg_sql "SELECT verdict || ' ' || code FROM shepd.journal ORDER BY id DESC LIMIT 1"
}

# The row that must come; the door journals after its answer has left.
journalled()
{
	for _ in $(seq 50); do
		[ "$(journal)" != "refused $2" ] || break
		sleep 0.1
	done
	is "$1: journalled" "$(journal)" "refused $2"
}

# The next honest request is served.
alive()
{
	curl -sS -o "$HOUSE/alive" -H 'Content-Type: text/xml' --data-binary "@$HOUSE/good.xml" "$URL" &&
		grep -q HQ-E301 "$HOUSE/alive"
}

# refused WHAT FILE HTTP FAULT ROW [MEDIA-TYPE [curl options...]]
refused()
{
	local what=$1 file=$2 http=$3 fault=$4 row=$5 type=${6:-text/xml; charset=utf-8} before got
	shift 5
	[ $# -eq 0 ] || shift
	before=$(state)
	got=$(curl -sS -o "$HOUSE/answer" -w '%{http_code}' -H "Content-Type: $type" "$@" \
		--data-binary "@$file" "$URL" 2>/dev/null)
	is "$what: HTTP $http" "$got" "$http"
	[ "$fault" = - ] || has "$what: $fault" "$(cat "$HOUSE/answer")" "<errorCode>$fault<"
	journalled "$what" "$row"
	is "$what: nothing changed" "$(state)" "$before"
	ok "$what: the next request is served" alive
}

# raw WHAT STATUS ROW <octets: straight to the socket; the answer's first line is looked at
raw()
{
	local what=$1 status=$2 row=$3 before answer
	before=$(state)
	answer=$(/usr/bin/python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
print(s.recv(65536).split(b"\r\n")[0].decode("latin-1"))' "$PORT" 2>&1)
	has "$what: $status" "$answer" "$status"
	journalled "$what" "$row"
	is "$what: nothing changed" "$(state)" "$before"
	ok "$what: the next request is served" alive
}

spoil()
{
	house_spoil "$@" <"$HOUSE/good.xml" >"$HOUSE/bad.xml"
}

echo 'this is not XML' >"$HOUSE/bad.xml"
refused "not XML" "$HOUSE/bad.xml" 500 SCE001 XML_MALFORMED
spoil doctype
refused "a DTD" "$HOUSE/bad.xml" 500 SCE001 XML_DTD
echo '<a xmlns="urn:x"><b/></a>' >"$HOUSE/bad.xml"
refused "another envelope" "$HOUSE/bad.xml" 500 SCE001 ENV_SHAPE
spoil two-bodies
refused "two Bodies" "$HOUSE/bad.xml" 500 SCE001 ENV_SHAPE
printf '\xff\xfe<\x00a\x00/\x00>\x00' >"$HOUSE/bad.xml"
refused "UTF-16" "$HOUSE/bad.xml" 500 SCE001 XML_ENCODING
refused "another media type" "$HOUSE/good.xml" 415 - HTTP_MEDIA_TYPE application/json
refused "an encoded body" "$HOUSE/good.xml" 415 - HTTP_MEDIA_TYPE text/xml -H 'Content-Encoding: gzip'

# signed well, but not for us
signed()
{
	local what=$1 fault=$2 row=$3 before
	shift 3
	before=$(state)
	house_send HQ_STATUS rsa "$HOUSE/status.xml" --save-response "$HOUSE/answer" "$@" >/dev/null 2>&1
	has "$what: $fault" "$(cat "$HOUSE/answer")" "<errorCode>$fault<"
	journalled "$what" "$row"
	is "$what: nothing changed" "$(state)" "$before"
}
signed "an unknown service" SCE004 ROUTE_SERVICE --service NO_SUCH_SERVICE
signed "an unknown sender" SCE004 ROUTE_ACCESS --sender stranger
has "an unknown sender: ACCESS in errorData" "$(cat "$HOUSE/answer")" '<errorData>ACCESS'
echo wrong >"$HOUSE/wrong"
signed "a wrong secret" SCE004 ROUTE_ACCESS --secret-file "$HOUSE/wrong"

# framing, by hand
body=$(cat "$HOUSE/good.xml")
head='POST /sync HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n'
printf "${head}Content-Length: 209715200\r\n\r\n" | raw "200 MB announced" 'HTTP/1.1 413' HTTP_TOO_LARGE
printf "${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" | raw "both length headers" 'HTTP/1.1 400' HTTP_FRAMING
printf "${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!" | raw "two lengths" 'HTTP/1.1 400' HTTP_FRAMING
printf "${head}Content-Length: 5000\r\n\r\n<a/>" | raw "a truncated body" '' HTTP_FRAMING
printf "PUT /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" | raw "another method" 'HTTP/1.1 405' HTTP_METHOD
printf "POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>" |
	raw "another path" 'HTTP/1.1 404' HTTP_PATH

# the database goes and comes back
before=$(state)
pg_kill
status=$(curl -sS -o "$HOUSE/answer" -w '%{http_code}' -H 'Content-Type: text/xml' --data-binary "@$HOUSE/good.xml" "$URL")
is "database down: HTTP 500" "$status" 500
has "database down: SCE909" "$(cat "$HOUSE/answer")" '<errorCode>SCE909<'
has "database down: the fault is the server's" "$(cat "$HOUSE/answer")" 'faultcode>[a-zA-Z]*:Server<'
pg_up
for _ in 1 2 3 4 5 6 7 8 9 10; do
	alive && break
	sleep 1
done
ok "database back: the next request is served" alive
is "database back: nothing half done" "$(state)" "$before"
ok "the daemon still runs" kill -0 "$HOUSE_PID"
finish
