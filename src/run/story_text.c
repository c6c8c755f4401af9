/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What of a message may be shown: texts without IINs, octets without passwords.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "dom/dom.h"
#include "env/env.h"
#include "run/story.h"

#define IIN_DIGITS 12
#define ID_CHARACTERS 32 /* of a UUID, or of a certificate's serial number */

size_t
run_put_character(const char *text, size_t left, FILE *to)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = utf8_length(p, left);

	if (n > 0 && !utf8_steers(p, n))
		return fwrite(p, 1, n, to) == n ? n : left;
	n = n == 0 ? 1 : n;
	for (size_t i = 0; i < n; i++)
		fprintf(to, "\\x%02x", p[i]);
	return n;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Digits inside a long hexadecimal number, or a UUID, are nobody's. */
static bool
is_in_id(const char *text, const char *at)
{
	const char *from = at, *to = at;
	bool letter = false;

	while (from > text && (is_hex(from[-1]) || from[-1] == '-'))
		from--;
	while (is_hex(*to) || *to == '-')
		to++;
	for (const char *p = from; p < to; p++)
		letter |= is_hex(*p) && !is_digit(*p);
	return letter && to - from >= ID_CHARACTERS;
}

/* The fifth digit is the first of a day in an IIN; in a BIN it is 4 and more, and that is public.
 */
static bool
is_iin(const char *text, const char *at)
{
	return strspn(at, "0123456789") == IIN_DIGITS && at[4] <= '3' && !is_in_id(text, at);
}

const char *
run_mask(const char *text, struct arena *a)
{
	char *copy = arena_strdup(a, text);

	if (copy == NULL)
		return "";
	for (const char *p = text; *p != '\0';) {
		if (!is_digit(*p)) {
			p++;
			continue;
		}
		if (is_iin(text, p))
			memset(copy + (p - text) + 4, '*', 6);
		p += strspn(p, "0123456789");
	}
	return copy;
}

/* Length of a start tag "<password ...>" or "<any:password ...>" at p; 0 = there is none. */
static size_t
password_tag(const char *p, const char *end)
{
	static const char name[] = "password";
	const char *q = p + 1;
	const char *close = memchr(p, '>', (size_t)(end - p));

	if (*p != '<' || close == NULL || close[-1] == '/')
		return 0;
	for (const char *c = q; c < close && strchr(" \t\r\n", *c) == NULL; c++)
		if (*c == ':')
			q = c + 1;
	if ((size_t)(close - q) < strlen(name) || memcmp(q, name, strlen(name)) != 0 ||
	    strchr(" \t\r\n>", q[strlen(name)]) == NULL)
		return 0;
	return (size_t)(close + 1 - p);
}

/* Up to the end tag, or to the end of what was kept. */
static const char *
past_content(const char *p, const char *end)
{
	while (p < end && !(p[0] == '<' && end - p > 1 && p[1] == '/'))
		p++;
	return p;
}

const char *
run_show_octets(struct octets o, struct arena *a)
{
	const char *p = (const char *)o.data, *end = p + o.len;
	char *text = NULL;
	const char *copy;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return "";
	while (p < end) {
		size_t n = password_tag(p, end);
		if (n > 0) {
			fwrite(p, 1, n, to);
			fputs("***", to);
			p = past_content(p + n, end);
			continue;
		}
		if (*p == '\n' || *p == '\t')
			fputc(*p++, to);
		else
			p += run_put_character(p, (size_t)(end - p), to);
	}
	fclose(to);
	copy = text == NULL ? NULL : arena_strdup(a, text);
	free(text);
	return copy == NULL ? "" : copy;
}

const char *
run_algorithm_of(struct octets message, struct arena *a)
{
	const char *uri = NULL;
	struct dom *doc = NULL;
	struct err ignored = {0};

	if (dom_parse(message, &dom_default_limits, &doc, &ignored) != 0)
		return "";
	for (const struct dom_node *n = dom_root(doc); n != NULL && uri == NULL;
	     n = dom_following(n, dom_root(doc)))
		if (dom_is(n, ENV_DS, "SignatureMethod"))
			uri = dom_attribute(n, "", "Algorithm", a);
	if (uri != NULL)
		uri = arena_strdup(a, uri);
	dom_free(doc);
	return uri == NULL ? "" : uri;
}
