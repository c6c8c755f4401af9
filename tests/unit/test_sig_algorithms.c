/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: which method goes with which digest and which key, and how everything else is refused.
 */
#include "config.h"

#include "sig/suite.h"
#include "sig_common.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define ENC "http://www.w3.org/2001/04/xmlenc#"
#define KZ "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"

/* The envelope under this method and digest. */
static const char *
envelope(struct common *c, const char *method, const char *digest, const struct pki_identity *key)
{
	const char *text = sign_replace(c->arena, ENVELOPE, RSA, method);

	return sign_template(c->arena, sign_replace(c->arena, text, SHA256, digest), key);
}

static void
accepts_rsa_with_each_sha2_as_method_and_as_digest(void **state)
{
	struct common *c = *state;
	static const struct {
		const char *uri;
		enum sig_algorithm algorithm;
	} methods[] = {{MORE "rsa-sha256", SIG_RSA_SHA256}, {MORE "rsa-sha384", SIG_RSA_SHA384},
	    {MORE "rsa-sha512", SIG_RSA_SHA512}};
	static const char *const digests[] = {ENC "sha256", MORE "sha384", ENC "sha512"};
	struct sig_part part;
	struct err e;

	for (size_t i = 0; i < 9; i++) {
		const char *text = envelope(c, methods[i / 3].uri, digests[i % 3], c->gateway);
		assert_int_equal(common_verify(c, text, &part, &e), ERR_OK);
		assert_int_equal(part.algorithm, methods[i / 3].algorithm);
	}
}

/* What one hash signed must not verify as another's: each context has its own. */
static void
refuses_a_value_made_with_another_hash_than_named(void **state)
{
	struct common *c = *state;
	const char *const uris[] = {MORE "rsa-sha256\"", MORE "rsa-sha384\"", MORE "rsa-sha512\""};
	struct err e;

	for (size_t i = 0; i < 3; i++) {
		const char *text =
		    arena_printf(c->arena, "%.*s", (int)strlen(uris[i]) - 1, uris[i]);
		text = envelope(c, text, ENC "sha256", c->gateway);
		for (size_t j = 0; j < 3; j++)
			if (i != j)
				assert_int_equal(
				    common_verify(c, sign_replace(c->arena, text, uris[i], uris[j]),
					NULL, &e),
				    ERR_SIG_VALUE);
	}
}

static void
a_document_under_another_name_of_its_method_does_not_verify(void **state)
{
	struct common *c = *state;
	struct sig_part parts[SIG_MOST_SIGNERS];
	struct octets signed_;
	struct err e = {0};
	size_t count;

	assert_int_equal(
	    sig_sign_document(octets_of("<a/>"), c->person, c->arena, &signed_, &e), 0);
	/* the digest is in SignedInfo, so a method renamed does not verify any more */
	const char *text =
	    sign_replace(c->arena, arena_string(c->arena, signed_), RSA, MORE "rsa-sha512");
	assert_int_equal(common_verify_document(c, text, parts, &count, &e), ERR_SIG_VALUE);
	assert_int_equal(parts[0].algorithm, SIG_RSA_SHA512);
	assert_true(parts[0].digest_ok);
}

static void
refuses_method_digest_and_key_that_do_not_belong_together(void **state)
{
	struct common *c = *state;
	const char *const g15 = KZ "gostr34102015-gostr34112015-512", *d15 = KZ "gostr34112015-512";
	const char *const g04 = MORE "gost34310-gost34311", *d04 = MORE "gost34311";
	const struct {
		const char *method, *digest;
		const struct pki_identity *key;
	} rows[] = {
	    {MORE "rsa-sha256", d15, c->gateway},
	    {MORE "rsa-sha384", d04, c->gateway},
	    {g15, ENC "sha512", c->gost},
	    {g15, d04, c->gost},
	    {g04, d15, c->gost2004},
	    {g04, ENC "sha256", c->gost2004},
	    {g15, d15, c->gateway},
	    {g15, d15, c->gost2004},
	    {g04, d04, c->gost},
	    {MORE "rsa-sha512", ENC "sha512", c->gost},
	};
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (common_verify(c, envelope(c, rows[i].method, rows[i].digest, rows[i].key), NULL,
			&e) != ERR_SIG_ALGORITHM)
			fail_msg("row %zu: %s (%s)", i, err_row(e.code)->name, e.detail);
}

/* By name, so that an operator sees what the partner sends; cut, because a peer wrote it. */
static void
names_what_it_refuses_and_cuts_it(void **state)
{
	struct common *c = *state;
	char uri[400], *p = stpcpy(uri, MORE);
	struct err e;

	assert_int_equal(
	    common_verify(c,
		common_edit(c, RSA, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), NULL,
		&e),
	    ERR_SIG_ALGORITHM);
	assert_non_null(strstr(e.detail, "xmldsig-more#sha256-rsa-MGF1"));
	assert_int_equal(
	    common_verify(c, common_edit(c, SHA256, MORE "sha224"), NULL, &e), ERR_SIG_ALGORITHM);
	assert_non_null(strstr(e.detail, MORE "sha224 with rsa-sha256"));
	memset(p, 'x', 300);
	p[300] = '\0';
	assert_int_equal(common_verify(c, common_edit(c, RSA, uri), NULL, &e), ERR_SIG_ALGORITHM);
	assert_true(strlen(e.detail) < 150);
	assert_string_equal(e.public_, "");
}

static void
accepts_only_what_the_policy_lists(void **state)
{
	struct common *c = *state;
	const char *text = envelope(c, MORE "rsa-sha512", ENC "sha512", c->gateway);
	struct err e;

	c->policy.algorithms = SIG_RSA_SHA256 | SIG_RSA_SHA384;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_SIG_ALGORITHM);
	assert_string_equal(e.detail, "rsa-sha512 is not allowed");
	c->policy.algorithms = SIG_RSA_SHA512;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_OK);
}

static void
every_algorithm_has_one_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIG_SUITES; i++) {
		const char *name = sig_algorithm_name(sig_suites[i].algorithm);
		assert_string_equal(name, sig_suites[i].name);
		assert_int_equal(sig_algorithm_named(name), sig_suites[i].algorithm);
	}
	assert_int_equal(sig_algorithm_named("rsa-sha1"), SIG_NONE);
	assert_int_equal(sig_algorithm_named(""), SIG_NONE);
	assert_string_equal(sig_algorithm_name(SIG_NONE), "-");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(accepts_rsa_with_each_sha2_as_method_and_as_digest),
	    TEST(refuses_a_value_made_with_another_hash_than_named),
	    TEST(a_document_under_another_name_of_its_method_does_not_verify),
	    TEST(refuses_method_digest_and_key_that_do_not_belong_together),
	    TEST(names_what_it_refuses_and_cuts_it),
	    TEST(accepts_only_what_the_policy_lists),
	    TEST(every_algorithm_has_one_name),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}
