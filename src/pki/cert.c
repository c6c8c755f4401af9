/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One certificate: strict decoding, its numbers and times, and the readers of pki.h.
 *
 * Decides nothing about trust. A struct pki_cert owns its X509 and a copy of the octets it came
 * from.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

bool
pki_number(const ASN1_INTEGER *number, unsigned char out[PKI_SERIAL])
{
	BIGNUM *n = ASN1_INTEGER_to_BN(number, NULL);
	bool fits =
	    n != NULL && !BN_is_negative(n) && BN_bn2binpad(n, out, PKI_SERIAL) == PKI_SERIAL;

	BN_free(n);
	return fits;
}

bool
pki_seconds(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (t == NULL || !ASN1_TIME_to_tm(t, &tm))
		return false;
	*out = timegm(&tm);
	return true;
}

const char *
pki_name(const X509_NAME *name, char *into, size_t size)
{
	BIO *text = BIO_new(BIO_s_mem());
	const char *data = NULL;
	long len = 0;

	into[0] = '\0';
	if (text != NULL &&
	    X509_NAME_print_ex(text, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
		len = BIO_get_mem_data(text, &data);
	if (len > 0) {
		size_t n = (size_t)len < size ? (size_t)len : size - 1;
		memcpy(into, data, n);
		into[n] = '\0';
	}
	BIO_free(text);
	return into;
}

/* All octets are one certificate, and it encodes to the same octets again: what was hashed is what
 * was read. */
static int
decode(struct octets der, X509 **out, struct err *e)
{
	const unsigned char *p = der.data;
	unsigned char *again = NULL;
	X509 *x = NULL;
	int rc = -1, n;

	if (der.len > PKI_OCTETS) /* one of 600 KB takes 9 MB and 67 ms */
		return err_set(e, ERR_PKI_CERTIFICATE, "a certificate of %zu octets", der.len);
	if (der.len == 0 || (x = d2i_X509(NULL, &p, (long)der.len)) == NULL)
		return err_set(e, ERR_PKI_CERTIFICATE, "not a certificate in DER");
	n = i2d_X509(x, &again);
	if (p != der.data + der.len)
		err_set(e, ERR_PKI_CERTIFICATE, "octets behind the certificate");
	else if (n < 0 || !octets_equal((struct octets){again, (size_t)n}, der))
		err_set(e, ERR_PKI_CERTIFICATE, "the certificate is not DER");
	else if (X509_get_extension_flags(x) & EXFLAG_INVALID)
		err_set(e, ERR_PKI_CERTIFICATE, "an extension of the certificate is malformed");
	else
		rc = 0;
	OPENSSL_free(again);
	if (rc == 0) {
		*out = x;
		x = NULL; /* moved */
	}
	X509_free(x);
	return rc;
}

static enum pki_family
family(const X509 *x)
{
	static const struct {
		const char *oid, *curve;
		enum pki_family family;
	} known[] = {
	    {"1.2.840.113549.1.1.1", NULL, PKI_RSA},
	    {"1.2.398.3.10.1.1.2.2", NULL, PKI_GOST2015},
	    {"1.2.398.3.10.1.1.1.1", NULL, PKI_GOST2004},
	    {"1.2.840.10045.2.1", "1.2.840.10045.3.1.7", PKI_EC256},
	    {"1.2.840.10045.2.1", "1.3.132.0.34", PKI_EC384},
	};
	X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *name;
	const void *value;
	int type;
	char oid[80] = "", parameter[80] = "";

	X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, X509_get_X509_PUBKEY(x));
	X509_ALGOR_get0(&name, &type, &value, algorithm);
	OBJ_obj2txt(oid, sizeof(oid), name, 1);
	if (type == V_ASN1_OBJECT)
		OBJ_obj2txt(parameter, sizeof(parameter), value, 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(oid, known[i].oid) == 0 &&
		    (known[i].curve == NULL || strcmp(parameter, known[i].curve) == 0))
			return known[i].family;
	return PKI_OTHER;
}

/* The digest that OpenSSL has to be told; the provider's keys know theirs. */
static const EVP_MD *
digest_of(enum pki_family family, enum pki_hash hash)
{
	switch (family) {
	case PKI_RSA:
		return hash == PKI_SHA512   ? EVP_sha512()
		       : hash == PKI_SHA384 ? EVP_sha384()
					    : EVP_sha256();
	case PKI_EC256:
		return EVP_sha256();
	case PKI_EC384:
		return EVP_sha384();
	case PKI_GOST2015:
	case PKI_GOST2004:
	case PKI_OTHER:
		break;
	}
	return NULL;
}

int
pki_set_up(EVP_PKEY *key, enum pki_family family, enum pki_hash hash, int (*init)(EVP_PKEY_CTX *),
    EVP_PKEY_CTX **out)
{
	const EVP_MD *digest = digest_of(family, hash);
	EVP_PKEY_CTX *c;

	*out = NULL;
	if (family == PKI_OTHER)
		return 0;
	c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (c == NULL || init(c) != 1 ||
	    (digest != NULL && EVP_PKEY_CTX_set_signature_md(c, digest) != 1)) {
		EVP_PKEY_CTX_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

static int
fill(struct pki_cert *c, struct err *e)
{
	struct instant *from = &c->who.not_before, *until = &c->who.not_after;

	c->key = X509_get0_pubkey(c->x);
	if (c->key == NULL)
		return err_set(
		    e, ERR_PKI_CERTIFICATE, "the public key of the certificate cannot be read");
	c->odd_serial = !pki_number(X509_get0_serialNumber(c->x), c->serial);
	if (!pki_seconds(X509_get0_notBefore(c->x), &from->seconds) ||
	    !pki_seconds(X509_get0_notAfter(c->x), &until->seconds))
		return err_set(
		    e, ERR_PKI_CERTIFICATE, "the validity of the certificate cannot be read");
	if (!X509_digest(c->x, EVP_sha256(), c->digest, NULL))
		return err_set(e, ERR_NOMEM, "the certificate cannot be digested");
	c->bits = (unsigned)EVP_PKEY_get_bits(c->key);
	c->ca = X509_check_ca(c->x) != 0;
	c->who.family = family(c->x);
	pki_fill_who(c);
	if (pki_set_up(c->key, c->who.family, PKI_SHA256, EVP_PKEY_verify_init, c->verifiers->by) !=
	    0)
		return err_set(e, ERR_NOMEM, "a key cannot be set up");
	return 0;
}

int
pki_cert_new(struct octets der, struct pki_cert **out, struct err *e)
{
	if (pki_cert_read(der, out, e) != 0)
		return -1;
	if (!(*out)->odd_serial)
		return 0;
	pki_cert_free(*out);
	*out = NULL;
	return err_set(
	    e, ERR_PKI_CERTIFICATE, "the serial number is negative or longer than 20 octets");
}

int
pki_cert_read(struct octets der, struct pki_cert **out, struct err *e)
{
	struct pki_cert *c = calloc(1, sizeof(*c));
	unsigned char *copy = malloc(der.len > 0 ? der.len : 1);
	int rc = -1;

	*out = NULL;
	if (c == NULL || copy == NULL || (c->verdict = calloc(1, sizeof(*c->verdict))) == NULL ||
	    (c->verifiers = calloc(1, sizeof(*c->verifiers))) == NULL) {
		err_set(e, ERR_NOMEM, "no memory for a certificate");
		goto out;
	}
	if (decode(der, &c->x, e) != 0 || fill(c, e) != 0)
		goto out;
	c->der = memcpy(copy, der.data, der.len);
	c->der_len = der.len;
	copy = NULL; /* moved */
	*out = c;
	c = NULL; /* moved */
	rc = 0;
out:
	free(copy);
	pki_cert_free(c);
	ERR_clear_error();
	return rc;
}

void
pki_cert_free(struct pki_cert *c)
{
	if (c == NULL)
		return;
	for (int i = 0; c->verifiers != NULL && i < PKI_HASHES; i++)
		EVP_PKEY_CTX_free(c->verifiers->by[i]);
	free(c->verifiers);
	X509_free(c->x);
	free(c->der);
	free(c->verdict);
	free(c->text);
	free(c);
}

struct evp_pkey_st *
pki_key(const struct pki_cert *c)
{
	return c->key;
}

struct evp_pkey_ctx_st *
pki_verifier(const struct pki_cert *c, enum pki_hash hash)
{
	EVP_PKEY_CTX **at = &c->verifiers->by[c->who.family == PKI_RSA ? hash : PKI_SHA256];

	if (*at == NULL && pki_set_up(c->key, c->who.family, hash, EVP_PKEY_verify_init, at) != 0)
		ERR_clear_error();
	return *at;
}

enum pki_family
pki_family(const struct pki_cert *c)
{
	return c->who.family;
}

unsigned
pki_key_bits(const struct pki_cert *c)
{
	return c->bits;
}

struct octets
pki_der(const struct pki_cert *c)
{
	return (struct octets){c->der, c->der_len};
}

const char *
pki_issuer(const struct pki_cert *c, char *into, size_t size)
{
	return pki_name(X509_get_issuer_name(c->x), into, size);
}

void
pki_describe(const struct pki_cert *c, struct pki_signer *out)
{
	*out = c->who;
	out->pinned = c->pinned;
}
