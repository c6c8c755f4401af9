/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Our own certificate and private key: PEM files, or PKCS#12 as the NCA issues it.
 *
 * Never asks a terminal for a password. Whether the certificate is good today is not judged here.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "pki/inner.h"

struct pki_identity {
	struct pki_cert *certificate;
	EVP_PKEY *key;
	EVP_PKEY_CTX *signer;
	char *base64; /* of the certificate: every reply carries it */
};

static int
give_password(char *into, int size, int writing, void *self)
{
	const char *password = self;
	size_t n = password != NULL ? strlen(password) : 0;

	(void)writing;
	if (n == 0 || n >= (size_t)size)
		return -1;
	memcpy(into, password, n + 1);
	return (int)n;
}

static BIO *
open_file(const char *path, unsigned char **data, size_t *len, struct err *e)
{
	BIO *b = NULL;

	if (pki_read_file(path, data, len, e) != 0)
		err_at(e, path);
	else if ((b = BIO_new_mem_buf(*data, (int)*len)) == NULL)
		err_set(e, ERR_NOMEM, "%s: no memory", path);
	return b;
}

static void
close_file(BIO *b, unsigned char *data, size_t len)
{
	BIO_free(b);
	if (data != NULL)
		OPENSSL_cleanse(data, len);
	free(data);
}

static int
keep_certificate(struct pki_identity *id, X509 *x, const char *path, struct err *e)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der), rc = -1;
	struct err inner = {0};

	if (len < 0)
		err_set(e, ERR_NOMEM, "%s: no memory", path);
	else if (pki_cert_new((struct octets){der, (size_t)len}, &id->certificate, &inner) != 0)
		err_set(e, ERR_CONFIG, "%s: %s", path, inner.detail);
	else
		rc = 0;
	OPENSSL_free(der);
	return rc;
}

static int
load_certificate(struct pki_identity *id, const char *path, struct err *e)
{
	unsigned char *data = NULL;
	size_t len = 0;
	BIO *b = open_file(path, &data, &len, e);
	X509 *x = NULL;
	int rc = -1;

	if (b == NULL)
		goto out;
	x = len > 0 && data[0] == 0x30 ? d2i_X509_bio(b, NULL)
				       : PEM_read_bio_X509(b, NULL, give_password, NULL);
	if (x == NULL)
		err_set(e, ERR_CONFIG, "%s: not a certificate", path);
	else
		rc = keep_certificate(id, x, path, e);
out:
	X509_free(x);
	close_file(b, data, len);
	return rc;
}

static int
load_key(struct pki_identity *id, const char *path, const char *password, struct err *e)
{
	unsigned char *data = NULL;
	char copy[256] = "";
	size_t len = 0;
	BIO *b = open_file(path, &data, &len, e);
	int rc = -1;

	if (b == NULL)
		goto out;
	if (password != NULL)
		strncpy(copy, password, sizeof(copy) - 1);
	id->key = PEM_read_bio_PrivateKey(b, NULL, give_password, copy);
	if (id->key == NULL)
		err_set(
		    e, ERR_CONFIG, "%s: not a private key in PEM, or the password is wrong", path);
	else
		rc = 0;
out:
	OPENSSL_cleanse(copy, sizeof(copy));
	close_file(b, data, len);
	return rc;
}

static int
load_pkcs12(struct pki_identity *id, const char *path, const char *password, struct err *e)
{
	unsigned char *data = NULL;
	size_t len = 0;
	BIO *b = open_file(path, &data, &len, e);
	PKCS12 *p12 = b != NULL ? d2i_PKCS12_bio(b, NULL) : NULL;
	X509 *x = NULL;
	int rc = -1;

	if (b == NULL)
		goto out;
	if (p12 == NULL)
		err_set(e, ERR_CONFIG, "%s: not PKCS#12", path);
	else if (!PKCS12_parse(p12, password != NULL ? password : "", &id->key, &x, NULL))
		err_set(e, ERR_CONFIG, "%s: PKCS#12 cannot be opened: the password is wrong, or %s",
		    path, ERR_reason_error_string(ERR_peek_last_error()));
	else if (x == NULL || id->key == NULL)
		err_set(e, ERR_CONFIG, "%s: no certificate with its key inside", path);
	else
		rc = keep_certificate(id, x, path, e);
out:
	X509_free(x);
	PKCS12_free(p12);
	close_file(b, data, len);
	return rc;
}

static int
write_base64(struct pki_identity *id, struct err *e)
{
	struct octets der = pki_der(id->certificate);

	if ((id->base64 = malloc((der.len + 2) / 3 * 4 + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "no memory for a certificate");
	(void)EVP_EncodeBlock((unsigned char *)id->base64, der.data, (int)der.len);
	return 0;
}

int
pki_identity_load(const char *certificate, const char *key, const char *password,
    struct pki_identity **out, struct err *e)
{
	struct pki_identity *id = calloc(1, sizeof(*id));
	int rc = -1;

	*out = NULL;
	if (id == NULL) {
		err_set(e, ERR_NOMEM, "no memory for a key");
		goto out;
	}
	if (key == NULL
		? load_pkcs12(id, certificate, password, e) != 0
		: load_certificate(id, certificate, e) != 0 || load_key(id, key, password, e) != 0)
		goto out;
	if (X509_check_private_key(id->certificate->x, id->key) != 1) {
		err_set(e, ERR_CONFIG, "%s: the private key does not belong to the certificate",
		    certificate);
		goto out;
	}
	if (pki_set_up(id->key, id->certificate->who.family, PKI_SHA256, EVP_PKEY_sign_init,
		&id->signer) != 0) {
		err_set(e, ERR_NOMEM, "a key cannot be set up");
		goto out;
	}
	if (write_base64(id, e) != 0)
		goto out;
	*out = id;
	id = NULL; /* moved */
	rc = 0;
out:
	pki_identity_free(id);
	ERR_clear_error();
	return rc;
}

void
pki_identity_free(struct pki_identity *id)
{
	if (id == NULL)
		return;
	pki_cert_free(id->certificate);
	EVP_PKEY_CTX_free(id->signer);
	EVP_PKEY_free(id->key);
	free(id->base64);
	free(id);
}

struct evp_pkey_st *
pki_identity_key(const struct pki_identity *id)
{
	return id->key;
}

struct evp_pkey_ctx_st *
pki_identity_signer(const struct pki_identity *id)
{
	return id->signer;
}

const char *
pki_identity_base64(const struct pki_identity *id)
{
	return id->base64;
}

const struct pki_cert *
pki_identity_certificate(const struct pki_identity *id)
{
	return id->certificate;
}
