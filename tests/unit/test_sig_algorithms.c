/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: which method goes with which digest and which key, and how everything else is refused.
 */
#include "config.h"

#include <openssl/ec.h>

#include "pki_forge.h"
#include "sig/base64.h"
#include "sig/probe.h"
#include "sig/suite.h"
#include "sig_common.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define ENC "http://www.w3.org/2001/04/xmlenc#"
#define KZ "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"

struct row {
	const char *method, *digest;
	const struct pki_identity *key;
};

static const char *
envelope_template(struct common *c, const char *method, const char *digest)
{
	const char *text = sign_replace(c->arena, ENVELOPE, RSA, method);

	return sign_replace(c->arena, text, SHA256, digest);
}

/* The envelope under this method and digest. */
static const char *
envelope(struct common *c, const char *method, const char *digest, const struct pki_identity *key)
{
	return sign_template(c->arena, envelope_template(c, method, digest), key);
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
	const struct row rows[] = {
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

/* A root of our own with signers on two curves, made for this run. */
struct curves {
	struct pki *pki;
	struct pki_identity *p256, *p384;
};

static struct pki_identity *
curve_identity(struct common *c, const char *folder, const char *curve, X509 *root, EVP_PKEY *key)
{
	struct forge f = {.subject = "C=KZ/CN=EC/serialNumber=IIN000101300019",
	    .serial = "7",
	    .usage = "critical,digitalSignature,nonRepudiation",
	    .issuer = root,
	    .issuer_key = key};
	EVP_PKEY *own = forge_curve(curve);
	X509 *x = forge_cert(&f, own);
	struct pki_identity *out;
	struct err e = {0};

	forge_write_pem(folder, curve, x);
	const char *pem = arena_printf(c->arena, "%s/%s", folder, curve);
	const char *name = arena_printf(c->arena, "%s.key", curve);
	forge_write_key(folder, name, own, NULL);
	assert_int_equal(
	    pki_identity_load(pem, arena_printf(c->arena, "%s/%s", folder, name), NULL, &out, &e),
	    0);
	return out;
}

static struct curves
make_curves(struct common *c)
{
	const char *folder = forge_folder(c->arena), *trust = forge_folder(c->arena);
	struct forge f = {.subject = "C=KZ/CN=EC ROOT",
	    .serial = "1",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	EVP_PKEY *key = forge_key();
	X509 *root = forge_cert(&f, key);
	struct pki_options o = {.trust = trust};
	struct curves out;
	struct err e = {0};

	forge_write_pem(trust, "root.pem", root);
	out.p256 = curve_identity(c, folder, "P-256", root, key);
	out.p384 = curve_identity(c, folder, "P-384", root, key);
	assert_int_equal(pki_open(&o, NULL, NULL, &out.pki, &e), 0);
	return out;
}

static void
end_curves(struct curves *w)
{
	pki_identity_free(w->p256);
	pki_identity_free(w->p384);
	pki_close(w->pki);
	forge_clean();
}

static enum err_code
verify_with(struct common *c, struct pki *pki, const char *text, struct err *e)
{
	struct pki *own = c->pki;
	enum err_code code;

	c->pki = pki;
	code = common_verify(c, text, NULL, e);
	c->pki = own;
	return code;
}

static void
accepts_ecdsa_where_a_profile_lists_it(void **state)
{
	struct common *c = *state;
	struct curves w = make_curves(c);
	const char *small = envelope(c, MORE "ecdsa-sha256", ENC "sha256", w.p256);
	const char *large = envelope(c, MORE "ecdsa-sha384", ENC "sha512", w.p384);
	struct err e;

	assert_int_equal(verify_with(c, w.pki, small, &e), ERR_SIG_ALGORITHM);
	assert_string_equal(e.detail, "ecdsa-sha256 is not allowed");
	c->policy.algorithms = SIG_ECDSA_SHA256;
	assert_int_equal(verify_with(c, w.pki, small, &e), ERR_OK);
	assert_int_equal(verify_with(c, w.pki, large, &e), ERR_SIG_ALGORITHM);
	c->policy.algorithms = SIG_ECDSA_SHA384;
	assert_int_equal(verify_with(c, w.pki, large, &e), ERR_OK);
	assert_int_equal(verify_with(c, w.pki,
			     sign_replace(c->arena, large, ">000101300019", ">000101300029"), &e),
	    ERR_SIG_DIGEST);
	/* each curve has its own method */
	c->policy.algorithms = SIG_ECDSA_SHA256 | SIG_ECDSA_SHA384;
	assert_int_equal(
	    verify_with(c, w.pki, envelope(c, MORE "ecdsa-sha256", ENC "sha256", c->gateway), &e),
	    ERR_SIG_ALGORITHM);
	assert_int_equal(
	    verify_with(c, w.pki,
		sign_replace(c->arena, small, MORE "ecdsa-sha256", MORE "rsa-sha256"), &e),
	    ERR_SIG_ALGORITHM);
	end_curves(&w);
}

/* shepctl inspect --why, which looks for the SignedInfo that was signed. */
static void
an_ecdsa_value_is_explained_too(void **state)
{
	struct common *c = *state;
	struct curves w = make_curves(c);
	const char *text = envelope(c, MORE "ecdsa-sha256", ENC "sha256", w.p256);
	const char *const texts[] = {
	    text, sign_replace(c->arena, text, "<ds:SignedInfo>", "<ds:SignedInfo> ")};
	const enum sig_value_cause wanted[] = {SIG_VALUE_HOLDS, SIG_VALUE_RESERIALISED};

	for (size_t i = 0; i < 2; i++) {
		enum sig_value_cause cause;
		struct pki_signer other;
		struct err e = {0};
		struct env env;
		struct dom *doc;
		assert_int_equal(dom_parse(octets_of(texts[i]), &dom_default_limits, &doc, &e), 0);
		assert_int_equal(env_check(doc, c->arena, &env, &e), 0);
		assert_int_equal(
		    sig_probe_value(doc, &env, 0, w.pki, c->at, c->arena, &cause, &other, &e), 0);
		assert_int_equal(cause, wanted[i]);
		dom_free(doc);
	}
	end_curves(&w);
}

/* The template of a message with this in the place of its value. */
static const char *
with_value(struct common *c, const char *text, const unsigned char *value, size_t len)
{
	const char *from = strstr(text, "<ds:SignatureValue>");
	const char *to = strstr(text, "</ds:SignatureValue>");

	assert_true(from != NULL && to != NULL);
	return arena_printf(c->arena, "%.*s<ds:SignatureValue>%s%s", (int)(from - text), text,
	    sig_base64_write((struct octets){value, len}, c->arena), to);
}

/* r and s side by side, 32 octets each: neither DER, nor longer, nor nothing. */
static void
refuses_an_ecdsa_value_of_another_form(void **state)
{
	struct common *c = *state;
	struct curves w = make_curves(c);
	const char *text = envelope(c, MORE "ecdsa-sha256", ENC "sha256", w.p256);
	static const unsigned char der[72] = {0x30, 70, 2, 33, 0}, zero[64] = {0};
	struct err e;

	c->policy.algorithms = SIG_ECDSA_SHA256;
	assert_int_equal(verify_with(c, w.pki, text, &e), ERR_OK);
	for (size_t len = 62; len <= sizeof(der); len++)
		if (len != 64)
			assert_int_equal(verify_with(c, w.pki, with_value(c, text, der, len), &e),
			    ERR_SIG_STRUCTURE);
	assert_int_equal(verify_with(c, w.pki, with_value(c, text, zero, 64), &e), ERR_SIG_VALUE);
	end_curves(&w);
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

/* The Body with so many elements in it whose namespace has 200 octets and is declared outside. */
static enum err_code
verify_repeated(
    struct common *c, size_t count, const char *element, const char *parent, const struct row *r)
{
	const char *text = envelope_template(c, r->method, r->digest);
	char *elements = arena_alloc(c->arena, count * strlen(element) + 1), *p = elements;
	struct err e;

	for (size_t i = 0; i < count; i++)
		p = stpcpy(p, element);
	text = sign_replace(c->arena, text, "urn:cs", arena_printf(c->arena, "urn:%0196d", 0));
	text = sign_replace(c->arena, text, "<iin>",
	    arena_printf(c->arena, "<%s>%s</%s><iin>", parent, elements, parent));
	return common_verify(c, sign_template(c->arena, text, r->key), NULL, &e);
}

/* Exclusive C14N declares a prefix at each element that is the first to use it, and GOST's digests
 * are dear. */
static void
refuses_a_body_that_repeats_a_long_namespace_too_often(void **state)
{
	struct common *c = *state;
	const struct row rsa = {MORE "rsa-sha256", ENC "sha256", c->gateway};
	const struct row g15 = {
	    KZ "gostr34102015-gostr34112015-512", KZ "gostr34112015-512", c->gost};
	const struct row g04 = {MORE "gost34310-gost34311", MORE "gost34311", c->gost2004};

	assert_int_equal(verify_repeated(c, 30000, "<cs:b/>", "r", &rsa), ERR_OK);
	assert_int_equal(verify_repeated(c, 36000, "<cs:b/>", "r", &rsa), ERR_XML_LIMIT);
	assert_int_equal(verify_repeated(c, 36000, "<cs:b/>", "cs:r", &rsa), ERR_OK);
	assert_int_equal(verify_repeated(c, 11000, "<cs:b/>", "r", &g15), ERR_OK);
	assert_int_equal(verify_repeated(c, 13000, "<cs:b/>", "r", &g15), ERR_XML_LIMIT);
	assert_int_equal(verify_repeated(c, 5000, "<cs:b/>", "r", &g04), ERR_OK);
	assert_int_equal(verify_repeated(c, 6000, "<cs:b/>", "r", &g04), ERR_XML_LIMIT);
	assert_int_equal(verify_repeated(c, 5000, "<b cs:c='' cs:d=''/>", "r", &g04), ERR_OK);
	assert_int_equal(verify_repeated(c, 6000, "<b cs:c=''/>", "r", &g04), ERR_XML_LIMIT);
	assert_int_equal(verify_repeated(c, 6000, "<b cs:c=''/>", "cs:r", &g04), ERR_OK);
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
	    TEST(accepts_ecdsa_where_a_profile_lists_it),
	    TEST(refuses_an_ecdsa_value_of_another_form),
	    TEST(an_ecdsa_value_is_explained_too),
	    TEST(accepts_only_what_the_policy_lists),
	    TEST(every_algorithm_has_one_name),
	    TEST(refuses_a_body_that_repeats_a_long_namespace_too_often),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}
