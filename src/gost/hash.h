/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Streaming digests: Streebog-512 and GOST 34.311 with the test S-boxes, by Nettle.
 *
 * The state is plain memory: it needs no allocation and may be copied by assignment.
 */
#ifndef GOST_HASH_H
#define GOST_HASH_H

#include <nettle/gosthash94.h>
#include <nettle/streebog.h>

#include "gost/family.h"

struct gost_hash {
	const struct gost_family *family;
	union {
		struct streebog512_ctx streebog;
		struct gosthash94_ctx gosthash;
	} u;
};

void gost_hash_init(struct gost_hash *, const struct gost_family *);
void gost_hash_update(struct gost_hash *, const void *data, size_t len);

/* Writes family->size octets; the state starts over. */
void gost_hash_final(struct gost_hash *, unsigned char *out);

#endif
