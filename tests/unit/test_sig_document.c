/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: enveloped signatures over whole documents, one and several.
 */
#include "config.h"

#include "sig_common.h"

#define C14N_10 "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define PLAIN "<a xmlns:p=\"urn:p\"><iin>000101300019</iin></a>"

/* A document signed by NAME of the RSA hierarchy. */
static const char *
signed_by(struct common *c, const char *text, const char *name)
{
	struct pki_identity *identity = sign_identity(c->arena, "rsa", name);
	struct octets out;
	struct err e = {0};

	assert_int_equal(sig_sign_document(octets_of(text), identity, c->arena, &out, &e), 0);
	pki_identity_free(identity);
	return arena_string(c->arena, out);
}

static enum err_code
verify(struct common *c, const char *text, struct err *e)
{
	struct sig_part parts[SIG_MOST_SIGNERS];
	size_t count;

	return common_verify_document(c, text, parts, &count, e);
}

static void
gives_the_signer_and_the_octets_without_the_signature(void **state)
{
	struct common *c = *state;
	struct sig_part parts[SIG_MOST_SIGNERS];
	size_t count;
	struct err e;

	assert_int_equal(
	    common_verify_document(c, signed_by(c, PLAIN, "person"), parts, &count, &e), ERR_OK);
	assert_int_equal(count, 1);
	assert_string_equal(parts[0].signer.iin, "000101300019");
	assert_true(octets_is(parts[0].digested, PLAIN));
}

/* The last signer covers the ones before; the first one only the content (nca.md 4.2: LIFO). */
static void
peels_stacked_signatures_from_the_last_to_the_first(void **state)
{
	struct common *c = *state;
	struct sig_part parts[SIG_MOST_SIGNERS];
	const char *once = signed_by(c, PLAIN, "person");
	const char *twice = signed_by(c, once, "head");
	size_t count;
	struct err e;

	assert_int_equal(common_verify_document(c, twice, parts, &count, &e), ERR_OK);
	assert_int_equal(count, 2);
	assert_string_equal(parts[0].signer.bin, "000140000012");
	assert_non_null(strstr(arena_string(c->arena, parts[0].digested), "<ds:Signature"));
	assert_string_equal(parts[1].signer.bin, "");
	assert_true(octets_is(parts[1].digested, PLAIN));
}

static void
refuses_all_when_one_of_two_signers_does_not_hold(void **state)
{
	struct common *c = *state;
	struct sig_part parts[SIG_MOST_SIGNERS];
	const char *once = signed_by(c, PLAIN, "person-expired");
	size_t count;
	struct err e;

	assert_int_equal(common_verify_document(c, signed_by(c, once, "head"), parts, &count, &e),
	    ERR_PKI_EXPIRED);
	assert_int_equal(count, 2);
	assert_int_equal(parts[0].verdict, SIG_REFUSED);
	assert_int_equal(parts[1].verdict, SIG_REFUSED);
	assert_string_equal(err_wire(&e), "SCE015");
}

/* Two who both signed the bare content: neither covers the other. */
static void
refuses_signers_in_parallel(void **state)
{
	struct common *c = *state;
	const char *first = signed_by(c, PLAIN, "person"), *second = signed_by(c, PLAIN, "head");
	const char *tail = strstr(second, "<ds:Signature");
	const char *both = sign_replace(c->arena, first, "</a>", tail);
	struct sig_part parts[SIG_MOST_SIGNERS];
	size_t count;
	struct err e;

	assert_int_equal(common_verify_document(c, both, parts, &count, &e), ERR_SIG_COVERAGE);
	assert_non_null(strstr(e.detail, "in parallel"));
	assert_int_equal(count, 1);
	/* changed, it is no question of order */
	both = sign_replace(c->arena, both, ">000101300019", ">000101300029");
	assert_int_equal(common_verify_document(c, both, parts, &count, &e), ERR_SIG_DIGEST);
}

/* A stack in another order, or without the first of it. */
static void
refuses_a_stack_in_another_order(void **state)
{
	struct common *c = *state;
	const char *once = signed_by(c, PLAIN, "person"), *twice = signed_by(c, once, "head");
	const char *a = strstr(twice, "<ds:Signature "), *b = strstr(a + 1, "<ds:Signature ");
	const char *swapped = arena_printf(c->arena, "%.*s%.*s%.*s</a>", (int)(a - twice), twice,
	    (int)strlen(b) - 4, b, (int)(b - a), a);
	const char *alone = arena_printf(c->arena, "%.*s%s", (int)(a - twice), twice, b);
	struct err e;

	assert_int_equal(verify(c, twice, &e), ERR_OK);
	assert_int_equal(verify(c, swapped, &e), ERR_SIG_COVERAGE);
	assert_int_equal(verify(c, alone, &e), ERR_SIG_DIGEST);
}

