/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom without memory: each allocation in turn fails, once or from then on. What comes out is the
 * right document or ERR_NOMEM, never a third thing. The linker puts these functions in place of
 * malloc() and its like in the code under test (--wrap).
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

void *__real_malloc(size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);

static long until = -1; /* allocations that still succeed; -1 = all */
static bool for_good;	/* the first failure is not the last */
static bool refused;

static bool
refuses(void)
{
	if (until < 0 || until-- > 0)
		return false;
	refused = true;
	until = for_good ? 0 : -1;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return refuses() ? NULL : __real_malloc(size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return refuses() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *text)
{
	return refuses() ? NULL : __real_strdup(text);
}

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

/* One try with the n-th allocation failing; false when there was no n-th. */
static bool
parse_with_failure(long n, struct octets right, struct arena *a)
{
	struct err e = {0};
	struct dom *d;

	refused = false;
	until = n;
	int rc = dom_parse(octets_of(document), &dom_default_limits, &d, &e);
	until = -1;
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
c14n_with_failure(const struct dom *d, long n, struct octets right, struct arena *a)
{
	struct err e = {0};

	refused = false;
	until = n;
	struct octets form = form_of(d, a, &e);
	until = -1;
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
		for_good = good == 1;
		for (n = 0;; n++) {
			/* the parser's own context is made anew, too */
			struct dom *none;
			assert_int_equal(
			    dom_parse(octets_of("<a"), &dom_default_limits, &none, &e), -1);
			err_clear(&e);
			if (!parse_with_failure(n, right, a))
				break;
		}
		assert_true(n > 30);
	}
	dom_free(d);
	arena_free(a);
}

/* Trap: libxml2's C14N leaves out what it has no memory for, and reports success. */
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
		for_good = good == 1;
		for (n = 0; c14n_with_failure(d, n, right, a); n++)
			;
		assert_true(n > 10);
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
