/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The two DER structures of a key: SubjectPublicKeyInfo and PrivateKeyInfo (PKCS#8), read and
 * written.
 *
 * Reading is strict DER and compares the whole AlgorithmIdentifier, so that other parameters of the
 * same key type are never taken for ours. Never calls OpenSSL's decoders: they would call us back.
 */
#ifndef GOST_DER_H
#define GOST_DER_H

#include "gost/key.h"

#define GOST_DER_MOST 256 /* octets of anything written here */

/* A buffer filled from its end to its front; the octets are data + at .. data + sizeof(data). */
struct gost_der {
	unsigned char data[GOST_DER_MOST];
	size_t at;
};

struct octets gost_der_octets(const struct gost_der *);

/* NULL when it is not this family's key, or not a good one; else a new key. All octets must be
 * used. */
struct gost_key *gost_der_read_public(const struct gost_family *, struct octets der);
struct gost_key *gost_der_read_private(const struct gost_family *, struct octets der);

void gost_der_write_public(const struct gost_key *, struct gost_der *out);
void gost_der_write_private(const struct gost_key *, struct gost_der *out); /* caller wipes out */

#endif
