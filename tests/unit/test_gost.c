/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * gost: the kzgost provider through OpenSSL's public functions, as every other room uses it.
 *
 * Known answers: nca.md 2 and the NCA's own certificates, keys and tokens under ../shared.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method: the only way to make it fail */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "fixture.h"
#include "gost/gost.h"
#include "gost_keys.h"

#define ROOT_2015 "samples/nca/ca-prod/root_gost_2022.pem"
#define ROOT_2004 "samples/nca/ca-prod/root_gost_2020.cer"

static const char *
digest_hex(const EVP_MD *md, struct octets in, char hex[2 * EVP_MAX_MD_SIZE + 1])
{
	unsigned char out[EVP_MAX_MD_SIZE];
	unsigned len;

	assert_int_equal(EVP_Digest(in.data, in.len, out, &len, md, NULL), 1);
	for (unsigned i = 0; i < len; i++)
		sprintf(hex + (size_t)2 * i, "%02x", out[i]);
	return hex;
}

static void
assert_digest(const char *name, struct octets in, const char *expected)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	char hex[2 * EVP_MAX_MD_SIZE + 1];

	assert_non_null(md);
	assert_string_equal(digest_hex(md, in, hex), expected);
	EVP_MD_free(md);
	/* the legacy form calls its own functions */
	assert_non_null(EVP_get_digestbyname(name));
	assert_string_equal(digest_hex(EVP_get_digestbyname(name), in, hex), expected);
}

static void
digests_give_the_known_answers(void **state)
{
	(void)state;
	assert_digest(GOST_MD_2015, octets_of(""),
	    "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7362f715528356ee83cda5f"
	    "2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a");
	assert_digest(GOST_MD_2015, octets_of("abc"),
	    "28156e28317da7c98f4fe2bed6b542d0dab85bb224445fcedaf75d46e26d7eb8d5997f3e0915dd6b7f0aab"
	    "08d9c8beb0d8c64bae2ab8b3c8c6bc53b3bf0db728");
	assert_digest(GOST_MD_2015,
	    octets_of("012345678901234567890123456789012345678901234567890123456789012"),
	    "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c65"
	    "74f024c311e2a481332b08ef7f41797891c1646f48");
	assert_digest(GOST_MD_2004, octets_of(""),
	    "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d");
	assert_digest(GOST_MD_2004, octets_of("abc"),
	    "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d");
	assert_digest(GOST_MD_2004, octets_of("This is message, length=32 bytes"),
	    "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa");
}

static void
digests_are_found_by_every_oid(void **state)
{
	static const struct {
		const char *oid, *name;
	} oids[] = {
	    {"1.2.398.3.10.1.3.3", GOST_MD_2015},
	    {"1.2.398.3.10.1.3.1", GOST_MD_2004},
	    {"1.2.398.3.10.1.3.1.1.0", GOST_MD_2004},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		EVP_MD *md = EVP_MD_fetch(NULL, oids[i].oid, NULL);
		assert_non_null(md);
		assert_true(EVP_MD_is_a(md, oids[i].name));
		EVP_MD_free(md);
	}
	/* "parameter 1" was never seen: refused */
	assert_null(EVP_MD_fetch(NULL, "1.2.398.3.10.1.3.1.1.1", NULL));
	ERR_clear_error();
}

