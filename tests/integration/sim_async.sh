#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepsim's async channel: ids, chains, PUSH and PULL, statuses, notifications, who may ask what, and each
# misbehaviour towards a participant, seen by that participant (python) and in the spool.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/sim.sh"
trap sim_close EXIT
sim_open || exit 1
sim_participant || exit 1
printf other >"$SIM/other"
cat >"$SIM/registry" <<R
participant pep secret-file $SIM/secret push $SIM_PUSH?consumer # is told what became of his messages
participant akimat push $SIM_PUSH password-file $SIM/other
participant bank
service HQ_SUBMIT provider akimat
service HQ_PULL provider bank
R

# of FIELD: out of the last answer
of()
{
	sed -n "s/^$1 //p" <<<"$out" | head -n 1
}

# came N: so many requests have reached the participant
came()
{
	[ "$(wc -l <"$SIM/received/log" 2>/dev/null || echo 0)" -ge "$1" ]
}

# put [fields...]: a message; its number in $id, of its chain in $chain
put()
{
	out=$(sim_call sendMessage "$@")
	id=$(of messageId)
	chain=$(of correlationId)
}

state_of()
{
	sed -n 's/^state: //p' "$SIM/spool/state/$(printf %012d "$1")"
}
state_is()
{
	[ "$(state_of "$1")" = "$2" ]
}
# begin again: an empty log, a script of these lines
begin()
{
	sim_stop
	rm -rf "$SIM/spool" "$SIM/received/log" "$SIM/received/behave"
	printf '%s\n' "$@" >"$SIM/script"
	sim_start --retry 50 --foreign-cert "$SIM/pki/rsa/other-gateway.pem" --foreign-key "$SIM/pki/rsa/other-gateway.key"
}

# --- PUSH --------------------------------------------------------------------------------------------------
begin '' || exit 1
out=$(sim_call sendMessage serviceId=HQ_SUBMIT --save "$SIM/ack.xml" --data '<data x="1"><a xmlns="urn:a">ы &amp; </a></data>')
id=$(of messageId) chain=$(of correlationId) session=$(of sessionId)
has "the gateway gives numbers" "$id $chain" '^[0-9]+ [0-9]+$'
has "and a session" "$session" '^\{[0-9a-f-]{36}\}$'
ok "xmlsec1 verifies the acknowledgement" xmlsec1 --verify --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body --pubkey-cert-pem "$SIM/pki/rsa/gateway.pem" "$SIM/ack.xml"
ok "it is brought" sim_until came 2
has "as a REQUEST of that chain" "$(sed -n 1p "$SIM/received/log")" "^sendMessage $id $chain REQUEST good"
for want in "<sessionId>$session<" '<senderId>pep<' '<password>other<' '<data x="1"><a xmlns="urn:a">ы &amp; </a></data>'; do
	ok "with $want" grep -qF "$want" "$SIM/received/0001.xml"
done
ok "xmlsec1 verifies what is brought" xmlsec1 --verify --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body --pubkey-cert-pem "$SIM/pki/rsa/gateway.pem" "$SIM/received/0001.xml"
has "its sender is told" "$(sed -n 2p "$SIM/received/log")" "^changeMassageStatusNotification $id - DELIVERED"
out=$(sim_call getMessageStatus messageId="$id")
is "getMessageStatus" "$(of messageState) $(of statusCode)" "DELIVERED SCSS001"
put serviceId=HQ_SUBMIT messageType=NOTIFICATION correlationId="$chain" senderId=akimat password=x
is "an answer of the provider keeps its chain" "$(of correlationId)" "$chain"
ok "and goes to the consumer" sim_until grep -q "^sendMessage $id $chain NOTIFICATION" "$SIM/received/log"
for type in UPDATE RESPONSE; do
	put serviceId=HQ_SUBMIT messageType=$type correlationId="$chain"
	ok "$type is brought" sim_until grep -q "^sendMessage $id $chain $type" "$SIM/received/log"
