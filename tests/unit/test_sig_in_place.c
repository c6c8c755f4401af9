/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: business signatures over data where it stands, by Id and over the whole message. The
 * transport signature is put in afterwards and must not be in their way.
 */
#include "config.h"

#include <stdio.h>

#include "sig_common.h"

#define ID " wsu:Id=\"data-1\""
#define CONTENT "<p:form xmlns:p=\"urn:p\"><p:iin>000101300019</p:iin></p:form>"
#define OPERATION(content)                                                                         \
	"<m:SendMessage xmlns:m=\"urn:m\"><request><requestData><data" ID ">" content              \
	"</data></requestData></request></m:SendMessage>"

/* An envelope with room for the transport signature, whose Body holds the operation. */
static const char *
envelope(struct common *c, const char *operation)
{
	struct octets out;
	struct err e = {0};

	assert_int_equal(env_write(octets_of(operation), "body-1", c->arena, &out, &e), 0);
	return arena_string(c->arena, out);
}

static const char *
transport(struct common *c, const char *text)
{
	struct octets out;
	struct err e = {0};

	assert_int_equal(
	    sig_sign_envelope(octets_of(text), c->gateway, SIG_KEY_IDENTIFIER, c->arena, &out, &e),
	    0);
	return arena_string(c->arena, out);
}

struct seen {
	struct sig_part parts[SIG_MOST_SIGNERS];
	size_t count;
	char covered[32]; /* name of the element that the innermost signer covers */
	struct err e;
};

/* Both levels, as the pipeline has them. */
static enum err_code
verify(struct common *c, const char *text, size_t most, struct seen *s)
{
	const struct sig_court court = {c->pki, &c->policy, c->at, c->arena};
	const struct dom_node *data;
	struct sig_part part;
	struct dom *doc;
	struct env env;

	*s = (struct seen){.count = 0};
	assert_int_equal(dom_parse(octets_of(text), &dom_default_limits, &doc, &s->e), 0);
	if (env_check(doc, c->arena, &env, &s->e) != 0 ||
	    sig_verify_transport(&env, c->pki, &c->policy, c->at, c->arena, &part, &s->e) != 0)
		fail_msg("transport: %s", s->e.detail);
	data = dom_first(dom_first(dom_first(env.operation)));
	assert_string_equal(dom_name(data), "data");
	if (sig_verify_in_place(&env, data, &court, most, s->parts, &s->count, &s->e) == 0)
		snprintf(
		    s->covered, sizeof(s->covered), "%s", dom_name(s->parts[s->count - 1].node));
	assert_ptr_equal(dom_parent(env.signature), env.security);
	dom_free(doc);
	return s->e.code;
}

static enum err_code
verify_signed(struct common *c, const char *id, bool inclusive, struct seen *s)
{
	const char *text = envelope(c, OPERATION(CONTENT));

	text = sign_in_place(c->arena, text, id, inclusive, c->person);
	return verify(c, transport(c, text), 1, s);
}

static void
accepts_data_by_its_id_with_the_namespaces_around_it(void **state)
{
	struct common *c = *state;
	struct seen s;

	assert_int_equal(verify_signed(c, "data-1", true, &s), ERR_OK);
	assert_string_equal(s.covered, "data");
	assert_string_equal(s.parts[0].signer.iin, "000101300019");
	assert_true(octets_is(s.parts[0].digested,
	    "<data xmlns:m=\"urn:m\" xmlns:soap=\"" ENV_SOAP "\" xmlns:wsu=\"" ENV_WSU
	    "\" wsu:Id=\"data-1\">" CONTENT "</data>"));
	assert_int_equal(verify_signed(c, "data-1", false, &s), ERR_OK);
	assert_true(octets_is(s.parts[0].digested,
	    "<data xmlns:wsu=\"" ENV_WSU "\" wsu:Id=\"data-1\">" CONTENT "</data>"));
}

static void
accepts_the_whole_message_as_it_was_before_the_transport_signature(void **state)
{
	struct common *c = *state;
	struct seen s;

	for (int inclusive = 0; inclusive < 2; inclusive++) {
		assert_int_equal(verify_signed(c, NULL, inclusive == 1, &s), ERR_OK);
		assert_string_equal(s.covered, "Envelope");
		const char *digested = arena_string(c->arena, s.parts[0].digested);
		assert_non_null(strstr(digested, "<wsse:Security"));
		assert_non_null(strstr(digested, CONTENT));
		assert_null(strstr(digested, "Signature"));
	}
}

static void
accepts_gost_in_place(void **state)
{
	struct common *c = *state;
	const char *text = envelope(c, OPERATION(CONTENT));
	struct seen s;

	text = sign_in_place(c->arena, text, "data-1", true, c->gost);
	assert_int_equal(verify(c, transport(c, text), 1, &s), ERR_OK);
	assert_int_equal(s.parts[0].algorithm, SIG_GOST2015);
}

