#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What revocation rests on goes wrong (F09, F10, F11, F19): lists and responders that are down, slow, lie or
# come back with something older; clocks that jump; certificates that are revoked, run out, or come from a
# new CA while the daemon runs. Unknown is never valid, what is temporary is the server's fault, nothing hangs.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
. "$SRCDIR/tests/lib/crls.sh"
responders=
leave()
{
	[ -z "$responders" ] || kill $responders 2>/dev/null
	crls_end
	house_close
}
trap leave EXIT
house_open --no-fsync || exit 1
crls_serve "$HOUSE/www" || exit 1
rsa=$HOUSE/pki/rsa
${CC:-cc} -shared -fPIC -O1 -o "$HOUSE/clock.so" "$SRCDIR/tests/lib/clock.c" || exit 1
export TEST_CLOCK=$HOUSE/clock
echo 0 >"$TEST_CLOCK"

# trust REVOCATION CRL-FOLDER: the groups of this test instead of the example's
trust()
{
	sed -i '/^trust: {/,/^};/d; /^authorities: (/,/^);/d; /^fetch: {/,/^};/d' "$HOUSE/shepd.conf"
	cat >>"$HOUSE/shepd.conf" <<-C
		trust: {
			anchors = "pki/anchors"; revocation = "$1"; crl = "$2"; ocsp_seconds = 60;
		};
		authorities: (
			{ name = "rsa"; certificate = "pki/rsa/nca.pem"; crl = "http://127.0.0.1:$CRLS_PORT/rsa.crl";
			  ocsp = "http://127.0.0.1:$CRLS_PORT/rsa.ocsp"; },
			{ name = "gost"; certificate = "pki/gost/nca.pem"; crl = "http://127.0.0.1:$CRLS_PORT/gost.crl";
			  ocsp = "http://127.0.0.1:$CRLS_PORT/gost.ocsp"; }
		);
		fetch: {
			state_dir = "$HOUSE/state"; crl_every = 1; crl_deadline = 2; ocsp_deadline = 1;
		};
	C
}

house_status_form 000101300019 HQ19-2026-000001 >"$HOUSE/status.xml"

# message SIGNER: a signed question, kept in its file; it is sent again and again, so its id is spent
message()
{
	"$BUILDDIR/shepctl" send --url http://127.0.0.1:9/sync --service HQ_STATUS --sender pep \
		--secret-file "$HOUSE/secret" --cert "$HOUSE/pki/$1.pem" --key "$HOUSE/pki/$1.key" \
		--save-request "$HOUSE/message.xml" "$HOUSE/status.xml" >/dev/null 2>&1
}

# verdict SIGNER: the code that the log has for a message of that signer, OK when it was let in; its answer in
# $HOUSE/answer, which leaves after the line. The application that it asks about is not there, so HQ_NOT_FOUND is as good as it gets.
verdict()
{
	message "$1"
	curl -sS -m 20 -o "$HOUSE/answer" -w '%{time_total}' -H 'Content-Type: text/xml' \
		--data-binary "@$HOUSE/message.xml" "$URL" >"$HOUSE/took" 2>&1
	grep 'event=request' "$HOUSE/log" | tail -n 1 |
		sed -E 's/.* code=([A-Z_0-9-]+).*/\1/; s/^HQ_NOT_FOUND$/OK/'
}
limits=

# becomes WHAT SIGNER CODE: within 20 s the verdict is that
becomes()
{
	local code=
	for _ in $(seq 40); do
		code=$(verdict "$2")
		[ "$code" != "$3" ] || break
		sleep 0.3
	done
	is "$1" "$code" "$3"
}

# stays WHAT SIGNER CODE: for two seconds it is nothing else
stays()
{
	local code=
	for _ in 1 2 3 4 5; do
		code=$(verdict "$2")
		[ "$code" = "$3" ] || break
		sleep 0.4
	done
	is "$1" "$code" "$3"
}

