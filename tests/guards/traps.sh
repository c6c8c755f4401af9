#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every entry of doc/TRAPS.md (a row of its tables) names in its last column, between backticks, a
# test that exists: a function of a test program or of a script, or a file below tests/.
set -u
cd "${SRCDIR:?}" || exit 1
[ -f doc/TRAPS.md ] || { echo "FAIL doc/TRAPS.md is not there"; exit 1; }
names=$({
	grep -rhoE --include='*.c' '^[a-z0-9_]+\(void \*\*' tests
	grep -rhA1 --include='*.c' '^REFUSES(' tests
	grep -rhoE --include='*.py' '^def [a-z0-9_]+' tests
	grep -rhoE --include='*.sh' '^[a-z0-9_]+\(\)$' tests
} | grep -oE '[a-z0-9_]{5,}' | sort -u)
[ "$(wc -w <<<"$names")" -ge 400 ] || { echo "FAIL only $(wc -w <<<"$names") tests found"; exit 1; }
bad=0
rows=0
while IFS= read -r row; do
	rows=$((rows + 1))
	last=$(sed -E 's/ *\| *$//; s/.*\| *//' <<<"$row")
	named=0
	for name in $(grep -oE '`[^`]+`' <<<"$last" | tr -d '`'); do
		named=$((named + 1))
		if [[ $name == tests/* ]]; then
			[ -f "$name" ] || { echo "FAIL $name does not exist: $row"; bad=1; }
		elif ! grep -qx -- "$name" <<<"$names"; then
			echo "FAIL no test $name: $row"
			bad=1
		fi
	done
	[ $named -gt 0 ] || { echo "FAIL no test named: $row"; bad=1; }
done < <(grep -E '^\|' doc/TRAPS.md | grep -vE '^\|[ |:-]+\|?$' | grep -viE '^\| *library *\|')
[ $rows -ge 60 ] || { echo "FAIL only $rows entries found"; bad=1; }
echo "$rows traps"
exit $bad
