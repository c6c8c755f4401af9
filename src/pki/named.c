/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A certificate out of a file that somebody named: PEM or DER by content, exactly one.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/inner.h"

/* DER in place of PEM in the same allocation: it is always the shorter one. */
static int
unwrap(unsigned char *data, size_t *len, struct err *e)
{
	BIO *text = BIO_new_mem_buf(data, (int)*len);
	unsigned char *der = NULL;
	char *name = NULL, *header = NULL;
	long n = 0;
	int rc = -1;

	if (text == NULL)
		err_set(e, ERR_NOMEM, "no memory");
	else if (PEM_read_bio(text, &name, &header, &der, &n) != 1 ||
		 strcmp(name, PEM_STRING_X509) != 0 || (size_t)n > *len)
		err_set(e, ERR_CONFIG, "not a CERTIFICATE in PEM or DER");
	else
		rc = 0;
	if (rc == 0) {
		memcpy(data, der, (size_t)n);
		*len = (size_t)n;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(text);
	ERR_clear_error();
	return rc;
}

int
pki_read_certificate(const char *path, unsigned char **out, size_t *len, struct err *e)
{
	unsigned char *data = NULL;

	*out = NULL;
	if (pki_read_file(path, &data, len, e) != 0)
		return -1;
	if ((*len == 0 || data[0] != 0x30 /* SEQUENCE */) && unwrap(data, len, e) != 0) {
		free(data);
		return -1;
	}
	*out = data;
	return 0;
}

int
pki_decode_file(struct pki *p, const char *path, const struct pki_cert **out, struct err *e)
{
	unsigned char *der = NULL;
	size_t len = 0;
	int rc;

	*out = NULL;
	if (pki_read_certificate(path, &der, &len, e) != 0)
		return -1;
	rc = pki_decode(p, (struct octets){der, len}, out, e);
	free(der);
	return rc;
}
