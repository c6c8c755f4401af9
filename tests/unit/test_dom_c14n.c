/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom: exclusive C14N, held against libxml2's for every element of documents that are made to be
 * hard, and of any change of them.
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
#include "judge_c14n.h"

static struct arena *arena;

static const char *const documents[] = {
    "<a/>",
    "<a xmlns='urn:d'><b xmlns=''><c xmlns='urn:d'><d xmlns='urn:d'/></c></b><e/></a>",
    "<p:a xmlns:p='urn:p' xmlns:q='urn:q'><q:b><p:c xmlns:p='urn:other'><p:d/></p:c><p:e/></q:b>"
    "<q:f/></p:a>",
    "<a xmlns:z='urn:a' xmlns:y='urn:b' xmlns:x='urn:b' z:b='1' y:b='2' b='3' a='4' x:a='5' "
    "xml:lang='kk' xml:id='i'><b z:a='' a:c='1' xmlns:a='urn:z'/></a>",
    "<a b='&lt;&amp;\"&gt;&#9;&#10;&#13;&#x49A;'>&lt;&gt;&amp;\"'&#13;\t\n"
    "<![CDATA[<&]]>&#x1F600;</a>",
    "<a><!--c--><b/><!--d-->text<!--e--></a>",
    "<s:E xmlns:s='http://s/' xmlns:w='urn:w' xmlns='urn:d' xmlns:unused='urn:u'><s:H/>"
    "<s:B w:Id='i'><op xmlns:i='urn:i' i:type='unused:t'><w:x/><y xmlns=''/></op></s:B></s:E>",
    "<p:a xmlns:p='urn:p'><p:b xmlns:p='urn:p'><p:c/></p:b><b xmlns:p='urn:q' p:x='1'><p:d/></b>"
    "</p:a>",
    "<a xmlns:p='a:'><b xmlns:p='http://x/ y'/></a>",
    "<a xmlns:p='urn:p'><b xmlns:q='urn:q' q:a='1' p:a='2'><c q:a='1'/></b></a>",
};

static const char *const lists[][4] = {{NULL}, {"p", NULL}, {"#default", NULL},
    {"unused", "s", "#default", NULL}, {"xml", "none", NULL}, {"q", "p", NULL}};

static void
agree(const struct dom_node *n, const char *const *prefixes, const char *document)
{
	struct octets ours, theirs;
	struct err e = {0};

	if (dom_c14n(n, prefixes, arena, &ours, &e) != 0)
		fail_msg("%s of %s: %s", dom_name(n), document, e.detail);
	if (!judge_c14n(n, prefixes, arena, &theirs) || !octets_equal(ours, theirs))
		fail_msg("%s of %s:\n%s\n%s", dom_name(n), document, arena_string(arena, ours),
		    arena_string(arena, theirs));
}

static void
agree_below(const struct dom_node *n, const char *const *prefixes, const char *document)
{
	agree(n, prefixes, document);
	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		agree_below(c, prefixes, document);
}

/* How many of the documents there were to compare: 0 or 1. */
static unsigned
compare(struct octets document)
{
	struct err e = {0};
	struct dom *d;

	arena_reset(arena);
	if (dom_parse(document, &dom_default_limits, &d, &e) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		agree_below(dom_root(d), lists[i], (const char *)document.data);
	dom_free(d);
	return 1;
}

static void
exclusive_c14n_is_what_libxml2_makes_of_it(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		compared += compare(octets_of(documents[i]));
	assert_true(compared >= 8);
}

/* Every octet replaced by each of those that mean something, and left out. */
static void
exclusive_c14n_agrees_on_every_change(void **state)
{
	static const char meaning[] = "<>&\"' :=/apqsxw\n;!-";
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		size_t len = strlen(documents[i]);
		char *changed = strdup(documents[i]);

		for (size_t at = 0; at < len; at++) {
			for (const char *c = meaning; *c != '\0'; c++) {
				changed[at] = *c;
				compared += compare(octets_of(changed));
			}
			memmove(changed + at, changed + at + 1, len - at);
			compared += compare(octets_of(changed));
			memcpy(changed, documents[i], len + 1);
		}
		free(changed);
	}
	assert_true(compared > 2000);
}

/* A prefix list may not let a stranger write without end. */
static void
the_size_of_an_element_has_an_end(void **state)
{
	char *text = arena_alloc(arena, 1100 * 16 + 64), *p = text;
	struct dom_limits wide = dom_default_limits;
	struct octets form;
	struct err e = {0};
	struct dom *d;

	(void)state;
	wide.attributes = 2000;
	p = stpcpy(p, "<a");
	for (unsigned i = 0; i < 1100; i++)
		p = stpcpy(p, arena_printf(arena, " a%u=\"\"", i));
	stpcpy(p, "/>");
	assert_int_equal(dom_parse(octets_of(text), &wide, &d, &e), 0);
	assert_int_equal(dom_c14n(dom_root(d), NULL, arena, &form, &e), -1);
	assert_int_equal(e.code, ERR_XML_LIMIT);
	dom_free(d);
}

static int
open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return arena == NULL ? -1 : 0;
}

static int
close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exclusive_c14n_is_what_libxml2_makes_of_it),
	    cmocka_unit_test(exclusive_c14n_agrees_on_every_change),
	    cmocka_unit_test(the_size_of_an_element_has_an_end),
	};

	if (dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
