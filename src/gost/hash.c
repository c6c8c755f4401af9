/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nettle's two digests behind one state; see hash.h.
 */
#include "config.h"

#include "gost/hash.h"

static bool
is_streebog(const struct gost_hash *h)
{
	return h->family == &gost_family_2015;
}

void
gost_hash_init(struct gost_hash *h, const struct gost_family *f)
{
	h->family = f;
	if (is_streebog(h))
		streebog512_init(&h->u.streebog);
	else
		gosthash94_init(&h->u.gosthash);
}

void
gost_hash_update(struct gost_hash *h, const void *data, size_t len)
{
	if (is_streebog(h))
		streebog512_update(&h->u.streebog, len, data);
	else
		gosthash94_update(&h->u.gosthash, len, data);
}

void
gost_hash_final(struct gost_hash *h, unsigned char *out)
{
	if (is_streebog(h))
		streebog512_digest(&h->u.streebog, h->family->size, out);
	else
		gosthash94_digest(&h->u.gosthash, h->family->size, out);
}