static void
a_digest_in_pieces_and_its_copy_equal_the_whole(void **state)
{
	unsigned char text[300], whole[64], pieces[64], copied[64];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)(i * 7);
	for
		EACH_FAMILY(f)
		{
			EVP_MD *md = EVP_MD_fetch(NULL, f->md, NULL);
			EVP_MD_CTX *c = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
			assert_int_equal(EVP_Digest(text, sizeof(text), whole, NULL, md, NULL), 1);
			assert_int_equal(EVP_DigestInit_ex2(c, md, NULL), 1);
			for (size_t at = 0, n = 1; at < sizeof(text); at += n, n = n * 2 + 1) {
				n = n > sizeof(text) - at ? sizeof(text) - at : n;
				assert_int_equal(EVP_DigestUpdate(c, text + at, n), 1);
				if (n == 3)
					assert_int_equal(EVP_MD_CTX_copy_ex(copy, c), 1);
			}
			assert_int_equal(EVP_DigestFinal_ex(c, pieces, NULL), 1);
			assert_int_equal(EVP_DigestUpdate(copy, text + 4, sizeof(text) - 4), 1);
			assert_int_equal(EVP_DigestFinal_ex(copy, copied, NULL), 1);
			assert_int_equal(memcmp(pieces, whole, f->size), 0);
			assert_int_equal(memcmp(copied, whole, f->size), 0);
			EVP_MD_CTX_free(copy);
			EVP_MD_CTX_free(c);
			EVP_MD_free(md);
		}
}

static void
what_is_signed_verifies_and_nothing_else_does(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f), *other = generate(f);
			struct octets sig = sign(f, key, MESSAGE);
			unsigned char bad[128];
			assert_int_equal(verify(key, NULL, sig, MESSAGE), 1);
			assert_int_equal(verify(key, f->md, sig, MESSAGE), 1);
			assert_int_not_equal(verify(key, NULL, sig, "other octets"), 1);
			assert_int_not_equal(verify(other, NULL, sig, MESSAGE), 1);
			for (size_t bit = 0; bit < 8 * sig.len; bit += 37) {
				memcpy(bad, sig.data, sig.len);
				bad[bit / 8] ^= (unsigned char)(1u << bit % 8);
				assert_int_not_equal(
				    verify(key, NULL, (struct octets){bad, sig.len}, MESSAGE), 1);
			}
			assert_int_not_equal(
			    verify(key, NULL, (struct octets){sig.data, sig.len - 1}, MESSAGE), 1);
			EVP_PKEY_free(other);
			EVP_PKEY_free(key);
		}
}

static void
signatures_with_numbers_out_of_range_are_refused(void **state)
{
	unsigned char sig[128];

	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			struct octets o = {sig, 2 * f->size};
			memset(sig, 0, sizeof(sig));
			assert_int_not_equal(verify(key, NULL, o, MESSAGE), 1);
			memset(sig, 0xFF, sizeof(sig));
			assert_int_not_equal(verify(key, NULL, o, MESSAGE), 1);
			memset(sig + f->size, 0, f->size);
			sig[f->size] = 1;
			assert_int_not_equal(verify(key, NULL, o, MESSAGE), 1);
			EVP_PKEY_free(key);
		}
}

static void
a_digest_of_the_other_family_is_refused(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			struct octets sig = sign(f, key, MESSAGE);
			assert_int_not_equal(verify(key, "SHA2-256", sig, MESSAGE), 1);
			assert_int_not_equal(verify(key, f->other_md, sig, MESSAGE), 1);
			EVP_PKEY_free(key);
		}
}

static void
a_finished_digest_is_signed_and_verified(void **state)
{
	unsigned char digest[64], sig[128];
	size_t len;

	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
			assert_int_equal(
			    EVP_Q_digest(NULL, f->md, NULL, MESSAGE, strlen(MESSAGE), digest, NULL),
			    1);
			assert_int_equal(EVP_PKEY_sign_init(c), 1);
			len = sizeof(sig);
			assert_int_equal(EVP_PKEY_sign(c, sig, &len, digest, f->size), 1);
			assert_int_equal(verify(key, NULL, (struct octets){sig, len}, MESSAGE), 1);
			assert_int_not_equal(EVP_PKEY_sign(c, sig, &len, digest, f->size - 1), 1);
			assert_int_equal(EVP_PKEY_verify_init(c), 1);
			assert_int_equal(EVP_PKEY_verify(c, sig, len, digest, f->size), 1);
			assert_int_not_equal(EVP_PKEY_verify(c, sig, len, digest, f->size - 1), 1);
			digest[5] ^= 1;
			assert_int_not_equal(EVP_PKEY_verify(c, sig, len, digest, f->size), 1);
			EVP_PKEY_CTX_free(c);
			EVP_PKEY_free(key);
		}
	ERR_clear_error();
}

