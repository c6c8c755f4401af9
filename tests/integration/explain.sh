#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl explain and shepctl quarantine over a real database with messages of every fate: what the daemon
# received is found by every name and told in three languages, nothing shows a citizen or a secret, and what
# is in quarantine is listed, given another way, sent on its way again, or dropped, with who and why.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open --no-fsync || exit 1
cat >"$HOUSE/shepd.conf.d/gateway.conf" <<-C
	receivers: ( { name = "gate"; url = "http://127.0.0.1:9/"; sender_id = "us"; secret_file = "../secret";
			certificates = ( "../pki/rsa/gateway.pem" ); },
		{ name = "other"; url = "http://127.0.0.1:9/"; sender_id = "us"; secret_file = "../secret"; } );
C
sed -i '/^services: (/a { service_id = "MAIL"; handler = "mailbox.keep"; profile = "none"; callers = ( "pep" ); async = true; },' \
	"$HOUSE/shepd.conf"
house_start || exit 1
IIN=000101300019

# shepctl COMMAND ARGUMENT...: out, err, code
shepctl()
{
	out=$(timeout 60 "$BUILDDIR/shepctl" "$@" -c "$HOUSE/shepd.conf" 2>"$HOUSE/err")
	code=$?
	err=$(<"$HOUSE/err")
}

# explain ID [OPTION...]
explain()
{
	shepctl explain "$@"
	grep -qE "$IIN|$HOUSE_SECRET" <<<"$out$err" && shown=yes
}
shown=no

post()
{
	curl -sS -o "$HOUSE/answer" -w '%{http_code}' -H 'Content-Type: text/xml; charset=utf-8' \
		-H 'SOAPAction: ""' --data-binary "@$1" "$URL"
}

# submit ID [OPTION...]
submit()
{
	local id=$1
	shift
	house_send HQ_SUBMIT rsa "$HOUSE/form.xml" --business-cert "$HOUSE/pki/rsa/person.pem" \
		--business-key "$HOUSE/pki/rsa/person.key" --placement text --message-id "$id" "$@" >/dev/null 2>&1
}

last_transaction()
{
	pg_sql "SELECT transaction_id FROM shepd.journal ORDER BY id DESC LIMIT 1"
}

# --- accepted
house_submit_form $IIN 190000000 >"$HOUSE/form.xml"
submit m-first --save-request "$HOUSE/request.xml" --save-response "$HOUSE/response.xml"
number=$(sed -n 's/.*<hq:requestNumber>\([^<]*\)<.*/\1/p' "$HOUSE/response.xml")
transaction=$(last_transaction)
explain m-first
story=$out
is "an accepted message is known" $code 0
has "when, in Astana" "$out" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\+05:00  received and answered$'
has "from whom" "$out" '^  from: pep$'
has "by which channel" "$out" '^  channel: synchronous$'
has "the algorithm" "$out" '^    algorithm: passed; http.*rsa-sha256$'
has "the chain and whose" "$out" '^    chain of certificates: passed; .*certificate No\. [0-9a-f]+$'
has "revocation and by what" "$out" '^    revocation: passed; by the list of revoked certificates \(CRL\) № .*\+05:00$'
has "the business signature and whose" "$out" '^    business signature: passed; IIN 0001\*{6}19, certificate No\. [0-9a-f]+; by '
is "no check failed or is open" "$(grep -cE 'FAILED|not decided' <<<"$out")" 0
explain "$transaction"
is "by the transaction" "$code $out" "0 $story"
explain "$number"
is "by the registration number" "$code $out" "0 $story"
explain m-first --language ru
has "in Russian" "$out" '  получено, ответ дан$'
has "each check" "$out" '^    бизнес-подпись: пройдено; ИИН 0001\*{6}19, сертификат № '
explain m-first --language kk
has "in Kazakh" "$out" '  қабылданды, жауап берілді$'
has "each check" "$out" '^    бизнес-қолтаңба: өтті; ЖСН 0001\*{6}19, тіркеу куәлігі № '

# --- repeated, used again for something else, refused by the service
post "$HOUSE/request.xml" >/dev/null
submit m-second
submit m-first --date 2026-01-01T00:00:00+05:00
explain m-first --language ru
is "three entries" "$(grep -cE '^20.*  получено' <<<"$out")" 3
has "the repetition" "$out" '  получено повторно: дан тот же ответ, дважды ничего не сделано$'
has "the misuse" "$out" '^  отказ: MSG_REUSED / SCE001: messageId использован повторно с другим содержанием$'
has "which check" "$out" '^    однократность messageId: НЕ ПРОЙДЕНО$'
has "its cause" "$out" '^  вероятная причина: отправитель начал нумерацию заново'
explain m-second --language kk
has "a refusal of the service" "$out" '^    сервис ережелері: ӨТПЕДІ$'
has "in its words" "$out" '^  бас тарту: HQ_DUPLICATE / HQ-E104: Ашық өтініш бар$'
has "its rule" "$out" '^  ереже: HQ-18$'

