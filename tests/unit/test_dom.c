/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom: the pre-scan and its limits, the hardened parse, walking, cutting, C14N, schemas.
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

#include "dom/libxml.h"
#include "dom/prescan.h"
#include "fixture.h"

static struct arena *arena;

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return arena == NULL;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct dom *
parsed_octets(struct octets xml)
{
	struct err e = {0};
	struct dom *d;

	if (dom_parse(xml, &dom_default_limits, &d, &e) != 0)
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	return d;
}

static struct dom *
parsed(const char *xml)
{
	return parsed_octets(octets_of(xml));
}

static void
refused_under(struct octets xml, const struct dom_limits *limits, enum err_code code)
{
	struct err e = {0};
	struct dom *d = (struct dom *)&e;

	assert_int_equal(dom_parse(xml, limits, &d, &e), -1);
	assert_null(d);
	assert_string_equal(err_row(e.code)->name, err_row(code)->name);
	assert_true(e.detail[0] != '\0');
}

static void
refused(const char *xml, enum err_code code)
{
	refused_under(octets_of(xml), &dom_default_limits, code);
}

static void
accepted(const char *xml)
{
	dom_free(parsed(xml));
}

/* open, then piece n times, then close; in the arena */
static struct octets
repeated(const char *open, const char *piece, size_t n, const char *close)
{
	size_t a = strlen(open), b = strlen(piece), c = strlen(close);
	char *all = arena_alloc(arena, a + b * n + c + 1);

	assert_non_null(all);
	memcpy(all, open, a);
	for (size_t i = 0; i < n; i++)
		memcpy(all + a + i * b, piece, b);
	memcpy(all + a + b * n, close, c + 1);
	return octets_of(all);
}

static const char *
written(const struct dom_node *n)
{
	struct err e = {0};
	struct octets o;

	assert_int_equal(dom_write(n, arena, &o, &e), 0);
	return arena_string(arena, o);
}

static const char *
canonical(const struct dom_node *n, const char *const *prefixes)
{
	struct err e = {0};
	struct octets o;

	assert_int_equal(dom_c14n(n, prefixes, arena, &o, &e), 0);
	return arena_string(arena, o);
}

/* --- octets --- */

static void
refuses_every_encoding_but_utf8(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} bad[] = {
	    {"\xFE\xFF\0<\0a\0/\0>", 10},	 /* UTF-16BE */
	    {"\xFF\xFE<\0a\0/\0>\0", 10},	 /* UTF-16LE */
	    {"<\0a\0/\0>\0", 8},		 /* the same without mark */
	    {"\0\0\0<", 4},			 /* UTF-32 */
	    {"\x4C\x6F\xA7\x94\x93", 5},	 /* EBCDIC */
	    {"<a>\xC3</a>", 8},			 /* cut character */
	    {"<a>\xC0\xBC</a>", 9},		 /* overlong < */
	    {"<a>\xE0\x80\xBC</a>", 10},	 /* overlong < in three */
	    {"<a>\xED\xA0\x80</a>", 10},	 /* surrogate */
	    {"<a>\xF4\x90\x80\x80</a>", 11},	 /* past U+10FFFF */
	    {"<a>\xF8\x88\x80\x80\x80</a>", 12}, /* five octets */
	    {"<a>\x80</a>", 8},			 /* tail without lead */
	    {"<a b='\xFF'/>", 10},		 /* in a value */
	    {"<a\xFF/>", 5},			 /* in a name */
	    {"<!--\xFF--><a/>", 12},		 /* in a comment */
	    {"<a><![CDATA[\xFF]]></a>", 20},	 /* in CDATA */
	    {"<a>\xD0", 4},			 /* end inside a character */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_under((struct octets){(const unsigned char *)bad[i].data, bad[i].len},
		    &dom_default_limits, ERR_XML_ENCODING);
	refused("<?xml version='1.0' encoding='UTF-7'?><a/>", ERR_XML_ENCODING);
	refused("<?xml version=\"1.0\" encoding=\"windows-1251\"?><a/>", ERR_XML_ENCODING);
	refused("<?xml version='1.0' encoding='UTF-16'?><a/>", ERR_XML_ENCODING);
}

static void
accepts_utf8_declared_or_not_with_or_without_mark(void **state)
{
	(void)state;
	accepted("<a/>");
	accepted("\xEF\xBB\xBF<a/>");
	accepted("\xEF\xBB\xBF<?xml version='1.0'?><a/>");
	accepted("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n<a/>");
	accepted("<?xml\tversion = '1.0'  encoding = \"UTF-8\" ?><a/>");
	accepted("<a>\xF0\x9F\x8F\xA0 \xEF\xBB\xBF</a>");
}

static void
lets_white_space_through_before_the_declaration(void **state)
{
	struct dom *d;

	(void)state;
	d = parsed("\r\n  <?xml version=\"1.0\" encoding=\"UTF-8\"?><a>x</a>");
	assert_string_equal(written(dom_root(d)), "<a>x</a>");
	dom_free(d);
}

static void
refuses_nul_and_control_characters(void **state)
{
	(void)state;
	refused_under((struct octets){(const unsigned char *)"<a>x\0y</a>", 10},
	    &dom_default_limits, ERR_XML_MALFORMED);
	refused("<a>\x01</a>", ERR_XML_MALFORMED);
	refused("<a b='\x1F'/>", ERR_XML_MALFORMED);
	refused("<a>\xEF\xBF\xBF</a>", ERR_XML_MALFORMED);
	refused("<a><![CDATA[\x0B]]></a>", ERR_XML_MALFORMED);
}

