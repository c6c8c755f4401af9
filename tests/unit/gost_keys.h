/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of gost/ share: both families, making keys, signing and verifying.
 *
 * Everything goes through OpenSSL's public functions, as in every other room. Failures end the
 * test.
 */
#ifndef TESTS_UNIT_GOST_KEYS_H
#define TESTS_UNIT_GOST_KEYS_H

#include <openssl/evp.h>

#include "base/arena.h"
#include "gost/gost.h"

#define MESSAGE "the octets of a message"

struct family {
	const char *key, *md, *other_md;
	size_t size; /* of a scalar and of a digest */
};

extern const struct family families[2];

#define EACH_FAMILY(f) (const struct family *f = families; f < families + 2; f++)

extern struct arena *arena; /* from load_provider() to unload_provider() */

/* Fixtures of cmocka: the first two of a group, the last of every test. */
int load_provider(void **state);
int unload_provider(void **state);
int nothing_is_left_in_the_error_queue(void **state);

/* A fresh pair; the first may give NULL when no random octets can be had. */
EVP_PKEY *try_to_generate(const struct family *);
EVP_PKEY *generate(const struct family *);

/* Streaming; the signature is in the arena. md may be NULL: the key's own. 1 when it verifies; the
 * error queue is empty afterwards. */
struct octets sign(const struct family *, EVP_PKEY *, const char *message);
int verify(EVP_PKEY *, const char *md, struct octets sig, const char *message);

#endif
