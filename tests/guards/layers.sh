#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may include whom: src/LAYERS, and which room may include which library. Fails when it finds
# nothing to check.
set -u
cd "${SRCDIR:?}/src" || exit 1
bad=0
checked=0

fail()
{
	echo "FAIL $*"
	bad=1
}

# room -> rooms it may include, "*" spelled out
declare -A may
above=""
while IFS=: read -r room rooms; do
	[ "${rooms# }" = "*" ] && rooms=$above
	may[$room]=" $room $rooms "
	above="$above $room"
	[ -d "$room" ] || fail "LAYERS names $room, which is no folder"
done < <(grep -v '^#' LAYERS)
[ ${#may[@]} -ge 10 ] || fail "LAYERS lists ${#may[@]} rooms"

# header prefix -> rooms that may know the library
libraries='libconfig.h=conf
libxml/=dom sig
xmlsec/=sig
libpq=db
curl/=fetch
nettle/=gost
gmp.h=gost
stdsoap2.h=codec door
shep_=codec
openssl/ssl=door
openssl/x509=pki gost
openssl/ocsp=pki
openssl/cms=pki
openssl/ts.h=pki
openssl/pkcs12=pki gost'

library_of()
{
	while IFS== read -r prefix rooms; do
		[[ $1 == "$prefix"* ]] && echo "$rooms"
	done <<<"$libraries"
}

for file in $(find . -name '*.[ch]' -o -name '*.def' | sed 's,^\./,,' | sort); do
	room=${file%%/*}
	[ -n "${may[$room]:-}" ] || { fail "$file stands in a room that LAYERS does not list"; continue; }
	while read -r header; do
		checked=$((checked + 1))
		other=${header%%/*}
		if [[ $header == */* && -n "${may[$other]:-}" ]]; then
			[[ ${may[$room]} == *" $other "* ]] || fail "$file includes $header: $room may not know $other"
		fi
		for allowed in "$(library_of "$header")"; do
			[[ -z $allowed || " $allowed " == *" $room "* ]] || fail "$file includes <$header>: only $allowed may"
		done
	done < <(sed -nE 's/^#[ \t]*include[ \t]+[<"]([^>"]+)[>"].*/\1/p' "$file")
done
[ $checked -ge 100 ] || fail "only $checked includes were found"
echo "$checked includes of ${#may[@]} rooms"
exit $bad
