#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Our sources stand as .clang-format says.
set -u
cd "${SRCDIR:?}" || exit 1
command -v clang-format >/dev/null || { echo "FAIL clang-format is not installed"; exit 1; }
[ -f .clang-format ] || { echo "FAIL .clang-format is not there"; exit 1; }
files=$(find src tests wsdl -name '*.[ch]' | sort)
[ "$(wc -w <<<"$files")" -ge 50 ] || { echo "FAIL sources not found"; exit 1; }
bad=0
for file in $files; do
	clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || { echo "FAIL $file"; bad=1; }
done
echo "$(wc -w <<<"$files") files"
exit $bad
