/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See reference.h.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/octets.h"
#include "dom/reference.h"

/* "&#x10FFFF;" with a few leading zeros */
#define LONGEST 12

static int
digit(unsigned char c, uint32_t base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* XML 1.0, production 2. */
static bool
is_character(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c < 0x110000);
}

/* "#65" or "#x41", between & and ; */
static bool
good_number(const unsigned char *p, size_t n)
{
	uint32_t base = n > 1 && p[1] == 'x' ? 16 : 10, c = 0;
	size_t i = base == 16 ? 2 : 1;

	if (i >= n)
		return false;
	for (; i < n; i++) {
		int d = digit(p[i], base);

		if (d < 0)
			return false;
		c = c * base + (uint32_t)d;
		if (c >= 0x110000)
			return false;
	}
	return is_character(c);
}

/* Without a table: a message may be made of nothing else. */
static bool
predefined(const unsigned char *p, size_t n)
{
	switch (n) {
	case 2:
		return memcmp(p, "lt", 2) == 0 || memcmp(p, "gt", 2) == 0;
	case 3:
		return memcmp(p, "amp", 3) == 0;
	case 4:
		return memcmp(p, "quot", 4) == 0 || memcmp(p, "apos", 4) == 0;
	default:
		return false;
	}
}

/* Between & and ; */
static bool
means_something(const unsigned char *name, size_t n)
{
	return n > 0 && name[0] == '#' ? good_number(name, n) : predefined(name, n);
}

size_t
dom_reference_length(const unsigned char *p, size_t left)
{
	const unsigned char *stop;

	/* what nearly all of them are */
	if (left >= 4 && (memcmp(p, "&lt;", 4) == 0 || memcmp(p, "&gt;", 4) == 0))
		return 4;
	stop = memchr(p, ';', left < LONGEST ? left : LONGEST);
	if (stop == NULL || !means_something(p + 1, (size_t)(stop - p - 1)))
		return 0;
	return (size_t)(stop - p) + 1;
}
