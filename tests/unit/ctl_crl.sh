#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl crl: what is held, how old it is, and what a fetch may replace it by. Against a server that
# lies, over loopback.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/crls.sh"
pki=$BUILDDIR/testpki
dir=$(mktemp -d "${TMPDIR:-/tmp}/shepd-crl.XXXXXX") || exit 1
trap 'crls_end; rm -rf "$dir"' EXIT
crls_serve "$dir/www" || exit 1
rsa=$pki/rsa/nca

# configure CRL-FOLDER [LINES of the group fetch]: the RSA centre's lists are fetched
configure()
{
	cat >"$dir/shepd.conf" <<-C
		database: { daemon = "dbname=none"; };
		trust: { anchors = "$pki/trust"; crl = "$1"; };
		authorities: ( { name = "rsa"; certificate = "$rsa.pem";
			crl = "http://127.0.0.1:$CRLS_PORT/full.crl";
			delta = "http://127.0.0.1:$CRLS_PORT/delta.crl"; } );
		fetch: { state_dir = "$dir/state"; crl_deadline = 2; crl_octets = 1000000; ${2:-} };
	C
}

# crl [--fetch]: out, err, code
crl()
{
	out=$(timeout 60 "$BUILDDIR/shepctl" crl -c "$dir/shepd.conf" "$@" 2>"$dir/err")
	code=$?
}

# state KIND: the first field of its line, and the number
state()
{
	awk -F'\t' -v k="$1" '$9 ~ /^http/ && $3 == k { print $1, $4 }' <<<"$out"
}

configure ""
crl
is "nothing was fetched yet: missing" "$code $(state full) $(state delta)" "1 missing - missing -"
crl --fetch
is "nothing is there: the fetch fails" "$code $(state full)" "1 missing -"
has "and says why" "$(cut -f11 <<<"$out")" 'answered with status 404'

crls_make full.crl --ca "$rsa" --number 7 "$pki/rsa/person.der"
crls_make delta.crl --ca "$rsa" --number 3 --base 7
crl --fetch
is "both are fetched" "$code $(state full) $(state delta)" "0 current 7 current 3"
has "issuer, entries, times, age, source, fetch" "$(grep -P '\tfull\t' <<<"$out")" \
	'^current	C=KZ,CN=.*ТЕСТ	full	7	1	[-0-9]+T[0-9:]+Z	[-0-9]+T[0-9:]+Z	36[0-9][0-9]	http://127.0.0.1:[0-9]+/full.crl	[-0-9]+T[0-9:]+Z	-$'
has "who asks says who it is" "$(cat "$dir/www/.requests")" 'GET /full.crl shepd '
crl
is "a later look finds them on disk" "$code $(state full) $(state delta)" "0 current 7 current 3"
ok "whose file is the very CRL" cmp -s "$dir/state/rsa.crl" "$dir/www/full.crl"
is "and nothing else was left there" "$(ls "$dir/state" | tr '\n' ' ')" \
	"rsa.crl rsa.delta.crl rsa.delta.fetch rsa.fetch "

# --- what must not replace them ---------------------------------------------------------------------
# refused MODE-OR-CRL REASON: the next fetch of the full one fails for it, and number 7 stays
refused()
{
	crl --fetch
	is "$1: the one held stays" "$code $(state full)" "1 current 7"
	has "$1: $2" "$(grep -P '\tfull\t' <<<"$out" | cut -f11)" "$2"
	ok "$1: on disk, too" cmp -s "$dir/state/rsa.crl" "$dir/seven"
}
cp "$dir/www/full.crl" "$dir/seven"
for case in 'fail answered with status 500' 'html not a CRL' 'empty it is empty' 'cut bytes' \
	'huge longer than 1000000 octets' 'slow timed out' 'silent timed out' 'redirect answered with status 302'; do
	crls_mode full.crl "${case%% *}"
	refused "${case%% *}" "${case#* }"
