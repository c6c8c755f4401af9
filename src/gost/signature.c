/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SIGNATURE: over a finished digest, and streaming with the family's own digest.
 *
 * One table for both families: the key says which. A digest of another name is refused. The
 * digest's state lies inside the context, so an operation allocates once. DUPCTX is not a luxury:
 * EVP_DigestVerifyFinal duplicates, and without it every verification fails.
 */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>

#include "gost/hash.h"
#include "gost/key.h"
#include "gost/provider.h"

struct context {
	struct gost_key *key;
	struct gost_hash hash;
	bool streaming;
};

static void *
new_context(void *provider, const char *properties)
{
	(void)provider;
	(void)properties;
	return OPENSSL_zalloc(sizeof(struct context));
}

static void
free_context(void *context)
{
	struct context *c = context;

	if (c == NULL)
		return;
	gost_key_free(c->key);
	OPENSSL_clear_free(c, sizeof(*c));
}

static void *
dup_context(void *context)
{
	struct context *c = OPENSSL_memdup(context, sizeof(*c));

	if (c != NULL && c->key != NULL)
		gost_key_share(c->key);
	return c;
}

static bool
accepts_digest(const struct context *c, const char *name)
{
	if (name == NULL || name[0] == '\0' ||
	    gost_family_has_digest(gost_key_family(c->key), name))
		return true;
	ERR_raise_data(ERR_LIB_PROV, PROV_R_DIGEST_NOT_ALLOWED, "%s", name);
	return false;
}

static int
set_params(void *context, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p =
	    params == NULL ? NULL : OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
	const char *name;

	if (p == NULL)
		return 1;
	return OSSL_PARAM_get_utf8_string_ptr(p, &name) == 1 && accepts_digest(context, name);
}

static const OSSL_PARAM *
settable_params(void *context, void *provider)
{
	static const OSSL_PARAM list[] = {
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
	    OSSL_PARAM_END,
	};

	(void)context;
	(void)provider;
	return list;
}

static int
get_params(void *context, OSSL_PARAM params[])
{
	const struct context *c = context;
	const struct gost_family *f;
	OSSL_PARAM *p;

	if (c->key == NULL)
		return 0;
	f = gost_key_family(c->key);
	if ((p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID)) != NULL &&
	    !OSSL_PARAM_set_octet_string(
		p, f->signature_algorithm.data, f->signature_algorithm.len))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST)) != NULL &&
	    !OSSL_PARAM_set_utf8_string(p, f->digest.sn))
		return 0;
	return 1;
}

static const OSSL_PARAM *
gettable_params(void *context, void *provider)
{
	static const OSSL_PARAM list[] = {
	    OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
	    OSSL_PARAM_END,
	};

	(void)context;
	(void)provider;
	return list;
}

/* key is NULL when a context starts over with the key it has. */
static bool
take_key(struct context *c, void *key, bool private)
{
	if (key != NULL) {
		gost_key_free(c->key);
		c->key = gost_key_share(key);
	}
	if (c->key != NULL &&
	    (private ? gost_key_has_private(c->key) : gost_key_has_public(c->key)))
		return true;
	ERR_raise(ERR_LIB_PROV, private ? PROV_R_NOT_A_PRIVATE_KEY : PROV_R_NOT_A_PUBLIC_KEY);
	return false;
}

static int
sign_init(void *context, void *key, const OSSL_PARAM params[])
{
	return take_key(context, key, true) && set_params(context, params);
}

static int
verify_init(void *context, void *key, const OSSL_PARAM params[])
{
	return take_key(context, key, false) && set_params(context, params);
}

/* sig == NULL asks for the length only. */
static int
sign(void *context, unsigned char *sig, size_t *len_out, size_t room, const unsigned char *digest,
    size_t len)
{
	const struct context *c = context;
	const size_t size = gost_key_family(c->key)->size;

	*len_out = 2 * size;
	if (sig == NULL)
		return 1;
	if (room < 2 * size) {
		ERR_raise(ERR_LIB_PROV, PROV_R_OUTPUT_BUFFER_TOO_SMALL);
		return 0;
	}
	if (len != size) {
		ERR_raise(ERR_LIB_PROV, PROV_R_INVALID_DIGEST_LENGTH);
		return 0;
	}
	return gost_key_sign(c->key, digest, sig);
}

static int
verify(void *context, const unsigned char *sig, size_t sig_len, const unsigned char *digest,
    size_t len)
{
	const struct context *c = context;
	const size_t size = gost_key_family(c->key)->size;

	return sig_len == 2 * size && len == size && gost_key_verify(c->key, digest, sig);
}

static int
start_stream(struct context *c, const char *digest, const OSSL_PARAM params[])
{
	c->streaming = accepts_digest(c, digest) && set_params(c, params) == 1;
	if (c->streaming)
		gost_hash_init(&c->hash, gost_key_family(c->key));
	return c->streaming;
}

static int
digest_sign_init(void *context, const char *digest, void *key, const OSSL_PARAM params[])
{
	return take_key(context, key, true) && start_stream(context, digest, params);
}

static int
digest_verify_init(void *context, const char *digest, void *key, const OSSL_PARAM params[])
{
	return take_key(context, key, false) && start_stream(context, digest, params);
}

static int
digest_update(void *context, const unsigned char *data, size_t len)
{
	struct context *c = context;

	if (!c->streaming)
		return 0;
	gost_hash_update(&c->hash, data, len);
	return 1;
}

static int
digest_sign_final(void *context, unsigned char *sig, size_t *len_out, size_t room)
{
	struct context *c = context;
	unsigned char digest[GOST_MOST_SIZE];

	if (!c->streaming)
		return 0;
	if (sig != NULL)
		gost_hash_final(&c->hash, digest);
	return sign(c, sig, len_out, room, digest, gost_key_family(c->key)->size);
}

static int
digest_verify_final(void *context, const unsigned char *sig, size_t len)
{
	struct context *c = context;
	unsigned char digest[GOST_MOST_SIZE];

	if (!c->streaming)
		return 0;
	gost_hash_final(&c->hash, digest);
	return verify(c, sig, len, digest, gost_key_family(c->key)->size);
}

const OSSL_DISPATCH gost_signature[] = {
    {OSSL_FUNC_SIGNATURE_NEWCTX, GOST_FN(new_context)},
    {OSSL_FUNC_SIGNATURE_FREECTX, GOST_FN(free_context)},
    {OSSL_FUNC_SIGNATURE_DUPCTX, GOST_FN(dup_context)},
    {OSSL_FUNC_SIGNATURE_SIGN_INIT, GOST_FN(sign_init)},
    {OSSL_FUNC_SIGNATURE_SIGN, GOST_FN(sign)},
    {OSSL_FUNC_SIGNATURE_VERIFY_INIT, GOST_FN(verify_init)},
    {OSSL_FUNC_SIGNATURE_VERIFY, GOST_FN(verify)},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, GOST_FN(digest_sign_init)},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, GOST_FN(digest_update)},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, GOST_FN(digest_sign_final)},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, GOST_FN(digest_verify_init)},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE, GOST_FN(digest_update)},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL, GOST_FN(digest_verify_final)},
    {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, GOST_FN(get_params)},
    {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, GOST_FN(gettable_params)},
    {OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, GOST_FN(set_params)},
    {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, GOST_FN(settable_params)},
    {0, NULL},
};