static int
no_random(unsigned char *out, int len)
{
	(void)out;
	(void)len;
	return 0;
}

static void
without_random_octets_signing_fails_and_nothing_aborts(void **state)
{
	static const RAND_METHOD broken = {.bytes = no_random, .pseudorand = no_random};
	unsigned char sig[128];
	size_t len = sizeof(sig);

	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			EVP_MD_CTX *c = EVP_MD_CTX_new();
			assert_int_equal(
			    EVP_DigestSignInit_ex(c, NULL, NULL, NULL, NULL, key, NULL), 1);
			assert_int_equal(RAND_set_rand_method(&broken), 1);
			assert_int_not_equal(
			    EVP_DigestSign(c, sig, &len, (const unsigned char *)"x", 1), 1);
			assert_null(try_to_generate(f));
			assert_int_equal(RAND_set_rand_method(RAND_OpenSSL()), 1);
			EVP_MD_CTX_free(c);
			EVP_PKEY_free(key);
		}
	ERR_clear_error();
}

/* A certificate of the NCA, or NULL and counted as skipped. */
static X509 *
certificate(const char *relative)
{
	const char *path = fixture_shared(arena, relative);
	struct octets o;
	const unsigned char *at;
	X509 *x;
	BIO *b;

	if (path == NULL) {
		fixture_skipped(1, relative);
		return NULL;
	}
	o = fixture_file(arena, path);
	at = o.data;
	x = d2i_X509(NULL, &at, (long)o.len);
	if (x == NULL) {
		ERR_clear_error();
		b = BIO_new_mem_buf(o.data, (int)o.len);
		x = PEM_read_bio_X509(b, NULL, NULL, NULL);
		BIO_free(b);
	}
	assert_non_null(x);
	return x;
}

static struct octets
tbs(X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_re_X509_tbs(x, &der);

	assert_true(len > 0);
	unsigned char *copy = arena_alloc(arena, (size_t)len);
	memcpy(copy, der, (size_t)len);
	OPENSSL_free(der);
	return (struct octets){copy, (size_t)len};
}

static void
roots_of_the_nca_verify_by_their_own_keys(void **state)
{
	static const struct {
		const char *file, *key, *md, *digest;
		int bits, security;
	} roots[] = {
	    {ROOT_2015, GOST_KEY_2015, GOST_MD_2015,
		"f7e1e029d4dad297b4bff777b4006b3be08d7ab7c9b06db0192953ee57711fb4f4cacb3a57120ea239"
		"c72cb1a3c6eba51cd3bc7c27a34532701a7d4b72a2cc21",
		512, 256},
	    {ROOT_2004, GOST_KEY_2004, GOST_MD_2004,
		"0b48052e700668d422f061cbce78ee863ed1976bc08460c52a7afa61e7fdf931", 256, 128},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		X509 *x = certificate(roots[i].file);
		int md, bits;
		if (x == NULL)
			continue;
		EVP_PKEY *key = X509_get0_pubkey(x);
		assert_non_null(key);
		assert_true(EVP_PKEY_is_a(key, roots[i].key));
		assert_int_equal(EVP_PKEY_get_bits(key), roots[i].bits);
		assert_int_equal(EVP_PKEY_get_security_bits(key), roots[i].security);
		assert_digest(roots[i].md, tbs(x), roots[i].digest);
		assert_int_equal(X509_verify(x, key), 1);
		assert_int_equal(X509_self_signed(x, 1), 1);
		assert_int_equal(X509_get_signature_info(x, &md, NULL, &bits, NULL), 1);
		assert_int_equal(md, OBJ_sn2nid(roots[i].md));
		X509_free(x);
	}
	ERR_clear_error();
}

