/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The path from a certificate to an anchor, by OpenSSL's own validation, strict.
 *
 * Only our own intermediates are used, never a certificate out of the message. Revocation is asked
 * of crl.c for every link: OpenSSL refuses the NCA's newest CRLs and does not see its deltas
 * (kzgost-provider.md 3); where paths are validated alone it is asked as well (path.c). Validity of
 * one certificate within another is not required: BTSD's begins before its root's.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

void
pki_span_cut(struct pki_span *span, int64_t at, int64_t change)
{
	if (change <= at && change > span->from)
		span->from = change;
	if (change > at && change < span->until)
		span->until = change;
}

static enum err_code
code_of(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
	case X509_V_ERR_CERT_UNTRUSTED:
		return ERR_PKI_UNKNOWN_ISSUER;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return ERR_PKI_NOT_YET_VALID;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return ERR_PKI_EXPIRED;
	case X509_V_ERR_CERT_REVOKED:
		return ERR_PKI_REVOKED;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return ERR_PKI_REVOCATION_UNKNOWN;
	case X509_V_ERR_OUT_OF_MEM:
		return ERR_NOMEM;
	default: /* an open set of OpenSSL's: form, extensions, path length, weak keys and digests
		  */
		return ERR_PKI_CERTIFICATE;
	}
}

/* Names of CAs only: a citizen's name is not for the log. */
static int
refuse(X509_STORE_CTX *path, struct err *e)
{
	int error = X509_STORE_CTX_get_error(path), depth = X509_STORE_CTX_get_error_depth(path);
	const X509 *x = X509_STORE_CTX_get_current_cert(path);
	char name[300] = "";

	if (x != NULL)
		pki_name(depth == 0 ? X509_get_issuer_name(x) : X509_get_subject_name(x), name,
		    sizeof(name));
	return err_set(e, code_of(error), "%s, %s %s", X509_verify_cert_error_string(error),
	    depth == 0 ? "certificate issued by" : "CA", name);
}

const struct pki_cert *
pki_chain_ca(const struct pki *p, const X509 *x)
{
	for (size_t i = 0; i < p->n_cas; i++)
		if (X509_cmp(p->cas[i]->x, x) == 0)
			return p->cas[i];
	return NULL;
}

/* By the CRLs of our own index. Where OpenSSL was asked as well it knew of whom we do not. */
static int
judge_link(const struct pki *p, const struct pki_cert *c, const struct pki_cert *issuer, int64_t at,
    struct pki_span *span, struct err *e)
{
	struct err found = {0};

	if (pki_crl_judge(p, c, issuer->authority, at, span, &found) == 0 ||
	    (p->alone && found.code == ERR_PKI_REVOCATION_UNKNOWN))
		return 0;
	if (p->unknown_passes && found.code == ERR_PKI_REVOCATION_UNKNOWN) {
		span->doubtful = true;
		return 0;
	}
	return err_set(e, found.code, "%s", found.detail);
}

/* Every link but the anchor: its times, and its revocation by the next one's CRLs. */
static int
judge_links(const struct pki *p, const struct pki_cert *leaf, STACK_OF(X509) * chain, int64_t at,
    struct pki_span *span, const struct pki_cert **next, struct err *e)
{
	const struct pki_cert *c = leaf;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		const struct pki_cert *issuer =
		    pki_chain_ca(p, sk_X509_value(chain, i + 1 < sk_X509_num(chain) ? i + 1 : i));

		if (issuer == NULL)
			return err_set(e, ERR_INTERNAL, "a path through a CA that is not loaded");
		pki_span_cut(span, at, c->who.not_before.seconds);
		pki_span_cut(span, at, c->who.not_after.seconds);
		if (p->revocation != PKI_REVOCATION_OFF && (c != leaf || p->alone) && c != issuer &&
		    judge_link(p, c, issuer, at, span, e) != 0)
			return -1;
		if (c == leaf)
			*next = issuer;
		c = issuer;
	}
	return 0;
}

int
pki_chain_judge(const struct pki *p, const struct pki_cert *c, int64_t at, struct pki_span *span,
    const struct pki_cert **next, struct err *e)
{
	X509_STORE_CTX *path = X509_STORE_CTX_new();
	struct pki_walk walk = {p, c, at};
	int rc = -1, ok;

	if (path == NULL || !X509_STORE_CTX_init(path, p->store, c->x, p->intermediates)) {
		err_set(e, ERR_NOMEM, "no memory for a path");
		goto out;
	}
	pki_path_rules(path, &walk);
	ok = X509_verify_cert(path);
	*next = NULL;
	if (ok == 1)
		rc = judge_links(p, c, X509_STORE_CTX_get0_chain(path), at, span, next, e);
	else
		refuse(path, e);
out:
	X509_STORE_CTX_free(path);
	ERR_clear_error();
	return rc;
}
