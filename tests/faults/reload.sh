#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# F20: the configuration is reloaded under full load, broken ones in between: no call is lost, whatever
# way clients keep their connections; the master does not grow. FAULT_RELOADS: how many (1000 for the
# whole promise). And then: what a reload takes up, with a database that is away, too.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/house.sh"
trap house_close EXIT
reloads=${FAULT_RELOADS:-40}
house_open --no-fsync || exit 1
house_start 'workers = 2;' || exit 1
site=$HOUSE/shepd.conf.d/site.conf

# until_so SECONDS COMMAND...
until_so()
{
	local n=$(($1 * 50))
	shift
	while [ $n -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.02
		n=$((n - 1))
	done
	return 1
}

told() { grep -c "event=$1 " "$HOUSE/log"; }
more_than() { [ "$(told "$1")" -gt "$2" ]; }

# reload EVENT: SIGHUP, and waits for it
reload()
{
	local before
	before=$(told "$1")
	kill -HUP "$HOUSE_PID"
	until_so 60 more_than "$1" "$before"
}

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$HOUSE_PID/status"; }

# limits LINES: other limits, in the way that an editor saves
limits()
{
	sed "/^limits: {/,/};/c limits: { $1 };" "$HOUSE/shepd.conf" >"$HOUSE/shepd.conf.new" &&
		mv "$HOUSE/shepd.conf.new" "$HOUSE/shepd.conf"
}

# --- full load ---------------------------------------------------------------------------------------
house_status_form 000101300019 X-2026-000001 >"$HOUSE/status.xml"
house_send HQ_STATUS rsa "$HOUSE/status.xml" --save-request "$HOUSE/good.xml" >/dev/null 2>&1
/usr/bin/python3 "$SRCDIR/tests/faults/callers.py" "$URL" "$HOUSE/good.xml" "$HOUSE/enough" "$HOUSE/outcome" &
callers=$!
done_now=0 refused=0 wrong=0 small=
cp "$site" "$HOUSE/site.good"
for n in $(seq "$reloads"); do
	[ "$n" -ne $((reloads / 5 + 1)) ] || small=$(resident)
	case $((n % 8)) in
	2) limits 'workers = 3;' ;;
	4)
		printf '%s\n' "$(cat "$HOUSE/site.good")" 'colour = 3;' >"$site"
		reload reload-refused && refused=$((refused + 1)) || wrong=$((wrong + 1))
		cp "$HOUSE/site.good" "$site"
		continue
		;;
	5)
		sed 's/port = 0; },/port = 0; }, { address = "127.0.0.1"; port = 0; },/' "$HOUSE/site.good" >"$site"
		;;
	6)
		cp "$HOUSE/site.good" "$site"
		kill -HUP "$HOUSE_PID"
		;;
	7)
		limits 'workers = 2;'
		: >"$HOUSE/pki/partners/broken.pem"
		reload reload-refused && refused=$((refused + 1)) || wrong=$((wrong + 1))
		rm "$HOUSE/pki/partners/broken.pem"
		continue
		;;
	esac
	if reload reloaded; then done_now=$((done_now + 1)); else wrong=$((wrong + 1)); fi
done
: >"$HOUSE/enough"
wait "$callers"
is "no call is lost" $? 0
echo "reloaded $done_now times, refused $refused times; calls and lost: $(head -n 1 "$HOUSE/outcome")"
sed -n '2,20p' "$HOUSE/outcome"
is "each reload was taken up, each broken configuration refused" "$wrong" 0
ok "and both were tried" test $((done_now > 0 && refused > 0)) = 1
ok "calls were made meanwhile" test "$(cut -d ' ' -f 1 <"$HOUSE/outcome")" -gt "$reloads"
echo "resident after a fifth and at the end: $small, $(resident) KiB"
ok "the master does not grow" test "$(resident)" -le $((small + 2048))
is "no worker died" "$(grep -c 'event=worker-died' "$HOUSE/log")" 0
cp "$HOUSE/site.good" "$site"

# --- what is taken up -----------------------------------------------------------------------------------
post() { curl -sS -m 30 -H 'Content-Type: text/xml' --data-binary "@$1" "$URL" 2>&1; }
limits 'workers = 2;'
ok "with the configuration of before" reload reloaded
has "it is served" "$(post "$HOUSE/good.xml")" SCSS001

sed -i "s|secret = \"[^\"]*\"|secret = \"$(printf another | "$BUILDDIR/shepctl" secret)\"|" "$site"
ok "another secret of the sender" reload reloaded
has "the old one is refused" "$(post "$HOUSE/good.xml")" 'ACCESS'
cp "$HOUSE/site.good" "$site"

sed -i 's|certificates = ();|certificates = ( "../pki/rsa/system.pem" );|' "$site"
ok "another certificate for the sender" reload reloaded
has "its own is refused" "$(post "$HOUSE/good.xml")" 'ACCESS'
sed -i 's|rsa/system.pem|rsa/gateway.pem|' "$site"
ok "its own certificate" reload reloaded
has "is taken" "$(post "$HOUSE/good.xml")" SCSS001
cp "$HOUSE/site.good" "$site"

house_send HQ_STATUS rsa "$HOUSE/status.xml" --issuer-serial --save-request "$HOUSE/named.xml" >/dev/null 2>&1
ok "back again" reload reloaded
has "a signer that only names its certificate is not known" "$(post "$HOUSE/named.xml")" SCE005
cp "$HOUSE/pki/rsa/gateway.pem" "$HOUSE/pki/partners/"
ok "a new partner" reload reloaded
has "is known" "$(post "$HOUSE/named.xml")" SCSS001
rm "$HOUSE/pki/partners/gateway.pem"
ok "a partner that is gone" reload reloaded
has "is not known any more" "$(post "$HOUSE/named.xml")" SCE005

pg_kill
ok "without a database" reload reloaded
has "a call is told to come again" "$(post "$HOUSE/good.xml")" SCE909
pg_up
has "with it again it is served" "$(post "$HOUSE/good.xml")" SCSS001

cat >"$HOUSE/ca.conf" <<C
[ca]
default_ca = nca
[nca]
certificate = $HOUSE/pki/rsa/nca.pem
private_key = $HOUSE/pki/rsa/nca.key
database = $HOUSE/index
crlnumber = $HOUSE/crlnumber
default_md = sha256
default_crl_days = 30
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
C
: >"$HOUSE/index"
echo 1000 >"$HOUSE/crlnumber"
ok "the sender's certificate is revoked" eval 'openssl ca -config "$HOUSE/ca.conf" -revoke "$HOUSE/pki/rsa/gateway.pem" 2>/dev/null &&
	openssl ca -config "$HOUSE/ca.conf" -gencrl -out "$HOUSE/pki/crl/newest.crl" 2>/dev/null'
has "until the CRL is read it is served" "$(post "$HOUSE/good.xml")" SCSS001
ok "a newer CRL in the folder" reload reloaded
has "and refused from then on" "$(post "$HOUSE/good.xml")" SCE005
ok "as revoked" eval 'tail -n 3 "$HOUSE/log" | grep -q code=PKI_REVOKED'
finish
