/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A subtree as the octets of a stand-alone document: UTF-8, escaped as Canonical XML does, so that
 * what is read back is what was written.
 *
 * libxml2's own writer needs a deep copy to set namespaces right and turns what is not ASCII into
 * &#x...;.
 */
#include "config.h"

#include <string.h>

#include "dom/copy.h"
#include "dom/prescan.h"
#include "dom/sink.h"

/* Declarations around the root, of which the used ones move to it. */
struct scope {
	const xmlNs *ns[DOM_NAMESPACES];
	bool used[DOM_NAMESPACES];
	size_t count;
};

static void
put_declaration(struct sink *s, const xmlNs *ns)
{
	sink_declaration(s, ns->prefix == NULL ? "" : dom_text_of(ns->prefix),
	    ns->href == NULL ? "" : dom_text_of(ns->href));
}

static void
put_start_tag(struct sink *s, const xmlNode *n, const struct dom_moved *moved)
{
	sink_put(s, "<", 1);
	sink_name(s, n->ns, n->name);
	for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
		put_declaration(s, d);
	for (size_t i = 0; moved != NULL && i < moved->count; i++)
		put_declaration(s, moved->ns[i]);
	for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
		sink_attribute(s, a);
	sink_string(s, n->children != NULL ? ">" : "/>");
}

static void
put_node(struct sink *s, const xmlNode *n, const struct dom_moved *moved)
{
	if (n->type == XML_ELEMENT_NODE) {
		put_start_tag(s, n, moved);
	} else if (n->type == XML_COMMENT_NODE) {
		sink_comment(s, n->content == NULL ? "" : dom_text_of(n->content));
	} else if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
		sink_escaped(s, n->content == NULL ? "" : dom_text_of(n->content), false);
	}
}

static bool
has_children(const xmlNode *n)
{
	return n->type == XML_ELEMENT_NODE && n->children != NULL;
}

/* Without recursion; depth is the peer's choice. */
static void
put_tree(struct sink *s, const xmlNode *root, const struct dom_moved *moved)
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
			sink_end_tag(s, n);
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

/* What the root of the new document declares beside its own. */
static int
find_moved(const xmlNode *root, struct dom_moved *out, struct err *e)
{
	struct scope scope;

	out->count = 0;
	if (scope_above(root, &scope, e) != 0)
		return -1;
	if (scope.count > 0)
		find_used(&scope, root);
	for (size_t i = 0; i < scope.count; i++)
		if (scope.used[i])
			out->ns[out->count++] = scope.ns[i];
	return 0;
}

static int
write_with(const xmlNode *root, const struct dom_moved *moved, struct arena *arena,
    struct octets *out, struct err *e)
{
	struct sink s = {.arena = arena};

	put_tree(&s, root, moved);
	return sink_take(&s, out, e);
}

int
dom_write(const struct dom_node *node, struct arena *arena, struct octets *out, struct err *e)
{
	struct dom_moved moved;

	*out = (struct octets){NULL, 0};
	if (find_moved(dom_to_xml(node), &moved, e) != 0)
		return -1;
	return write_with(dom_to_xml(node), &moved, arena, out, e);
}

int
dom_cut(const struct dom_node *node, const struct dom_limits *limits, struct arena *arena,
    struct octets *octets_out, struct dom **out, struct err *e)
{
	const xmlNode *root = dom_to_xml(node);
	struct dom_moved moved;
	struct octets document;

	*out = NULL;
	*octets_out = (struct octets){NULL, 0};
	if (find_moved(root, &moved, e) != 0 ||
	    write_with(root, &moved, arena, octets_out, e) != 0 ||
	    dom_prescan(*octets_out, limits, &document, e) != 0)
		return -1;
	return dom_copy(root, &moved, arena, out, e);
}