logged()
{
	for _ in $(seq 100); do
		! grep -qE -e "$1" "$HOUSE/log" || return 0
		sleep 0.1
	done
	return 1
}

begin()
{
	# the limits once: they stand in one line then
	[ "$limits" = said ] || set -- 'workers = 2; request_seconds = 10;'
	limits=said
	LD_PRELOAD=$HOUSE/clock.so house_start "$@" || exit 1
}

# --- lists -----------------------------------------------------------------------------------------------
list() { crls_make rsa.crl --ca "$rsa/nca" "$@"; }
trust crl ""
crls_mode rsa.crl silent
crls_make gost.crl --ca "$HOUSE/pki/gost/nca" --number 1
begin
is "F09 nothing was fetched yet: unknown is not valid" "$(verdict rsa/gateway)" PKI_REVOCATION_UNKNOWN
has "I7 and is a fault of the server" "$(cat "$HOUSE/answer")" '<faultcode>[a-z]*:Server<'
ok "I7 told at once ($(cat "$HOUSE/took") s)" awk '{ exit $1 > 1.5 }' "$HOUSE/took"
is "another CA's signers do not suffer" "$(verdict gost/gateway)" OK
list --number 7 --from -7200
crls_mode rsa.crl
becomes "when the list comes, the signer is good" rsa/gateway OK
list --number 8 --from -7000 "$rsa/gateway.der"
becomes "F19 revoked while the daemon runs" rsa/gateway PKI_REVOKED
list --number 7 --from -7200
stays "F10 an older list does not bring it back" rsa/gateway PKI_REVOKED
ok "F10 and is told" logged 'event=crl-fetch-failed authority=rsa .*number is lower'
list --number 9 --from -6000
becomes "a newer one does" rsa/gateway OK
for mode in fail html empty cut huge slow silent redirect; do
	crls_mode rsa.crl $mode
	sleep 1.2
	is "F09 a server that answers by $mode changes nothing" "$(verdict rsa/gateway)" OK
done
is "I6 one fetch at a time" "$(awk '$7 > 0' "$HOUSE/www/.requests" | wc -l)" 0
crls_mode rsa.crl
list --number 10 --from -5000 --until 12
ok "a list that will end soon" logged 'event=crl-fetched authority=rsa .*"number 10'
crls_mode rsa.crl fail
becomes "F10 a list that is over covers nobody" rsa/gateway PKI_REVOCATION_UNKNOWN
has "I7 which is a fault of the server" "$(cat "$HOUSE/answer")" '<faultcode>[a-z]*:Server<'
ok "its coming end was told" logged 'event=crl-ends-soon authority=rsa'
ok "and its end" logged 'event=crl-is-over authority=rsa'
crls_mode rsa.crl
list --number 11 --from -5000
becomes "F09 the server is well again, and so are we" rsa/gateway OK

# --- clocks ----------------------------------------------------------------------------------------------
for shift in 3600 -3600; do
	echo $shift >"$TEST_CLOCK"
	is "F11 a clock that jumps by $shift s" "$(verdict rsa/gateway)" OK
done
echo 315360000 >"$TEST_CLOCK"
is "F11 by ten years: expired" "$(verdict rsa/gateway)" PKI_EXPIRED
ok "F11 and nothing waits ($(cat "$HOUSE/took") s)" awk '{ exit $1 > 1.5 }' "$HOUSE/took"
echo -7100 >"$TEST_CLOCK"
is "F11 before the list was issued: unknown" "$(verdict rsa/gateway)" PKI_REVOCATION_UNKNOWN
echo 0 >"$TEST_CLOCK"
is "F11 the right time again" "$(verdict rsa/gateway)" OK
is "F19 a certificate that has run out" "$(verdict rsa/gateway-expired)" PKI_EXPIRED

