#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every row of err.def is raised by some source, and has a test that provokes it: a test below tests/
# (.c .sh .py .scn .tsv) names it, as ERR_<code>, as <code>, or by a wire code that no other row has.
# Tests of the table itself, of the log and of stories set rows by hand: they do not count. Every row names the rule
# that it stands for, and has its likely cause, or why none is named, in src/run/cause.def.
set -u
cd "${SRCDIR:?}" || exit 1
table=src/base/err.def
causes=src/run/cause.def
codes=$(sed -nE 's/^X\(([A-Z0-9_]+),.*/\1/p' "$table")
[ "$(wc -w <<<"$codes")" -ge 40 ] || { echo "FAIL no rows found in $table"; exit 1; }
words_of()
{
	find "$@" -print0 | xargs -0 cat | grep -aoE '[A-Za-z0-9_-]+' | sort -u
}
raised=$(words_of src -name '*.c' ! -path 'src/base/*')
named=$(words_of tests -type f \( -name '*.c' -o -name '*.sh' -o -name '*.py' -o -name '*.scn' -o -name '*.tsv' \) \
	! -path 'tests/guards/*' ! -name test_base.c ! -name test_log.c ! -name test_story.c)
lacking=0
for code in $codes; do
	wire=$(sed -nE "s/^X\\($code, [A-Z]+, \"([^\"]*)\".*/\\1/p" "$table")
	[ "$(grep -cE "^X\\([A-Z0-9_]+, [A-Z]+, \"$wire\"" "$table")" -eq 1 ] || wire=""
	if ! grep -qE "^X\\($code, [A-Z]+, (\"[^\"]*\", ){3}[0-9]+, \"[A-Za-z][^\"]+\", " "$table"; then
		echo "FAIL $code names no rule"
		lacking=$((lacking + 1))
	elif [ "$(grep -cE "^(X\\($code, [A-Z]+, \"[^\"]+\", \"[^\"]+\", \"[^\"]+\"|NONE\\($code, [A-Z]+, \"[^\"]+\")\\)$" "$causes")" -ne 1 ]; then
		echo "FAIL $code has not one cause, nor a reason why none, in $causes"
		lacking=$((lacking + 1))
	elif ! grep -qxF "ERR_$code" <<<"$raised"; then
		echo "FAIL nothing raises $code"
		lacking=$((lacking + 1))
	elif ! grep -qxE "ERR_$code|$code${wire:+|$wire}" <<<"$named"; then
		echo "FAIL no test provokes $code"
		lacking=$((lacking + 1))
	fi
done
echo "$(wc -w <<<"$codes") rows, $lacking never raised, without a test, a rule or a cause"
[ $lacking -eq 0 ]
