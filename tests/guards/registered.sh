#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nothing is written and never run: every cmocka test stands in its table, every test program and
# script below tests/ in a makefile fragment, and what is run by its name may be run.
set -u
cd "${SRCDIR:?}" || exit 1
bad=0
tests=0
programs=0

for file in $(grep -rlE --include='*.c' '<cmocka\.h>' tests); do
	for name in $(grep -A1 -xE 'static void' "$file" | sed -nE 's/^([a-z0-9_A-Z]+)\(void \*\*(state)?\)$/\1/p'); do
		tests=$((tests + 1))
		# once where it is defined, once more in the table
		if [ "$(grep -cw -- "$name" "$file")" -lt 2 ]; then
			echo "FAIL $file: $name is not registered"
			bad=1
		fi
	done
done
fragments=$(find tests certs -name '*.mk' -print0 | xargs -0 cat)
for file in $(find tests -type f \( -name '*.c' -o -name '*.sh' -o -name '*.py' \) | sort); do
	programs=$((programs + 1))
	if ! grep -qF "$file" <<<"$fragments"; then
		echo "FAIL $file stands in no makefile fragment"
		bad=1
	fi
done
for file in tests/integration/*.sh tests/faults/*.sh; do
	[ -x "$file" ] || { echo "FAIL $file is not executable"; bad=1; }
done
echo "$tests tests, $programs programs and scripts"
[ $tests -ge 20 ] && [ $programs -ge 5 ] || { echo "FAIL nothing to check was found"; bad=1; }
exit $bad
