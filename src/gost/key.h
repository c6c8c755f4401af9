/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Keys and the bare signature: a point, a scalar, r || s over a finished digest.
 *
 * All octets are little-endian, as the NCA writes them (nca.md 1.3): a public key is X || Y, a
 * private key d, a signature r || s. A key is filled once and only read afterwards, so holders
 * share it by count. Knows Nettle and GMP, not OpenSSL's provider API.
 */
#ifndef GOST_KEY_H
#define GOST_KEY_H

#include "base/err.h"
#include "gost/family.h"

struct gost_key;

/* An empty key with one holder; NULL when memory is out. */
struct gost_key *gost_key_new(const struct gost_family *);
struct gost_key *gost_key_share(struct gost_key *);
void gost_key_free(struct gost_key *); /* one holder less; takes NULL; wipes the scalar */

const struct gost_family *gost_key_family(const struct gost_key *);
bool gost_key_has_public(const struct gost_key *);
bool gost_key_has_private(const struct gost_key *);

/* false for a wrong length, a coordinate not below p, or a point that is not on the curve. */
bool gost_key_set_public(struct gost_key *, struct octets xy) MUSTCHECK;

/* Derives the public key too; false for a wrong length, a scalar outside 1 .. q-1, or one that does
 * not belong to the public key already there. */
bool gost_key_set_private(struct gost_key *, struct octets d) MUSTCHECK;

/* A fresh pair; false when no random octets can be had. */
bool gost_key_generate(struct gost_key *) MUSTCHECK;

/* 2 * size and size octets; the key must have what is asked for. */
void gost_key_get_public(const struct gost_key *, unsigned char *xy);
void gost_key_get_private(const struct gost_key *, unsigned char *d);

bool gost_key_equal_public(const struct gost_key *, const struct gost_key *);

/* Over a digest of `size` octets; the signature has 2 * size. */
bool gost_key_sign(
    const struct gost_key *, const unsigned char *digest, unsigned char *sig) MUSTCHECK;
bool gost_key_verify(
    const struct gost_key *, const unsigned char *digest, const unsigned char *sig) MUSTCHECK;

#endif
