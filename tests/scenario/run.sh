#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Plays every .scn file of this folder over one private PostgreSQL; see README.md beside it.
set -u
: "${SRCDIR:?}" "${BUILDDIR:?}"
. "$SRCDIR/tests/lib/postgres.sh"
folder=
clean()
{
	pg_stop
	[ -z "$folder" ] || rm -rf "$folder"
}
trap clean EXIT
folder=$(mktemp -d "${TMPDIR:-/tmp}/shepd-scenario.XXXXXX") || exit 99
pg_start --no-fsync || exit 99

rc=0
for scenario in "$SRCDIR"/tests/scenario/*.scn; do
	# Each begins on an empty database: numbers and counts are its own.
	pg_sql "DROP SCHEMA IF EXISTS shepd CASCADE" 2>/dev/null
	pki=$BUILDDIR/testpki
	cat >"$folder/shepd.conf" <<C
data_dir = "$SRCDIR";
listen: ( { address = "127.0.0.1"; port = 0; } );
database: { daemon = "$PG_DAEMON"; migrate = "$PG_OWNER"; milliseconds = 5000; };
trust: { anchors = "$pki/trust"; crl = "$pki/crl"; revocation = "crl";
	algorithms = ( "rsa-sha256", "gost2015", "gost2004" ); };
signing: { certificate = "$pki/rsa/system.pem"; key = "$pki/rsa/system.key"; };
senders: (
	{ sender_id = "pep"; secret = "$(printf %s test-secret | "$BUILDDIR/shepctl" secret)"; },
	{ sender_id = "platform"; secret = "$(printf %s test-secret | "$BUILDDIR/shepctl" secret)"; bare_faultcode = true; },
	{ sender_id = "suspended"; secret = "$(printf %s test-secret | "$BUILDDIR/shepctl" secret)"; suspended = true; },
	{ sender_id = "other-bin"; secret = "$(printf %s test-secret | "$BUILDDIR/shepctl" secret)"; bin = "000140000012"; }
);
services: (
	{ service_id = "HQ_SUBMIT"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep", "suspended", "other-bin" ); business_signature = true; placement = "auto"; },
	{ service_id = "HQ_STRING"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; placement = "string"; },
	{ service_id = "HQ_PLACE"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; placement = "in-place"; signers = 2; },
	{ service_id = "HQ_TEXT"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; placement = "text"; signers = 2; },
	{ service_id = "HQ_DATA"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; placement = "data"; },
	{ service_id = "HQ_CHILD"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; placement = "child"; },
	{ service_id = "HQ_GOST"; handler = "housing.status"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); algorithms = ( "gost2015" ); },
	{ service_id = "HQ_STATUS"; handler = "housing.status"; profile = "2012-almaty-oblast";
	  callers = ( "pep", "platform" ); },
	{ service_id = "HQ_LENIENT"; handler = "housing.status"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); revocation_unknown = "accept"; },
	{ service_id = "HQ_LENIENT_SUBMIT"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; revocation_unknown = "accept"; },
	{ service_id = "HQ_OFF"; handler = "housing.status"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); enabled = false; },
	{ service_id = "HQ_ASYNC"; handler = "housing.submit"; profile = "2012-almaty-oblast";
	  callers = ( "pep" ); business_signature = true; sync = false; async = true; },
	{ service_id = "HQ_MAIL"; handler = "mailbox.keep"; profile = "none";
	  callers = ( "pep" ); async = true; }
);
receivers: ( { name = "shep"; url = "http://127.0.0.1:9/async"; sender_id = "akimat";
	certificates = ( "$BUILDDIR/testpki/rsa/gateway.pem" ); } );
profiles: (
	{ service_id = "HQ_ASYNC"; direction = "in"; receiver = "shep"; },
	{ service_id = "HQ_ASYNC"; direction = "out"; receiver = "shep"; deadline_seconds = 3600; }
);
C
	"$BUILDDIR/shepctl" migrate -c "$folder/shepd.conf" >"$folder/migrate.log" 2>&1 && pg_grant ||
		{ cat "$folder/migrate.log"; exit 1; }
	PGHOST=$PG_DIR PGUSER=postgres PGDATABASE=shepd PATH="$PG_BIN:$PATH" \
		"$BUILDDIR/tests/scenario/scenario" "$folder/shepd.conf" "$folder" "$scenario" 2>"$folder/log" || rc=1
	cat "$folder/log" >&2
	# whoever the citizen is, the log does not name him
	! grep -E 'event=request .*(IIN|[^0-9])0001013[0-9]{5}([^0-9]|$)' "$folder/log" || { echo "FAIL an IIN in the log"; rc=1; }
done
exit $rc
