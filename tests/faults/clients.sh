#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Clients that are slow, half open or gone do not keep others from being served; a stop under load
# finishes what is in flight.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open --no-fsync || exit 1
house_start 'workers = 2; request_seconds = 2; idle_seconds = 1;' || exit 1

house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"
house_send HQ_STATUS rsa "$HOUSE/status.xml" --save-request "$HOUSE/good.xml" >/dev/null 2>&1

served()
{
	curl -sS -m 20 -H 'Content-Type: text/xml' --data-binary "@$HOUSE/good.xml" "$URL" 2>&1
}
has "served before" "$(served)" HQ-E301

# more slow and silent clients than there are workers
/usr/bin/python3 - "$PORT" <<'P' &
import socket, sys, time
links = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(6)]
for n, link in enumerate(links):
    if n % 2:
        link.sendall(b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n\r\n<")
for _ in range(40):
    time.sleep(0.25)
    for link in links[1::2]:
        try:
            link.sendall(b" ")
        except OSError:
            pass
P
slow=$!
sleep 0.3
has "served among slow and silent clients" "$(served)" HQ-E301
wait $slow
has "slow ones were ended by their deadline" "$(cat "$HOUSE/log")" HTTP_TIMEOUT
has "served after them" "$(served)" HQ-E301

# stop while requests are under way: every connection that was answered got a whole answer
for n in 1 2 3 4 5 6 7 8; do
	served >"$HOUSE/stop.$n" 2>&1 &
done
sleep 0.05
house_stop
is "SIGTERM under load ends with 0" $? 0
wait
whole=0
torn=0
for n in 1 2 3 4 5 6 7 8; do
	if grep -q 'Envelope>$' "$HOUSE/stop.$n"; then
		whole=$((whole + 1))
	elif ! grep -qE '^curl: \((7|52|56)\)' "$HOUSE/stop.$n"; then
		torn=$((torn + 1))
	fi
done
echo "stopped with $whole answered"
is "no answer was torn" "$torn" 0
finish
