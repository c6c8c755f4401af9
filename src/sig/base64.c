/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * OpenSSL's block coder behind a strict look at the alphabet: alone it takes '=' anywhere and stops
 * at
 * '-' without a word.
 */
#include "config.h"

#include <limits.h>

#include <openssl/evp.h>

#include "sig/base64.h"

static bool
is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_digit(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/';
}

/* Copies without white space; *padding counts the '=' at the end. */
static bool
compact(struct octets text, unsigned char *to, size_t *len, size_t *padding)
{
	*len = *padding = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = text.data[i];
		if (is_space(c))
			continue;
		if (c == '=' ? *padding == 2 : *padding > 0 || !is_digit(c))
			return false;
		*padding += c == '=';
		to[(*len)++] = c;
	}
	return *len > 0 && *len % 4 == 0;
}

bool
sig_base64_read(struct octets text, struct arena *a, struct octets *out)
{
	unsigned char *tight, *data;
	size_t len, padding;

	*out = (struct octets){NULL, 0};
	if (text.len > INT_MAX || (tight = arena_alloc(a, text.len + 1)) == NULL)
		return false;
	if (!compact(text, tight, &len, &padding) || (data = arena_alloc(a, len / 4 * 3)) == NULL)
		return false;
	if (EVP_DecodeBlock(data, tight, (int)len) != (int)(len / 4 * 3))
		return false;
	*out = (struct octets){data, len / 4 * 3 - padding};
	return true;
}

char *
sig_base64_write(struct octets o, struct arena *a)
{
	char *text = o.len > INT_MAX / 2 ? NULL : arena_alloc(a, (o.len + 2) / 3 * 4 + 1);

	if (text != NULL)
		EVP_EncodeBlock((unsigned char *)text, o.data, (int)o.len);
	return text;
}
