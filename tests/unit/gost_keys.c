/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See gost_keys.h.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "gost_keys.h"

const struct family families[2] = {
    {GOST_KEY_2015, GOST_MD_2015, GOST_MD_2004, 64},
    {GOST_KEY_2004, GOST_MD_2004, GOST_MD_2015, 32},
};

struct arena *arena;

int
load_provider(void **state)
{
	struct err e = {0};

	(void)state;
	arena = arena_new();
	return arena == NULL ? -1 : gost_load(&e);
}

int
unload_provider(void **state)
{
	(void)state;
	arena_free(arena);
	gost_unload();
	return 0;
}

int
nothing_is_left_in_the_error_queue(void **state)
{
	(void)state;
	return ERR_peek_error() == 0 ? 0 : -1;
}

EVP_PKEY *
try_to_generate(const struct family *f)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, f->key, NULL);
	EVP_PKEY *key = NULL;
	int rc;

	assert_int_equal(EVP_PKEY_keygen_init(c), 1);
	rc = EVP_PKEY_generate(c, &key);
	assert_int_equal(rc == 1, key != NULL);
	EVP_PKEY_CTX_free(c);
	return key;
}

EVP_PKEY *
generate(const struct family *f)
{
	EVP_PKEY *key = try_to_generate(f);

	assert_non_null(key);
	assert_true(EVP_PKEY_is_a(key, f->key));
	return key;
}

struct octets
sign(const struct family *f, EVP_PKEY *key, const char *message)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = 2 * f->size;
	unsigned char *sig = arena_alloc(arena, len);

	assert_int_equal(EVP_DigestSignInit_ex(c, NULL, NULL, NULL, NULL, key, NULL), 1);
	assert_int_equal(
	    EVP_DigestSign(c, sig, &len, (const unsigned char *)message, strlen(message)), 1);
	assert_int_equal(len, 2 * f->size);
	EVP_MD_CTX_free(c);
	return (struct octets){sig, len};
}

int
verify(EVP_PKEY *key, const char *md, struct octets sig, const char *message)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int rc = EVP_DigestVerifyInit_ex(c, NULL, md, NULL, NULL, key, NULL);

	if (rc == 1)
		rc = EVP_DigestVerify(
		    c, sig.data, sig.len, (const unsigned char *)message, strlen(message));
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return rc;
}
