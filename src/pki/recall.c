/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Certificates by the text that brought them. A sender writes its certificate in the same way in
 * each message: who finds that text need not decode it, nor hash what comes out.
 *
 * Only what was found good is remembered, so strangers push nobody out; one place a text, the later
 * one takes it. Each process has its own.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "pki/inner.h"

/* Where the signature of the certificate stands, which no other one shares. */
static struct pki_cert **
place_of(struct pki *p, struct octets text)
{
	uint64_t h = text.len;
	size_t at = text.len - text.len / 16;

	for (size_t i = at; i < text.len && i < at + 16; i++)
		h = (h ^ text.data[i]) * UINT64_C(0x100000001B3);
	return &p->written[(h ^ h >> 32) & (PKI_WRITTEN - 1)];
}

const struct pki_cert *
pki_recall(struct pki *p, struct octets text)
{
	struct pki_cert *c = *place_of(p, text);

	if (c == NULL || !octets_equal(text, (struct octets){c->text, c->text_len}))
		return NULL;
	pki_cache_use(p, c);
	return c;
}

void
pki_forget(struct pki *p, struct pki_cert *c)
{
	if (c->text == NULL)
		return;
	*place_of(p, (struct octets){c->text, c->text_len}) = NULL;
	free(c->text);
	c->text = NULL;
}

void
pki_remember(struct pki *p, struct octets text, const struct pki_cert *cert)
{
	struct pki_cert *c = pki_cache_find(p, cert->digest), **place = place_of(p, text);
	unsigned char *copy;

	if (c != cert || !(c->proven || c->pinned) || text.len == 0 ||
	    text.len > (size_t)2 * PKI_OCTETS || (copy = malloc(text.len)) == NULL)
		return; /* decoded again next time */
	memcpy(copy, text.data, text.len);
	pki_forget(p, c);
	if (*place != NULL)
		pki_forget(p, *place);
	c->text = copy;
	c->text_len = text.len;
	*place = c;
}