static void
refuses_more_signatures_than_asked_for(void **state)
{
	struct common *c = *state;
	const char *text = PLAIN;
	struct err e;

	for (int i = 0; i < SIG_MOST_SIGNERS; i++)
		text = signed_by(c, text, "person");
	assert_int_equal(verify(c, text, &e), ERR_OK);
	assert_int_equal(verify(c, signed_by(c, text, "person"), &e), ERR_SIG_STRUCTURE);
}

static void
refuses_a_document_without_signature(void **state)
{
	struct common *c = *state;
	struct err e;

	assert_int_equal(verify(c, PLAIN, &e), ERR_SIG_MISSING);
	assert_string_equal(err_wire(&e), "SCE017");
	/* signed, then wrapped into another root */
	assert_int_equal(
	    verify(c, arena_printf(c->arena, "<w>%s</w>", signed_by(c, PLAIN, "person")), &e),
	    ERR_SIG_MISSING);
}

static void
refuses_what_follows_a_signature(void **state)
{
	struct common *c = *state;
	const char *text = signed_by(c, PLAIN, "person");
	static const char *const tails[] = {"<x/></a>", "x</a>", "<!-- --></a>"};
	struct err e;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(verify(c, sign_replace(c->arena, text, "</a>", tails[i]), &e),
		    ERR_SIG_STRUCTURE);
	/* white space is content: allowed there, but the signer did not sign it */
	assert_int_equal(
	    verify(c, sign_replace(c->arena, text, "</a>", "\n</a>"), &e), ERR_SIG_DIGEST);
	assert_int_equal(verify(c, arena_printf(c->arena, "%s\n<!-- -->\n", text), &e), ERR_OK);
}

/* URI="" leaves comments out whatever the transform is called, so they are not in what goes on. */
static void
drops_comments_from_what_is_handed_on(void **state)
{
	struct common *c = *state;
	struct sig_part parts[SIG_MOST_SIGNERS];
	const char *text = signed_by(c, PLAIN, "person");
	size_t count;
	struct err e;

	text = sign_replace(c->arena, text, "000101300019", "0001<!-- x -->01300019");
	assert_int_equal(common_verify_document(c, text, parts, &count, &e), ERR_OK);
	assert_true(octets_is(parts[0].digested, PLAIN));
}

static void
refuses_a_document_signature_of_another_form(void **state)
{
	struct common *c = *state;
	static const struct edit edits[] = {
	    {"by Id", "URI=\"\"", "URI=\"#a\"", ERR_SIG_COVERAGE},
	    {"no URI", " URI=\"\"", "", ERR_SIG_STRUCTURE},
	    {"not enveloped", "<ds:Transform Algorithm=\"" ENV_DS "enveloped-signature\"/>", "",
		ERR_SIG_ALGORITHM},
	    {"enveloped only", "<ds:Transform Algorithm=\"" C14N_10 "#WithComments\"/>", "",
		ERR_SIG_ALGORITHM},
	    {"the other way round", ENV_DS "enveloped-signature", C14N_10, ERR_SIG_ALGORITHM},
	    {"C14N 1.1", C14N_10 "#WithComments", "http://www.w3.org/2006/12/xml-c14n11",
		ERR_SIG_ALGORITHM},
	    {"base64", C14N_10 "#WithComments", ENV_DS "base64", ERR_SIG_ALGORITHM},
	    {"seventeen prefixes", "<ds:Transform Algorithm=\"" C14N_10 "#WithComments\"/>",
		"<ds:Transform Algorithm=\"" EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" PrefixList=\"a b c d e f g h i j k l m n o p q\"/></ds:Transform>",
		ERR_SIG_STRUCTURE},
	    {"two references", "</ds:Reference>", "</ds:Reference><ds:Reference URI=\"\"/>",
		ERR_SIG_STRUCTURE},
	    {"an Object", "</ds:Signature>", "<ds:Object/></ds:Signature>", ERR_SIG_STRUCTURE},
	    {"issuer and serial", "X509Certificate>", "X509IssuerSerial>", ERR_SIG_KEYINFO},
	    {"no X509Data", "ds:X509Data>", "ds:KeyValue>", ERR_SIG_KEYINFO},
	};
	const char *text = signed_by(c, PLAIN, "person");
	struct err e;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		enum err_code code =
		    verify(c, sign_replace(c->arena, text, edits[i].from, edits[i].to), &e);
		if (code != edits[i].code)
			fail_msg("%s: %s (%s)", edits[i].what, err_row(code)->name, e.detail);
	}
}

