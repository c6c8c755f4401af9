#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each header compiles alone, with the warnings of the build. Tables for X-macros are no headers.
set -u
: "${SRCDIR:?}" "${BUILDDIR:?}" "${CC:?}"
flags=$(MAKEFLAGS= make -s -C "$BUILDDIR" print-flags) || exit 1
[ -n "$flags" ] || { echo "FAIL no flags"; exit 1; }
bad=0
count=0
cd "$BUILDDIR" || exit 1
for header in $(find "$SRCDIR/src" "$SRCDIR/tests" -name '*.h' | sort); do
	grep -q '^X(' "$header" && continue
	count=$((count + 1))
	# shellcheck disable=SC2086
	if ! printf '#include "config.h"\n#include "%s"\n' "$header" |
		$CC $flags -I"$SRCDIR/tests/lib" -Werror -Wno-unused-function -fsyntax-only -x c -; then
		echo "FAIL ${header#"$SRCDIR"/} does not compile alone"
		bad=1
	fi
done
[ $count -ge 15 ] || { echo "FAIL only $count headers found"; bad=1; }
echo "$count headers"
exit $bad
