#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The main job through the real daemon, once with RSA and once with GOST 2015, over HTTP and TLS;
# replies judged by xmlsec1, by openssl over lxml, and by zeep.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open || exit 1

# post FILE: octets as they are; prints the HTTP status, the answer goes to $HOUSE/answer
post()
{
	curl -sS -o "$HOUSE/answer" -w '%{http_code}' -H 'Content-Type: text/xml; charset=utf-8' \
		-H 'SOAPAction: ""' --data-binary "@$1" "$URL"
}

fault_of()
{
	sed -n 's/.*<errorCode>\([^<]*\)<.*/\1/p' "$HOUSE/answer"
}

journal()
{
	pg_sql "SELECT verdict || ' ' || code FROM shepd.journal ORDER BY id DESC LIMIT 1"
}

# main_job FAMILY CITIZEN IIN
main_job()
{
	local family=$1 citizen=$2 iin=$3 out number
	house_submit_form "$iin" 190000000 >"$HOUSE/form.xml"
	out=$(house_send HQ_SUBMIT "$family" "$HOUSE/form.xml" --business-cert "$HOUSE/pki/$family/$citizen.pem" \
		--business-key "$HOUSE/pki/$family/$citizen.key" --placement text \
		--save-request "$HOUSE/request.xml" --save-response "$HOUSE/response.xml" 2>&1)
	is "$family: an application is accepted" $? 0
	has "$family: success is SCSS001" "$out" SCSS001
	number=$(sed -n 's/.*<hq:requestNumber>\([^<]*\)<.*/\1/p' "$HOUSE/response.xml")
	has "$family: it has a number" "$number" '^[A-Z0-9-]+-[0-9]{4}-[0-9]{6}$'
	ok "$family: openssl over lxml verifies the reply" /usr/bin/python3 "$SRCDIR/tests/lib/outside_judge.py" \
		--module "$BUILDDIR/kzgost.so" --cert "$HOUSE/keys/signing.pem" "$HOUSE/response.xml"
	if [ "$family" = rsa ]; then
		ok "$family: xmlsec1 verifies the reply" xmlsec1 --verify --enabled-reference-uris same-doc \
			--id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body \
			--pubkey-cert-pem "$HOUSE/keys/signing.pem" "$HOUSE/response.xml"
	fi
	for prefix in ds:Signature wsse:Security wsu:Id; do
		ok "$family: the reply has the literal prefix of $prefix" grep -q "[< ]$prefix" "$HOUSE/response.xml"
	done

	house_status_form "$iin" "$number" >"$HOUSE/status.xml"
	out=$(house_send HQ_STATUS "$family" "$HOUSE/status.xml" --save-response "$HOUSE/status-response.xml" 2>&1)
	is "$family: its state is told" $? 0
	for word in "$iin" "$number" '20[0-9]{2}-[0-9]{2}-[0-9]{2}</'; do
		has "$family: the state has $word" "$(cat "$HOUSE/status-response.xml")" "$word"
	done

	is "$family: the same message again is answered" "$(post "$HOUSE/request.xml")" 200
	ok "$family: with the stored octets" cmp "$HOUSE/answer" "$HOUSE/response.xml"
	is "$family: and journalled as repeated" "$(journal)" "repeated OK"
	is "$family: one application is there" \
		"$(pg_sql "SELECT count(*) FROM shepd.hq_application WHERE iin = '$iin'")" 1

	house_spoil letter <"$HOUSE/request.xml" >"$HOUSE/bad.xml"
	is "$family: one letter changed is a fault" "$(post "$HOUSE/bad.xml")" 500
	is "$family: SCE006" "$(fault_of)" SCE006
	has "$family: journalled with its rule" "$(journal)" '^refused SIG_DIGEST$'
	house_spoil wrap <"$HOUSE/request.xml" >"$HOUSE/bad.xml"
	post "$HOUSE/bad.xml" >/dev/null
	is "$family: a wrapped Body is SCE006" "$(fault_of)" SCE006
	house_spoil unsign <"$HOUSE/request.xml" >"$HOUSE/bad.xml"
	post "$HOUSE/bad.xml" >/dev/null
	is "$family: no signature is SCE007" "$(fault_of)" SCE007
	ok "$family: a stranger's fault is not signed" bash -c "! grep -q SignatureValue '$HOUSE/answer'"
	"$BUILDDIR/shepctl" send --url "$URL" --service HQ_STATUS --sender pep --secret-file "$HOUSE/secret" \
		--cert "$HOUSE/pki/$family/other-gateway.pem" --key "$HOUSE/pki/$family/other-gateway.key" \
		--save-response "$HOUSE/answer" "$HOUSE/status.xml" >/dev/null 2>&1
	is "$family: a certificate of another CA is SCE005" "$(fault_of)" SCE005
}

house_start || exit 1
main_job rsa person 000101300019

# --- a foreign client reads the contract and calls ------------------------------------------------
number=$(pg_sql "SELECT number FROM shepd.hq_application WHERE iin = '000101300019'")
for form in binary-token x509-data; do
	out=$(/usr/bin/python3 "$SRCDIR/tests/integration/zeep_client.py" --wsdl "$URL?wsdl" --form $form \
		--key "$HOUSE/pki/rsa/gateway.key" --cert "$HOUSE/pki/rsa/gateway.pem" \
		--reply-cert "$HOUSE/keys/signing.pem" --secret "$HOUSE_SECRET" --iin 000101300019 --number "$number" 2>&1)
	has "zeep ($form) is answered" "$out" 'status SCSS001'
	has "zeep ($form) reads the number" "$out" "requestNumber $number"
done
has "the WSDL names the right address" "$(curl -sS "$URL?wsdl")" "location=\"$URL\""
client=${URL%/sync}/async-client
is "the participant's end of the async channel is read by zeep, too" "$(/usr/bin/python3 -c '
import sys, zeep
for service in zeep.Client(sys.argv[1]).wsdl.services.values():
	for port in service.ports.values():
		print(port.binding_options["address"], *sorted(port.binding._operations))' "$client?wsdl" 2>&1)" \
	"$client changeMassageStatusNotification sendMessage"

# --- TLS -----------------------------------------------------------------------------------------
is "TLS serves the contract" \
	"$(curl -sS -o /dev/null -w '%{http_code}' --cacert "$HOUSE/tls-ca.pem" "$TLS_URL?wsdl")" 200
ok "TLS 1.1 is refused" bash -c "! curl -sS -k --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 '$TLS_URL?wsdl' >/dev/null 2>&1"
house_stop
is "SIGTERM ends it cleanly" $? 0

# --- the national algorithms, with a GOST key for the replies ---------------------------------------
house_sign_with gost/gateway
house_start || exit 1
main_job gost person2 000101300029
finish
