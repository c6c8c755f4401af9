/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signatures by keys of certificates over octets as they came: those of CRLs and of OCSP answers.
 *
 * The digest is the one that the algorithm's OID names, for a key of the kind that it names;
 * neither digest nor key is weak.
 */
#include "config.h"

#include <openssl/err.h>

#include "pki/inner.h"

static const EVP_MD *
digest_of(const ASN1_OBJECT *algorithm, const EVP_PKEY *key)
{
	int digest = NID_undef, kind = NID_undef;
	const EVP_MD *md = NULL;

	if (OBJ_find_sigid_algs(OBJ_obj2nid(algorithm), &digest, &kind) &&
	    EVP_PKEY_is_a(key, OBJ_nid2sn(kind)) &&
	    EVP_PKEY_get_security_bits(key) >= PKI_SECURITY_BITS)
		md = EVP_get_digestbynid(digest);
	return md != NULL && EVP_MD_get_size(md) * 4 >= PKI_SECURITY_BITS ? md : NULL;
}

bool
pki_is_strong(const X509_ALGOR *algorithm, const EVP_PKEY *key)
{
	const ASN1_OBJECT *oid = NULL;
	int parameters = V_ASN1_UNDEF;

	X509_ALGOR_get0(&oid, &parameters, NULL, algorithm);
	return (parameters == V_ASN1_UNDEF || parameters == V_ASN1_NULL) &&
	       digest_of(oid, key) != NULL;
}

bool
pki_octets_verify(
    EVP_PKEY *key, const ASN1_OBJECT *algorithm, struct octets signature, struct octets signed_)
{
	const EVP_MD *md = digest_of(algorithm, key);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool ok =
	    md != NULL && hash != NULL &&
	    EVP_DigestVerifyInit_ex(hash, NULL, EVP_MD_get0_name(md), NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestVerify(hash, signature.data, signature.len, signed_.data, signed_.len) == 1;

	EVP_MD_CTX_free(hash);
	ERR_clear_error();
	return ok;
}
