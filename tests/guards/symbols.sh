#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Library symbols stay in their rooms: what nm sees in the objects. Generated code is exempt. A rule
# whose library nobody uses fails, because then it looks at nothing. The programs hold nothing of what
# nobody may use.
set -u
cd "${BUILDDIR:?}" || exit 1
bad=0

# pattern of undefined symbols | rooms that may have them
rules='^xmlSec|sig
^xml[A-Z]|dom sig
^PQ[a-z]|db
^X509|pki gost
^SSL_|door
^soap_|codec door
^config_|conf
^curl_|fetch
^nettle_|gost
^__gmp|gost'

objects=$(find src -name '*.o' ! -name 'libgen_a-*' | sort)
[ "$(wc -l <<<"$objects")" -ge 20 ] || { echo "FAIL objects not found in $BUILDDIR/src"; exit 1; }

while IFS='|' read -r pattern rooms; do
	uses=0
	for object in $objects; do
		room=${object#src/}
		room=${room%%/*}
		found=$(nm -u "$object" | awk '{ print $2 }' | grep -E -- "$pattern")
		# xmlSec is a library of its own, with a rule of its own
		[ "$pattern" = '^xml[A-Z]' ] && found=$(grep -v '^xmlSec' <<<"$found")
		[ -n "$found" ] || continue
		uses=$((uses + $(wc -l <<<"$found")))
		if [[ " $rooms " != *" $room "* ]]; then
			echo "FAIL $object uses $(echo $found | cut -c1-200): only $rooms may"
			bad=1
		fi
	done
	echo "$pattern: $uses uses in $rooms"
	if [ $uses -eq 0 ]; then
		echo "FAIL no object uses $pattern"
		bad=1
	fi
done <<<"$rules"

# gSOAP's dispatcher, which runs the first operation of two, and its plugins; defined or wanted
for program in shepd shepctl shepsim; do
	symbols=$(nm "$program" | awk '{ print $NF }')
	grep -q '^soap_' <<<"$symbols" || { echo "FAIL nothing of gSOAP found in $program"; bad=1; }
	found=$(grep -E '^(soap_serve|shep_serve|soap_wsse|soap_wsa|soap_(set|get)_cookie|soap_smdevp|soap_mecevp)' <<<"$symbols")
	[ -z "$found" ] || { echo "FAIL $program holds" $found; bad=1; }
done

# a secret's digest is compared in constant time
wanted=$(nm -u src/route/route.o | awk '{ print $2 }')
grep -qx CRYPTO_memcmp <<<"$wanted" || { echo "FAIL route does not use CRYPTO_memcmp"; bad=1; }
grep -qxE 'memcmp|bcmp' <<<"$wanted" && { echo "FAIL route uses memcmp"; bad=1; }
exit $bad
