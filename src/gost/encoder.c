/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ENCODER: keys to DER, PEM and readable text.
 *
 * When a cipher is asked for, the private key is encrypted or nothing is written: an encoder that
 * ignores the parameter lets `openssl pkey -aes256` write the key in clear and report success.
 */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/proverr.h>
#include <openssl/x509.h>

#include "gost/der.h"
#include "gost/provider.h"

#define LONGEST_PASSPHRASE 1024

struct context {
	const struct gost_provider *provider;
	EVP_CIPHER *cipher;
};

static void *
new_context(void *provider)
{
	struct context *c = OPENSSL_zalloc(sizeof(*c));

	if (c != NULL)
		c->provider = provider;
	return c;
}

static void
free_context(void *context)
{
	struct context *c = context;

	if (c == NULL)
		return;
	EVP_CIPHER_free(c->cipher);
	OPENSSL_free(c);
}

static const OSSL_PARAM *
settable_params(void *provider)
{
	static const OSSL_PARAM list[] = {
	    OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_CIPHER, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_PROPERTIES, NULL, 0),
	    OSSL_PARAM_END,
	};

	(void)provider;
	return list;
}

/* The cipher comes from the default library context: the provider has no library context of its
 * own. */
static int
set_params(void *context, const OSSL_PARAM params[])
{
	struct context *c = context;
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_CIPHER);
	const OSSL_PARAM *q = OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_PROPERTIES);
	const char *name, *properties = NULL;

	if (p == NULL)
		return 1;
	if (OSSL_PARAM_get_utf8_string_ptr(p, &name) != 1 ||
	    (q != NULL && OSSL_PARAM_get_utf8_string_ptr(q, &properties) != 1))
		return 0;
	EVP_CIPHER_free(c->cipher);
	c->cipher = EVP_CIPHER_fetch(NULL, name, properties);
	return c->cipher != NULL;
}

static int
wants_any(void *provider, int selection)
{
	(void)provider;
	(void)selection;
	return 1;
}

/* Everything that was collected goes out in one piece. */
static int
flush(const struct context *c, BIO *from, OSSL_CORE_BIO *to)
{
	char *data;
	long len = BIO_get_mem_data(from, &data);
	size_t n;

	while (len > 0) {
		if (c->provider->bio_write(to, data, (size_t)len, &n) != 1 || n == 0)
			return 0;
		data += n;
		len -= (long)n;
	}
	return 1;
}

static bool
put(BIO *to, struct octets der, const char *pem_label)
{
	if (pem_label != NULL)
		return PEM_write_bio(to, pem_label, "", der.data, (long)der.len) > 0;
	return BIO_write(to, der.data, (int)der.len) == (int)der.len;
}

/* PKCS#5 2.1 (PBES2), as `default` does it. */
static bool
put_encrypted(const struct context *c, struct octets der, BIO *to, bool pem,
    OSSL_PASSPHRASE_CALLBACK *ask, void *self)
{
	char pass[LONGEST_PASSPHRASE];
	size_t pass_len = 0;
	const unsigned char *at = der.data;
	unsigned char *out = NULL;
	PKCS8_PRIV_KEY_INFO *clear = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);
	X509_SIG *sealed = NULL;
	int len = 0;
	bool ok = false;

	if (clear == NULL || ask == NULL || !ask(pass, sizeof(pass), &pass_len, NULL, self)) {
		ERR_raise(ERR_LIB_PROV, PROV_R_UNABLE_TO_GET_PASSPHRASE);
		goto out;
	}
	sealed = PKCS8_encrypt(-1, c->cipher, pass, (int)pass_len, NULL, 0, 0, clear);
	if (sealed == NULL || (len = i2d_X509_SIG(sealed, &out)) <= 0)
		goto out;
	ok = put(to, (struct octets){out, (size_t)len}, pem ? PEM_STRING_PKCS8 : NULL);
out:
	OPENSSL_cleanse(pass, sizeof(pass));
	OPENSSL_free(out);
	X509_SIG_free(sealed);
	PKCS8_PRIV_KEY_INFO_free(clear);
	return ok;
}

