/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * xmlsec klasses over EVP; see klass.h. For verification only: signing does not go through xmlsec.
 */
#include "config.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>

#include "sig/klass.h"

/* after xmlsec.h (klass.h), which it needs and does not include */
#include <xmlsec/list.h>

/* --- the key --------------------------------------------------------------------------------- */

struct key_data {
	xmlSecKeyData base;
	EVP_PKEY_CTX *verifier; /* borrowed */
};

static int
key_initialize(xmlSecKeyDataPtr data)
{
	((struct key_data *)data)->verifier = NULL;
	return 0;
}

static int
key_duplicate(xmlSecKeyDataPtr to, xmlSecKeyDataPtr from)
{
	((struct key_data *)to)->verifier = ((struct key_data *)from)->verifier;
	return 0;
}

static void
key_finalize(xmlSecKeyDataPtr data)
{
	((struct key_data *)data)->verifier = NULL;
}

static xmlSecKeyDataType
key_type(xmlSecKeyDataPtr data)
{
	(void)data;
	return xmlSecKeyDataTypePublic;
}

static xmlSecSize
key_size(xmlSecKeyDataPtr data)
{
	EVP_PKEY_CTX *verifier = ((struct key_data *)data)->verifier;

	return (xmlSecSize)EVP_PKEY_get_bits(EVP_PKEY_CTX_get0_pkey(verifier));
}

static xmlSecKeyDataKlass key_klass = {
    .klassSize = sizeof(xmlSecKeyDataKlass),
    .objSize = sizeof(struct key_data),
    .name = (const xmlChar *)"shepd-public-key",
    .usage = xmlSecKeyDataUsageKeyValueNode,
    .initialize = key_initialize,
    .duplicate = key_duplicate,
    .finalize = key_finalize,
    .getType = key_type,
    .getSize = key_size,
};

xmlSecKeyPtr
sig_key_new(EVP_PKEY_CTX *verifier)
{
	xmlSecKeyPtr key = xmlSecKeyCreate();
	xmlSecKeyDataPtr data = key == NULL ? NULL : xmlSecKeyDataCreate(&key_klass);

	if (data == NULL)
		goto out;
	((struct key_data *)data)->verifier = verifier;
	if (xmlSecKeySetValue(key, data) == 0)
		return key;
	xmlSecKeyDataDestroy(data);
out:
	if (key != NULL)
		xmlSecKeyDestroy(key);
	return NULL;
}

/* --- transforms ------------------------------------------------------------------------------ */

struct transform {
	xmlSecTransform base;
	const struct sig_suite *suite; /* of a signature */
	const struct sig_digest *digest;
	EVP_MD_CTX *md;
	EVP_PKEY_CTX *verifier;		      /* of a signature; borrowed */
	unsigned char value[EVP_MAX_MD_SIZE]; /* of the digest */
};

static bool failed;
static struct arena *arena;

void
sig_klasses_watch(struct arena *a)
{
	failed = false;
	arena = a;
}

struct arena *
sig_klasses_arena(void)
{
	return arena;
}

bool
sig_klasses_failed(void)
{
	return failed;
}

int
sig_klasses_note(bool ok)
{
	failed |= !ok;
	return ok ? 0 : -1;
}

/* Feeds what has arrived to the digest, and forgets it. */
static int
feed(xmlSecTransformPtr t)
{
	xmlSecSize n = xmlSecBufferGetSize(&t->inBuf);

	if (t->status == xmlSecTransformStatusNone)
		t->status = xmlSecTransformStatusWorking;
	if (n == 0)
		return 0;
	if (sig_klasses_note(EVP_DigestUpdate(((struct transform *)t)->md,
				 xmlSecBufferGetData(&t->inBuf), n) == 1) != 0)
		return -1;
	return xmlSecBufferRemoveHead(&t->inBuf, n);
}

