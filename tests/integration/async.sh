#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the gateway pushes to the real daemon: every type of message acknowledged and handled, acknowledgements
# judged by xmlsec1 and by openssl over lxml; order, repeats, poison; dispatchers woken by workers; reloads and
# kill -9 meanwhile. One effect each.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open --no-fsync || exit 1
house_offer_async
house_start 'workers = 2; dispatchers = 1;' || exit 1
CLIENT=${URL%/sync}/async-client
house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"

# write NAME SERVICE:TYPE COUNT PAYLOAD: signed messages in $HOUSE/NAME
write()
{
	mkdir -p "$HOUSE/$1" && "$BUILDDIR/tests/bench/load" write rsa "$HOUSE/$1" "$HOUSE/pki" "$HOUSE_SECRET" "$4" "$2" \
		0 "$3" 0 0
}

post() # FILE: prints the status; the answer in $HOUSE/answer
{
	curl -sS -o "$HOUSE/answer" -w '%{http_code}' -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: ""' \
		--data-binary "@$1" "$CLIENT"
}

element() # NAME FILE
{
	sed -n "s/.*<$1>\([^<]*\)<.*/\1/p" "$2"
}

state_of() # FILE of a message
{
	pg_sql "SELECT state FROM shepd.inbox WHERE message_id = '$(element messageId "$1")'"
}

until_so()
{
	local try
	for try in $(seq 600); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}

settled()
{
	[ "$(pg_sql "SELECT count(*) FROM shepd.inbox WHERE state = 'WAITING'")" = 0 ]
}

has_state() { [ "$(state_of "$1")" = "$2" ]; }
dispatcher() { pgrep -x -P "$HOUSE_PID" shepd-dispatch; }

# --- every type --------------------------------------------------------------------------------------
for type in REQUEST UPDATE NOTIFICATION RESPONSE; do
	write $type "HQ_MAIL:$type" 1 "$HOUSE/status.xml"
	message=$HOUSE/$type/000000.xml
	is "$type: acknowledged" "$(post "$message")" 200
	for name in messageId correlationId sessionId; do
		is "$type: its $name comes back" "$(element $name "$HOUSE/answer")" "$(element $name "$message")"
	done
	ok "$type: xmlsec1 verifies the acknowledgement" xmlsec1 --verify --enabled-reference-uris same-doc \
		--id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body \
		--pubkey-cert-pem "$HOUSE/keys/signing.pem" "$HOUSE/answer"
	ok "$type: so does openssl over lxml" /usr/bin/python3 "$SRCDIR/tests/lib/outside_judge.py" \
		--module "$BUILDDIR/kzgost.so" --cert "$HOUSE/keys/signing.pem" "$HOUSE/answer"
	ok "$type: it is handled" until_so has_state "$message" HANDLED
done
is "with their types" "$(pg_sql "SELECT string_agg(message_type, ' ' ORDER BY id) FROM shepd.inbox")" \
	"REQUEST UPDATE NOTIFICATION RESPONSE"

# --- once ----------------------------------------------------------------------------------------------
house_submit_form 000101300019 "191@N@" >"$HOUSE/form.xml"
write first HQ_ASYNC:REQUEST 1 "$HOUSE/form.xml"
message=$HOUSE/first/000000.xml
is "an application is acknowledged" "$(post "$message")" 200
cp "$HOUSE/answer" "$HOUSE/first.answer"
ok "and handled" until_so has_state "$message" HANDLED
is "registered when it came" "$(pg_sql "SELECT count(*) FROM shepd.hq_application a JOIN shepd.inbox i
	ON a.registered_at = i.received_at WHERE i.message_id = '$(element messageId "$message")'")" 1
is "delivered again: acknowledged" "$(post "$message")" 200
ok "with the same octets" cmp "$HOUSE/answer" "$HOUSE/first.answer"
is "one application is there" "$(pg_sql "SELECT count(*) FROM shepd.hq_application")" 1
sed 's/<correlationId>0</<correlationId>1</' "$message" >"$HOUSE/bad.xml"
is "one digit changed is a fault" "$(post "$HOUSE/bad.xml") $(element errorCode "$HOUSE/answer")" "500 SCE006"
house_spoil unsign <"$message" >"$HOUSE/bad.xml"
is "so is a message that nobody signed" "$(post "$HOUSE/bad.xml") $(element errorCode "$HOUSE/answer")" "500 SCE007"

