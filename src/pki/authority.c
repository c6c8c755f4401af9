/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which CA issued a certificate, and a name for a CA that outlives the process and a reload.
 *
 * The name is a digest over subject and key: CAs of 2015 and 2020 share their CN (nca.md 6).
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"
#include "pki/ocsp.h"

int
pki_authority_identify(struct pki_cert *ca, struct err *e)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	const unsigned char *name = NULL;
	unsigned char *key = NULL;
	size_t name_len = 0;
	int key_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(ca->x), &key), rc = -1;

	if (hash == NULL || key_len < 0 ||
	    X509_NAME_get0_der(X509_get_subject_name(ca->x), &name, &name_len) != 1 ||
	    EVP_DigestInit_ex2(hash, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(hash, name, name_len) != 1 ||
	    EVP_DigestUpdate(hash, key, (size_t)key_len) != 1 ||
	    EVP_DigestFinal_ex(hash, ca->authority_id, NULL) != 1)
		err_set(e, ERR_NOMEM, "the name of a CA cannot be digested");
	else
		rc = 0;
	OPENSSL_free(key);
	EVP_MD_CTX_free(hash);
	ERR_clear_error();
	return rc;
}

const struct pki_cert *
pki_issuer_of(const struct pki *p, const struct pki_cert *c)
{
	const struct pki_cert *issuer = NULL;

	for (size_t i = 0; issuer == NULL && i < p->n_cas; i++)
		if (X509_check_issued(p->cas[i]->x, c->x) == X509_V_OK &&
		    X509_verify(c->x, p->cas[i]->key) == 1)
			issuer = p->cas[i];
	ERR_clear_error();
	return issuer;
}

const struct pki_cert *
pki_authority_find(const struct pki *p, const unsigned char id[32])
{
	for (size_t i = 0; i < p->n_cas; i++)
		if (memcmp(p->cas[i]->authority_id, id, 32) == 0)
			return p->cas[i];
	return NULL;
}

int
pki_ca_of_file(struct pki *p, const char *file, const struct pki_cert **out, struct err *e)
{
	const struct pki_cert *c;

	*out = NULL;
	if (pki_decode_file(p, file, &c, e) != 0)
		return err_at(e, file);
	for (size_t i = 0; i < p->n_cas; i++)
		if (memcmp(p->cas[i]->digest, c->digest, sizeof(c->digest)) == 0) {
			*out = p->cas[i];
			return 0;
		}
	return err_set(e, ERR_CONFIG, "%s: not one of the trusted CAs", file);
}

int
pki_authority_of_file(struct pki *p, const char *file, unsigned char out[32], struct err *e)
{
	const struct pki_cert *ca = NULL;

	if (pki_ca_of_file(p, file, &ca, e) != 0 || ca == NULL)
		return -1;
	memcpy(out, ca->authority_id, sizeof(ca->authority_id));
	return 0;
}

int
pki_target_of(const struct pki *p, const struct pki_cert *c, struct pki_target *out, struct err *e)
{
	const struct pki_cert *issuer = pki_issuer_of(p, c);

	memset(out, 0, sizeof(*out));
	if (issuer == NULL)
		return err_set(e, ERR_PKI_UNKNOWN_ISSUER,
		    "no CA is loaded that issued certificate %s", c->who.serial);
	memcpy(out->authority, issuer->authority_id, sizeof(out->authority));
	memcpy(out->serial, c->serial, sizeof(out->serial));
	return 0;
}

const char *
pki_target_issuer(const struct pki *p, const struct pki_target *t, char *into, size_t size)
{
	const struct pki_cert *ca = pki_authority_find(p, t->authority);

	into[0] = '\0';
	return ca != NULL ? pki_name(X509_get_subject_name(ca->x), into, size) : into;
}
