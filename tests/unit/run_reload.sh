#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SIGHUP: the next generation takes over when all of it is there, and not before; clients notice
# nothing. Without a database: the contract shows that calls are served, and the time limits of a
# generation show which one serves.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/daemon.sh"
trap daemon_leave EXIT
daemon_folder

# reload EVENT: SIGHUP, and waits for that event, which did not stand in the log before
reload()
{
	: >"$dir/log"
	kill -HUP "$master"
	until_so logged "event=$1"
}

count_is() { [ "$(workers | wc -w)" -eq "$1" ]; }

configure 'workers = 2;' 1
start
before=$(workers)

# --- what changes --------------------------------------------------------------------------------------
configure 'workers = 3; idle_seconds = 1;' 1
ok "a changed configuration is taken up" reload reloaded
ok "the line names ports, workers and generation" logged "event=reloaded ports=$port,$tls_port workers=3 generation=2 ms="
ok "served on the same port" served
ok "served over TLS on the same port" curl -sS -m 30 -o "$dir/wsdl" -k "https://127.0.0.1:$tls_port/sync?wsdl"
ok "as many workers as it says now" until_so count_is 3
ok "none of them of before" eval '! grep -qwE "$(tr " " "|" <<<"${before% }")" <<<"$(workers)"'
ok "those of before left well" test "$(grep -c 'event=worker-left .*how="exit 0"' "$dir/log")" = 2
is "the ready file names the ports again" "$(tr '\n' ' ' <"$dir/ready")" "$port $tls_port "

# --- what is wrong -----------------------------------------------------------------------------------
before=$(workers)
cp "$dir/shepd.conf" "$dir/good.conf"
sed -i 's/workers = 3/workers = 0; colour = 3/' "$dir/shepd.conf"
ok "mistakes are refused" reload reload-refused
is "each with its line" "$(grep -c 'event=configuration .*line=[1-9]' "$dir/log")" 2
ok "and the row of the table" logged 'event=reload-refused code=CONFIG detail=".*2 mistakes'
cp "$dir/good.conf" "$dir/shepd.conf"
echo '}' >>"$dir/shepd.conf"
ok "a file that is no configuration is refused" reload 'reload-refused code=CONFIG'
mv "$dir/shepd.conf" "$dir/away.conf"
ok "a file that is gone is refused" reload 'reload-refused code=CONFIG'
cp "$dir/good.conf" "$dir/shepd.conf"
mv "$dir/keys/signing.key" "$dir/keys/away"
ok "a signing key that is gone is refused" reload 'reload-refused code=CONFIG'
cp "$pki/rsa/tls.key" "$dir/keys/signing.key"
ok "a signing key of another certificate is refused" reload 'reload-refused code=CONFIG'
mv "$dir/keys/away" "$dir/keys/signing.key"
echo nothing >"$dir/pki/partners/broken.pem"
ok "a partner that is no certificate is refused" reload 'reload-refused code=CONFIG'
ok "and named" logged 'event=configuration .*broken.pem'
rm "$dir/pki/partners/broken.pem"
mkfifo "$dir/pki/partners/pipe"
ok "a pipe among the partners is refused and waited for by nobody" reload 'reload-refused code=CONFIG'
rm "$dir/pki/partners/pipe"
sed -i "s|^data_dir.*|data_dir = \"$dir\";|" "$dir/shepd.conf.d/site.conf"
ok "schemas that are not there are refused" reload 'reload-refused code=CONFIG'
is "whatever was refused, the same workers serve" "$(workers)" "$before"
ok "and do" served

# --- listeners ---------------------------------------------------------------------------------------
/usr/bin/python3 - "$dir/taken" <<'P' &
import socket, sys, time
taken = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as f:
    f.write("%d\n" % taken.getsockname()[1])
time.sleep(600)
P
hole=$!
until_so test -s "$dir/taken"
configure 'workers = 2;' 1
sed -i "s/port = 0; }/port = $(cat "$dir/taken"); }/" "$dir/shepd.conf.d/site.conf"
ok "a port that somebody has is refused" reload 'reload-refused code=CONFIG detail="cannot listen'
ok "the old ones are served" served
kill "$hole"
wait "$hole" 2>/dev/null
hole=
ok "as soon as it is free it is taken" reload reloaded
is "and the ready file tells it" "$(sed -n 1p "$dir/ready")" "$(cat "$dir/taken")"
refused() { ! curl -sS -m 5 -o /dev/null "http://127.0.0.1:$1/sync?wsdl"; }
ok "the port that is not named any more refuses" until_so refused "$port"
port=$(cat "$dir/taken")
ok "the new one serves" served
is "the other one kept its port" "$(sed -n 2p "$dir/ready")" "$tls_port"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=second -days 1 -keyout "$dir/keys/tls.key" \
	-out "$dir/keys/tls.pem" 2>/dev/null
sed -i "s|$pki/rsa/tls\.|$dir/keys/tls.|g" "$dir/shepd.conf.d/site.conf"
shown() { openssl s_client -connect "127.0.0.1:$tls_port" </dev/null 2>/dev/null | openssl x509 -noout -subject; }
has "the certificate of TLS before" "$(shown)" localhost
ok "another one is taken up" reload reloaded
has "and shown" "$(shown)" second

# --- signals that come together ---------------------------------------------------------------------------
: >"$dir/log"
for _ in 1 2 3 4 5 6 7 8; do kill -HUP "$master"; done
ok "many SIGHUPs at once are taken up" until_so logged event=reloaded
ok "and served" served
sed -i 's/workers = 2/workers = 1/' "$dir/shepd.conf"
ok "the last one is what counts" eval 'kill -HUP "$master"; until_so count_is 1'
: >"$dir/log"
curl -sS -m 30 -o /dev/null "http://127.0.0.1:$port/sync?wsdl" &
client=$!
kill -STOP "$(workers)"
kill -TERM "$master"
until_so logged event=stopping
kill -HUP "$master"
ok "SIGHUP while stopping is refused" until_so logged 'event=reload-refused .*detail="the daemon stops"'
kill -CONT "$(workers)"
wait "$client"
wait "$master"
is "and the stop goes on" $? 0
master=
finish
