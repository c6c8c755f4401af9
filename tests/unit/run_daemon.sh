#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepd as a process, without a database: its command line, its workers, its signals, its end. What it
# answers is other tests' matter; the contract, which needs no database, shows that it serves.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/daemon.sh"
trap daemon_leave EXIT
daemon_folder

# --- command line and configuration ------------------------------------------------------------------
"$BUILDDIR/shepd" --nonsense 2>/dev/null
is "a wrong option ends with 2" $? 2
"$BUILDDIR/shepd" surplus 2>/dev/null
is "an argument ends with 2" $? 2
has "--version" "$("$BUILDDIR/shepd" --version)" '^shepd [0-9]'
"$BUILDDIR/shepd" -c "$dir/nowhere.conf" 2>"$dir/log"
is "no configuration ends with 1" $? 1
ok "and says which" logged 'event=configuration file=.*nowhere.conf'
configure 'workers = 2;' 1
sed -i 's/workers = 2/workers = 0; colour = 3/' "$dir/shepd.conf"
"$BUILDDIR/shepd" -c "$dir/shepd.conf" 2>"$dir/log"
is "mistakes end with 1" $? 1
is "every mistake has its line" "$(grep -c 'event=configuration .*line=[1-9]' "$dir/log")" 2

# --- workers -------------------------------------------------------------------------------------------
configure 'workers = 3;' 1
start
ok "the ready line names the ports" logged "event=ready ports=$port,$tls_port workers=3"
is "as many workers as configured" "$(workers | wc -w)" 3
ok "served" served
ok "served over TLS" curl -sS -m 30 -o "$dir/wsdl" -k \
	"https://127.0.0.1:$tls_port/sync?wsdl"
before=$(workers)
victim=${before%% *}
kill -9 "$victim"
ok "a killed worker is told" until_so logged "event=worker-died worker=$victim how=\"signal 9\""
three_others() { [ "$(workers | wc -w)" -eq 3 ] && ! workers | tr ' ' '\n' | grep -qxF -e "${1// /$'\n'}"; }
ok "and replaced" until_so three_others "$victim"
ok "served after it" served
for _ in 1 2 3; do
	gone=$(workers)
	kill -9 $gone
	ok "all killed, all replaced" until_so three_others "${gone% }"
done
ok "served after that" served
sed "s/port = 0; }/port = $port; }/" "$dir/shepd.conf.d/site.conf" >"$dir/shepd.conf.d/site.conf.new"
mv "$dir/shepd.conf.d/site.conf.new" "$dir/shepd.conf.d/site.conf"
"$BUILDDIR/shepd" -c "$dir/shepd.conf" 2>"$dir/second"
is "a second daemon on the same port ends with 1" $? 1
has "and says why" "$(cat "$dir/second")" "event=not-started code=CONFIG .*port $port"
stop
is "SIGTERM ends with 0" "$code" 0
ok "stopped is the last line" test "$(tail -n 1 "$dir/log" | grep -c event=stopped)" = 1
served
is "nobody listens any more" $? 1

# --- a log that nobody reads -------------------------------------------------------------------------
configure 'workers = 2;' 1
mkfifo "$dir/pipe"
sleep 600 <"$dir/pipe" &
reader=$!
rm -f "$dir/ready"
"$BUILDDIR/shepd" -c "$dir/shepd.conf" --ready-file "$dir/ready" 2>"$dir/pipe" &
master=$!
until_so test -s "$dir/ready"
port=$(sed -n 1p "$dir/ready")
/usr/bin/python3 - "$port" <<'P'
import http.client, sys, time
for _ in range(3):  # as many lines a second as a peer may cause, until the pipe is full
    for _ in range(100):
        link = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
        link.request("GET", "/nowhere/" + 400 * "x")
        assert link.getresponse().status == 404
    time.sleep(1)
P
is "a full log does not stop a request" $? 0
kill "$reader"
wait "$reader" 2>/dev/null
ok "nor does a log that is gone" served
before=$(workers)
kill -9 ${before%% *}
both_but() { [ "$(workers | wc -w)" -eq 2 ] && ! workers | grep -qw "$1"; }
ok "the master goes on without it" until_so both_but "${before%% *}"
ok "and serves" served
stop
is "and ends with 0" "$code" 0

# --- few descriptors -------------------------------------------------------------------------------------
(ulimit -n 16 && exec "$BUILDDIR/shepd" -c "$dir/shepd.conf") 2>"$dir/second"
is "too few open files end with 1" $? 1
has "and the limit is named" "$(cat "$dir/second")" 'event=not-started .*open files'
files=$(ulimit -Sn)
ulimit -Sn 40
start
ulimit -Sn "$files"
/usr/bin/python3 - "$port" <<'P'
import http.client, socket, sys
port = int(sys.argv[1])
silent = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(80)]
link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
link.request("GET", "/sync?wsdl")
assert link.getresponse().status == 200
P
is "more connections than descriptors keep nobody out" $? 0
ok "and served after that" served
stop
is "SIGTERM ends with 0 then, too" "$code" 0