# --- refused before anything could be read of it: by the transaction
house_spoil letter <"$HOUSE/request.xml" >"$HOUSE/bad.xml"
post "$HOUSE/bad.xml" >/dev/null
explain "$(last_transaction)"
has "a digest that differs" "$out" '^  refusal: SIG_DIGEST / SCE006: The signature is not right$'
has "what came before has passed" "$out" '^    coverage of the message by the signature: passed$'
has "what comes after is open" "$out" '^    service and access of the sender: not decided$'
has "its rule" "$out" '^  rule: R-35$'
has "its cause" "$out" '^  likely cause: written anew after signing'
house_spoil unsign <"$HOUSE/request.xml" >"$HOUSE/bad.xml"
post "$HOUSE/bad.xml" >/dev/null
explain "$(last_transaction)" --language kk
has "no signature" "$out" '^    көліктік қолтаңбаның құрылымы: ӨТПЕДІ$'
has "its cause" "$out" '^  ықтимал себебі: екінші тарапта қол қою өшірілген'

# --- the business signature, and not the transport's
house_send HQ_SUBMIT rsa "$HOUSE/form.xml" --placement text --message-id m-bare >/dev/null 2>&1
explain m-bare
has "no business signature" "$out" '^    business signature: FAILED$'
has "the transport's holds" "$out" '^    digest and value of the signature: passed$'
has "and says so by its code" "$out" '^  refusal: SIG_MISSING / SCE017: '

# --- who may not
printf wrong >"$HOUSE/wrong"
submit m-stranger --secret-file "$HOUSE/wrong"
explain m-stranger --language ru
has "a wrong password" "$out" '^    сервис и доступ отправителя: НЕ ПРОЙДЕНО$'
has "its cause" "$out" '^  вероятная причина: отправителя нет в настройках'

# --- pushed: acknowledged first, handled then
push()
{
	/usr/bin/python3 "$SRCDIR/tests/lib/channel.py" call "http://127.0.0.1:$PORT/async-client" sendMessage \
		--cert "$HOUSE/pki/rsa/gateway.pem" --key "$HOUSE/pki/rsa/gateway.key" "password=$HOUSE_SECRET" "$@" \
		>"$HOUSE/pushed" 2>&1
}
ok "a message is pushed" push messageId=p-1 correlationId=p-chain serviceId=MAIL messageType=NOTIFICATION
for _ in $(seq 100); do
	[ "$(pg_sql "SELECT state FROM shepd.inbox WHERE message_id = 'p-1'")" != HANDLED ] || break
	sleep 0.1
done
explain p-chain --language ru
has "acknowledged" "$out" '  получено, приём подтверждён$'
has "by the gateway" "$out" '^  канал: асинхронный, передано шлюзом$'
has "the service has not spoken yet" "$out" '^    правила сервиса: не решено$'
has "no business signature is asked for" "$out" '^    бизнес-подпись: не требуется$'
has "handled" "$out" '^20.*  обработано$'
has "and so it stands" "$out" '^  состояние: HANDLED, обработано$'
push messageId=p-2 serviceId=NOWHERE
explain p-2 --language kk
has "a service that is not there" "$out" '^    сервис және жіберушінің рұқсаты: ӨТПЕДІ$'
has "its cause" "$out" '^  ықтимал себебі: serviceId қате жазылған'

is "so far no citizen and no secret was shown" $shown no
shepctl explain m-stranger --payload
has "the octets when asked for" "$out" '<password>\*\*\*</password>'
is "but no secret" "$(grep -cE 'wrong</|'"$HOUSE_SECRET" <<<"$out")" 0

# --- what nobody knows, and how it is called
shepctl explain m-nobody
is "nothing is known" "$code $out|$err" "1 |shepctl explain: nothing is known of m-nobody"
shepctl explain
is "of what?" $code 2
shepctl explain m-first --language de
is "no such language" $code 2

