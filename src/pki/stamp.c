/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time stamps: OpenSSL checks signature, ESSCertID and form; path, policy, imprint and revocation
 * are checked here.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"
#include "pki/sealed.h"

enum {
	SKEW = 300 /* seconds that a time stamping authority's clock may go ahead */
};

static int
refuse(struct err *e, enum err_code code, const char *why)
{
	ERR_clear_error();
	return err_set(e, code, "time stamp: %s", why);
}

/* A TimeStampResp that was granted, or a token alone; all octets. */
static int
read_token(struct octets der, PKCS7 **out, struct err *e)
{
	const unsigned char *p = der.data;
	TS_RESP *response;
	long status;

	*out = NULL;
	if (der.len == 0 || der.len > PKI_STAMP_OCTETS)
		return refuse(e, ERR_SIG_STRUCTURE, "empty, or too long");
	*out = d2i_PKCS7(NULL, &p, (long)der.len);
	if (*out != NULL && p == der.data + der.len)
		return 0;
	PKCS7_free(*out);
	*out = NULL;
	p = der.data;
	response = d2i_TS_RESP(NULL, &p, (long)der.len);
	if (response == NULL || p != der.data + der.len) {
		TS_RESP_free(response);
		return refuse(e, ERR_SIG_STRUCTURE, "neither a response nor a token in DER");
	}
	status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
	if ((status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS) &&
	    TS_RESP_get_token(response) != NULL)
		*out = PKCS7_dup(TS_RESP_get_token(response));
	TS_RESP_free(response);
	return *out != NULL ? 0 : refuse(e, ERR_SIG_MISSING, "none was granted");
}

/* Our anchors and intermediates as they stand at that time, in a store of its own: OpenSSL's
 * function wants one. */
static X509_STORE *
store_at(const struct pki *p, int64_t time)
{
	X509_STORE *store = X509_STORE_new();
	bool ok = store != NULL;

	for (size_t i = 0; ok && i < p->n_cas; i++)
		ok = X509_STORE_add_cert(store, p->cas[i]->x) == 1;
	if (!ok) {
		X509_STORE_free(store);
		return NULL;
	}
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)time);
	X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT);
	return store;
}

/* Signature, version and ESSCertID. */
static int
check_token(const struct pki *p, PKCS7 *token, int64_t time, struct err *e)
{
	TS_VERIFY_CTX *c = TS_VERIFY_CTX_new();
	X509_STORE *store = store_at(p, time);
	int ok = 0;

	if (c == NULL || store == NULL) {
		X509_STORE_free(store);
		TS_VERIFY_CTX_free(c);
		return err_set(e, ERR_NOMEM, "no memory for a time stamp");
	}
	TS_VERIFY_CTX_set_flags(c, TS_VFY_VERSION | TS_VFY_SIGNATURE);
	TS_VERIFY_CTX_set_store(c, store); /* moved */
	ok = TS_RESP_verify_token(c, token);
	TS_VERIFY_CTX_free(c);
	if (ok == 1)
		return 0;
	const char *why = ERR_reason_error_string(ERR_peek_error());
	return refuse(e, ERR_SIG_VALUE, why != NULL ? why : "its signature does not hold");
}

static enum err_code
code_of(int error)
{
	switch (error) {
	case X509_V_ERR_INVALID_PURPOSE:
		return ERR_PKI_USAGE;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return ERR_PKI_NOT_YET_VALID;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return ERR_PKI_EXPIRED;
	default: /* an open set of OpenSSL's */
		return ERR_PKI_UNKNOWN_ISSUER;
	}
}

/* The path of the authority's certificate with no CA but ours, by the rules of every path here. */
static int
check_path(const struct pki *p, X509 *tsa, int64_t time, struct err *e)
{
	X509_STORE_CTX *path = X509_STORE_CTX_new();
	int rc = -1;

	if (path == NULL || !X509_STORE_CTX_init(path, p->store, tsa, p->intermediates)) {
		err_set(e, ERR_NOMEM, "no memory for a path");
		goto out;
	}
	X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(path);
	X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK);
	X509_VERIFY_PARAM_set_depth(rules, PKI_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(rules, PKI_SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_time(rules, (time_t)time);
	X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_TIMESTAMP_SIGN);
	if (X509_verify_cert(path) == 1)
		rc = 0;
	else
		refuse(e, code_of(X509_STORE_CTX_get_error(path)),
		    X509_verify_cert_error_string(X509_STORE_CTX_get_error(path)));
out:
	X509_STORE_CTX_free(path);
	ERR_clear_error();
	return rc;
}

/* Only a revocation counts: an authority's certificate may have ended long ago. Asked once more
 * where a CRL was exchanged meanwhile, see judge.c. */
static int
check_standing(struct pki *p, const struct pki_cert *tsa, int64_t at, struct err *e)
{
	const struct pki_cert *issuer = pki_issuer_of(p, tsa);
	struct pki_span span = {.from = INT64_MIN, .until = INT64_MAX};
	struct err why;
	uint64_t generation;
	bool revoked;

	if (issuer == NULL)
		return 0;
	do {
		err_clear(&why);
		generation = pki_shelf_notice(p);
		revoked = pki_crl_judge(p, tsa, issuer->authority, at, &span, &why) != 0 &&
			  why.code == ERR_PKI_REVOKED;
	} while (!pki_shelf_settled(p, generation));
	return revoked ? refuse(e, ERR_PKI_REVOKED, why.detail) : 0;
}

