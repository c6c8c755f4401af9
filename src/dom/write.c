/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A subtree as the octets of a stand-alone document: UTF-8, escaped as Canonical XML does, so that
 * what is read back is what was written.
 *
 * libxml2's own writer needs a deep copy to set namespaces right and turns what is not ASCII into
 * &#x...;. This one walks the tree twice: it counts, then writes into one piece of the arena.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"

struct sink {
	unsigned char *at; /* NULL while counting */
	size_t len;
};

/* Declarations around the root, of which the used ones move to it. */
struct scope {
	const xmlNs *ns[DOM_NAMESPACES];
	bool used[DOM_NAMESPACES];
	size_t count;
};

static void
put(struct sink *s, const void *data, size_t len)
{
	if (s->at != NULL)
		memcpy(s->at + s->len, data, len);
	s->len += len;
}

static void
put_string(struct sink *s, const char *text)
{
	put(s, text, strlen(text));
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

/* Canonical XML 1.0, 2.3: text and attribute nodes. */
static void
put_escaped(struct sink *s, const char *text, bool in_value)
{
	const char *stops = in_value ? "&<\"\t\n\r" : "&<>\r";

	for (;;) {
		size_t plain = strcspn(text, stops);

		put(s, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		put_string(s, escape_of(*text++, in_value));
	}
}

static void
put_name(struct sink *s, const xmlNs *ns, const xmlChar *name)
{
	if (ns != NULL && ns->prefix != NULL) {
		put_string(s, dom_text_of(ns->prefix));
		put(s, ":", 1);
	}
	put_string(s, dom_text_of(name));
}

static void
put_declaration(struct sink *s, const xmlNs *ns)
{
	put_string(s, ns->prefix == NULL ? " xmlns" : " xmlns:");
	if (ns->prefix != NULL)
		put_string(s, dom_text_of(ns->prefix));
	put_string(s, "=\"");
	put_escaped(s, ns->href == NULL ? "" : dom_text_of(ns->href), true);
	put(s, "\"", 1);
}

static void
put_attribute(struct sink *s, const xmlAttr *a)
{
	put(s, " ", 1);
	put_name(s, a->ns, a->name);
	put_string(s, "=\"");
	for (const xmlNode *c = a->children; c != NULL; c = c->next)
		if (c->content != NULL)
			put_escaped(s, dom_text_of(c->content), true);
	put(s, "\"", 1);
}

static void
put_start_tag(struct sink *s, const xmlNode *n, const struct scope *moved)
{
	put(s, "<", 1);
	put_name(s, n->ns, n->name);
	for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
		put_declaration(s, d);
	for (size_t i = 0; moved != NULL && i < moved->count; i++)
		if (moved->used[i])
			put_declaration(s, moved->ns[i]);
	for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
		put_attribute(s, a);
	put_string(s, n->children != NULL ? ">" : "/>");
}

static void
put_end_tag(struct sink *s, const xmlNode *n)
{
	put(s, "</", 2);
	put_name(s, n->ns, n->name);
	put(s, ">", 1);
}

static void
put_node(struct sink *s, const xmlNode *n, const struct scope *moved)
{
	if (n->type == XML_ELEMENT_NODE) {
		put_start_tag(s, n, moved);
	} else if (n->type == XML_COMMENT_NODE) {
		put_string(s, "<!--");
		put_string(s, n->content == NULL ? "" : dom_text_of(n->content));
		put_string(s, "-->");
	} else if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
		put_escaped(s, n->content == NULL ? "" : dom_text_of(n->content), false);
	}
}

static bool
has_children(const xmlNode *n)
{
	return n->type == XML_ELEMENT_NODE && n->children != NULL;
}

/* Without recursion; depth is the peer's choice. */
static void
put_tree(struct sink *s, const xmlNode *root, const struct scope *moved)
{
	const xmlNode *n = root;

	for (;;) {
		put_node(s, n, n == root ? moved : NULL);
		if (has_children(n)) {
			n = n->children;
			continue;
		}
		while (n != root && n->next == NULL) {
			n = n->parent;
			put_end_tag(s, n);
		}
		if (n == root)
			return;
		n = n->next;
	}
}

static void
use(struct scope *scope, const xmlNs *ns)
{
	for (size_t i = 0; ns != NULL && i < scope->count; i++)
		if (scope->ns[i] == ns)
			scope->used[i] = true;
}

static void
use_names_of(struct scope *scope, const xmlNode *n)
{
	if (n->type != XML_ELEMENT_NODE)
		return;
	use(scope, n->ns);
	for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
		use(scope, a->ns);
}

/* A name points to the very declaration that binds it, so a pointer tells which one is meant. */
static void
find_used(struct scope *scope, const xmlNode *root)
{
	const xmlNode *n = root;

	for (;;) {
		use_names_of(scope, n);
		if (has_children(n)) {
			n = n->children;
			continue;
		}
		while (n != root && n->next == NULL)
			n = n->parent;
		if (n == root)
			return;
		n = n->next;
	}
}

static int
scope_above(const xmlNode *root, struct scope *scope, struct err *e)
{
	scope->count = 0;
	for (const xmlNode *up = root->parent; up != NULL && up->type == XML_ELEMENT_NODE;
	     up = up->parent)
		for (const xmlNs *d = up->nsDef; d != NULL; d = d->next) {
			if (scope->count == DOM_NAMESPACES)
				return err_tell(e, ERR_XML_LIMIT, "too many namespaces in scope");
			scope->used[scope->count] = false;
			scope->ns[scope->count++] = d;
		}
	return 0;
}

int
dom_write(const struct dom_node *node, struct arena *arena, struct octets *out, struct err *e)
{
	const xmlNode *root = dom_to_xml(node);
	struct sink s = {NULL, 0};
	struct scope moved;

	*out = (struct octets){NULL, 0};
	if (scope_above(root, &moved, e) != 0)
		return -1;
	if (moved.count > 0)
		find_used(&moved, root);
	put_tree(&s, root, &moved);
	if ((s.at = arena_alloc(arena, s.len + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "document of %zu octets", s.len);
	s.len = 0;
	put_tree(&s, root, &moved);
	*out = (struct octets){s.at, s.len};
	return 0;
}

int
dom_cut(const struct dom_node *node, const struct dom_limits *limits, struct arena *arena,
    struct octets *octets_out, struct dom **out, struct err *e)
{
	*out = NULL;
	if (dom_write(node, arena, octets_out, e) != 0)
		return -1;
	return dom_parse(*octets_out, limits, out, e);
}
