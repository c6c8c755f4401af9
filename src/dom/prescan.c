/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See prescan.h. A tokenizer of XML 1.0 that reads each octet once through a table of classes.
 *
 * It is stricter than libxml2 where that costs nothing, never laxer in what it counts: a document
 * that it reads otherwise than libxml2 would must be one that it refuses.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "dom/plain.h"
#include "dom/prescan.h"
#include "dom/prolog.h"
#include "dom/reference.h"

/* libxml2's own bound without XML_PARSE_HUGE; a larger limit of the caller has no effect. */
#define DEEPEST 256

/* What a document will cost those behind, in units of some 6 ns for the longest way: parsed, cut,
 * digested and parsed again. Attributes and texts are nodes, too; libxml2 compares each attribute
 * of a tag with each, and looks a prefix up through all open elements and their namespaces. */
enum {
	NODE = 128,
	REFERENCE = 16,
	STEP = 4,
	PAIR = 1
};

/* Units an octet of the limit, which is taken for 1 MiB at least: 57,344 nodes in 1 MiB. */
#define WORK 7
#define LEAST ((size_t)1024 * 1024)

enum {
	ODD = 1u << 0,	 /* not ASCII, or a control character: look closer */
	TEXT = 1u << 1,	 /* ends a run of text */
	VALUE = 1u << 2, /* ends a run in an attribute value */
	NAME = 1u << 3,	 /* ends a name */
	DASH = 1u << 4,
	BRACKET = 1u << 5,
	SPACE = 1u << 6,
	GROWS = 1u << 7 /* in text and CDATA; a canonical form has four octets of it or more */
};

#define C4(x) x, x, x, x
#define C16(x) C4(x), C4(x), C4(x), C4(x)
static const unsigned char classes[256] = {
    /* 0x00 */ C4(ODD), C4(ODD), ODD, SPACE | NAME, SPACE | NAME, ODD, ODD, SPACE | NAME, ODD, ODD,
    /* 0x10 */ C16(ODD),
    /* 0x20 */ SPACE | NAME, 0, VALUE | NAME, 0, 0, 0, GROWS | TEXT | VALUE | NAME, VALUE | NAME, 0,
    0, 0, 0, 0, DASH, 0, NAME,
    /* 0x30 */ C4(0), C4(0), 0, 0, 0, 0, GROWS | TEXT | VALUE | NAME, NAME, GROWS | NAME, 0,
    /* 0x40 */ C16(0),
    /* 0x50 */ C4(0), C4(0), C4(0), 0, BRACKET, 0, 0,
    /* 0x60 */ C16(0),
    /* 0x70 */ C16(0),
    /* 0x80 */ C16(ODD), C16(ODD), C16(ODD), C16(ODD), C16(ODD), C16(ODD), C16(ODD), C16(ODD)};

struct scan {
	const unsigned char *start, *p, *end;
	const struct dom_limits *limits;
	size_t tags, depth, deepest;
	size_t work;			/* what is left of it */
	size_t namespaces[DEEPEST + 1]; /* declared at each open element and above it */
	struct err *e;
};

static int
refuse(struct scan *s, enum err_code code, const char *what)
{
	return err_tell(s->e, code, "octet %zu: %s", (size_t)(s->p - s->start), what);
}

static int
malformed(struct scan *s, const char *what)
{
	return refuse(s, ERR_XML_MALFORMED, what);
}

static size_t
left(const struct scan *s)
{
	return (size_t)(s->end - s->p);
}

static bool
at(const struct scan *s, const char *text, size_t len)
{
	return left(s) >= len && memcmp(s->p, text, len) == 0;
}

#define AT(s, literal) at(s, literal, sizeof(literal) - 1)

/* One character of class ODD. */
static int
odd(struct scan *s)
{
	size_t n;

	if (*s->p < 0x80)
		return malformed(s, *s->p == 0 ? "NUL" : "a control character");
	if ((n = utf8_length(s->p, left(s))) == 0)
		return refuse(s, ERR_XML_ENCODING, "not UTF-8");
	if (utf8_is_nonchar(s->p, n))
		return malformed(s, "U+FFFE or U+FFFF");
	s->p += n;
	return 0;
}

/* A step of a run: to the next octet of these classes, if it is near. */
static void
step(struct scan *s, unsigned stop)
{
	if ((stop | TEXT | VALUE | GROWS) == (TEXT | VALUE | GROWS))
		s->p += dom_plain_run(s->p, left(s));
	for (size_t n = left(s) < DOM_PLAIN_STEP ? left(s) : DOM_PLAIN_STEP; n > 0; n--, s->p++)
		if (classes[*s->p] & (stop | ODD))
			return;
}

/* To the next octet of that class, or the end. */
static int
run(struct scan *s, unsigned stop)
{
	for (;;) {
		if (s->p == s->end || (classes[*s->p] & stop))
			return 0;
		step(s, stop);
		if (s->p == s->end || (classes[*s->p] & stop))
			return 0;
		if ((classes[*s->p] & ODD) && odd(s) != 0)
			return -1;
	}
}

