# SPDX-License-Identifier: GPL-2.0-or-later
#
# For test scripts (bash): counts what holds and what does not; `finish` prints "N passed, N failed".
# Expects SRCDIR, BUILDDIR and SHEPD_SHARED in the environment (tests/local.mk sets them).
: "${SRCDIR:?}" "${BUILDDIR:?}" "${SHEPD_SHARED:?}"
check_passed=0
check_failed=0

# ok WHAT COMMAND...: the command succeeds.
ok()
{
	local what=$1
	shift
	if "$@"; then
		check_passed=$((check_passed + 1))
		echo "ok   $what"
	else
		check_failed=$((check_failed + 1))
		echo "FAIL $what: $*"
	fi
}

# is WHAT GOT WANTED: the same text.
is()
{
	if [ "$2" = "$3" ]; then
		check_passed=$((check_passed + 1))
		echo "ok   $1"
	else
		check_failed=$((check_failed + 1))
		printf 'FAIL %s\n  got    %s\n  wanted %s\n' "$1" "$2" "$3"
	fi
}

# has WHAT TEXT PATTERN: the text matches the extended regular expression.
has()
{
	if grep -qE -e "$3" <<<"$2"; then
		check_passed=$((check_passed + 1))
		echo "ok   $1"
	else
		check_failed=$((check_failed + 1))
		printf 'FAIL %s\n  no %s in: %.600s\n' "$1" "$3" "$2"
	fi
}

# skip N WHY: counted; a tier fails on it when ../shared is there.
skip()
{
	echo "SKIPPED $1: $2"
}

finish()
{
	echo "$check_passed passed, $check_failed failed"
	[ "$check_failed" -eq 0 ] && [ "$check_passed" -gt 0 ]
}
