/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A signature value that does not verify: over which SignedInfo, or with whose key, would it?
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "dom/libxml.h"
#include "dom/retouch.h"
#include "sig/keyinfo.h"
#include "sig/klass.h"
#include "sig/probe.h"
#include "sig/probe_form.h"

#define MOST_RECOVERED 1024 /* octets: RSA-8192 */
#define DIGEST_INFO 19	    /* octets of RFC 8017's DigestInfo before a SHA-2 digest */

struct question {
	struct sig_shape shape;
	const struct pki_cert *cert;
	struct dom_node *info;
	struct arena *arena;
};

static bool
verifies(const struct question *q, const struct pki_cert *cert, struct octets info)
{
	const struct sig_suite *suite = q->shape.suite;
	EVP_PKEY_CTX *verifier =
	    pki_family(cert) == suite->family ? pki_verifier(cert, suite->hash) : NULL;
	unsigned char md[EVP_MAX_MD_SIZE];
	bool right = false;
	bool ok = verifier != NULL &&
		  EVP_Digest(info.data, info.len, md, NULL, suite->digest->md, NULL) == 1 &&
		  sig_value_is_right(suite, verifier, q->shape.value, md, &right) == 0;

	ERR_clear_error();
	return ok && right;
}

static bool
reads(const struct question *q, enum sig_reading reading, struct octets *out)
{
	const struct dom_node *method = dom_child(q->info, ENV_DS, "CanonicalizationMethod");
	struct err ignored = {0};

	return sig_probe_subtree(q->info, method, reading, q->arena, out, &ignored) == 0;
}

/* SignedInfo as another canonicaliser would have it, then without white space between elements. */
static bool
is_reserialised(const struct question *q)
{
	struct octets info;

	for (int respaced = 0; respaced < 2; respaced++) {
		for (int r = SIG_READ_AS_SAID; r < SIG_READINGS; r++)
			if (reads(q, (enum sig_reading)r, &info) && verifies(q, q->cert, info))
				return true;
		dom_respace(q->info, NULL, 0);
	}
	return false;
}

static bool
is_of_partner(
    const struct question *q, struct octets info, struct pki *pki, struct pki_signer *other)
{
	const struct pki_cert *cert;

	for (size_t i = 0; (cert = pki_partner(pki, i)) != NULL; i++)
		if (verifies(q, cert, info)) {
			pki_describe(cert, other);
			return true;
		}
	return false;
}

/* An RSA signature says itself which digest was signed, and whether this key made it (RFC 8017,
 * 9.2): 0 when it did not, else the length of the DigestInfo. */
static size_t
recover(const struct question *q)
{
	unsigned char info[MOST_RECOVERED];
	size_t len = sizeof(info);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, pki_key(q->cert), NULL);

	if (c == NULL || q->shape.value.len > sizeof(info) ||
	    EVP_PKEY_verify_recover_init(c) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_verify_recover(c, info, &len, q->shape.value.data, q->shape.value.len) != 1)
		len = 0;
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return len;
}

static enum sig_value_cause
explain(const struct question *q, struct pki *pki, struct pki_signer *other)
{
	size_t recovered = pki_family(q->cert) == PKI_RSA ? recover(q) : 0;
	struct octets info;

	if (!reads(q, SIG_READ_AS_SAID, &info))
		return SIG_VALUE_UNEXPLAINED;
	if (verifies(q, q->cert, info))
		return SIG_VALUE_HOLDS;
	if (is_of_partner(q, info, pki, other))
		return SIG_VALUE_OTHER_KEY;
	if (is_reserialised(q))
		return SIG_VALUE_RESERIALISED;
	if (recovered == 0)
		return SIG_VALUE_UNEXPLAINED;
	return recovered == DIGEST_INFO + q->shape.suite->digest->len ? SIG_VALUE_OTHER_INFO
								      : SIG_VALUE_OTHER_HASH;
}

int
sig_probe_value(struct dom *doc, const struct env *env, size_t skip, struct pki *pki,
    struct instant at, struct arena *a, enum sig_value_cause *out, struct pki_signer *other,
    struct err *e)
{
	struct question q = {.arena = a};

	*out = SIG_VALUE_UNEXPLAINED;
	*other = (struct pki_signer){.serial = ""};
	if (sig_probe_shape(doc, env, skip, a, &q.shape, e) != 0 ||
	    sig_find_certificate(&q.shape, env, pki, at, a, &q.cert, e) != 0)
		return -1;
	q.info = dom_child(q.shape.signature, ENV_DS, "SignedInfo");
	*out = explain(&q, pki, other);
	return 0;
}
