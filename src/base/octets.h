/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Octets: a pointer with its length, borrowed from whoever owns them.
 *
 * Everything that came from a peer is octets, never a C string: lengths are carried, not searched.
 */
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct octets {
	const unsigned char *data; /* may be NULL when len is 0 */
	size_t len;
};

/* Octets of a string literal or of configuration; the terminator is not counted. */
static inline struct octets
octets_of(const char *text)
{
	return (struct octets){(const unsigned char *)text, strlen(text)};
}

static inline bool
octets_equal(struct octets a, struct octets b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool
octets_is(struct octets a, const char *text)
{
	return octets_equal(a, octets_of(text));
}

#endif