done
is "the same messageId, the same acknowledgement" \
	"$(sim_call sendMessage serviceId=HQ_SUBMIT messageId=own-1 | grep -v Date)" "$(sim_call sendMessage serviceId=HQ_SUBMIT messageId=own-1 | grep -v Date)"
is "it is there once" "$(grep -l 'own-id: own-1' "$SIM"/spool/messages/* | wc -l)" 1
put serviceId=HQ_SUBMIT messageId=own-1 senderId=akimat
ok "another sender's is another message" eval '[ "$(grep -l "own-id: own-1" "$SIM"/spool/messages/* | wc -l)" = 2 ]'

# --- who may -----------------------------------------------------------------------------------------------
refused()
{
	local what=$1 code=$2
	shift 2
	out=$(sim_call "$@")
	is "$what" "$(of http) $(of errorCode)" "500 $code"
}
refused "a service of nobody" SCE004 sendMessage serviceId=NO_SUCH
refused "a stranger" SCE004 sendMessage serviceId=HQ_SUBMIT senderId=who
refused "a wrong password" SCE004 sendMessage serviceId=HQ_SUBMIT password=x
refused "no such chain" SCE001 sendMessage serviceId=HQ_SUBMIT messageType=RESPONSE correlationId=999999
refused "a chain that is no number" SCE001 sendMessage serviceId=HQ_SUBMIT messageType=RESPONSE correlationId=../../x
refused "no chain" SCE001 sendMessage serviceId=HQ_SUBMIT messageType=RESPONSE
refused "no such message" SCE001 getMessageStatus messageId=999999
refused "another one's message" SCE004 getMessageStatus messageId="$id" senderId=bank
refused "a notification by who did not receive it" SCE004 sendDeliveryNotification messageId="$id" serviceId=HQ_SUBMIT senderId=bank
refused "a type that is none" SCE001 sendMessage serviceId=HQ_SUBMIT messageType=X

# --- the participant does not take it ---------------------------------------------------------------------------
begin ''
echo '503 garbage fault:SCE909 good' >"$SIM/received/behave"
put serviceId=HQ_SUBMIT
first=$id
ok "503, garbage and SCE909 are tried again" sim_until grep -q "^sendMessage $first .* good" "$SIM/received/log"
is "in three more attempts" "$(grep -c "^sendMessage $first" "$SIM/received/log")" 4
is "each is an event" "$(sim_events failed)" 3
echo 'fault:SCE001' >"$SIM/received/behave"
put serviceId=HQ_SUBMIT
ok "another fault ends it" sim_until state_is "$id" DELIVERY_STOPPED
echo 'empty' >"$SIM/received/behave"
put serviceId=HQ_SUBMIT
ok "an empty acknowledgement is one" sim_until state_is "$id" DELIVERED
for _ in 1 2 3 4 5 6; do printf '500 '; done >"$SIM/received/behave"
put serviceId=HQ_SUBMIT
put serviceId=HQ_SUBMIT messageType=UPDATE correlationId="$chain"
ok "what could not be brought keeps its chain waiting" sim_until state_is "$id" DELIVERED
grep "^sendMessage .* $chain " "$SIM/received/log" | awk '$5 == "good" { print $4 }' >"$SIM/order"
is "so the order stays" "$(tr '\n' ' ' <"$SIM/order")" "REQUEST UPDATE "
sim_stop
echo '500 500 500' >"$SIM/received/behave"
sim_start --retry 10 --attempts 2 || exit 1
put serviceId=HQ_SUBMIT
ok "it is given up" sim_until state_is "$id" NOT_DELIVERED
ok "which is an event" test "$(sim_events given-up)" -ge 1

# --- PULL ----------------------------------------------------------------------------------------------------
begin ''
for i in 1 2 3; do
	put serviceId=HQ_PULL --data "<data><n>$i</n></data>"
	ids[$i]=$id
	chains[$i]=$chain
