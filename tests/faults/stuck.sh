#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A worker that freezes inside its transaction (a paused machine, a hang) keeps its locks from the others
# no longer than one statement may take; thawed, it acts on nothing that is not its own any more (F23).
# And a PostgreSQL that is frozen costs a request its time, never a worker (F03).
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open --no-fsync || exit 1
sed -i 's/milliseconds = 5000/milliseconds = 1000/' "$HOUSE/shepd.conf.d/site.conf"
house_start 'workers = 1; request_seconds = 20;' || exit 1
worker=$(pgrep -P "$HOUSE_PID")

# write_message NAME LOCALITY: signs an application and keeps it
write_message()
{
	sed "s/@IIN@/000101300019/; s/@LOCALITY@/$2/" "$SRCDIR/tests/scenario/payload/submit.xml" >"$HOUSE/form.xml"
	house_send HQ_SUBMIT rsa "$HOUSE/form.xml" --url http://127.0.0.1:9/sync \
		--business-cert "$HOUSE/pki/rsa/person.pem" --business-key "$HOUSE/pki/rsa/person.key" \
		--save-request "$HOUSE/$1.xml" >/dev/null 2>&1
	test -s "$HOUSE/$1.xml"
}

post()
{
	curl -sS -m 60 -H 'Content-Type: text/xml' --data-binary "@$HOUSE/$1.xml" "$URL" 2>&1
}

# until_sql WANTED QUERY SECONDS
until_sql()
{
	for _ in $(seq $(($3 * 20))); do
		[ "$(pg_sql "$2")" != "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

ok "messages are signed" eval 'write_message first 190000000 && write_message second 191000000'
has "the first application is taken" "$(post first)" 'requestNumber>HQ19-[0-9]*-000001<'

# the worker waits for the counter, which it may for a second, and freezes; then the counter is free and the
# transaction goes on
mkfifo "$HOUSE/hold"
"$PG_BIN/psql" -XAtq -d "$PG_ADMIN" <"$HOUSE/hold" >"$HOUSE/held" &
holder=$!
exec 7>"$HOUSE/hold"
echo "BEGIN; UPDATE shepd.counter SET value = value; SELECT 'held';" >&7
for _ in $(seq 200); do
	! grep -q held "$HOUSE/held" || break
	sleep 0.05
done
has "the counter is held" "$(cat "$HOUSE/held")" held
# sees at once who waits for a lock: whoever looks by a new connection each time may come late
"$PG_BIN/psql" -XAtq -v ON_ERROR_STOP=1 -d "$PG_ADMIN" >"$HOUSE/seen" 2>&1 <<'S' &
DO $$ BEGIN
	RAISE WARNING 'looks';
	FOR i IN 1..3000 LOOP
		PERFORM pg_stat_clear_snapshot();
		IF EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'shepd' AND wait_event_type = 'Lock') THEN
			RETURN;
		END IF;
		PERFORM pg_sleep(0.01);
	END LOOP;
	RAISE 'nobody waits';
END $$;
S
watcher=$!
for _ in $(seq 200); do
	! grep -q looks "$HOUSE/seen" || break
	sleep 0.05
done
post second >"$HOUSE/answer" 7>&- &
client=$!
wait $watcher
seen=$?
kill -STOP "$worker"
is "the worker waits for it" $seen 0
echo 'ROLLBACK;' >&7
exec 7>&-
wait $holder
ok "the frozen worker's transaction is ended by the server" until_sql 0 \
	"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shepd' AND (state LIKE 'idle in%' OR wait_event_type = 'Lock')" 5
ok "and its locks are free" pg_sql 'BEGIN; SELECT FROM shepd.counter FOR UPDATE NOWAIT; ROLLBACK'
kill -CONT "$worker"
wait $client
has "its client is told to try again" "$(cat "$HOUSE/answer")" '<errorCode>SCE909<'
has "and the fault is the server's, as of a lost connection" "$(grep service=HQ_SUBMIT "$HOUSE/log" | tail -n 1)" 'code=DB_UNAVAILABLE '
for _ in 1 2 3 4 5; do
	post second >"$HOUSE/answer"
	! grep -q SCE909 "$HOUSE/answer" || sleep 0.5
done
has "and then gets the next number" "$(cat "$HOUSE/answer")" 'requestNumber>HQ19-[0-9]*-000002<'
is "two applications, no half rows" "$(pg_sql 'SELECT (SELECT count(*) FROM shepd.hq_application) || chr(32) || (SELECT count(*) FROM shepd.claim)')" '2 2'

# PostgreSQL freezes, all of it
postmaster=$(pg_as head -n 1 "$PG_DIR/data/postmaster.pid")
everybody="$postmaster $(pgrep -P "$postmaster" | tr '\n' ' ')"
kill -STOP $everybody
begin=$(date +%s)
has "a frozen database is a temporary fault" "$(post second)" '<errorCode>SCE909<'
ok "told in time" test $(($(date +%s) - begin)) -le 5
kill -CONT $everybody
for _ in $(seq 20); do
	post second >"$HOUSE/answer"
	! grep -q SCE909 "$HOUSE/answer" || sleep 0.5
done
has "thawed, the stored answer is there" "$(cat "$HOUSE/answer")" 'requestNumber>HQ19-[0-9]*-000002<'
is "the same worker served all of it" "$(pgrep -P "$HOUSE_PID")" "$worker"
finish
