/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom without memory: each allocation in turn fails, once or from then on. What comes out is the
 * right document or ERR_NOMEM, never a third thing.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dom/dom.h"
#include "starve.h"

static const char document[] = "<s:E xmlns:s='urn:s' xmlns='urn:d'><s:B a='1' s:b='&lt;2' "
			       "xml:id='i'><long_enough_not_to_be_inlined "
			       "xmlns='' value='a value that is long enough for a piece of its "
			       "own'>text &amp; more text that is "
			       "longer than what fits into a "
			       "node</long_enough_not_to_be_inlined><p:c xmlns:p='urn:p'/><!--c-->"
			       "<![CDATA[<&]]></s:B></s:E>";

static struct octets
form_of(const struct dom *d, struct arena *a, struct err *e)
{
	struct octets form = {NULL, 0};

	if (dom_c14n(dom_root(d), NULL, a, &form, e) != 0)
		form.data = NULL;
	return form;
}

/* One try with the n-th allocation failing (all from it on, for good); false when there was no
 * n-th. */
static bool
parse_with_failure(long n, bool for_good, struct octets right, struct arena *a)
{
	struct err e = {0};
	struct dom *d;

	starve_begin(n, for_good);
	int rc = dom_parse(octets_of(document), &dom_default_limits, &d, &e);
	bool refused = starve_end();
	if (rc == 0) {
		assert_true(octets_equal(form_of(d, a, &e), right));
		dom_free(d);
	} else {
		assert_true(refused);
		assert_string_equal(err_row(e.code)->name, "NOMEM");
		assert_null(d);
	}
	return refused;
}

static bool
c14n_with_failure(const struct dom *d, long n, bool for_good, struct octets right, struct arena *a)
{
	struct err e = {0};

	starve_begin(n, for_good);
	struct octets form = form_of(d, a, &e);
	bool refused = starve_end();
	if (form.data != NULL) {
		assert_true(octets_equal(form, right));
	} else {
		assert_true(refused);
		assert_string_equal(err_row(e.code)->name, "NOMEM");
	}
	return refused;
}

static struct dom *
right_document(void)
{
	struct err e = {0};
	struct dom *d;

	assert_int_equal(dom_parse(octets_of(document), &dom_default_limits, &d, &e), 0);
	return d;
}

/* Trap: after a failed allocation libxml2 hands out documents with parts missing, without an error.
 */
static void
a_parse_without_memory_gives_no_other_document(void **state)
{
	struct arena *a = arena_new();
	struct dom *d = right_document();
	struct err e = {0};
	struct octets right = form_of(d, a, &e);
	long n;

	(void)state;
	for (int good = 0; good < 2; good++) {
		for (n = 0;; n++) {
			/* the parser's own context is made anew, too */
			struct dom *none;
			assert_int_equal(
			    dom_parse(octets_of("<a"), &dom_default_limits, &none, &e), -1);
			err_clear(&e);
			if (!parse_with_failure(n, good == 1, right, a))
				break;
		}
		assert_true(n > 30);
	}
	dom_free(d);
	arena_free(a);
}

static void
a_canonical_form_without_memory_is_no_other_form(void **state)
{
	struct arena *a = arena_new();
	struct dom *d = right_document();
	struct err e = {0};
	struct octets right = form_of(d, a, &e);
	long n;

	(void)state;
	for (int good = 0; good < 2; good++) {
		struct arena *full = arena_new();
		assert_non_null(arena_alloc(full, 63 * 1024)); /* of the first 64 */
		for (n = 0; c14n_with_failure(d, n, good == 1, right, full); n++)
			;
		assert_true(n > 0);
		arena_free(full);
	}
	dom_free(d);
	arena_free(a);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_parse_without_memory_gives_no_other_document),
	    cmocka_unit_test(a_canonical_form_without_memory_is_no_other_form),
	};

	if (dom_init(&e) != 0)
		return 99;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	dom_fini();
	return failed;
}
