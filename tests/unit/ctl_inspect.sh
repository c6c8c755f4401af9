#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl inspect: its command line, its one line a file, its exit status. What it accepts and refuses is
# tests/vectors/inspect.py's.
set -u
. "${SRCDIR:?}/tests/lib/check.sh"
ctl=$BUILDDIR/shepctl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run ARGUMENT...: output in $out, status in $status
run()
{
	out=$("$ctl" inspect "$@" 2>"$work/err")
	status=$?
}

run
is without_files_it_is_a_usage_error $status 2
run --at yesterday x
is a_time_that_is_none_is_a_usage_error $status 2
run --revocation sometimes x
is a_revocation_that_is_none_is_a_usage_error $status 2
run --algorithms rsa-sha256,rsa-sha1 x
is an_algorithm_that_is_none_is_a_usage_error $status 2
run --unknown x
is an_unknown_option_is_a_usage_error $status 2
run --trust "$work/none" x
is a_folder_that_is_not_there_is_a_usage_error $status 2

printf '<a/>' >"$work/plain.xml"
printf '<a\t>\n' >"$work/tab	bed.xml"
run --trust "$BUILDDIR/testpki/trust" "$work/plain.xml" "$work/tab	bed.xml" "$work/none.xml"
is one_file_refused_makes_the_status_1 $status 1
is there_is_one_line_a_file "$(wc -l <<<"$out")" 3
is each_line_has_five_fields "$(awk -F '\t' 'NF != 5' <<<"$out" | wc -l)" 0
is the_third_field_is_the_row_of_the_table "$(cut -f 3 <<<"$out" | tr '\n' ' ')" \
	"SIG_MISSING XML_MALFORMED CONFIG "
ok a_tab_in_a_name_is_escaped grep -q 'tab\\tbed.xml' <<<"$out"
ok the_detail_begins_with_the_contracts_code_and_the_rule grep -q 'SCE017: R-53: ' <<<"$out"
ok every_refusal_names_its_rule [ "$(cut -f 5 <<<"$out" | grep -cE '^(SCE[0-9]+: )?[A-Za-z]+[^:]*: ')" = 3 ]

{
	printf '<a>'
	head -c 1100000 /dev/zero | tr '\0' x
	printf '</a>'
} >"$work/large.xml"
run "$work/large.xml"
is a_file_over_the_limit_is_refused "$(cut -f 2,3 <<<"$out")" "refused	HTTP_TOO_LARGE"
printf '\0' >"$work/nul.xml"
: >"$work/empty.xml"
run "$work/nul.xml" "$work/empty.xml"
is nothing_and_nul_are_refused "$(cut -f 2 <<<"$out" | sort -u)" refused

finish
