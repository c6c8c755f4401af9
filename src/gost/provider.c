/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The provider: what it offers under which names, and its beginning and end.
 *
 * KEYMGMT, SIGNATURE, DECODER and ENCODER of a family share one string of names (names.h).
 */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "gost/names.h"
#include "gost/provider.h"

#define OURS "provider=kzgost"
#define SPKI ",structure=SubjectPublicKeyInfo"
#define PKCS8 ",structure=PrivateKeyInfo"
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, NULL, NULL                                                             \
	}

static const OSSL_ALGORITHM digests[] = {
    {GOST_MD_2015_NAMES, OURS, gost_digest_2015, "Streebog-512"},
    {GOST_MD_2004_NAMES, OURS, gost_digest_2004, "GOST 34.311-95 with the test S-boxes"},
    END,
};

static const OSSL_ALGORITHM keys[] = {
    {GOST_KEY_2015_NAMES, OURS, gost_keymgmt_2015, "keys on id-tc26-gost-3410-2012-512-paramSetA"},
    {GOST_KEY_2004_NAMES, OURS, gost_keymgmt_2004, "keys on GostR3410-2001-CryptoPro-A"},
    END,
};

static const OSSL_ALGORITHM signatures[] = {
    {GOST_KEY_2015_NAMES, OURS, gost_signature, "r || s, little-endian"},
    {GOST_KEY_2004_NAMES, OURS, gost_signature, "r || s, little-endian"},
    END,
};

static const OSSL_ALGORITHM decoders[] = {
    {GOST_KEY_2015_NAMES, OURS ",input=der" SPKI, gost_decode_public_2015, NULL},
    {GOST_KEY_2015_NAMES, OURS ",input=der" PKCS8, gost_decode_private_2015, NULL},
    {GOST_KEY_2004_NAMES, OURS ",input=der" SPKI, gost_decode_public_2004, NULL},
    {GOST_KEY_2004_NAMES, OURS ",input=der" PKCS8, gost_decode_private_2004, NULL},
    END,
};

static const OSSL_ALGORITHM encoders[] = {
    {GOST_KEY_2015_NAMES, OURS ",output=der" SPKI, gost_encode_public_der, NULL},
    {GOST_KEY_2015_NAMES, OURS ",output=pem" SPKI, gost_encode_public_pem, NULL},
    {GOST_KEY_2015_NAMES, OURS ",output=der" PKCS8, gost_encode_private_der, NULL},
    {GOST_KEY_2015_NAMES, OURS ",output=pem" PKCS8, gost_encode_private_pem, NULL},
    {GOST_KEY_2015_NAMES, OURS ",output=text", gost_encode_text, NULL},
    {GOST_KEY_2004_NAMES, OURS ",output=der" SPKI, gost_encode_public_der, NULL},
    {GOST_KEY_2004_NAMES, OURS ",output=pem" SPKI, gost_encode_public_pem, NULL},
    {GOST_KEY_2004_NAMES, OURS ",output=der" PKCS8, gost_encode_private_der, NULL},
    {GOST_KEY_2004_NAMES, OURS ",output=pem" PKCS8, gost_encode_private_pem, NULL},
    {GOST_KEY_2004_NAMES, OURS ",output=text", gost_encode_text, NULL},
    END,
};

int
gost_wants_public(void *provider, int selection)
{
	(void)provider;
	return selection == 0 || (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0;
}

int
gost_wants_private(void *provider, int selection)
{
	(void)provider;
	return selection == 0 || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

static const OSSL_ALGORITHM *
query(void *provider, int operation, int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	switch (operation) {
	case OSSL_OP_DIGEST:
		return digests;
	case OSSL_OP_KEYMGMT:
		return keys;
	case OSSL_OP_SIGNATURE:
		return signatures;
	case OSSL_OP_DECODER:
		return decoders;
	case OSSL_OP_ENCODER:
		return encoders;
	default:
		return NULL;
	}
}

static const OSSL_PARAM *
gettable_params(void *provider)
{
	static const OSSL_PARAM list[] = {
	    OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
	    OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
	    OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
	    OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
	    OSSL_PARAM_END,
	};

	(void)provider;
	return list;
}

static int
get_params(void *provider, OSSL_PARAM params[])
{
	OSSL_PARAM *p;

	(void)provider;
	if ((p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_NAME)) != NULL &&
	    !OSSL_PARAM_set_utf8_ptr(p, "KZ GOST over Nettle"))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_VERSION)) != NULL &&
	    !OSSL_PARAM_set_utf8_ptr(p, PACKAGE_VERSION))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_BUILDINFO)) != NULL &&
	    !OSSL_PARAM_set_utf8_ptr(p, PACKAGE_STRING))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS)) != NULL &&
	    !OSSL_PARAM_set_int(p, 1))
		return 0;
	return 1;
}

static void
teardown(void *provider)
{
	OPENSSL_free(provider);
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_PROVIDER_TEARDOWN, GOST_FN(teardown)},
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, GOST_FN(query)},
    {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, GOST_FN(gettable_params)},
    {OSSL_FUNC_PROVIDER_GET_PARAMS, GOST_FN(get_params)},
    {0, NULL},
};

int
gost_provider_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *upcalls,
    const OSSL_DISPATCH **out, void **context)
{
	struct gost_provider *p = OPENSSL_zalloc(sizeof(*p));

	if (p == NULL)
		return 0;
	p->core = core;
	for (const OSSL_DISPATCH *u = upcalls; u->function_id != 0; u++) {
		if (u->function_id == OSSL_FUNC_BIO_READ_EX)
			p->bio_read = OSSL_FUNC_BIO_read_ex(u);
		else if (u->function_id == OSSL_FUNC_BIO_WRITE_EX)
			p->bio_write = OSSL_FUNC_BIO_write_ex(u);
	}
	if (p->bio_read == NULL || p->bio_write == NULL || !gost_oid_register(core, upcalls)) {
		OPENSSL_free(p);
		return 0;
	}
	*out = functions;
	*context = p;
	return 1;
}