# --- the asynchronous channel: messages of every state
# message BOX ID STATE [CHAIN]: at number $ID of the database; what is held or waits stands in the open table
held()
{
	pg_sql "INSERT INTO shepd.inbox (id, received_at, channel, sender_id, message_id, correlation_id, session_id,
			service_id, message_type, message_date, route_id, journal_id, payload, evidence, state, attempts,
			next_at, last_error, settled_at)
		VALUES ($1, now(), 1, 'pep', '$2', 'c-$2', '', 'HQ_SUBMIT', 'REQUEST', now(), '', 1,
			'<a><password>$HOUSE_SECRET</password>$IIN</a>', '', '$3', $4, now() + interval '1 minute', '$5',
			CASE '$3' WHEN 'WAITING' THEN NULL ELSE now() END);
		INSERT INTO shepd.inbox_open SELECT id, received_at, sender_id, correlation_id,
			CASE state WHEN 'WAITING' THEN next_at END FROM shepd.inbox
			WHERE id = $1 AND state IN ('WAITING', 'QUARANTINED')" >/dev/null
}
sent()
{
	pg_sql "INSERT INTO shepd.outbox (id, created_at, receiver, operation, service_id, message_type, route_id,
			message_id, correlation_id, chain, session_id, gateway_message_id, about, inbox_id, data, error, state,
			attempts, next_at, deadline_at, last_error, settled_at)
		VALUES ($1, now(), 'gate', 'sendMessage', 'HQ_SUBMIT', 'RESPONSE', '', '$2', 'c-$2', 'c-$2', '', 'gw-$2', '',
			7001, '<b/>', '', '$3', $4, now() + interval '1 minute', now() + interval '3 days', '$5',
			CASE '$3' WHEN 'WAITING' THEN NULL ELSE now() END);
		INSERT INTO shepd.outbox_open SELECT id, created_at, receiver, chain,
			CASE state WHEN 'WAITING' THEN next_at END FROM shepd.outbox
			WHERE id = $1 AND state IN ('WAITING', 'QUARANTINED')" >/dev/null
}
attempt()
{
	pg_sql "INSERT INTO shepd.journal SELECT (jsonb_populate_record(j, jsonb_build_object('id', nextval('shepd.journal_id'),
			'received_at', now(), 'finished_at', now(), 'transaction_id', gen_random_uuid(),
			'peer', '', 'endpoint', 'http://127.0.0.1:9/', 'operation', '${6:-sendMessage}', 'message_id', '$1',
			'correlation_id', '${5:-c-$1}', 'sender_id', '', 'signer_bin', '', 'signer_serial', '', 'verdict', '$2',
			'code', '$3', 'wire', '', 'detail', '$4'))).*
		FROM shepd.journal j ORDER BY j.id LIMIT 1" >/dev/null
}
house_stop
held 7001 i-done HANDLED 1 ''
held 7002 i-waits WAITING 2 'DB_UNAVAILABLE: the server closed the connection'
held 7003 i-held QUARANTINED 1 "PAYLOAD_FORMAT: /application: no iin $IIN"
held 7004 i-dropped DROPPED 1 'HQ_FORM: form'
sent 7011 o-waits WAITING 3 'HTTP_UNREACHABLE: connection refused'
sent 7012 o-held QUARANTINED 9 'SIG_VALUE: signature value does not verify'
sent 7013 o-held-too QUARANTINED 1 'ROUTE_SERVICE: SCE004'
sent 7014 o-accepted ACCEPTED 1 ''
sent 7015 o-arrived DELIVERED 1 ''
sent 7016 o-lost NOT_DELIVERED 1 'the subscriber is unknown'
sent 7017 o-stopped STOPPED 1 ''
attempt o-waits failed HTTP_UNREACHABLE 'connection refused'
attempt o-arrived delivered OK ''
attempt n-1 notified OK '' gw-o-arrived changeMassageStatusNotification

explain o-waits --language kk
has "an attempt that failed" "$out" '  әрекет сәтсіз аяқталды$'
has "why" "$out" '^  қате: HTTP_UNREACHABLE: Екінші тарапқа қосылу мүмкін емес$'
has "where to" "$out" '^  мекенжай: http://127\.0\.0\.1:9/$'
has "its cause" "$out" '^  ықтимал себебі: екінші тарап жұмыс істемейді'
has "how it stands" "$out" '^  күйі: WAITING, өз уақытын күтуде$'
has "attempts" "$out" '^  әрекеттер саны: 3$'
has "the next one" "$out" '^  келесі әрекет: 20[0-9T:-]+\+05:00$'
has "the deadline" "$out" '^  соңғы мерзімі: 20[0-9T:-]+\+05:00$'
has "and what it answers" "$out" '^кіріс хабарлама 7001$'
explain gw-o-arrived --language ru
has "by the gateway's id: delivered" "$out" '  попытка доставки: получатель принял$'
has "reported" "$out" '  шлюз сообщил, что стало с сообщением$'
has "of which message" "$out" '^  о сообщении: gw-o-arrived$'
has "and so it stands" "$out" '^  состояние: DELIVERED, доставлено$'
while read -r id state; do
	explain "$id"
	has "$id" "$out" "^  state: $state, "
