#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# src/: no function over 80 lines, median below 15; no file over 500. Prints the figures. Test programs
# are tables of cases and may be longer.
set -u
cd "${SRCDIR:?}" || exit 1
files=$(find src -name '*.[ch]' | sort)
[ -n "$files" ] || { echo "FAIL no files found"; exit 1; }
bad=0

# the lines between "{" and "}" in the first column
# shellcheck disable=SC2086
lengths=$(awk '
	FNR == 1 { start = 0 }
	/^\{$/ { start = FNR }
	/^\}$/ && start { print FNR - start - 1, FILENAME ":" start; start = 0 }
' $(grep '\.c$' <<<"$files") | sort -n)
count=$(wc -l <<<"$lengths")
[ "$count" -ge 50 ] || { echo "FAIL only $count functions found"; exit 1; }
median=$(sed -n "$(((count + 1) / 2))p" <<<"$lengths" | cut -d' ' -f1)
p90=$(sed -n "$((count * 9 / 10))p" <<<"$lengths" | cut -d' ' -f1)
echo "functions $count, median $median lines, p90 $p90, longest $(tail -n 1 <<<"$lengths")"
if [ "$median" -ge 15 ]; then
	echo "FAIL the median function has $median lines"
	bad=1
fi
while read -r n where; do
	if [ "$n" -gt 80 ]; then
		echo "FAIL $where: $n lines"
		bad=1
	fi
done <<<"$lengths"
# shellcheck disable=SC2086
while read -r n file; do
	if [ "$n" -gt 500 ] && [ "$file" != total ]; then
		echo "FAIL $file has $n lines"
		bad=1
	fi
done < <(wc -l $files)
echo "files $(wc -w <<<"$files"), longest $(wc -l $files | grep -v total | sort -n | tail -n 1)"
exit $bad
