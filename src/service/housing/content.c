/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An attachment's octets: base64, SHA-256, and the first octets of the three types that are taken.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "service/housing/housing.h"

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* OpenSSL's decoder takes "=" anywhere and blanks only at the ends: so the form is made here first.
 */
static bool
squeeze(struct octets in, char *out, size_t *length, size_t *padding)
{
	size_t n = 0, pad = 0;

	for (size_t i = 0; i < in.len; i++) {
		char ch = (char)in.data[i];

		if (ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n')
			continue;
		if (ch == '=')
			pad++;
		else if (pad > 0 || ch == '\0' || strchr(ALPHABET, ch) == NULL)
			return false;
		out[n++] = ch;
	}
	*length = n;
	*padding = pad;
	return n % 4 == 0 && pad <= 2;
}

bool
housing_decode(struct octets base64, struct arena *a, struct octets *out)
{
	size_t length, padding;
	char *text = arena_alloc(a, base64.len + 1);
	unsigned char *data = arena_alloc(a, base64.len / 4 * 3 + 3);

	*out = (struct octets){NULL, 0};
	if (text == NULL || data == NULL || base64.len > INT_MAX ||
	    !squeeze(base64, text, &length, &padding))
		return false;
	if (length == 0)
		return true;
	if (EVP_DecodeBlock(data, (unsigned char *)text, (int)length) < 0)
		return false;
	*out = (struct octets){data, length / 4 * 3 - padding};
	return true;
}

bool
housing_digest_holds(struct octets content, const char *hex)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	static const char digits[] = "0123456789abcdef";
	char got[65] = "";

	if (EVP_Digest(content.data, content.len, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < 32; i++) {
		got[2 * i] = digits[digest[i] >> 4];
		got[2 * i + 1] = digits[digest[i] & 15];
	}
	return strcasecmp(got, hex) == 0;
}

bool
housing_mime_holds(struct octets content, const char *mime)
{
	static const struct {
		const char *mime, *start;
	} types[] = {{"application/pdf", "%PDF-"}, {"image/jpeg", "\xFF\xD8\xFF"},
	    {"image/png", "\x89PNG\r\n\x1A\n"}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t n = strlen(types[i].start);

		if (strcmp(types[i].mime, mime) == 0)
			return content.len >= n && memcmp(content.data, types[i].start, n) == 0;
	}
	return false;
}