static bool
spaces(struct scan *s)
{
	const unsigned char *was = s->p;

	while (s->p < s->end && (classes[*s->p] & SPACE))
		s->p++;
	return s->p != was;
}

static int
spend(struct scan *s, size_t units)
{
	if (units > s->work)
		return refuse(s, ERR_XML_LIMIT, "too many nodes, or too dear ones");
	s->work -= units;
	return 0;
}

/* At '&'. */
static int
reference(struct scan *s)
{
	size_t n = dom_reference_length(s->p, left(s));

	if (n == 0)
		return malformed(s, "& that begins no reference to anything that is there");
	s->p += n;
	return spend(s, REFERENCE);
}

/* At one octet that is written out as a reference. */
static int
grown(struct scan *s)
{
	s->p++;
	return spend(s, REFERENCE);
}

static int
text(struct scan *s)
{
	if (s->p < s->end && *s->p != '<' && spend(s, NODE) != 0)
		return -1;
	for (;;) {
		if (run(s, TEXT | GROWS) != 0)
			return -1;
		if (s->p == s->end || *s->p == '<')
			return 0;
		if ((*s->p == '>' ? grown(s) : reference(s)) != 0)
			return -1;
	}
}

static int
name(struct scan *s, struct octets *out)
{
	const unsigned char *from = s->p;

	if (run(s, NAME) != 0)
		return -1;
	*out = (struct octets){from, (size_t)(s->p - from)};
	if (out->len == 0)
		return malformed(s, "a name is missing");
	if (out->len > s->limits->name)
		return refuse(s, ERR_XML_LIMIT, "a name is too long");
	return 0;
}

/* After the opening quote. libxml2 2.9.14 leaves &#38; as it stands in a namespace name and its
 * C14N writes it unescaped: a name must say what it is without references. */
static int
value_rest(struct scan *s, unsigned char quote, bool is_namespace)
{
	for (;;) {
		if (run(s, VALUE) != 0)
			return -1;
		if (s->p == s->end || *s->p == '<')
			return malformed(s, "an attribute value does not end");
		if (*s->p == '&') {
			if (is_namespace)
				return malformed(s, "a reference in a namespace name");
			if (reference(s) != 0)
				return -1;
			continue;
		}
		if (*s->p == quote) {
			s->p++;
			return 0;
		}
		if (grown(s) != 0) /* " in ' is written as &quot; */
			return -1;
	}
}

static bool
is_quote(const struct scan *s)
{
	return s->p < s->end && (*s->p == '"' || *s->p == '\'');
}

static bool
declares_namespace(struct octets n)
{
	return n.len >= 5 && memcmp(n.data, "xmlns", 5) == 0 && (n.len == 5 || n.data[5] == ':');
}

/* RFC 3986 3.1 */
static bool
is_of_scheme(unsigned char c, bool first)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return letter || (!first && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'));
}

/* Canonical XML 1.0, 1.3: a document with relative namespace names has no canonical form; libxml2
 * tells for some of them only when it is made. "" takes the default namespace away. */
static bool
is_absolute(struct octets name)
{
	size_t n = 0;

	while (n < name.len && is_of_scheme(name.data[n], n == 0))
		n++;
	return name.len == 0 || (n > 0 && n < name.len && name.data[n] == ':');
}

/* Written once, a namespace name is compared, and repeated in a canonical form, at each element
 * that uses it. */
static int namespace(struct scan *s, struct octets name)
{
	if (name.len > s->limits->name)
		return refuse(s, ERR_XML_LIMIT, "a namespace name is too long");
	return is_absolute(name) ? 0 : malformed(s, "a relative namespace name");
}

static int
attribute(struct scan *s, struct octets *name_out)
{
	if (name(s, name_out) != 0)
		return -1;
	spaces(s);
	if (!AT(s, "="))
		return malformed(s, "an attribute without =");
	s->p++;
	spaces(s);
	if (!is_quote(s))
		return malformed(s, "an attribute value without quotes");
	unsigned char quote = *s->p++;
	const unsigned char *value = s->p;
	bool is_namespace = declares_namespace(*name_out);
	if (value_rest(s, quote, is_namespace) != 0)
		return -1;
	return is_namespace ? namespace(s, (struct octets){value, (size_t)(s->p - 1 - value)}) : 0;
}

static int
count_tag(struct scan *s)
{
	if (++s->tags > s->limits->tags)
		return refuse(s, ERR_XML_LIMIT, "too many tags and comments");
	return spend(s, NODE);
}

/* prefixed: its attributes that have a prefix to look up. */
static int
open_element(struct scan *s, size_t namespaces, size_t prefixed, bool empty)
{
	if (s->depth >= s->deepest)
		return refuse(s, ERR_XML_LIMIT, "elements are nested too deep");
	namespaces += s->namespaces[s->depth];
	if (namespaces > DOM_NAMESPACES)
		return refuse(s, ERR_XML_LIMIT, "too many namespaces in scope");
	if (!empty)
		s->namespaces[++s->depth] = namespaces;
	return spend(s, (1 + prefixed) * (s->depth + namespaces) * STEP);
}

