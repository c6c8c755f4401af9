/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * OCSP answers. An input that begins with a SEQUENCE is an answer as it stands: nobody has the key,
 * so it says nothing. Any other is a script of edits on what a good answer signs, which the CA then
 * signs again: the answer speaks of the certificate that was asked about, fresh, or says nothing.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "fixture.h"
#include "fuzz.h"
#include "ocsp_forge.h"
#include "pki/inner.h"
#include "pki/ocsp.h"
#include "pki_forge.h"

#define MOST_OCTETS 4096
#define MOST_EDITS 32

const char *const fuzz_name = "ocsp";
const char *const fuzz_shared[] = {"samples/nca/ocsp-test", NULL};

static struct {
	EVP_PKEY *key;
	struct pki *pki;
	struct pki_target target;
	struct instant at;
	unsigned char data[MOST_OCTETS]; /* ResponseData of a good answer */
	size_t len;
	struct octets id; /* hashes and serial number of the CertID: its place in it */
} w;

/* --- a good answer ---------------------------------------------------------------------------- */

static void
keep_data(struct octets der)
{
	const unsigned char *p = der.data;
	OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &p, (long)der.len);
	OCSP_BASICRESP *basic = OCSP_response_get1_basic(r);
	unsigned char *data = NULL, *id = NULL;
	int n, m;

	PROMISE(r != NULL && basic != NULL);
	n = i2d_OCSP_RESPDATA((OCSP_RESPDATA *)(uintptr_t)OCSP_resp_get0_respdata(basic), &data);
	m = i2d_OCSP_CERTID(OCSP_SINGLERESP_get0_id(OCSP_resp_get0(basic, 0)), &id);
	PROMISE(n > 0 && m > 0 && (size_t)n < sizeof(w.data));
	memcpy(w.data, data, w.len = (size_t)n);
	size_t skip = 4 + (size_t)id[3]; /* its AlgorithmIdentifier may say NULL in other ways */
	w.id =
	    (struct octets){memmem(w.data, w.len, id + skip, (size_t)m - skip), (size_t)m - skip};
	PROMISE(w.id.data != NULL);
	OPENSSL_free(data);
	OPENSSL_free(id);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(r);
}

