#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Options of shepd, shepctl and shepsim are the same in the source that reads them, in --help, and in the man
# page, in its synopsis and where each is described.
set -u
: "${SRCDIR:?}" "${BUILDDIR:?}"
cd "$SRCDIR" || exit 1
bad=0
count=0

# same WHERE OPTIONS WANTED
same()
{
	[ "$2" = "$3" ] || { echo "FAIL $1: $(diff <(echo "$2") <(echo "$3") | grep '^[<>]' | tr '\n' ' ')"; bad=1; }
}

# "-c" and "--name" out of text on standard input, in order
in_text()
{
	grep -oE -- '(^|[[ (|])--?[a-z][a-z-]*' | grep -oE -- '--?[a-z-]+' | sort -u
}

# the same out of mdoc on standard input
in_mdoc()
{
	grep -oE '(^\.|Op |It |, |\| )Fl -?[a-z-]+' | sed -E 's/.*Fl /-/' | sort -u
}

# options that getopt reads in a file, without --help
in_source()
{
	{
		grep -ohE '"[a-z-]+", (required|no)_argument|TEXT\("[a-z-]+"' "$1" | sed -E 's/.*"([a-z-]+)".*/--\1/'
		grep -ohE 'getopt(_long)?\(argc, argv, "[a-z]:' "$1" | sed -E 's/.*"([a-z]):/-\1/'
	} | grep -vx -- --help | sort -u
}

# compare NAME SOURCE HELP SYNOPSIS DESCRIPTION
compare()
{
	local read
	read=$(in_source "$2")
	count=$((count + $(wc -w <<<"$read")))
	same "$1: --help against the source" "$(in_text <<<"$3")" "$read"
	same "$1: the synopsis against the source" "$(in_mdoc <<<"$4")" "$read"
	same "$1: the description against the source" "$(in_mdoc <<<"$5")" "$read"
}

synopsis()
{
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$1"
}

compare shepd src/run/main_shepd.c "$("$BUILDDIR/shepd" --help)" "$(synopsis doc/shepd.8)" \
	"$(sed -n '/^The options are/,/^\.El/p' doc/shepd.8)"
compare shepsim src/sim/main.c "$("$BUILDDIR/shepsim" --help)" "$(synopsis doc/shepsim.1)" \
	"$(sed -n '/^The options are/,/^\.El/p' doc/shepsim.1)"
for command in $("$BUILDDIR/shepctl" help | sed -nE 's/^  ([a-z-]+) .*/\1/p'); do
	source=src/ctl/${command//-/_}.c
	[ -f "$source" ] || source=src/ctl/main.c
	compare "$command" "$source" "$("$BUILDDIR/shepctl" "$command" --help)" \
		"$(synopsis doc/shepctl.8 | awk -v c="$command" '/^\.Cm/ { on = $2 == c } /^\.(Op )?Fl|^\.Op/ { if (on) print }')" \
		"$(awk -v c="$command" '/^\.Sh EXIT/ { exit } /^\.It Cm/ { on = $3 == c } on && /^\.It Fl/' doc/shepctl.8)"
done
[ $count -ge 25 ] || { echo "FAIL only $count options found"; bad=1; }
echo "$count options"
exit $bad
