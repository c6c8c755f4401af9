/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The payload in data as a profile wants it: what is taken out again is what was put in, and the
 * business signature over it holds.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "run/letter.h"
#include "run/run.h"

#define PAYLOAD                                                                                    \
	"<?xml version=\"1.0\"?>\n<p:a xmlns:p=\"urn:a\" k=\"1 &gt; 0\"><p:b>\xd2\x9a ]]&gt; "     \
	"&amp;"                                                                                    \
	"</p:b><c/></p:a>"

static struct {
	struct arena *arena;
	struct pki_identity *identity;
	struct pki *pki;
} w;

static int
begin(void **state)
{
	struct err e = {0};
	char cert[1024], key[1024], trust[1024];
	struct pki_options options = {.trust = trust};

	(void)state;
	snprintf(cert, sizeof(cert), "%s/testpki/rsa/gateway.pem", fixture_builddir());
	snprintf(key, sizeof(key), "%s/testpki/rsa/gateway.key", fixture_builddir());
	snprintf(trust, sizeof(trust), "%s/testpki/trust", fixture_builddir());
	w.arena = arena_new();
	return run_init(&e) == 0 && w.arena != NULL &&
		       pki_identity_load(cert, key, NULL, &w.identity, &e) == 0 &&
		       pki_open(&options, NULL, NULL, &w.pki, &e) == 0
		   ? 0
		   : -1;
}

static int
end(void **state)
{
	(void)state;
	pki_close(w.pki);
	pki_identity_free(w.identity);
	arena_free(w.arena);
	run_fini();
	return 0;
}

/* The element data that the codec would write, and what it says as a document. */
static struct dom *
placed(const struct route_profile *p, const char *payload)
{
	struct msg_content content;
	struct err e = {0};
	struct dom *doc;

	if (run_letter_place(p, w.identity, octets_of(payload), w.arena, &content, &e) != 0)
		fail_msg("%s", e.detail);
	char *text =
	    arena_printf(w.arena, "<data%s%s>%.*s</data>", content.attributes != NULL ? " " : "",
		content.attributes != NULL ? content.attributes : "", (int)content.octets.len,
		(const char *)content.octets.data);
	assert_int_equal(dom_parse(octets_of(text), &dom_default_limits, &doc, &e), 0);
	return doc;
}

static const char *
inner_text(struct dom *doc)
{
	struct octets text;
	struct err e = {0};

	assert_int_equal(dom_text(dom_root(doc), w.arena, &text, &e), 0);
	dom_free(doc);
	return (const char *)text.data;
}

static void
assert_signed(struct octets document, const char *root)
{
	struct sig_part parts[SIG_MOST_SIGNERS];
	struct err e = {0};
	struct dom *doc;
	size_t count;

	assert_int_equal(dom_parse(document, &dom_default_limits, &doc, &e), 0);
	assert_string_equal(dom_name(dom_root(doc)), root);
	if (sig_verify_document(doc, w.pki, &sig_default_policy,
		fixture_instant("2026-11-01T00:00:00Z"), w.arena, 1, parts, &count, &e) != 0)
		fail_msg("%s", e.detail);
	assert_int_equal(count, 1);
	dom_free(doc);
}

static void
text_holds_the_document_escaped_or_as_cdata(void **state)
{
	struct route_profile p = {.placement = ROUTE_TEXT, .prefix = ""};
	const char *escaped = inner_text(placed(&p, PAYLOAD));

	(void)state;
	p.cdata = true;
	const char *cdata = inner_text(placed(&p, PAYLOAD));
	assert_string_equal(escaped, cdata);
	assert_non_null(strstr(escaped, "<p:b>\xd2\x9a ]]&gt; &amp;</p:b>"));
	assert_null(strstr(escaped, "<?xml"));
	p.signs = ROUTE_SIGNS_ROOT;
	assert_signed(octets_of(inner_text(placed(&p, PAYLOAD))), "a");
}

static void
cdata_ends_where_it_should(void **state)
{
	const struct route_profile p = {.placement = ROUTE_TEXT, .prefix = "", .cdata = true};
	const char *text = inner_text(placed(&p, "<a b=\"]]>\"><!--]]>]]>--></a>"));

	(void)state;
	assert_non_null(strstr(text, "b=\"]]>\""));
	assert_non_null(strstr(text, "<!--]]>]]>-->"));
}

