#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepsim's sync channel: registers played, signatures judged by xmlsec1 and openssl, the contract, and each
# misbehaviour of the script as a stranger (curl, python) and `shepctl send` see it.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/sim.sh"
trap sim_close EXIT
sim_open || exit 1
CS=http://message.persistence.interactive.nat

# ask NAME XML...: a request of GBD FL in a file
ask()
{
	local name=$1
	shift
	printf '<cs:request xmlns:cs="%s"><messageId>17</messageId><messageDate>2026-01-01T00:00:00Z</messageDate><senderCode>x</senderCode>%s<kdpToken>t</kdpToken><publicKey>k</publicKey></cs:request>' \
		$CS "$*" >"$SIM/$name.xml"
}
ask found '<iin>000101300019</iin>'

# of FIELD: out of the last answer's text
of()
{
	sed -n "s/^$1 //p" <<<"$out" | head -n 1
}

# --- registers -----------------------------------------------------------------------------------------
sim_start || exit 1
out=$(sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" --save-response "$SIM/answer.xml" 2>&1)
is "GBD FL: found" $? 0
has "GBD FL: 00000" "$out" 'result: 00000'
ok "xmlsec1 verifies the answer" xmlsec1 --verify --enabled-reference-uris same-doc \
	--id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body \
	--pubkey-cert-pem "$SIM/pki/rsa/gateway.pem" "$SIM/answer.xml"

# persons QUERY CODE WORD: what is found, its code, a word in it; valid by the published schema
persons()
{
	local form
	ask query "$2"
	for form in child text; do
		out=$(sim_send "${5:-GBDFL_UniversalServiceSync}" "$SIM/query.xml" --placement $form --save-response "$SIM/answer.xml" 2>&1)
		has "$1 ($form)" "$out" "result: $3"
		has "$1 ($form): $4" "$(cat "$SIM/answer.xml")" "$4"
	done
	# the response as the schema's root element
	/usr/bin/python3 - "$SIM/answer.xml" >"$SIM/response.xml" <<-'P'
		import sys
		from lxml import etree
		data = next(etree.parse(sys.argv[1]).iter("data"))
		root = etree.Element("{http://smartbridge.b10.kz}sendMessageResponse")
		root.extend(list(data))
		sys.stdout.write(etree.tostring(root).decode())
	P
	if [ -d "$SHEPD_SHARED/contract/unifl-xsd" ] && [ -z "${5:-}" ]; then
		ok "$1: valid by the published schema" xmllint --noout --schema "$SHEPD_SHARED/contract/unifl-xsd/sendMessage.xsd" "$SIM/response.xml"
	fi
}
[ -d "$SHEPD_SHARED/contract/unifl-xsd" ] || skip 12 "the published schema of GBD FL is not there"
persons "an unknown IIN is not found" '<iin>000101300020</iin>' 00001 'не найдены'
persons "a person without a registered address" '<iin>000101300029</iin>' 00000 'ҮСЕН'
ok "has none" eval '! grep -q regAddress "$SIM/answer.xml"'
persons "a dead one" '<iin>000101301805</iin>' 00000 '<deathDate>2024-02-29<'
persons "a withdrawn IIN" '<iin>000101301817</iin>' 00000 '<removed>true<'
persons "one declared incapable" '<iin>123456789011</iin>' 00000 personCapableStatus
persons "by names and date of birth" '<surname>ҮЛГІ</surname><name>АСАН</name><birthDate>2000-01-01</birthDate>' 00000 '<iin>000101300019<'
persons "a search without first name finds who has none" '<surname>ҮЛГІ</surname>' 00001 'не найдены'
persons "by a document's number" '<documentNumber>001300018</documentNumber>' 00000 '<iin>000101300019<'
persons "two kinds of search at once" '<iin>000101300019</iin><documentNumber>001300018</documentNumber>' 00002 'одного вида'
persons "the token variant" '<iin>000101300019</iin>' 00000 '<engSurname>ULGI<' GBDFLUniversal_token
ok "has what the other has not" eval '! grep -q engSurname "$SIM/found-answer.xml" 2>/dev/null'
if [ -d "$SHEPD_SHARED/contract/gbdfl-universal-token-xsd" ]; then
	sed 's|<[a-z0-9]*:sendMessageResponse[^>]*>|<data>|; s|</[a-z0-9]*:sendMessageResponse>|</data>|' "$SIM/response.xml" >"$SIM/token.xml"
	ok "valid by its published schema" xmllint --noout --schema "$SHEPD_SHARED/contract/gbdfl-universal-token-xsd/root.xsd" "$SIM/token.xml"
else
	skip 1 "the published schema of the token variant is not there"
fi
sed -i 's|<kdpToken>t</kdpToken>||' "$SIM/query.xml"
has "it wants a token" "$(sim_send GBDFLUniversal_token "$SIM/query.xml" 2>&1)" 'result: 00003'
out=$(sim_call SendMessage messageId=u-1 serviceId=GBDFL_UniversalServiceSync \
	--data "<n:data xmlns:n='http://bip.bee.kz/SyncChannel/v10/Interfaces' xmlns:cs='$CS' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='cs:Request'><messageId>1</messageId><iin>000101300019</iin></n:data>")
is "the usual form: parameters in data itself" "$(of requestId) $(of iin)" "1 000101300019"

# power NUMBER STATUS
power()
{
	printf '<e:PowerOfAttorneyRequest xmlns:e="urn:shepd:enis:1"><e:messageId>1</e:messageId><e:actNumber>%s</e:actNumber></e:PowerOfAttorneyRequest>' "$1" >"$SIM/power.xml"
	out=$(sim_send ENIS_PowerOfAttorney "$SIM/power.xml" --save-response "$SIM/answer.xml" 2>&1)
	has "ENIS: $1" "$(tr -d '\n' <"$SIM/answer.xml")" "$2"
	sed -n '/^payload: /,/^verdict/p' <<<"$out" | sed 's/^payload: //; /^verdict/d' >"$SIM/response.xml"
	ok "ENIS: $1 is valid" xmllint --noout --schema "$SRCDIR/schemas/payload/enis.xsd" "$SIM/response.xml"
}
power 2025-000001 '>ACTIVE<'
power 2025-000002 '>CANCELLED<.*cancelledAt>2025-06-01<'
power 2025-000003 '>EXPIRED<'
power 2025-000009 '>00001<'
has "a service that nobody has" "$(sim_send NO_SUCH "$SIM/found.xml" 2>&1)" 'fault: SCE004'

# --- who calls --------------------------------------------------------------------------------------------
out=$(/usr/bin/python3 "$SRCDIR/tests/lib/channel.py" call "$SIM_URL/sync" SendMessage messageId=x serviceId=x)
is "an unsigned message" "$(of errorCode)" SCE007
out=$(sim_call SendMessage messageId=x serviceId=x --cert "$SIM/pki/rsa/other-gateway.pem" --key "$SIM/pki/rsa/other-gateway.key")
is "of another authority" "$(of errorCode)" SCE005
out=$(sim_call SendMessage messageId=x serviceId=x --cert "$SIM/pki/rsa/gateway.pem")
is "signed with another key" "$(of errorCode)" SCE006
sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" --save-request "$SIM/request.xml" --save-response "$SIM/first.xml" >/dev/null
curl -sS -H 'Content-Type: text/xml' --data-binary "@$SIM/request.xml" "$SIM_URL/sync" >"$SIM/second.xml"
ok "a repeated message is answered with the same octets" cmp "$SIM/first.xml" "$SIM/second.xml"
is "and told as repeated" "$(sim_events repeated)" 1
has "the contract is served" "$(curl -sS "$SIM_URL/sync?wsdl")" "location=\"$SIM_URL/sync\""
has "of the other channel, too" "$(curl -sS "$SIM_URL/async?wsdl")" "location=\"$SIM_URL/async\""
is "nothing else" "$(curl -sS -o /dev/null -w '%{http_code}' "$SIM_URL/x")" 404
ok "it ends well" sim_stop

# --- misbehaviour: RULE, exit of shepctl send, what it says, what a stranger sees ---------------------------
misbehave()
{
	local code
	echo "on SendMessage times 2 do $1" >"$SIM/script"
	sim_start --foreign-cert "$SIM/pki/rsa/other-gateway.pem" --foreign-key "$SIM/pki/rsa/other-gateway.key" || return 1
	out=$(sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" 2>&1)
	code=$?
	is "$1: exit of shepctl send" $code "$2"
	has "$1: it says" "$out" "$3"
	has "$1: a stranger sees" "$(sim_call SendMessage messageId="m-$1" serviceId=GBDFL_UniversalServiceSync \
		--save "$SIM/bad.xml" --data '<data><messageId>1</messageId><iin>000101300019</iin></data>')" "$4"
	out=$(sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" 2>&1)
	is "$1: then all is well again" $? 0
	sim_stop
}
misbehave "http 503" 3 'http: 503' '^http 503'
misbehave "fault SCE909" 1 'fault: SCE909' '^errorCode SCE909'
misbehave "fault SCE015" 1 'fault: SCE015' '^errorCode SCE015'
misbehave deaf 3 HTTP_ '^trouble RemoteDisconnected'
misbehave close 3 HTTP_ '^trouble RemoteDisconnected'
misbehave reset 3 HTTP_ '^trouble ConnectionResetError'
misbehave half 3 HTTP_ '^trouble IncompleteRead'
misbehave garbage 3 XML_ '^trouble no XML'
misbehave alter 3 'SIG_DIGEST' '^code SCSS001'
ok "xmlsec1 does not believe it" eval '! xmlsec1 --verify --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body --pubkey-cert-pem "$SIM/pki/rsa/gateway.pem" "$SIM/bad.xml" 2>/dev/null'
misbehave foreign 3 'PKI_UNKNOWN_ISSUER' '^code SCSS001'
ok "its signature holds, but by another key" xmlsec1 --verify --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body --pubkey-cert-pem "$SIM/pki/rsa/other-gateway.pem" "$SIM/bad.xml"
misbehave unsigned 3 'not signed' '^code SCSS001'
ok "there is no signature" eval '! grep -q Signature "$SIM/bad.xml"'

echo 'on SendMessage nth 1 do late 4000' >"$SIM/script"
sim_start || exit 1
begin=$(date +%s%N)
sim_call SendMessage messageId=late serviceId=x >"$SIM/late" &
late=$!
before=$(sim_events accepted)
sim_until eval '[ "$(sim_events accepted)" -gt '$before' ]'
sim_call SendMessage messageId=soon serviceId=x >/dev/null
ok "late: another one is not kept waiting" kill -0 $late
wait $late
ok "late: after its time" test $((($(date +%s%N) - begin) / 1000000)) -ge 4000
sim_stop

# --- when: counted over connections, by service, by chance ------------------------------------------------
cat >"$SIM/script" <<'S'
seed 7 # the same run each time
on SendMessage service NO_SUCH every 2 do http 500
on SendMessage service GBDFL_UniversalServiceSync nth 2-3 do http 502
on SendMessage service ENIS_PowerOfAttorney chance 0.5 do http 504
S
statuses()
{
	for i in $(seq "$2"); do
		sim_call SendMessage messageId="$1-$i-$RANDOM$RANDOM" serviceId="$1" --data '<data><messageId>1</messageId><actNumber>1</actNumber></data>' | sed -n 's/^http //p'
	done | tr '\n' ' '
}
sim_start || exit 1
is "nth: the second and third" "$(statuses GBDFL_UniversalServiceSync 4)" "200 502 502 200 "
before=$(sim_events misbehaved)
is "every: all are refused" "$(statuses NO_SUCH 4)" "500 500 500 500 "
is "every: each other one by the script" $(($(sim_events misbehaved) - before)) 2
chances=$(statuses ENIS_PowerOfAttorney 20)
has "chance: some" "$chances" 504
has "chance: not all" "$chances" 200
sim_stop
sim_start || exit 1
is "chance: the same again by the same seed" "$(statuses ENIS_PowerOfAttorney 20)" "$chances"
sim_stop

# --- mistakes of who writes a script ------------------------------------------------------------------------
for line in "on nothing do half" "on SendMessage half" "on SendMessage do sing" "on push nth x do drop" "seed x" "on SendMessage do foreign" "on SendMessage do http 99" "on SendMessage chance 2 do half" "say"; do
	echo "$line" >"$SIM/script"
	has "refused: $line" "$("$BUILDDIR/shepsim" --listen 127.0.0.1:0 --data-dir "$SRCDIR" --spool "$SIM/spool" --script "$SIM/script" 2>&1; echo "code $?")" 'code 1'
done
rm "$SIM/script"

# --- keys ---------------------------------------------------------------------------------------------------
sim_start --cert "$SIM/pki/gost/gateway.pem" --key "$SIM/pki/gost/gateway.key" --sign-data || exit 1
out=$(sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" --save-response "$SIM/gost.xml" 2>&1)
is "GOST 2015: believed" $? 0
ok "GOST 2015: openssl over lxml verifies it" /usr/bin/python3 "$SRCDIR/tests/lib/outside_judge.py" --module "$BUILDDIR/kzgost.so" \
	--cert "$SIM/pki/gost/gateway.pem" "$SIM/gost.xml"
/usr/bin/python3 "$SRCDIR/tests/lib/stand_in.py" --data <(sed 's/<data [^>]*>/<data>/' "$SIM/gost.xml") >/dev/null
is "--sign-data: two signatures" "$(grep -o '<ds:Signature ' "$SIM/gost.xml" | wc -l)" 2
/usr/bin/python3 -c 'import re,sys; print(re.search("<data .*</data>", open(sys.argv[1]).read(), re.S).group(0))' "$SIM/gost.xml" >"$SIM/data.xml"
has "and the data's holds" "$("$BUILDDIR/shepctl" inspect --trust "$SIM/pki/trust" "$SIM/data.xml")" accepted
sim_stop
sim_start --issuer-serial || exit 1
mkdir -p "$SIM/partners"
cp "$SIM/pki/rsa/gateway.pem" "$SIM/partners/"
out=$(sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" --partners "$SIM/partners" --save-response "$SIM/serial.xml" 2>&1)
is "by issuer and serial: believed by who has the certificate" $? 0
ok "it is not in the message" eval 'grep -q X509IssuerSerial "$SIM/serial.xml" && ! grep -qE "KeyIdentifier|X509Certificate" "$SIM/serial.xml"'
out=$(sim_send GBDFL_UniversalServiceSync "$SIM/found.xml" 2>&1)
is "and not by who has it not" $? 3
sim_stop

# --- without any key or trust ---------------------------------------------------------------------------------
"$BUILDDIR/shepsim" --listen 127.0.0.1:0 --ready "$SIM/open" --data-dir "$SRCDIR" --spool "$SIM/open-spool" >"$SIM/said" 2>&1 &
SIM_PID=$!
sim_until test -s "$SIM/said"
has "it says that it judges nothing" "$(cat "$SIM/said")" 'not judged: no --trust; answers are not signed'
out=$(/usr/bin/python3 "$SRCDIR/tests/lib/channel.py" call "http://127.0.0.1:$(cat "$SIM/open")/sync" SendMessage messageId=1 \
	serviceId=GBDFL_UniversalServiceSync --data '<data><messageId>1</messageId><iin>000101300019</iin></data>')
is "who has no key yet can begin" "$(of iin)" 000101300019
plain() { /usr/bin/python3 "$SRCDIR/tests/lib/channel.py" call "http://127.0.0.1:$(cat "$SIM/open")/async" "$@"; }
plain sendMessage serviceId=ANY senderId=a --data '<data><n>1</n></data>' >"$SIM/taken"
has "and send anything" "$(cat "$SIM/taken")" '^correlationId [0-9]+$'
has "which another one fetches" "$(plain getMessages serviceId=ANY senderId=b)" '^n 1$'
ok "and not who sent it" eval '! plain getMessages serviceId=ANY senderId=a | grep -q "^n "'
is "nobody beyond this machine is listened to" \
	"$(awk -v p=":$(printf %04X "$(cat "$SIM/open")")" '$4 == "0A" && index($2, p) { print $2 }' /proc/net/tcp /proc/net/tcp6)" \
	"0100007F:$(printf %04X "$(cat "$SIM/open")")"
sim_stop
is "a line that is wrong" "$("$BUILDDIR/shepsim" --listen 2>/dev/null; echo $?)" 2
finish
