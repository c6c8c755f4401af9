/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * OCSP requests, and what an answer says of one certificate (RFC 6960, R-42, nca.md 7).
 *
 * The answer must be DER to the last octet: OpenSSL reads the fields, the signature is checked over
 * the octets as they came, and re-encoding proves that both saw the same. Exactly one single answer
 * is taken, for exactly the certificate that was asked about.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"
#include "pki/ocsp.h"

enum {
	NONCE = 16 /* octets; RFC 8954 wants up to 32, and the NCA echoes what it gets */
};

static OCSP_CERTID *
certificate_id(const EVP_MD *md, const struct pki_cert *ca, const unsigned char serial[PKI_SERIAL])
{
	BIGNUM *n = BN_bin2bn(serial, PKI_SERIAL, NULL);
	ASN1_INTEGER *number = n != NULL ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	OCSP_CERTID *id = NULL;

	if (number != NULL)
		id = OCSP_cert_id_new(
		    md, X509_get_subject_name(ca->x), X509_get0_pubkey_bitstr(ca->x), number);
	ASN1_INTEGER_free(number);
	BN_free(n);
	return id;
}

static int
encode(OCSP_REQUEST *request, struct arena *a, struct octets *out, struct err *e)
{
	int len = i2d_OCSP_REQUEST(request, NULL);
	unsigned char *der = len > 0 ? arena_alloc(a, (size_t)len) : NULL, *end = der;

	if (der == NULL || i2d_OCSP_REQUEST(request, &end) != len)
		return err_set(e, ERR_NOMEM, "no memory for an OCSP request");
	*out = (struct octets){der, (size_t)len};
	return 0;
}

int
pki_ocsp_request(const struct pki *p, const struct pki_target *target, struct arena *a,
    struct pki_nonce *nonce, struct octets *out, struct err *e)
{
	const struct pki_cert *ca = pki_authority_find(p, target->authority);
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = NULL;
	int rc = -1;

	*out = (struct octets){NULL, 0};
	*nonce = (struct pki_nonce){.len = 0};
	if (ca == NULL) {
		err_set(e, ERR_PKI_UNKNOWN_ISSUER, "no CA of that name and key is loaded");
		goto out;
	}
	if (RAND_bytes(nonce->octets, NONCE) != 1) {
		err_set(e, ERR_INTERNAL, "no randomness for a nonce");
		goto out;
	}
	id = certificate_id(EVP_sha256(), ca, target->serial);
	if (request == NULL || id == NULL || OCSP_request_add0_id(request, id) == NULL) {
		err_set(e, ERR_NOMEM, "no memory for an OCSP request");
		goto out;
	}
	id = NULL; /* moved */
	if (OCSP_request_add1_nonce(request, nonce->octets, NONCE) != 1)
		err_set(e, ERR_NOMEM, "no memory for an OCSP request");
	else
		rc = encode(request, a, out, e);
	if (rc == 0)
		nonce->len = NONCE;
out:
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(request);
	ERR_clear_error();
	return rc;
}

/* One judgement: the answer in its parts. */
struct hearing {
	const struct pki *p;
	const struct pki_target *target;
	const struct pki_nonce *nonce;
	const struct pki_ocsp_rules *rules;
	const struct pki_cert *ca;
	int64_t at;
	OCSP_BASICRESP *basic;
	struct octets tbs; /* with its header: what was signed */
	struct pki_ocsp_answer *out;
	struct err *e;
};

static int
refuse(struct hearing *h, enum pki_ocsp_fault fault, const char *why)
{
	h->out->fault = fault;
	return err_set(h->e, ERR_PKI_REVOCATION_UNKNOWN, "OCSP answer: %s", why);
}

/* Takes one element of definite length with this tag off *in; false when it is another. */
static bool
take(struct octets *in, int tag, int class, struct octets *body, struct octets *whole)
{
	const unsigned char *p = in->data;
	int found = 0, found_class = 0, form;
	long len = 0;

	if (in->len == 0)
		return false;
	form = ASN1_get_object(&p, &len, &found, &found_class, (long)in->len);
	if ((form & 0x81) != 0 || found != tag || found_class != class ||
	    (size_t)len > in->len - (size_t)(p - in->data))
		return false;
	*body = (struct octets){p, (size_t)len};
	if (whole != NULL)
		*whole = (struct octets){in->data, (size_t)(p - in->data) + (size_t)len};
	in->len -= (size_t)(p - in->data) + (size_t)len;
	in->data = p + len;
	return true;
}

/* The BasicOCSPResponse of a successful answer: SEQ { ENUMERATED, [0] { SEQ { OID, OCTET STRING }}}
 */
