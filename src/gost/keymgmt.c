/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * KEYMGMT: key.h in the provider's clothes, and key generation.
 *
 * Import and export carry little-endian octets: "pub" X || Y, "priv" d. A key is good or it does
 * not exist (the point is on the curve, the halves belong together), so there is nothing to
 * validate later.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "gost/key.h"
#include "gost/provider.h"

static void *
new_2015(void *provider)
{
	(void)provider;
	return gost_key_new(&gost_family_2015);
}

static void *
new_2004(void *provider)
{
	(void)provider;
	return gost_key_new(&gost_family_2004);
}

static void
free_key(void *key)
{
	gost_key_free(key);
}

/* The decoder's reference is a pointer to the only pointer: taking it leaves nothing behind. */
static void *
load(const void *reference, size_t size)
{
	void *key;

	if (size != sizeof(key))
		return NULL;
	memcpy(&key, reference, sizeof(key));
	memset((void *)(uintptr_t)reference, 0, sizeof(key));
	return key;
}

static int
has(const void *key, int selection)
{
	const struct gost_key *k = key;

	if (k == NULL)
		return 0;
	if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 && !gost_key_has_public(k))
		return 0;
	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || gost_key_has_private(k);
}

/* The parameters are the family's; two private keys are equal when their public ones are. */
static int
match(const void *a, const void *b, int selection)
{
	if (gost_key_family(a) != gost_key_family(b))
		return 0;
	return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0 || gost_key_equal_public(a, b);
}

static int
validate(const void *key, int selection, int how)
{
	(void)how;
	return has(key, selection);
}

static const OSSL_PARAM *
gettable_params(void *provider)
{
	static const OSSL_PARAM list[] = {
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	    OSSL_PARAM_END,
	};

	(void)provider;
	return list;
}

static bool
set_int(OSSL_PARAM params[], const char *name, int value)
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, name);

	return p == NULL || OSSL_PARAM_set_int(p, value) == 1;
}

static bool
set_text(OSSL_PARAM params[], const char *name, const char *value)
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, name);

	return p == NULL || OSSL_PARAM_set_utf8_string(p, value) == 1;
}

static bool
set_public(OSSL_PARAM params[], const struct gost_key *k)
{
	unsigned char xy[GOST_MOST_PUBLIC];
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PUB_KEY);

	if (p == NULL)
		return true;
	if (!gost_key_has_public(k))
		return false;
	gost_key_get_public(k, xy);
	return OSSL_PARAM_set_octet_string(p, xy, 2 * gost_key_family(k)->size) == 1;
}

static int
get_params(void *key, OSSL_PARAM params[])
{
	const struct gost_family *f = gost_key_family(key);

	return set_int(params, OSSL_PKEY_PARAM_BITS, f->bits) &&
	       set_int(params, OSSL_PKEY_PARAM_SECURITY_BITS, f->security_bits) &&
	       set_int(params, OSSL_PKEY_PARAM_MAX_SIZE, (int)(2 * f->size)) &&
	       set_text(params, OSSL_PKEY_PARAM_MANDATORY_DIGEST, f->digest.sn) &&
	       set_text(params, OSSL_PKEY_PARAM_GROUP_NAME, f->curve_name) &&
	       set_public(params, key);
}

static const OSSL_PARAM *
key_types(int selection)
{
	static const OSSL_PARAM both[] = {
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0),
	    OSSL_PARAM_END,
	};

	return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0 ? both : NULL;
}

/* 1 when the octets are there and good, 0 when they are wrong; absent ones are left to the caller.
 */
static bool
octets_of_param(const OSSL_PARAM params[], const char *name, struct octets *out)
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, name);

	*out = (struct octets){NULL, 0};
	if (p == NULL)
		return true;
	if (p->data_type != OSSL_PARAM_OCTET_STRING || p->data == NULL)
		return false;
	*out = (struct octets){p->data, p->data_size};
	return true;
}

