/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets as a certificate, as the name of an issuer, as a CRL, and as what a CA has signed as a
 * CRL: the readers of pki/ refuse or keep their promises.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "fixture.h"
#include "fuzz.h"
#include "pki/inner.h"
#include "pki_forge.h"

const char *const fuzz_name = "pki";
const char *const fuzz_shared[] = {"samples/nca/ca-prod", "samples/nca/ca-test",
    "samples/nca/crl-test", "samples/shep/twin-certs", "corpora/04-pkits/certs",
    "corpora/04-pkits/crls", NULL};

/* A CA named C=KZ, CN=F: the seeds that end in .tbs are CRLs of it without their signature. */
static struct {
	EVP_PKEY *key;
	struct pki *pki;
} w;

static void
make_world(void)
{
	struct forge ca = {.subject = "C=KZ/CN=F",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	struct arena *a = arena_new();
	const char *trust = forge_folder(a);
	struct err e = {0};
	X509 *x;

	w.key = forge_key();
	x = forge_cert(&ca, w.key);
	forge_write_pem(trust, "ca.pem", x);
	PROMISE(pki_open(&(struct pki_options){.trust = trust}, NULL, NULL, &w.pki, &e) == 0);
	PROMISE(EVP_PKEY_up_ref(w.key) == 1); /* used as long as the program runs */
	forge_clean();
	arena_free(a);
}

static void
as_certificate(struct octets o)
{
	const struct pki_cert *c, *again;
	struct pki_signer who;
	struct err e = {0};

	if (pki_decode(w.pki, o, &c, &e) != 0) {
		PROMISE(c == NULL && e.code == ERR_PKI_CERTIFICATE);
		return;
	}
	PROMISE(octets_equal(pki_der(c), o));
	PROMISE(pki_decode(w.pki, o, &again, &e) == 0 && again == c);
	pki_describe(c, &who);
	PROMISE(strlen(who.iin) % 12 == 0 && strlen(who.bin) % 12 == 0);
	PROMISE(strlen(who.serial) > 0 && strlen(who.fingerprint) == 64);
	if (pki_judge(w.pki, c, (struct instant){1780000000, 0}, &who, &e) != 0)
		PROMISE(e.code != ERR_OK && e.code != ERR_INTERNAL);
}

static void
as_name(struct octets o)
{
	char text[8192];
	const struct pki_cert *c;
	struct err e = {0};

	if (o.len >= sizeof(text) || memchr(o.data, 0, o.len) != NULL)
		return;
	memcpy(text, o.data, o.len);
	text[o.len] = '\0';
	if (pki_name_is(X509_get_subject_name(w.pki->cas[0]->x), text))
		PROMISE(strchr(text, '=') != NULL);
	PROMISE(pki_find_partner(w.pki, text, text, (struct instant){0, 0}, &c, &e) == -1);
}

static void
as_crl(struct octets o, bool ours)
{
	struct pki_crl *crl;
	struct err e = {0};

	if (pki_crl_read(w.pki, o, &crl, &e) != 0) {
		PROMISE(crl == NULL && e.code == ERR_CONFIG);
		return;
	}
	PROMISE(ours); /* nobody else has the key */
	for (size_t i = 1; i < crl->n_revoked; i++)
		PROMISE(memcmp(crl->revoked[i - 1].serial, crl->revoked[i].serial, PKI_SERIAL) < 0);
	pki_crl_free(crl);
}

/* A SEQUENCE's header for len octets of content; returns its own length. */
static size_t
header(unsigned char *into, unsigned char tag, size_t len)
{
	unsigned char *p = into;

	ASN1_put_object(&p, tag == V_ASN1_SEQUENCE, (int)len, tag, V_ASN1_UNIVERSAL);
	return (size_t)(p - into);
}

/* The octets as tbsCertList under a good signature. */
static void
as_signed_crl(struct octets tbs)
{
	static const unsigned char algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
	    0x3d, 0x04, 0x03, 0x02}; /* ecdsa-with-SHA256 */
	unsigned char signature[128], bits[8], outer[8];
	size_t n = sizeof(signature);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();

	PROMISE(EVP_DigestSignInit(hash, NULL, EVP_sha256(), NULL, w.key) == 1 &&
		EVP_DigestSign(hash, signature, &n, tbs.data, tbs.len) == 1);
	size_t b = header(bits, V_ASN1_BIT_STRING, n + 1);
	size_t body = tbs.len + sizeof(algorithm) + b + 1 + n;
	size_t h = header(outer, V_ASN1_SEQUENCE, body);
	unsigned char *der = malloc(h + body), *p = der;
	PROMISE(der != NULL);
	p = (unsigned char *)mempcpy(p, outer, h);
	p = (unsigned char *)mempcpy(p, tbs.data, tbs.len);
	p = (unsigned char *)mempcpy(p, algorithm, sizeof(algorithm));
	p = (unsigned char *)mempcpy(p, bits, b);
	*p++ = 0; /* unused bits */
	memcpy(p, signature, n);
	as_crl((struct octets){der, h + body}, true);
	free(der);
	EVP_MD_CTX_free(hash);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct octets o = {data, size};

	if (w.pki == NULL)
		make_world();
	as_certificate(o);
	as_name(o);
	as_crl(o, false);
	as_signed_crl(o);
	PROMISE(ERR_peek_error() == 0);
	return 0;
}