static bool
find_basic(struct octets answer, struct octets *basic)
{
	static const unsigned char type[] = {
	    0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01}; /* id-pkix-ocsp-basic */
	const struct octets wanted = {type, sizeof(type)};
	struct octets body, status, context, bytes, oid;

	return take(&answer, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &body, NULL) && answer.len == 0 &&
	       take(&body, V_ASN1_ENUMERATED, V_ASN1_UNIVERSAL, &status, NULL) &&
	       take(&body, 0, V_ASN1_CONTEXT_SPECIFIC, &context, NULL) && body.len == 0 &&
	       take(&context, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &bytes, NULL) &&
	       context.len == 0 && take(&bytes, V_ASN1_OBJECT, V_ASN1_UNIVERSAL, &oid, NULL) &&
	       octets_equal(oid, wanted) &&
	       take(&bytes, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL, basic, NULL) && bytes.len == 0;
}

static bool
is_the_same(const void *value, const ASN1_ITEM *item, struct octets der)
{
	unsigned char *again = NULL;
	int len = ASN1_item_i2d(value, &again, item);
	bool same = len > 0 && octets_equal((struct octets){again, (size_t)len}, der);

	OPENSSL_free(again);
	return same;
}

/* All octets are one successful answer in DER. */
static int
read_answer(struct hearing *h, struct octets answer)
{
	const unsigned char *p = answer.data, *q;
	OCSP_RESPONSE *response = NULL;
	struct octets basic, body;
	int rc = -1;

	if (answer.len == 0 || answer.len > PKI_OCSP_OCTETS)
		return refuse(h, PKI_OCSP_MALFORMED, "empty, or too long");
	response = d2i_OCSP_RESPONSE(NULL, &p, (long)answer.len);
	if (response == NULL || p != answer.data + answer.len ||
	    !is_the_same(response, ASN1_ITEM_rptr(OCSP_RESPONSE), answer)) {
		refuse(h, PKI_OCSP_MALFORMED, "not one OCSPResponse in DER");
		goto out;
	}
	if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		refuse(h, PKI_OCSP_BUSY, OCSP_response_status_str(OCSP_response_status(response)));
		goto out;
	}
	if (!find_basic(answer, &basic)) {
		refuse(h, PKI_OCSP_MALFORMED, "not of the basic type");
		goto out;
	}
	q = basic.data;
	h->basic = d2i_OCSP_BASICRESP(NULL, &q, (long)basic.len);
	if (h->basic == NULL || !is_the_same(h->basic, ASN1_ITEM_rptr(OCSP_BASICRESP), basic) ||
	    !take(&basic, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &body, NULL) ||
	    !take(&body, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &basic, &h->tbs))
		refuse(h, PKI_OCSP_MALFORMED, "not one BasicOCSPResponse in DER");
	else
		rc = 0;
out:
	OCSP_RESPONSE_free(response);
	return rc;
}

/* The three fields of CertID, by the digest that the answer chose; SHA-1 only names here, it proves
 * nothing. */
static bool
is_about(const struct hearing *h, OCSP_SINGLERESP *single)
{
	OCSP_CERTID *id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single)), *wanted = NULL;
	ASN1_OBJECT *algorithm = NULL;
	const EVP_MD *md = NULL;
	bool same;

	if (id != NULL)
		OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, id);
	switch (OBJ_obj2nid(algorithm)) {
	case NID_sha256:
		md = EVP_sha256();
		break;
	case NID_sha1:
		md = EVP_sha1();
		break;
	}
	if (md != NULL)
		wanted = certificate_id(md, h->ca, h->target->serial);
	same = wanted != NULL && OCSP_id_cmp(id, wanted) == 0;
	OCSP_CERTID_free(wanted);
	OCSP_CERTID_free(id);
	return same;
}

/* Critical extensions that are not known refuse the answer (RFC 6960 4.4); the nonce is looked at,
 * the extended-revoke note needs nothing. */
static bool
knows(X509_EXTENSION *extension)
{
	char oid[80] = "";

	if (X509_EXTENSION_get_critical(extension) == 0)
		return true;
	OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(extension), 1);
	return strcmp(oid, "1.3.6.1.5.5.7.48.1.2") == 0 || strcmp(oid, "1.3.6.1.5.5.7.48.1.9") == 0;
}

static int
check_extensions(struct hearing *h, OCSP_SINGLERESP *single)
{
	bool known = true;

	for (int i = 0; i < OCSP_BASICRESP_get_ext_count(h->basic); i++)
		known &= knows(OCSP_BASICRESP_get_ext(h->basic, i));
	for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(single); i++)
		known &= knows(OCSP_SINGLERESP_get_ext(single, i));
	return known ? 0 : refuse(h, PKI_OCSP_MALFORMED, "a critical extension is not known");
}