/* After '<'. */
static int
start_tag(struct scan *s)
{
	size_t attributes = 0, namespaces = 0, prefixed = 0;
	struct octets n;

	if (count_tag(s) != 0 || name(s, &n) != 0)
		return -1;
	for (;;) {
		bool apart = spaces(s);

		if (AT(s, ">") || AT(s, "/>"))
			break;
		if (!apart)
			return malformed(s, "a tag does not end");
		if (attribute(s, &n) != 0)
			return -1;
		if (++attributes > s->limits->attributes)
			return refuse(s, ERR_XML_LIMIT, "too many attributes in one tag");
		if (declares_namespace(n))
			namespaces++;
		else
			prefixed += memchr(n.data, ':', n.len) != NULL;
	}
	if (spend(s, (2 * attributes - namespaces) * NODE + attributes * attributes * PAIR) != 0)
		return -1;
	bool empty = *s->p == '/';
	s->p += empty ? 2 : 1;
	return open_element(s, namespaces, prefixed, empty);
}

/* After "</". */
static int
end_tag(struct scan *s)
{
	struct octets n;

	if (s->depth == 0)
		return malformed(s, "an end tag without its start tag");
	s->depth--;
	if (name(s, &n) != 0)
		return -1;
	spaces(s);
	if (!AT(s, ">"))
		return malformed(s, "an end tag does not end");
	s->p++;
	return 0;
}

/* Comments cost the parser a node each, as tags do. */
static int
comment(struct scan *s)
{
	if (count_tag(s) != 0)
		return -1;
	s->p += sizeof("<!--") - 1;
	for (;;) {
		if (run(s, DASH) != 0)
			return -1;
		if (s->p == s->end)
			return malformed(s, "a comment does not end");
		if (AT(s, "-->")) {
			s->p += 3;
			return 0;
		}
		if (AT(s, "--"))
			return malformed(s, "-- in a comment");
		s->p++;
	}
}

static int
cdata(struct scan *s)
{
	if (s->depth == 0)
		return malformed(s, "CDATA outside the root element");
	if (spend(s, REFERENCE) != 0) /* it joins the text around it */
		return -1;
	s->p += sizeof("<![CDATA[") - 1;
	for (;;) {
		if (run(s, BRACKET | GROWS) != 0)
			return -1;
		if (s->p == s->end)
			return malformed(s, "a CDATA section does not end");
		if (AT(s, "]]>")) {
			s->p += 3;
			return 0;
		}
		if (*s->p == ']')
			s->p++;
		else if (grown(s) != 0)
			return -1;
	}
}

/* At "<!": what is neither comment nor CDATA belongs to a DTD, wherever it stands. */
static int
declaration(struct scan *s)
{
	static const char *const dtd[] = {
	    "<!DOCTYPE", "<!ENTITY", "<!ELEMENT", "<!ATTLIST", "<!NOTATION", "<!["};

	if (AT(s, "<!--"))
		return comment(s);
	if (AT(s, "<![CDATA["))
		return cdata(s);
	for (size_t i = 0; i < sizeof(dtd) / sizeof(dtd[0]); i++)
		if (left(s) >= strlen(dtd[i]) &&
		    strncasecmp((const char *)s->p, dtd[i], strlen(dtd[i])) == 0)
			return refuse(s, ERR_XML_DTD, "a document type declaration");
	return malformed(s, "<! that begins nothing");
}

/* At '<'. */
static int
markup(struct scan *s)
{
	switch (left(s) > 1 ? s->p[1] : 0) {
	case '?':
		return refuse(s, ERR_XML_PI, "a processing instruction");
	case '!':
		return declaration(s);
	case '/':
		s->p += 2;
		return end_tag(s);
	default:
		s->p++;
		return start_tag(s);
	}
}

int
dom_prescan(
    struct octets xml, const struct dom_limits *limits, struct octets *document_out, struct err *e)
{
	struct scan s = {.start = xml.data,
	    .p = xml.data,
	    .end = xml.data + xml.len,
	    .limits = limits,
	    .deepest = limits->depth < DEEPEST ? limits->depth : DEEPEST,
	    .work = (limits->octets > LEAST ? limits->octets : LEAST) * WORK,
	    .e = e};

	*document_out = (struct octets){NULL, 0};
	if (xml.len > limits->octets)
		return refuse(&s, ERR_XML_LIMIT, "the document is too large");
	if (dom_prolog(xml, document_out, &s.p, e) != 0)
		return -1;
	while (text(&s) == 0) {
		if (s.p == s.end)
			return s.depth == 0 ? 0 : malformed(&s, "an element does not end");
		if (markup(&s) != 0)
			return -1;
	}
	return -1;
}
