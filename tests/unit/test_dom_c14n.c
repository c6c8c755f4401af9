/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom: canonical forms, held against libxml2's for every element of documents that are made to be
 * hard, with and without each element inside, and of any change of them.
 */
#include "config.h"

#include <sys/stat.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dom/libxml.h"
#include "fixture.h"
#include "judge_c14n.h"

#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define EXCLUSIVE "corpora/02-santuario/org/apache/xml/security/c14n/inExcl/"

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
    "<a xml:lang='kk' xml:space='preserve' xmlns='urn:d'><b xml:lang='ru' y='1' x='2'><!--c-->"
    "<c xmlns='' xml:base='http://x/'><d xml:space='default'/>&#13;<e/></c></b></a>",
    "<a xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'><b xmlns='' xmlns:p='urn:q'><p:c><d "
    "xmlns:p='urn:p' xmlns='urn:d'/><!--c--></p:c></b>t<q:e/></a>",
};

static const char *const lists[][4] = {{NULL}, {"p", NULL}, {"#default", NULL},
    {"unused", "s", "#default", NULL}, {"xml", "none", NULL}, {"q", "p", NULL}};

static void
agree(const struct dom_node *n, const struct dom_form *form, const char *document)
{
	struct octets ours, theirs;
	struct err e = {0};

	if (dom_canonical(n, form, arena, &ours, &e) != 0)
		fail_msg("%s of %s: %s", dom_name(n), document, e.detail);
	if (!judge_canonical(n, form, arena, &theirs) || !octets_equal(ours, theirs))
		fail_msg("%s of %s:\n%s\n%s", dom_name(n), document, arena_string(arena, ours),
		    arena_string(arena, theirs));
}

/* The forms that take no list. */
static const struct dom_form forms[] = {
    {.comments = true}, {.inclusive = true}, {.inclusive = true, .comments = true}};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static void
agree_below(const struct dom_node *n, const struct dom_form *form, const char *document)
{
	agree(n, form, document);
	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		agree_below(c, form, document);
}

/* And with each element inside left out. */
static void
agree_without(const struct dom_node *n, const struct dom_node *below, const struct dom_form *form,
    const char *document)
{
	struct dom_form less = *form;

	for (const struct dom_node *c = dom_first(below); c != NULL; c = dom_next(c)) {
		less.without = c;
		agree(n, &less, document);
		agree_without(n, c, form, document);
	}
}

static void
agree_in_all_forms(const struct dom_node *n, const char *document)
{
	for (size_t i = 0; i < FORMS; i++) {
		agree(n, &forms[i], document);
		agree_without(n, n, &forms[i], document);
	}
	agree_without(n, n, &(struct dom_form){.prefixes = lists[3]}, document);
	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		agree_in_all_forms(c, document);
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
		agree_below(dom_root(d), &(struct dom_form){.prefixes = lists[i]},
		    (const char *)document.data);
	agree_in_all_forms(dom_root(d), (const char *)document.data);
	dom_free(d);
	return 1;
}

static void
c14n_is_what_libxml2_makes_of_it(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		compared += compare(octets_of(documents[i]));
	assert_true(compared >= 8);
}

/* What is written as a reference, wherever it stands in a run of what is not, and before itself. */
static void
every_place_of_a_run_is_escaped(void **state)
{
	static const char *const special[] = {
	    "&amp;", "&lt;", ">", "&gt;", "\"", "&#9;", "\n", "&#10;", "&#13;", "&#x49A;"};
	static const char run[] = "0123456789012345678901234567890123456789";

	(void)state;
	for (int at = 0; at <= 40; at++)
		for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
			const char *x = special[i];
			char document[512];
			snprintf(document, sizeof(document), "<a b='%.*s%s%s%s'>%.*s%s%s%s</a>", at,
			    run, x, x, run + at, at, run, x, x, run + at);
			assert_int_equal(compare(octets_of(document)), 1);
		}
}

/* Every octet replaced by each of those that mean something, and left out. */
static void
c14n_agrees_on_every_change(void **state)
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

/* --- published documents --- */

static unsigned documents_seen, forms_seen;

/* Large ones: what signatures are made over, and the whole. */
static bool
is_compared(const struct dom_node *n, bool large)
{
	const char *name = dom_name(n);

	return !large || dom_parent(n) == NULL || strcmp(name, "SignedInfo") == 0 ||
	       strcmp(name, "Body") == 0 || strcmp(name, "Assertion") == 0;
}

static void
agree_in_published(
    const struct dom_node *n, const struct dom_form *form, bool large, const char *file)
{
	if (is_compared(n, large)) {
		agree(n, form, file);
		forms_seen++;
	}
	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		agree_in_published(c, form, large, file);
}

/* Around each signature: what an enveloped one covers. */
static void
agree_around_signatures(const struct dom_node *n, const struct dom_node *root, const char *file)
{
	for (size_t i = 0; i <= FORMS && strcmp(dom_name(n), "Signature") == 0 && n != root; i++) {
		struct dom_form form = i == FORMS ? (struct dom_form){.prefixes = NULL} : forms[i];
		form.without = n;
		agree(root, &form, file);
		agree(dom_parent(n), &form, file);
		forms_seen += 2;
	}
	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		agree_around_signatures(c, root, file);
}