static void
refuses_what_is_not_xml_1_0(void **state)
{
	(void)state;
	refused("", ERR_XML_MALFORMED);
	refused("   \n", ERR_XML_MALFORMED);
	refused("{\"a\":1}", ERR_XML_MALFORMED);
	refused("<?xml version='1.1'?><a/>", ERR_XML_MALFORMED);
	refused("<?xml version='9'?><a/>", ERR_XML_MALFORMED);
	refused("<?xml encoding='UTF-8'?><a/>", ERR_XML_MALFORMED);
	refused("<?xml version='1.0' standalone='maybe'?><a/>", ERR_XML_MALFORMED);
	refused("<?xml version='1.0' more='x'?><a/>", ERR_XML_MALFORMED);
	refused("<?xml version='1.0'", ERR_XML_MALFORMED);
	refused("<?xml version='1.0'?>", ERR_XML_MALFORMED);
}

static void
refuses_a_document_type_declaration_wherever_it_stands(void **state)
{
	(void)state;
	refused("<!DOCTYPE a><a/>", ERR_XML_DTD);
	refused("<!doctype a><a/>", ERR_XML_DTD);
	refused("<?xml version='1.0'?>\n<!--c--><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
	    ERR_XML_DTD);
	refused("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", ERR_XML_DTD);
	refused("<a><!ENTITY x 'y'></a>", ERR_XML_DTD);
	refused("<a><![INCLUDE[x]]></a>", ERR_XML_DTD);
}

static void
markup_in_comments_and_cdata_is_text(void **state)
{
	struct err e = {0};
	struct octets o;
	struct dom *d;

	(void)state;
	d = parsed(
	    "<a><!-- <!DOCTYPE x> <?pi?> & --><b><![CDATA[<!DOCTYPE x>&y;<?pi?>]] >]]></b></a>");
	assert_int_equal(dom_text(dom_first(dom_root(d)), arena, &o, &e), 0);
	assert_string_equal((const char *)o.data, "<!DOCTYPE x>&y;<?pi?>]] >");
	dom_free(d);
}

static void
refuses_processing_instructions_but_the_declaration(void **state)
{
	(void)state;
	refused("<?xml-stylesheet href='x'?><a/>", ERR_XML_PI);
	refused("<a><?php x ?></a>", ERR_XML_PI);
	refused("<a/><?x?>", ERR_XML_PI);
	refused("<!--c--><?xml version='1.0'?><a/>", ERR_XML_PI);
}

static void
refuses_references_to_anything_but_the_five_entities_and_characters(void **state)
{
	static const char *const bad[] = {"&x;", "&", "& ", "&amp", "&;", "&#;", "&#x;", "&#0;",
	    "&#xD800;", "&#xFFFE;", "&#x110000;", "&#99999999999999999999;", "&#-1;", "&#X41;",
	    "&#1a;", "&#xg;", "&#8;", "&lt &gt;", "&AMP;"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(arena_printf(arena, "<a>%s</a>", bad[i]), ERR_XML_MALFORMED);
		refused(arena_printf(arena, "<a b='%s'/>", bad[i]), ERR_XML_MALFORMED);
	}
	accepted("<a "
		 "b='&lt;&gt;&amp;&quot;&apos;&#65;&#x10FFFF;&#x9;'>&lt;&gt;&amp;&quot;&apos;&#65;&"
		 "#xA;</a>");
}

static void
refuses_what_is_not_well_formed(void **state)
{
	static const char *const bad[] = {"<a></b>", "<a>", "<a", "<a/", "</a>", "<a/><b/>",
	    "<a/>x", "x<a/>", "<a b=c/>", "<a b/>", "<a b='1' b='2'/>", "<a b='<'/>",
	    "<a b='1'c='2'/>", "<1a/>", "<a>]]></a>", "<!--a--b--><a/>", "<!--a", "<a><![CDATA[x",
	    "<a><!x></a>", "< a/>", "<a></a", "<a b='", "<![CDATA[x]]>", "<a/>&amp;",
	    "<a></a b='1'>", "<"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], bad[i][1] == '!' && bad[i][2] == '[' && bad[i][3] != 'C'
				    ? ERR_XML_DTD
				    : ERR_XML_MALFORMED);
}

/* Trap: libxml2 hands out a document for each of these; only nsWellFormed and lastError tell. */
static void
refuses_what_is_not_namespace_well_formed(void **state)
{
	(void)state;
	refused("<a:b/>", ERR_XML_MALFORMED);
	refused("<a x:y='1'/>", ERR_XML_MALFORMED);
	refused("<a:b:c xmlns:a='u:u'/>", ERR_XML_MALFORMED);
	refused("<a xmlns:xml='u:u'/>", ERR_XML_MALFORMED);
	refused("<a xmlns:xmlns='u:u'/>", ERR_XML_MALFORMED);
	refused("<a xmlns:p=''/>", ERR_XML_MALFORMED);
	refused("<a xmlns:p='u:u' xmlns:q='u:u' p:x='1' q:x='2'/>", ERR_XML_MALFORMED);
}

/* Trap: libxml2 takes "&#38;" in a namespace name for these five characters. */
static void
refuses_references_in_a_namespace_name(void **state)
{
	(void)state;
	refused("<a xmlns='urn:x&amp;y'/>", ERR_XML_MALFORMED);
	refused("<p:a xmlns:p='urn:x&#38;a;'/>", ERR_XML_MALFORMED);
	refused("<p:a xmlns:p='urn:&#x78;'/>", ERR_XML_MALFORMED);
	accepted("<p:a xmlns:p='urn:x' xmlnsp='&amp;' p:xmlns='&amp;'/>");
}

/* Trap: libxml2 keeps the first of two xml:id of one value and only warns. */
static void
refuses_a_repeated_xml_id(void **state)
{
	(void)state;
	refused("<a><b xml:id='i'/><c xml:id='i'/></a>", ERR_XML_MALFORMED);
}