static void
make_world(void)
{
	struct forge ca = {.subject = "C=KZ/CN=F",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	struct forge leaf = {.subject = "C=KZ/CN=L", .serial = "77", .usage = "digitalSignature"};
	struct arena *a = arena_new();
	const char *trust = forge_folder(a);
	const struct pki_cert *c;
	struct err e = {0};
	EVP_PKEY *leaf_key = forge_key();
	X509 *x, *l;

	w.key = forge_key();
	x = leaf.issuer = forge_cert(&ca, w.key);
	leaf.issuer_key = w.key;
	l = forge_cert(&leaf, leaf_key);
	forge_write_pem(trust, "ca.pem", x);
	PROMISE(pki_open(&(struct pki_options){.trust = trust}, NULL, NULL, &w.pki, &e) == 0);
	PROMISE(pki_decode(w.pki, forge_der(a, l), &c, &e) == 0);
	PROMISE(pki_target_of(w.pki, c, &w.target, &e) == 0);
	PROMISE(clock_read("2026-06-02T12:10:00Z", &w.at));
	keep_data(forge_ocsp(a, &(struct forge_ocsp){.issuer = x,
				    .serial = "77",
				    .signer = x,
				    .key = w.key,
				    .status = V_OCSP_CERTSTATUS_GOOD,
				    .reason = -1}));
	PROMISE(EVP_PKEY_up_ref(w.key) == 1); /* used as long as the program runs */
	forge_clean();
	arena_free(a);
}

/* --- an edited one ---------------------------------------------------------------------------- */

struct text {
	unsigned char at[MOST_OCTETS * 2];
	size_t len;
};

/* Four octets an edit: what, where (two), a value. */
static void
edit(struct text *t, const uint8_t script[4])
{
	size_t where = ((size_t)script[1] << 8 | script[2]) % (t->len + 1), left = t->len - where;
	size_t n = script[3] % 16 + 1U;

	switch (script[0] % 4) {
	case 0: /* an octet becomes another one */
		if (left > 0)
			t->at[where] = script[3];
		break;
	case 1: /* octets go */
		n = n < left ? n : left;
		memmove(t->at + where, t->at + where + n, left - n);
		t->len -= n;
		break;
	case 2: /* octets come twice */
		n = n < left ? n : left;
		memmove(t->at + where + n, t->at + where, left);
		t->len += n;
		break;
	case 3: /* one bit */
		if (left > 0)
			t->at[where] ^= (unsigned char)(1U << script[3] % 8);
		break;
	}
}

static void
put(struct text *t, unsigned char tag, const void *content, size_t len)
{
	unsigned char *p = t->at + t->len;

	if (tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET)
		ASN1_put_object(&p, 1, (int)len, tag, V_ASN1_UNIVERSAL);
	else if (tag & V_ASN1_CONTEXT_SPECIFIC)
		ASN1_put_object(&p, 1, (int)len, tag & 0x1F, V_ASN1_CONTEXT_SPECIFIC);
	else
		ASN1_put_object(&p, 0, (int)len, tag, V_ASN1_UNIVERSAL);
	memcpy(p, content, len);
	t->len = (size_t)(p - t->at) + len;
}

/* What `inner` holds, in one more envelope. */
static void
wrap(struct text *inner, unsigned char tag)
{
	static struct text outer;

	outer.len = 0;
	put(&outer, tag, inner->at, inner->len);
	memcpy(inner->at, outer.at, inner->len = outer.len);
}

static void
sign(struct text *data, struct text *out)
{
	static const unsigned char algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
	    0x3d, 0x04, 0x03, 0x02}; /* ecdsa-with-SHA256 */
	static const unsigned char basic[] = {
	    0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
	static const unsigned char successful[] = {0x0a, 0x01, 0x00};
	unsigned char signature[129] = {0}; /* no unused bits */
	size_t n = sizeof(signature) - 1;
	EVP_MD_CTX *hash = EVP_MD_CTX_new();

	PROMISE(EVP_DigestSignInit(hash, NULL, EVP_sha256(), NULL, w.key) == 1 &&
		EVP_DigestSign(hash, signature + 1, &n, data->at, data->len) == 1);
	EVP_MD_CTX_free(hash);
	memcpy(out->at, data->at, out->len = data->len);
	memcpy(out->at + out->len, algorithm, sizeof(algorithm));
	out->len += sizeof(algorithm);
	put(out, V_ASN1_BIT_STRING, signature, n + 1);
	wrap(out, V_ASN1_SEQUENCE);
	wrap(out, V_ASN1_OCTET_STRING);
	memmove(out->at + sizeof(basic), out->at, out->len);
	memcpy(out->at, basic, sizeof(basic));
	out->len += sizeof(basic);
	wrap(out, V_ASN1_SEQUENCE);
	wrap(out, V_ASN1_CONTEXT_SPECIFIC | 0);
	memmove(out->at + sizeof(successful), out->at, out->len);
	memcpy(out->at, successful, sizeof(successful));
	out->len += sizeof(successful);
	wrap(out, V_ASN1_SEQUENCE);
}

/* --- the promise ------------------------------------------------------------------------------ */

static bool
judge(struct octets o)
{
	const struct pki_ocsp_rules rules = {.skew = 300, .max_age = 3600};
	struct pki_ocsp_answer answer;
	struct err e = {0};
	int rc = pki_ocsp_judge(w.pki, o, &w.target, NULL, w.at, &rules, &answer, &e);

	PROMISE((rc == 0) == (answer.fault == PKI_OCSP_FINE) && (rc == 0) == (e.code == ERR_OK));
	PROMISE(rc == 0 || (answer.status == PKI_UNKNOWN && e.code == ERR_PKI_REVOCATION_UNKNOWN));
	PROMISE(rc != 0 || answer.this_update.seconds <= w.at.seconds + rules.skew);
	PROMISE(rc != 0 || answer.fresh_until.seconds > w.at.seconds);
	return rc == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text edited, whole;

	if (w.pki == NULL)
		make_world();
	if (size > 0 && data[0] == 0x30) {
		PROMISE(!judge((struct octets){data, size}));
	} else {
		memcpy(edited.at, w.data, edited.len = w.len);
		for (size_t i = 1; i + 4 <= size && i < MOST_EDITS * 4; i += 4)
			edit(&edited, data + i);
		sign(&edited, &whole);
		bool said = judge((struct octets){whole.at, whole.len});
		PROMISE(!said || memmem(edited.at, edited.len, w.id.data, w.id.len) != NULL);
		PROMISE(said || size >= 5);
	}
	PROMISE(ERR_peek_error() == 0);
	return 0;
}