static void
a_context_that_was_duplicated_goes_its_own_way(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			struct octets longer = sign(f, key, "one two"),
				      shorter = sign(f, key, "one");
			EVP_MD_CTX *c = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
			assert_int_equal(
			    EVP_DigestVerifyInit_ex(c, NULL, NULL, NULL, NULL, key, NULL), 1);
			EVP_PKEY_free(key);
			assert_int_equal(EVP_DigestVerifyUpdate(c, "one", 3), 1);
			assert_int_equal(EVP_MD_CTX_copy_ex(copy, c), 1);
			/* a final leaves the context as it was: it works on a duplicate itself */
			assert_int_equal(EVP_DigestVerifyFinal(c, shorter.data, shorter.len), 1);
			assert_int_equal(EVP_DigestVerifyUpdate(c, " two", 4), 1);
			assert_int_equal(EVP_DigestVerifyFinal(c, longer.data, longer.len), 1);
			EVP_MD_CTX_free(c);
			assert_int_equal(EVP_DigestVerifyFinal(copy, shorter.data, shorter.len), 1);
			EVP_MD_CTX_free(copy);
		}
}

static void
certificates_are_issued_in_the_form_of_the_nca(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			X509 *x = X509_new(), *again;
			unsigned char *der = NULL;
			const unsigned char *at;
			const X509_ALGOR *algorithm;
			int type, len;
			assert_int_equal(X509_set_pubkey(x, key), 1);
			assert_int_equal(
			    ASN1_TIME_set_string(X509_getm_notBefore(x), "20260601000000Z"), 1);
			assert_int_equal(
			    ASN1_TIME_set_string(X509_getm_notAfter(x), "20270601000000Z"), 1);
			assert_true(X509_sign(x, key, NULL) > 0);
			len = i2d_X509(x, &der);
			at = der;
			again = d2i_X509(NULL, &at, len);
			assert_int_equal(X509_verify(again, key), 1);
			assert_int_equal(X509_verify(again, X509_get0_pubkey(again)), 1);
			X509_get0_signature(NULL, &algorithm, again);
			X509_ALGOR_get0(NULL, &type, NULL, algorithm);
			assert_int_equal(type, V_ASN1_NULL);
			OPENSSL_free(der);
			X509_free(again);
			X509_free(x);
			EVP_PKEY_free(key);
		}
}

static void
a_certificate_decoded_before_the_load_has_no_key(void **state)
{
	struct err e = {0};
	X509 *x, *again;

	(void)state;
	gost_unload();
	x = certificate(ROOT_2015);
	assert_int_equal(gost_load(&e), 0);
	if (x == NULL)
		return;
	assert_null(X509_get0_pubkey(x));
	again = X509_dup(x);
	assert_non_null(X509_get0_pubkey(again));
	X509_free(again);
	X509_free(x);
	ERR_clear_error();
}

static void
a_second_load_changes_nothing(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(gost_load(&e), 0);
	assert_int_equal(e.code, ERR_OK);
}

static void
it_can_be_unloaded_and_loaded_again(void **state)
{
	struct err e = {0};
	EVP_PKEY *key;

	(void)state;
	gost_unload();
	assert_int_equal(gost_load(&e), 0);
	key = generate(families);
	assert_int_equal(verify(key, NULL, sign(families, key, MESSAGE), MESSAGE), 1);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(
		digests_give_the_known_answers, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		digests_are_found_by_every_oid, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(a_digest_in_pieces_and_its_copy_equal_the_whole,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		what_is_signed_verifies_and_nothing_else_does, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(signatures_with_numbers_out_of_range_are_refused,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		a_digest_of_the_other_family_is_refused, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		a_finished_digest_is_signed_and_verified, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(without_random_octets_signing_fails_and_nothing_aborts,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		roots_of_the_nca_verify_by_their_own_keys, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		a_context_that_was_duplicated_goes_its_own_way, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		certificates_are_issued_in_the_form_of_the_nca, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(a_certificate_decoded_before_the_load_has_no_key,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		a_second_load_changes_nothing, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		it_can_be_unloaded_and_loaded_again, nothing_is_left_in_the_error_queue),
	};

	return cmocka_run_group_tests(tests, load_provider, unload_provider);
}
