/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See ocsp_forge.h. Signed by OpenSSL's own OCSP_basic_sign().
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "fixture.h"
#include "ocsp_forge.h"
#include "pki_forge.h"

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "forge: OCSP %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(99);
}

static ASN1_TIME *
moment(const char *text)
{
	ASN1_TIME *t = ASN1_GENERALIZEDTIME_set(NULL, fixture_instant(text).seconds);

	need(t != NULL, "time");
	return t;
}

static void
add_single(OCSP_BASICRESP *basic, const struct forge_ocsp *f)
{
	ASN1_TIME *from = moment(f->this_update != NULL ? f->this_update : "2026-06-02T12:00:00Z");
	ASN1_TIME *until = f->next_update != NULL ? moment(f->next_update) : NULL;
	ASN1_TIME *revoked = f->revoked != NULL ? moment(f->revoked) : NULL;
	BIGNUM *n = NULL;
	ASN1_INTEGER *serial = NULL;
	OCSP_CERTID *id;

	need(BN_dec2bn(&n, f->serial) > 0 && (serial = BN_to_ASN1_INTEGER(n, NULL)) != NULL,
	    "serial");
	id = OCSP_cert_id_new(f->id != NULL ? f->id : EVP_sha256(),
	    X509_get_subject_name(f->issuer), X509_get0_pubkey_bitstr(f->issuer), serial);
	need(id != NULL && OCSP_basic_add1_status(basic, id, f->status,
			       f->reason < 0 ? OCSP_REVOKED_STATUS_NOSTATUS : f->reason, revoked,
			       from, until) != NULL,
	    "single answer");
	OCSP_CERTID_free(id);
	ASN1_INTEGER_free(serial);
	BN_free(n);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(revoked);
}

static void
add_critical(OCSP_BASICRESP *basic, const char *oid)
{
	X509_EXTENSION *extension = forge_unknown(oid);

	need(OCSP_BASICRESP_add_ext(basic, extension, -1) == 1, oid);
	X509_EXTENSION_free(extension);
}

static struct octets
encoded(struct arena *a, OCSP_RESPONSE *response)
{
	int len = i2d_OCSP_RESPONSE(response, NULL);
	unsigned char *der, *end;

	need(len > 0, "DER");
	end = der = arena_alloc(a, (size_t)len);
	need(der != NULL && i2d_OCSP_RESPONSE(response, &end) == len, "DER");
	OCSP_RESPONSE_free(response);
	return (struct octets){der, (size_t)len};
}

struct octets
forge_ocsp(struct arena *a, const struct forge_ocsp *f)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	const EVP_MD *md = f->md != NULL ? f->md : EVP_sha256();
	OCSP_RESPONSE *response;

	for (unsigned i = 0; i < (f->copies > 0 ? f->copies : 1); i++)
		add_single(basic, f);
	if (f->also != NULL)
		add_single(basic, f->also);
	if (f->nonce.len > 0) {
		unsigned char copy[64];
		need(f->nonce.len <= sizeof(copy), "nonce");
		memcpy(copy, f->nonce.data, f->nonce.len);
		need(OCSP_basic_add1_nonce(basic, copy, (int)f->nonce.len) == 1, "nonce");
	}
	if (f->critical != NULL)
		add_critical(basic, f->critical);
	need(OCSP_basic_sign(
		 basic, f->signer, f->key, md == EVP_md_null() ? NULL : md, NULL, f->flags) == 1,
	    "signature");
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	need(response != NULL, "response");
	OCSP_BASICRESP_free(basic);
	return encoded(a, response);
}

struct octets
forge_ocsp_status(struct arena *a, int status)
{
	return encoded(a, OCSP_response_create(status, NULL));
}