# --- a worker's share, and what is left of a master ------------------------------------------------
configure 'workers = 2; worker_requests = 5;' 1
start
before=$(workers)
good=0
for _ in $(seq 40); do
	served && good=$((good + 1))
done
is "no request is lost when workers are replaced after their share" "$good" 40
ok "they were replaced" test "$before" != "$(workers)"
ok "they left well" logged 'event=worker-left .*how="exit 0"'
# a client that is still agreeing on TLS when its worker comes to its share
configure 'workers = 1; worker_requests = 1;' 1
kill -HUP "$master"
ok "one worker, one request" until_so logged 'event=reloaded .*workers=1'
/usr/bin/python3 - "$(sed -n 1p "$dir/ready")" "$(sed -n 2p "$dir/ready")" <<'P'
import http.client, socket, ssl, sys, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.maximum_version = ssl.TLSVersion.TLSv1_2  # its server has the last word
link = socket.create_connection(("127.0.0.1", int(sys.argv[2])), 30)
come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(come, go)


def step(what, *arguments):
    while True:
        try:
            done = what(*arguments)
            link.sendall(go.read())
            return done
        except ssl.SSLWantReadError:
            link.sendall(go.read())
            octets = link.recv(65536)
            assert octets, "closed"
            come.write(octets)


try:
    tls.do_handshake()
except ssl.SSLWantReadError:
    link.sendall(go.read())
come.write(link.recv(65536))  # a worker has it
other = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
other.request("GET", "/sync?wsdl")
assert other.getresponse().status == 200
time.sleep(0.5)  # longer than a stop waits for who is idle
step(tls.do_handshake)
step(tls.write, b"GET /sync?wsdl HTTP/1.1\r\nHost: x\r\n\r\n")
assert step(tls.read, 12) == b"HTTP/1.1 200"
P
is "TLS that is being agreed when its worker ends leads to an answer" $? 0
orphans=$(workers)
kill -9 "$master"
wait "$master" 2>/dev/null
master=
nobody() { for pid in $orphans; do kill -0 "$pid" 2>/dev/null && return 1; done; return 0; }
ok "workers do not outlive their master" until_so nobody

# --- a parent that ignores signals ------------------------------------------------------------------------
configure 'workers = 2;' 1
rm -f "$dir/ready"
# the kernel would bury the children by itself, and the limit of CPU would be none
/usr/bin/python3 -c 'import os, signal, sys
for number in (signal.SIGCHLD, signal.SIGPROF):
    signal.signal(number, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$BUILDDIR/shepd" -c "$dir/shepd.conf" --ready-file "$dir/ready" 2>"$dir/log" &
master=$!
until_so test -s "$dir/ready"
before=$(workers)
ignored=$(sed -n 's/^SigIgn:\t*/0x/p' "/proc/${before%% *}/status")
is "SIGPROF ends a worker whoever started the daemon" $(((ignored >> 26) & 1)) 0
kill -9 ${before%% *}
ok "one that dies is replaced" until_so both_but "${before%% *}"
kill -TERM "$master"
gone() { ! kill -0 "$master"; }
ok "and a stop comes to its end" until_so gone
[ -z "$(workers)" ] || kill -9 $(workers)
master=

# --- a worker that is stuck --------------------------------------------------------------------------
cat >"$dir/hole.py" <<'P'
import socket, sys
hole = socket.create_server(("127.0.0.1", 0))
print(hole.getsockname()[1], flush=True)
kept = []
while True:
    kept.append(hole.accept())
    print("called", flush=True)
P
/usr/bin/python3 "$dir/hole.py" >"$dir/hole" &
hole=$!
until_so test -s "$dir/hole"
configure 'workers = 1; request_seconds = 2;' "$(head -n 1 "$dir/hole")"
start
curl -sS -m 60 -H 'Content-Type: text/xml' -d '<x/>' "http://127.0.0.1:$port/sync" >"$dir/answer" 2>&1 &
client=$!
ok "a request waits for a database that is silent" until_so grep -q called "$dir/hole"
victim=$(workers)
kill -STOP $victim
ok "its worker is killed when deadline and grace are over" until_so logged "event=worker-stuck worker=${victim% }"
ok "and replaced" until_so served
wait "$client"
is "its client learns that the connection is gone" $? 52
stop
is "SIGTERM ends with 0 after that" "$code" 0
finish
