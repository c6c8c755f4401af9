/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rules: the shipped profiles say what their act says, and a broken profile does not load.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dom/dom.h"
#include "fixture.h"
#include "rules/rules.h"

static struct rules *rules;
static struct arena *arena;

static int
load(void **state)
{
	struct err e = {0};

	(void)state;
	arena = arena_new();
	if (rules_load(fixture_srcdir(), &rules, &e) != 0)
		fprintf(stderr, "%s\n", e.detail);
	return rules == NULL;
}

static int
unload(void **state)
{
	(void)state;
	rules_free(rules);
	arena_free(arena);
	return 0;
}

static const struct rules_hq_profile *
almaty(void)
{
	const struct rules_hq_profile *p = rules_hq(rules, "2012-almaty-oblast");

	assert_non_null(p);
	return p;
}

static void
the_profile_of_2012_has_the_acts_term_lists_and_channels(void **state)
{
	const struct rules_hq_profile *p = almaty();
	char text[11];

	(void)state;
	assert_int_equal(p->term_days, 30);
	assert_true(p->one_open_application);
	assert_true(p->channel_pep);
	assert_false(p->channel_provider || p->channel_csc);
	assert_int_equal(p->categories.count, 14);
	assert_int_equal(p->documents.count, 13);
	assert_int_equal(p->region_count, 20);
	assert_string_equal(cal_write(p->valid_to, text), "2014-06-02");
	assert_string_equal(rules_item(&p->statuses, "REGISTERED")->name.ru, "Зарегистрирован");
	assert_string_equal(rules_item(&p->statuses, "REGISTERED")->name.kk, "Тіркелді");
	assert_null(rules_hq(rules, "2025-otbasy-bank"));
	assert_null(rules_item(&p->categories, "15"));
}

static void
documents_are_required_of_everybody_or_by_category(void **state)
{
	const struct rules_list *d = &almaty()->documents;

	(void)state;
	assert_true(rules_item(d, "D01")->required && rules_item(d, "D02")->required);
	assert_false(rules_item(d, "D03")->required || rules_item(d, "D08")->required);
	assert_true(rules_asked_by(rules_item(d, "D07"), "14"));
	assert_false(rules_asked_by(rules_item(d, "D07"), "1"));
	assert_true(rules_asked_by(rules_item(d, "D08"), "12"));
	assert_false(rules_asked_by(rules_item(d, "D08"), "4"));
	assert_false(rules_asked_by(rules_item(d, "D08"), "7"));
	assert_false(rules_asked_by(rules_item(d, "D08"), ""));
	assert_false(rules_asked_by(rules_item(d, "D01"), "1"));
}

static void
every_list_names_its_items_in_both_languages_of_the_state(void **state)
{
	const struct rules_hq_profile *p = almaty();
	const struct rules_list *const lists[] = {
	    &p->documents, &p->categories, &p->consents, &p->kinships, &p->statuses};

	(void)state;
	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		assert_true(lists[l]->count > 0);
		for (size_t i = 0; i < lists[l]->count; i++) {
			const struct rules_text *name = &lists[l]->items[i].name;
			assert_true(
			    name->kk[0] != '\0' && name->ru[0] != '\0' && name->en[0] != '\0');
		}
	}
}

static void
numbers_follow_the_template(void **state)
{
	struct rules_hq_profile p = {.name = "p", .provider = "P1"};
	static const struct {
		const char *template, *number, *counter;
		int64_t seq;
	} rows[] = {
	    {"{provider}-{yyyy}-{seq:6}", "P1-2026-000001", "p/2026", 1},
	    {"{seq:7}/P2", "0000012/P2", "p", 12},
	    {"{seq:1}", "1234567890123", "p", 1234567890123},
	    {"A.{yyyy}/{seq:2}-{provider}", "A.2026/99-P1", "p/2026", 99},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p.number_template = rows[i].template;
		assert_string_equal(rules_number(&p, 2026, rows[i].seq, arena), rows[i].number);
		assert_string_equal(rules_counter(&p, 2026, arena), rows[i].counter);
	}
	assert_string_equal(rules_number(almaty(), 2026, 1, arena), "HQ19-2026-000001");
	assert_string_equal(rules_counter(almaty(), 2026, arena), "2012-almaty-oblast/2026");
}

/* A data folder with the shipped rules, after one shell command in schemas/rules. */
static void
refuses_after(const char *command, const char *detail)
{
	char folder[] = "/tmp/shepd-rules.XXXXXX";
	struct rules *broken = NULL;
	struct err e = {0};

	assert_non_null(mkdtemp(folder));
	const char *all = arena_printf(arena,
	    "cd '%s' && mkdir schemas && cp -R '%s/schemas/rules' schemas/ && chmod -R u+w schemas "
	    "&& "
	    "cd schemas/rules && %s",
	    folder, fixture_srcdir(), command);
	assert_int_equal(system(all), 0);
	assert_int_equal(rules_load(folder, &broken, &e), -1);
	assert_null(broken);
	assert_int_equal(e.code, ERR_CONFIG);
	if (strstr(e.detail, detail) == NULL)
		fail_msg("%s: no \"%s\"", e.detail, detail);
	assert_int_equal(system(arena_printf(arena, "rm -rf '%s'", folder)), 0);
}

static void
refuses_a_broken_profile_with_file_and_reason(void **state)
{
	(void)state;
	refuses_after("rm *.xml", "no rule profiles");
	refuses_after("rm hq-profile.xsd", "hq-profile.xsd");
	refuses_after("sed -i 's/<termDays>30/<termDays>0/' 2012*.xml", "termDays");
	refuses_after("sed -i 's/{seq:6}/{seq}/' 2012*.xml", "numberTemplate");
	refuses_after("sed -i 's/code=\"D02\"/code=\"D01\"/' 2012*.xml", "2012-almaty-oblast.xml");
	refuses_after(
	    "sed -i 's/requiredFor=\"14\"/requiredFor=\"13 15\"/' 2012*.xml", "category 15");
	refuses_after("sed -i 's/<validTo>2014-06-02/&+05:00/' 2012*.xml", "validTo");
	refuses_after(
	    "cp 2012-almaty-oblast.xml twice.xml", "twice.xml: profile 2012-almaty-oblast");
	refuses_after("echo '<x' >z.xml", "z.xml");
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_profile_of_2012_has_the_acts_term_lists_and_channels),
	    cmocka_unit_test(documents_are_required_of_everybody_or_by_category),
	    cmocka_unit_test(every_list_names_its_items_in_both_languages_of_the_state),
	    cmocka_unit_test(numbers_follow_the_template),
	    cmocka_unit_test(refuses_a_broken_profile_with_file_and_reason),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, load, unload);
}
