#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the gateway pushes and what it is answered, while workers, dispatchers and PostgreSQL are killed at random
# instants and answers of the gateway get lost, then with two nodes on one database of which one dies: the list of
# what was acknowledged against what became of it at both ends.
# lost: acknowledged, and not handled, or an application whose answer the gateway has not got; doubled: handled, or
# answered, more than once. At the end the same comparison is done where the promise is broken on purpose, and
# must see it.
# FAULT_ROUNDS: kills; FAULT_SEED: of the instants and victims.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
node=
gateway=
end()
{
	[ -z "$gateway" ] || kill "$gateway" 2>/dev/null
	[ -z "$node" ] || kill -9 "$node" 2>/dev/null
	house_close
}
trap end EXIT
rounds=${FAULT_ROUNDS:-12}
RANDOM=${FAULT_SEED:-$((10#$(date +%N) % 32768))}
echo "seed $RANDOM"
house_open || exit 1
mkdir "$HOUSE/gateway"
/usr/bin/python3 "$SRCDIR/tests/lib/receiver.py" "$HOUSE/gateway" "$HOUSE/pki/rsa/system.key" \
	"$HOUSE/pki/rsa/system.der" >"$HOUSE/gateway/port" 2>"$HOUSE/gateway/errors" </dev/null &
gateway=$!
until [ -s "$HOUSE/gateway/port" ]; do sleep 0.1; kill -0 $gateway || exit 1; done
# taken, and the connection closed instead of an answer
echo '[0-7]</messageId> lost 30' >"$HOUSE/gateway/script"
house_offer_async "http://127.0.0.1:$(cat "$HOUSE/gateway/port")/async"
house_start 'workers = 4; dispatchers = 2;' || exit 1
CLIENT=${URL%/sync}/async-client

# messages NAME COUNT PREFIX: half of them applications, half of them kept; signed, in $HOUSE/NAME, their
# ids in $HOUSE/NAME.sent. PREFIX: three digits of the localities
messages()
{
	local half=$(($2 / 2)) tool="$BUILDDIR/tests/bench/load"
	mkdir -p "$HOUSE/$1" "$HOUSE/$1.kept"
	house_submit_form 000101300019 "$3@N@" >"$HOUSE/form.xml"
	"$tool" write rsa "$HOUSE/$1" "$HOUSE/pki" "$HOUSE_SECRET" "$HOUSE/form.xml" HQ_ASYNC:REQUEST 0 "$half" 0 0 &&
		"$tool" write rsa "$HOUSE/$1.kept" "$HOUSE/pki" "$HOUSE_SECRET" "$HOUSE/form.xml" HQ_MAIL:UPDATE 0 "$half" \
			0 0 || return 1
	grep -ohE '<messageId>[^<]+' "$HOUSE/$1"/*.xml | cut -c 12- | sort >"$HOUSE/$1.applications"
	(cd "$HOUSE/$1.kept" && for file in *.xml; do mv "$file" "../$1/${file%.xml}-kept.xml"; done)
	grep -ohE '<messageId>[^<]+' "$HOUSE/$1"/*.xml | cut -c 12- | sort >"$HOUSE/$1.sent"
	[ "$(wc -l <"$HOUSE/$1.sent")" -eq $((half * 2)) ]
}

send() # NAME URLS OUTCOMES
{
	/usr/bin/python3 "$SRCDIR/tests/faults/sender.py" "$2" "$HOUSE/$1" "$HOUSE/$3" $((120 + rounds * 3))
}

# Waits until nothing is WAITING any more.
settled()
{
	local try
	for try in $(seq 1200); do
		[ "$(pg_sql "SELECT count(*) FROM (SELECT state FROM shepd.inbox UNION ALL SELECT state FROM shepd.outbox) AS s
			WHERE state = 'WAITING'" 2>/dev/null)" = 0 ] && return
		sleep 0.1
	done
	pg_sql "SELECT id, attempts, next_at, last_error FROM shepd.inbox WHERE state = 'WAITING' LIMIT 5"
	pg_sql "SELECT id, attempts, next_at, last_error FROM shepd.outbox WHERE state = 'WAITING' LIMIT 5"
	return 1
}

# missing A B: lines of A that are not in B; beyond A: lines of A that are there more than once
missing() { comm -23 "$1" <(sort -u "$2") | wc -l; }
beyond() { echo $(($(wc -l <"$1") - $(sort -u "$1" | wc -l))); }

# compare NAME OUTCOMES: sets lost and doubled
compare()
{
	awk '{ print $3 }' "$HOUSE/$2" | sort -u >"$HOUSE/told"
	join "$HOUSE/told" "$HOUSE/$1.applications" >"$HOUSE/told.applications"
	pg_sql "SELECT message_id FROM shepd.journal WHERE verdict = 'handled'" | sort |
		join - "$HOUSE/$1.sent" >"$HOUSE/handled"
	# whose answers are at the gateway
	pg_sql "SELECT o.message_id || ' ' || i.message_id FROM shepd.outbox o JOIN shepd.inbox i ON i.id = o.inbox_id
		WHERE o.operation = 'sendMessage'" | sort >"$HOUSE/answers"
	awk '{ print $1 }' "$HOUSE/gateway/effects" | sort | join -o 2.2 - "$HOUSE/answers" | sort |
		join - "$HOUSE/$1.applications" >"$HOUSE/answered"
	lost=$(($(missing "$HOUSE/told" "$HOUSE/handled") + $(missing "$HOUSE/told.applications" "$HOUSE/answered")))
	doubled=$(($(beyond "$HOUSE/handled") + $(beyond "$HOUSE/answered")))
	echo "$1: sent $(wc -l <"$HOUSE/$1.sent"), acknowledged $(wc -l <"$HOUSE/told"), sent again $(awk '$2 > 1' \
		"$HOUSE/$2" | wc -l), handled $(wc -l <"$HOUSE/handled"), answers at the gateway $(wc -l <"$HOUSE/answered")," \
		"lost $lost, doubled $doubled"
}

# Who dies in this round; sessions and the whole of PostgreSQL less often, because all stands still meanwhile.
strike()
{
	local victim
	case $((RANDOM % 10)) in
	0 | 1 | 2 | 3)
		victim=$(pgrep -x -P "$HOUSE_PID" shepd-worker | shuf -n 1)
		[ -n "$victim" ] && kill -9 "$victim" && workers=$((workers + 1))
		;;
	4 | 5 | 6 | 7)
		victim=$(pgrep -x -P "$HOUSE_PID" shepd-dispatch | shuf -n 1)
		[ -n "$victim" ] && kill -9 "$victim" && dispatchers=$((dispatchers + 1))
		;;
	8)
		pg_kill_session && sessions=$((sessions + 1))
		;;
	9)
		if [ $((RANDOM % 2)) -eq 0 ]; then pg_kill; else pg_crash; fi
		servers=$((servers + 1))
		pg_up
		;;
	esac
}

# --- kills at random instants -------------------------------------------------------------------------
ok "messages are signed" messages load $((200 + rounds * 40)) 191
workers=0 dispatchers=0 sessions=0 servers=0
send load "$CLIENT" outcomes &
sender=$!
for round in $(seq "$rounds"); do
	sleep "0.$((RANDOM % 30 + 5))"
	strike
done
wait $sender
is "every message is acknowledged" $? 0
echo "killed: workers $workers, dispatchers $dispatchers, sessions $sessions, PostgreSQL $servers"
ok "somebody was killed" test $((workers + dispatchers + sessions + servers)) -gt $((rounds / 2))
ok "the master lives" kill -0 "$HOUSE_PID"
ok "everything is settled" settled
compare load outcomes
is "what was acknowledged is handled" "$lost" 0
is "and once" "$doubled" 0
all_lost=$lost all_doubled=$doubled
half=$(($(wc -l <"$HOUSE/load.sent") / 2))
is "applications: as many as messages, numbers without a gap" \
	"$(pg_sql "SELECT count(*) || ' ' || max(substring(number from '[0-9]{6}\$')::int) FROM shepd.hq_application")" "$half $half"
is "the inbox: each once, all handled" \
	"$(pg_sql "SELECT count(*) || ' ' || count(DISTINCT message_id) || ' ' || count(*) FILTER (WHERE state = 'HANDLED') FROM shepd.inbox")" \
	"$((half * 2)) $((half * 2)) $((half * 2))"
is "the journal: one accepted row a message" \
	"$(pg_sql "SELECT count(*) || ' ' || count(DISTINCT message_id) FROM shepd.journal WHERE verdict = 'accepted'")" \
	"$((half * 2)) $((half * 2))"
is "each chain in its order" "$(pg_sql "SELECT count(*) FROM (SELECT i.id, lag(i.id) OVER (PARTITION BY
	i.correlation_id ORDER BY j.id) AS before FROM shepd.journal j JOIN shepd.inbox i USING (message_id)
	WHERE j.verdict = 'handled') AS o WHERE o.before > o.id")" 0
is "the gateway's end: nothing that is not in the outbox, each accepted" \
	"$(awk '{ print $1 }' "$HOUSE/gateway/effects" | sort -u | join -v 1 - "$HOUSE/answers" | wc -l) \
$(pg_sql "SELECT count(*) FROM shepd.outbox WHERE state <> 'ACCEPTED'")" "0 0"
awk '/^sendMessage/ { print $2 }' "$HOUSE/gateway/calls" >"$HOUSE/calls"
ok "answers were sent again ($(beyond "$HOUSE/calls")), because some were lost" \
	test "$(grep -c 'lost$' "$HOUSE/gateway/calls")" -gt 0
pg_sql "SELECT o.message_id || ' ' || i.id || ' ' || i.correlation_id FROM shepd.outbox o JOIN shepd.inbox i
	ON i.id = o.inbox_id" >"$HOUSE/order"
is "and each chain in its order there, too" "$(awk 'NR == FNR { id[$1] = $2; next } id[$1] < last[$2] { bad++ }
	{ last[$2] = id[$1] } END { print bad + 0 }' "$HOUSE/order" "$HOUSE/gateway/effects")" 0
ok "all of it is sent once more" send load "$CLIENT" again
is "and gets the same acknowledgements, octet for octet" \
	"$(awk '{ print $3, $4 }' "$HOUSE/outcomes" | sort | cmp - <(awk '{ print $3, $4 }' "$HOUSE/again" | sort) 2>&1)" ""
compare load again
is "and no effect" "$lost $doubled $(pg_sql "SELECT count(*) FROM shepd.inbox")" "0 0 $((half * 2))"

# --- two nodes, one dies ---------------------------------------------------------------------------------
ok "messages for two nodes" messages nodes 400 192
"$BUILDDIR/shepd" -c "$HOUSE/shepd.conf" --ready-file "$HOUSE/ready.2" </dev/null >>"$HOUSE/log.2" 2>&1 &
node=$!
for try in $(seq 300); do [ -s "$HOUSE/ready.2" ] && break; sleep 0.1; done
second="http://127.0.0.1:$(sed -n 1p "$HOUSE/ready.2")/async-client"
send nodes "$CLIENT,$second" outcomes.2 &
sender=$!
for try in $(seq 600); do
	[ "$(pg_sql "SELECT count(*) FROM shepd.inbox WHERE message_id IN ('$(sed -z "s/\n\$//; s/\n/','/g" "$HOUSE/nodes.sent")')")" -gt 100 ] && break
	sleep 0.02
done
# all of its processes at one instant
kill -9 "$node" $(pgrep -P "$node")
wait "$node" 2>/dev/null
node=
wait $sender
is "every message is acknowledged by one of them" $? 0
ok "everything is settled by the one that is left" settled
ok "both took part" test "$(grep -c 'event=handle' "$HOUSE/log.2")" -gt 0
compare nodes outcomes.2
is "what was acknowledged is handled" "$lost" 0
is "and once" "$doubled" 0
all_lost=$((all_lost + lost)) all_doubled=$((all_doubled + doubled))

# --- would it be seen? ------------------------------------------------------------------------------------
# acknowledged and not durable: after the crash the store is what it was before
pg_crash
cp -a "$PG_DIR/data" "$PG_DIR/before"
pg_up
ok "messages for a store that forgets" messages early 60 193
send early "$CLIENT" outcomes.3
pg_kill
sleep 0.5
rm -rf "$PG_DIR/data"
mv "$PG_DIR/before" "$PG_DIR/data"
pg_up
settled
compare early outcomes.3
ok "acknowledged and not durable: it is seen that some are lost ($lost)" test "$lost" -gt 0
# a receiver that forgets what it has
ok "messages for a receiver that forgets" messages forgets 20 194
send forgets "$CLIENT" outcomes.4
settled
pg_sql "ALTER TABLE shepd.claim DISABLE TRIGGER append_only; DELETE FROM shepd.claim; ALTER TABLE shepd.claim ENABLE TRIGGER append_only"
send forgets "$CLIENT" outcomes.5
settled
compare forgets outcomes.5
ok "repeats are forgotten: it is seen that some are doubled ($doubled)" test "$doubled" -gt 0
house_stop
is "the daemon ends well" $? 0
echo "lost $all_lost, doubled $all_doubled"
finish
