/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Object identifiers, and the digests once more as legacy EVP_MD.
 *
 * OpenSSL 3.0 finds a signature's digest through legacy tables: without an EVP_MD of that name CMS,
 * PKCS#7 and TSP answer "unable to find message digest". It has to be a working one, because what
 * is given it calls it, and to exist before the first fetch of the digest, which copies its NID.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* EVP_MD_meth_*: nothing replaces them here */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "gost/hash.h"
#include "gost/provider.h"

static int
init_2015(EVP_MD_CTX *ctx)
{
	gost_hash_init(EVP_MD_CTX_get0_md_data(ctx), &gost_family_2015);
	return 1;
}

static int
init_2004(EVP_MD_CTX *ctx)
{
	gost_hash_init(EVP_MD_CTX_get0_md_data(ctx), &gost_family_2004);
	return 1;
}

static int
update(EVP_MD_CTX *ctx, const void *data, size_t len)
{
	gost_hash_update(EVP_MD_CTX_get0_md_data(ctx), data, len);
	return 1;
}

static int
final(EVP_MD_CTX *ctx, unsigned char *out)
{
	gost_hash_final(EVP_MD_CTX_get0_md_data(ctx), out);
	return 1;
}

static bool
fill(EVP_MD *md, const struct gost_family *f, int (*init)(EVP_MD_CTX *))
{
	return EVP_MD_meth_set_result_size(md, (int)f->size) == 1 &&
	       EVP_MD_meth_set_input_blocksize(md, (int)f->block_size) == 1 &&
	       EVP_MD_meth_set_app_datasize(md, (int)sizeof(struct gost_hash)) == 1 &&
	       EVP_MD_meth_set_init(md, init) == 1 && EVP_MD_meth_set_update(md, update) == 1 &&
	       EVP_MD_meth_set_final(md, final) == 1 && EVP_add_digest(md) == 1;
}

/* Never freed: OpenSSL's table keeps the pointer to the end, over an unload and a second load. The
 * module is linked with nodelete for the same reason. */
static EVP_MD *legacy_2015, *legacy_2004;

static bool
register_legacy(EVP_MD **md, const struct gost_family *f, int (*init)(EVP_MD_CTX *))
{
	if (*md != NULL || EVP_get_digestbyname(f->digest.sn) != NULL)
		return true;
	*md = EVP_MD_meth_new(OBJ_sn2nid(f->digest.sn), NID_undef);
	if (*md != NULL && fill(*md, f, init))
		return true;
	EVP_MD_meth_free(*md);
	*md = NULL;
	return false;
}

struct registrar {
	const OSSL_CORE_HANDLE *core;
	OSSL_FUNC_core_obj_create_fn *create;
	OSSL_FUNC_core_obj_add_sigid_fn *add_sigid;
};

static bool
create(const struct registrar *r, const struct gost_object *o)
{
	return o->oid == NULL || r->create(r->core, o->oid, o->sn, o->ln) == 1;
}

static bool
create_all(const struct registrar *r, const struct gost_family *f)
{
	return create(r, &f->digest) && create(r, &f->digest_alias) && create(r, &f->key) &&
	       create(r, &f->signature);
}

static bool
add_signature(const struct registrar *r, const struct gost_family *f)
{
	return r->add_sigid(r->core, f->signature.oid, f->digest.sn, f->key.sn) == 1;
}

bool
gost_oid_register(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *upcalls)
{
	struct registrar r = {.core = core};

	for (; upcalls->function_id != 0; upcalls++) {
		if (upcalls->function_id == OSSL_FUNC_CORE_OBJ_CREATE)
			r.create = OSSL_FUNC_core_obj_create(upcalls);
		else if (upcalls->function_id == OSSL_FUNC_CORE_OBJ_ADD_SIGID)
			r.add_sigid = OSSL_FUNC_core_obj_add_sigid(upcalls);
	}
	return r.create != NULL && r.add_sigid != NULL && create_all(&r, &gost_family_2015) &&
	       create_all(&r, &gost_family_2004) &&
	       register_legacy(&legacy_2015, &gost_family_2015, init_2015) &&
	       register_legacy(&legacy_2004, &gost_family_2004, init_2004) &&
	       add_signature(&r, &gost_family_2015) && add_signature(&r, &gost_family_2004);
}