/* Under each list that the document itself brings. */
static void
agree_under_its_lists(
    const struct dom_node *n, const struct dom_node *root, bool large, const char *file)
{
	const char *prefixes[17] = {NULL};
	char *rest = NULL;
	const char *list = dom_is(n, EXC_C14N, "InclusiveNamespaces")
			       ? dom_attribute(n, "", "PrefixList", arena)
			       : NULL;

	if (list != NULL) {
		size_t count = 0;
		for (char *p = strtok_r(arena_strdup(arena, list), " \t\n", &rest);
		     p != NULL && count < 16; p = strtok_r(NULL, " \t\n", &rest))
			prefixes[count++] = p;
		agree_in_published(root, &(struct dom_form){.prefixes = prefixes}, large, file);
	}
	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		agree_under_its_lists(c, root, large, file);
}

static int
compare_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	struct dom_limits wide = dom_default_limits;
	struct err e = {0};
	struct dom *d;

	(void)where;
	if (type != FTW_F || st->st_size > 4 * 1024 * 1024)
		return 0;
	arena_reset(arena);
	wide.octets = (size_t)4 * 1024 * 1024;
	if (dom_parse(fixture_file(arena, path), &wide, &d, &e) != 0)
		return 0;
	documents_seen++;
	bool large = st->st_size > 16384;
	for (size_t i = 0; i < 3; i++)
		agree_in_published(
		    dom_root(d), &(struct dom_form){.prefixes = lists[i]}, large, path);
	for (size_t i = 0; i < FORMS; i++)
		agree_in_published(dom_root(d), &forms[i], large, path);
	agree_around_signatures(dom_root(d), dom_root(d), path);
	agree_under_its_lists(dom_root(d), dom_root(d), large, path);
	dom_free(d);
	return 0;
}

static void
c14n_agrees_on_every_published_document(void **state)
{
	static const char *const folders[] = {"corpora/01-xmlsec", "corpora/02-santuario",
	    "corpora/03-wss-xsw", "corpora/05-xml-frontend", "corpora/06-soap",
	    "corpora/07-other-dsig", "samples"};

	(void)state;
	documents_seen = forms_seen = 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *path = fixture_shared(arena, folders[i]);
		char *kept = path == NULL ? NULL : strdup(path); /* the arena is reset */
		if (kept == NULL) {
			fixture_skipped(1, folders[i]);
			continue;
		}
		assert_int_equal(nftw(kept, compare_file, 16, FTW_PHYS), 0);
		free(kept);
	}
	printf("%u published documents, %u forms\n", documents_seen, forms_seen);
}

/* The element of that name, found anywhere. */
static const struct dom_node *
find(const struct dom_node *n, const char *name)
{
	const struct dom_node *found = strcmp(dom_name(n), name) == 0 ? n : NULL;

	for (const struct dom_node *c = dom_first(n); c != NULL && found == NULL; c = dom_next(c))
		found = find(c, name);
	return found;
}

static void
exclusive_c14n_gives_the_published_forms(void **state)
{
	static const char *const pairs[][3] = {
	    {"example2_2_1.xml", "elem2", "example2_2_c14nized_exclusive.xml"},
	    {"example2_4.xml", "elem2", "example2_4_c14nized.xml"},
	    {"plain-soap-1.1.xml", "Body", "plain-soap-c14nized.xml"},
	};

	(void)state;
	if (fixture_shared(arena, EXCLUSIVE) == NULL)
		fixture_skipped(3, EXCLUSIVE);
	for (size_t i = 0; i < 3 && fixture_shared(arena, EXCLUSIVE) != NULL; i++) {
		struct err e = {0};
		struct octets form;
		struct dom *d;
		const char *in = arena_printf(arena, EXCLUSIVE "%s", pairs[i][0]);
		const char *out = arena_printf(arena, EXCLUSIVE "%s", pairs[i][2]);

		struct octets document = fixture_file(arena, fixture_shared(arena, in));
		if (dom_parse(document, &dom_default_limits, &d, &e) != 0)
			fail_msg("%s: %s", in, e.detail);
		assert_int_equal(
		    dom_c14n(find(dom_root(d), pairs[i][1]), NULL, arena, &form, &e), 0);
		assert_string_equal(arena_string(arena, form),
		    arena_string(arena, fixture_file(arena, fixture_shared(arena, out))));
		dom_free(d);
	}
}

/* No document of dom_parse() has one: a form that leaves it out would be another document. */
static void
refuses_a_node_that_no_document_of_ours_has(void **state)
{
	struct octets form;
	struct err e = {0};
	struct dom *d;

	(void)state;
	assert_int_equal(dom_parse(octets_of("<a><b/></a>"), &dom_default_limits, &d, &e), 0);
	xmlNode *root = dom_to_xml(dom_root(d));
	assert_non_null(
	    xmlAddChild(root, xmlNewDocPI(root->doc, (const xmlChar *)"t", (const xmlChar *)"x")));
	assert_int_equal(dom_c14n(dom_root(d), NULL, arena, &form, &e), -1);
	assert_int_equal(e.code, ERR_XML_PI);
	dom_free(d);
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
	    cmocka_unit_test(c14n_is_what_libxml2_makes_of_it),
	    cmocka_unit_test(every_place_of_a_run_is_escaped),
	    cmocka_unit_test(c14n_agrees_on_every_change),
	    cmocka_unit_test(c14n_agrees_on_every_published_document),
	    cmocka_unit_test(exclusive_c14n_gives_the_published_forms),
	    cmocka_unit_test(refuses_a_node_that_no_document_of_ours_has),
	    cmocka_unit_test(the_size_of_an_element_has_an_end),
	};

	if (dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
