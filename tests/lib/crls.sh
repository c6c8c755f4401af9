# SPDX-License-Identifier: GPL-2.0-or-later
#
# For test scripts (bash): a server of CRLs with a folder of its own, and CRLs of any kind. Source it with
# SRCDIR and BUILDDIR set.
#   crls_serve DIR               starts tests/lib/crl_server.py there; CRLS_PORT, CRLS_PID
#   crls_mode NAME [MODE]        what it does at /NAME from now on; nothing = serve the file
#   crls_make NAME ARGUMENT...   a CRL into its folder, see tests/lib/make_crl.py
#   crls_count PATTERN           requests so far whose line matches
#   crls_end
: "${SRCDIR:?}" "${BUILDDIR:?}"
CRLS_PID=

crls_serve()
{
	CRLS_DIR=$1
	mkdir -p "$CRLS_DIR"
	: >"$CRLS_DIR/.requests"
	rm -f "$CRLS_DIR/.port"
	/usr/bin/python3 "$SRCDIR/tests/lib/crl_server.py" "$CRLS_DIR" >"$CRLS_DIR/.port" &
	CRLS_PID=$!
	for _ in $(seq 200); do
		[ ! -s "$CRLS_DIR/.port" ] || break
		sleep 0.05
	done
	CRLS_PORT=$(cat "$CRLS_DIR/.port")
	[ -n "$CRLS_PORT" ]
}

crls_mode()
{
	if [ $# -eq 2 ]; then
		echo "$2" >"$CRLS_DIR/$1.mode"
	else
		rm -f "$CRLS_DIR/$1.mode"
	fi
}

crls_make()
{
	local name=$1
	shift
	/usr/bin/python3 "$SRCDIR/tests/lib/make_crl.py" --out "$CRLS_DIR/$name" "$@"
}

crls_count()
{
	grep -cE -e "$1" "$CRLS_DIR/.requests"
}

crls_end()
{
	[ -z "$CRLS_PID" ] || kill "$CRLS_PID" 2>/dev/null
	CRLS_PID=
}
