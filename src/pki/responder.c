/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may sign an OCSP answer: the CA itself, or a certificate that the same key issued for
 * OCSPSigning (RFC 6960 4.2.2.2); and the signature over the octets as they came.
 *
 * No chain is built: a responder that another CA vouches for, be it of the same name, speaks for
 * nobody.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

enum {
	MOST_CERTIFICATES = 8 /* in one answer; one is needed */
};

/* ResponderID: its name, or SHA-1 over its key. */
static bool
is_named(const OCSP_BASICRESP *answer, const X509 *x)
{
	const ASN1_OCTET_STRING *key = NULL;
	const X509_NAME *name = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (OCSP_resp_get0_id(answer, &key, &name) != 1)
		return false;
	if (name != NULL)
		return X509_NAME_cmp(name, X509_get_subject_name(x)) == 0;
	return X509_pubkey_digest(x, EVP_sha1(), digest, &len) == 1 &&
	       octets_equal((struct octets){digest, len},
		   (struct octets){ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)});
}

static int
refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_PKI_REVOCATION_UNKNOWN, "OCSP answer: %s", why);
}

/* A responder's certificate is not asked about in turn when it says so; a CRL that revokes it is
 * believed all the same. */
static int
judge_standing(
    const struct pki *p, const struct pki_cert *r, size_t authority, int64_t at, struct err *e)
{
	struct pki_span span = {.from = INT64_MIN, .until = INT64_MAX};
	struct err why = {0};

	if (pki_crl_judge(p, r, authority, at, &span, &why) == 0)
		return 0;
	if (why.code == ERR_PKI_REVOKED)
		return refuse(e, "the responder's certificate is revoked");
	if (X509_get_ext_by_NID(r->x, NID_id_pkix_OCSP_noCheck, -1) < 0)
		return refuse(e, "nothing is known of the responder's own revocation");
	return 0;
}

static int
judge_delegate(const struct pki *p, const struct pki_cert *r, const struct pki_cert *ca, int64_t at,
    struct err *e)
{
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	uint32_t flags = X509_get_extension_flags(r->x);

	X509_get0_signature(&signature, &algorithm, r->x);
	if (X509_NAME_cmp(X509_get_issuer_name(r->x), X509_get_subject_name(ca->x)) != 0 ||
	    !pki_is_strong(algorithm, ca->key) || X509_verify(r->x, ca->key) != 1)
		return refuse(e, "the responder's certificate is not of the issuer's key");
	if (!(r->extended & XKU_OCSP_SIGN) || r->ca || (flags & EXFLAG_CA))
		return refuse(e, "the responder's certificate is not for OCSPSigning");
	if (flags & EXFLAG_KUSAGE && !(r->usage & KU_DIGITAL_SIGNATURE))
		return refuse(e, "the responder's certificate has no usage digitalSignature");
	if (flags & EXFLAG_CRITICAL)
		return refuse(e, "a critical extension of the responder's certificate");
	if (at < r->who.not_before.seconds || at >= r->who.not_after.seconds)
		return refuse(e, "the responder's certificate is not valid at that time");
	return judge_standing(p, r, ca->authority, at, e);
}

static bool
signed_by(const OCSP_BASICRESP *answer, struct octets tbs, EVP_PKEY *key)
{
	const X509_ALGOR *algorithm = OCSP_resp_get0_tbs_sigalg(answer);
	const ASN1_BIT_STRING *s = OCSP_resp_get0_signature(answer);
	const struct octets value = {ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
	const ASN1_OBJECT *oid = NULL;

	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	return (s->flags & 0x07) == 0 /* no bits that are not used */ &&
	       pki_is_strong(algorithm, key) && pki_octets_verify(key, oid, value, tbs);
}

/* The certificate must be DER like any other that is read here. */
static int
judge_with(const struct pki *p, const OCSP_BASICRESP *answer, struct octets tbs, X509 *x,
    const struct pki_cert *ca, int64_t at, struct err *e)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der), rc = -1;
	struct pki_cert *r = NULL;
	struct err why = {0};

	if (len < 0)
		err_set(e, ERR_NOMEM, "no memory for a responder");
	else if (pki_cert_new((struct octets){der, (size_t)len}, &r, &why) != 0)
		refuse(e, why.detail);
	else if (judge_delegate(p, r, ca, at, e) == 0)
		rc =
		    signed_by(answer, tbs, r->key) ? 0 : refuse(e, "its signature does not verify");
	pki_cert_free(r);
	OPENSSL_free(der);
	return rc;
}

int
pki_responder_judge(const struct pki *p, const OCSP_BASICRESP *answer, struct octets tbs,
    const struct pki_cert *ca, int64_t at, struct err *e)
{
	const STACK_OF(X509) *sent = OCSP_resp_get0_certs(answer);
	int rc = -1;

	if (sk_X509_num(sent) > MOST_CERTIFICATES) {
		refuse(e, "too many certificates");
		goto out;
	}
	if (is_named(answer, ca->x)) {
		rc = signed_by(answer, tbs, ca->key) ? 0
						     : refuse(e, "its signature does not verify");
		goto out;
	}
	for (int i = 0; i < sk_X509_num(sent); i++)
		if (is_named(answer, sk_X509_value(sent, i))) {
			rc = judge_with(p, answer, tbs, sk_X509_value(sent, i), ca, at, e);
			goto out;
		}
	refuse(e, "nobody whom it names is there to have signed it");
out:
	ERR_clear_error();
	return rc;
}
