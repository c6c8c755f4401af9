#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Workers and PostgreSQL are killed under load; every message ends up with exactly one effect, and what
# was acknowledged is there: lost 0, doubled 0. FAULT_MESSAGES: how many; FAULT_ROUNDS: worker kills.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
messages=${FAULT_MESSAGES:-400}
rounds=${FAULT_ROUNDS:-10}
house_open || exit 1
house_start 'workers = 4;' || exit 1

mkdir "$HOUSE/messages"
house_submit_form 000101300019 191@N@ >"$HOUSE/form.xml"
ok "$messages messages are signed" "$BUILDDIR/tests/bench/load" write rsa "$HOUSE/messages" "$HOUSE/pki" \
	"$HOUSE_SECRET" "$HOUSE/form.xml" HQ_SUBMIT 0 "$messages" 0 0

/usr/bin/python3 "$SRCDIR/tests/faults/sender.py" "$URL" "$HOUSE/messages" "$HOUSE/outcomes" &
sender=$!
killed=0
for round in $(seq "$rounds"); do
	sleep 0.2
	worker=$(pgrep -P "$HOUSE_PID" | shuf -n 1)
	[ -z "$worker" ] || { kill -9 "$worker" && killed=$((killed + 1)); }
	if [ "$round" -eq $((rounds / 2)) ]; then
		pg_kill
		sleep 0.5
		pg_up
	fi
done
wait "$sender"
is "every message is settled" $? 0
ok "workers were killed ($killed)" test "$killed" -gt 0
ok "the master lives" kill -0 "$HOUSE_PID"

# what the sender was told against what is there
pg_sql "SELECT number FROM shepd.hq_application ORDER BY 1" >"$HOUSE/effects"
awk '{ print $3 }' "$HOUSE/outcomes" | sort >"$HOUSE/told"
lost=$(comm -23 "$HOUSE/told" <(sort "$HOUSE/effects") | wc -l)
doubled=$(($(wc -l <"$HOUSE/effects") - $(sort -u "$HOUSE/told" | wc -l)))
is "acknowledged and not there" "$lost" 0
is "effects that nobody was told of" "$doubled" 0
is "each effect once" "$(wc -l <"$HOUSE/effects")" "$messages"
is "journal: one accepted row a message" \
	"$(pg_sql "SELECT count(*) || ' ' || count(DISTINCT message_id) FROM shepd.journal WHERE verdict = 'accepted'")" \
	"$messages $messages"
is "numbers without a gap" \
	"$(pg_sql "SELECT max(substring(number from '[0-9]{6}\$')::int) FROM shepd.hq_application")" "$messages"
echo "sent again: $(awk '$2 > 1' "$HOUSE/outcomes" | wc -l) of $messages"
echo "lost $lost, doubled $doubled"
finish
