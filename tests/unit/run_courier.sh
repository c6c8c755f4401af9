#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The courier as a process: it fetches without anybody's asking, one thing at a time from each CA, again
# and again but in no storm; it is replaced when it dies, and leaves with its generation.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/daemon.sh"
. "$SRCDIR/tests/lib/crls.sh"
daemon_folder
trap 'crls_end; daemon_leave' EXIT
crls_serve "$dir/www" || exit 1
rsa=$pki/rsa/nca
gost=$pki/gost/nca

# fetching EVERY [LINES]: both centres' lists, each so many seconds
fetching()
{
	configure 'workers = 2;' 1
	sed -i '/^authorities: (/,/^);/d; /^fetch: {/,/^};/d' "$dir/shepd.conf"
	cat >>"$dir/shepd.conf" <<-C
		authorities: ( { name = "rsa"; certificate = "$rsa.pem";
			crl = "http://127.0.0.1:$CRLS_PORT/rsa.crl"; delta = "http://127.0.0.1:$CRLS_PORT/rsa.delta.crl"; },
			{ name = "gost"; certificate = "$gost.pem"; crl = "http://127.0.0.1:$CRLS_PORT/gost.crl"; } );
		fetch: { state_dir = "$dir/state"; crl_deadline = 2; crl_every = $1; delta_every = $1; };
	C
}

courier()
{
	pgrep -x -P "$master" shepd-courier
}

another() { [ -n "$(courier)" ] && [ "$(courier)" != "$1" ]; }

crls_make rsa.crl --ca "$rsa" --number 7
crls_make rsa.delta.crl --ca "$rsa" --number 1 --base 7
crls_make gost.crl --ca "$gost" --number 5
fetching 3600
start
is "there is one courier" "$(courier | wc -l)" 1
is "beside the workers" "$(workers | wc -w)" 2
ok "it fetches the full list" until_so logged 'event=crl-fetched authority=rsa kind=full .*"number 7, 0 entries, from '
ok "and the delta" until_so logged 'event=crl-fetched authority=rsa kind=delta'
ok "and the other CA's" until_so logged 'event=crl-fetched authority=gost'
ok "and keeps them" test -s "$dir/state/rsa.crl" -a -s "$dir/state/rsa.delta.crl" -a -s "$dir/state/gost.crl"
is "it listens nowhere" "$(ls -l "/proc/$(courier)/fd" | grep -cF -f <(awk '$4 == "0A" { print "socket:[" $10 "]" }' /proc/net/tcp))" 0
sleep 2
is "then it rests for the time that was said" "$(crls_count GET)" 3
crls_make rsa.crl --ca "$rsa" --number 8
"$BUILDDIR/shepctl" crl -c "$dir/shepd.conf" --fetch >"$dir/table" 2>&1
has "what shepctl crl --fetch has got" "$(cat "$dir/table")" 'full	8	'
victim=$(courier)
kill -9 "$victim"
ok "one that is killed is replaced" until_so another "$victim"
kill -HUP "$master"
victim=$(courier | head -n 1)
ok "a reload brings its own" until_so logged event=reloaded
only_one() { [ "$(courier | wc -l)" -eq 1 ]; }
ok "and the older one leaves" until_so only_one
lists() { ls -l "/proc/$1/fd" | grep -c memfd:shepd-crls; }
mapped() { grep -c memfd:shepd-crls "/proc/$1/maps"; }
for worker in $(workers); do
	is "who was started by a reload cannot write lists of before it" "$(lists "$worker")" 0
	is "nor holds their memory" "$(mapped "$worker")" 1
done
is "nor does its courier" "$(lists "$(courier)")" 1
stop
is "SIGTERM ends with 0" "$code" 0

