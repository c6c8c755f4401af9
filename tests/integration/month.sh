#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl month: months are listed, held, released and dropped, over the role that owns the schema; what
# forbids it is said, and who did it and why stands in the journal.
set -u
. "$SRCDIR/tests/lib/check.sh"
. "$SRCDIR/tests/lib/postgres.sh"
trap 'pg_stop; rm -rf "$dir"' EXIT
dir=$(mktemp -d "${TMPDIR:-/tmp}/shepd-month.XXXXXX") || exit 1
pg_start --no-fsync || exit 1

# configure [LINES]
configure()
{
	cat >"$dir/shepd.conf" <<-C
		data_dir = "$SRCDIR";
		database: { daemon = "$PG_DAEMON"; migrate = "$PG_OWNER"; };
		trust: { anchors = "$BUILDDIR/testpki/trust"; revocation = "off"; };
		${1:-}
	C
}

# month ARGUMENT...: out, err, code
month()
{
	out=$(timeout 60 "$BUILDDIR/shepctl" month "$@" -c "$dir/shepd.conf" 2>"$dir/err")
	code=$?
	err=$(<"$dir/err")
}

acts()
{
	pg_sql "SELECT operation || '|' || peer || '|' || detail FROM shepd.journal WHERE verdict = 'operated' ORDER BY id DESC LIMIT 1"
}

configure
ok "the schema is made" "$BUILDDIR/shepctl" migrate -c "$dir/shepd.conf"
pg_sql "SELECT shepd.keep_months('2022-12-10T00:00:00Z')" >/dev/null
month list
is "every month that is here" "$code $(grep -cE '^20[0-9]{2}-[0-9]{2}(	[0-9]+){5}	-$' <<<"$out")" "0 8"
has "and the rows that no month was made for" "$out" '^-	0	0	0	0	'

who=$(id -un)
month drop 2022-12 --reason yearly --at 2025-12-31T23:59:59Z
is "not before its time" "$code" 1
has "and says until when" "$err" 'shepctl month: 2022-12 is kept until 2026-01-01'
month hold 2022-12 --reason "case 17"
is "a hold" "$code $(acts)" "0 month hold 2022-12|$who|case 17"
month list
has "is listed" "$out" '^2022-12	.*	case 17$'
month drop 2022-12 --reason yearly --at 2026-01-01T00:00:00Z
has "and keeps the month" "$code $err" '^1 shepctl month: 2022-12 is under legal hold: case 17'
month release 2022-12 --reason "case 17 is closed"
is "released" "$code $(acts)" "0 month release 2022-12|$who|case 17 is closed"
month drop 2022-12 --reason yearly --at 2026-01-01T00:00:00Z
is "dropped" "$code $(acts)" "0 month drop 2022-12|$who|yearly"
month list
is "and gone" "$(grep -c '^2022-12' <<<"$out")" 0
month drop 2022-12 --reason yearly
has "once" "$code $err" '^1 shepctl month: there is no month 2022-12'
configure "retention: { months = 12; };"
month drop 2023-01 --reason yearly --at 2024-01-31T23:59:59Z
has "retention is what the configuration says" "$err" '2023-01 is kept until 2024-02-01 .retention.months = 12.'
month drop 2023-01 --reason yearly --at 2024-02-01T00:00:00Z
is "and no longer" "$code" 0

month drop 2023-02
has "a reason is asked for" "$code $err" '^2 .*--reason is missing'
month drop --reason x
has "and a month" "$code $err" '^2 .*which month'
month list 2023-02
has "list takes none" "$code $err" '^2 .*list takes no month'
month list --reason x
has "and no reason" "$code $err" '^2 .*list takes no --at'
month burn 2023-02 --reason x
has "no other act" "$code $err" '^2 .*list, drop, hold or release'
month drop 2023-02 --reason x --at soon
has "and a time that is one" "$code $err" '^1 .*--at soon is no time'
sed -i 's/ migrate = "[^"]*";//' "$dir/shepd.conf"
month list
has "it needs the role that owns the schema" "$code $err" '^1 .*database.migrate is not set'
finish