/* The extension holds an OCTET STRING with the very octets of the request (RFC 8954). */
static int
check_nonce(struct hearing *h)
{
	int at = OCSP_BASICRESP_get_ext_by_NID(h->basic, NID_id_pkix_OCSP_Nonce, -1);
	struct octets inside, value, sent;

	if (h->nonce == NULL || h->nonce->len == 0)
		return 0;
	if (at < 0)
		return h->rules->require_nonce ? refuse(h, PKI_OCSP_NONCE, "without the nonce") : 0;
	if (OCSP_BASICRESP_get_ext_by_NID(h->basic, NID_id_pkix_OCSP_Nonce, at) >= 0)
		return refuse(h, PKI_OCSP_NONCE, "two nonces");
	const ASN1_OCTET_STRING *s = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(h->basic, at));
	value = (struct octets){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
	sent = (struct octets){h->nonce->octets, h->nonce->len};
	if (!take(&value, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL, &inside, NULL) || value.len != 0 ||
	    !octets_equal(inside, sent))
		return refuse(h, PKI_OCSP_NONCE, "another nonce");
	return 0;
}

/* What the single answer says, as numbers. */
static int
read_single(struct hearing *h, OCSP_SINGLERESP *single)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
	struct pki_ocsp_answer *out = h->out;
	int reason = -1, status;
	int64_t next = INT64_MAX;

	status = OCSP_single_get0_status(single, &reason, &revoked, &this_update, &next_update);
	if (!pki_seconds(this_update, &out->this_update.seconds) ||
	    (next_update != NULL && !pki_seconds(next_update, &next)) ||
	    (status == V_OCSP_CERTSTATUS_REVOKED &&
		!pki_seconds(revoked, &out->revoked_at.seconds)))
		return refuse(h, PKI_OCSP_MALFORMED, "a time cannot be read");
	out->fresh_until.seconds = out->this_update.seconds + h->rules->max_age;
	if (next < out->fresh_until.seconds)
		out->fresh_until.seconds = next;
	out->reason = reason;
	if (status == V_OCSP_CERTSTATUS_GOOD)
		out->status = PKI_GOOD;
	if (status != V_OCSP_CERTSTATUS_REVOKED)
		return 0;
	out->never_issued =
	    out->revoked_at.seconds == 0 && reason == OCSP_REVOKED_STATUS_CERTIFICATEHOLD;
	out->status = out->never_issued ? PKI_UNKNOWN : PKI_REVOKED;
	return 0;
}

bool
pki_ocsp_is_final(const struct pki_ocsp_answer *answer)
{
	return answer->status == PKI_REVOKED &&
	       answer->reason != OCSP_REVOKED_STATUS_CERTIFICATEHOLD;
}

/* A revocation does not grow old, but for a hold, which may have been lifted. */
static int
check_times(struct hearing *h)
{
	const struct pki_ocsp_answer *out = h->out;

	if (out->this_update.seconds > h->at + h->rules->skew)
		return refuse(h, PKI_OCSP_STALE, "from the future");
	if (!pki_ocsp_is_final(out) && out->fresh_until.seconds <= h->at)
		return refuse(h, PKI_OCSP_STALE, "not fresh any more");
	return 0;
}

static int
hear(struct hearing *h, struct octets answer)
{
	OCSP_SINGLERESP *single;
	struct err why = {0};

	if (read_answer(h, answer) != 0)
		return -1;
	if (OCSP_resp_count(h->basic) != 1)
		return refuse(h, PKI_OCSP_MALFORMED, "not one single answer");
	single = OCSP_resp_get0(h->basic, 0);
	if (!is_about(h, single))
		return refuse(h, PKI_OCSP_OTHER, "about another certificate");
	if (check_extensions(h, single) != 0)
		return -1;
	if (pki_responder_judge(h->p, h->basic, h->tbs, h->ca, h->at, &why) != 0) {
		h->out->fault = PKI_OCSP_UNTRUSTED;
		*h->e = why;
		return -1;
	}
	if (check_nonce(h) != 0 || read_single(h, single) != 0)
		return -1;
	return check_times(h);
}

int
pki_ocsp_judge(const struct pki *p, struct octets answer, const struct pki_target *target,
    const struct pki_nonce *nonce, struct instant at, const struct pki_ocsp_rules *rules,
    struct pki_ocsp_answer *out, struct err *e)
{
	struct hearing h = {.p = p,
	    .target = target,
	    .nonce = nonce,
	    .rules = rules,
	    .ca = pki_authority_find(p, target->authority),
	    .at = at.seconds,
	    .out = out,
	    .e = e};
	int rc = -1;

	*out = (struct pki_ocsp_answer){.reason = -1};
	if (EVP_Digest(answer.data, answer.len, out->digest, NULL, p->sha256, NULL) != 1)
		err_set(e, ERR_NOMEM, "SHA-256 failed");
	else if (h.ca == NULL)
		refuse(&h, PKI_OCSP_OTHER, "the CA in question is not loaded");
	else
		rc = hear(&h, answer);
	if (rc != 0) {
		out->status = PKI_UNKNOWN;
		out->never_issued = false;
	}
	OCSP_BASICRESP_free(h.basic);
	ERR_clear_error();
	return rc;
}
