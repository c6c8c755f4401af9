#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every entry of doc/TRAPS.md (a row of its tables) names in its last column, between backticks, a
# test that exists: a function of a test program, a case of a script, or a file below tests/.
set -u
cd "${SRCDIR:?}" || exit 1
[ -f doc/TRAPS.md ] || { echo "FAIL doc/TRAPS.md is not there"; exit 1; }
words=$(find tests -type f ! -path 'tests/guards/*' -print0 | xargs -0 cat | grep -aoE '[A-Za-z0-9_]+' | sort -u)
bad=0
rows=0
while IFS= read -r row; do
	rows=$((rows + 1))
	last=$(sed -E 's/ *\| *$//; s/.*\| *//' <<<"$row")
	named=0
	for name in $(grep -oE '`[^`]+`' <<<"$last" | tr -d '`'); do
		named=$((named + 1))
		if [[ $name == tests/* ]]; then
			[ -e "$name" ] || { echo "FAIL $name does not exist: $row"; bad=1; }
		elif ! grep -qx -- "$name" <<<"$words"; then
			echo "FAIL no test $name: $row"
			bad=1
		fi
	done
	[ $named -gt 0 ] || { echo "FAIL no test named: $row"; bad=1; }
done < <(grep -E '^\|' doc/TRAPS.md | grep -vE '^\|[ |:-]+\|?$' | grep -viE '^\| *library *\|')
[ $rows -ge 10 ] || { echo "FAIL only $rows entries found"; bad=1; }
echo "$rows traps"
exit $bad
