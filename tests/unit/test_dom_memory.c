/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom without memory: each allocation in turn fails, once or from then on. What comes out is the
 * right document or ERR_NOMEM, never a third thing. And the pieces that are kept.
 */
#include "config.h"

#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libxml/xmlmemory.h>

#include "base/sanitized.h"
#include "dom/dom.h"
#include "dom/memory.h"
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

/* One try with the n-th allocation failing (all from it on, for good), of single pieces or of
 * blocks; false when there was no n-th. */
static bool
parse_with_failure(long n, bool for_good, bool keep, struct octets right, struct arena *a)
{
	struct err e = {0};
	struct dom *d;

	dom_keep_memory(false);
	dom_keep_memory(keep);
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

/* Of the Body, with a declaration from around it. */
static bool
cut_with_failure(const struct dom *d, long n, bool for_good, struct octets right, struct arena *a)
{
	struct octets octets;
	struct err e = {0};
	struct dom *cut;

	starve_begin(n, for_good);
	int rc = dom_cut(dom_first(dom_root(d)), &dom_default_limits, a, &octets, &cut, &e);
	bool refused = starve_end();
	if (rc == 0) {
		assert_true(octets_equal(form_of(cut, a, &e), right));
		dom_free(cut);
	} else {
		assert_true(refused);
		assert_string_equal(err_row(e.code)->name, "NOMEM");
		assert_null(cut);
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
	for (int how = 0; how < 4; how++) {
		bool for_good = (how & 1) != 0, keep = (how & 2) != 0;
		for (n = 0;; n++) {
			/* the parser's own context is made anew, too */
			struct dom *none;
			assert_int_equal(
			    dom_parse(octets_of("<a"), &dom_default_limits, &none, &e), -1);
			err_clear(&e);
			if (!parse_with_failure(n, for_good, keep, right, a))
				break;
		}
		assert_true(n > (keep && !SANITIZED ? 5 : 30));
	}
	dom_free(d);
	arena_free(a);
}

static void
a_cut_without_memory_is_no_other_document(void **state)
{
	struct arena *a = arena_new();
	struct dom *d = right_document(), *cut;
	struct octets octets, right;
	struct err e = {0};
	long n;

	(void)state;
	dom_keep_memory(false);
	assert_int_equal(
	    dom_cut(dom_first(dom_root(d)), &dom_default_limits, a, &octets, &cut, &e), 0);
	right = form_of(cut, a, &e);
	dom_free(cut);
	for (int good = 0; good < 2; good++) {
		for (n = 0; cut_with_failure(d, n, good == 1, right, a); n++)
			;
		assert_true(n > 20);
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
		assert_non_null(arena_alloc(full, (size_t)63 * 1024)); /* of the first 64 */
		for (n = 0; c14n_with_failure(d, n, good == 1, right, full); n++)
			;
		assert_true(n > 0);
		arena_free(full);
	}
	dom_free(d);
	arena_free(a);
}

/* --- pieces that are kept --- */

#define MOST 2999 /* a prime */

/* How many pieces of that size there are without asking malloc(), taken and given back. */
static size_t
pieces_at_hand(size_t size)
{
	static void *pieces[MOST];
	size_t count = 0;

	starve_begin(0, true);
	while (count < MOST && (pieces[count] = xmlMalloc(size)) != NULL)
		count++;
	assert_true(starve_end());
	for (size_t i = 0; i < count; i++)
		xmlFree(pieces[i]);
	return count;
}

/* And no more than a block of them, however many there were; in whatever order they went. */
static void
small_pieces_given_back_are_there_for_the_next_document(void **state)
{
	static void *pieces[MOST];

	(void)state;
	if (SANITIZED)
		skip();
	dom_keep_memory(false);
	dom_keep_memory(true);
	for (size_t step = 1; step < MOST; step += 999) {
		for (size_t i = 0; i < MOST; i++)
			assert_non_null(pieces[i] = xmlMalloc(120));
		for (size_t i = 0; i < MOST; i++)
			xmlFree(pieces[i * step % MOST]);
		assert_in_range(pieces_at_hand(113), 200, 454);
	}
	assert_int_equal(pieces_at_hand(5000), 0);
	dom_keep_memory(false);
	assert_int_equal(pieces_at_hand(120), 0);
}

struct held {
	unsigned char *at;
	size_t size;
	unsigned char what;
};

static void
is_untouched(const struct held *h)
{
	for (size_t i = 0; i < h->size; i++)
		assert_int_equal(h->at[i], h->what);
}

/* Taken, resized and given back at random. */
static void
pieces_have_nothing_in_common(void **state)
{
	static struct held held[MOST];
	uint32_t random = 1;

	(void)state;
	dom_keep_memory(true);
	for (unsigned i = 0; i < 40 * MOST; i++) {
		random = random * 1664525u + 1013904223u;
		struct held *h = &held[(random >> 8) % MOST];
		size_t size = 1 + (random >> 20) % (i % 2 == 0 ? 130 : 600);
		is_untouched(h);
		if (h->at != NULL && i % 4 < 2) {
			xmlFree(h->at);
			*h = (struct held){NULL, 0, 0};
			continue;
		}
		assert_non_null(h->at = xmlRealloc(h->at, size));
		assert_int_equal((uintptr_t)h->at % 16, 0);
		for (size_t k = 0; k < size && k < h->size; k++)
			assert_int_equal(h->at[k], h->what);
		h->size = size;
		h->what = (unsigned char)i;
		memset(h->at, h->what, size);
	}
	for (size_t i = 0; i < MOST; i++) {
		is_untouched(&held[i]);
		xmlFree(held[i].at);
	}
}

static void
a_piece_keeps_what_it_holds_when_it_grows_or_shrinks(void **state)
{
	static const size_t sizes[] = {1, 16, 17, 512, 513, 5000, 513, 512, 40, 16};
	volatile size_t none = 0; /* so that the compiler does not object */
	unsigned char *p = xmlMalloc(none);

	(void)state;
	assert_non_null(p);
	p[0] = 'a';
	for (size_t i = 0, held = 1; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p = xmlRealloc(p, sizes[i]);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t k = 0; k < held && k < sizes[i]; k++)
			assert_int_equal(p[k], 'a');
		memset(p, 'a', sizes[i]);
		held = sizes[i];
	}
	xmlFree(p);
	xmlFree(NULL);
	char *text = (char *)xmlStrdup((const xmlChar *)document);
	assert_string_equal(text, document);
	xmlFree(text);
}

/* What malloc() itself would notice is noticed. */
static void
a_piece_given_back_twice_ends_the_process(void **state)
{
	int status = 0;

	(void)state;
	if (SANITIZED)
		skip();
	pid_t pid = fork();
	if (pid == 0) {
		dom_keep_memory(true);
		void *p = xmlMalloc(100);
		signal(SIGABRT, SIG_DFL);
		xmlFree(p);
		xmlFree(p);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_parse_without_memory_gives_no_other_document),
	    cmocka_unit_test(a_cut_without_memory_is_no_other_document),
	    cmocka_unit_test(a_canonical_form_without_memory_is_no_other_form),
	    cmocka_unit_test(small_pieces_given_back_are_there_for_the_next_document),
	    cmocka_unit_test(pieces_have_nothing_in_common),
	    cmocka_unit_test(a_piece_keeps_what_it_holds_when_it_grows_or_shrinks),
	    cmocka_unit_test(a_piece_given_back_twice_ends_the_process),
	};

	if (dom_init(&e) != 0)
		return 99;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	dom_fini();
	return failed;
}