/* --- limits, by counting --- */

static void
limits_hold_at_their_number_and_not_before(void **state)
{
	const struct dom_limits five = {
	    .octets = 200, .tags = 5, .attributes = 5, .depth = 5, .name = 7};
	static const struct {
		const char *good, *bad;
	} pairs[] = {
	    {"<a><b/><b/><b/><b/></a>", "<a><b/><b/><b/><b/><b/></a>"},
	    {"<a><!----><!----><!----><!----></a>", "<a><!----><!----><!----><!----><!----></a>"},
	    {"<a b='' c='' d='' e='' f=''/>", "<a b='' c='' d='' e='' f='' g=''/>"},
	    {"<a b='' c='' d='' xmlns:e='u:u' xmlns='u:u'/>",
		"<a b='' c='' d='' f='' xmlns:e='u:u' xmlns='u:u'/>"},
	    {"<a><a><a><a><a></a></a></a></a></a>", "<a><a><a><a><a><a></a></a></a></a></a></a>"},
	    {"<abcdefg/>", "<abcdefgh/>"},
	    {"<a abcdefg=''/>", "<a abcdefgf=''/>"},
	    {"<a xmlns='u:34567'/>", "<a xmlns='u:345678'/>"},
	    {"<a xmlns:p='u:34567'/>", "<a xmlns:p='u:345678'/>"},
	    {"<a b='12345678'/>", "<b:a xmlns:b='u:345678'/>"}, /* a value is no name */
	    {"<a><a><a><a><a/></a></a></a></a>", "<a><a><a><a><a><a/></a></a></a></a></a>"},
	};
	struct err e = {0};
	struct dom *d;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (dom_parse(octets_of(pairs[i].good), &five, &d, &e) != 0)
			fail_msg("%s: %s", pairs[i].good, e.detail);
		dom_free(d);
		refused_under(octets_of(pairs[i].bad), &five, ERR_XML_LIMIT);
	}
	assert_int_equal(dom_parse(repeated("<a>", "x", 193, "</a>"), &five, &d, &e), 0);
	dom_free(d);
	refused_under(repeated("<a>", "x", 194, "</a>"), &five, ERR_XML_LIMIT);
}

static void
the_default_limits_are_those_of_r_10(void **state)
{
	(void)state;
	assert_int_equal(dom_default_limits.octets, 1048576);
	refused_under(
	    repeated("<a>", "x", 1048576 - 6, "</a>"), &dom_default_limits, ERR_XML_LIMIT);
	assert_int_equal(dom_default_limits.tags, 100000);
	dom_free(parsed_octets(
	    repeated("", "<a>", 64, arena_string(arena, repeated("", "</a>", 64, "")))));
	refused_under(repeated("", "<a>", 65, arena_string(arena, repeated("", "</a>", 65, ""))),
	    &dom_default_limits, ERR_XML_LIMIT);
	dom_free(parsed_octets(repeated("<", "n", 256, "/>")));
	refused_under(repeated("<", "n", 257, "/>"), &dom_default_limits, ERR_XML_LIMIT);
}

/* 57,344 nodes in a message of 1 MiB, and less of what costs more. */
static void
work_is_counted_for_all_that_a_message_is_made_of(void **state)
{
	static const struct {
		const char *start, *part, *end;
		size_t most;
	} shapes[] = {
	    {"<a>", "<b/>", "</a>", 55605},
	    {"<a>", "<b>x</b>y", "</a>", 18724}, /* each text is a node */
	    {"<a>", "<!---->", "</a>", 57342},
	    {"<a>", "<b c=''/>", "</a>", 18868},		 /* an attribute has a text */
	    {"<a>", "<b xmlns='u:u'/>", "</a>", 27697},		 /* a namespace has none */
	    {"<a xmlns:p='u:u'>", "<b p:c=''/>", "</a>", 18303}, /* a prefix is looked up */
	    {"<a><c><c>", "<b/>", "</c></c></a>", 52425},	 /* the deeper, the longer */
	};
	const struct dom_limits
	    little = {.octets = 100000, .tags = 100000, .attributes = 9, .depth = 9, .name = 9},
	    more = {.octets = 2097152, .tags = 100000, .attributes = 9, .depth = 9, .name = 9};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const char *start = shapes[i].start, *part = shapes[i].part, *end = shapes[i].end;

		dom_free(parsed_octets(repeated(start, part, shapes[i].most, end)));
		refused_under(repeated(start, part, shapes[i].most + 1, end), &dom_default_limits,
		    ERR_XML_LIMIT);
	}
	for (int i = 0; i < 2; i++) { /* who takes larger messages takes more nodes, too */
		struct octets o = repeated("<a>", "<b/>", i == 0 ? 24990 : 99999, "</a>"), document;
		struct err e = {0};

		assert_int_equal(dom_prescan(o, i == 0 ? &little : &more, &document, &e), 0);
	}
	refused_under(repeated("<a>", "<b/>", 100000, "</a>"), &more, ERR_XML_LIMIT);
	dom_free(
	    parsed_octets(repeated("<a>", "&lt;", 262142, "</a>"))); /* no nodes of their own */
	dom_free(parsed_octets(repeated("<a>", "<![CDATA[]]>", 80000, "</a>")));
}

/* Trap: libxml2 2.9.14 compares each attribute of a tag with each; no option of its own limits
 * them. */
static void
attributes_are_counted_before_libxml2_sees_them(void **state)
{
	struct octets document;
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    dom_prescan(repeated("<a", " b=''", 100000, "/>"), &dom_default_limits, &document, &e),
	    -1);
	assert_int_equal(e.code, ERR_XML_LIMIT);
	assert_non_null(strstr(e.public_, "too many attributes"));
}

