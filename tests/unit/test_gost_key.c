/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * gost: keys on their way in and out: DER, PEM, PKCS#8, PKCS#12, import and export.
 *
 * Hostile forms come from good ones: every single bit and every cut of a public key.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "fixture.h"
#include "gost_keys.h"

static bool
reads_as_public_key(const unsigned char *der, size_t len)
{
	const unsigned char *at = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)len);
	bool read = key != NULL && at == der + len;

	EVP_PKEY_free(key);
	ERR_clear_error();
	return read;
}

static void
a_public_key_with_any_one_bit_changed_is_refused(void **state)
{
	unsigned char *der, bad[256];

	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f);
			der = NULL;
			int len = i2d_PUBKEY(key, &der);
			assert_in_range(len, 100, sizeof(bad));
			assert_true(reads_as_public_key(der, (size_t)len));
			for (size_t bit = 0; bit < 8 * (size_t)len; bit++) {
				memcpy(bad, der, (size_t)len);
				bad[bit / 8] ^= (unsigned char)(1u << bit % 8);
				assert_false(reads_as_public_key(bad, (size_t)len));
			}
			for (size_t cut = 0; cut < (size_t)len; cut++)
				assert_false(reads_as_public_key(der, cut));
			OPENSSL_free(der);
			EVP_PKEY_free(key);
		}
}

static EVP_PKEY *
read_private(const unsigned char *der, size_t len)
{
	const unsigned char *at = der;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)len);

	ERR_clear_error();
	return key;
}

static struct octets
write_private(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	size_t len = 0;
	OSSL_ENCODER_CTX *c = OSSL_ENCODER_CTX_new_for_pkey(
	    key, OSSL_KEYMGMT_SELECT_ALL, "DER", "PrivateKeyInfo", NULL);

	assert_int_equal(OSSL_ENCODER_to_data(c, &der, &len), 1);
	OSSL_ENCODER_CTX_free(c);
	unsigned char *copy = arena_alloc(arena, len);
	memcpy(copy, der, len);
	OPENSSL_clear_free(der, len);
	return (struct octets){copy, len};
}

static void
a_private_key_survives_der_and_its_hostile_forms_do_not(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f), *again;
			struct octets der = write_private(key);
			unsigned char *bad = arena_alloc(arena, der.len + 1);
			again = read_private(der.data, der.len);
			assert_non_null(again);
			assert_int_equal(EVP_PKEY_eq(key, again), 1);
			assert_int_equal(verify(key, NULL, sign(f, again, MESSAGE), MESSAGE), 1);
			EVP_PKEY_free(again);
			for (size_t cut = 0; cut < der.len; cut++)
				assert_null(read_private(der.data, cut));
			/* everything before the number itself: one wrong bit and it is not our key
			 */
			for (size_t bit = 0; bit < 8 * (der.len - f->size - 1); bit++) {
				memcpy(bad, der.data, der.len);
				bad[bit / 8] ^= (unsigned char)(1u << bit % 8);
				assert_null(read_private(bad, der.len));
			}
			/* a scalar of zero, and one above the order */
			memcpy(bad, der.data, der.len);
			memset(bad + der.len - f->size, 0, f->size);
			assert_null(read_private(bad, der.len));
			memset(bad + der.len - f->size, 0xFF, f->size);
			assert_null(read_private(bad, der.len));
			EVP_PKEY_free(key);
		}
}

static int
passphrase(char *buf, int size, int writing, void *secret)
{
	(void)writing;
	return (int)OPENSSL_strlcpy(buf, secret, (size_t)size);
}

static void
a_cipher_really_encrypts_the_private_key(void **state)
{
	static char right[] = "right", wrong[] = "wrong";

	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f), *again;
			struct octets clear = write_private(key);
			BIO *pem = BIO_new(BIO_s_mem()), *der = BIO_new(BIO_s_mem()), *copy;
			char *text;
			unsigned char *octets;
			assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
					     pem, key, EVP_aes_256_cbc(), right, 5, NULL, NULL),
			    1);
			long len = BIO_get_mem_data(pem, &text);
			assert_memory_equal(text,
			    "-----BEGIN ENCRYPTED "
			    "PRIVATE KEY-----",
			    37);
			assert_int_equal(i2d_PKCS8PrivateKey_bio(
					     der, key, EVP_aes_256_cbc(), right, 5, NULL, NULL),
			    1);
			long der_len = BIO_get_mem_data(der, &octets);
			assert_null(memmem(
			    octets, (size_t)der_len, clear.data + clear.len - f->size, f->size));
			copy = BIO_new_mem_buf(text, (int)len);
			assert_null(PEM_read_bio_PrivateKey(copy, NULL, passphrase, wrong));
			BIO_free(copy);
			again = PEM_read_bio_PrivateKey(pem, NULL, passphrase, right);
			assert_non_null(again);
			assert_int_equal(EVP_PKEY_eq(key, again), 1);
			EVP_PKEY_free(again);
			BIO_free(der);
			BIO_free(pem);
			EVP_PKEY_free(key);
		}
	ERR_clear_error();
}

static void
keys_are_compared_exported_and_duplicated(void **state)
{
	unsigned char xy[128];
	size_t len;

	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f), *other = generate(f),
				 *copy = EVP_PKEY_dup(key);
			EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
			assert_non_null(copy);
			assert_int_equal(EVP_PKEY_eq(key, copy), 1);
			assert_int_not_equal(EVP_PKEY_eq(key, other), 1);
			assert_int_equal(verify(key, NULL, sign(f, copy, MESSAGE), MESSAGE), 1);
			assert_int_equal(EVP_PKEY_get_octet_string_param(
					     key, OSSL_PKEY_PARAM_PUB_KEY, xy, sizeof(xy), &len),
			    1);
			assert_int_equal(len, 2 * f->size);
			assert_int_equal(EVP_PKEY_check(c), 1);
			EVP_PKEY_CTX_free(c);
			EVP_PKEY_free(copy);
			EVP_PKEY_free(other);
			EVP_PKEY_free(key);
		}
}

