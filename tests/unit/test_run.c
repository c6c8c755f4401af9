/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run: the tally of refusals, and where the business data stand in a message.
 */
#include "config.h"

#include <sys/wait.h>

#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sanitized.h"
#include "fixture.h"
#include "run/call.h"
#include "run/life.h"
#include "run/payload.h"
#include "run/tally.h"

static struct arena *arena;

static struct run_terms
terms(void)
{
	return (struct run_terms){NULL, &sig_default_policy, &dom_default_limits,
	    fixture_instant("2026-06-10T00:00:00Z"), NULL};
}

static void
refusals_above_the_rate_are_counted_not_written(void **state)
{
	struct run_tally *t = run_tally_new(3);
	const char *peer;
	unsigned count, rows = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		rows += run_tally_add(t, "192.0.2.1", 60 + i);
	assert_int_equal(rows, 3);
	assert_true(run_tally_add(t, "192.0.2.2", 61));
	assert_false(run_tally_take(t, 119, false, &peer, &count));
	assert_true(run_tally_take(t, 120, false, &peer, &count));
	assert_string_equal(peer, "192.0.2.1");
	assert_int_equal(count, 7);
	assert_false(run_tally_take(t, 120, false, &peer, &count));
	assert_true(run_tally_add(t, "192.0.2.1", 120));
	run_tally_free(t);
}

static void
a_count_is_given_at_the_end_whatever_the_minute(void **state)
{
	struct run_tally *t = run_tally_new(0);
	const char *peer;
	unsigned count;

	(void)state;
	assert_false(run_tally_add(t, "192.0.2.1", 60));
	assert_true(run_tally_take(t, 60, true, &peer, &count));
	assert_int_equal(count, 1);
	run_tally_free(t);
}

static void
a_uuid_is_of_version_4(void **state)
{
	struct err e = {0};
	char a[37], b[37];

	(void)state;
	assert_int_equal(run_uuid(a, &e), 0);
	assert_int_equal(run_uuid(b, &e), 0);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

/* Chance is drawn for several at once: none comes twice, and nothing of one stays. */
static void
the_uuids_of_a_desk_are_all_different(void **state)
{
	static char ids[200][37];
	struct run_desk desk = {.house = NULL};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		assert_int_equal(run_desk_uuid(&desk, ids[i], &e), 0);
		assert_int_equal(strlen(ids[i]), 36);
		assert_true(ids[i][14] == '4' && strchr("89ab", ids[i][19]) != NULL);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(ids[k], ids[i]);
		for (size_t k = desk.chance_left; k < sizeof(desk.chance); k++)
			assert_int_equal(desk.chance[k], 0);
	}
}

/* Opens the data of an unsigned service; the code, or ERR_OK with the root's name in *root. */
static enum err_code
open_data(const char *xml, enum route_placement placement, char root[64])
{
	const struct route_service service = {.service_id = "X", .placement = placement};
	const struct run_terms t = terms();
	struct run_payload payload = {0};
	struct dom *doc = NULL;
	struct err e = {0};

	assert_int_equal(dom_parse(octets_of(xml), &dom_default_limits, &doc, &e), 0);
	if (run_payload_open(dom_root(doc), &service, &t, arena, &payload, &e) == 0)
		snprintf(root, 64, "%s", dom_name(dom_root(payload.doc)));
	run_payload_fini(&payload);
	dom_free(doc);
	return e.code;
}

static void
the_shape_of_data_says_where_the_document_stands(void **state)
{
	char root[64];

	(void)state;
	assert_int_equal(open_data("<data> <a/> </data>", ROUTE_AUTO, root), ERR_OK);
	assert_string_equal(root, "a");
	assert_int_equal(open_data("<data>&lt;b/&gt;</data>", ROUTE_AUTO, root), ERR_OK);
	assert_string_equal(root, "b");
	assert_int_equal(open_data("<data><![CDATA[<c/>]]></data>", ROUTE_TEXT, root), ERR_OK);
	assert_string_equal(root, "c");
}

