/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig without memory: each allocation in turn fails, our own, libxml2's, xmlsec's and OpenSSL's. A
 * message is verified with the right octets, or ERR_NOMEM; a reply is the right one, or ERR_NOMEM.
 */
#include "config.h"

#include <stdlib.h>

#include <openssl/crypto.h>

#include "dom/memory.h"
#include "sig_common.h"
#include "starve.h"

const char *__lsan_default_suppressions(void);

/* libxml2's XPath, and xmlsec with it, lose node sets when memory is out in their middle. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libxml2.so";
}

static struct err last; /* of the attempt */

static void *
openssl_take(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return __wrap_malloc(size);
}

static void *
openssl_resize(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return __wrap_realloc(p, size);
}

static void
openssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* Calls attempt() with the first, second, ... allocation failing, until none is left to fail. */
static unsigned
starve(struct common *c, void (*attempt)(struct common *), enum err_code alike)
{
	unsigned failures = 0;

	for (long n = 0;; n++) {
		arena_reset(c->arena);
		dom_keep_memory(false);
		starve_begin(n, false);
		attempt(c);
		if (!starve_end())
			break;
		failures++;
		if (last.code != ERR_OK && last.code != ERR_NOMEM && last.code != alike)
			fail_msg(
			    "allocation %ld: %s (%s)", n, err_row(last.code)->name, last.detail);
	}
	return failures;
}

static const char *message;
static struct dom *doc;
static struct env env;
static char *want;

static void
verify_once(struct common *c)
{
	struct sig_part part;
	struct err e = {0};

	if (sig_verify_transport(&env, c->pki, &c->policy, c->at, c->arena, &part, &e) == 0)
		assert_true(octets_is(part.digested, want));
	else
		assert_int_not_equal(part.verdict, SIG_VERIFIED);
	last = e;
}

static void
verify_family(struct common *c, const struct pki_identity *identity)
{
	struct octets envelope, out;
	struct sig_part part;
	struct err e = {0};

	assert_int_equal(env_write(octets_of(PAYLOAD), "id-1", c->arena, &envelope, &e), 0);
	assert_int_equal(
	    sig_sign_envelope(envelope, identity, SIG_KEY_IDENTIFIER, c->arena, &out, &e), 0);
	char *kept = strdup(arena_string(c->arena, out));
	message = kept;
	assert_int_equal(dom_parse(octets_of(message), &dom_default_limits, &doc, &e), 0);
	struct arena *long_lived = arena_new();
	assert_int_equal(env_check(doc, long_lived, &env, &e), 0);
	/* once with everything, so that the certificate is decoded and judged */
	assert_int_equal(
	    sig_verify_transport(&env, c->pki, &c->policy, c->at, c->arena, &part, &e), 0);
	want = strdup(arena_string(c->arena, part.digested));
	assert_true(starve(c, verify_once, ERR_SIG_VALUE) > 3);
	dom_free(doc);
	arena_free(long_lived);
	free(want);
	free(kept);
}

static void
verifies_rightly_or_is_out_of_memory(void **state)
{
	struct common *c = *state;

	verify_family(c, c->gateway);
	verify_family(c, c->gost);
}

/* Trap: libxml2's C14N leaves out what it has no memory for, and reports success. */
static void
verify_document_once(struct common *c)
{
	struct sig_part part;
	struct err e = {0};
	size_t count;
	struct dom *d;

	if (dom_parse(octets_of(message), &dom_default_limits, &d, &e) == 0) {
		if (sig_verify_document(
			d, c->pki, &c->policy, c->at, c->arena, 1, &part, &count, &e) == 0)
			assert_true(octets_is(part.digested, want));
		dom_free(d);
	}
	last = e;
}

static void
verifies_a_document_rightly_or_is_out_of_memory(void **state)
{
	static const char payload[] =
	    "<p:a xmlns:p=\"urn:p\" b=\"1\"><c xmlns=\"urn:d\">000101300019</c></p:a>";
	struct common *c = *state;
	struct octets out;
	struct err e = {0};

	assert_int_equal(sig_sign_document(octets_of(payload), c->person, c->arena, &out, &e), 0);
	char *kept = strdup(arena_string(c->arena, out));
	message = kept;
	want = strdup(payload);
	verify_document_once(c); /* so that the certificate is decoded and judged */
	assert_int_equal(last.code, ERR_OK);
	assert_true(starve(c, verify_document_once, ERR_SIG_VALUE) > 50);
	free(want);
	free(kept);
}

static const struct pki_identity *signer;
static char *right;

static void
sign_once(struct common *c)
{
	struct octets envelope, out;
	struct err e = {0};

	if (env_write(octets_of(PAYLOAD), "id-1", c->arena, &envelope, &e) == 0 &&
	    sig_sign_envelope(envelope, signer, SIG_KEY_IDENTIFIER, c->arena, &out, &e) == 0)
		/* the same but for the value; RSA has no other */
		assert_true(octets_is(out, right));
	last = e;
}

static void
signs_rightly_or_is_out_of_memory(void **state)
{
	struct common *c = *state;
	struct octets envelope, out;
	struct err e = {0};

	signer = c->gateway;
	assert_int_equal(env_write(octets_of(PAYLOAD), "id-1", c->arena, &envelope, &e), 0);
	assert_int_equal(
	    sig_sign_envelope(envelope, signer, SIG_KEY_IDENTIFIER, c->arena, &out, &e), 0);
	right = strdup(arena_string(c->arena, out));
	assert_true(starve(c, sign_once, ERR_INTERNAL) > 20);
	free(right);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(verifies_rightly_or_is_out_of_memory),
	    TEST(verifies_a_document_rightly_or_is_out_of_memory),
	    TEST(signs_rightly_or_is_out_of_memory),
	};

	if (CRYPTO_set_mem_functions(openssl_take, openssl_resize, openssl_free) != 1)
		return 99;
	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}
