/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Decoded certificates by the SHA-256 of their octets: decoding costs more than an RSA
 * verification.
 *
 * Bounded: the least recently used one goes when PKI_STRANGERS others have come since, or, of those
 * that were found good, PKI_CACHED. So a borrowed pointer stays good for the PKI_STRANGERS next
 * different certificates, far more than a request has, and nobody without a certificate of a known
 * CA can fill the memory or push out those in use. Pinned ones stay for ever. Each process has its
 * own copy after the fork; there are no locks.
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

static struct pki_list *
list_of(struct pki *p, const struct pki_cert *c)
{
	return c->proven ? &p->proven : &p->strangers;
}

static void
unlink_use(struct pki_list *l, struct pki_cert *c)
{
	*(c->newer != NULL ? &c->newer->older : &l->newest) = c->older;
	*(c->older != NULL ? &c->older->newer : &l->oldest) = c->newer;
	c->newer = c->older = NULL;
	l->n--;
}

static void
link_use(struct pki_list *l, struct pki_cert *c)
{
	c->older = l->newest;
	*(l->newest != NULL ? &l->newest->newer : &l->oldest) = c;
	l->newest = c;
	l->n++;
}

static void
put(struct pki *p, struct pki_cert *c)
{
	struct pki_cert **into = bucket(p, c->digest);

	c->next = *into;
	*into = c;
}

static void
make_room(struct pki *p, struct pki_list *l, size_t most)
{
	if (l->n < most)
		return;
	struct pki_cert *c = l->oldest, **at = bucket(p, c->digest);

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	unlink_use(l, c);
	pki_forget(p, c);
	pki_cert_free(c);
}

void
pki_cache_pin(struct pki *p, struct pki_cert *c)
{
	c->pinned = true;
	put(p, c);
}

void
pki_cache_prove(struct pki *p, const unsigned char digest[32])
{
	struct pki_cert *c = pki_cache_find(p, digest);

	if (c == NULL || c->pinned || c->proven)
		return;
	unlink_use(&p->strangers, c);
	c->proven = true;
	make_room(p, &p->proven, PKI_CACHED);
	link_use(&p->proven, c);
}

void
pki_cache_use(struct pki *p, struct pki_cert *c)
{
	if (c->pinned)
		return;
	unlink_use(list_of(p, c), c);
	link_use(list_of(p, c), c);
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
		make_room(p, &p->strangers, PKI_STRANGERS);
		put(p, c);
		link_use(&p->strangers, c);
	} else {
		pki_cache_use(p, c);
	}
	*out = c;
	return 0;
}
