#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Client certificates of TLS with real clients (curl, openssl): who has none, one of a foreign CA, an
# expired or revoked one, one for another purpose, or one that is another sender's is refused, told so and
# journalled; no session is resumed; a reload changes whose is whose.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
house_open --no-fsync || exit 1
mkdir -p "$HOUSE/tls/ca" "$HOUSE/tls/crl"
cd "$HOUSE/tls" || exit 1

# --- two CAs of the partner's own, and what they issue -----------------------------------------------
cat >ca.conf <<'C'
[ca]
default_ca = centre
[centre]
certificate = ca.pem
private_key = ca.key
database = index
new_certs_dir = .
rand_serial = yes
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
policy = any
crl_extensions = crl_ext
[any]
commonName = supplied
[crl_ext]
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[holder]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = $ENV::PURPOSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = any
C
: >index
export PURPOSE=clientAuth # of who holds a certificate
echo 01 >crlnumber
authority() { openssl req -x509 -config ca.conf -extensions root -newkey rsa:2048 -nodes -sha256 -days 30 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem" 2>/dev/null; }
# issue NAME PURPOSE [options of ca]
issue()
{
	local name=$1
	local -x PURPOSE=$2
	shift 2
	openssl req -new -config ca.conf -newkey rsa:2048 -nodes -sha256 -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null &&
		openssl ca -batch -notext -config ca.conf -extensions holder -days 20 -in "$name.csr" -out "$name.pem" "$@" 2>/dev/null
}
ok "a CA" authority ca "Clients of a partner"
ok "another one under the same name" authority foreign "Clients of a partner"
ok "certificates of clients" eval 'issue first clientAuth && issue second clientAuth && issue revoked clientAuth && issue late clientAuth -startdate 20200101000000Z -enddate 20210101000000Z'
ok "and for other purposes" eval 'issue server serverAuth && issue signer emailProtection'
ok "and of the other CA" issue stranger clientAuth -cert foreign.pem -keyfile foreign.key
ok "one is revoked" eval 'openssl ca -config ca.conf -revoke revoked.pem 2>/dev/null && openssl ca -config ca.conf -gencrl -out crl/ca.crl 2>/dev/null'
openssl req -x509 -config ca.conf -extensions holder -newkey rsa:2048 -nodes -sha256 -days 30 -subj /CN=alone -keyout alone.key -out alone.pem 2>/dev/null
cp ca.pem ca/

# --- the daemon ----------------------------------------------------------------------------------------
site=$HOUSE/shepd.conf.d/site.conf
tls='tls = true; certificate = "../pki/rsa/tls.pem"; key = "../pki/rsa/tls.key";'
# site CERTIFICATES-OF-PEP
site()
{
	local asks="{ address = \"127.0.0.1\"; port = 0; $tls client ="
	house_site | sed "s|^listen: (.*|listen: ( $asks \"required\"; client_ca = \"../tls/ca\"; client_crl = \"../tls/crl\"; }, $asks \"optional\"; }, { address = \"127.0.0.1\"; port = 0; },|; s|certificates = ();|certificates = (); tls_certificates = ( $1 );|" >"$site"
}
site '"../tls/first.pem"'
has "the configuration is right" "$("$BUILDDIR/shepctl" check --no-database -c "$HOUSE/shepd.conf" 2>&1; echo "code $?")" 'code 0'
house_start 'workers = 1;' || exit 1
required=$(sed -n 1p "$HOUSE/ready") optional=$(sed -n 2p "$HOUSE/ready") plain=$(sed -n 3p "$HOUSE/ready") old=$(sed -n 4p "$HOUSE/ready")
house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"
house_send HQ_STATUS rsa "$HOUSE/status.xml" --url http://127.0.0.1:9/sync --save-request "$HOUSE/good.xml" >/dev/null 2>&1

# post PORT [NAME]: with the certificate of that name
post()
{
	local port=$1
	shift
	curl -sS -m 30 --cacert "$HOUSE/tls-ca.pem" ${1:+--cert "$1.pem" --key "$1.key"} -H 'Content-Type: text/xml' \
		--data-binary "@$HOUSE/good.xml" -w '\nstatus %{http_code}\n' "https://127.0.0.1:$port/sync" 2>&1
}

# The journal's last row; the door journals after its answer has left.
journalled()
{
	for _ in $(seq 100); do
		pg_sql "SELECT verdict || ' ' || code || ' ' || coalesce(detail, '') FROM shepd.journal ORDER BY id DESC LIMIT 1" >row
		grep -qE "$1" row && return 0
		sleep 0.05
	done
	cat row
	return 1
}

has "the sender's own client is served" "$(post "$required" first)" SCSS001
for case in ":no certificate" "stranger:PKI_UNKNOWN_ISSUER" "alone:PKI_UNKNOWN_ISSUER" "late:PKI_EXPIRED" "revoked:PKI_REVOKED" \
	"server:PKI_USAGE" "signer:PKI_USAGE"; do
	name=${case%%:*}
	answer=$(post "$required" $name)
	has "${name:-nobody}: 403" "$answer" 'status 403'
	has "${name:-nobody}: told what is required" "$answer" 'client certificate of TLS'
	ok "${name:-nobody}: in the log with the reason" eval 'tail -n 5 "$HOUSE/log" | grep "code=TLS_CLIENT" | grep -q "${case##*:}"'
	ok "${name:-nobody}: journalled" journalled 'refused TLS_CLIENT'
done
has "a client of nobody in particular does not call for the sender" "$(post "$required" second)" 'ACCESS'
ok "which is journalled" journalled "refused ROUTE_ACCESS"
ok "and told to the log" eval 'tail -n 3 "$HOUSE/log" | grep -q "TLS client.s certificate is not the sender"'
has "nor does who shows none where none is required" "$(post "$optional")" 'ACCESS'
has "nor who shows a bad one there" "$(post "$optional" first)" 'status 403'
has "nor anybody without TLS" "$(curl -sS -m 30 -H 'Content-Type: text/xml' --data-binary "@$HOUSE/good.xml" "http://127.0.0.1:$plain/sync")" ACCESS
has "nor at a listener that asks for none" "$(post "$old" first)" ACCESS

# --- every connection proves its own ---------------------------------------------------------------------
for version in -tls1_2 -tls1_3; do
	rm -f session
	{ printf 'GET /sync?wsdl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'; sleep 0.5; } |
		openssl s_client -connect "127.0.0.1:$required" -cert first.pem -key first.key $version -sess_out session >hello 2>&1
	has "$version: a session with the certificate" "$(cat hello)" 'HTTP/1.1 200'
	{ printf 'GET /sync?wsdl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'; sleep 0.5; } |
		openssl s_client -connect "127.0.0.1:$required" $version $([ ! -s session ] || echo -sess_in session) >again 2>&1
	has "$version: it is not resumed without it" "$(cat again)" 'HTTP/1.1 403'
	ok "$version: and is a new one" eval '! grep -q "^Reused" again'
done
{ sleep 0.3; echo R; sleep 0.3; } | openssl s_client -connect "127.0.0.1:$required" -tls1_2 -cert first.pem -key first.key >again 2>&1
has "no renegotiation" "$(cat again)" 'no renegotiation|ssl handshake failure|RENEGOTIATING'
openssl s_client -connect "127.0.0.1:$required" -tls1_1 </dev/null >again 2>&1
ok "nothing older than TLS 1.2" test $? -ne 0

# --- whose is whose, after a reload ------------------------------------------------------------------------
site '"../tls/second.pem"'
kill -HUP "$HOUSE_PID"
for _ in $(seq 200); do
	grep -q event=reloaded "$HOUSE/log" && break
	sleep 0.05
done
has "the client that was bound is not any more" "$(post "$required" first)" ACCESS
has "the other one is" "$(post "$required" second)" SCSS001
is "no worker died" "$(grep -c 'event=worker-died' "$HOUSE/log")" 0
finish
