#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# PULL with the real daemon: messages are asked for, taken once though given twice, handled, and reported on; what
# is refused is reported with its code; an answer that is not believed brings nothing.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
gateway=
end()
{
	[ -z "$gateway" ] || kill "$gateway" 2>/dev/null
	house_close
}
trap end EXIT
house_open --no-fsync || exit 1
one=$HOUSE/one
mkdir "$one"
cp "$HOUSE/pki/rsa/system".* "$one/"
/usr/bin/python3 "$SRCDIR/tests/lib/receiver.py" "$one" "$one/system.key" "$one/system.der" "$HOUSE/pki/rsa/employee.key" \
	"$HOUSE/pki/rsa/employee.der" >"$one/port" 2>"$one/errors" </dev/null &
gateway=$!
until [ -s "$one/port" ]; do sleep 0.1; done
cat >"$HOUSE/shepd.conf.d/gateway.conf" <<C
receivers: ( { name = "one"; url = "http://127.0.0.1:$(cat "$one/port")/async/"; sender_id = "we"; secret_file = "../secret";
	certificates = ( "../pki/rsa/system.pem" ); retry_first = 1; retry_longest = 2; } );
services: ( { service_id = "BOX"; handler = "mailbox.keep"; profile = "none"; callers = ( "pep" ); sync = false; async = true; } );
profiles: ( { service_id = "BOX"; direction = "in"; receiver = "one"; delivery = "pull"; pull_seconds = 1; amount = 5; },
	{ service_id = "BOX"; direction = "out"; receiver = "one"; } );
C
# waits until the command says what is wanted
until_is()
{
	local what=$1 wanted=$2 try=0
	shift 2
	until [ "$("$@" 2>/dev/null)" = "$wanted" ]; do
		sleep 0.1
		try=$((try + 1))
		[ $try -lt 400 ] || break
	done
	is "$what" "$("$@")" "$wanted"
}
report() { grep "^$1 " "$one/reports" | tail -n 1; }

# the first two answers are not believed
printf '%s\n' 'getMessages wrong-key 1' 'getMessages unsigned 1' >"$one/script"
cat >"$one/mailbox" <<C
p1 BOX pep $HOUSE_SECRET <a xmlns="urn:a">one</a>
p2 BOX pep $HOUSE_SECRET <a xmlns="urn:a">two</a>
p3 NONE pep $HOUSE_SECRET <a xmlns="urn:a">three</a>
p4 BOX pep wrong <a xmlns="urn:a">four</a>
p5 BOX pep $HOUSE_SECRET text that is no document
C
house_start 'workers = 1;' || exit 1
until_is "a pulled message is reported as accepted" "p1 MESSAGE_ACCEPTED NOT_RESEND -" report p1
until_is "so is the next" "p2 MESSAGE_ACCEPTED NOT_RESEND -" report p2
is "the first two answers brought nothing" "$(awk '$1 == "getMessages" {print $NF}' "$one/calls" | head -n 3 | xargs)" "wrong-key unsigned take"
until_is "its handler has run" "p1 HANDLED one p2 HANDLED two" pg_sql "SELECT string_agg(message_id || ' ' || state || ' ' ||
	substring(convert_from(payload, 'UTF8') from '>([a-z]*)<'), ' ' ORDER BY id) FROM shepd.inbox"
is "the journal says how it came" "$(pg_sql "SELECT verdict || ' ' || operation || ' ' || peer FROM shepd.journal WHERE message_id = 'p1' AND verdict = 'pulled'")" "pulled getMessages one"
until_is "what is of no service of ours is refused" ROUTE_SERVICE pg_sql "SELECT DISTINCT code FROM shepd.journal WHERE message_id = 'p3'"
until_is "a wrong secret is refused for good, and told" "p4 MESSAGE_NOT_ACCTEPTED NOT_RESEND SCE004" report p4
until_is "and what is no document" "p5 MESSAGE_NOT_ACCTEPTED NOT_RESEND SCE001" report p5
# given once more, as if the report had been lost
: >"$one/reports"
until_is "a message that is given again is known" t pg_sql "SELECT count(*) > 0 FROM shepd.journal WHERE message_id = 'p1' AND verdict = 'repeated'"
until_is "and reported on again" "p1 MESSAGE_ACCEPTED NOT_RESEND -" report p1
is "and has one effect" "$(pg_sql "SELECT count(*) FROM shepd.inbox WHERE message_id = 'p1'")" 1
house_stop
is "the daemon ends well" $? 0
finish
