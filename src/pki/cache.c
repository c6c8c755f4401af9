/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Decoded certificates by the SHA-256 of their octets: decoding costs more than an RSA
 * verification.
 *
 * Bounded: the least recently used one goes when PKI_CACHED others have come since. So a borrowed
 * pointer stays good for the PKI_CACHED next different certificates, far more than a request has.
 * Pinned ones stay for ever. Each process has its own copy after the fork; there are no locks.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "pki/inner.h"

static struct pki_cert **
bucket(struct pki *p, const unsigned char digest[32])
{
	size_t n;

	memcpy(&n, digest, sizeof(n));
	return &p->bucket[n & (PKI_BUCKETS - 1)];
}

int
pki_cache_digest(struct pki *p, struct octets der, unsigned char out[32], struct err *e)
{
	if (EVP_DigestInit_ex2(p->hash, p->sha256, NULL) == 1 &&
	    EVP_DigestUpdate(p->hash, der.data, der.len) == 1 &&
	    EVP_DigestFinal_ex(p->hash, out, NULL) == 1)
		return 0;
	ERR_clear_error();
	return err_set(e, ERR_NOMEM, "SHA-256 failed");
}

struct pki_cert *
pki_cache_find(struct pki *p, const unsigned char digest[32])
{
	struct pki_cert *c = *bucket(p, digest);

	while (c != NULL && memcmp(c->digest, digest, sizeof(c->digest)) != 0)
		c = c->next;
	return c;
}

static void
unlink_use(struct pki *p, struct pki_cert *c)
{
	*(c->newer != NULL ? &c->newer->older : &p->newest) = c->older;
	*(c->older != NULL ? &c->older->newer : &p->oldest) = c->newer;
	c->newer = c->older = NULL;
}

static void
link_use(struct pki *p, struct pki_cert *c)
{
	c->older = p->newest;
	*(p->newest != NULL ? &p->newest->newer : &p->oldest) = c;
	p->newest = c;
}

static void
put(struct pki *p, struct pki_cert *c)
{
	struct pki_cert **into = bucket(p, c->digest);

	c->next = *into;
	*into = c;
}

static void
evict_oldest(struct pki *p)
{
	struct pki_cert *c = p->oldest, **at = bucket(p, c->digest);

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	unlink_use(p, c);
	p->n_cached--;
	pki_cert_free(c);
}

void
pki_cache_pin(struct pki *p, struct pki_cert *c)
{
	c->pinned = true;
	put(p, c);
}

void
pki_cache_clear(struct pki *p)
{
	for (size_t i = 0; i < PKI_BUCKETS; i++)
		while (p->bucket[i] != NULL) {
			struct pki_cert *c = p->bucket[i];
			p->bucket[i] = c->next;
			pki_cert_free(c);
		}
}

int
pki_decode(struct pki *p, struct octets der, const struct pki_cert **out, struct err *e)
{
	unsigned char digest[32];
	struct pki_cert *c;

	*out = NULL;
	if (pki_cache_digest(p, der, digest, e) != 0)
		return -1;
	c = pki_cache_find(p, digest);
	if (c == NULL) {
		if (pki_cert_new(der, &c, e) != 0)
			return -1;
		if (p->n_cached == PKI_CACHED)
			evict_oldest(p);
		put(p, c);
		link_use(p, c);
		p->n_cached++;
	} else if (!c->pinned && c != p->newest) {
		unlink_use(p, c);
		link_use(p, c);
	}
	*out = c;
	return 0;
}
