/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See prolog.h. UTF-16, UTF-32 and EBCDIC say what they are in their first octets (XML 1.0 appendix
 * F); everything else that is no UTF-8 is met by the scan behind.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "dom/prolog.h"

struct cursor {
	const unsigned char *start, *p, *end;
	struct err *e;
};

static int
refuse(struct cursor *s, enum err_code code, const char *what)
{
	return err_tell(s->e, code, "octet %zu: %s", (size_t)(s->p - s->start), what);
}

static int
malformed(struct cursor *s, const char *what)
{
	return refuse(s, ERR_XML_MALFORMED, what);
}

static size_t
left(const struct cursor *s)
{
	return (size_t)(s->end - s->p);
}

static bool
at(const struct cursor *s, const char *text, size_t len)
{
	return left(s) >= len && memcmp(s->p, text, len) == 0;
}

#define AT(s, literal) at(s, literal, sizeof(literal) - 1)

static bool
is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
spaces(struct cursor *s)
{
	const unsigned char *was = s->p;

	while (s->p < s->end && is_space(*s->p))
		s->p++;
	return s->p != was;
}

static bool
is_quote(const struct cursor *s)
{
	return s->p < s->end && (*s->p == '"' || *s->p == '\'');
}

static bool
pseudo_value(struct cursor *s, const char *key, struct octets *value)
{
	const unsigned char *stop;

	if (!spaces(s) || !at(s, key, strlen(key)))
		return false;
	s->p += strlen(key);
	spaces(s);
	if (!AT(s, "="))
		return false;
	s->p++;
	spaces(s);
	if (!is_quote(s) || (stop = memchr(s->p + 1, *s->p, left(s) - 1)) == NULL)
		return false;
	*value = (struct octets){s->p + 1, (size_t)(stop - s->p - 1)};
	s->p = stop + 1;
	return true;
}

/* " name='value'" of the XML declaration, if that is what comes next; else nothing is read. */
static bool
pseudo(struct cursor *s, const char *key, struct octets *value)
{
	const unsigned char *from = s->p;

	if (pseudo_value(s, key, value))
		return true;
	s->p = from;
	return false;
}

static bool
is_utf8(struct octets label)
{
	return label.len == 5 && strncasecmp((const char *)label.data, "UTF-8", 5) == 0;
}

/* At "<?xml " */
static int
xml_declaration(struct cursor *s)
{
	struct octets v;

	s->p += sizeof("<?xml") - 1;
	if (!pseudo(s, "version", &v))
		return malformed(s, "the XML declaration has no version");
	if (!octets_is(v, "1.0"))
		return malformed(s, "the XML version is not 1.0");
	if (pseudo(s, "encoding", &v) && !is_utf8(v))
		return refuse(s, ERR_XML_ENCODING, "another encoding than UTF-8 is declared");
	if (pseudo(s, "standalone", &v) && !octets_is(v, "yes") && !octets_is(v, "no"))
		return malformed(s, "standalone is neither yes nor no");
	spaces(s);
	if (!AT(s, "?>"))
		return malformed(s, "the XML declaration does not end");
	s->p += 2;
	return 0;
}

static bool
foreign(const struct cursor *s)
{
	static const char marks[][2] = {{'\xFE', '\xFF'}, {'\xFF', '\xFE'}, {'\0', '<'},
	    {'<', '\0'}, {'\0', '\0'}, {'\x4C', '\x6F'}};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (at(s, marks[i], 2))
			return true;
	return false;
}

static int
prolog(struct cursor *s, struct octets *document_out)
{
	if (s->p == s->end)
		return malformed(s, "there is nothing");
	if (foreign(s))
		return refuse(s, ERR_XML_ENCODING, "not UTF-8");
	if (AT(s, "\xEF\xBB\xBF"))
		s->p += 3;
	spaces(s);
	*document_out = (struct octets){s->p, left(s)};
	if (!AT(s, "<"))
		return malformed(s, "this is not XML");
	if (AT(s, "<?xml") && left(s) > 5 && is_space(s->p[5]))
		return xml_declaration(s);
	return 0;
}

int
dom_prolog(
    struct octets xml, struct octets *document_out, const unsigned char **rest_out, struct err *e)
{
	struct cursor s = {.start = xml.data, .p = xml.data, .end = xml.data + xml.len, .e = e};

	if (prolog(&s, document_out) != 0)
		return -1;
	*rest_out = s.p;
	return 0;
}
