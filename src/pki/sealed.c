/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signed files: OpenSSL checks the signature over the signed attributes and the digest of the
 * content; one signer, algorithms that belong to his key, and his certificate are checked here.
 */
#include "config.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "pki/inner.h"
#include "pki/sealed.h"

static int
refuse(struct err *e, enum err_code code, const char *why)
{
	ERR_clear_error();
	return err_set(e, code, "CMS: %s", why);
}

static int
read_cms(struct octets der, const struct octets *detached, CMS_ContentInfo **out, struct err *e)
{
	const unsigned char *p = der.data;
	CMS_ContentInfo *cms;

	*out = NULL;
	if (der.len == 0 || der.len > PKI_CMS_OCTETS ||
	    (detached != NULL && detached->len > PKI_CMS_OCTETS))
		return refuse(e, ERR_SIG_STRUCTURE, "empty, or too long");
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	if (cms == NULL || p != der.data + der.len ||
	    OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		refuse(e, ERR_SIG_STRUCTURE, "not one SignedData in DER");
	else if ((CMS_is_detached(cms) == 1) != (detached != NULL))
		refuse(e, ERR_SIG_STRUCTURE,
		    detached != NULL ? "the content is inside and outside"
				     : "the content is not inside");
	else if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) == 0)
		refuse(e, ERR_SIG_MISSING, "nobody has signed");
	else if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > 1)
		refuse(e, ERR_SIG_STRUCTURE, "more than one signer");
	else
		*out = cms;
	if (*out == NULL)
		CMS_ContentInfo_free(cms);
	return *out != NULL ? 0 : -1;
}

/* Digest and signature of the family of the key. */
static bool
belongs(const struct pki_cert *c, CMS_SignerInfo *si)
{
	static const struct {
		enum pki_family family;
		const char *digest, *signature;
	} known[] = {
	    {PKI_GOST2015, "1.2.398.3.10.1.3.3", "1.2.398.3.10.1.1.2.3.2"},
	    {PKI_GOST2004, "1.2.398.3.10.1.3.1", "1.2.398.3.10.1.1.1.2"},
	    {PKI_RSA, "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"},
	    {PKI_RSA, "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11"},
	    {PKI_RSA, "2.16.840.1.101.3.4.2.2", "1.2.840.113549.1.1.1"},
	    {PKI_RSA, "2.16.840.1.101.3.4.2.2", "1.2.840.113549.1.1.12"},
	    {PKI_RSA, "2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.1.1"},
	    {PKI_RSA, "2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.1.13"},
	};
	X509_ALGOR *digest = NULL, *signature = NULL;
	const ASN1_OBJECT *oid = NULL;
	char d[80] = "", s[80] = "";

	CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	OBJ_obj2txt(d, sizeof(d), oid, 1);
	X509_ALGOR_get0(&oid, NULL, NULL, signature);
	OBJ_obj2txt(s, sizeof(s), oid, 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].family == pki_family(c) && strcmp(known[i].digest, d) == 0 &&
		    strcmp(known[i].signature, s) == 0)
			return true;
	return false;
}

/* The signer's certificate out of the file: the one that the SignerInfo names. */
static int
find_signer(struct pki *p, CMS_ContentInfo *cms, CMS_SignerInfo *si, const struct pki_cert **out,
    struct err *e)
{
	STACK_OF(X509) *sent = CMS_get1_certs(cms);
	unsigned char *der = NULL;
	int rc = -1, found = 0;

	*out = NULL;
	for (int i = 0; i < sk_X509_num(sent); i++) {
		X509 *x = sk_X509_value(sent, i);
		if (CMS_SignerInfo_cert_cmp(si, x) != 0)
			continue;
		int len = ++found == 1 ? i2d_X509(x, &der) : -1;
		if (len > 0)
			rc = pki_decode(p, (struct octets){der, (size_t)len}, out, e);
	}
	if (found != 1)
		rc = refuse(e, ERR_SIG_KEYINFO,
		    found == 0 ? "the signer's certificate is not there" : "it is there twice");
	OPENSSL_free(der);
	sk_X509_pop_free(sent, X509_free);
	ERR_clear_error();
	return rc;
}