static int
import(void *key, int selection, const OSSL_PARAM params[])
{
	struct octets xy, d;

	if (!octets_of_param(params, OSSL_PKEY_PARAM_PUB_KEY, &xy) ||
	    !octets_of_param(params, OSSL_PKEY_PARAM_PRIV_KEY, &d))
		return 0;
	if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 && xy.data != NULL &&
	    !gost_key_set_public(key, xy))
		return 0;
	if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && d.data != NULL &&
	    !gost_key_set_private(key, d))
		return 0;
	return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0 || gost_key_has_public(key);
}

static int export(void *key, int selection, OSSL_CALLBACK *take, void *self)
{
	const size_t size = gost_key_family(key)->size;
	unsigned char xy[GOST_MOST_PUBLIC], d[GOST_MOST_SIZE];
	OSSL_PARAM list[3], *p = list;
	int rc;

	if (!has(key, selection & OSSL_KEYMGMT_SELECT_KEYPAIR))
		return 0;
	if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0) {
		gost_key_get_public(key, xy);
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, xy, 2 * size);
	}
	if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) {
		gost_key_get_private(key, d);
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, d, size);
	}
	*p = OSSL_PARAM_construct_end();
	rc = take(list, self);
	OPENSSL_cleanse(d, sizeof(d));
	return rc;
}

/* Generation has no options: its context is the family. */
struct generation {
	const struct gost_family *family;
	bool pair; /* else only the parameters were asked for, which a key has from the start */
};

static void *
generation_new(const struct gost_family *f, int selection)
{
	struct generation *g = OPENSSL_zalloc(sizeof(*g));

	if (g == NULL)
		return NULL;
	g->family = f;
	g->pair = (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0;
	return g;
}

static void *
generation_new_2015(void *provider, int selection, const OSSL_PARAM params[])
{
	(void)provider;
	(void)params;
	return generation_new(&gost_family_2015, selection);
}

static void *
generation_new_2004(void *provider, int selection, const OSSL_PARAM params[])
{
	(void)provider;
	(void)params;
	return generation_new(&gost_family_2004, selection);
}

static void *
generate(void *generation, OSSL_CALLBACK *progress, void *self)
{
	const struct generation *g = generation;
	struct gost_key *k = gost_key_new(g->family);

	(void)progress;
	(void)self;
	if (k != NULL && (!g->pair || gost_key_generate(k)))
		return k;
	gost_key_free(k);
	return NULL;
}

static void
generation_free(void *generation)
{
	OPENSSL_free(generation);
}

#define KEYMGMT(year)                                                                              \
	const OSSL_DISPATCH gost_keymgmt_##year[] = {                                              \
	    {OSSL_FUNC_KEYMGMT_NEW, GOST_FN(new_##year)},                                          \
	    {OSSL_FUNC_KEYMGMT_FREE, GOST_FN(free_key)},                                           \
	    {OSSL_FUNC_KEYMGMT_LOAD, GOST_FN(load)},                                               \
	    {OSSL_FUNC_KEYMGMT_HAS, GOST_FN(has)},                                                 \
	    {OSSL_FUNC_KEYMGMT_MATCH, GOST_FN(match)},                                             \
	    {OSSL_FUNC_KEYMGMT_VALIDATE, GOST_FN(validate)},                                       \
	    {OSSL_FUNC_KEYMGMT_GET_PARAMS, GOST_FN(get_params)},                                   \
	    {OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, GOST_FN(gettable_params)},                         \
	    {OSSL_FUNC_KEYMGMT_IMPORT, GOST_FN(import)},                                           \
	    {OSSL_FUNC_KEYMGMT_IMPORT_TYPES, GOST_FN(key_types)},                                  \
	    {OSSL_FUNC_KEYMGMT_EXPORT, GOST_FN(export)},                                           \
	    {OSSL_FUNC_KEYMGMT_EXPORT_TYPES, GOST_FN(key_types)},                                  \
	    {OSSL_FUNC_KEYMGMT_GEN_INIT, GOST_FN(generation_new_##year)},                          \
	    {OSSL_FUNC_KEYMGMT_GEN, GOST_FN(generate)},                                            \
	    {OSSL_FUNC_KEYMGMT_GEN_CLEANUP, GOST_FN(generation_free)},                             \
	    {0, NULL},                                                                             \
	}

KEYMGMT(2015);
KEYMGMT(2004);