/* Imports "pub" of one key and "priv" of another. */
static void
halves_that_do_not_belong_together_are_refused(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *a = generate(f), *b = generate(f), *mixed = NULL;
			OSSL_PARAM *pa = NULL, *pb = NULL;
			OSSL_PARAM params[3];
			assert_int_equal(EVP_PKEY_todata(a, EVP_PKEY_KEYPAIR, &pa), 1);
			assert_int_equal(EVP_PKEY_todata(b, EVP_PKEY_KEYPAIR, &pb), 1);
			params[0] = *OSSL_PARAM_locate(pa, OSSL_PKEY_PARAM_PUB_KEY);
			params[1] = *OSSL_PARAM_locate(pb, OSSL_PKEY_PARAM_PRIV_KEY);
			params[2] = OSSL_PARAM_construct_end();
			EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, f->key, NULL);
			assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
			assert_int_not_equal(
			    EVP_PKEY_fromdata(c, &mixed, EVP_PKEY_KEYPAIR, params), 1);
			assert_null(mixed);
			params[1] = *OSSL_PARAM_locate(pa, OSSL_PKEY_PARAM_PRIV_KEY);
			assert_int_equal(EVP_PKEY_fromdata(c, &mixed, EVP_PKEY_KEYPAIR, params), 1);
			assert_int_equal(EVP_PKEY_eq(mixed, a), 1);
			OSSL_PARAM_free(pa);
			OSSL_PARAM_free(pb);
			EVP_PKEY_CTX_free(c);
			EVP_PKEY_free(mixed);
			EVP_PKEY_free(a);
			EVP_PKEY_free(b);
		}
	ERR_clear_error();
}

static void
a_public_key_alone_cannot_sign_or_be_written_as_private(void **state)
{
	(void)state;
	for
		EACH_FAMILY(f)
		{
			EVP_PKEY *key = generate(f), *half;
			EVP_MD_CTX *c = EVP_MD_CTX_new();
			BIO *out = BIO_new(BIO_s_mem());
			unsigned char *der = NULL;
			const unsigned char *at;
			int len = i2d_PUBKEY(key, &der);
			at = der;
			half = d2i_PUBKEY(NULL, &at, len);
			assert_non_null(half);
			assert_int_not_equal(
			    EVP_DigestSignInit_ex(c, NULL, NULL, NULL, NULL, half, NULL), 1);
			assert_int_not_equal(
			    PEM_write_bio_PKCS8PrivateKey(out, half, NULL, NULL, 0, NULL, NULL), 1);
			assert_int_equal(BIO_ctrl_pending(out), 0);
			OPENSSL_free(der);
			BIO_free(out);
			EVP_MD_CTX_free(c);
			EVP_PKEY_free(half);
			EVP_PKEY_free(key);
		}
	ERR_clear_error();
}

static bool
opens(const char *file)
{
	const char *path =
	    fixture_shared(arena, arena_printf(arena, "samples/nca/p12-test/%s.p12", file));
	struct octets o = fixture_file(arena, path);
	const unsigned char *at = o.data;
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)o.len);
	EVP_PKEY *key = NULL;
	X509 *x = NULL;
	bool ok;

	assert_non_null(p12);
	ok = PKCS12_parse(p12, "Qwerty12", &key, &x, NULL) == 1 && key != NULL &&
	     X509_check_private_key(x, key) == 1;
	EVP_PKEY_free(key);
	X509_free(x);
	PKCS12_free(p12);
	ERR_clear_error();
	return ok;
}

static void
key_stores_of_the_nca_open_but_for_the_one_of_another_vendor(void **state)
{
	static const char *const good[] = {"gost2015_individual_expired_2024-11-08",
	    "gost2015_individual_revoked_to_2027-05-08", "gost2015_individual_valid_to_2027-05-08",
	    "gost2015_infosystem_revoked", "gost2015_infosystem_valid_to_2029-05-07",
	    "gost2015_legal_ceo_revoked", "gost2015_legal_ceo_valid_to_2027-05-08",
	    "gost2015_legal_employee_to_2027-05-08_REVOKED_2026-06-02",
	    "gost2015_legal_signright_valid_to_2027-06-16", "gost2015_treasuryclient_revoked",
	    "gost2015_treasuryclient_to_2027-05-08_REVOKED_2026-06-02",
	    "gost2004_legal_ceo_expired_2024-11-15", "rsa_individual_auth_expired_2024-11-15",
	    "rsa_individual_sign_expired_2024-11-15"};

	(void)state;
	if (fixture_shared(arena, "samples/nca/p12-test") == NULL) {
		fixture_skipped(15, "samples/nca/p12-test");
		return;
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(opens(good[i]));
	/* its key has an algorithm of its own and does not belong to the certificate */
	assert_false(opens("gost2004_infosystem_expired_2024-11-30"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(a_public_key_with_any_one_bit_changed_is_refused,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(a_private_key_survives_der_and_its_hostile_forms_do_not,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		a_cipher_really_encrypts_the_private_key, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		keys_are_compared_exported_and_duplicated, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(
		halves_that_do_not_belong_together_are_refused, nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(a_public_key_alone_cannot_sign_or_be_written_as_private,
		nothing_is_left_in_the_error_queue),
	    cmocka_unit_test_teardown(key_stores_of_the_nca_open_but_for_the_one_of_another_vendor,
		nothing_is_left_in_the_error_queue),
	};

	return cmocka_run_group_tests(tests, load_provider, unload_provider);
}