static void
transform_finalize(xmlSecTransformPtr t)
{
	EVP_MD_CTX_free(((struct transform *)t)->md);
	((struct transform *)t)->md = NULL;
}

/* Of both klasses: what a signature is made over is a digest, too. */
static int
digest_execute(xmlSecTransformPtr t, int last, xmlSecTransformCtxPtr ctx)
{
	struct transform *mine = (struct transform *)t;

	(void)ctx;
	if (t->status == xmlSecTransformStatusFinished)
		return 0;
	if (feed(t) != 0)
		return -1;
	if (!last)
		return 0;
	if (sig_klasses_note(EVP_DigestFinal_ex(mine->md, mine->value, NULL) == 1) != 0)
		return -1;
	t->status = xmlSecTransformStatusFinished;
	return 0;
}

static int
digest_verify(
    xmlSecTransformPtr t, const xmlSecByte *data, xmlSecSize size, xmlSecTransformCtxPtr ctx)
{
	struct transform *mine = (struct transform *)t;

	(void)ctx;
	if (t->status != xmlSecTransformStatusFinished)
		return -1;
	t->status = size == mine->digest->len && CRYPTO_memcmp(data, mine->value, size) == 0
			? xmlSecTransformStatusOk
			: xmlSecTransformStatusFail;
	return 0;
}

static int
signature_set_key_req(xmlSecTransformPtr t, xmlSecKeyReqPtr req)
{
	(void)t;
	req->keyId = &key_klass;
	req->keyType = xmlSecKeyDataTypePublic;
	req->keyUsage = xmlSecKeyUsageVerify;
	return 0;
}

static int
signature_set_key(xmlSecTransformPtr t, xmlSecKeyPtr key)
{
	xmlSecKeyDataPtr data = xmlSecKeyGetValue(key);

	if (data == NULL || data->id != &key_klass)
		return -1;
	((struct transform *)t)->verifier = ((struct key_data *)data)->verifier;
	return 0;
}

