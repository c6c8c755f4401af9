#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Documents name only what is there: files and folders of the tree, targets of make, programs in build/,
# and every room of src/LAYERS stands in the table of rooms.
set -u
: "${SRCDIR:?}" "${BUILDDIR:?}"
cd "$SRCDIR" || exit 1
documents="README.md $(ls doc/*.md tests/*/README.md)"
bad=0
count=0
fail()
{
	echo "FAIL $*"
	bad=1
}

for document in $documents; do
	for path in $(grep -ohE '(^|[ `(])(src|tests|doc|deploy|schemas|wsdl|certs)/[A-Za-z0-9_./-]*[A-Za-z0-9_/]' "$document" |
		tr -d ' `(' | sort -u); do
		count=$((count + 1))
		[ -e "$path" ] || fail "$document: $path does not exist"
	done
	for link in $(grep -oE '\]\([^)]*\)' "$document" | tr -d '()]'); do
		count=$((count + 1))
		[ -e "$(dirname "$document")/$link" ] || fail "$document: the link $link leads nowhere"
	done
	for target in $(grep -ohE '`make (-C [a-z-]+ )?[a-z]+(-[a-z]+)*' "$document" | awk '{ print $NF }' | sort -u); do
		[ "$target" != make ] || continue
		count=$((count + 1))
		grep -qE "^$target:" "$BUILDDIR/Makefile" || fail "$document: there is no target $target"
	done
	for program in $(grep -ohE 'build/(shepd|shepctl|shepsim|kzgost\.so)' "$document" | sort -u); do
		count=$((count + 1))
		[ -e "$BUILDDIR/${program#build/}" ] || fail "$document: $program is not built"
	done
done
for room in $(sed -nE 's/^([a-z]+):.*/\1/p' src/LAYERS); do
	grep -qE "^\| (\`[a-z]+\`, )?\`$room\`" doc/ARCHITECTURE.md || fail "ARCHITECTURE does not describe $room"
done
[ $count -ge 50 ] || fail "only $count names found in $documents"
echo "$count names in $(wc -w <<<"$documents") documents"
exit $bad
