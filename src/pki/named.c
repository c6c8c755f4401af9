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

static int
decode_pem(struct pki *p, struct octets pem, const struct pki_cert **out, struct err *e)
{
	BIO *text = BIO_new_mem_buf(pem.data, (int)pem.len);
	unsigned char *der = NULL;
	char *name = NULL, *header = NULL;
	long len = 0;
	int rc = -1;

	if (text == NULL)
		err_set(e, ERR_NOMEM, "no memory");
	else if (PEM_read_bio(text, &name, &header, &der, &len) != 1 ||
		 strcmp(name, PEM_STRING_X509) != 0)
		err_set(e, ERR_CONFIG, "not a CERTIFICATE in PEM or DER");
	else
		rc = pki_decode(p, (struct octets){der, (size_t)len}, out, e);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(text);
	ERR_clear_error();
	return rc;
}

int
pki_decode_file(struct pki *p, const char *path, const struct pki_cert **out, struct err *e)
{
	unsigned char *data = NULL;
	size_t len = 0;
	int rc = -1;

	*out = NULL;
	if (pki_read_file(path, &data, &len, e) != 0)
		return -1;
	if (len > 0 && data[0] == 0x30) /* SEQUENCE */
		rc = pki_decode(p, (struct octets){data, len}, out, e);
	else
		rc = decode_pem(p, (struct octets){data, len}, out, e);
	free(data);
	return rc;
}
