#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl's command line: help, unknown commands, exit status. Each subcommand has its own tests.
set -u
ctl=$BUILDDIR/shepctl
failed=0

# check NAME STATUS PATTERN ARGUMENT...: exit status and a line of the output
check()
{
	local name=$1 status=$2 pattern=$3 out
	shift 3
	out=$("$ctl" "$@" 2>&1)
	if [ $? -eq "$status" ] && grep -q -- "$pattern" <<<"$out"; then
		echo "ok: $name"
	else
		echo "FAILED: $name: $out"
		failed=1
	fi
}

check without_a_command_it_prints_usage 2 '^usage: shepctl COMMAND'
check help_lists_the_commands 0 '^  version ' help
check an_unknown_command_is_a_usage_error 2 'no such command: frobnicate' frobnicate
check a_command_says_how_it_is_called 0 '^usage: shepctl migrate \[-c FILE\]$' migrate --help
check a_wrong_option_is_answered_with_the_usage 2 '^usage: shepctl check \[-c FILE\]' check --frobnicate
check version_names_the_package 0 '^shepd [0-9]' version
check version_takes_no_arguments 2 'takes no arguments' version x
exit $failed