/* Signed attributes are required: without them the signature would be over the content alone, and
 * octets of attributes could pass for a content. */
static int
verify(CMS_ContentInfo *cms, CMS_SignerInfo *si, const struct pki_cert *c, BIO *in, BIO *into,
    struct err *e)
{
	if (CMS_signed_get_attr_count(si) < 1)
		return refuse(e, ERR_SIG_STRUCTURE, "no signed attributes");
	if (!belongs(c, si))
		return refuse(e, ERR_SIG_ALGORITHM, "an algorithm that is not the key's");
	if (CMS_verify(
		cms, NULL, NULL, in, into, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY | CMS_NOCRL) == 1)
		return 0;
	if (ERR_GET_REASON(ERR_peek_error()) == CMS_R_VERIFICATION_FAILURE ||
	    ERR_GET_REASON(ERR_peek_last_error()) == CMS_R_CONTENT_VERIFY_ERROR)
		return refuse(e, ERR_SIG_DIGEST, "the digest differs: changed after signing");
	return refuse(e, ERR_SIG_VALUE, "the signature does not verify");
}

/* RFC 3161 appendix A: a token over the octets of the signature, unsigned. */
static void
judge_stamp(struct pki *p, CMS_SignerInfo *si, struct instant at, struct pki_sealed *out)
{
	int place = CMS_unsigned_get_attr_by_NID(si, NID_id_smime_aa_timeStampToken, -1);
	X509_ATTRIBUTE *a = place >= 0 ? CMS_unsigned_get_attr(si, place) : NULL;
	const ASN1_TYPE *value = a != NULL ? X509_ATTRIBUTE_get0_type(a, 0) : NULL;
	const ASN1_OCTET_STRING *s = CMS_SignerInfo_get0_signature(si);
	const struct octets signed_ = {ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
	struct err why = {0};

	if (place < 0)
		return;
	if (value != NULL && value->type == V_ASN1_SEQUENCE) {
		const ASN1_STRING *der = value->value.sequence;
		out->stamped = pki_tsp_judge(p,
				   (struct octets){
				       ASN1_STRING_get0_data(der), (size_t)ASN1_STRING_length(der)},
				   &signed_, at, &out->stamp, &why) == 0;
	}
	out->stamp_refused = !out->stamped;
}

static int
keep_content(
    BIO *into, const struct octets *detached, struct arena *a, struct octets *out, struct err *e)
{
	const char *data = NULL;
	long len = BIO_get_mem_data(into, &data);

	if (detached != NULL) {
		*out = *detached;
		return 0;
	}
	out->len = len > 0 ? (size_t)len : 0;
	out->data = (unsigned char *)arena_string(a, (struct octets){(const void *)data, out->len});
	return out->data != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for the content");
}

int
pki_cms_judge(struct pki *p, struct octets der, const struct octets *detached, struct instant at,
    struct arena *a, struct pki_sealed *out, struct err *e)
{
	BIO *in = NULL;
	BIO *into = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = NULL;
	const struct pki_cert *c;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (read_cms(der, detached, &cms, e) != 0)
		goto out;
	if (detached != NULL)
		in = BIO_new_mem_buf(detached->data, (int)detached->len);
	if (into == NULL || (detached != NULL && in == NULL)) {
		err_set(e, ERR_NOMEM, "no memory for a signed file");
		goto out;
	}
	CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	if (find_signer(p, cms, si, &c, e) != 0)
		goto out;
	pki_describe(c, &out->signer);
	if (pki_judge(p, c, at, &out->signer, e) != 0 || verify(cms, si, c, in, into, e) != 0 ||
	    keep_content(into, detached, a, &out->content, e) != 0)
		goto out;
	judge_stamp(p, si, at, out);
	rc = 0;
out:
	if (rc != 0)
		memset(out, 0, sizeof(*out));
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(into);
	ERR_clear_error();
	return rc;
}