/* The digest that the signature is over; OpenSSL does not ask for its strength. */
static bool
is_weak(PKCS7 *token)
{
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *oid = NULL;

	PKCS7_SIGNER_INFO_get0_algs(
	    sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token), 0), NULL, &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	const EVP_MD *md = EVP_get_digestbyobj(oid);
	return md == NULL || EVP_MD_get_size(md) * 4 < PKI_SECURITY_BITS;
}

static int
check_authority(struct pki *p, PKCS7 *token, int64_t at, struct pki_stamp *out, struct err *e)
{
	STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
	struct pki_cert *tsa = NULL;
	unsigned char *der = NULL;
	int len, rc = -1;

	if (sk_X509_num(signers) != 1) {
		refuse(e, ERR_SIG_STRUCTURE, "not one signer");
		goto out;
	}
	if (is_weak(token)) {
		refuse(e, ERR_SIG_ALGORITHM, "signed over a weak digest");
		goto out;
	}
	len = i2d_X509(sk_X509_value(signers, 0), &der);
	if (len < 0 || pki_cert_new((struct octets){der, (size_t)len}, &tsa, e) != 0) {
		err_set(e, ERR_NOMEM, "no memory for a time stamp");
		goto out;
	}
	if (check_path(p, tsa->x, out->time.seconds, e) != 0 || check_standing(p, tsa, at, e) != 0)
		goto out;
	memcpy(out->tsa, tsa->who.fingerprint, sizeof(out->tsa));
	rc = 0;
out:
	pki_cert_free(tsa);
	OPENSSL_free(der);
	sk_X509_free(signers);
	ERR_clear_error();
	return rc;
}

/* genTime, policy, serial number. */
static int
read_info(TS_TST_INFO *info, int64_t at, struct pki_stamp *out, struct err *e)
{
	static const char arc[] = "1.2.398.3.3.2.6."; /* nca.md 6 */
	BIGNUM *n = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
	char *serial = n != NULL ? BN_bn2dec(n) : NULL;

	OBJ_obj2txt(out->policy, sizeof(out->policy), TS_TST_INFO_get_policy_id(info), 1);
	if (serial != NULL && strlen(serial) < sizeof(out->serial))
		memcpy(out->serial, serial, strlen(serial) + 1);
	OPENSSL_free(serial);
	BN_free(n);
	if (!pki_seconds(TS_TST_INFO_get_time(info), &out->time.seconds))
		return refuse(e, ERR_SIG_STRUCTURE, "its time cannot be read");
	if (out->time.seconds > at + SKEW)
		return refuse(e, ERR_SIG_TIMESTAMP, "from the future");
	if (strncmp(out->policy, arc, strlen(arc)) != 0)
		return refuse(e, ERR_PKI_CERTIFICATE, "of no policy of the NCA's");
	return 0;
}

static int
read_imprint(TS_TST_INFO *info, const struct octets *data, struct pki_stamp *out, struct err *e)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OCTET_STRING *s = TS_MSG_IMPRINT_get_msg(imprint);
	const ASN1_OBJECT *oid = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	const EVP_MD *md = EVP_get_digestbyobj(oid);
	if (md == NULL || ASN1_STRING_length(s) != EVP_MD_get_size(md) ||
	    (size_t)ASN1_STRING_length(s) > sizeof(out->imprint))
		return refuse(e, ERR_SIG_ALGORITHM, "an imprint of a digest that is not known");
	out->imprint_len = (size_t)ASN1_STRING_length(s);
	memcpy(out->imprint, ASN1_STRING_get0_data(s), out->imprint_len);
	out->weak = EVP_MD_get_size(md) * 4 < PKI_SECURITY_BITS;
	if (data == NULL)
		return 0;
	if (out->weak)
		return refuse(e, ERR_SIG_ALGORITHM, "an imprint of a weak digest");
	if (EVP_Digest(data->data, data->len, digest, &len, md, NULL) != 1)
		return refuse(e, ERR_NOMEM, "no memory");
	if (len != out->imprint_len || memcmp(digest, out->imprint, len) != 0)
		return refuse(e, ERR_SIG_DIGEST, "of other octets");
	return 0;
}

int
pki_tsp_judge(struct pki *p, struct octets der, const struct octets *data, struct instant at,
    struct pki_stamp *out, struct err *e)
{
	struct pki_stamp found = {0};
	TS_TST_INFO *info = NULL;
	PKCS7 *token = NULL;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (read_token(der, &token, e) != 0 || token == NULL)
		goto out;
	if (!PKCS7_type_is_signed(token) || (info = PKCS7_to_TS_TST_INFO(token)) == NULL) {
		refuse(e, ERR_SIG_STRUCTURE, "no TSTInfo inside");
		goto out;
	}
	if (read_info(info, at.seconds, &found, e) != 0 ||
	    read_imprint(info, data, &found, e) != 0 ||
	    check_authority(p, token, at.seconds, &found, e) != 0 ||
	    check_token(p, token, found.time.seconds, e) != 0)
		goto out;
	*out = found;
	rc = 0;
out:
	TS_TST_INFO_free(info);
	PKCS7_free(token);
	ERR_clear_error();
	return rc;
}
