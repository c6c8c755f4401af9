#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Part of make bench: durable acknowledgements a second (transport and business signature verified, one signed)
# and deliveries a second from a backlog, with an empty journal and with a full one, in turns over two databases
# of one cluster. BENCH_ROWS: of the full journal; BENCH_BACKLOG; BENCH_ACKS: of each turn; BENCH_SECONDS: of
# delivering. The gateway's end runs on the same machine.
set -u
. "$SRCDIR/tests/lib/house.sh"
gateway=
end()
{
	[ -z "$gateway" ] || kill "$gateway" 2>/dev/null
	house_close
}
trap end EXIT
rows=${BENCH_ROWS:-10000000}
backlog=${BENCH_BACKLOG:-100000}
acks=${BENCH_ACKS:-1500}
seconds=${BENCH_SECONDS:-15}
turns=3
house_open || exit 1
/usr/bin/python3 "$SRCDIR/tests/bench/gateway.py" >"$HOUSE/port" </dev/null &
gateway=$!
until [ -s "$HOUSE/port" ]; do sleep 0.1; done
house_offer_async "http://127.0.0.1:$(cat "$HOUSE/port")/async"
sed -i 's/direction = "out"; receiver = "shep";/& answer_signature = "accepted";/; s/retry_first = 1;/& concurrency = 16;/' \
	"$HOUSE/shepd.conf.d/async.conf"
pg_sql "ALTER SYSTEM SET max_wal_size = '4GB'"
pg_sql "ALTER SYSTEM SET shared_buffers = '512MB'"
pg_crash
pg_up || exit 1

# --- a full journal beside the empty one ---------------------------------------------------------------------
full="host=$PG_DIR dbname=shepd_full user=postgres"
pg_sql "CREATE DATABASE shepd_full TEMPLATE shepd OWNER shepd_owner" "host=$PG_DIR dbname=postgres user=postgres"
fill()
{
	pg_sql "INSERT INTO shepd.journal SELECT nextval('shepd.journal_id'), t.at, t.at, 'f-' || n, '127.0.0.1', '/async-client',
		'sendMessage', 'HQ_ASYNC', 'pep', 'f' || n, (n / 4)::text, '', '', '', '', '', '', '', '', 'accepted', 'OK', '', '',
		'', sha256(''), '', 0, '', 1 FROM generate_series(1, $rows) AS n,
		LATERAL (SELECT date_trunc('month', now()) + n * interval '0.1 second' AS at) AS t" "$full" &&
		pg_sql "VACUUM ANALYZE shepd.journal" "$full" && pg_sql "CHECKPOINT" "$full"
}
start=$SECONDS
fill || exit 1
echo "filled $rows rows in $((SECONDS - start)) s" >&2

# use empty|full: the database of the next start
use()
{
	database=$([ "$1" = full ] && echo shepd_full || echo shepd)
	sed -i "s/dbname=[a-z_]*/dbname=$database/g" "$HOUSE/shepd.conf.d/site.conf"
}

# What was acknowledged is put aside: delivering alone is measured.
put_backlog()
{
	pg_sql "DELETE FROM shepd.inbox_open; UPDATE shepd.inbox SET state = 'DROPPED', settled_at = now()" "$1" || return 1
	pg_sql "WITH o AS (INSERT INTO shepd.outbox (id, created_at, receiver, operation, service_id, message_type, route_id,
		message_id, correlation_id, chain, session_id, gateway_message_id, about, data, error, state, attempts, next_at,
		deadline_at, last_error) SELECT nextval('shepd.box_id'), now(), 'shep', 'sendMessage', 'HQ_ASYNC', 'RESPONSE', '',
		gen_random_uuid(), 'b' || n, 'b' || n, '', '', '', '<a xmlns=\"urn:a\">some text</a>', '', 'WAITING', 0, now(),
		now() + interval '1 day', '' FROM generate_series(1, $backlog) AS n RETURNING *)
		INSERT INTO shepd.outbox_open (id, created_at, receiver, chain, next_at) SELECT id, created_at, receiver, chain,
		next_at FROM o" "$1" && pg_sql "ANALYZE" "$1"
}

# deliver FULLNESS: deliveries a second in a window that begins with the first ones
deliver()
{
	local db="host=$PG_DIR dbname=$database user=postgres" count="SELECT count(*) FROM shepd.outbox WHERE state = 'ACCEPTED'"
	local before first last began ended
	before=$(pg_sql "$count" "$db")
	house_start 'workers = 1; dispatchers = 1;' || return 1
	until [ "$(pg_sql "$count" "$db")" -gt "$before" ]; do sleep 0.1; done
	first=$(pg_sql "$count" "$db") began=$(date +%s%N)
	sleep "$seconds"
	last=$(pg_sql "$count" "$db") ended=$(date +%s%N)
	house_stop
	[ "$last" -lt $((before + backlog)) ] || echo "the backlog was too short" >&2
	awk -v n=$((last - first)) -v ns=$((ended - began)) -v f="$1" 'BEGIN { printf "deliveries_per_second_%s\t%.3f\t1/s\n", f, n / ns * 1e9 }'
}

# acknowledge FULLNESS TURN: without dispatchers, so that the figure is of acknowledging alone
acknowledge()
{
	local postgres
	house_start 'workers = 4; dispatchers = 0; keep_alive = 1000000; worker_requests = 0;' || return 1
	house_submit_form 000101300019 "$2@N@" >"$HOUSE/form.xml"
	postgres=$(pg_as head -n 1 "$PG_DIR/data/postmaster.pid")
	"$BUILDDIR/tests/bench/load" ack rsa "rsa2048_$1" "$HOUSE/pki" "$HOUSE_SECRET" "$HOUSE/form.xml" \
		HQ_ASYNC:REQUEST "$PORT" "$acks" "$HOUSE_PID" "$postgres"
	house_stop
}

for turn in $(seq $turns); do
	for fullness in empty full; do
		use $fullness
		acknowledge $fullness "19$turn"
	done
done >"$HOUSE/figures"
for db in "$PG_ADMIN" "$full"; do
	put_backlog "$db" || exit 1
done
for turn in $(seq $turns); do
	for fullness in empty full; do
		use $fullness
		deliver $fullness
	done
done >>"$HOUSE/figures"

# medians of the turns, and what a full journal leaves of the figure
sort -k 1,1 -k 2,2g "$HOUSE/figures" | awk -F '\t' -v OFS='\t' '
	{ value[$1, ++n[$1]] = $2; unit[$1] = $3 }
	END {
		for (name in n) median[name] = value[name, int((n[name] + 1) / 2)]
		for (name in n) print name, median[name], unit[name]
		for (name in n) if (name ~ /per_second.*_empty$/) {
			other = name
			sub(/_empty$/, "_full", other)
			if (median[name] > 0) printf "%s_kept\t%.3f\tratio\n", other, median[other] / median[name]
		}
	}' | sort