/* The gateway signs whatever it is given: the business signature has to see the change. */
static void
refuses_data_that_was_changed_after_the_citizen_signed(void **state)
{
	struct common *c = *state;
	static const struct edit edits[] = {
	    {"a letter", ">000101300019<", ">000101300029<", ERR_SIG_DIGEST},
	    {"a comment that splits nothing", "</p:form>", "<!-- x --></p:form>", ERR_OK},
	    {"an element", "</p:form>", "<p:x></p:x></p:form>", ERR_SIG_DIGEST},
	    {"a namespace of an element around", "xmlns:m=\"urn:m\"",
		"xmlns:m=\"urn:m\" xmlns:z=\"urn:z\"", ERR_SIG_DIGEST},
	    {"the meaning of a prefix", "xmlns:p=\"urn:p\"", "xmlns:p=\"urn:q\"", ERR_SIG_DIGEST},
	    {"CDATA", ">000101300019<", "><![CDATA[000101300019]]><", ERR_OK},
	    {"a character reference", ">000101300019<", ">00010130001&#57;<", ERR_OK},
	    {"something after it", "</data>", "<x></x></data>", ERR_SIG_STRUCTURE},
	    {"a comment after it", "</data>", "<!-- --></data>", ERR_SIG_STRUCTURE},
	};
	const char *good =
	    sign_in_place(c->arena, envelope(c, OPERATION(CONTENT)), "data-1", true, c->person);
	struct seen s;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		const char *text = sign_replace(c->arena, good, edits[i].from, edits[i].to);
		if (verify(c, transport(c, text), 1, &s) != edits[i].code)
			fail_msg("%s: %s", edits[i].what, s.e.detail);
		if (edits[i].code != ERR_OK)
			assert_string_equal(err_wire(&s.e), "SCE016");
	}
}

static void
refuses_a_whole_message_changed_outside_of_data(void **state)
{
	struct common *c = *state;
	const char *good =
	    sign_in_place(c->arena, envelope(c, OPERATION(CONTENT)), NULL, true, c->person);
	const char *text;
	struct seen s;

	assert_int_equal(verify(c, transport(c, good), 1, &s), ERR_OK);
	text = sign_replace(c->arena, good, "<request>", "<request a=\"1\">");
	assert_int_equal(verify(c, transport(c, text), 1, &s), ERR_SIG_DIGEST);
}

/* Wrapping: the signed data is somewhere else than the data that is read. */
static void
refuses_a_reference_to_anything_but_its_own_data(void **state)
{
	struct common *c = *state;
	const char *good =
	    sign_in_place(c->arena, envelope(c, OPERATION(CONTENT)), "data-1", true, c->person);
	const char *const forms[][2] = {
	    {"URI=\"#data-1\"", "URI=\"#body-1\""},
	    {"URI=\"#data-1\"", "URI=\"#nowhere\""},
	    {"<data" ID ">", "<data>"},
	    {"<data" ID ">", "<data Id=\"data-2\">"},
	    {"<data" ID ">" CONTENT, "<data><old" ID ">" CONTENT "</old>" CONTENT},
	};
	struct seen s;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *text = sign_replace(c->arena, good, forms[i][0], forms[i][1]);
		assert_int_equal(verify(c, transport(c, text), 1, &s), ERR_SIG_COVERAGE);
	}
	assert_int_equal(verify(c,
			     transport(c, sign_replace(c->arena, good, "URI=\"#data-1\"",
					      "URI=\"#xpointer(/)\"")),
			     1, &s),
	    ERR_SIG_STRUCTURE);
	assert_int_equal(
	    verify(c, transport(c, envelope(c, OPERATION(CONTENT))), 1, &s), ERR_SIG_MISSING);
}

static void
peels_stacked_signers_in_place(void **state)
{
	struct common *c = *state;
	struct pki_identity *head = sign_identity(c->arena, "gost", "head");
	const char *text = envelope(c, OPERATION(CONTENT));
	struct seen s;

	text = sign_in_place(c->arena, text, "data-1", true, c->person);
	text = transport(c, sign_in_place(c->arena, text, NULL, false, head));
	assert_int_equal(verify(c, text, 1, &s), ERR_SIG_STRUCTURE);
	assert_int_equal(verify(c, text, 2, &s), ERR_OK);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.parts[0].signer.bin, "000140000012");
	assert_non_null(strstr(arena_string(c->arena, s.parts[0].digested), "SignatureValue"));
	assert_string_equal(s.parts[1].signer.iin, "000101300019");
	assert_string_equal(s.covered, "data");
	pki_identity_free(head);
}

/* A declaration that stands outside is written at each element of data that uses it: by exclusive
 * C14N alone. */
static void
refuses_data_that_repeats_a_long_namespace_too_often(void **state)
{
	struct common *c = *state;
	char *elements = arena_alloc(c->arena, 20000 * strlen("<m:b/>") + 1), *p = elements;
	struct seen s;

	for (size_t i = 0; i < 20000; i++)
		p = stpcpy(p, "<m:b/>");
	const char *text = envelope(c, OPERATION("@"));
	text = sign_replace(c->arena, sign_replace(c->arena, text, "@", elements), "urn:m",
	    arena_printf(c->arena, "urn:%0236d", 0));
	for (int inclusive = 0; inclusive < 2; inclusive++)
		assert_int_equal(verify(c,
				     transport(c, sign_in_place(c->arena, text, "data-1",
						      inclusive == 1, c->person)),
				     1, &s),
		    inclusive == 1 ? ERR_OK : ERR_XML_LIMIT);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(accepts_data_by_its_id_with_the_namespaces_around_it),
	    TEST(accepts_the_whole_message_as_it_was_before_the_transport_signature),
	    TEST(accepts_gost_in_place),
	    TEST(refuses_data_that_was_changed_after_the_citizen_signed),
	    TEST(refuses_a_whole_message_changed_outside_of_data),
	    TEST(refuses_a_reference_to_anything_but_its_own_data),
	    TEST(peels_stacked_signers_in_place),
	    TEST(refuses_data_that_repeats_a_long_namespace_too_often),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}
