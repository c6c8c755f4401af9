#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Evidence of refusals (design.md 8): from parsed HTTP on each has its row, also long after the request
# before it; above the rate they are counted, and the count appears by itself. Nothing secret is in a log.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open --no-fsync || exit 1
house_start 'workers = 1; request_seconds = 1; refusals_per_minute = 4;' || exit 1

house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"
house_submit_form 000101300019 190000000 >"$HOUSE/submit.xml"

ask()
{
	house_send HQ_STATUS rsa "$HOUSE/status.xml" "$@" >/dev/null 2>&1
}

rows()
{
	pg_sql "SELECT count(*) FROM shepd.journal WHERE verdict = 'refused'"
}

# wait_for WANTED QUERY: what is written after the answer may be a moment late.
wait_for()
{
	for _ in $(seq 100); do
		[ "$(pg_sql "$2")" != "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

wait_for_line()
{
	for _ in $(seq 100); do
		! grep -qE -e "$1" "$HOUSE/log" || return 0
		sleep 0.05
	done
	return 1
}

# --- after the deadline of the request before
ask --save-response "$HOUSE/answer"
has "a good message is answered" "$(cat "$HOUSE/answer")" HQ-E301
sleep 1.5
is "PUT is refused" "$(curl -sS -o /dev/null -w '%{http_code}' -X PUT "$URL")" 405
ok "and has its row" wait_for 1 "SELECT count(*) FROM shepd.journal WHERE code = 'HTTP_METHOD'"
ask
sleep 1.5
is "another path is refused" "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/elsewhere")" 404
ok "and has its row" wait_for 1 "SELECT count(*) FROM shepd.journal WHERE code = 'HTTP_PATH'"

# --- noise on a port is no HTTP
before=$(rows)
/usr/bin/python3 - "$PORT" "$TLS_PORT" <<'P'
import socket, sys
for port in map(int, sys.argv[1:]):
    for octets in b"", b"\x16\x03\x01\x00", b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/1.1\n\n":
        with socket.create_connection(("127.0.0.1", port), 20) as link:
            link.sendall(octets)
            link.shutdown(socket.SHUT_WR)
            while link.recv(4096):
                pass
P
ok "noise has its line" wait_for_line 'code=HTTP_FRAMING .*detail="R-02: TLS: '
is "but no row" "$(rows)" "$before"
lines=$(wc -l <"$HOUSE/log")
/usr/bin/python3 - "$PORT" "$TLS_PORT" <<'P'
import socket, sys
for port in map(int, sys.argv[1:]):
    socket.create_connection(("127.0.0.1", port), 20).close()
P
ask
is "who only looks whether a port is open has no line, either" "$(wc -l <"$HOUSE/log")" $((lines + 1))

# --- above the rate
sent=30
for _ in $(seq $sent); do
	curl -sS -o /dev/null "http://127.0.0.1:$PORT/flood"
done
ok "no more rows than the rate" test "$(pg_sql "SELECT count(*) FROM shepd.journal WHERE endpoint = '/flood'")" -le 8
ok "the rest is counted when its minute is over, with honest requests only" eval '
	for _ in $(seq 75); do
		ask
		[ "$(pg_sql "SELECT coalesce(sum(count), 0) FROM shepd.journal WHERE endpoint = '"'/flood'"' OR code = '"'COUNTED'"'")" != '$sent' ] || break
		sleep 1
	done
	[ "$(pg_sql "SELECT count(*) > 0 FROM shepd.journal WHERE code = '"'COUNTED'"'")" = t ]'
is "nothing is missing" \
	"$(pg_sql "SELECT sum(count) FROM shepd.journal WHERE endpoint = '/flood' OR code = 'COUNTED'")" $sent
for _ in $(seq $sent); do
	curl -sS -o /dev/null "http://127.0.0.1:$PORT/flood"
done
house_stop
is "at the end of a worker its counts are written" \
	"$(pg_sql "SELECT sum(count) FROM shepd.journal WHERE endpoint = '/flood' OR code = 'COUNTED'")" $((2 * sent))

# --- nothing secret in the log
house_start 'workers = 1;' || exit 1
house_send HQ_SUBMIT rsa "$HOUSE/submit.xml" --business-cert "$HOUSE/pki/rsa/person.pem" \
	--business-key "$HOUSE/pki/rsa/person.key" --save-response "$HOUSE/answer" >/dev/null 2>&1
has "an application is registered" "$(cat "$HOUSE/answer")" 'requestNumber>HQ19'
sed 's/false</000101300019-is-no-boolean</; s/77000000000/7700/' "$HOUSE/submit.xml" >"$HOUSE/bad.xml"
house_send HQ_SUBMIT rsa "$HOUSE/bad.xml" --business-cert "$HOUSE/pki/rsa/person.pem" \
	--business-key "$HOUSE/pki/rsa/person.key" --save-response "$HOUSE/answer" >/dev/null 2>&1
has "a wrong value is told by its place" "$(cat "$HOUSE/answer")" '<errorCode>SCE001<.*smallerHousingConsent'
printf wrong-secret-of-somebody >"$HOUSE/wrong"
ask --secret-file "$HOUSE/wrong"
ask --sender nobody-we-know
house_stop
for word in "$HOUSE_SECRET" wrong-secret-of-somebody 000101300019 77000000000 applicant@example; do
	is "not in the log: $word" "$(grep -cF -e "$word" "$HOUSE/log")" 0
	is "not in a detail: $word" "$(pg_sql "SELECT count(*) FROM shepd.journal WHERE position('$word' IN detail) > 0")" 0
done
# --- the rule that was broken
rule='(R-[0-9][0-9]|HQ-[0-9][0-9]|ShEP [0-9.]+|SOAP 1.1 [0-9.]+|RFC [0-9]+ [0-9.]+): '
ok "there are refusals" test "$(pg_sql "SELECT count(*) FROM shepd.journal WHERE verdict = 'refused' AND code <> 'COUNTED'")" -ge 10
is "every refusal in the journal begins with its rule" "$(pg_sql "SELECT count(*) FROM shepd.journal WHERE
	verdict = 'refused' AND code <> 'COUNTED' AND detail !~ '^$rule'")" 0
is "every refusal in the log does" "$(grep -a 'verdict=refused' "$HOUSE/log" | grep -acvE "detail=\"$rule")" 0
ok "what was accepted says by which CRLs its signers are good" test "$(pg_sql "SELECT count(*) FROM shepd.journal WHERE
	verdict = 'accepted' AND signer_standing ~ '^crl [0-9]+ 20[0-9TZ:-]+ [0-9a-f]{64}$' AND business_standing ~ '^crl '")" -ge 1
has "who signed is masked" "$(cat "$HOUSE/log")" 'citizen=0001\*\*\*\*\*\*19'
finish
