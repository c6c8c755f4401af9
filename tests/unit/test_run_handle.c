/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When a message that failed has its next turn.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/handle.h"

static void
the_pause_doubles_up_to_an_hour(void **state)
{
	(void)state;
	assert_int_equal(run_handle_pause(0), 1);
	for (unsigned n = 1; n < 12; n++)
		assert_int_equal(run_handle_pause(n), 2 * run_handle_pause(n - 1));
	assert_int_equal(run_handle_pause(12), 3600);
	assert_int_equal(run_handle_pause(4000000000U), 3600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_pause_doubles_up_to_an_hour)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
