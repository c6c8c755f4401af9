/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: the mechanics of a transport signature, with xmlsec as the judge: whatever is changed in a
 * message, both say the same of its digests and its value, and digest the same octets.
 */
#include "config.h"

#include "dom/libxml.h"
#include "sig/direct.h"
#include "sig/ident.h"
#include "sig_common.h"

struct tally {
	unsigned compared, whole, changed, wrong_value; /* messages, by what was said of them */
};

static const struct dom_node *
target_of(const struct env *env, const char *id)
{
	if (sig_is_called(env->body, true, id))
		return env->body;
	if (sig_is_called(env->timestamp, false, id))
		return env->timestamp;
	return sig_is_called(env->token, false, id) ? env->token : NULL;
}

/* Both of one message, if it comes so far. */
static void
compare(struct common *c, const char *text, const struct pki_identity *identity, struct tally *t)
{
	struct sig_outcome mine, judge;
	struct sig_shape shape;
	struct dom *doc = NULL;
	struct env env;
	struct err e = {0}, other = {0};

	if (dom_parse(octets_of(text), &dom_default_limits, &doc, &e) != 0 ||
	    env_check(doc, c->arena, &env, &e) != 0 || env.signature == NULL ||
	    sig_read_shape(env.signature, SIG_FORM_TRANSPORT, c->arena, &shape, &e) != 0)
		goto out;
	for (size_t i = 0; i < shape.reference_count; i++) {
		const char *id = shape.references[i].uri + 1;
		shape.references[i].target = target_of(&env, id);
		if (shape.references[i].target == NULL ||
		    sig_register_id(shape.references[i].target, id, &e) != 0)
			goto out;
	}
	EVP_PKEY_CTX *key = pki_verifier(pki_identity_certificate(identity), shape.suite->hash);
	int rc = sig_direct_run(&shape, key, 0, c->arena, &mine, &e);
	if (rc != sig_mechanics_run(&shape, key, 0, c->arena, &judge, &other))
		fail_msg("%d: %s; %s; of %s", rc, e.detail, other.detail, text);
	if (rc == 0 &&
	    (mine.digest_ok != judge.digest_ok || mine.digests_ok != judge.digests_ok ||
		mine.value_ok != judge.value_ok || !octets_equal(mine.digested, judge.digested)))
		fail_msg("%d%d%d, %d%d%d: %s", mine.digest_ok, mine.digests_ok, mine.value_ok,
		    judge.digest_ok, judge.digests_ok, judge.value_ok, text);
	t->compared++;
	t->whole += mine.value_ok;
	t->changed += !mine.digests_ok;
	t->wrong_value += mine.digests_ok && !mine.value_ok;
out:
	dom_free(doc);
}

/* The message, then with each of its octets changed in turn. */
static struct tally
compare_all(struct common *c, const char *text, const struct pki_identity *identity, size_t step)
{
	char *copy = arena_strdup(c->arena, text);
	struct arena *messages = c->arena;
	struct tally t = {0};

	compare(c, text, identity, &t);
	assert_int_equal(t.whole, 1);
	c->arena = arena_new();
	for (size_t i = 0; copy[i] != '\0'; i += step) {
		char was = copy[i];
		copy[i] = was == 'A' ? 'B' : was == ' ' ? '\t' : 'A';
		compare(c, copy, identity, &t);
		copy[i] = was;
		arena_reset(c->arena);
	}
	arena_free(c->arena);
	c->arena = messages;
	return t;
}

static void
says_what_xmlsec_says_whatever_octet_is_changed(void **state)
{
	struct common *c = *state;
	const char *text = sign_template(c->arena, ENVELOPE, c->gateway);
	struct tally t = compare_all(c, text, c->gateway, 1);

	assert_true(t.compared > 500 && t.changed > 20 && t.wrong_value > 200);
}

static void
says_what_xmlsec_says_under_gost(void **state)
{
	struct common *c = *state;
	const char *text = sign_replace(c->arena, ENVELOPE, RSA,
	    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512");

	text = sign_replace(c->arena, text, SHA256,
	    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512");
	struct tally t = compare_all(c, sign_template(c->arena, text, c->gost), c->gost, 7);

	assert_true(t.compared > 50 && t.changed > 0 && t.wrong_value > 10);
}

/* Every place where a prefix list may stand, prefixes that are declared outside, comments, CDATA,
 * an unused default namespace. */
static void
says_what_xmlsec_says_with_lists_of_prefixes(void **state)
{
	static const char *const lists[] = {"", "xs", "xsi xs #default", " cs  soap wsu nobody "};
	struct common *c = *state;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *inclusive = arena_printf(c->arena,
		    "<ec:InclusiveNamespaces xmlns:ec=\"" EXC "\" PrefixList=\"%s\"/>", lists[i]);
		const char *text = sign_replace(c->arena, ENVELOPE, TRANSFORM,
		    arena_printf(c->arena, "<ds:Transform Algorithm=\"" EXC "\">%s</ds:Transform>",
			inclusive));
		text = sign_replace(c->arena, text, C14N_METHOD,
		    arena_printf(c->arena,
			"<ds:CanonicalizationMethod Algorithm=\"" EXC
			"\">%s</ds:CanonicalizationMethod>",
			inclusive));
		text = sign_replace(c->arena, text, "000101300019",
		    "0001<!-- x --><![CDATA[0130]]>0019<n xmlns=\"urn:n\" xml:lang='kk'/>&lt;");
		struct tally t =
		    compare_all(c, sign_template(c->arena, text, c->gateway), c->gateway, 11);
		assert_true(t.compared > 20 && t.changed > 0 && t.wrong_value > 0);
	}
}

static void
says_what_xmlsec_says_of_several_references(void **state)
{
	struct common *c = *state;
	const char *text = sign_replace(c->arena, ENVELOPE, "<ds:Signature ",
	    "<wsse:BinarySecurityToken " WSSE_TYPES
	    " wsu:Id=\"X509-1\">@CERT@</wsse:BinarySecurityToken>"
	    "<wsu:Timestamp wsu:Id=\"TS-1\"><wsu:Created>2026-07-01T00:00:00Z</wsu:Created>"
	    "</wsu:Timestamp><ds:Signature ");

	text = sign_replace(c->arena, text, REFERENCE("body-1"),
	    REFERENCE("body-1") REFERENCE("TS-1") REFERENCE("X509-1"));
	struct tally t = compare_all(c, sign_template(c->arena, text, c->gateway), c->gateway, 5);

	assert_true(t.compared > 100 && t.changed > 10 && t.wrong_value > 10);
}

static void
says_what_xmlsec_says_of_another_key(void **state)
{
	struct common *c = *state;
	struct tally t = {0};

	compare(c, sign_template(c->arena, ENVELOPE, c->person), c->gateway, &t);
	assert_int_equal(t.compared, 1);
	assert_int_equal(t.wrong_value, 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(says_what_xmlsec_says_whatever_octet_is_changed),
	    TEST(says_what_xmlsec_says_under_gost),
	    TEST(says_what_xmlsec_says_with_lists_of_prefixes),
	    TEST(says_what_xmlsec_says_of_several_references),
	    TEST(says_what_xmlsec_says_of_another_key),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}
