/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Is a text its own canonical form? For what we write ourselves, and before it is signed: to parse
 * it and write it out again costs a tenth of an RSA signature.
 *
 * Knows elements, namespaces and text only. What has an attribute, or a declaration elsewhere than
 * where its prefix first stands, may be canonical, too: the answer is no, and who asked takes the
 * long way.
 */
#include "config.h"

#include <string.h>

#include "base/utf8.h"
#include "dom/dom.h"
#include "dom/plain.h"

#define DEEPEST 64

struct scan {
	const unsigned char *p, *end;
	const char *const *outer;
	struct {
		struct octets name, prefix;
		bool declares;
	} open[DEEPEST];
	size_t depth;
};

static bool
take(struct scan *s, struct octets o)
{
	if ((size_t)(s->end - s->p) < o.len || memcmp(s->p, o.data, o.len) != 0)
		return false;
	s->p += o.len;
	return true;
}

static bool
take_text(struct scan *s, const char *text)
{
	return take(s, octets_of(text));
}

static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit_or_mark(unsigned char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool
part_of_name(struct scan *s)
{
	if (s->p == s->end || !is_letter(*s->p))
		return false;
	while (s->p < s->end && (is_letter(*s->p) || is_digit_or_mark(*s->p)))
		s->p++;
	return true;
}

/* prefix:name or name; names that begin with "xml" have meanings of their own. */
static bool
take_name(struct scan *s, struct octets *name, struct octets *prefix)
{
	const unsigned char *from = s->p;

	*prefix = (struct octets){from, 0};
	if (take_text(s, "xml") || !part_of_name(s))
		return false;
	if (s->p < s->end && *s->p == ':') {
		prefix->len = (size_t)(s->p++ - from);
		if (!part_of_name(s))
			return false;
	}
	*name = (struct octets){from, (size_t)(s->p - from)};
	return true;
}

static bool
is_in_scope(const struct scan *s, struct octets prefix)
{
	for (const char *const *o = s->outer; *o != NULL; o++)
		if (octets_is(prefix, *o))
			return true;
	for (size_t i = 0; i < s->depth; i++)
		if (s->open[i].declares && octets_equal(s->open[i].prefix, prefix))
			return true;
	return false;
}

/* An absolute name without anything that is escaped, or read in two ways. */
static bool
take_namespace(struct scan *s)
{
	const unsigned char *from;
	bool urn = take_text(s, "urn:");

	if (!urn && !take_text(s, "http://"))
		return false;
	for (from = s->p; s->p < s->end; s->p++)
		if (!is_letter(*s->p) && !is_digit_or_mark(*s->p) && *s->p != (urn ? ':' : '/'))
			break;
	return s->p > from;
}

/* Exclusive C14N declares a prefix where it is first used, and an element without attributes uses
 * its own. */
static bool
take_start_tag(struct scan *s)
{
	struct octets name, prefix;
	bool declares;

	if (s->depth == DEEPEST || !take_name(s, &name, &prefix))
		return false;
	declares = prefix.len > 0 && !is_in_scope(s, prefix);
	if (declares && !(take_text(s, " xmlns:") && take(s, prefix) && take_text(s, "=\"") &&
			    take_namespace(s) && take_text(s, "\"")))
		return false;
	s->open[s->depth].name = name;
	s->open[s->depth].prefix = prefix;
	s->open[s->depth++].declares = declares;
	return take_text(s, ">");
}

static bool
take_end_tag(struct scan *s)
{
	return s->depth > 0 && take(s, s->open[--s->depth].name) && take_text(s, ">");
}

static bool
take_reference(struct scan *s)
{
	return take_text(s, "&amp;") || take_text(s, "&lt;") || take_text(s, "&gt;") ||
	       take_text(s, "&#xD;");
}

static bool
take_character(struct scan *s)
{
	size_t n = utf8_length(s->p, (size_t)(s->end - s->p));
	bool plain = *s->p >= 0x20 ? *s->p != '>' : *s->p == '\t' || *s->p == '\n';

	if (n == 0 || !plain || utf8_is_nonchar(s->p, n))
		return false;
	s->p += n;
	return true;
}

/* Text, as far as it is plain, and some characters beyond. */
static bool
take_run(struct scan *s)
{
	s->p += dom_plain_run(s->p, (size_t)(s->end - s->p));
	for (size_t n = 0; n < DOM_PLAIN_STEP && s->p < s->end && *s->p != '<' && *s->p != '&'; n++)
		if (!take_character(s))
			return false;
	return true;
}

bool
dom_is_canonical(struct octets content, const char *const *outer)
{
	struct scan s;
	bool ok = true;

	s.p = content.data;
	s.end = content.data + content.len;
	s.outer = outer;
	s.depth = 0;
	while (ok && s.p < s.end) {
		if (*s.p == '&')
			ok = take_reference(&s);
		else if (*s.p != '<')
			ok = take_run(&s);
		else if (s.p++, take_text(&s, "/"))
			ok = take_end_tag(&s);
		else
			ok = take_start_tag(&s);
	}
	return ok && s.depth == 0;
}
