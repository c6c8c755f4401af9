/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * DECODER: DER of SubjectPublicKeyInfo and PrivateKeyInfo to a key.
 *
 * Reads exactly one DER object: X509_PUBKEY wants every octet used and none beyond. What is not
 * ours is no error, because OpenSSL asks every decoder in turn: 1 without a callback passes the
 * turn on.
 */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "gost/der.h"
#include "gost/provider.h"

#define LARGEST_KEY 1024 /* 175 octets in fact; PKCS#8 may carry attributes */

static void *
new_context(void *provider)
{
	return provider;
}

static void
free_context(void *context)
{
	(void)context;
}

static bool
read_exactly(const struct gost_provider *p, OSSL_CORE_BIO *in, unsigned char *to, size_t len)
{
	size_t n;

	for (; len > 0; to += n, len -= n)
		if (p->bio_read(in, to, len, &n) != 1 || n == 0)
			return false;
	return true;
}

/* A SEQUENCE of at most `room` octets, header included; 0 when there is none. */
static size_t
read_object(const struct gost_provider *p, OSSL_CORE_BIO *in, unsigned char *to, size_t room)
{
	size_t header = 2, len;

	if (!read_exactly(p, in, to, header) || to[0] != 0x30)
		return 0;
	len = to[1];
	if (len > 0x80 && len <= 0x82) {
		header += len - 0x80;
		if (!read_exactly(p, in, to + 2, header - 2))
			return 0;
		len = header == 3 ? to[2] : (size_t)to[2] << 8 | to[3];
	} else if (len >= 0x80) {
		return 0;
	}
	if (len > room - header || !read_exactly(p, in, to + header, len))
		return 0;
	return header + len;
}

typedef struct gost_key *reader(const struct gost_family *, struct octets);

/* The callback takes the key out of the reference (keymgmt.c, load); what it leaves is ours to
 * free. */
static int
hand_over(struct gost_key *k, OSSL_CALLBACK *take, void *self)
{
	int type = OSSL_OBJECT_PKEY, rc;
	void *reference = k;
	char name[64];
	OSSL_PARAM list[4];

	OPENSSL_strlcpy(name, gost_key_family(k)->key.sn, sizeof(name));
	list[0] = OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type);
	list[1] = OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, name, 0);
	list[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_OBJECT_PARAM_REFERENCE, &reference, sizeof(reference));
	list[3] = OSSL_PARAM_construct_end();
	rc = take(list, self);
	gost_key_free(reference);
	return rc;
}

struct request {
	const struct gost_provider *provider;
	const struct gost_family *family;
	reader *read;
	OSSL_CORE_BIO *in;
};

static int
decode(const struct request *r, OSSL_CALLBACK *take, void *self)
{
	unsigned char der[LARGEST_KEY];
	size_t len = read_object(r->provider, r->in, der, sizeof(der));
	struct gost_key *k = len == 0 ? NULL : r->read(r->family, (struct octets){der, len});

	OPENSSL_cleanse(der, sizeof(der));
	return k == NULL || hand_over(k, take, self);
}

#define DECODER(half, year)                                                                        \
	static int decode_##half##_##year(void *context, OSSL_CORE_BIO *in, int selection,         \
	    OSSL_CALLBACK *take, void *self, OSSL_PASSPHRASE_CALLBACK *ask, void *asked)           \
	{                                                                                          \
		(void)selection;                                                                   \
		(void)ask;                                                                         \
		(void)asked;                                                                       \
		return decode(                                                                     \
		    &(struct request){context, &gost_family_##year, gost_der_read_##half, in},     \
		    take, self);                                                                   \
	}                                                                                          \
	const OSSL_DISPATCH gost_decode_##half##_##year[] = {                                      \
	    {OSSL_FUNC_DECODER_NEWCTX, GOST_FN(new_context)},                                      \
	    {OSSL_FUNC_DECODER_FREECTX, GOST_FN(free_context)},                                    \
	    {OSSL_FUNC_DECODER_DOES_SELECTION, GOST_FN(gost_wants_##half)},                        \
	    {OSSL_FUNC_DECODER_DECODE, GOST_FN(decode_##half##_##year)},                           \
	    {0, NULL},                                                                             \
	}

DECODER(public, 2015);
DECODER(public, 2004);
DECODER(private, 2015);
DECODER(private, 2004);
