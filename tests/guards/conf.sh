#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What may be set stands in three places alike: the table (src/conf/conf_def.h), shepd.conf(5) with
# type, range and default, and the worked example. The man pages have no fault that mandoc finds.
set -u
cd "${SRCDIR:?}" || exit 1
bad=0
page=doc/shepd.conf.5
fail()
{
	echo "FAIL $*"
	bad=1
}

# group|name|TYPE|default|range
table=$(sed -nE 's/^X\("([^"]*)", ([a-z0-9_]+), ([A-Z]+), [a-z_]+, [a-z0-9_.]+, (NULL|PKGDATADIR|"[^"]*"), "([^"]*)", .*/\1#\2#\3#\4#\5/p' \
	src/conf/conf_def.h)
rows=$(grep -c '^X(' src/conf/conf_def.h)
[ "$rows" -ge 40 ] && [ "$(wc -l <<<"$table")" -eq "$rows" ] || fail "the table was not understood: $rows rows"

# group#name#type#text of the entry, on one line
described=$(awk '
	/^\.Ss / { group = $2 == "Top" ? "" : $2; next }
	/^\.Sh / { keys = $2 == "KEYS" }
	keys && /^\.It Ic / { if (entry) print entry; entry = group "#" $3 "#" $5 "#"; next }
	keys && /^\.El/ { if (entry) print entry; entry = ""; next }
	keys && entry { entry = entry " " $0 }
' "$page")
declare -A type=([STRING]=string [PATH]=path [CHOICE]=choice [NUMBER]=number [BOOL]=boolean [STRINGS]=strings [PATHS]=paths)

while IFS='#' read -r group name kind default range; do
	key=${group:+$group.}$name
	entry=$(grep -E "^$group#$name#" <<<"$described") || { fail "$page does not describe $key"; continue; }
	[[ $entry == "$group#$name#${type[$kind]}#"* ]] || fail "$page: $key is a ${type[$kind]}"
	[[ -z $range || $entry == *"Range: ${range//|/, }."* ]] || fail "$page: the range of $key is ${range//|/, }"
	case $default in
	NULL) want="Must be set." ;;
	PKGDATADIR) want="Default: the installed data," ;;
	'""') want="Default: none." ;;
	*) want="Default: ${default//\"/}." ;;
	esac
	[[ $entry == *"$want"* ]] || fail "$page: $key: $want"
done <<<"$table"

keys=$(cut -d'#' -f1,2 <<<"$table" | sort)
extra=$(comm -13 <(echo "$keys") <(cut -d'#' -f1,2 <<<"$described" | sort))
[ -z "$extra" ] || fail "$page describes what the table does not have: $extra"

# group#name of what the example says
said=$(awk '
	/^[a-z_]+ *= / { print "#" $1 }
	/^[a-z_]+: *[({]/ { group = $1; sub(/:.*/, "", group) }
	/^\t+[a-z0-9_]+ *= / { print group "#" $1 }
' deploy/shepd.conf deploy/shepd.conf.d/*.conf deploy/shepd.conf.d/*.conf.example | sort -u)
diff <(echo "$keys") <(echo "$said") || fail "the example (>) and the table (<) differ"

for man in doc/*.[1-9]; do
	mandoc -Tlint -W warning "$man" || fail "$man"
done
echo "$rows keys, $(wc -l <<<"$described") described, $(wc -l <<<"$said") in the example"
exit $bad
