/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * DIGEST: hash.h in the provider's clothes.
 *
 * The state is one allocation per context and none per call; CMS and TSP duplicate it.
 */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "gost/hash.h"
#include "gost/provider.h"

static void *
new_context(void *provider)
{
	(void)provider;
	return OPENSSL_zalloc(sizeof(struct gost_hash));
}

static void
free_context(void *context)
{
	OPENSSL_clear_free(context, sizeof(struct gost_hash));
}

static void *
dup_context(void *context)
{
	return OPENSSL_memdup(context, sizeof(struct gost_hash));
}

static int
init_2015(void *context, const OSSL_PARAM params[])
{
	(void)params;
	gost_hash_init(context, &gost_family_2015);
	return 1;
}

static int
init_2004(void *context, const OSSL_PARAM params[])
{
	(void)params;
	gost_hash_init(context, &gost_family_2004);
	return 1;
}

static int
update(void *context, const unsigned char *data, size_t len)
{
	gost_hash_update(context, data, len);
	return 1;
}

static int
final(void *context, unsigned char *out, size_t *len_out, size_t room)
{
	struct gost_hash *h = context;

	if (room < h->family->size)
		return 0;
	gost_hash_final(h, out);
	*len_out = h->family->size;
	return 1;
}

static const OSSL_PARAM *
gettable_params(void *provider)
{
	static const OSSL_PARAM list[] = {
	    OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_BLOCK_SIZE, NULL),
	    OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_SIZE, NULL),
	    OSSL_PARAM_END,
	};

	(void)provider;
	return list;
}

static int
get_params(const struct gost_family *f, OSSL_PARAM params[])
{
	OSSL_PARAM *p;

	if ((p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_BLOCK_SIZE)) != NULL &&
	    !OSSL_PARAM_set_size_t(p, f->block_size))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_SIZE)) != NULL &&
	    !OSSL_PARAM_set_size_t(p, f->size))
		return 0;
	return 1;
}

static int
get_params_2015(OSSL_PARAM params[])
{
	return get_params(&gost_family_2015, params);
}

static int
get_params_2004(OSSL_PARAM params[])
{
	return get_params(&gost_family_2004, params);
}

#define DIGEST(year)                                                                               \
	const OSSL_DISPATCH gost_digest_##year[] = {                                               \
	    {OSSL_FUNC_DIGEST_NEWCTX, GOST_FN(new_context)},                                       \
	    {OSSL_FUNC_DIGEST_FREECTX, GOST_FN(free_context)},                                     \
	    {OSSL_FUNC_DIGEST_DUPCTX, GOST_FN(dup_context)},                                       \
	    {OSSL_FUNC_DIGEST_INIT, GOST_FN(init_##year)},                                         \
	    {OSSL_FUNC_DIGEST_UPDATE, GOST_FN(update)},                                            \
	    {OSSL_FUNC_DIGEST_FINAL, GOST_FN(final)},                                              \
	    {OSSL_FUNC_DIGEST_GETTABLE_PARAMS, GOST_FN(gettable_params)},                          \
	    {OSSL_FUNC_DIGEST_GET_PARAMS, GOST_FN(get_params_##year)},                             \
	    {0, NULL},                                                                             \
	}

DIGEST(2015);
DIGEST(2004);