static void
namespaces_in_scope_are_counted_along_the_open_elements(void **state)
{
	struct octets nested = repeated("<r>", "<a xmlns:b='u:u' xmlns:c='u:u'>", 32,
	    arena_string(arena, repeated("", "</a>", 32, "</r>")));
	struct octets deeper = repeated("<r>", "<a xmlns:b='u:u' xmlns:c='u:u'>", 32,
	    arena_string(arena, repeated("<d xmlns='u:u'/>", "</a>", 32, "</r>")));

	(void)state;
	dom_free(parsed_octets(nested));
	refused_under(deeper, &dom_default_limits, ERR_XML_LIMIT);
	dom_free(parsed_octets(repeated("<r>", "<a xmlns='u:u' xmlns:b='u:v'/>", 18000, "</r>")));
}

static void
a_hundred_thousand_cdata_sections_are_one_text(void **state)
{
	struct octets xml = repeated("<a>", "<![CDATA[]]>", 80000, "x</a>"), o;
	struct err e = {0};
	struct dom *d = parsed_octets(xml);

	(void)state;
	assert_int_equal(dom_text(dom_root(d), arena, &o, &e), 0);
	assert_string_equal((const char *)o.data, "x");
	dom_free(d);
}

/* Inside a signature they stay, for sig/ to refuse. */
static void
cdata_is_text_everywhere_but_in_a_signature(void **state)
{
	struct octets o;
	struct err e = {0};
	struct dom *d =
	    parsed("<a xmlns:d='http://www.w3.org/2000/09/xmldsig#'><b><![CDATA[x]]></b>"
		   "<d:b><![CDATA[x]]></d:b></a>");
	const struct dom_node *b = dom_first(dom_root(d)), *in_signature = dom_next(b);

	(void)state;
	assert_int_equal(dom_to_xml(b)->children->type, XML_TEXT_NODE);
	assert_int_equal(dom_to_xml(in_signature)->children->type, XML_CDATA_SECTION_NODE);
	assert_int_equal(dom_text(in_signature, arena, &o, &e), 0);
	assert_string_equal((const char *)o.data, "x");
	dom_free(d);
}

/* libxml2's dictionary stops growing, its comparison of attributes is quadratic: both are bounded
 * for the document as a whole. */
static void
names_and_pairs_of_attributes_are_counted_in_all(void **state)
{
	const char *names = "<a>", *tag = "<b";

	(void)state;
	for (int i = 0; i < 250; i++)
		tag = arena_printf(arena, "%s a%d=''", tag, i);
	tag = arena_printf(arena, "%s/>", tag);
	/* 250 attributes with their values are 64,000 units, their pairs 62,500 */
	dom_free(parsed_octets(repeated("<a>", tag, 57, "</a>")));
	refused_under(repeated("<a>", tag, 58, "</a>"), &dom_default_limits, ERR_XML_LIMIT);
	char *many = arena_alloc(arena, 9000 * 8), *p = many;
	for (int i = 0; i < 9000; i++)
		p += sprintf(p, "<n%d/>", i);
	names = arena_printf(arena, "<a>%s</a>", many);
	refused(names, ERR_XML_LIMIT);
	accepted(arena_printf(arena, "<a>%.*s</a>", (int)(strstr(many, "<n8000/>") - many), many));
}

static void
an_error_says_where_and_what(void **state)
{
	struct err e = {0};
	struct dom *d;

	(void)state;
	assert_int_equal(dom_parse(octets_of("<a>\n<b></c></a>"), &dom_default_limits, &d, &e), -1);
	assert_non_null(strstr(e.detail, "line 2"));
	assert_string_equal(e.detail, e.public_);
	err_clear(&e);
	assert_int_equal(dom_parse(octets_of("<a><?x?></a>"), &dom_default_limits, &d, &e), -1);
	assert_string_equal(e.public_, "octet 3: a processing instruction");
}

static void
libxml2_writes_nothing_to_stderr(void **state)
{
	static const char *const noisy[] = {"<a></b>", "<a:b/>", "<a xmlns='x y'/>",
	    "<a><b xml:id='i'/><c xml:id='i'/></a>", "<a xml:id='1'/>", "<a b='1' b='2'/>"};
	char path[] = "/tmp/shepd-dom-XXXXXX";
	int saved = dup(2), file = mkstemp(path);

	(void)state;
	assert_true(saved >= 0 && file >= 0 && dup2(file, 2) == 2);
	for (size_t i = 0; i < sizeof(noisy) / sizeof(noisy[0]); i++) {
		struct err e = {0};
		struct dom *d;

		if (dom_parse(octets_of(noisy[i]), &dom_default_limits, &d, &e) == 0)
			dom_free(d);
	}
	dup2(saved, 2);
	close(saved);
	unlink(path);
	assert_int_equal(lseek(file, 0, SEEK_END), 0);
	close(file);
}

static void
one_bad_document_leaves_no_trace_in_the_next(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		refused(i % 2 == 0 ? "<a xmlns:p='u:u'><p:b>" : "<a><b x='1' x='2'/></a>",
		    ERR_XML_MALFORMED);
		refused("<p:b/>", ERR_XML_MALFORMED);
		accepted("<a xmlns:p='u:u'><p:b/></a>");
	}
}

static void
documents_outlive_the_names_of_thousands_of_others(void **state)
{
	struct dom *kept = parsed("<kept name='v'><inner/></kept>");

	(void)state;
	for (int i = 0; i < 6000; i++)
		accepted(arena_printf(arena, "<n%d a%d=''/>", i, i));
	assert_string_equal(written(dom_root(kept)), "<kept name=\"v\"><inner/></kept>");
	dom_free(kept);
}

