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

/* What a terminal obeys instead of showing it: C0, DEL, C1 (U+009B begins a command like ESC [),
 * and what turns the direction of text round (U+200E, U+200F, U+202A .. U+202E, U+2066 .. U+2069).
 * p is of length n as utf8_length() gives it. */
static inline bool
utf8_steers(const unsigned char *p, size_t n)
{
	if (n == 1)
		return p[0] < ' ' || p[0] == 0x7F;
	if (n == 2)
		return p[0] == 0xC2 && p[1] < 0xA0;
	if (n != 3 || p[0] != 0xE2)
		return false;
	return (p[1] == 0x80 && (p[2] == 0x8E || p[2] == 0x8F || (p[2] >= 0xAA && p[2] <= 0xAE))) ||
	       (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9);
}

#endif
