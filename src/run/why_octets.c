/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Octets as they may have been: of the whole message before it is parsed, and of a canonical form
 * before it is digested. Neither knows XML beyond what it looks for.
 */
#include "config.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "run/why_octets.h"

struct builder {
	char *text;
	size_t len;
};

static void
add(struct builder *b, const void *octets, size_t n)
{
	memcpy(b->text + b->len, octets, n);
	b->len += n;
}

static bool
done(const struct builder *b, struct octets in, struct octets *out)
{
	*out = (struct octets){(unsigned char *)b->text, b->len};
	return !octets_equal(in, *out);
}

bool
why_replace(struct octets in, const char *from, const char *to, struct arena *a, struct octets *out)
{
	size_t n = strlen(from), m = strlen(to), count = 0;
	const unsigned char *end = in.data + in.len, *at;
	struct builder b = {NULL, 0};

	for (at = in.data; (at = memmem(at, (size_t)(end - at), from, n)) != NULL; at += n)
		count++;
	if (count == 0 || (b.text = arena_alloc(a, in.len + count * m + 1)) == NULL)
		return false;
	for (at = in.data; at < end;) {
		const unsigned char *hit = memmem(at, (size_t)(end - at), from, n);
		add(&b, at, (size_t)((hit == NULL ? end : hit) - at));
		if (hit == NULL)
			break;
		add(&b, to, m);
		at = hit + n;
	}
	return done(&b, in, out);
}

bool
why_convert(struct octets in, const char *from, const char *to, struct arena *a, struct octets *out)
{
	iconv_t c = iconv_open(to, from);
	size_t left = in.len, room = in.len * 4 + 16;
	char *text = arena_alloc(a, room), *p = text, *source = (char *)(uintptr_t)in.data;
	bool ok;

	if (c == (iconv_t)-1)
		return false;
	ok = text != NULL && iconv(c, &source, &left, &p, &room) != (size_t)-1 && left == 0 &&
	     iconv(c, NULL, NULL, &p, &room) != (size_t)-1;
	iconv_close(c);
	return ok && done(&(struct builder){text, (size_t)(p - text)}, in, out);
}

static bool
ends_with(struct octets o, const char *text)
{
	size_t n = strlen(text);

	return o.len >= n && memcmp(o.data + o.len - n, text, n) == 0;
}

bool
why_put_around(
    struct octets in, const char *before, const char *behind, struct arena *a, struct octets *out)
{
	size_t n = strlen(before), m = strlen(behind);
	struct builder b = {arena_alloc(a, n + in.len + m + 1), 0};

	if (b.text == NULL)
		return false;
	add(&b, before, n);
	add(&b, in.data, in.len);
	add(&b, behind, m);
	return done(&b, in, out);
}

bool
why_take_end(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	(void)a;
	*out = (struct octets){in.data, in.len - (ends_with(in, how) ? strlen(how) : 0)};
	return out->len != in.len;
}

