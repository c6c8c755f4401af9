/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * base: the table of refusals, arena, octets, civil time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "fixture.h"

static void
first_error_wins(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, ERR_SIG_DIGEST, "digest of %s", "Body"), -1);
	assert_int_equal(err_set(&e, ERR_NOMEM, "later"), -1);
	assert_int_equal(e.code, ERR_SIG_DIGEST);
	assert_string_equal(e.detail, "digest of Body");
	err_at(&e, "payload");
	assert_string_equal(e.detail, "payload: digest of Body");
	assert_string_equal(e.public_, "");
}

static void
level_chooses_the_wire_code(void **state)
{
	struct err e = {.code = ERR_SIG_MISSING};

	(void)state;
	assert_string_equal(err_wire(&e), "SCE007");
	e.level = ERR_BUSINESS;
	assert_string_equal(err_wire(&e), "SCE017");
	e.code = ERR_MSG_FORMAT;
	assert_string_equal(err_wire(&e), "SCE001");
}

static void
an_error_names_the_rule_that_was_broken(void **state)
{
	struct err e = {0};

	(void)state;
	assert_string_equal(err_rule_of(&e), "");
	err_set(&e, ERR_SIG_STRUCTURE, "two of them");
	assert_string_equal(err_rule_of(&e), "R-21");
	assert_int_equal(err_rule(&e, "R-22"), -1);
	err_rule(&e, "R-20");
	assert_string_equal(err_rule_of(&e), "R-22");
	err_clear(&e);
	err_set(&e, ERR_NOMEM, "nothing of the sender's");
	err_rule(&e, "R-22");
	assert_string_equal(err_rule_of(&e), err_row(ERR_NOMEM)->rule);
}

static void
every_row_has_texts_in_three_languages(void **state)
{
	(void)state;
	for (int code = 0; code < ERR_CODES; code++) {
		const struct err_row *row = err_row((enum err_code)code);
		assert_non_null(row->name);
		for (int l = 0; l < 3; l++)
			assert_true(strlen(row->text[l]) > 10);
		assert_true(code == ERR_OK || row->rule[0] != '\0');
		assert_true(row->fault[0] == '\0' || row->http >= 500);
	}
}

static void
a_cut_detail_ends_with_a_whole_character(void **state)
{
	struct err e = {0};
	char longer[700];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(longer); i += 2)
		memcpy(longer + i, "\xD0\xB6", 2);
	longer[698] = '\0';
	err_set(&e, ERR_INTERNAL, "%s", longer);
	assert_int_equal(strlen(e.detail) % 2, 0);
	assert_true(strlen(e.detail) >= 508);
}

static void
arena_gives_zeroed_memory_and_starts_over(void **state)
{
	struct arena *a = arena_new();
	unsigned char *p;

	(void)state;
	assert_non_null(a);
	for (int round = 0; round < 2; round++) {
		for (size_t n = 1; n < 300000; n = n * 3 + 1) {
			p = arena_alloc(a, n);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xA5, n);
		}
		assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	assert_null(arena_alloc(a, SIZE_MAX));
	arena_free(a);
}

/* Text that fits into the block, ends it to the octet, and does not fit. */
static void
arena_prints_up_to_the_end_of_a_block_and_beyond(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (int shift = -40; shift < 40; shift++) {
		arena_reset(a);
		assert_non_null(arena_alloc(a, 65536 - 1024));
		char *s = arena_printf(a, "%*s", 1024 + shift, "x");
		assert_int_equal(strlen(s), 1024 + shift);
		assert_int_equal((uintptr_t)s % 16, 0);
		assert_int_equal(s[1023 + shift], 'x');
		unsigned char *next = arena_alloc(a, 64);
		for (int i = 0; i < 64; i++)
			assert_int_equal(next[i], 0);
		assert_int_equal(strlen(s), 1024 + shift);
	}
	arena_free(a);
}

static void
astana_changed_its_offset_on_2024_03_01(void **state)
{
	char text[CLOCK_TEXT];

	(void)state;
	assert_string_equal(clock_write(fixture_instant("2024-02-29T17:59:59Z"), text),
	    "2024-02-29T23:59:59+06:00");
	assert_string_equal(clock_write(fixture_instant("2024-02-29T18:00:00Z"), text),
	    "2024-02-29T23:00:00+05:00");
	assert_string_equal(clock_write(fixture_instant("2026-02-10T06:00:00Z"), text),
	    "2026-02-10T11:00:00+05:00");
}

/* The C library is the judge of the texts that are put together by hand. */
static void
writes_instants_as_the_c_library_does(void **state)
{
	char text[CLOCK_TEXT], right[120];

	(void)state;
	for (int64_t at = -62135596800; at < 253402300800; at += 9876543211) { /* years 1 to 9999 */
		time_t t = (time_t)at;
		struct tm tm;
		gmtime_r(&t, &tm);
		snprintf(right, sizeof(right), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		assert_string_equal(clock_write_utc((struct instant){at, 999999999}, text), right);
		localtime_r(&t, &tm);
		snprintf(right, sizeof(right), "%04d-%02d-%02dT%02d:%02d:%02d+%02ld:%02ld",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		    tm.tm_gmtoff / 3600, tm.tm_gmtoff / 60 % 60);
		assert_string_equal(clock_write((struct instant){at, 0}, text), right);
	}
}

static void
reads_every_form_of_a_date_that_partners_send(void **state)
{
	static const struct {
		const char *text, *utc;
	} good[] = {
	    {"2026-02-10T11:00:00+05:00", "2026-02-10T06:00:00Z"},
	    {"2026-02-10T06:00:00Z", "2026-02-10T06:00:00Z"},
	    {"2026-02-10T11:00:00", "2026-02-10T06:00:00Z"},
	    {"2021-10-12T11:00:00.123456", "2021-10-12T05:00:00Z"},
	    {"2021-10-12+06:00", "2021-10-11T18:00:00Z"},
	    {"2021-10-12", "2021-10-11T18:00:00Z"},
	};
	static const char *const bad[] = {"", "2026", "2026-02-10T", "2026-02-31", "2026-13-01",
	    "2026-02-10T25:00:00Z", "2026-02-10T11:00:00+05", "2026-02-10 11:00:00",
	    "2026-02-10T11:00:00Zx", "2026-02-10T11:00:00."};
	struct instant at;
	char text[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(clock_read(good[i].text, &at));
		assert_string_equal(clock_write_utc(at, text), good[i].utc);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_read(bad[i], &at));
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_error_wins),
	    cmocka_unit_test(an_error_names_the_rule_that_was_broken),
	    cmocka_unit_test(level_chooses_the_wire_code),
	    cmocka_unit_test(every_row_has_texts_in_three_languages),
	    cmocka_unit_test(a_cut_detail_ends_with_a_whole_character),
	    cmocka_unit_test(arena_gives_zeroed_memory_and_starts_over),
	    cmocka_unit_test(arena_prints_up_to_the_end_of_a_block_and_beyond),
	    cmocka_unit_test(astana_changed_its_offset_on_2024_03_01),
	    cmocka_unit_test(writes_instants_as_the_c_library_does),
	    cmocka_unit_test(reads_every_form_of_a_date_that_partners_send),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