static bool
put_private(const struct context *c, const struct gost_key *k, BIO *to, bool pem,
    OSSL_PASSPHRASE_CALLBACK *ask, void *self)
{
	struct gost_der der;
	bool ok = false;

	if (!gost_key_has_private(k)) {
		ERR_raise(ERR_LIB_PROV, PROV_R_NOT_A_PRIVATE_KEY);
		return false;
	}
	gost_der_write_private(k, &der);
	if (c->cipher != NULL)
		ok = put_encrypted(c, gost_der_octets(&der), to, pem, ask, self);
	else
		ok = put(to, gost_der_octets(&der), pem ? PEM_STRING_PKCS8INF : NULL);
	OPENSSL_cleanse(&der, sizeof(der));
	return ok;
}

static bool
put_public(const struct gost_key *k, BIO *to, bool pem)
{
	struct gost_der der;

	if (!gost_key_has_public(k)) {
		ERR_raise(ERR_LIB_PROV, PROV_R_NOT_A_PUBLIC_KEY);
		return false;
	}
	gost_der_write_public(k, &der);
	return put(to, gost_der_octets(&der), pem ? PEM_STRING_PUBLIC : NULL);
}

/* Numbers as they are written in certificates: little-endian. */
static bool
put_text(const struct gost_key *k, BIO *to, int selection)
{
	const struct gost_family *f = gost_key_family(k);
	bool private =
	    (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && gost_key_has_private(k);
	unsigned char xy[GOST_MOST_PUBLIC], d[GOST_MOST_SIZE];
	bool ok = BIO_printf(to, "%s-Key: (%d bit)\n", private ? "Private" : "Public", f->bits) > 0;

	if (private) {
		gost_key_get_private(k, d);
		ok = ok && BIO_printf(to, "priv (little-endian):\n") > 0 &&
		     ASN1_buf_print(to, d, f->size, 4) == 1;
		OPENSSL_cleanse(d, sizeof(d));
	}
	if (gost_key_has_public(k)) {
		gost_key_get_public(k, xy);
		ok = ok && BIO_printf(to, "pub (X || Y, little-endian):\n") > 0 &&
		     ASN1_buf_print(to, xy, 2 * f->size, 4) == 1;
	}
	return ok && BIO_printf(to, "Curve: %s\n", f->curve_name) > 0;
}

/* key is NULL when OpenSSL offers an abstract object instead: keys of other providers are not ours.
 */
#define ENCODER(name, wants, how)                                                                  \
	static int encode_##name(void *context, OSSL_CORE_BIO *out, const void *key,               \
	    const OSSL_PARAM abstract[], int selection, OSSL_PASSPHRASE_CALLBACK *ask, void *self) \
	{                                                                                          \
		const struct context *c = context;                                                 \
		BIO *to = key == NULL || abstract != NULL ? NULL : BIO_new(BIO_s_secmem());        \
		int rc;                                                                            \
                                                                                                   \
		(void)selection;                                                                   \
		(void)ask;                                                                         \
		(void)self;                                                                        \
		rc = to != NULL && (how) && flush(c, to, out);                                     \
		BIO_free(to);                                                                      \
		return rc;                                                                         \
	}                                                                                          \
	const OSSL_DISPATCH gost_encode_##name[] = {                                               \
	    {OSSL_FUNC_ENCODER_NEWCTX, GOST_FN(new_context)},                                      \
	    {OSSL_FUNC_ENCODER_FREECTX, GOST_FN(free_context)},                                    \
	    {OSSL_FUNC_ENCODER_SETTABLE_CTX_PARAMS, GOST_FN(settable_params)},                     \
	    {OSSL_FUNC_ENCODER_SET_CTX_PARAMS, GOST_FN(set_params)},                               \
	    {OSSL_FUNC_ENCODER_DOES_SELECTION, GOST_FN(wants)},                                    \
	    {OSSL_FUNC_ENCODER_ENCODE, GOST_FN(encode_##name)},                                    \
	    {0, NULL},                                                                             \
	}

ENCODER(public_der, gost_wants_public, put_public(key, to, false));
ENCODER(public_pem, gost_wants_public, put_public(key, to, true));
ENCODER(private_der, gost_wants_private, put_private(c, key, to, false, ask, self));
ENCODER(private_pem, gost_wants_private, put_private(c, key, to, true, ask, self));
ENCODER(text, wants_any, put_text(key, to, selection));