# --- a new CA ------------------------------------------------------------------------------------------------
is "F19 a CA that is not known" "$(verdict rsa/other-gateway)" PKI_UNKNOWN_ISSUER
cp -rL "$HOUSE/pki/trust" "$HOUSE/pki/more"
for file in "$rsa"/other-trust/*.pem; do cp "$file" "$HOUSE/pki/more/other-${file##*/}"; done
ln -sfn more "$HOUSE/pki/anchors"
sed -i "s|^authorities: (|&  { name = \"other\"; certificate = \"pki/more/other-nca.pem\"; crl = \"http://127.0.0.1:$CRLS_PORT/other.crl\"; },|" \
	"$HOUSE/shepd.conf"
crls_make other.crl --ca "$rsa/other-nca" --number 1
kill -HUP "$HOUSE_PID"
becomes "F19 is accepted after a reload, with its list" rsa/other-gateway OK
is "F19 beside the old ones, whose lists were not lost" "$(verdict rsa/gateway)" OK
list --number 12 --from -4000 "$rsa/gateway.der"
becomes "F19 it is revoked again" rsa/gateway PKI_REVOKED
for name in rsa gost other; do crls_mode $name.crl fail; done
rm -rf "$HOUSE/state"
kill -HUP "$HOUSE_PID"
ok "a reload with no file kept and no server there" logged 'event=reloaded .*generation=3'
stays "F09 forgets nobody's revocation" rsa/gateway PKI_REVOKED
is "F09 and takes nobody for unknown" "$(verdict gost/gateway)" OK
house_stop
is "SIGTERM ends with 0" $? 0

# --- responders --------------------------------------------------------------------------------------------
cat >"$HOUSE/openssl.cnf" <<C
openssl_conf = i
[i]
providers = p
[p]
default = d
kzgost = k
[d]
activate = 1
[k]
module = $BUILDDIR/kzgost.so
activate = 1
C

# index FAMILY [revoked]: what its responder knows of gateway and person
index()
{
	local serial
	: >"$HOUSE/$1.index.new"
	for name in gateway person; do
		serial=$(openssl x509 -in "$HOUSE/pki/$1/$name.pem" -noout -serial)
		if [ "${2:-}" = revoked ] && [ $name = gateway ]; then
			printf 'R\t400101000000Z\t260101000000Z\t%s\tunknown\t/CN=%s\n' "${serial#serial=}" $name
		else
			printf 'V\t400101000000Z\t\t%s\tunknown\t/CN=%s\n' "${serial#serial=}" $name
		fi
	done >>"$HOUSE/$1.index.new"
	mv "$HOUSE/$1.index.new" "$HOUSE/$1.index"
}

# responder FAMILY SIGNER: a real one; its port in $port
responder()
{
	port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	LD_PRELOAD=$HOUSE/clock.so TEST_CLOCK=$HOUSE/responders.clock \
		OPENSSL_CONF=$HOUSE/openssl.cnf openssl ocsp -index "$HOUSE/$1.index" -CA "$HOUSE/pki/$1/nca.pem" \
		-rsigner "$HOUSE/pki/$1/$2.pem" -rkey "$HOUSE/pki/$1/$2.key" -port "$port" >>"$HOUSE/responder.log" 2>&1 &
	responders="$responders $!"
}

# question FAMILY PORT ANSWER: about its gateway, by openssl
question()
{
	OPENSSL_CONF=$HOUSE/openssl.cnf openssl ocsp -sha256 -issuer "$HOUSE/pki/$1/nca.pem" -cert "$HOUSE/pki/$1/gateway.pem" \
		-noverify -url "http://127.0.0.1:$2/" -respout "$3" >>"$HOUSE/responder.log" 2>&1
}

# later SECONDS: everybody's clock goes on
later()
{
	passed=$((passed + $1))
	echo $passed | tee "$HOUSE/responders.clock" >"$TEST_CLOCK"
}
passed=0
later 0

asked() { crls_count "POST /rsa.ocsp"; }
for family in rsa gost; do
	index $family
	responder $family ocsp
	crls_mode $family.ocsp "proxy:$port"