/* OpenSSL wants the pair of numbers in DER (X9.62). */
static int
write_pair(struct octets value, unsigned char **der, int *len)
{
	size_t half = value.len / 2;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(value.data, (int)half, NULL),
	       *s = BN_bin2bn(value.data + half, (int)half, NULL);

	*der = NULL;
	*len = -1;
	if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* moved */
		*len = i2d_ECDSA_SIG(pair, der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return *len > 0 ? 0 : -1;
}

int
sig_value_is_right(const struct sig_suite *suite, EVP_PKEY_CTX *verifier, struct octets value,
    const unsigned char *digest, bool *right)
{
	bool pair = suite->family == PKI_EC256 || suite->family == PKI_EC384;
	unsigned char *der = NULL;
	int n = 0;

	*right = false;
	if (pair && value.len != suite->value_len)
		return 0;
	if (pair && write_pair(value, &der, &n) != 0)
		return -1;
	*right = EVP_PKEY_verify(verifier, pair ? der : value.data, pair ? (size_t)n : value.len,
		     digest, suite->digest->len) == 1;
	OPENSSL_free(der);
	return 0;
}

static int
signature_verify(
    xmlSecTransformPtr t, const xmlSecByte *data, xmlSecSize size, xmlSecTransformCtxPtr ctx)
{
	struct transform *mine = (struct transform *)t;
	bool right;

	(void)ctx;
	if (t->status != xmlSecTransformStatusFinished || mine->verifier == NULL)
		return -1;
	if (sig_klasses_note(sig_value_is_right(mine->suite, mine->verifier,
				 (struct octets){data, size}, mine->value, &right) == 0) != 0)
		return -1;
	t->status = right ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
	return 0;
}

static int transform_initialize(xmlSecTransformPtr t);

/* Named and addressed out of the tables of suite.c, in their order, when they are registered. */
#define DIGEST                                                                                     \
	{                                                                                          \
		.klassSize = sizeof(xmlSecTransformKlass), .objSize = sizeof(struct transform),    \
		.usage = xmlSecTransformUsageDigestMethod, .initialize = transform_initialize,     \
		.finalize = transform_finalize, .verify = digest_verify,                           \
		.getDataType = xmlSecTransformDefaultGetDataType,                                  \
		.pushBin = xmlSecTransformDefaultPushBin, .popBin = xmlSecTransformDefaultPopBin,  \
		.execute = digest_execute                                                          \
	}

#define SIGNATURE                                                                                  \
	{                                                                                          \
		.klassSize = sizeof(xmlSecTransformKlass), .objSize = sizeof(struct transform),    \
		.usage = xmlSecTransformUsageSignatureMethod, .initialize = transform_initialize,  \
		.finalize = transform_finalize, .setKeyReq = signature_set_key_req,                \
		.setKey = signature_set_key, .verify = signature_verify,                           \
		.getDataType = xmlSecTransformDefaultGetDataType,                                  \
		.pushBin = xmlSecTransformDefaultPushBin, .popBin = xmlSecTransformDefaultPopBin,  \
		.execute = digest_execute                                                          \
	}

static struct _xmlSecTransformKlass digest_klasses[SIG_DIGESTS] = {
    DIGEST, DIGEST, DIGEST, DIGEST, DIGEST};
static struct _xmlSecTransformKlass signature_klasses[SIG_SUITES] = {
    SIGNATURE, SIGNATURE, SIGNATURE, SIGNATURE, SIGNATURE, SIGNATURE, SIGNATURE};

/* Which digest a klass computes is its place in the tables. */
static int
transform_initialize(xmlSecTransformPtr t)
{
	struct transform *mine = (struct transform *)t;

	for (size_t i = 0; i < SIG_DIGESTS; i++)
		if (t->id == &digest_klasses[i])
			mine->digest = &sig_digests[i];
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (t->id == &signature_klasses[i])
			mine->digest = (mine->suite = &sig_suites[i])->digest;
	if (mine->digest == NULL || sig_klasses_note((mine->md = EVP_MD_CTX_new()) != NULL) != 0)
		return -1;
	return sig_klasses_note(EVP_DigestInit_ex2(mine->md, mine->digest->md, NULL) == 1);
}

xmlSecTransformId
sig_digest_klass(const struct sig_digest *digest)
{
	return &digest_klasses[digest - sig_digests];
}

xmlSecTransformId
sig_signature_klass(const struct sig_suite *suite)
{
	return &signature_klasses[suite - sig_suites];
}

static int
enter(struct _xmlSecTransformKlass *klass, const char *name, const char *uri, struct err *e)
{
	klass->name = (const xmlChar *)name;
	klass->href = (const xmlChar *)uri;
	if (xmlSecTransformIdsRegister(klass) < 0)
		return err_set(e, ERR_INTERNAL, "xmlsec refuses %s", name);
	return 0;
}

int
sig_klasses_register(struct err *e)
{
	const xmlSecTransformId others[] = {sig_c14n_klass(), sig_inclusive_klass(false),
	    sig_inclusive_klass(true), xmlSecTransformEnvelopedId};

	xmlSecPtrListEmpty(xmlSecTransformIdsGet());
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (xmlSecTransformIdsRegister(others[i]) < 0)
			return err_set(e, ERR_INTERNAL, "xmlsec refuses %s", others[i]->name);
	for (size_t i = 0; i < SIG_DIGESTS; i++)
		if (enter(&digest_klasses[i], sig_digests[i].name, sig_digests[i].uri, e) != 0)
			return -1;
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (enter(&signature_klasses[i], sig_suites[i].name, sig_suites[i].uri, e) != 0)
			return -1;
	if (xmlSecKeyDataIdsRegister(&key_klass) < 0)
		return err_set(e, ERR_INTERNAL, "xmlsec refuses our key data");
	return 0;
}
