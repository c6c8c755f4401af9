/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dom: what dom_is_canonical() says is so, libxml2 being the judge. Signing rests on it.
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

#define START "<s:B xmlns:s=\"http://s/\" xmlns:w=\"urn:w\" w:Id=\"i\">"
#define END "</s:B>"

static struct arena *arena;
static const char *const outer[] = {"s", "w", NULL};

/* One of everything that the checker lets through. */
static const char sample[] =
    "<m:a xmlns:m=\"http://b.kz/T/v1.0\"><r>\t1 \"'&amp;&lt;&gt;&#xD;\n</r><h:x "
    "xmlns:h=\"urn:q:1\">"
    "<h:y-1>\xD2\x9A\xE2\x82\xB8</h:y-1><m:z_></m:z_></h:x><h:x xmlns:h=\"urn:q:2\"></h:x>"
    "<s:F><w:g></w:g></s:F></m:a>";

static bool
is_canonical(struct octets content)
{
	return dom_is_canonical(content, outer);
}

/* In an element as the Body is one, below an envelope that declares its prefix. */
static void
libxml2_agrees(struct octets content)
{
	struct octets canonical, want;
	struct err e = {0};
	struct dom *d;

	arena_reset(arena);
	want = octets_of(
	    arena_printf(arena, START "%.*s" END, (int)content.len, (const char *)content.data));
	const char *document = arena_printf(arena,
	    "<s:E xmlns:s=\"http://s/\"><s:B xmlns:w=\"urn:w\" w:Id=\"i\">%.*s" END "</s:E>",
	    (int)content.len, (const char *)content.data);
	if (dom_parse(octets_of(document), &dom_default_limits, &d, &e) != 0)
		fail_msg("%s: %s", e.detail, document);
	assert_int_equal(dom_c14n(dom_first(dom_root(d)), NULL, arena, &canonical, &e), 0);
	if (!octets_equal(canonical, want))
		fail_msg("%s became %s", document, arena_string(arena, canonical));
	dom_free(d);
}

static void
what_is_canonical_is_found_so(void **state)
{
	static const char *const yes[] = {"", "text", "<a></a>", "<s:a></s:a>", "<w:a></w:a>",
	    "<p:a xmlns:p=\"urn:p\"></p:a><p:a xmlns:p=\"urn:p\"></p:a>", sample};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (!is_canonical(octets_of(yes[i])))
			fail_msg("not canonical: %s", yes[i]);
		libxml2_agrees(octets_of(yes[i]));
	}
}

static void
what_is_not_canonical_is_never_taken_for_it(void **state)
{
	static const char *const no[] = {"<a/>", "<a ></a>", "<a></a >", "<a>", "</a>", "<a></b>",
	    "<a><b></a></b>", "<", "&", "<a", "a>b", "]]>", "a\rb", "a\x01", "&#13;", "&quot;",
	    "&apos;", "&#x41;", "&amp", "<!--c-->", "<![CDATA[c]]>", "<?p i?>", "\xFF",
	    "\xEF\xBF\xBF", "<p:a></p:a>", "<a b=\"\"></a>", "<a xmlns=\"urn:a\"></a>",
	    "<s:a xmlns:s=\"http://s/\"></s:a>", "<p:a xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"></p:a>",
	    "<a xmlns:p=\"urn:p\"></a>", "<p:a xmlns:q=\"urn:q\"></p:a>",
	    "<p:a xmlns:p=\"urn:p\"><p:b xmlns:p=\"urn:p\"></p:b></p:a>",
	    "<p:a xmlns:p=\"relative\"></p:a>", "<p:a xmlns:p=\"urn:\"></p:a>",
	    "<p:a xmlns:p='urn:p'></p:a>", "<p:a xmlns:p=\"urn:p \"></p:a>",
	    "<p:a  xmlns:p=\"urn:p\"></p:a>", "<p:a:b xmlns:p=\"urn:p\"></p:a:b>", "<1></1>",
	    "<xml:a></xml:a>", "<xmlns:a></xmlns:a>", "<:a></:a>", "<a:></a:>"};

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (is_canonical(octets_of(no[i])))
			fail_msg("canonical: %s", no[i]);
	assert_false(is_canonical((struct octets){(const unsigned char *)"a\0b", 3}));
}

/* Elements deeper than its stack are not looked into. */
static void
nesting_has_an_end(void **state)
{
	char text[7 * 65 + 1] = "";

	(void)state;
	for (size_t depth = 64; depth <= 65; depth++) {
		for (size_t i = 0; i < depth; i++) {
			memcpy(text + 3 * i, "<a>", 3);
			memcpy(text + 3 * depth + 4 * i, "</a>", 4);
		}
		assert_int_equal(
		    is_canonical((struct octets){(unsigned char *)text, 7 * depth}), depth == 64);
	}
}

/* Every octet of the sample replaced by every other, left out, and doubled. */
static void
libxml2_agrees_with_every_change_that_is_let_through(void **state)
{
	unsigned let_through = 0;
	unsigned char changed[sizeof(sample) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(sample) - 1; i++) {
		memcpy(changed, sample, sizeof(sample));
		for (unsigned c = 1; c < 256; c++) {
			struct octets o = {changed, sizeof(sample) - 1};
			changed[i] = (unsigned char)c;
			if (is_canonical(o)) {
				libxml2_agrees(o);
				let_through++;
			}
		}
		for (size_t skip = 0; skip <= 2; skip += 2) {
			struct octets o = {changed, sizeof(sample) - 2 + skip};
			memcpy(changed, sample, i + 1);
			memcpy(changed + i + skip / 2, sample + i + 1 - skip / 2,
			    sizeof(sample) - 1 - i + skip / 2);
			if (is_canonical(o))
				libxml2_agrees(o);
		}
	}
	assert_true(let_through > 1000);
}

static void
sees_every_octet_of_a_long_run(void **state)
{
	static const char *const no[] = {">", "&", "\r", "\x01", "\xFF", "<", "\xEF\xBF\xBF"};
	static const char *const yes[] = {"\"", "'", "\n", "\x7F", "\xD3\x98", "&amp;", "<a></a>"};
	static const char run[] = "0123456789012345678901234567890123456789";

	(void)state;
	for (int at = 0; at <= 40; at++)
		for (size_t i = 0; i < 7; i++) {
			assert_false(dom_is_canonical(
			    octets_of(arena_printf(arena, "%.*s%s%s", at, run, no[i], run + at)),
			    outer));
			assert_true(dom_is_canonical(
			    octets_of(arena_printf(arena, "%.*s%s%s", at, run, yes[i], run + at)),
			    outer));
		}
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
	    cmocka_unit_test(what_is_canonical_is_found_so),
	    cmocka_unit_test(what_is_not_canonical_is_never_taken_for_it),
	    cmocka_unit_test(nesting_has_an_end),
	    cmocka_unit_test(sees_every_octet_of_a_long_run),
	    cmocka_unit_test(libxml2_agrees_with_every_change_that_is_let_through),
	};

	if (dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
