/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom: a document that was cut out of another is, node by node, what the parser makes of its
 * octets.
 */
#include "config.h"

#include <sys/stat.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dom/libxml.h"
#include "fixture.h"

static struct arena *arena;

static const struct dom_limits wide = {
    .octets = (size_t)1 << 24, .tags = 100000, .attributes = 512, .depth = 64, .name = 256};

static const char *const documents[] = {
    "<a/>",
    "<a b=''>x<b/>y<!--c-->z<!----></a>",
    "<a xmlns='urn:d'><b xmlns=''><c xmlns='urn:d'><d xmlns='urn:d'/></c></b><e/></a>",
    "<p:a xmlns:p='urn:p' xmlns:q='urn:q'><q:b><p:c xmlns:p='urn:other'><p:d/></p:c><p:e/></q:b>"
    "<q:f/></p:a>",
    "<a xmlns:z='urn:a' xmlns:y='urn:b' xmlns:x='urn:b' z:b='1' y:b='2' b='3' a='4' x:a='5' "
    "xml:lang='kk' xml:id='i'><b z:a='' a:c='1' xmlns:a='urn:z' xml:id='j'/></a>",
    "<a b='&lt;&amp;\"&gt;&#9;&#10;&#13;&#x49A;&#38;lt;'>&lt;&gt;&amp;\"'&#13;\t\n"
    "<![CDATA[<&]]>&#x1F600;</a>",
    "<s:E xmlns:s='http://s/' xmlns:w='urn:w' xmlns='urn:d' xmlns:unused='urn:u'><s:H/>"
    "<s:B w:Id='i'><op xmlns:i='urn:i' i:type='unused:t'><w:x/><y xmlns=''/></op></s:B></s:E>",
    "<a><S xmlns='http://www.w3.org/2000/09/xmldsig#'>x<![CDATA[y]]><![CDATA[]]>z<![CDATA[&]]></S>"
    "<T xmlns='http://www.w3.org/2000/09/xmldsig#'><![CDATA[]]></T></a>",
    "<a xmlns:p='urn:p'><b xmlns:p='urn:q'><p:c p:x='1' xmlns:q='urn:q' q:y='2'/></b><p:d/></a>",
    "<a xml:space='preserve'> <b/>\n<c xmlns:xml='http://www.w3.org/XML/1998/namespace' "
    "xml:lang='ru'/></a>",
};

static bool
same_text(const xmlChar *a, const xmlChar *b)
{
	return xmlStrEqual(
	    a == NULL ? (const xmlChar *)"" : a, b == NULL ? (const xmlChar *)"" : b);
}

static bool
same_ns(const xmlNs *a, const xmlNs *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->type == b->type && xmlStrEqual(a->prefix, b->prefix) &&
	       xmlStrEqual(a->href, b->href);
}

/* How many declarations stand from the one that binds the name up to its element; -1 = not in
 * force there. */
static int
place_of(const xmlNs *ns, const xmlNode *n)
{
	int place = 0;

	for (; ns != NULL && n != NULL && n->type == XML_ELEMENT_NODE; n = n->parent)
		for (const xmlNs *d = n->nsDef; d != NULL; d = d->next, place++)
			if (d == ns)
				return place;
	return -1;
}

static bool
same_binding(const xmlNs *a, const xmlNode *at_a, const xmlNs *b, const xmlNode *at_b)
{
	return same_ns(a, b) && place_of(a, at_a) == place_of(b, at_b);
}

static bool
same_declarations(const xmlNs *a, const xmlNs *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		if (!same_ns(a, b))
			return false;
	return a == b;
}

static bool
is_linked(const xmlNode *n, const xmlNode *parent, const xmlNode *previous, const xmlDoc *doc)
{
	return n->parent == parent && n->prev == previous && n->doc == doc;
}

static bool same_nodes(const xmlNode *parent_a, const xmlNode *parent_b);

static bool
same_attributes(const xmlNode *a, const xmlNode *b)
{
	const xmlAttr *x = a->properties, *y = b->properties;

	for (; x != NULL && y != NULL; x = x->next, y = y->next) {
		bool id_x = xmlIsID(a->doc, (xmlNode *)(uintptr_t)a, (xmlAttr *)(uintptr_t)x) == 1;
		if (!xmlStrEqual(x->name, y->name) || !same_binding(x->ns, a, y->ns, b) ||
		    x->parent != a || y->parent != b || x->doc != a->doc || y->doc != b->doc ||
		    x->atype != y->atype || (x->atype == XML_ATTRIBUTE_ID) != id_x ||
		    !same_nodes((const xmlNode *)x, (const xmlNode *)y))
			return false;
	}
	return x == NULL && y == NULL;
}

static bool
same_node(const xmlNode *a, const xmlNode *b)
{
	if (a->type != b->type || !xmlStrEqual(a->name, b->name))
		return false;
	if (a->type != XML_ELEMENT_NODE)
		return same_text(a->content, b->content);
	return same_declarations(a->nsDef, b->nsDef) && same_binding(a->ns, a, b->ns, b) &&
	       same_attributes(a, b) && same_nodes(a, b);
}

/* The children. */
static bool
same_nodes(const xmlNode *parent_a, const xmlNode *parent_b)
{
	const xmlNode *a = parent_a->children, *b = parent_b->children;
	const xmlNode *before_a = NULL, *before_b = NULL;

	for (; a != NULL && b != NULL; before_a = a, before_b = b, a = a->next, b = b->next)
		if (!is_linked(a, parent_a, before_a, parent_a->doc) ||
		    !is_linked(b, parent_b, before_b, parent_b->doc) || !same_node(a, b))
			return false;
	return a == NULL && b == NULL && parent_a->last == before_a && parent_b->last == before_b;
}

