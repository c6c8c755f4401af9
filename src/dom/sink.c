/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See sink.h.
 */
#include "config.h"

#include <string.h>

#include "dom/sink.h"

#define FIRST_ROOM ((size_t)4096)

static bool
grow(struct sink *s, size_t more)
{
	size_t room = s->room == 0 ? FIRST_ROOM : 2 * s->room;
	unsigned char *larger;

	if (room < s->len + more)
		room = s->len + more;
	if (s->failed || (larger = arena_alloc(s->arena, room)) == NULL) {
		s->failed = true;
		return false;
	}
	if (s->len > 0)
		memcpy(larger, s->at, s->len);
	s->at = larger;
	s->room = room;
	return true;
}

void
sink_put(struct sink *s, const void *data, size_t len)
{
	if (len == 0 || (len > s->room - s->len && !grow(s, len)))
		return;
	memcpy(s->at + s->len, data, len);
	s->len += len;
}

void
sink_string(struct sink *s, const char *text)
{
	sink_put(s, text, strlen(text));
}

/* Padded: an escape is one move of eight octets. */
struct escape {
	char text[8];
	unsigned char len;
	bool in_text, in_value;
};

enum {
	PLAIN,
	AMP,
	LT,
	GT,
	QUOT,
	TAB,
	LF,
	CR,
	END
};

static const struct escape escapes[] = {[AMP] = {"&amp;", 5, true, true},
    [LT] = {"&lt;", 4, true, true},
    [GT] = {"&gt;", 4, true, false},
    [QUOT] = {"&quot;", 6, false, true},
    [TAB] = {"&#x9;", 5, false, true},
    [LF] = {"&#xA;", 5, false, true},
    [CR] = {"&#xD;", 5, true, true},
    [END] = {"", 0, true, true}};

static const unsigned char kinds[256] = {['\0'] = END,
    ['&'] = AMP,
    ['<'] = LT,
    ['>'] = GT,
    ['"'] = QUOT,
    ['\t'] = TAB,
    ['\n'] = LF,
    ['\r'] = CR};

static bool
is_stop(char c, bool in_value)
{
	const struct escape *e = &escapes[kinds[(unsigned char)c]];

	return in_value ? e->in_value : e->in_text;
}

/* Octets before the next that is escaped, or the end. strcspn() is for long runs: a text may be
 * made of nothing but what is escaped. */
static size_t
plain_run(const char *text, bool in_value)
{
	size_t n = 0;

	while (n < 16 && !is_stop(text[n], in_value))
		n++;
	return n < 16 ? n : n + strcspn(text + n, in_value ? "&<\"\t\n\r" : "&<>\r");
}

static void
put_escape(struct sink *s, const struct escape *e)
{
	if (s->room - s->len < sizeof(e->text)) {
		sink_put(s, e->text, e->len);
		return;
	}
	memcpy(s->at + s->len, e->text, sizeof(e->text));
	s->len += e->len;
}

void
sink_escaped(struct sink *s, const char *text, bool in_value)
{
	for (;;) {
		size_t plain = plain_run(text, in_value);

		sink_put(s, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		put_escape(s, &escapes[kinds[(unsigned char)*text++]]);
	}
}

void
sink_name(struct sink *s, const xmlNs *ns, const xmlChar *name)
{
	if (ns != NULL && ns->prefix != NULL) {
		sink_string(s, dom_text_of(ns->prefix));
		sink_put(s, ":", 1);
	}
	sink_string(s, dom_text_of(name));
}

void
sink_declaration(struct sink *s, const char *prefix, const char *ns)
{
	sink_string(s, *prefix == '\0' ? " xmlns" : " xmlns:");
	sink_string(s, prefix);
	sink_put(s, "=\"", 2);
	sink_escaped(s, ns, true);
	sink_put(s, "\"", 1);
}

void
sink_attribute(struct sink *s, const xmlAttr *a)
{
	sink_put(s, " ", 1);
	sink_name(s, a->ns, a->name);
	sink_put(s, "=\"", 2);
	for (const xmlNode *c = a->children; c != NULL; c = c->next)
		if (c->content != NULL)
			sink_escaped(s, dom_text_of(c->content), true);
	sink_put(s, "\"", 1);
}

void
sink_comment(struct sink *s, const char *content)
{
	sink_put(s, "<!--", 4);
	sink_string(s, content);
	sink_put(s, "-->", 3);
}

void
sink_end_tag(struct sink *s, const xmlNode *n)
{
	sink_put(s, "</", 2);
	sink_name(s, n->ns, n->name);
	sink_put(s, ">", 1);
}

int
sink_take(struct sink *s, struct octets *out, struct err *e)
{
	sink_put(s, "", 1);
	*out = (struct octets){NULL, 0};
	if (s->failed)
		return err_set(e, ERR_NOMEM, "more than %zu octets of markup", s->len);
	*out = (struct octets){s->at, s->len - 1};
	return 0;
}