/* The string value is the text of all elements inside, in their order (XPath 1.0, 5.2). */
static void
the_string_value_of_data_is_a_document(void **state)
{
	char root[64];

	(void)state;
	assert_int_equal(
	    open_data("<data>\n <m><n>&lt;?xml version='1.0'?>&lt;a></n><![CDATA[<b/>]]></m>"
		      "&lt;/a>\n</data>",
		ROUTE_STRING, root),
	    ERR_OK);
	assert_string_equal(root, "a");
	assert_int_equal(open_data("<data>&lt;a/&gt;</data>", ROUTE_STRING, root), ERR_OK);
	assert_int_equal(
	    open_data("<data> <m> </m> </data>", ROUTE_STRING, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(open_data("<data><m>&lt;a/&gt;<!-- x --></m></data>", ROUTE_STRING, root),
	    ERR_MSG_FORMAT);
	assert_int_equal(open_data("<data><a/></data>", ROUTE_STRING, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(
	    open_data("<data><m>&lt;a/&gt;</m><m>&lt;b/&gt;</m></data>", ROUTE_STRING, root),
	    ERR_XML_MALFORMED);
	/* text is text only */
	assert_int_equal(
	    open_data("<data><m>&lt;a/&gt;</m></data>", ROUTE_TEXT, root), ERR_MSG_FORMAT);
}

/* Without a signature to verify the element in data is cut in the same way. */
static void
data_in_place_holds_one_element(void **state)
{
	char root[64];

	(void)state;
	assert_int_equal(open_data("<data> <a/> </data>", ROUTE_IN_PLACE, root), ERR_OK);
	assert_string_equal(root, "a");
	assert_int_equal(
	    open_data("<data><a/><b/></data>", ROUTE_IN_PLACE, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(open_data("<data/>", ROUTE_IN_PLACE, root), ERR_PAYLOAD_FORMAT);
}

static void
refuses_data_without_one_document(void **state)
{
	char root[64];

	(void)state;
	assert_int_equal(open_data("<data/>", ROUTE_AUTO, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(open_data("<data/>", ROUTE_CHILD, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(open_data("<data><a/><b/></data>", ROUTE_AUTO, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(open_data("<data>text<a/></data>", ROUTE_CHILD, root), ERR_PAYLOAD_FORMAT);
	assert_int_equal(open_data("<data>not xml</data>", ROUTE_AUTO, root), ERR_XML_MALFORMED);
	assert_int_equal(
	    open_data("<data>&lt;!DOCTYPE a&gt;&lt;a/&gt;</data>", ROUTE_AUTO, root), ERR_XML_DTD);
}

static void
refuses_a_message_without_data(void **state)
{
	const struct route_service service = {.service_id = "X"};
	const struct run_terms t = terms();
	struct run_payload payload = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(run_payload_open(NULL, &service, &t, arena, &payload, &e), -1);
	assert_int_equal(e.code, ERR_PAYLOAD_FORMAT);
}

static void
an_unsigned_document_is_a_missing_business_signature(void **state)
{
	const struct route_service service = {.service_id = "X", .business_signature = true};
	const struct run_terms t = terms();
	struct run_payload payload = {0};
	struct dom *doc = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    dom_parse(octets_of("<data><a/></data>"), &dom_default_limits, &doc, &e), 0);
	assert_int_equal(run_payload_open(dom_root(doc), &service, &t, arena, &payload, &e), -1);
	assert_int_equal(e.code, ERR_SIG_MISSING);
	assert_string_equal(err_wire(&e), "SCE017");
	dom_free(doc);
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A child of its own that works for 0.4 s; how it ended. */
static int
work(bool past_the_end)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		run_cpu_begin(100);
		if (past_the_end)
			run_cpu_end();
		while (cpu_seconds() < 0.4)
			;
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
a_request_that_takes_too_much_cpu_ends_its_process(void **state)
{
	int status = work(false);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPROF);
	status = work(true);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* A message of a megabyte finds the memory of the last one. */
static void
what_a_large_message_took_is_kept_for_the_next(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	size_t mapped = mallinfo2().hblks;
	for (int i = 0; i < 2; i++) {
		void *piece = malloc((size_t)4 * 1024 * 1024);
		assert_non_null(piece);
		assert_int_equal(mallinfo2().hblks, mapped);
		free(piece);
		assert_true(mallinfo2().fordblks >= (size_t)4 * 1024 * 1024);
	}
	void *huge = malloc((size_t)64 * 1024 * 1024); /* not this: it goes back */
	assert_non_null(huge);
	assert_int_equal(mallinfo2().hblks, mapped + 1);
	free(huge);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_that_takes_too_much_cpu_ends_its_process),
	    cmocka_unit_test(refusals_above_the_rate_are_counted_not_written),
	    cmocka_unit_test(a_count_is_given_at_the_end_whatever_the_minute),
	    cmocka_unit_test(a_uuid_is_of_version_4),
	    cmocka_unit_test(the_uuids_of_a_desk_are_all_different),
	    cmocka_unit_test(what_a_large_message_took_is_kept_for_the_next),
	    cmocka_unit_test(the_shape_of_data_says_where_the_document_stands),
	    cmocka_unit_test(the_string_value_of_data_is_a_document),
	    cmocka_unit_test(data_in_place_holds_one_element),
	    cmocka_unit_test(refuses_data_without_one_document),
	    cmocka_unit_test(refuses_a_message_without_data),
	    cmocka_unit_test(an_unsigned_document_is_a_missing_business_signature),
	};
	int failed;

	if (run_init(&e) != 0 || (arena = arena_new()) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	run_fini();
	return failed;
}