done
is "the place that the redirect named was not asked" "$(crls_count full.crl.other)" 0
crls_mode full.crl
crls_make full.crl --ca "$rsa" --number 6
refused "an older number" "number is lower"
crls_make full.crl --ca "$rsa" --number 8 --from -7200
refused "a CRL issued before" "issued before"
crls_make full.crl --ca "$rsa" --number 8 --from 3600 --until 7200
refused "a CRL of the future" "not in force before"
crls_make full.crl --ca "$rsa" --number 8 --from -3000 --until -60
refused "a CRL that is over" "was to be replaced"
crls_make full.crl --ca "$rsa" --number 8 --spoil
refused "a forged CRL" "signature of the CRL does not verify"
crls_make full.crl --ca "$pki/rsa/other-nca" --number 8
refused "a CRL of another CA of that name" "signature of the CRL does not verify"
crls_make full.crl --ca "$pki/gost/nca" --number 8
refused "a CRL of another CA" "another CA"
crls_make full.crl --ca "$rsa" --number 8 --base 7
refused "a delta" "it is a delta"
cp "$dir/seven" "$dir/www/full.crl"
openssl crl -inform DER -in "$dir/seven" -out "$dir/www/full.crl"
refused "PEM" "not a CRL"
head -c 3000 /dev/urandom >"$dir/www/full.crl"
refused "noise" "not a CRL"

# --- what may ------------------------------------------------------------------------------------------
crls_make full.crl --ca "$rsa" --number 8
crl --fetch
is "a newer one replaces it" "$code $(state full)" "0 current 8"
crls_make delta.crl --ca "$rsa" --number 4 --base 9
crl --fetch
is "a delta to a base that is not here does not" "$code $(state delta)" "1 current 3"
has "and is told" "$(grep -P '\tdelta\t' <<<"$out" | cut -f11)" "delta's base"
crls_make full.crl --ca "$rsa" --number 9
crl --fetch
is "with its base it does" "$code $(state full) $(state delta)" "0 current 9 current 4"

# --- GOST, and the folder --------------------------------------------------------------------------------
configure "$pki/crl"
sed -i "s|name = \"rsa\"; certificate = \"$rsa.pem\"|name = \"gost\"; certificate = \"$pki/gost/nca.pem\"|" "$dir/shepd.conf"
crls_make full.crl --ca "$pki/gost/nca" --number 20 "$pki/gost/person.der"
crls_make delta.crl --ca "$pki/gost/nca" --number 1 --base 20
crl --fetch
is "a CRL of GOST 34.10-2015" "$(state full) $(state delta)" "current 20 current 1"
is "beside those of the folder" "$(grep -c "	$pki/crl	" <<<"$out")" "$(ls "$pki/crl" | wc -l)"

# --- what lies in state_dir is believed no more than a server --------------------------------------------
configure ""
cp "$pki/gost/crl/nca.crl" "$dir/state/rsa.crl"
crl
is "a file of another CA there" "$code $(state full)" "1 missing -"
has "is told" "$(cat "$dir/err")" 'event=kept-crl-refused .*another CA'
${CC:-cc} -shared -fPIC -O1 -o "$dir/clock.so" "$SRCDIR/tests/lib/clock.c" || exit 1
later()
{
	echo 7200 >"$dir/clock"
	LD_PRELOAD=$dir/clock.so TEST_CLOCK=$dir/clock crl "$@"
}
crls_make full.crl --ca "$rsa" --number 9 --until 3600
crls_make delta.crl --ca "$rsa" --number 9 --base 9 --until 3600
crl --fetch
is "one that has an hour" "$code $(state full) $(state delta)" "0 current 9 current 9"
later
is "has ended in two" "$code $(state full) $(state delta)" "1 stale 9 stale 9"
crls_make full.crl --ca "$rsa" --number 8
later --fetch
is "and still is what a rollback is measured by" "$code $(state full)" "1 stale 9"
has "which is told" "$(grep -P '\tfull\t' <<<"$out" | cut -f11)" "number is lower"
chmod 0777 "$dir/state"
crl
is "a folder that others may write to" "$code" 1
has "is refused" "$(cat "$dir/err")" 'state_dir .*others may write'
chmod 0755 "$dir/state"

crls_end
crl --fetch
has "a server that is down is told" "$(cut -f11 <<<"$out")" 'connect'
crl --nonsense
is "a wrong option" "$code" 2
crl surplus
is "an argument" "$code" 2
finish
