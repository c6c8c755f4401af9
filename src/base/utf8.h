/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * UTF-8, one character at a time: RFC 3629, nothing overlong, no surrogates, nothing past U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

static inline bool
utf8_tail(const unsigned char *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return false;
	return true;
}

/* Octets of the character at p, of which `left` (at least 1) may be read; 0 when it is none. */
static inline size_t
utf8_length(const unsigned char *p, size_t left)
{
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2)
		return 0;
	if (p[0] < 0xE0)
		return left >= 2 && utf8_tail(p, 2) ? 2 : 0;
	if (p[0] < 0xF0)
		return left >= 3 && utf8_tail(p, 3) && !(p[0] == 0xE0 && p[1] < 0xA0) &&
			       !(p[0] == 0xED && p[1] > 0x9F)
			   ? 3
			   : 0;
	return left >= 4 && p[0] < 0xF5 && utf8_tail(p, 4) && !(p[0] == 0xF0 && p[1] < 0x90) &&
		       !(p[0] == 0xF4 && p[1] > 0x8F)
		   ? 4
		   : 0;
}

/* U+FFFE and U+FFFF: UTF-8, but no characters of XML 1.0 (production 2). p is of length n. */
static inline bool
utf8_is_nonchar(const unsigned char *p, size_t n)
{
	return n == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE;
}

#endif