/* --- walking --- */

static void
walks_by_namespace_and_local_name(void **state)
{
	struct dom *d =
	    parsed("<p:a xmlns:p='u:u' xmlns='u:d'>t<b/><!--c--><p:b i='1'/><b xmlns='' i='2'/>"
		   "<q:b xmlns:q='u:u'/></p:a>");
	struct dom_node *root = dom_root(d), *b;

	(void)state;
	assert_true(dom_is(root, "u:u", "a"));
	assert_false(dom_is(root, "", "a"));
	assert_string_equal(dom_prefix(root), "p");
	assert_null(dom_parent(root));
	assert_null(dom_next(root));
	assert_int_equal(dom_count(root, "u:u", "b"), 2);
	assert_int_equal(dom_count(root, "u:d", "b"), 1);
	assert_int_equal(dom_count(root, "", "b"), 1);
	assert_null(dom_child(root, "u:u", "c"));
	b = dom_child(root, "u:u", "b");
	assert_string_equal(dom_attribute(b, "", "i", arena), "1");
	assert_ptr_equal(dom_parent(b), root);
	b = dom_child(root, "", "b");
	assert_string_equal(dom_attribute(b, "", "i", arena), "2");
	assert_string_equal(dom_ns(b), "");
	assert_string_equal(dom_prefix(b), "");
	assert_null(dom_first(b));
	assert_string_equal(dom_name(dom_first(root)), "b");
	dom_free(d);
}

static void
reads_attributes_by_namespace(void **state)
{
	struct dom *d =
	    parsed("<a xmlns:p='u:u' x='1' p:x='&lt;2&amp;&#x416;' e='' xml:lang='kk'/>");
	struct dom_node *root = dom_root(d);
	struct dom_attribute a;
	char all[200] = "";

	(void)state;
	assert_string_equal(dom_attribute(root, "", "x", arena), "1");
	assert_string_equal(dom_attribute(root, "u:u", "x", arena), "<2&\xD0\x96");
	assert_string_equal(dom_attribute(root, "", "e", arena), "");
	assert_null(dom_attribute(root, "u:v", "x", arena));
	assert_null(dom_attribute(root, "", "xmlns", arena));
	for (bool more = dom_first_attribute(root, &a, arena); more;
	     more = dom_next_attribute(&a, arena))
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "{%s}%s=%s ", a.ns, a.name,
		    a.value);
	assert_string_equal(
	    all, "{}x=1 {u:u}x=<2&\xD0\x96 {}e= {http://www.w3.org/XML/1998/namespace}lang=kk ");
	dom_free(d);
}

static void
looks_prefixes_up_where_they_are_in_force(void **state)
{
	struct dom *d = parsed("<a xmlns='u:d' xmlns:p='u:u'><b xmlns='' xmlns:p='u:v'/></a>");
	struct dom_node *root = dom_root(d), *b = dom_first(root);

	(void)state;
	assert_string_equal(dom_lookup_prefix(root, ""), "u:d");
	assert_string_equal(dom_lookup_prefix(root, "p"), "u:u");
	assert_null(dom_lookup_prefix(b, ""));
	assert_string_equal(dom_lookup_prefix(b, "p"), "u:v");
	assert_null(dom_lookup_prefix(b, "q"));
	assert_string_equal(dom_lookup_prefix(b, "xml"), "http://www.w3.org/XML/1998/namespace");
	dom_free(d);
}

static void
tells_text_from_white_space(void **state)
{
	struct dom *d = parsed("<a> \r\n\t<b>x</b><!--y--></a>");

	(void)state;
	assert_false(dom_has_text(dom_root(d)));
	assert_true(dom_has_text(dom_first(dom_root(d))));
	dom_free(d);
}

static void
text_is_all_text_and_cdata_joined(void **state)
{
	struct dom *d = parsed("<a>\xD0\x96<![CDATA[<b>]]>&amp;\r\n&#13;</a>");
	struct err e = {0};
	struct octets o;

	(void)state;
	assert_int_equal(dom_text(dom_root(d), arena, &o, &e), 0);
	assert_true(octets_is(o, "\xD0\x96<b>&\n\r"));
	assert_int_equal(o.data[o.len], '\0');
	dom_free(d);
	d = parsed("<a/>");
	assert_int_equal(dom_text(dom_root(d), arena, &o, &e), 0);
	assert_int_equal(o.len, 0);
	assert_non_null(o.data);
	dom_free(d);
}

/* gSOAP and libxml2 read two texts out of these. */
static void
text_with_comments_or_elements_inside_is_refused(void **state)
{
	static const char *const bad[] = {"<a>m<!--x-->1</a>", "<a>m<b/>1</a>", "<a><b>m1</b></a>"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dom *d = parsed(bad[i]);
		struct err e = {0};
		struct octets o;

		assert_int_equal(dom_text(dom_root(d), arena, &o, &e), -1);
		assert_int_equal(e.code, ERR_MSG_FORMAT);
		assert_null(o.data);
		dom_free(d);
	}
}

static void
a_path_names_every_element_from_the_root(void **state)
{
	struct dom *d = parsed("<p:a xmlns:p='u:u'><b><c/></b></p:a>");

	(void)state;
	assert_string_equal(dom_path(dom_first(dom_first(dom_root(d))), arena), "/a/b/c");
	assert_string_equal(dom_path(dom_root(d), arena), "/a");
	dom_free(d);
}

/* --- writing and cutting --- */

/* Trap: libxml2 writes &#x...; for what is not ASCII when no encoding is declared. */
static void
writes_utf8_as_utf8_without_a_declared_encoding(void **state)
{
	struct dom *d = parsed("<a b='\xD2\x9A'>\xD0\xB6\xF0\x9F\x8F\xA0</a>");

	(void)state;
	assert_string_equal(written(dom_root(d)), "<a b=\"\xD2\x9A\">\xD0\xB6\xF0\x9F\x8F\xA0</a>");
	dom_free(d);
}

