/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of the provider share: its context, and the dispatch tables they hand to it.
 *
 * A pair given by half (GET_PARAMS without GETTABLE_PARAMS, IMPORT without IMPORT_TYPES) makes
 * OpenSSL drop the whole algorithm without a word: tables are kept whole.
 */
#ifndef GOST_PROVIDER_H
#define GOST_PROVIDER_H

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

#include "gost/family.h"

struct gost_provider {
	const OSSL_CORE_HANDLE *core;
	OSSL_FUNC_BIO_read_ex_fn *bio_read;
	OSSL_FUNC_BIO_write_ex_fn *bio_write;
};

/* The address of a function for a dispatch table. */
#define GOST_FN(f) ((void (*)(void))(f))

/* OSSL_provider_init of kzgost, for OSSL_PROVIDER_add_builtin() and for the module's entry. */
OSSL_provider_init_fn gost_provider_init;

/* DOES_SELECTION of decoders and encoders of that half of a key; 0 = the caller takes any. */
int gost_wants_public(void *provider, int selection);
int gost_wants_private(void *provider, int selection);

/* Registers object identifiers, legacy digests and signature ids; repeatable. Not thread safe in
 * OpenSSL 3.0 (OBJ_add_sigid takes no lock): the provider is loaded before threads start. */
bool gost_oid_register(const OSSL_CORE_HANDLE *, const OSSL_DISPATCH *upcalls);

extern const OSSL_DISPATCH gost_digest_2015[];
extern const OSSL_DISPATCH gost_digest_2004[];
extern const OSSL_DISPATCH gost_keymgmt_2015[];
extern const OSSL_DISPATCH gost_keymgmt_2004[];
extern const OSSL_DISPATCH gost_signature[]; /* the key says which family */
extern const OSSL_DISPATCH gost_decode_public_2015[];
extern const OSSL_DISPATCH gost_decode_public_2004[];
extern const OSSL_DISPATCH gost_decode_private_2015[];
extern const OSSL_DISPATCH gost_decode_private_2004[];
extern const OSSL_DISPATCH gost_encode_public_der[]; /* the key says which family */
extern const OSSL_DISPATCH gost_encode_public_pem[];
extern const OSSL_DISPATCH gost_encode_private_der[];
extern const OSSL_DISPATCH gost_encode_private_pem[];
extern const OSSL_DISPATCH gost_encode_text[];

#endif
