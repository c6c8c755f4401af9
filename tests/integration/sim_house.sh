#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The gateway in a box before the real daemon: a portal's call goes through shepsim to shepd and back, each
# signing for itself; messages are brought to /async-client, and what shepd refuses ends there.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
. "$SRCDIR/tests/lib/sim.sh"
trap 'sim_close; house_close' EXIT
house_open --no-fsync || exit 1
sim_open || exit 1
rm -rf "$SIM/pki"
cp -r "$HOUSE/pki" "$SIM/pki"
sed -i 's/async = false;/async = true;/' "$HOUSE/shepd.conf"
house_start 'workers = 1;' || exit 1
cat >"$SIM/registry" <<R
participant pep secret-file $SIM/secret
participant akimat sync $URL push http://127.0.0.1:$PORT/async-client password-file $HOUSE/secret
participant down sync http://127.0.0.1:9/sync
service HQ_SUBMIT provider akimat
service HQ_STATUS provider akimat
service DOWN provider down
R
sim_start --retry 50 || exit 1

# --- relayed ---------------------------------------------------------------------------------------------
house_submit_form 000101300019 190000000 >"$SIM/form.xml"
sign="--business-cert $HOUSE/pki/rsa/person.pem --business-key $HOUSE/pki/rsa/person.key"
for placement in text child; do
	# shellcheck disable=SC2086
	out=$(sim_send HQ_SUBMIT "$SIM/form.xml" $sign --placement $placement --save-response "$SIM/answer.xml" 2>&1)
	has "$placement: the business signature outlives the relay" "$out" 'SCSS001'
done
number=$(sed -n 's/.*<hq:requestNumber>\([^<]*\)<.*/\1/p' "$SIM/answer.xml")
has "there is an application" "$(pg_sql 'SELECT count(*) FROM shepd.hq_application')" '^[12]$'
out=$(sim_send HQ_STATUS "$SIM/form.xml" 2>&1)
has "the provider's fault is told as an inner one" "$out" 'SCE909'
has "with what it was" "$out" "faultData: the provider's fault: SCE001"
has "and so is a provider who is not there" "$(sim_send DOWN "$SIM/form.xml" 2>&1)" 'fault: SCE909'

# --- the daemon's own way to the gateway, known by now ----------------------------------------------------
cat >"$HOUSE/shepd.conf.d/gateway.conf" <<C
receivers: ( { name = "shep"; url = "$SIM_URL/async"; sender_id = "akimat"; secret_file = "../secret";
	certificates = ( "../pki/rsa/gateway.pem" ); seconds = 20; retry_first = 1; retry_longest = 2; } );
profiles: ( { service_id = "HQ_SUBMIT"; sender_id = "*"; direction = "in"; receiver = "shep"; delivery = "push"; },
	{ service_id = "HQ_SUBMIT"; direction = "out"; receiver = "shep"; placement = "child"; sign_data = "none"; } );
C
has "the configuration is right" "$("$BUILDDIR/shepctl" check --no-database -c "$HOUSE/shepd.conf" 2>&1; echo "code $?")" 'code 0'
kill -HUP "$HOUSE_PID"
ok "the daemon has it" sim_until grep -q event=reloaded "$HOUSE/log"

# --- brought ----------------------------------------------------------------------------------------------
state_is()
{
	[ "$(sed -n 's/^state: //p' "$SIM/spool/state/$(printf %012d "$1")")" = "$2" ]
}
data=$(/usr/bin/python3 -c 'import re,sys; print(re.search("<data.*</data>", open(sys.argv[1]).read(), re.S).group(0))' <("$BUILDDIR/shepctl" send --url http://127.0.0.1:9/sync --service HQ_SUBMIT --sender pep --secret-file "$SIM/secret" \
	--cert "$SIM/pki/rsa/system.pem" --key "$SIM/pki/rsa/system.key" $sign --placement child --save-request /dev/stdout "$SIM/form.xml" 2>/dev/null))
out=$(sim_call sendMessage serviceId=HQ_SUBMIT --data "$data")
id=$(sed -n 's/^messageId //p' <<<"$out")
ok "a message is brought, and acknowledged by shepd" sim_until state_is "$id" DELIVERED
is "it is in shepd's inbox" "$(pg_sql "SELECT message_id FROM shepd.inbox")" "$id"
chain=$(sed -n 's/^correlationId //p' <<<"$out")
answered()
{
	sim_call getMessages serviceId=HQ_SUBMIT correlationId="$chain" | grep -q '^messageType RESPONSE'
}
ok "the handler's answer comes back through the gateway" sim_until answered
out=$(sim_call getMessages serviceId=HQ_SUBMIT correlationId="$chain")
has "with the number of the application" "$out" '^requestNumber [A-Z0-9-]+'
answer=$(sed -n 's/^messageId //p' <<<"$out")
sim_call sendDeliveryNotification messageId="$answer" serviceId=HQ_SUBMIT >"$SIM/notified"
delivered()
{
	[ "$(pg_sql "SELECT state FROM shepd.outbox WHERE gateway_message_id = '$answer'")" = DELIVERED ]
}
ok "that the portal has it is told to the daemon" sim_until delivered
out=$(sim_call sendMessage serviceId=HQ_SUBMIT)
id=$(sed -n 's/^messageId //p' <<<"$out")
ok "one without business signature is refused for good" sim_until state_is "$id" DELIVERY_STOPPED
has "for that reason" "$(cat "$SIM/spool/state/$(printf %012d "$id")")" 'SCE0(01|17)'
is "no worker died" "$(grep -c 'event=worker-died' "$HOUSE/log")" 0
finish