static void
refuses_a_changed_document(void **state)
{
	struct common *c = *state;
	const char *text = signed_by(c, PLAIN, "person");
	struct err e;

	assert_int_equal(
	    verify(c, sign_replace(c->arena, text, ">000101300019", ">000101300029"), &e),
	    ERR_SIG_DIGEST);
	assert_int_equal(
	    verify(c, sign_replace(c->arena, text, "<iin>", "<x/><iin>"), &e), ERR_SIG_DIGEST);
	/* inclusive C14N covers declarations that nothing uses */
	assert_int_equal(
	    verify(c, sign_replace(c->arena, text, "urn:p", "urn:q"), &e), ERR_SIG_DIGEST);
}

static void
refuses_a_certificate_for_authentication_where_signing_is_asked_for(void **state)
{
	struct common *c = *state;
	const char *text = signed_by(c, PLAIN, "person-auth");
	struct err e;

	assert_int_equal(verify(c, text, &e), ERR_PKI_USAGE);
	c->policy.require_sign_capable = false;
	assert_int_equal(verify(c, text, &e), ERR_OK);
}

static void
signs_documents_of_every_shape(void **state)
{
	struct common *c = *state;
	static const char *const texts[] = {"<a/>", "<p:a xmlns:p=\"urn:p\"/>", "<a> </a>",
	    ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x --><a xml:lang=\"kk\" b='&lt;'>"
	     "Қазақстан &amp; &#13; <!-- </a> --><![CDATA[</a>]]></a><!-- </a> -->")};
	struct err e;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(verify(c, signed_by(c, texts[i], "person"), &e), ERR_OK);
}

static void
signs_documents_with_gost_2015_and_refuses_to_with_2004(void **state)
{
	struct common *c = *state;
	struct octets out;
	struct err e = {0};

	assert_int_equal(sig_sign_document(octets_of(PLAIN), c->gost, c->arena, &out, &e), 0);
	assert_int_equal(verify(c, arena_string(c->arena, out), &e), ERR_OK);
	assert_int_equal(sig_sign_document(octets_of(PLAIN), c->gost2004, c->arena, &out, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

/* Inclusive C14N looks each namespace up for each element. Two signatures cost twice as much. */
static void
refuses_a_document_whose_canonical_form_costs_too_much(void **state)
{
	struct common *c = *state;
	const char *start = "<a", *elements = "<b/>", *small, *large;
	struct err e;

	for (int i = 0; i < 50; i++)
		start = arena_printf(c->arena, "%s xmlns:n%d=\"urn:%d\"", start, i, i);
	for (int i = 0; i < 10; i++) /* 1,024 */
		elements = arena_printf(c->arena, "%s%s", elements, elements);
	small = arena_printf(c->arena, "%s>%s</a>", start, elements);
	large = arena_printf(c->arena, "%s>%s%s</a>", start, elements, elements);
	small = signed_by(c, small, "person");
	assert_int_equal(verify(c, small, &e), ERR_OK);
	assert_int_equal(verify(c, signed_by(c, small, "head"), &e), ERR_XML_LIMIT);
	assert_int_equal(verify(c, signed_by(c, large, "person"), &e), ERR_XML_LIMIT);
}

/* Each signature digests all of it again: 71,428 elements in all. */
static void
elements_are_counted_for_all_signatures_together(void **state)
{
	struct common *c = *state;
	const char *elements = "<b/>", *document;
	struct err e;

	for (int i = 0; i < 15; i++) /* 32,768 */
		elements = arena_printf(c->arena, "%s%s", elements, elements);
	document = signed_by(c, arena_printf(c->arena, "<a>%s</a>", elements), "person");
	document = signed_by(c, document, "head");
	assert_int_equal(verify(c, document, &e), ERR_OK);
	assert_int_equal(verify(c, signed_by(c, document, "person"), &e), ERR_XML_LIMIT);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(gives_the_signer_and_the_octets_without_the_signature),
	    TEST(peels_stacked_signatures_from_the_last_to_the_first),
	    TEST(refuses_all_when_one_of_two_signers_does_not_hold),
	    TEST(refuses_signers_in_parallel),
	    TEST(refuses_a_stack_in_another_order),
	    TEST(refuses_more_signatures_than_asked_for),
	    TEST(refuses_a_document_without_signature),
	    TEST(refuses_what_follows_a_signature),
	    TEST(drops_comments_from_what_is_handed_on),
	    TEST(refuses_a_document_signature_of_another_form),
	    TEST(refuses_a_changed_document),
	    TEST(refuses_a_certificate_for_authentication_where_signing_is_asked_for),
	    TEST(refuses_a_document_whose_canonical_form_costs_too_much),
	    TEST(elements_are_counted_for_all_signatures_together),
	    TEST(signs_documents_of_every_shape),
	    TEST(signs_documents_with_gost_2015_and_refuses_to_with_2004),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}