# --- failures --------------------------------------------------------------------------------------------
rm -rf "$dir/state" "$dir/www/.requests"
crls_mode gost.crl silent
crls_mode rsa.crl fail
fetching 3600
start
asked() { [ "$(crls_count '/rsa.crl')" -ge "$1" ]; }
ok "a failure is tried again" until_so asked 3
took=$(awk '/rsa.crl/ { if (!first) first = $1; last = $1; if (++n == 3) exit } END { print last - first }' "$dir/www/.requests")
ok "with growing pauses: 1 s, then 2, a quarter less at the least ($took s)" awk "BEGIN { exit !($took >= 2.2) }"
is "and told once" "$(grep -c 'event=crl-fetch-failed authority=rsa kind=full' "$dir/log")" 1
ok "with its reason" logged 'event=crl-fetch-failed authority=rsa kind=full .*what="answered with status 500"'
ok "a server that is silent has its deadline" until_so logged 'event=crl-fetch-failed authority=gost .*timed out'
ok "a delta without its full list is refused" logged 'event=crl-fetch-failed authority=rsa kind=delta .*"no full CRL is held'
crls_mode rsa.crl
crls_mode gost.crl
ok "when the server is well again, so are we" until_so logged 'event=crl-fetched authority=rsa kind=full'
ok "and at once with the delta" until_so logged 'event=crl-fetched authority=rsa kind=delta'
ok "and the other CA" until_so logged 'event=crl-fetched authority=gost'
is "never two at a time of one address" "$(awk '$7 > 0' "$dir/www/.requests" | wc -l)" 0
overlaps=$(awk '$4 ~ /rsa/ { if ($1 < last) n++; last = $2 } END { print n + 0 }' <(sort -n "$dir/www/.requests"))
is "nor of one CA" "$overlaps" 0
stop

# --- the end of a list -----------------------------------------------------------------------------------
rm -rf "$dir/state"
${CC:-cc} -shared -fPIC -O1 -o "$dir/clock.so" "$SRCDIR/tests/lib/clock.c" || exit 1
export TEST_CLOCK=$dir/clock
echo 0 >"$TEST_CLOCK"
crls_make rsa.crl --ca "$rsa" --number 9 --from -3600 --until 3600
crls_make rsa.delta.crl --ca "$rsa" --number 9 --base 9
fetching 3600
LD_PRELOAD=$dir/clock.so start
ok "a list that ends in an hour is fetched" until_so logged 'event=crl-fetched authority=rsa kind=full .*"number 9'
echo 3500 >"$TEST_CLOCK"
ok "one that ends soon is told" until_so logged 'event=crl-ends-soon authority=rsa kind=full .*"number 9: nextUpdate is '
echo 3700 >"$TEST_CLOCK"
ok "one that is over, too" until_so logged 'event=crl-is-over authority=rsa'
crls_make rsa.crl --ca "$rsa" --number 10
ok "and is fetched long before its hour is over" until_so logged 'event=crl-fetched authority=rsa kind=full .*"number 10'
ok "by a few questions only ($(crls_count '/rsa.crl'))" test "$(crls_count '/rsa.crl')" -le 25
stop

# --- a list without an end: of the year 9999 -----------------------------------------------------------
rm -rf "$dir/state"
crls_make rsa.crl --ca "$rsa" --number 20 --until $((253402300799 - $(date +%s) - 86400))
crls_make rsa.delta.crl --ca "$rsa" --number 20 --base 20
fetching 16
: >"$dir/www/.requests"
start
ok "is fetched" until_so logged 'event=crl-fetched authority=rsa kind=full .*"number 20'
sleep 5
is "and not again before its time" "$(crls_count '/rsa.crl')" 1
stop

# --- no source, no courier -----------------------------------------------------------------------------
configure 'workers = 2;' 1
start
is "without addresses there is none" "$(courier | wc -l)" 0
stop
configure 'workers = 2;' 1
echo "authorities: ( { name = \"x\"; certificate = \"$pki/rsa/person.pem\"; crl = \"http://127.0.0.1:1/x\"; } );" \
	>>"$dir/shepd.conf.d/site.conf"
"$BUILDDIR/shepd" -c "$dir/shepd.conf" 2>"$dir/second"
is "an authority that is no trusted CA ends with 1" $? 1
has "and is named" "$(cat "$dir/second")" 'person.pem: not one of the trusted CAs'
finish
