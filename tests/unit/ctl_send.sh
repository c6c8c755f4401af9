#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl send against a stand-in that answers with a file: what it sends, what it believes, how it
# ends. The whole way against the daemon is tests/integration's.
set -u
. "$SRCDIR/tests/lib/check.sh"
ctl=$BUILDDIR/shepctl
pki=$BUILDDIR/testpki
dir=$(mktemp -d "${TMPDIR:-/tmp}/shepd-send.XXXXXX") || exit 1
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT

python3 "$SRCDIR/tests/lib/stand_in.py" "$dir" >"$dir/port" &
server=$!
for _ in $(seq 100); do
	[ -s "$dir/port" ] && break
	sleep 0.1
done
url=http://127.0.0.1:$(cat "$dir/port")/sync
echo machine-made >"$dir/secret"
echo '<?xml version="1.0" encoding="UTF-8"?><p:Ask xmlns:p="urn:p"><p:text>Сұрақ &lt;1&gt;</p:text></p:Ask>' >"$dir/payload.xml"

# send ARGUMENT...: out, code
send()
{
	out=$(timeout 60 "$ctl" send --url "$url" --service HQ_STATUS --sender pep --secret-file "$dir/secret" \
		--cert "$pki/rsa/gateway.pem" --key "$pki/rsa/gateway.key" "$@" "$dir/payload.xml" 2>&1)
	code=$?
}

# answer STATUS FILE: what the stand-in says from now on
answer()
{
	echo "$1" >"$dir/status"
	cp "$2" "$dir/reply"
}

soap()
{
	echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>$1</soap:Body></soap:Envelope>"
}

# response MESSAGE-ID STATUS RESULT
response()
{
	soap "<s:SendMessageResponse xmlns:s=\"http://bip.bee.kz/SyncChannel/v10/Types\"><response><responseInfo><messageId>r</messageId><correlationId>$1</correlationId><responseDate>2026-06-01T12:00:00+05:00</responseDate><status><code>$2</code><message>text</message></status></responseInfo><responseData><data><h:R xmlns:h=\"urn:h\"><h:messageResult><h:code>$3</h:code></h:messageResult></h:R></data></responseData></response></s:SendMessageResponse>"
}

fault()
{
	soap "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>no</faultstring><detail><s:SendMessageFault1_SendMessageFault xmlns:s=\"http://bip.bee.kz/SyncChannel/v10/Types\"><errorCode>SCE004</errorCode><errorMessage>no such</errorMessage><errorData>ACCESS</errorData><errorDate>2026-06-01T12:00:00+05:00</errorDate></s:SendMessageFault1_SendMessageFault></detail></soap:Fault>"
}

# --- what it sends --------------------------------------------------------------------------------
response m-1 SCSS001 00000 >"$dir/good"
answer 200 "$dir/good"
for family in rsa gost; do
	for placement in text child data; do
		send --message-id m-1 --date 2026-06-02T12:00:00+05:00 --cert "$pki/$family/gateway.pem" \
			--key "$pki/$family/gateway.key" --business-cert "$pki/$family/person.pem" \
			--business-key "$pki/$family/person.key" --placement $placement --save-request "$dir/sent" \
			--save-response "$dir/got"
		is "success ends with 0 ($family, $placement)" $code 0
		ok "what is saved was sent ($family, $placement)" cmp -s "$dir/sent" "$dir/received"
		ok "what is saved was received ($family, $placement)" cmp -s "$dir/got" "$dir/good"
		has "the request is well signed ($family, $placement)" \
			"$("$ctl" inspect --at 2026-06-02T12:00:00+05:00 --trust "$pki/trust" "$dir/sent")" 'accepted.*OK'
	done
	python3 "$SRCDIR/tests/lib/stand_in.py" --data "$dir/received" >"$dir/data.xml"
	has "the citizen's signature verifies on data itself ($family)" \
		"$("$ctl" inspect --at 2026-06-02T12:00:00+05:00 --trust "$pki/trust" "$dir/data.xml")" \
		'accepted.*OK.*000101300019'
done
has the_headers_are_those_of_the_contract "$(cat "$dir/headers")" '^soapaction: ""$'
has the_media_type_is_that_of_soap_1_1 "$(cat "$dir/headers")" '^content-type: text/xml; *charset="?utf-8"?$'
send --placement text
has text_is_escaped "$(cat "$dir/received")" 'xsi:type="xs:string">&lt;p:Ask'
send --issuer-serial
has the_certificate_can_be_named_by_number "$(cat "$dir/received")" '<ds:X509IssuerSerial>'
send
id=$(sed -n 's/.*<messageId>\([^<]*\)<.*/\1/p' "$dir/received")
has a_random_message_id_is_a_uuid "$id" '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
timeout 60 "$ctl" send --url "$url" --resend "$dir/sent" >/dev/null 2>&1
ok stored_octets_are_sent_again_unchanged cmp -s "$dir/sent" "$dir/received"

# --- what it believes -----------------------------------------------------------------------------
send --message-id m-2
is an_answer_to_another_message_is_trouble $code 3
send --message-id m-1 --trust "$pki/trust"
is an_unsigned_response_is_not_believed $code 3
has and_says_so "$out" 'verdict: not believed: the response is not signed'
response m-1 SCSS001 HQ-E104 >"$dir/refused"
answer 200 "$dir/refused"
send --message-id m-1
is a_business_refusal_ends_with_1 $code 1
has its_code_is_printed "$out" 'result: HQ-E104'
fault >"$dir/fault"
answer 500 "$dir/fault"
send --trust "$pki/trust"
is a_fault_ends_with_1 $code 1
has its_code_and_data_are_printed "$out" 'fault: SCE004'
has its_data_are_printed "$out" 'faultData: ACCESS'
timeout 60 "$ctl" send --url "$url" --resend "$dir/sent" --save-response "$dir/mine" >/dev/null 2>&1
sed 's/SCE004/SCE005/' "$dir/sent" >"$dir/foreign"
answer 200 "$dir/foreign"
send --trust "$pki/trust"
is what_is_no_response_is_trouble $code 3
echo 'Not found' >"$dir/plain"
answer 404 "$dir/plain"
send
is what_is_no_soap_is_trouble $code 3
kill "$server"
wait "$server" 2>/dev/null
server=
send
is nobody_there_is_trouble $code 3

# --- the command line -----------------------------------------------------------------------------
send --placement behind
is an_unknown_placement_is_a_usage_error $code 2
send --cert "$dir/absent.pem"
is a_file_that_is_not_there_is_a_usage_error $code 2
timeout 60 "$ctl" send --url "$url" >/dev/null 2>&1
is an_incomplete_request_is_a_usage_error $? 2
timeout 60 "$ctl" send --url "$url" --resend "$dir/sent" "$dir/payload.xml" >/dev/null 2>&1
is a_payload_cannot_be_resent $? 2
finish
