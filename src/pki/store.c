/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening and closing trust: CA certificates, partners, CRLs, all read once, before the fork.
 *
 * A self-signed CA is an anchor, any other CA an intermediate. A CA among the partners is neither.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

static const char certificate[] = "CERTIFICATE";

/* One more place behind n certificates; false when memory is out. */
static bool
grow(struct pki_cert ***certs, size_t n)
{
	struct pki_cert **more = reallocarray(*certs, n + 1, sizeof(struct pki_cert *));

	if (more == NULL)
		return false;
	*certs = more;
	return true;
}

/* CAs that were issued twice for one name and key (renewals) share their CRLs. */
static size_t
authority_of(struct pki *p, const struct pki_cert *ca)
{
	for (size_t i = 0; i < p->n_cas; i++)
		if (X509_NAME_cmp(
			X509_get_subject_name(p->cas[i]->x), X509_get_subject_name(ca->x)) == 0 &&
		    EVP_PKEY_eq(p->cas[i]->key, ca->key) == 1)
			return p->cas[i]->authority;
	return p->n_authorities++;
}

static bool
have_ca(const struct pki *p, const struct pki_cert *ca)
{
	for (size_t i = 0; i < p->n_cas; i++)
		if (memcmp(p->cas[i]->digest, ca->digest, sizeof(ca->digest)) == 0)
			return true;
	return false;
}

static int
check_ca(struct pki_cert *ca, struct err *e)
{
	if (!ca->ca)
		return err_set(e, ERR_CONFIG, "not a certificate of a CA");
	ca->anchor = X509_self_signed(ca->x, 0) == 1;
	if (ca->anchor && X509_self_signed(ca->x, 1) != 1)
		return err_set(e, ERR_CONFIG, "its own signature does not verify");
	return 0;
}

/* Among the CAs, as an anchor only where it says so. */
static int
add_ca(struct pki *p, struct pki_cert *ca, struct err *e)
{
	int rc = 0;

	if (have_ca(p, ca)) /* the same one as PEM and as DER is no mistake */
		goto out;
	rc = -1;
	if (pki_authority_identify(ca, e) != 0)
		goto out;
	ca->authority = authority_of(p, ca);
	if (!grow(&p->cas, p->n_cas) || (ca->anchor && !X509_STORE_add_cert(p->store, ca->x)) ||
	    (!ca->anchor && !sk_X509_push(p->intermediates, ca->x))) {
		err_set(e, ERR_NOMEM, "no memory");
		goto out;
	}
	p->cas[p->n_cas++] = ca;
	ca = NULL; /* moved */
	rc = 0;
out:
	pki_cert_free(ca);
	return rc;
}

static int
take_ca(struct pki *p, struct octets der, struct err *e)
{
	struct pki_cert *ca = NULL;

	if (pki_cert_new(der, &ca, e) != 0)
		return -1;
	if (check_ca(ca, e) == 0 && pki_listed_check(p, ca, e) == 0)
		return add_ca(p, ca, e);
	pki_cert_free(ca);
	return -1;
}

/* Of any kind, for CRLs may have signers of their own; never an anchor. */
static int
take_untrusted(struct pki *p, struct octets der, struct err *e)
{
	struct pki_cert *c = NULL;

	return pki_cert_read(der, &c, e) == 0 ? add_ca(p, c, e) : -1;
}

/* A file that was named one by one must hold an end-entity certificate. */
static int
take_pinned(struct pki *p, struct octets der, struct err *e)
{
	struct pki_cert *c = NULL;
	int rc = -1;

	if (pki_cert_new(der, &c, e) != 0)
		goto out;
	if (c->ca) {
		err_set(e, ERR_CONFIG, "a CA cannot be pinned as a partner");
		goto out;
	}
	rc = 0;
	if (pki_cache_find(p, c->digest) != NULL)
		goto out;
	if (!grow(&p->partners, p->n_partners)) {
		rc = err_set(e, ERR_NOMEM, "no memory");
		goto out;
	}
	p->partners[p->n_partners++] = c;
	pki_cache_pin(p, c);
	c = NULL; /* moved */
out:
	pki_cert_free(c);
	return rc;
}

/* A folder of partners may hold the CAs that came with their certificates: they are not used. */
static int
take_partner(struct pki *p, struct octets der, struct err *e)
{
	struct err ignored = {0};
	struct pki_cert *c = NULL;
	bool ca = pki_cert_new(der, &c, &ignored) == 0 && c->ca;

	pki_cert_free(c);
	return ca ? 0 : take_pinned(p, der, e);
}

