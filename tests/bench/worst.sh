#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the worst message of up to 1 MiB costs in CPU: those that worst.py makes up to the limits, and all
# that is published, unpacked. One line for `make bench`; the ten dearest on standard error.
set -u
: "${SRCDIR:?}" "${BUILDDIR:?}" "${SHEPD_SHARED:?}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/shepd-worst.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 "$SRCDIR/tests/bench/worst.py" "$folder" || exit 1
published=()
if [ -d "$SHEPD_SHARED/corpora" ]; then
	published=("$SHEPD_SHARED/corpora" "$SHEPD_SHARED/samples")
	n=0
	for file in $(find "$SHEPD_SHARED/corpora" -name '*.xml.gz'); do
		n=$((n + 1))
		gzip -dc "$file" >"$folder/$n-$(basename "$file" .gz)" || exit 1
	done
	tar -xzf "$SHEPD_SHARED/corpora/08-xmlconf/xmlconf.tar.gz" -C "$folder" || exit 1
fi
"$BUILDDIR/tests/bench/worst" "$BUILDDIR/testpki/trust" 2026-07-01T00:00:00Z "$SRCDIR/schemas/payload/hq.xsd" \
	"$folder" "${published[@]}"