done <<-L
	7001 HANDLED
	i-waits WAITING
	c-i-held QUARANTINED
	7004 DROPPED
	7012 QUARANTINED
	o-accepted ACCEPTED
	o-lost NOT_DELIVERED
	o-stopped STOPPED
L
explain i-waits
has "why it waits" "$out" '^  likely cause: PostgreSQL was restarted'
is "still no citizen and no secret was shown" $shown no

# --- quarantine
shepctl quarantine list
is "what is held, in order" "$code $(cut -f 1,2,4,7,9 <<<"$out" | tr '\t\n' '  ')" \
	"0 7003 in pep i-held 1 7012 out gate o-held 9 7013 out gate o-held-too 1 "
has "with its reason, no citizen in it" "$out" '	PAYLOAD_FORMAT: /application: no iin 0001\*{6}19$'
has "since when, in Astana" "$out" '^7003	in	20[0-9T:-]+\+05:00	'
shepctl quarantine show 7003
has "one message" "$out" '^state	QUARANTINED$'
has "how much it holds" "$out" '^octets	[0-9]+$'
is "not what" "$(grep -c "$IIN" <<<"$out")" 0
shepctl quarantine show 7003 --payload
has "unless asked for" "$out" "^<a><password>\*\*\*</password>$IIN</a>"
shepctl quarantine show 9999
is "nobody's id" "$code $err" "1 shepctl quarantine: there is no message 9999"

who=$(id -un)
act()
{
	pg_sql "SELECT operation || '|' || peer || '|' || detail || '|' || message_id FROM shepd.journal
		WHERE verdict = 'operated' ORDER BY id DESC LIMIT 1"
}
shepctl quarantine requeue 7012
is "no act without a reason" "$code $err" "2 shepctl quarantine: --reason is missing"
shepctl quarantine requeue 7011 --reason x
is "not what waits already" "$code $err" "1 shepctl quarantine: message 7011 is WAITING, not in quarantine"
shepctl quarantine drop 7015 --reason x
is "nor what has arrived" "$code $err" "1 shepctl quarantine: message 7015 is DELIVERED, not in quarantine"
shepctl quarantine fix-route 7012 nowhere --reason x
is "no receiver that is not configured" "$code $err" "1 shepctl quarantine: the configuration has no receiver nowhere"
shepctl quarantine fix-route 7003 other --reason x
is "a received message has no receiver" "$code $err" "1 shepctl quarantine: a message of the inbox has no receiver"
is "nothing was journalled" "$(act)" ""
shepctl quarantine fix-route 7012 other --route r2 --reason "the partner moved"
is "another way" "$code $(act)" "0 quarantine fix-route|$who|the partner moved; receiver other route r2|o-held"
shepctl quarantine show 7012
has "which it has, and still waits" "$(tr '\n' ' ' <<<"$out")" 'state	QUARANTINED .*receiver	other .*route	r2 '
shepctl quarantine requeue 7012 --reason "the partner is back"
is "again" "$code $(act)" "0 quarantine requeue|$who|the partner is back|o-held"
shepctl quarantine show 7012
has "it waits for its turn" "$(tr '\n' ' ' <<<"$out")" 'state	WAITING .*attempts	0 next	'
shepctl quarantine requeue 7003 --reason "the schema is here"
is "a received one, too" $code 0
shepctl quarantine drop 7013 --reason "asked for by the sender, IIN $IIN"
is "dropped" $code 0
shepctl quarantine list
is "nothing is left" "$code $out" "0 "
explain o-held-too --language kk
has "the act is part of the story" "$out" '  оператордың әрекеті$'
has "who" "$out" "^  кім: $who\$"
has "why, no citizen in it" "$out" '^  себебі: asked for by the sender, IIN 0001\*{6}19$'
has "and what came of it" "$out" '^  күйі: DROPPED, оператор алып тастады$'
for wrong in "" "look" "show" "show x" "list 1" "show 7003 --reason x" "list --payload" \
	"requeue 7003 --service A --reason x" "fix-route 7003 --reason x" "drop 7003 x --reason x"; do
	# shellcheck disable=SC2086
	shepctl quarantine $wrong
	is "no way to call it: $wrong" $code 2
done
is "no citizen and no secret was ever shown" $shown no
finish
