#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl secret: what it prints is salt and SHA-256, by an outside judge; no two salts are alike.
set -u
. "$SRCDIR/tests/lib/check.sh"
ctl=$BUILDDIR/shepctl

first=$(printf 'machine-made\nsecond line\n' | "$ctl" secret)
has prints_salt_and_digest "$first" '^[0-9a-f]{32}\$[0-9a-f]{64}$'
is the_digest_is_that_of_salt_and_secret "${first#*\$}" \
	"$(printf '%s' "${first%\$*}machine-made" | sha256sum | cut -d' ' -f1)"
second=$(printf 'machine-made' | "$ctl" secret)
ok salts_differ [ "${first%\$*}" != "${second%\$*}" ]
out=$("$ctl" secret </dev/null 2>&1)
is an_empty_secret_is_refused $? 1
has an_empty_secret_is_named "$out" 'CONFIG: -: the first line is empty'
"$ctl" secret machine-made >/dev/null 2>&1 </dev/null
is a_secret_on_the_command_line_is_a_usage_error $? 2
finish
