/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rules of a path, and path validation alone (RFC 5280 6) with CRLs of every kind.
 *
 * Our own index knows full and delta CRLs under the issuer's own key. Indirect and partitioned ones
 * and those of a key of their own are OpenSSL's, which asks the index about whom they do not cover
 * and is asked about whom the index does not; revoked is who either of them finds revoked.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

enum {
	CRL_FOR_BOTH = 1024 * 1024 /* octets: OpenSSL takes eight times as much memory, and the
				      index answers for a larger one by itself */
};

static int
add_policy(struct pki *p, const char *text)
{
	ASN1_OBJECT *policy = OBJ_txt2obj(strcmp(text, "any") == 0 ? "2.5.29.32.0" : text, 1);

	if (p->policies == NULL)
		p->policies = sk_ASN1_OBJECT_new_null();
	if (policy == NULL || p->policies == NULL || !sk_ASN1_OBJECT_push(p->policies, policy)) {
		ASN1_OBJECT_free(policy);
		return -1;
	}
	return 0;
}

void
pki_path_set(struct pki *p, const struct pki_path *path, struct pki_told *told)
{
	static const char *const any[] = {"any", NULL};
	const char *const *text = path->policies;

	p->alone = path->alone;
	p->path_flags = (path->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0) |
			(path->inhibit_map ? X509_V_FLAG_INHIBIT_MAP : 0) |
			(path->inhibit_any ? X509_V_FLAG_INHIBIT_ANY : 0);
	if (p->alone && p->revocation == PKI_REVOCATION_CRL)
		p->path_flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
				 X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
	/* to OpenSSL no set is not the set of any policy: explicit policy then fails everybody */
	if (text == NULL && p->alone)
		text = any;
	for (; text != NULL && *text != NULL; text++)
		if (add_policy(p, *text) != 0)
			pki_tell(told, *text, "not the OID of a policy");
}

static const struct pki_walk *
walk_of(X509_STORE_CTX *path)
{
	while (X509_STORE_CTX_get0_parent_ctx(path) != NULL) /* the path of a CRL's signer */
		path = X509_STORE_CTX_get0_parent_ctx(path);
	return X509_STORE_CTX_get_app_data(path);
}

/* What the index says of the link that OpenSSL has no CRL for. An anchor is no link. */
static int
ask_index(X509_STORE_CTX *path)
{
	const struct pki_walk *walk = walk_of(path);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(path);
	int depth = X509_STORE_CTX_get_error_depth(path);
	const X509 *x = sk_X509_value(chain, depth);
	const struct pki_cert *c, *issuer;
	struct pki_span span = {.from = INT64_MIN, .until = INT64_MAX};
	struct err e = {0};

	if (depth + 1 >= sk_X509_num(chain))
		return 1;
	c = X509_cmp(x, walk->leaf->x) == 0 ? walk->leaf : pki_chain_ca(walk->p, x);
	issuer = pki_chain_ca(walk->p, sk_X509_value(chain, depth + 1));
	if (c == NULL || issuer == NULL)
		return 0;
	if (pki_crl_judge(walk->p, c, issuer->authority, walk->at, &span, &e) == 0)
		return 1;
	if (e.code == ERR_PKI_REVOKED)
		X509_STORE_CTX_set_error(path, X509_V_ERR_CERT_REVOKED);
	return 0;
}

/* OpenSSL begins no third path. A signer of CRLs that is covered by a CRL of its own needs none:
 * what is asked is whether it lists itself (PKITS 4.14.30). */
static int
covers_itself(X509_STORE_CTX *path)
{
	const X509 *signer = X509_STORE_CTX_get0_current_issuer(path);

	return X509_STORE_CTX_get0_parent_ctx(path) != NULL && signer != NULL &&
	       X509_cmp(signer, X509_STORE_CTX_get_current_cert(path)) == 0;
}

static int
settle(int ok, X509_STORE_CTX *path)
{
	if (ok)
		return 1;
	switch (X509_STORE_CTX_get_error(path)) {
	case X509_V_ERR_CA_BCONS_NOT_CRITICAL: /* RFC 5280 6.1.4 (k) does not ask */
		return 1;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return ask_index(path);
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return covers_itself(path);
	default:
		return 0;
	}
}

void
pki_path_rules(X509_STORE_CTX *path, struct pki_walk *walk)
{
	const struct pki *p = walk->p;
	X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(path);

	X509_VERIFY_PARAM_set_flags(
	    rules, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK | p->path_flags);
	X509_VERIFY_PARAM_set_depth(rules, PKI_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(rules, PKI_SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_time(rules, (time_t)walk->at);
	if (p->policies != NULL)
		X509_VERIFY_PARAM_set1_policies(rules, p->policies);
	if (!p->alone)
		return;
	/* of the store's CRLs OpenSSL finds those alone that the issuer itself has signed */
	X509_STORE_CTX_set0_crls(path, p->every_crl);
	X509_STORE_CTX_set_app_data(path, walk);
	X509_STORE_CTX_set_verify_cb(path, settle);
}

/* Under any loaded certificate of its issuer's name, and as our index wants it: OpenSSL does not
 * ask how strong the signature of a CRL is. */
static bool
is_signed(const struct pki *p, X509_CRL *crl)
{
	const X509_ALGOR *algorithm;

	X509_CRL_get0_signature(crl, NULL, &algorithm);
	for (size_t i = 0; i < p->n_cas; i++)
		if (X509_NAME_cmp(X509_get_subject_name(p->cas[i]->x), X509_CRL_get_issuer(crl)) ==
			0 &&
		    pki_is_strong(algorithm, p->cas[i]->key) &&
		    X509_CRL_verify(crl, p->cas[i]->key) == 1)
			return true;
	return false;
}

bool
pki_path_take_crl(struct pki *p, struct octets der, bool taken)
{
	const unsigned char *end = der.data;
	X509_CRL *crl = NULL;
	bool ok;

	if (taken && der.len > CRL_FOR_BOTH)
		return false;
	crl = d2i_X509_CRL(NULL, &end, (long)der.len);
	ok = crl != NULL && end == der.data + der.len && is_signed(p, crl) &&
	     sk_X509_CRL_push(p->every_crl, crl) > 0;
	if (!ok)
		X509_CRL_free(crl);
	ERR_clear_error();
	return ok;
}

int
pki_validate_file(
    struct pki *p, const char *path, struct instant at, struct pki_signer *out, struct err *e)
{
	struct pki_span span = {.from = INT64_MIN, .until = INT64_MAX};
	const struct pki_cert *issuer;
	struct pki_cert *c = NULL;
	unsigned char *der = NULL;
	size_t len = 0;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (pki_read_certificate(path, &der, &len, e) != 0 ||
	    pki_cert_read((struct octets){der, len}, &c, e) != 0)
		goto out;
	*out = c->who;
	rc = pki_chain_judge(p, c, at.seconds, &span, &issuer, e);
out:
	pki_cert_free(c);
	free(der);
	return rc;
}
