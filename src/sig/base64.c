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

enum kind {
	OTHER,
	SPACE,
	DIGIT,
	PADDING
};

/* A table, because certificates are long and every message brings one. */
static const unsigned char kinds[256] = {[' '] = SPACE,
    ['\t'] = SPACE,
    ['\r'] = SPACE,
    ['\n'] = SPACE,
    ['A' ... 'Z'] = DIGIT,
    ['a' ... 'z'] = DIGIT,
    ['0' ... '9'] = DIGIT,
    ['+'] = DIGIT,
    ['/'] = DIGIT,
    ['='] = PADDING};

/* Copies without white space; *padding counts the '=' at the end. */
static bool
compact(struct octets text, unsigned char *to, size_t *len, size_t *padding)
{
	size_t n = 0, equals = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char kind = kinds[text.data[i]];
		if (kind == SPACE)
			continue;
		if (kind == OTHER || (kind == DIGIT && equals > 0))
			return false;
		equals += kind == PADDING;
		to[n++] = text.data[i];
	}
	*len = n;
	*padding = equals;
	return n > 0 && n % 4 == 0 && equals <= 2;
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
	for (size_t i = len / 4 * 3 - padding; i < len / 4 * 3; i++)
		if (data[i] != 0) /* one value, one text (RFC 4648 3.5) */
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
