/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When a message is tried again, and whether its receiver is called: planning, with instants.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/breaker.h"

#define SECOND ((int64_t)1000000000)

static const struct run_terms_of_retry terms = {
    .first = 4, .longest = 60, .failures = 3, .concurrency = 5};

static void
pauses_double_up_to_the_longest(void **state)
{
	static const int64_t seconds[] = {4, 4, 8, 16, 32, 60, 60};

	(void)state;
	for (unsigned failed = 0; failed < 7; failed++) {
		int64_t middle = run_pause(&terms, failed, UINT16_MAX / 2);
		assert_true(middle <= seconds[failed] * 1000);
		assert_true(middle >= seconds[failed] * 1000 - 100);
	}
	assert_int_equal(run_pause(&terms, 4000000000U, UINT16_MAX), 60000);
}

static void
chance_varies_a_pause_by_a_quarter_either_way(void **state)
{
	(void)state;
	assert_int_equal(run_pause(&terms, 2, 0), 6000);
	assert_int_equal(run_pause(&terms, 2, UINT16_MAX), 10000);
	assert_int_equal(run_pause(&terms, 9, 0) < 60000, 1);
	assert_int_equal(run_pause(&terms, 9, UINT16_MAX), 60000);
}

static void
a_closed_breaker_lets_through_what_the_concurrency_allows(void **state)
{
	struct run_breaker b = {0};

	(void)state;
	assert_int_equal(run_breaker_room(&b, &terms, 0, 0), 5);
	assert_int_equal(run_breaker_room(&b, &terms, 0, 4), 1);
	assert_int_equal(run_breaker_room(&b, &terms, 0, 5), 0);
	assert_int_equal(run_breaker_room(&b, &terms, 0, 6), 0);
}

static void
it_opens_with_so_many_failures_in_a_row_and_no_others(void **state)
{
	struct run_breaker b = {0};

	(void)state;
	assert_false(run_breaker_failed(&b, &terms, 0, 0));
	assert_false(run_breaker_failed(&b, &terms, 0, 0));
	assert_false(run_breaker_well(&b));
	assert_false(run_breaker_failed(&b, &terms, 0, 0));
	assert_false(run_breaker_failed(&b, &terms, 0, 0));
	assert_int_equal(run_breaker_room(&b, &terms, 0, 0), 5);
	assert_true(run_breaker_failed(&b, &terms, 0, 0));
	assert_int_equal(run_breaker_room(&b, &terms, 0, 0), 0);
	assert_int_equal(b.until, 3 * SECOND);
}

static void
what_fails_while_it_is_open_changes_nothing(void **state)
{
	struct run_breaker b = {.opened = 1, .until = 10 * SECOND};

	(void)state;
	assert_false(run_breaker_failed(&b, &terms, 9 * SECOND, 0));
	assert_int_equal(b.until, 10 * SECOND);
	assert_int_equal(b.opened, 1);
}

static void
behind_its_time_one_probe_decides(void **state)
{
	struct run_breaker b = {.opened = 1, .until = 10 * SECOND};

	(void)state;
	assert_int_equal(run_breaker_room(&b, &terms, 10 * SECOND - 1, 0), 0);
	assert_int_equal(run_breaker_room(&b, &terms, 10 * SECOND, 0), 1);
	assert_int_equal(run_breaker_room(&b, &terms, 10 * SECOND, 1), 0);
	assert_true(run_breaker_failed(&b, &terms, 11 * SECOND, 0)); /* for longer */
	assert_int_equal(b.until, 17 * SECOND);
	assert_int_equal(run_breaker_room(&b, &terms, 16 * SECOND, 0), 0);
	assert_true(run_breaker_well(&b));
	assert_int_equal(run_breaker_room(&b, &terms, 16 * SECOND, 0), 5);
	assert_false(run_breaker_failed(&b, &terms, 17 * SECOND, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pauses_double_up_to_the_longest),
	    cmocka_unit_test(chance_varies_a_pause_by_a_quarter_either_way),
	    cmocka_unit_test(a_closed_breaker_lets_through_what_the_concurrency_allows),
	    cmocka_unit_test(it_opens_with_so_many_failures_in_a_row_and_no_others),
	    cmocka_unit_test(what_fails_while_it_is_open_changes_nothing),
	    cmocka_unit_test(behind_its_time_one_probe_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
