/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cal: dates that exist, terms in calendar days, the day in Astana.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cal/cal.h"
#include "fixture.h"

static struct cal_date
date(const char *text)
{
	struct cal_date d;

	assert_true(cal_read(text, &d));
	return d;
}

static void
a_term_of_30_days_counts_from_the_day_of_registration(void **state)
{
	static const struct {
		const char *from, *to;
		int days;
	} rows[] = {
	    {"2026-02-10", "2026-03-12", 30}, /* domain.md SC-01 */
	    {"2026-02-19", "2026-03-21", 30}, /* SC-05 */
	    {"2024-02-10", "2024-03-11", 30}, /* a leap year */
	    {"2026-12-31", "2027-01-30", 30},
	    {"2100-02-10", "2100-03-12", 30}, /* no leap year */
	    {"2000-02-28", "2000-02-29", 1},
	    {"2026-01-01", "2026-01-01", 0},
	    {"2026-03-01", "2026-02-28", -1},
	    {"1996-01-01", "2396-01-01", 146097},
	};
	char text[11];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    cal_write(cal_add_days(date(rows[i].from), rows[i].days), text), rows[i].to);
}

static void
every_day_of_800_years_follows_the_day_before(void **state)
{
	struct cal_date d = date("1600-01-01"), next;

	(void)state;
	for (int n = 0; n < 2 * 146097; n++, d = next) {
		next = cal_add_days(d, 1);
		assert_true(cal_valid(next));
		assert_int_equal(cal_compare(d, next), -1);
		assert_int_equal(cal_compare(next, d), 1);
		if (next.day != 1) {
			assert_int_equal(next.day, d.day + 1);
			assert_int_equal(next.month, d.month);
			continue;
		}
		assert_false(cal_valid((struct cal_date){d.year, d.month, d.day + 1}));
		assert_int_equal(next.year * 12 + next.month, d.year * 12 + d.month + 1);
	}
	assert_int_equal(cal_compare(d, date("2400-01-01")), 0);
}

static void
the_day_is_astanas(void **state)
{
	char text[11];

	(void)state;
	assert_string_equal(
	    cal_write(cal_date_of(fixture_instant("2026-02-09T18:59:59Z")), text), "2026-02-09");
	assert_string_equal(
	    cal_write(cal_date_of(fixture_instant("2026-02-09T19:00:00Z")), text), "2026-02-10");
	assert_string_equal(
	    cal_write(cal_date_of(fixture_instant("2024-02-28T18:00:00Z")), text), "2024-02-29");
}

static void
refuses_what_is_no_date(void **state)
{
	static const char *const bad[] = {"", "2026-2-10", "2026-02-30", "2026-13-01", "2026-00-10",
	    "2026-02-00", "0000-01-01", "2026/02/10", "2026-02-10 ", " 2026-02-1", "2025-02-29",
	    "1900-02-29", "2026-02-1x", "-026-02-10"};
	struct cal_date d;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(cal_read(bad[i], &d));
	assert_true(cal_read("2000-02-29", &d));
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_term_of_30_days_counts_from_the_day_of_registration),
	    cmocka_unit_test(every_day_of_800_years_follows_the_day_before),
	    cmocka_unit_test(the_day_is_astanas),
	    cmocka_unit_test(refuses_what_is_no_date),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