done
good_rsa=$(cat "$CRLS_DIR/rsa.ocsp.mode")
responder rsa person
wrong=$port
trust ocsp ""
crls_mode rsa.crl fail
crls_mode gost.crl fail
rm -rf "$HOUSE/state"
sleep 1
begin
is "nobody has asked yet: unknown is not valid" "$(verdict rsa/gateway)" PKI_REVOCATION_UNKNOWN
has "I7 and is a fault of the server" "$(cat "$HOUSE/answer")" '<faultcode>[a-z]*:Server<'
ok "I7 told at once ($(cat "$HOUSE/took") s)" awk '{ exit $1 > 1.5 }' "$HOUSE/took"
becomes "the responder is asked, and answers" rsa/gateway OK
becomes "a responder of GOST 34.10-2015, too" gost/gateway OK
before=$(asked)
stays "what is fresh is not asked again" rsa/gateway OK
is "not once" "$(asked)" "$before"

# F09: within its time the last answer counts; then nobody knows; then the responder is well again
for mode in fail html empty huge slow silent redirect cut; do
	crls_mode rsa.ocsp $mode
	echo "not an answer" >"$CRLS_DIR/rsa.ocsp"
	later 30
	is "F09 a responder that answers by $mode changes nothing" "$(verdict rsa/gateway)" OK
	later 40
	is "F09 until the last answer is old" "$(verdict rsa/gateway)" PKI_REVOCATION_UNKNOWN
	ok "F09 which is told at once ($(cat "$HOUSE/took") s)" awk '{ exit $1 > 1.5 }' "$HOUSE/took"
	crls_mode rsa.ocsp "$good_rsa"
	becomes "F09 and is over when it answers" rsa/gateway OK
done
ok "it was told" logged 'event=ocsp-failed authority=rsa'
is "I6 one question at a time" "$(awk '$4 ~ /ocsp/ && $7 > 0' "$CRLS_DIR/.requests" | wc -l)" 0

# a liar: an old answer again, somebody else's, and one from a clock that is wrong
rm -f "$CRLS_DIR/rsa.ocsp"
question rsa "${good_rsa#proxy:}" "$CRLS_DIR/rsa.ocsp"
ok "an answer that somebody else has asked for" test -s "$CRLS_DIR/rsa.ocsp"
crls_mode rsa.ocsp
later 70
verdict rsa/gateway >/dev/null
ok "F09 is not taken for ours" logged 'event=ocsp-failed authority=rsa .*nonce'
stays "F09 nor believed" rsa/gateway PKI_REVOCATION_UNKNOWN
crls_mode rsa.ocsp "proxy:$wrong"
ok "F09 one by a signer who may not answer" logged 'event=ocsp-failed authority=rsa .*(responder|OCSPSigning|signed)'
stays "F09 is not believed" rsa/gateway PKI_REVOCATION_UNKNOWN
crls_mode rsa.ocsp "$good_rsa"
becomes "the right one is" rsa/gateway OK
echo $((passed - 3600)) >"$TEST_CLOCK"
for _ in 1 2 3; do verdict gost/person >/dev/null; sleep 0.5; done
is "F11 an answer from an hour ahead" "$(verdict gost/person)" PKI_REVOCATION_UNKNOWN
later 0

# a restart does not begin with nothing, and a revocation arrives
house_stop
is "SIGTERM ends with 0" $? 0
crls_mode rsa.ocsp silent
begin
sleep 0.5
is "after a restart the answers are still there" "$(verdict rsa/gateway)" OK
crls_mode rsa.ocsp "$good_rsa"
for family in rsa gost; do
	index $family revoked
	# it reads its index again behind an answer
	port=$(cat "$CRLS_DIR/$family.ocsp.mode")
	question $family "${port#proxy:}" /dev/null
	later 50
	becomes "F19 revoked while the daemon runs ($family)" $family/gateway PKI_REVOKED
done
crls_mode rsa.ocsp silent
later 7200
is "F09 and stays so when its responder is silent" "$(verdict rsa/gateway)" PKI_REVOKED
house_stop
finish
