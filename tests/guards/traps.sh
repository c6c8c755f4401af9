#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every entry of doc/TRAPS.md and doc/VERIFIER.md (a row of their tables) names in its last column, between
# backticks, a test that exists: a function of a test program or of a script, or a file below tests/. The
# checklist has all of its numbers, and those that sources name as the rule of a refusal.
set -u
cd "${SRCDIR:?}" || exit 1
for document in doc/TRAPS.md doc/VERIFIER.md; do
	[ -f $document ] || { echo "FAIL $document is not there"; exit 1; }
done
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
done < <(grep -hE '^\|' doc/TRAPS.md doc/VERIFIER.md | grep -vE '^\|[ |:-]+\|?$' |
	grep -viE '^\| *(library|rule) *\|')
[ $rows -ge 95 ] || { echo "FAIL only $rows entries found"; bad=1; }
for rule in R-0{1..5} R-1{0..4} R-2{0..6} R-3{0..7} R-4{0..3} R-5{0..5} \
	$(grep -rhoE '"R-[0-9]+"' src | tr -d '"' | sort -u); do
	[ "$(grep -c "^| $rule |" doc/VERIFIER.md)" -eq 1 ] || { echo "FAIL $rule is not one row of VERIFIER"; bad=1; }
done
echo "$rows traps and rules"
exit $bad