static void
what_is_written_reads_back_the_same(void **state)
{
	static const char *const documents[] = {
	    "<a>&lt;&gt;&amp;\"'&#13;&#10;\t</a>",
	    "<a b='&lt;&gt;&amp;&quot;&#39;&#13;&#10;&#9; '/>",
	    "<a><!-- c --><b/>x<b>y</b>z<c><d/></c></a>",
	    "<a xmlns='u:d' xmlns:p='u:u'><p:b p:x='1'><c xmlns=''/></p:b></a>",
	    "<a><![CDATA[<&]]></a>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct dom *d = parsed(documents[i]);
		const char *once = written(dom_root(d)), *form = canonical(dom_root(d), NULL);
		struct dom *again = parsed(once);

		assert_string_equal(written(dom_root(again)), once);
		assert_string_equal(canonical(dom_root(again), NULL), form);
		dom_free(d);
		dom_free(again);
	}
}

/* Trap: the octets of exclusive C14N lose a declaration that an inclusive one signed; the tree has
 * it. */
static void
a_cut_keeps_unused_declarations_that_c14n_drops(void **state)
{
	struct dom *d = parsed(
	    "<s:E xmlns:s='u:s'><data><r:r xmlns:r='u:r' xmlns:unused='u:n'>x</r:r></data></s:E>");
	struct dom_node *payload = dom_first(dom_first(dom_root(d)));
	struct err e = {0};
	struct octets o;
	struct dom *cut;

	(void)state;
	assert_int_equal(dom_cut(payload, &dom_default_limits, arena, &o, &cut, &e), 0);
	assert_true(octets_is(o, "<r:r xmlns:r=\"u:r\" xmlns:unused=\"u:n\">x</r:r>"));
	assert_null(strstr(canonical(payload, NULL), "unused"));
	dom_free(d);
	assert_true(dom_is(dom_root(cut), "u:r", "r"));
	assert_string_equal(dom_lookup_prefix(dom_root(cut), "unused"), "u:n");
	dom_free(cut);
}

static void
a_cut_takes_the_used_namespaces_of_the_envelope_and_no_others(void **state)
{
	struct dom *d = parsed("<s:E xmlns:s='u:s' xmlns:i='u:i' xmlns:p='u:p' xmlns:q='u:q' "
			       "xmlns='u:d'><m xmlns:p='u:p2'>"
			       "<data i:t='1'><p:x/><y q:a=''/><z xmlns=''/></data></m></s:E>");
	struct err e = {0};
	struct octets o;
	struct dom *cut;

	(void)state;
	assert_int_equal(
	    dom_cut(dom_first(dom_first(dom_root(d))), &dom_default_limits, arena, &o, &cut, &e),
	    0);
	assert_true(octets_is(o,
	    "<data xmlns:p=\"u:p2\" xmlns:i=\"u:i\" xmlns:q=\"u:q\" xmlns=\"u:d\" i:t=\"1\"><p:x/>"
	    "<y q:a=\"\"/><z xmlns=\"\"/></data>"));
	assert_true(dom_is(dom_first(dom_root(cut)), "u:p2", "x"));
	dom_free(cut);
	dom_free(d);
}

static void
a_cut_is_held_to_its_limits(void **state)
{
	const struct dom_limits small = {
	    .octets = 20, .tags = 9, .attributes = 9, .depth = 9, .name = 9};
	struct dom *d = parsed("<a><b>01234567890123456789</b></a>");
	struct dom *cut = d;
	struct err e = {0};
	struct octets o;

	(void)state;
	assert_int_equal(dom_cut(dom_first(dom_root(d)), &small, arena, &o, &cut, &e), -1);
	assert_int_equal(e.code, ERR_XML_LIMIT);
	assert_null(cut);
	dom_free(d);
}

/* --- C14N --- */

static void
exclusive_c14n_declares_what_is_used_and_drops_comments(void **state)
{
	struct dom *d =
	    parsed("<s:E xmlns:s='u:s' xmlns:n='u:n'><s:B z='2' a='1'><!--c--><x y='\"'/>&#13;"
		   "<![CDATA[<]]></s:B><s:after/></s:E>");
	static const char *const prefixes[] = {"n", NULL};
	struct dom_node *body = dom_first(dom_root(d));

	(void)state;
	assert_string_equal(canonical(body, NULL),
	    "<s:B xmlns:s=\"u:s\" a=\"1\" z=\"2\"><x y=\"&quot;\"></x>&#xD;&lt;</s:B>");
	assert_string_equal(canonical(body, prefixes),
	    "<s:B xmlns:n=\"u:n\" xmlns:s=\"u:s\" a=\"1\" z=\"2\"><x "
	    "y=\"&quot;\"></x>&#xD;&lt;</s:B>");
	dom_free(d);
}

static void
c14n_of_the_root_is_c14n_of_the_document(void **state)
{
	struct dom *d = parsed("<?xml version='1.0'?><!--c--><a xmlns:p='u:u'><p:b/></a><!--d-->");

	(void)state;
	assert_string_equal(canonical(dom_root(d), NULL), "<a><p:b xmlns:p=\"u:u\"></p:b></a>");
	dom_free(d);
}