static void
a_child_stands_alone_and_may_be_signed_or_data_around_it(void **state)
{
	struct route_profile p = {.placement = ROUTE_CHILD, .prefix = ""};
	struct octets octets;
	struct err e = {0};
	struct dom *doc = placed(&p, PAYLOAD);

	(void)state;
	assert_string_equal(dom_name(dom_first(dom_root(doc))), "a");
	assert_null(dom_next(dom_first(dom_root(doc))));
	dom_free(doc);
	p.signs = ROUTE_SIGNS_ROOT;
	doc = placed(&p, PAYLOAD);
	assert_int_equal(dom_write(dom_first(dom_root(doc)), w.arena, &octets, &e), 0);
	dom_free(doc);
	assert_signed(octets, "a");
	p.signs = ROUTE_SIGNS_DATA;
	doc = placed(&p, PAYLOAD);
	assert_int_equal(dom_count(dom_root(doc), "urn:a", "a"), 1);
	assert_int_equal(dom_write(dom_root(doc), w.arena, &octets, &e), 0);
	dom_free(doc);
	assert_signed(octets, "data");
}

static void
data_stands_in_the_place_of_the_root(void **state)
{
	struct route_profile p = {.placement = ROUTE_DATA, .prefix = ""};
	struct octets octets;
	struct err e = {0};
	struct dom *doc = placed(&p, PAYLOAD);

	(void)state;
	assert_string_equal(dom_name(dom_first(dom_root(doc))), "b");
	assert_string_equal(dom_attribute(dom_root(doc), "", "k", w.arena), "1 > 0");
	dom_free(doc);
	p.signs = ROUTE_SIGNS_DATA;
	doc = placed(&p, PAYLOAD);
	assert_int_equal(dom_write(dom_root(doc), w.arena, &octets, &e), 0);
	dom_free(doc);
	assert_signed(octets, "data");
	doc = placed(&p, "<a/>");
	assert_int_equal(dom_write(dom_root(doc), w.arena, &octets, &e), 0);
	dom_free(doc);
	assert_signed(octets, "data");
}

static void
a_root_gets_the_prefix_of_the_profile(void **state)
{
	struct route_profile p = {.placement = ROUTE_TEXT, .prefix = "ns2"};
	const char *text = inner_text(placed(&p, PAYLOAD));

	(void)state;
	assert_non_null(strstr(text, "<ns2:a "));
	assert_non_null(strstr(text, "xmlns:ns2=\"urn:a\""));
	assert_non_null(strstr(text, "</ns2:b><c"));
	p.prefix = "default";
	text = inner_text(placed(&p, "<p:a xmlns:p=\"urn:a\"><p:b/></p:a>"));
	assert_non_null(strstr(text, "<a "));
	assert_non_null(strstr(text, "xmlns=\"urn:a\""));
	assert_non_null(strstr(text, "<b"));
}

static void
assert_refused(const struct route_profile *p, const char *payload, const char *why)
{
	struct msg_content content;
	struct err e = {0};

	assert_int_equal(
	    run_letter_place(p, w.identity, octets_of(payload), w.arena, &content, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	if (strstr(e.detail, why) == NULL)
		fail_msg("%s", e.detail);
}

static void
what_a_payload_cannot_be_is_refused(void **state)
{
	const struct route_profile data = {.placement = ROUTE_DATA, .prefix = ""},
				   plain = {.placement = ROUTE_TEXT, .prefix = "default"},
				   other = {.placement = ROUTE_TEXT, .prefix = "ns2"};

	(void)state;
	assert_refused(&data, "<a xmlns=\"urn:a\"/>", "needs a prefix");
	assert_refused(&plain, "<p:a xmlns:p=\"urn:a\"><c/></p:a>", "c has no namespace");
	assert_refused(&other, "<a/>", "no namespace to have a prefix");
	assert_refused(&other, "<a xmlns=\"urn:a\"><ns2:b xmlns:ns2=\"urn:b\"/></a>",
	    "means another namespace");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_holds_the_document_escaped_or_as_cdata),
	    cmocka_unit_test(cdata_ends_where_it_should),
	    cmocka_unit_test(a_child_stands_alone_and_may_be_signed_or_data_around_it),
	    cmocka_unit_test(data_stands_in_the_place_of_the_root),
	    cmocka_unit_test(a_root_gets_the_prefix_of_the_profile),
	    cmocka_unit_test(what_a_payload_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
