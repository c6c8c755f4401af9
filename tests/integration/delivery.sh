#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Delivery with the real daemon and receivers that misbehave: order within a chain, retries, deadline and
# faults, answers that are not believed, a breaker that opens and probes, a blocked receiver beside a free one,
# a dispatcher killed in the middle. What is waited for is an event; the test counts and measures no time.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
receivers=()
end()
{
	[ ${#receivers[@]} -eq 0 ] || kill "${receivers[@]}" 2>/dev/null
	house_close
}
trap end EXIT
house_open --no-fsync || exit 1

# receiver NAME: starts one, its folder is $HOUSE/NAME, its port in PORT_OF[NAME]
declare -A PORT_OF
receiver()
{
	mkdir -p "$HOUSE/$1"
	rm -f "$HOUSE/$1/port"
	/usr/bin/python3 "$SRCDIR/tests/lib/receiver.py" "$HOUSE/$1" "$HOUSE/pki/rsa/$2.key" "$HOUSE/pki/rsa/$2.der" \
		"$HOUSE/pki/rsa/employee.key" "$HOUSE/pki/rsa/employee.der" >"$HOUSE/$1/port" 2>"$HOUSE/$1/errors" </dev/null &
	receivers+=($!)
	until [ -s "$HOUSE/$1/port" ]; do sleep 0.1; done
	PORT_OF[$1]=$(cat "$HOUSE/$1/port")
}
receiver one system
receiver two head

# group NAME CERTIFICATE [KEYS]
group()
{
	echo "{ name = \"$1\"; url = \"http://127.0.0.1:${PORT_OF[$1]}/async/\"; sender_id = \"we\"; secret_file = \"../secret\";
	certificates = ( \"../pki/rsa/$2.pem\" ); retry_first = 1; retry_longest = 2; ${3:-} }"
}
gateway()
{
	cat >"$HOUSE/shepd.conf.d/gateway.conf" <<C
receivers: ( $(group one system "seconds = 5; breaker_failures = 1000; ${1:-}"),
	$(group two head "seconds = 600; concurrency = 2; breaker_failures = 2;") );
profiles: ( { service_id = "HQ_SUBMIT"; direction = "out"; receiver = "one"; placement = "text"; sign_data = "root"; },
	{ service_id = "HQ_STATUS"; direction = "out"; receiver = "two"; placement = "child"; ${2:-} } );
C
}
gateway
sed -i 's/^\t\tasync = false;/\t\tasync = true;/; /service_id = "HQ_STATUS"/a async = true;' "$HOUSE/shepd.conf"

# post ID TYPE CORRELATION [RECEIVER [SERVICE [DEADLINE [COUNT]]]]: puts a message into the outbox, due at once;
# or COUNT of them, numbered, in seven chains
post()
{
	local receiver=${4:-one} service=${5:-HQ_SUBMIT} deadline=${6:-1 hour} id="'$1'" correlation="'$3'" chain="'${3:-$1}'"
	[ -z "${7:-}" ] || { id="'$1' || i" correlation="($3 + i % 7)::text" chain="($3 + i % 7)::text"; }
	pg_sql "WITH o AS (INSERT INTO shepd.outbox (id, created_at, receiver, operation, service_id, message_type, route_id,
		message_id, correlation_id, chain, session_id, gateway_message_id, about, data, error, state, attempts, next_at,
		deadline_at, last_error) SELECT nextval('shepd.box_id'), now(), '$receiver', 'sendMessage', '$service', '$2', '',
		$id, $correlation, $chain, '', '', '', '<a xmlns=\"urn:a\">$1 &amp; text</a>', '', 'WAITING', 0, now(),
		now() + interval '$deadline', '' FROM generate_series(1, ${7:-1}) i RETURNING *)
		INSERT INTO shepd.outbox_open (id, created_at, receiver, chain, next_at) SELECT id, created_at, receiver, chain,
		next_at FROM o"
}
state() { pg_sql "SELECT state FROM shepd.outbox WHERE message_id = '$1'"; }
# settled ID STATE: waits for it
settled()
{
	local try=0
	until [ "$(state "$1")" = "$2" ]; do
		sleep 0.1
		try=$((try + 1))
		[ $try -lt 600 ] || return 1
	done
}
calls() { grep -c -- "$2" "$HOUSE/${3:-one}/calls" | tr -d '\n'; :; } 2>/dev/null
attempts() { pg_sql "SELECT attempts FROM shepd.outbox WHERE message_id = '$1'"; }
error() { pg_sql "SELECT last_error FROM shepd.outbox WHERE message_id = '$1'"; }
: >"$HOUSE/one/script"; : >"$HOUSE/two/script"

house_start 'workers = 2;' || exit 1

# --- a chain ---------------------------------------------------------------------------------------
post m1 REQUEST ''
ok "a message is delivered" settled m1 ACCEPTED
is "with the ids that the gateway gave" "$(pg_sql "SELECT gateway_message_id || ' ' || correlation_id FROM shepd.outbox WHERE message_id = 'm1'")" "1000 5000"
is "and journalled with what was sent and answered" \
	"$(pg_sql "SELECT verdict || ' ' || code || ' ' || (octet_length(sent) > 1000) || ' ' || (octet_length(received) > 1000) FROM shepd.journal WHERE message_id = 'm1'")" "delivered OK true true"
tr -d '\n' <"$HOUSE/one/request" | grep -oE '<data.*</data>' >"$HOUSE/data"
has "its payload is text, signed by us" "$(cat "$HOUSE/data")" '^<data[^>]* xsi:type="xs:string"[^>]*>&lt;a xmlns=&quot;urn:a&quot;&gt;m1 &amp;amp; text&lt;ds:Signature'
"$BUILDDIR/shepctl" inspect --trust "$HOUSE/pki/trust" "$HOUSE/one/request" >"$HOUSE/inspected"
has "and its envelope is signed" "$(cat "$HOUSE/inspected")" 'accepted'
echo '>n1< server 2' >"$HOUSE/one/script"
post n1 NOTIFICATION 5000
post n2 NOTIFICATION 5000
post n3 RESPONSE 5000
ok "a chain is delivered" settled n3 ACCEPTED
is "in its order, though the first was refused twice for a time" \
	"$(awk '$3 == 5000 && !seen[$2]++ {printf "%s ", $2}' "$HOUSE/one/effects" "$HOUSE/one/calls" | head -c 9)" "n1 n2 n3 "
is "which took three attempts" "$(attempts n1) $(calls . '^sendMessage n1 ')" "3 3"

# --- what is tried again ------------------------------------------------------------------------------
for how in close half garbage 503 wrong-digest wrong-key unsigned stranger lost; do
	echo "r-$how $how 2" >"$HOUSE/one/script"
	post "r-$how" NOTIFICATION 6000
	ok "$how: delivered in the end" settled "r-$how" ACCEPTED
	# over a connection that is kept, one that breaks before an answer is tried anew within the attempt
	is "$how: at the third call, with one effect" "$(grep -c "^sendMessage r-$how " "$HOUSE/one/calls") $(grep -c "^r-$how " "$HOUSE/one/effects")" "3 1"
done
has "why the last attempt failed was kept meanwhile" "$(pg_sql "SELECT string_agg(detail, ' ') FROM shepd.journal WHERE message_id = 'r-wrong-key' AND verdict = 'failed'")" 'does not sign for receiver one'
is "nothing of an answer that is not believed counts" "$(pg_sql "SELECT correlation_id FROM shepd.outbox WHERE message_id = 'r-stranger'")" 6000

# --- what is not ---------------------------------------------------------------------------------------
echo '>c1< client 1' >"$HOUSE/one/script"
post c1 NOTIFICATION 7000
post c2 NOTIFICATION 7000
ok "a fault of the Client kind ends in quarantine" settled c1 QUARANTINED
is "at once, with its reason" "$(attempts c1) $(error c1)" "1 REMOTE_FAULT: SCE001: refused"
is "and its code" "$(pg_sql "SELECT verdict || ' ' || code FROM shepd.journal WHERE message_id = 'c1'")" "quarantined REMOTE_FAULT"
ok "and blocks nobody" settled c2 ACCEPTED
echo '>d1< 503 1000' >"$HOUSE/one/script"
post d1 NOTIFICATION 8000 one HQ_SUBMIT '3 seconds'
ok "at its deadline a message goes to quarantine" settled d1 QUARANTINED
has "with its last error" "$(error d1)" '^deadline: HTTP_UNREACHABLE: answered with status 503'
ok "after more than one attempt" test "$(attempts d1)" -gt 1
post u1 NOTIFICATION 8100 nobody
ok "a receiver that is not configured is an error, told" eval 'for i in $(seq 300); do [ "$(attempts u1)" -ge 1 ] && break; sleep 0.2; done; error u1 | grep -q "no receiver nobody"'
post x1 NOTIFICATION 8200 one HQ_NONE
ok "so is a service without a profile" eval 'for i in $(seq 300); do [ "$(attempts x1)" -ge 1 ] && break; sleep 0.2; done; error x1 | grep -q "no profile says"'

# --- a receiver that blocks ----------------------------------------------------------------------------
echo 'HQ_STATUS hang 2' >"$HOUSE/two/script"
for i in 1 2 3 4; do post "h$i" REQUEST '' two HQ_STATUS; done
for i in $(seq 20); do post "f$i" REQUEST '' one; done
ok "one that is silent does not slow another" settled f20 ACCEPTED
is "and gets no more than its concurrency" "$(wc -l <"$HOUSE/two/calls")" 2
kill "${receivers[1]}"
log_has() { local i; for i in $(seq 300); do grep -q -- "$1" "$HOUSE/log" && return 0; sleep 0.1; done; return 1; }
ok "after two failures in a row its breaker opens" log_has 'breaker-open.*receiver=two'
port=${PORT_OF[two]}
rm -f "$HOUSE/two/script"
RECEIVER_PORT=$port receiver two head
is "the receiver is back at its port" "${PORT_OF[two]}" "$port"
for i in 1 2 3 4; do ok "what waited is delivered: h$i" settled "h$i" ACCEPTED; done
ok "and the breaker closed by a probe" log_has 'breaker-closed.*receiver=two'

# --- kill -9 -------------------------------------------------------------------------------------------
: >"$HOUSE/one/script"
post k NOTIFICATION 9000 one HQ_SUBMIT '1 hour' 100
for i in 1 2 3 4 5; do
	until [ "$(grep -c '^k' "$HOUSE/one/effects")" -ge $((i * 15)) ]; do sleep 0.02; done
	pkill -9 -P "$HOUSE_PID" shepd-dispatch
done
for i in $(seq 100); do settled "k$i" ACCEPTED || break; done
is "killed five times in the middle: lost" "$(pg_sql "SELECT count(*) FROM shepd.outbox WHERE message_id LIKE 'k%' AND state <> 'ACCEPTED'")" 0
is "and doubled" "$(grep '^k' "$HOUSE/one/effects" | sort | uniq -d | wc -l) $(grep -c '^k' "$HOUSE/one/effects")" "0 100"
is "each chain in its order" "$(awk '/^k/ {n = substr($1, 2) + 0; if (n < last[$2]) bad++; last[$2] = n} END {print bad + 0}' "$HOUSE/one/effects")" 0

# --- reload --------------------------------------------------------------------------------------------
gateway "" 'escaping = "cdata";'
kill -HUP "$HOUSE_PID"
ok "a contradictory profile is refused at a reload" log_has 'cdata is for placement'
post l1 REQUEST '' two HQ_STATUS
ok "and delivery goes on as before" settled l1 ACCEPTED
sed -i 's/placement = "child"; escaping/placement = "text"; escaping/' "$HOUSE/shepd.conf.d/gateway.conf"
kill -HUP "$HOUSE_PID"
ok "a change of the profile" log_has 'generation=2\|reloaded'
# the newest generation's dispatcher alone is left
for i in $(seq 100); do [ "$(pgrep -c -P "$HOUSE_PID" shepd-dispatch)" = 1 ] && break; sleep 0.1; done
post l2 REQUEST '' two HQ_STATUS
ok "a message after it is delivered" settled l2 ACCEPTED
has "takes effect" "$(grep -oE '<data.*</data>' "$HOUSE/two/request")" '<!\[CDATA\[<a xmlns="urn:a">l2'
[ -z "${KEEP_LOG:-}" ] || cp "$HOUSE/log" "$KEEP_LOG"
house_stop
is "the daemon ends well" $? 0
finish