/* Is there one of the five entities, or a character reference, at p? */
static bool
is_reference(const unsigned char *p, const unsigned char *end)
{
	static const char *const names[] = {"lt;", "gt;", "amp;", "quot;", "apos;", "#"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((size_t)(end - p) >= strlen(names[i]) &&
		    memcmp(p, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

bool
why_unescape_once(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	const unsigned char *end = in.data + in.len;
	struct builder b = {arena_alloc(a, in.len + 1), 0};

	(void)how;
	if (b.text == NULL)
		return false;
	for (const unsigned char *p = in.data; p < end; p++) {
		add(&b, p, 1);
		if (end - p > 5 && memcmp(p, "&amp;", 5) == 0 && is_reference(p + 5, end))
			p += 4;
	}
	return done(&b, in, out);
}

/* A character reference to a carriage return, in any spelling; 0 for none. */
static size_t
cr_reference(const unsigned char *p, const unsigned char *end)
{
	static const char *const spelled[] = {"&#13;", "&#xD;", "&#xd;", "&#x0D;", "&#x0d;"};

	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++)
		if ((size_t)(end - p) >= strlen(spelled[i]) &&
		    memcmp(p, spelled[i], strlen(spelled[i])) == 0)
			return strlen(spelled[i]);
	return 0;
}

bool
why_drop_cr(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	const unsigned char *end = in.data + in.len;
	struct builder b = {arena_alloc(a, in.len + 1), 0};

	(void)how;
	if (b.text == NULL)
		return false;
	for (const unsigned char *p = in.data; p < end; p++) {
		size_t n = cr_reference(p, end);
		if (n > 0)
			p += n - 1;
		else
			add(&b, p, 1);
	}
	return done(&b, in, out);
}

/* Walks a canonical form: text, and inside tags names and values. `each` is asked for the spelling
 * of every octet; NULL leaves it. */
typedef const char *spell(unsigned char octet, bool in_tag);

static bool
respell(struct octets in, spell *each, struct arena *a, struct octets *out)
{
	struct builder b = {arena_alloc(a, in.len * 6 + 1), 0};
	bool in_tag = false;

	if (b.text == NULL)
		return false;
	for (size_t i = 0; i < in.len; i++) {
		unsigned char c = in.data[i];
		in_tag = c == '<' || (in_tag && c != '>');
		const char *to = each(c, in_tag || c == '>');
		if (to == NULL)
			add(&b, &c, 1);
		else
			add(&b, to, strlen(to));
	}
	return done(&b, in, out);
}

static const char *
spell_quotes(unsigned char c, bool in_tag)
{
	return c == '"' && in_tag ? "'" : NULL;
}

static const char *
spell_text(unsigned char c, bool in_tag)
{
	if (in_tag)
		return NULL;
	return c == '"' ? "&quot;" : c == '\'' ? "&apos;" : NULL;
}

static const char *
spell_text_double(unsigned char c, bool in_tag)
{
	return !in_tag && c == '"' ? "&quot;" : NULL;
}

static const char *
spell_again(unsigned char c, bool in_tag)
{
	return !in_tag && c == '&' ? "&amp;" : NULL;
}

bool
why_respell(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	static const struct {
		const char *how;
		spell *each;
	} known[] = {{"'", spell_quotes}, {"&quot; &apos;", spell_text},
	    {"&quot;", spell_text_double}, {"&amp;", spell_again}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].how, how) == 0)
			return respell(in, known[i].each, a, out);
	return false;
}

/* <a></a> as <a/> or <a />. */
bool
why_empty_tags(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	const unsigned char *end = in.data + in.len, *close;
	struct builder b = {arena_alloc(a, in.len + 1), 0};

	if (b.text == NULL)
		return false;
	for (const unsigned char *p = in.data; p < end; p++) {
		if (p > in.data && end - p > 3 && memcmp(p, "></", 3) == 0 &&
		    (close = memchr(p + 2, '>', (size_t)(end - p - 2))) != NULL &&
		    memrchr(in.data, '<', (size_t)(p - in.data)) != NULL &&
		    *((const unsigned char *)memrchr(in.data, '<', (size_t)(p - in.data)) + 1) !=
			'/') {
			add(&b, how, strlen(how));
			p = close;
		} else {
			add(&b, p, 1);
		}
	}
	return done(&b, in, out);
}

/* The letters of Russian and Kazakh that Unicode can also write as two characters. */
static const struct {
	const char *composed, *decomposed;
} letters[] = {{"\xD0\xB9", "\xD0\xB8\xCC\x86"}, {"\xD0\x99", "\xD0\x98\xCC\x86"},
    {"\xD1\x91", "\xD0\xB5\xCC\x88"}, {"\xD0\x81", "\xD0\x95\xCC\x88"}};

bool
why_unicode(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	bool compose = strcmp(how, "NFC") == 0, changed = false;

	*out = in;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		changed |= why_replace(*out, compose ? letters[i].decomposed : letters[i].composed,
		    compose ? letters[i].composed : letters[i].decomposed, a, out);
	return changed;
}
