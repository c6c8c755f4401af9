/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The two families of keys: GOST 34.10-2015 (512) and GOST 34.310-2004, as plain constants.
 *
 * Names, object identifiers, sizes and the fixed DER of the algorithm identifiers
 * (nca.md 1.2, 1.3). Everything else in this room is written once and asks the family.
 */
#ifndef GOST_FAMILY_H
#define GOST_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/octets.h"

#define GOST_MOST_SIZE 64			 /* octets of a scalar, a coordinate, a digest */
#define GOST_MOST_PUBLIC (2 * GOST_MOST_SIZE)	 /* X || Y */
#define GOST_MOST_SIGNATURE (2 * GOST_MOST_SIZE) /* r || s */

/* An object as OpenSSL's table of objects wants it. */
struct gost_object {
	const char *sn, *ln, *oid;
};

struct gost_family {
	struct gost_object key, digest, signature;
	struct gost_object digest_alias; /* the same digest under a second OID, or NULLs */
	const char *curve_name;
	size_t size; /* octets of a scalar, a coordinate and a digest alike */
	int bits, security_bits;
	size_t block_size; /* of the digest */
	struct octets
	    key_algorithm; /* DER AlgorithmIdentifier in SubjectPublicKeyInfo and PKCS#8 */
	struct octets signature_algorithm;
	bool private_is_integer; /* PKCS#8 holds INTEGER, big-endian; else OCTET STRING,
				    little-endian */
};

extern const struct gost_family gost_family_2015;
extern const struct gost_family gost_family_2004;

/* true when the name is one of the family's digest, in any spelling OpenSSL may hand us. */
bool gost_family_has_digest(const struct gost_family *, const char *name);

#endif