static void
a_relative_namespace_is_refused_because_it_has_no_canonical_form(void **state)
{
	(void)state;
	refused("<a xmlns='relative'/>", ERR_XML_MALFORMED);
	refused("<a xmlns:p='relative'/>", ERR_XML_MALFORMED);
	refused("<a><b xmlns:p='/p:q'/></a>", ERR_XML_MALFORMED);
	refused("<a xmlns:p=':'/>", ERR_XML_MALFORMED);
	refused("<a xmlns:p='1a:b'/>", ERR_XML_MALFORMED);
	accepted("<a xmlns='' xmlns:p='a+1.-:b'/>");
}

/* What is read in steps is read octet for octet, wherever in a step it stands. */
static void
sees_every_octet_of_a_long_run(void **state)
{
	static const struct {
		const char *piece;
		enum err_code text, value;
	} cases[] = {
	    {"\x01", ERR_XML_MALFORMED, ERR_XML_MALFORMED},
	    {"\xFF", ERR_XML_ENCODING, ERR_XML_ENCODING},
	    {"\xEF\xBF\xBF", ERR_XML_MALFORMED, ERR_XML_MALFORMED},
	    {"&", ERR_XML_MALFORMED, ERR_XML_MALFORMED},
	    {"&none;", ERR_XML_MALFORMED, ERR_XML_MALFORMED},
	    {"<", ERR_XML_MALFORMED, ERR_XML_MALFORMED},
	    {"<?pi?>", ERR_XML_PI, ERR_XML_MALFORMED},
	    {"<!DOCTYPE a>", ERR_XML_DTD, ERR_XML_MALFORMED},
	    {"\"", ERR_OK, ERR_XML_MALFORMED},
	    {"'", ERR_OK, ERR_OK},
	    {">", ERR_OK, ERR_OK},
	    {"\n", ERR_OK, ERR_OK},
	    {"\x7F", ERR_OK, ERR_OK},
	    {"\xD3\x98", ERR_OK, ERR_OK},
	    {"&amp;", ERR_OK, ERR_OK},
	};
	static const char run[] = "0123456789012345678901234567890123456789";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int at = 0; at <= 40; at++)
			for (int in_value = 0; in_value < 2; in_value++) {
				enum err_code code = in_value ? cases[i].value : cases[i].text;
				const char *piece = cases[i].piece;
				const char *xml = in_value
						      ? arena_printf(arena, "<a b=\"%.*s%s%s\"/>",
							    at, run, piece, run + at)
						      : arena_printf(arena, "<a>%.*s%s%s</a>", at,
							    run, piece, run + at);
				if (code == ERR_OK)
					accepted(xml);
				else
					refused(xml, code);
			}
}

/* --- schemas --- */

static const char schema_text[] =
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t' xmlns='urn:t' "
    "elementFormDefault='qualified'><xs:element name='form'><xs:complexType><xs:sequence>"
    "<xs:element name='iin'><xs:simpleType><xs:restriction base='xs:string'><xs:pattern "
    "value='[0-9]{12}'/>"
    "</xs:restriction></xs:simpleType></xs:element><xs:element name='n' type='xs:int' "
    "maxOccurs='unbounded'/>"
    "<xs:any namespace='##other' processContents='lax' "
    "minOccurs='0'/></xs:sequence></xs:complexType>"
    "</xs:element></xs:schema>";

static char schema_path[] = "/tmp/shepd-dom-XXXXXX.xsd";

static void
write_file(char *path_template, int suffix, const char *text)
{
	int f = mkstemps(path_template, suffix);

	assert_true(f >= 0);
	assert_int_equal(write(f, text, strlen(text)), (ssize_t)strlen(text));
	close(f);
}

static struct dom_schema *
loaded(void)
{
	struct err e = {0};
	struct dom_schema *s;

	if (dom_schema_load(schema_path, &s, &e) != 0)
		fail_msg("%s", e.detail);
	return s;
}

static void
a_schema_accepts_what_is_valid_any_number_of_times(void **state)
{
	struct dom_schema *s = loaded();
	struct dom *d =
	    parsed("<form xmlns='urn:t'><iin>000101300019</iin><n>1</n><n>2</n></form>");
	struct err e = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(dom_schema_check(s, d, &e), 0);
	dom_free(d);
	dom_schema_free(s);
}

static void
a_schema_tells_every_violation_with_its_path_and_no_value(void **state)
{
	struct dom_schema *s = loaded();
	struct dom *d = parsed("<form xmlns='urn:t'><iin>00010130001X</iin><n>one</n><m/></form>");
	struct err e = {0};

	(void)state;
	assert_int_equal(dom_schema_check(s, d, &e), -1);
	assert_int_equal(e.code, ERR_PAYLOAD_FORMAT);
	assert_non_null(strstr(e.public_,
	    "/form/iin: does not match the pattern; /form/n: not a value of its type; "
	    "/form/m: This element is not expected."));
	assert_null(strstr(e.detail, "00010130001X"));
	dom_free(d);
	dom_schema_free(s);
}

static void
a_schema_refuses_an_unknown_root(void **state)
{
	struct dom_schema *s = loaded();
	struct dom *d = parsed("<form/>");
	struct err e = {0};

	(void)state;
	assert_int_equal(dom_schema_check(s, d, &e), -1);
	assert_int_equal(e.code, ERR_PAYLOAD_FORMAT);
	assert_non_null(strstr(e.public_, "/form: not declared"));
	dom_free(d);
	dom_schema_free(s);
}

/* Trap: libxml2 follows xsi:schemaLocation where it was given no schema. */
static void
a_schema_location_in_the_message_opens_no_file(void **state)
{
	char other[] = "/tmp/shepd-dom-XXXXXX.xsd";
	struct dom_schema *s = loaded();
	struct err e = {0};
	struct dom *d;

	(void)state;
	write_file(other, 4,
	    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:o'>"
	    "<xs:element name='o' type='xs:int'/></xs:schema>");
	d = parsed(arena_printf(arena,
	    "<form xmlns='urn:t' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
	    "xsi:schemaLocation='urn:o %s'><iin>000101300019</iin><n>1</n>"
	    "<o xmlns='urn:o'>not a number</o></form>",
	    other));
	/* the file would make <o> a number and refuse it */
	assert_int_equal(dom_schema_check(s, d, &e), 0);
	dom_free(d);
	dom_schema_free(s);
	unlink(other);
}

