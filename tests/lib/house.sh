# SPDX-License-Identifier: GPL-2.0-or-later
#
# A whole house for scripts (bash): private PostgreSQL, test PKI of today, configuration, shepd. Source
# it with SRCDIR and BUILDDIR set:
#   house_open [--no-fsync]     folder, PKI, configuration, database; no daemon yet
#   house_sign_with KEY         replies are signed with that key of the PKI (rsa/gateway, gost/gateway)
#   house_offer_async [URL]     HQ_ASYNC (applications) and HQ_MAIL (kept) on the asynchronous channel; answers go
#                               to URL, whose answers rsa/system signs; without it nobody is there to take them
#   house_start [LIMITS]        the daemon; HTTP and TLS on free ports: URL, TLS_URL, PORT, TLS_PORT, HOUSE_PID.
#                               LIMITS: lines for the group limits
#   house_stop                  SIGTERM, waits; returns the daemon's exit status
#   house_close                 everything ends, the folder goes
#   house_send SERVICE FAMILY PAYLOAD [shepctl send options...]
#   house_submit_form IIN LOCALITY, house_status_form IIN NUMBER    print a payload
#   house_spoil MODE [ARGUMENT] <GOOD >BAD
: "${SRCDIR:?}" "${BUILDDIR:?}"
. "$SRCDIR/tests/lib/postgres.sh"

HOUSE_SECRET=test-secret-of-the-portal
HOUSE_PID=

house_sign_with()
{
	cp "$HOUSE/pki/$1.pem" "$HOUSE/keys/signing.pem" && cp "$HOUSE/pki/$1.key" "$HOUSE/keys/signing.key"
}

house_site()
{
	cat <<C
data_dir = "$SRCDIR";
listen: ( { address = "127.0.0.1"; port = 0; },
	{ address = "127.0.0.1"; port = 0; tls = true;
	  certificate = "../pki/rsa/tls.pem"; key = "../pki/rsa/tls.key"; } );
database: { daemon = "$PG_DAEMON"; migrate = "$PG_OWNER"; milliseconds = 5000; };
senders: ( { sender_id = "pep"; secret = "$("$BUILDDIR/shepctl" secret <"$HOUSE/secret")";
	bin = ""; certificates = (); bare_faultcode = false; suspended = false; } );
C
}

house_open()
{
	HOUSE=$(mktemp -d "${TMPDIR:-/tmp}/shepd-house.XXXXXX") || return 1
	pg_start "$@" || return 1
	"$SRCDIR/certs/make-test-pki" --date "$(date -u -d yesterday +%Y-%m-%dT00:00:00Z)" \
		--module "$BUILDDIR/kzgost.so" --out "$HOUSE/pki" >"$HOUSE/pki.log" 2>&1 ||
		{ cat "$HOUSE/pki.log" >&2; return 1; }
	mkdir -p "$HOUSE/keys" "$HOUSE/shepd.conf.d" "$HOUSE/pki/partners"
	ln -sfn trust "$HOUSE/pki/anchors"
	cp "$SRCDIR/deploy/shepd.conf" "$HOUSE/shepd.conf"
	printf %s "$HOUSE_SECRET" >"$HOUSE/secret"
	house_site >"$HOUSE/shepd.conf.d/site.conf"
	cat "$HOUSE/pki/rsa/trust/"*.pem >"$HOUSE/tls-ca.pem"
	house_sign_with rsa/gateway || return 1
	"$BUILDDIR/shepctl" migrate -c "$HOUSE/shepd.conf" >"$HOUSE/migrate.log" 2>&1 ||
		{ cat "$HOUSE/migrate.log" >&2; return 1; }
	pg_grant
}

house_offer_async()
{
	cat >"$HOUSE/shepd.conf.d/async.conf" <<-C
		services: (
			{ service_id = "HQ_ASYNC"; handler = "housing.submit"; profile = "2012-almaty-oblast";
			  callers = ( "pep" ); business_signature = true; sync = false; async = true; },
			{ service_id = "HQ_MAIL"; handler = "mailbox.keep"; profile = "none"; callers = ( "pep" ); async = true; }
		);
		receivers: ( { name = "shep"; url = "${1:-http://127.0.0.1:9/async}"; sender_id = "akimat";
			secret_file = "../secret"; certificates = ( "../pki/rsa/system.pem" ); retry_first = 1; retry_longest = 4; } );
		profiles: (
			{ service_id = "HQ_ASYNC"; direction = "in"; receiver = "shep"; },
			{ service_id = "HQ_ASYNC"; direction = "out"; receiver = "shep"; } );
	C
}

house_start()
{
	local waited=0
	[ $# -eq 0 ] || sed -i "/^limits: {/,/^};/c limits: { $* };" "$HOUSE/shepd.conf"
	rm -f "$HOUSE/ready"
	# nothing of the caller's stays open: a reader of its output would wait for the daemon's end
	"$BUILDDIR/shepd" -c "$HOUSE/shepd.conf" --ready-file "$HOUSE/ready" </dev/null >>"$HOUSE/log" 2>&1 &
	HOUSE_PID=$!
	until [ -s "$HOUSE/ready" ]; do
		sleep 0.1
		waited=$((waited + 1))
		kill -0 $HOUSE_PID 2>/dev/null && [ $waited -lt 300 ] ||
			{ echo "shepd did not start:" >&2; tail -n 20 "$HOUSE/log" >&2; return 1; }
	done
	PORT=$(sed -n 1p "$HOUSE/ready")
	TLS_PORT=$(sed -n 2p "$HOUSE/ready")
	URL="http://127.0.0.1:$PORT/sync"
	TLS_URL="https://127.0.0.1:$TLS_PORT/sync"
	export URL TLS_URL PORT TLS_PORT HOUSE_PID
}

house_stop()
{
	local code=0
	[ -n "$HOUSE_PID" ] || return 0
	kill -TERM "$HOUSE_PID" 2>/dev/null
	wait "$HOUSE_PID" || code=$?
	HOUSE_PID=
	return $code
}

house_close()
{
	house_stop
	pg_stop
	[ -z "${HOUSE:-}" ] || rm -rf "$HOUSE"
}

house_send()
{
	local service=$1 family=$2 payload=$3
	shift 3
	"$BUILDDIR/shepctl" send --url "$URL" --service "$service" --sender pep --secret-file "$HOUSE/secret" \
		--cert "$HOUSE/pki/$family/gateway.pem" --key "$HOUSE/pki/$family/gateway.key" \
		--trust "$HOUSE/pki/trust" "$@" "$payload"
}

house_submit_form()
{
	sed "s/@IIN@/$1/g; s/@LOCALITY@/$2/g" "$SRCDIR/tests/scenario/payload/submit.xml"
}

house_status_form()
{
	sed "s/@IIN@/$1/g; s/@NUMBER@/$2/g" "$SRCDIR/tests/scenario/payload/status.xml"
}

house_spoil()
{
	/usr/bin/python3 "$SRCDIR/tests/lib/tamper.py" "$@"
}