done
fetch()
{
	out=$(sim_call getMessages serviceId=HQ_PULL senderId=bank --save "$SIM/pulled.xml" "$@")
	sed -n 's/^n //p' <<<"$out" | tr '\n' ' '
}
is "all of a service" "$(fetch)" "1 2 3 "
ok "signed" xmlsec1 --verify --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body --pubkey-cert-pem "$SIM/pki/rsa/gateway.pem" "$SIM/pulled.xml"
is "as many as wanted" "$(fetch amount=2)" "1 2 "
is "by messageId" "$(fetch messageId="${ids[2]}")" "2 "
is "by correlationId" "$(fetch correlationId="${chains[3]}")" "3 "
is "they stay until they are acknowledged" "$(fetch)" "1 2 3 "
notify()
{
	out=$(sim_call sendDeliveryNotification serviceId=HQ_PULL senderId=bank "$@")
	has "a notification has a number" "$(of notificationId)" '^[0-9]+$'
}
notify messageId="${ids[1]}"
is "the accepted one is gone" "$(fetch)" "2 3 "
ok "its sender is told" sim_until grep -q "^changeMassageStatusNotification ${ids[1]} - DELIVERED" "$SIM/received/log"
notify messageId="${ids[2]}" receiveStatus=MESSAGE_NOT_ACCTEPTED resendMessage=RESEND
is "one to be sent again stays" "$(fetch)" "2 3 "
notify messageId="${ids[2]}" receiveStatus=MESSAGE_NOT_ACCTEPTED resendMessage=NOT_RESEND
is "a refused one is gone" "$(fetch)" "3 "
out=$(sim_call getMessageStatus messageId="${ids[2]}")
is "and not delivered" "$(of messageState)" NOT_DELIVERED
out=$(sim_call getMessages serviceId=HQ_PULL senderId=akimat)
is "nobody fetches another one's" "$(of n)" ""
sim_stop
sim_start || exit 1
is "all of it outlives a restart" "$(fetch)" "3 "
before=$id
put serviceId=HQ_PULL
ok "and numbers go on" test "$id" -gt "$before"

# --- misbehaviour towards the participant -----------------------------------------------------------------------
# push RULE: one message under it
push()
{
	begin "on push times 1 do $1"
	put serviceId=HQ_SUBMIT
}
pushed()
{
	grep -c '^sendMessage\|^- ' "$SIM/received/log" 2>/dev/null
}
push drop
ok "drop: told" sim_until test "$(sim_events dropped)" -eq 1
sleep 0.3
ok "drop: nothing came" test ! -e "$SIM/received/log"
for deed in duplicate unheard; do
	push $deed
	ok "$deed: comes twice" sim_until eval "[ \$(grep -c '^sendMessage $id ' '$SIM/received/log') = 2 ]"
	ok "$deed: and is delivered" sim_until state_is "$id" DELIVERED
done
push forget
ok "forget is of no use there: delivered" sim_until state_is "$id" DELIVERED
begin 'on sendMessage times 1 do forget'
put serviceId=HQ_SUBMIT
has "forget: acknowledged" "$id" '^[0-9]+$'
sleep 0.3
ok "forget: never brought" test ! -e "$SIM/received/log"
is "forget: it is on its way for ever" "$(state_of "$id")" ON_DELIVERY
begin 'on push nth 1 do reorder 500'
put serviceId=HQ_SUBMIT
put serviceId=HQ_SUBMIT messageType=UPDATE correlationId="$chain"
ok "reorder: both come" sim_until eval '[ "$(grep -c ^sendMessage "$SIM/received/log")" = 2 ]'
is "reorder: the later one first" "$(awk '/^sendMessage/ { print $4 }' "$SIM/received/log" | tr '\n' ' ')" "UPDATE REQUEST "
begin 'on push nth 1 do late 500'
put serviceId=HQ_SUBMIT
put serviceId=HQ_SUBMIT messageType=UPDATE correlationId="$chain"
ok "late: both come" sim_until eval '[ "$(grep -c ^sendMessage "$SIM/received/log")" = 2 ]'
is "late: in their order" "$(awk '/^sendMessage/ { print $4 }' "$SIM/received/log" | tr '\n' ' ')" "REQUEST UPDATE "