static int
count_ids(const xmlDoc *d)
{
	return d->ids == NULL ? 0 : xmlHashSize((xmlHashTable *)d->ids);
}

/* Kinds, names, the declarations they point to and where those stand, attributes in their order,
 * texts node by node, links up, down and sideways, identifiers. */
static bool
same_tree(const xmlDoc *a, const xmlDoc *b)
{
	return xmlStrEqual(a->encoding, b->encoding) && count_ids(a) == count_ids(b) &&
	       a->intSubset == b->intSubset && same_nodes((const xmlNode *)a, (const xmlNode *)b);
}

/* 1 when it could be cut. */
static unsigned
compare_cut(const struct dom_node *n)
{
	struct octets octets;
	struct dom *cut = NULL, *parsed = NULL;
	struct err e = {0};
	unsigned compared = 0;

	if (dom_cut(n, &wide, arena, &octets, &cut, &e) == 0) {
		if (dom_parse(octets, &wide, &parsed, &e) != 0)
			fail_msg("%s: %s", e.detail, arena_string(arena, octets));
		if (!same_tree(dom_to_doc(cut), dom_to_doc(parsed)))
			fail_msg("another tree: %s", arena_string(arena, octets));
		compared = 1;
	}
	dom_free(cut);
	dom_free(parsed);
	return compared;
}

static unsigned
compare_cuts(const struct dom_node *n, unsigned levels)
{
	unsigned compared = compare_cut(n);

	for (const struct dom_node *c = dom_first(n); c != NULL && levels > 0; c = dom_next(c))
		compared += compare_cuts(c, levels - 1);
	return compared;
}

static unsigned
compare(struct octets document, unsigned levels)
{
	unsigned compared;
	struct err e = {0};
	struct dom *d;

	if (dom_parse(document, &wide, &d, &e) != 0)
		return 0;
	compared = compare_cuts(dom_root(d), levels);
	dom_free(d);
	return compared;
}

static void
a_cut_is_what_the_parser_makes_of_its_octets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		assert_true(compare(octets_of(documents[i]), 64) > 0);
}

/* Every octet replaced by each of those that mean something, and left out. */
static void
so_is_a_cut_of_every_change(void **state)
{
	static const char meaning[] = "<>&\"' :=/apqsxw\n;!-[]";
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		size_t len = strlen(documents[i]);
		char *changed = strdup(documents[i]);

		for (size_t at = 0; at < len; at++) {
			for (const char *c = meaning; *c != '\0'; c++) {
				changed[at] = *c;
				arena_reset(arena);
				compared += compare(octets_of(changed), 64);
			}
			memmove(changed + at, changed + at + 1, len - at);
			compared += compare(octets_of(changed), 64);
			memcpy(changed, documents[i], len + 1);
		}
		free(changed);
	}
	assert_true(compared > 5000);
}

static unsigned cuts;

static int
compare_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)where;
	if (type != FTW_F || st->st_size > (off_t)4 * 1024 * 1024)
		return 0;
	arena_reset(arena);
	cuts += compare(fixture_file(arena, path), 4);
	return 0;
}

static void
so_is_a_cut_of_every_published_document(void **state)
{
	static const char *const folders[] = {"corpora/01-xmlsec", "corpora/02-santuario",
	    "corpora/03-wss-xsw", "corpora/05-xml-frontend", "corpora/06-soap",
	    "corpora/07-other-dsig", "samples"};

	(void)state;
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
	printf("%u cuts of published documents\n", cuts);
}

static void
nothing_of_a_cut_lives_in_the_old_document(void **state)
{
	struct octets octets;
	struct dom *d, *cut, *parsed;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		arena_reset(arena);
		assert_int_equal(dom_parse(octets_of(documents[i]), &wide, &d, &e), 0);
		assert_int_equal(dom_cut(dom_root(d), &wide, arena, &octets, &cut, &e), 0);
		dom_free(d);
		/* an error ends the parser, which had the dictionary, too */
		assert_int_equal(dom_parse(octets_of("<wrong"), &wide, &d, &e), -1);
		err_clear(&e);
		assert_int_equal(dom_parse(octets, &wide, &parsed, &e), 0);
		assert_true(same_tree(dom_to_doc(cut), dom_to_doc(parsed)));
		dom_free(parsed);
		dom_free(cut);
	}
}

/* dom_parse() lets nothing else through. */
static void
refuses_a_node_that_no_document_of_ours_has(void **state)
{
	struct octets octets;
	struct err e = {0};
	struct dom *d, *cut;

	(void)state;
	assert_int_equal(dom_parse(octets_of("<a><b/></a>"), &wide, &d, &e), 0);
	xmlNode *root = dom_to_xml(dom_root(d));
	assert_non_null(
	    xmlAddChild(root, xmlNewDocPI(root->doc, (const xmlChar *)"t", (const xmlChar *)"x")));
	assert_int_equal(dom_cut(dom_root(d), &wide, arena, &octets, &cut, &e), -1);
	assert_int_equal(e.code, ERR_XML_PI);
	assert_null(cut);
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
	    cmocka_unit_test(a_cut_is_what_the_parser_makes_of_its_octets),
	    cmocka_unit_test(so_is_a_cut_of_every_change),
	    cmocka_unit_test(so_is_a_cut_of_every_published_document),
	    cmocka_unit_test(nothing_of_a_cut_lives_in_the_old_document),
	    cmocka_unit_test(refuses_a_node_that_no_document_of_ours_has),
	};

	if (dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
