#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every row of err.def has a test that provokes it: a file below tests/ names it, as ERR_<code>, as
# <code>, or by a wire code that no other row has.
set -u
cd "${SRCDIR:?}" || exit 1
table=src/base/err.def
codes=$(sed -nE 's/^X\(([A-Z0-9_]+),.*/\1/p' "$table")
[ "$(wc -w <<<"$codes")" -ge 40 ] || { echo "FAIL no rows found in $table"; exit 1; }
words=$(find tests -type f ! -path 'tests/guards/*' ! -name '*.mk' -print0 | xargs -0 cat | grep -aoE '[A-Za-z0-9_-]+' | sort -u)
lacking=0
for code in $codes; do
	wire=$(sed -nE "s/^X\\($code, [A-Z]+, \"([^\"]*)\".*/\\1/p" "$table")
	[ "$(grep -cE "^X\\([A-Z0-9_]+, [A-Z]+, \"$wire\"" "$table")" -eq 1 ] || wire=""
	if ! grep -qxE "ERR_$code|$code${wire:+|$wire}" <<<"$words"; then
		echo "FAIL no test provokes $code"
		lacking=$((lacking + 1))
	fi
done
echo "$(wc -w <<<"$codes") rows, $lacking without a test"
[ $lacking -eq 0 ]