# spoiled DEED WHAT COMMAND: what came first is bad, and comes again as it should be
spoiled()
{
	echo 500 >"$SIM/behave-first"
	sim_stop
	rm -rf "$SIM/spool" "$SIM/received/log"
	cp "$SIM/behave-first" "$SIM/received/behave"
	echo "on push times 1 do $1" >"$SIM/script"
	sim_start --retry 50 --foreign-cert "$SIM/pki/rsa/other-gateway.pem" --foreign-key "$SIM/pki/rsa/other-gateway.key" || return 1
	local n
	n=$(find "$SIM/received" -name '*.xml' | wc -l)
	put serviceId=HQ_SUBMIT
	ok "$1: delivered in the end" sim_until state_is "$id" DELIVERED
	bad=$SIM/received/$(printf %04d $((n + 1))).xml
	good=$SIM/received/$(printf %04d $((n + 2))).xml
	ok "$1: $2" eval "$3"
	ok "$1: then it is right" believed "$good"
}
believed()
{
	xmlsec1 --verify --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body --pubkey-cert-pem "$SIM/pki/rsa/${2:-gateway}.pem" "$1" 2>/dev/null
}
spoiled half "it ends in the middle" '! xmllint --noout "$bad" 2>/dev/null && grep -q "<soap:Envelope" "$bad"'
spoiled garbage "no XML" '! xmllint --noout "$bad" 2>/dev/null'
spoiled alter "the signature is wrong" '! believed "$bad" && xmllint --noout "$bad"'
spoiled foreign "another key" 'believed "$bad" other-gateway && ! believed "$bad"'
spoiled unsigned "no signature" '! grep -q Signature "$bad"'
push 'http 500'
ok "what concerns callers is of no use there" sim_until state_is "$id" DELIVERED
begin 'on notify times 1 do duplicate'
put serviceId=HQ_SUBMIT
ok "notify: misbehaves, too" sim_until eval '[ "$(grep -c "^changeMassage" "$SIM/received/log")" = 2 ]'

# --- to who calls, on this channel -----------------------------------------------------------------------------
begin 'on sendMessage nth 1 do close' 'on getMessages nth 1 do reset' 'on getMessageStatus nth 1 do fault SCE909' 'on sendDeliveryNotification nth 1 do half'
out=$(sim_call sendMessage serviceId=HQ_SUBMIT messageId=lost)
is "close: no answer" "$out" "trouble RemoteDisconnected"
put serviceId=HQ_SUBMIT messageId=lost
has "close: it was taken; who asks again has its number" "$id" '^[0-9]+$'
is "close: once" "$(grep -l 'own-id: lost' "$SIM"/spool/messages/* | wc -l)" 1
is "reset" "$(sim_call getMessages serviceId=HQ_PULL senderId=bank)" "trouble ConnectionResetError"
out=$(sim_call getMessageStatus messageId="$id")
is "fault" "$(of errorCode)" SCE909
has "in its operation's element" "$(sim_call getMessageStatus messageId=999999 --save "$SIM/fault.xml"; cat "$SIM/fault.xml")" getMessageStatusFault1_getMessageStatusFault
has "half" "$(sim_call sendDeliveryNotification messageId="$id" serviceId=HQ_SUBMIT senderId=akimat)" 'trouble IncompleteRead'

# --- zeep reads the contract and calls --------------------------------------------------------------------------
is "zeep" "$(/usr/bin/python3 "$SRCDIR/tests/lib/zeep_async.py" "$SIM_URL/async?wsdl" "$SIM/pki/rsa/system.key" "$SIM/pki/rsa/system.pem" "$SIM/pki/rsa/gateway.pem" 2>&1)" \
	"getMessageStatus getMessages sendDeliveryNotification sendMessage: ON_DELIVERY 1"
finish
