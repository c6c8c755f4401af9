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

static const char *
escape_of(char c, bool in_value)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return in_value ? NULL : "&gt;";
	case '"':
		return in_value ? "&quot;" : NULL;
	case '\t':
		return in_value ? "&#x9;" : NULL;
	case '\n':
		return in_value ? "&#xA;" : NULL;
	default:
		return "&#xD;";
	}
}

void
sink_escaped(struct sink *s, const char *text, bool in_value)
{
	const char *stops = in_value ? "&<\"\t\n\r" : "&<>\r";

	for (;;) {
		size_t plain = strcspn(text, stops);

		sink_put(s, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		sink_string(s, escape_of(*text++, in_value));
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
