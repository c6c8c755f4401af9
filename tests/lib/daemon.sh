# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepd as a process without a database, for scripts (bash): source it after check.sh.
#   daemon_folder                        a folder in $dir: keys, trust, place for the configuration
#   configure LIMITS DATABASE-PORT       writes the configuration: HTTP and TLS on free ports
#   start, stop                          the daemon: master, port, tls_port; its end: code
#   until_so COMMAND...                  waits until it succeeds, 30 s at most
#   served, workers, logged PATTERN      the contract comes; pids of the workers; a line of the log
#   daemon_leave                         for EXIT: ends what runs (also $hole), removes the folder
master=
hole=
pki=$BUILDDIR/testpki

daemon_leave()
{
	[ -z "$master" ] || kill -9 "$master" 2>/dev/null
	[ -z "$hole" ] || kill "$hole" 2>/dev/null
	rm -rf "$dir"
}

daemon_folder()
{
	dir=$(mktemp -d "${TMPDIR:-/tmp}/shepd-daemon.XXXXXX") || exit 1
	mkdir -p "$dir/shepd.conf.d" "$dir/keys" "$dir/pki/partners"
	ln -s "$pki/trust" "$dir/pki/anchors"
	ln -s "$pki/crl" "$dir/pki/crl"
	cp "$pki/rsa/gateway.pem" "$dir/keys/signing.pem"
	cp "$pki/rsa/gateway.key" "$dir/keys/signing.key"
}

configure()
{
	sed "/^limits: {/,/^};/c limits: { $1 };" "$SRCDIR/deploy/shepd.conf" >"$dir/shepd.conf"
	sed "/^listen: (/,/^);/d; s|^data_dir.*|data_dir = \"$SRCDIR\";|
		s|^\tdaemon = .*|\tdaemon = \"host=127.0.0.1 port=$2 user=nobody dbname=none\";|
		s|milliseconds = .*|milliseconds = 60000;|" \
		"$SRCDIR/deploy/shepd.conf.d/site.conf" >"$dir/shepd.conf.d/site.conf"
	cat >>"$dir/shepd.conf.d/site.conf" <<-C
		listen: ( { address = "127.0.0.1"; port = 0; },
			{ address = "127.0.0.1"; port = 0; tls = true;
			  certificate = "$pki/rsa/tls.pem"; key = "$pki/rsa/tls.key"; } );
	C
}

until_so()
{
	for _ in $(seq 600); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}

start()
{
	rm -f "$dir/ready"
	: >"$dir/log"
	"$BUILDDIR/shepd" -c "$dir/shepd.conf" --ready-file "$dir/ready" 2>>"$dir/log" &
	master=$!
	until_so test -s "$dir/ready" || { cat "$dir/log"; exit 1; }
	port=$(sed -n 1p "$dir/ready")
	tls_port=$(sed -n 2p "$dir/ready")
}

stop()
{
	kill -TERM "$master"
	wait "$master"
	code=$?
	master=
}

served()
{
	curl -sS -m 30 "http://127.0.0.1:$port/sync?wsdl" 2>&1 | grep -q 'wsdl:definitions\|definitions'
}

workers()
{
	pgrep -x -P "$master" shepd-worker | sort | tr '\n' ' '
}

logged()
{
	grep -qE -e "$1" "$dir/log"
}