static int
take_crl(struct pki *p, struct octets der, struct err *e)
{
	struct pki_crl **more = reallocarray(p->crls, p->n_crls + 1, sizeof(struct pki_crl *));
	struct err found = {0};

	if (more == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	p->crls = more;
	if (pki_crl_read(p, der, &p->crls[p->n_crls], &found) == 0)
		p->n_crls++;
	if ((p->alone && pki_path_take_crl(p, der, found.code == ERR_OK)) || found.code == ERR_OK)
		return 0;
	return err_set(e, found.code, "%s", found.detail);
}

/* Octets of anybody's: what they are worth is judged for each certificate. */
static int
take_answer(struct pki *p, struct octets der, struct err *e)
{
	struct octets *more = reallocarray(p->answers, p->n_answers + 1, sizeof(*more));
	unsigned char *copy = more != NULL ? malloc(der.len) : NULL;

	p->answers = more != NULL ? more : p->answers;
	if (copy == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	more[p->n_answers++] = (struct octets){memcpy(copy, der.data, der.len), der.len};
	return 0;
}

/* Oldest first: later ones may lift a hold of earlier ones (crl.c). */
static int
by_issue(const void *a, const void *b)
{
	const struct pki_crl *x = *(struct pki_crl *const *)a, *y = *(struct pki_crl *const *)b;

	if (x->this_update != y->this_update)
		return x->this_update < y->this_update ? -1 : 1;
	return memcmp(x->number, y->number, PKI_SERIAL);
}

void
pki_crl_sort(struct pki *p)
{
	if (p->n_crls > 0)
		qsort(p->crls, p->n_crls, sizeof(struct pki_crl *), by_issue);
}

void
pki_forget_verdicts(struct pki *p)
{
	static uint64_t last_id;

	p->id = ++last_id;
}

static int
prepare(struct pki *p, struct err *e)
{
	pki_forget_verdicts(p);
	p->store = X509_STORE_new();
	p->intermediates = sk_X509_new_null();
	p->every_crl = sk_X509_CRL_new_null();
	p->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	p->hash = EVP_MD_CTX_new();
	if (p->store == NULL || p->intermediates == NULL || p->every_crl == NULL ||
	    p->sha256 == NULL || p->hash == NULL)
		return err_set(e, ERR_NOMEM, "no memory for the store of certificates");
	return 0;
}

static void
load(struct pki *p, const struct pki_options *options, struct pki_told *told)
{
	struct pki_told crls = {.complain = told->complain, .self = told->self}, untrusted = crls;

	pki_path_set(p, &options->path, told);
	pki_listed_read(p, options->fingerprints, told);
	pki_each_in_folder(p, options->trust, certificate, take_ca, told);
	if (p->alone)
		pki_each_in_folder(
		    p, options->path.untrusted, certificate, take_untrusted, &untrusted);
	pki_each_in_folder(p, options->partners, certificate, take_partner, told);
	for (const char *const *file = options->pinned; file != NULL && *file != NULL; file++)
		pki_each_in_file(p, *file, certificate, take_pinned, told);
	pki_each_in_folder(
	    p, options->crl, "X509 CRL", take_crl, options->some_crls ? &crls : told);
	pki_each_in_folder(p, options->ocsp, "OCSP RESPONSE", take_answer, told);
	pki_crl_sort(p);
}

int
pki_open(const struct pki_options *options, pki_complain *complain, void *self, struct pki **out,
    struct err *e)
{
	struct pki_told told = {.complain = complain, .self = self};
	struct pki *p = calloc(1, sizeof(*p));
	int rc = -1;

	*out = NULL;
	if (p == NULL) {
		err_set(e, ERR_NOMEM, "no memory for the store of certificates");
		goto out;
	}
	if (prepare(p, e) != 0)
		goto out;
	p->revocation = options->revocation;
	p->unknown_passes = options->unknown_passes;
	p->ocsp_seconds = options->ocsp_seconds > 0 ? options->ocsp_seconds : 3600;
	load(p, options, &told);
	if (told.wrong > 0) {
		err_set(e, ERR_CONFIG, "%s (%zu in all)", told.first, told.wrong);
		goto out;
	}
	*out = p;
	p = NULL; /* moved */
	rc = 0;
out:
	pki_close(p);
	ERR_clear_error();
	return rc;
}

void
pki_close(struct pki *p)
{
	if (p == NULL)
		return;
	pki_cache_clear(p); /* the partners with it */
	for (size_t i = 0; i < p->n_cas; i++)
		pki_cert_free(p->cas[i]);
	pki_shelf_close(p);
	for (size_t i = 0; i < p->n_crls; i++)
		pki_crl_free(p->crls[i]);
	free(p->listed);
	free(p->cas);
	free(p->partners);
	free(p->crls);
	for (size_t i = 0; i < p->n_answers; i++)
		free((void *)(uintptr_t)p->answers[i].data);
	free(p->answers);
	sk_X509_free(p->intermediates);
	sk_ASN1_OBJECT_pop_free(p->policies, ASN1_OBJECT_free);
	sk_X509_CRL_pop_free(p->every_crl, X509_CRL_free);
	X509_STORE_free(p->store);
	EVP_MD_free(p->sha256);
	EVP_MD_CTX_free(p->hash);
	free(p);
}

struct pki_census
pki_census(const struct pki *p)
{
	struct pki_census n = {.partners = p->n_partners, .crls = p->n_crls};

	for (size_t i = 0; i < p->n_cas; i++)
		(*(p->cas[i]->anchor ? &n.anchors : &n.intermediates))++;
	return n;
}