# --- poison, with others of its chain behind it ------------------------------------------------------------
write poison HQ_ASYNC:REQUEST 1 "$HOUSE/status.xml"
house_submit_form 000101300019 "192@N@" >"$HOUSE/form.xml"
write behind HQ_ASYNC:REQUEST 3 "$HOUSE/form.xml"
is "what no handler can read is acknowledged, too" "$(post "$HOUSE/poison/000000.xml")" 200
for i in 0 1 2; do post "$HOUSE/behind/00000$i.xml" >/dev/null; done
ok "it goes to quarantine" until_so has_state "$HOUSE/poison/000000.xml" QUARANTINED
ok "and stops none behind it" until_so has_state "$HOUSE/behind/000002.xml" HANDLED
is "which are handled in their order" "$(pg_sql "SELECT string_agg(message_id, ' ' ORDER BY id) FROM shepd.journal
	WHERE endpoint = 'inbox' AND service_id = 'HQ_ASYNC'")" \
	"$(for m in first/000000 poison/000000 behind/00000{0,1,2}; do element messageId "$HOUSE/$m.xml"; done | paste -sd ' ')"
is "and each is answered, or reported" "$(pg_sql "SELECT string_agg(operation || ' ' || split_part(error, ' ', 1), ', ' ORDER BY
	id) FROM shepd.outbox")" "sendMessage , sendDeliveryNotification NOT_RESEND, sendMessage , sendMessage , sendMessage "

# --- woken -----------------------------------------------------------------------------------------------
# A worker's word, and not the next glance, is what a dispatcher begins by: its wait ends with an event.
write wake HQ_MAIL:UPDATE 4 "$HOUSE/status.xml"
until_so settled
strace -qq -e trace=epoll_wait,epoll_pwait -o "$HOUSE/trace" -p "$(dispatcher)" 2>"$HOUSE/strace.log" &
tracer=$!
if until_so test -s "$HOUSE/trace"; then
	for i in 0 1 2 3; do
		post "$HOUSE/wake/00000$i.xml" >/dev/null
		until_so has_state "$HOUSE/wake/00000$i.xml" HANDLED
	done
	kill "$tracer"
	is "a dispatcher is woken for each message" "$(grep -c '= 1$' "$HOUSE/trace")" 4
else
	kill "$tracer" 2>/dev/null
	skip 1 "strace may not look at processes here"
fi
wait "$tracer" 2>/dev/null

# --- reloads and kill -9 meanwhile ---------------------------------------------------------------------------
house_submit_form 000101300019 "193@N@" >"$HOUSE/form.xml"
write many HQ_ASYNC:REQUEST 200 "$HOUSE/form.xml"
/usr/bin/python3 "$SRCDIR/tests/faults/sender.py" "$CLIENT" "$HOUSE/many" "$HOUSE/outcomes" &
sender=$!
killed=0
for round in 1 2 3 4; do
	sleep 0.1
	kill -HUP "$HOUSE_PID"
	sleep 0.1
	victim=$(dispatcher | shuf -n 1)
	[ -n "$victim" ] && kill -9 "$victim" && killed=$((killed + 1))
done
wait "$sender"
is "every message is acknowledged" $? 0
is "none of them twice" "$(awk '$2 > 1' "$HOUSE/outcomes" | wc -l)" 0
ok "dispatchers were killed ($killed)" test "$killed" -gt 0
ok "all is settled" until_so settled
is "one effect each" "$(pg_sql "SELECT count(*) || ' ' || count(DISTINCT locality) FROM shepd.hq_application
	WHERE locality LIKE '193%'")" "200 200"
is "one answer each" "$(pg_sql "SELECT count(*) || ' ' || count(DISTINCT o.inbox_id) FROM shepd.outbox o
	JOIN shepd.hq_application a ON a.locality LIKE '193%' JOIN shepd.inbox i ON i.id = o.inbox_id
	AND i.received_at = a.registered_at")" "200 200"
is "one run that counts each" "$(pg_sql "SELECT count(*) || ' ' || count(DISTINCT message_id) FROM shepd.journal
	WHERE verdict = 'handled' AND message_id IN ('$(sed 's/ [^ ]*$//; s/.* //' "$HOUSE/outcomes" | paste -sd, | sed "s/,/','/g")')")" "200 200"
is "the log names nobody" "$(grep -cE '(^|[^0-9])0001013[0-9]{5}([^0-9]|$)' "$HOUSE/log")" 0
house_stop
is "SIGTERM ends it cleanly" $? 0
finish