static void
a_schema_that_does_not_compile_is_a_mistake_of_configuration(void **state)
{
	char bad[] = "/tmp/shepd-dom-XXXXXX.xsd";
	struct dom_schema *s;
	struct err e = {0};

	(void)state;
	write_file(bad, 4,
	    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='a' "
	    "type='gone'/>"
	    "</xs:schema>");
	assert_int_equal(dom_schema_load(bad, &s, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(s);
	unlink(bad);
	err_clear(&e);
	assert_int_equal(dom_schema_load(bad, &s, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

/* Trap: for libxml2 an import that is not found is a warning, and what it declared is then unknown.
 */
static void
a_schema_whose_import_is_missing_is_a_mistake_of_configuration(void **state)
{
	char lacking[] = "/tmp/shepd-dom-XXXXXX.xsd";
	struct dom_schema *s;
	struct err e = {0};

	(void)state;
	write_file(lacking, 4,
	    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
	    "<xs:import namespace='urn:o' schemaLocation='shepd-dom-not-there.xsd'/>"
	    "<xs:element name='a' type='xs:int'/></xs:schema>");
	assert_int_equal(dom_schema_load(lacking, &s, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(s);
	unlink(lacking);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses_every_encoding_but_utf8),
	    cmocka_unit_test(accepts_utf8_declared_or_not_with_or_without_mark),
	    cmocka_unit_test(lets_white_space_through_before_the_declaration),
	    cmocka_unit_test(refuses_nul_and_control_characters),
	    cmocka_unit_test(refuses_what_is_not_xml_1_0),
	    cmocka_unit_test(refuses_a_document_type_declaration_wherever_it_stands),
	    cmocka_unit_test(markup_in_comments_and_cdata_is_text),
	    cmocka_unit_test(refuses_processing_instructions_but_the_declaration),
	    cmocka_unit_test(refuses_references_to_anything_but_the_five_entities_and_characters),
	    cmocka_unit_test(refuses_what_is_not_well_formed),
	    cmocka_unit_test(refuses_what_is_not_namespace_well_formed),
	    cmocka_unit_test(refuses_references_in_a_namespace_name),
	    cmocka_unit_test(refuses_a_repeated_xml_id),
	    cmocka_unit_test(limits_hold_at_their_number_and_not_before),
	    cmocka_unit_test(work_is_counted_for_all_that_a_message_is_made_of),
	    cmocka_unit_test(the_default_limits_are_those_of_r_10),
	    cmocka_unit_test(attributes_are_counted_before_libxml2_sees_them),
	    cmocka_unit_test(namespaces_in_scope_are_counted_along_the_open_elements),
	    cmocka_unit_test(a_hundred_thousand_cdata_sections_are_one_text),
	    cmocka_unit_test(cdata_is_text_everywhere_but_in_a_signature),
	    cmocka_unit_test(names_and_pairs_of_attributes_are_counted_in_all),
	    cmocka_unit_test(an_error_says_where_and_what),
	    cmocka_unit_test(libxml2_writes_nothing_to_stderr),
	    cmocka_unit_test(one_bad_document_leaves_no_trace_in_the_next),
	    cmocka_unit_test(documents_outlive_the_names_of_thousands_of_others),
	    cmocka_unit_test(walks_by_namespace_and_local_name),
	    cmocka_unit_test(reads_attributes_by_namespace),
	    cmocka_unit_test(looks_prefixes_up_where_they_are_in_force),
	    cmocka_unit_test(tells_text_from_white_space),
	    cmocka_unit_test(text_is_all_text_and_cdata_joined),
	    cmocka_unit_test(text_with_comments_or_elements_inside_is_refused),
	    cmocka_unit_test(a_path_names_every_element_from_the_root),
	    cmocka_unit_test(writes_utf8_as_utf8_without_a_declared_encoding),
	    cmocka_unit_test(what_is_written_reads_back_the_same),
	    cmocka_unit_test(a_cut_keeps_unused_declarations_that_c14n_drops),
	    cmocka_unit_test(a_cut_takes_the_used_namespaces_of_the_envelope_and_no_others),
	    cmocka_unit_test(a_cut_is_held_to_its_limits),
	    cmocka_unit_test(exclusive_c14n_declares_what_is_used_and_drops_comments),
	    cmocka_unit_test(c14n_of_the_root_is_c14n_of_the_document),
	    cmocka_unit_test(a_relative_namespace_is_refused_because_it_has_no_canonical_form),
	    cmocka_unit_test(a_schema_accepts_what_is_valid_any_number_of_times),
	    cmocka_unit_test(a_schema_tells_every_violation_with_its_path_and_no_value),
	    cmocka_unit_test(a_schema_refuses_an_unknown_root),
	    cmocka_unit_test(a_schema_location_in_the_message_opens_no_file),
	    cmocka_unit_test(sees_every_octet_of_a_long_run),
	    cmocka_unit_test(a_schema_that_does_not_compile_is_a_mistake_of_configuration),
	    cmocka_unit_test(a_schema_whose_import_is_missing_is_a_mistake_of_configuration),
	};

	if (dom_init(&e) != 0)
		return 99;
	write_file(schema_path, 4, schema_text);
	int failed = cmocka_run_group_tests(tests, make_arena, drop_arena);
	unlink(schema_path);
	dom_fini();
	return failed;
}
