/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Walking by exact names: namespace and local name, never a prefix and never XPath.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"

static struct dom_node *
element_from(const xmlNode *n)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return dom_from_xml(n);
}

struct dom_node *
dom_root(const struct dom *d)
{
	return dom_from_xml(xmlDocGetRootElement(dom_to_doc(d)));
}

struct dom_node *
dom_parent(const struct dom_node *n)
{
	const xmlNode *up = dom_to_xml(n)->parent;

	return up != NULL && up->type == XML_ELEMENT_NODE ? dom_from_xml(up) : NULL;
}

struct dom_node *
dom_first(const struct dom_node *n)
{
	return element_from(dom_to_xml(n)->children);
}

struct dom_node *
dom_next(const struct dom_node *n)
{
	return element_from(dom_to_xml(n)->next);
}

struct dom_node *
dom_following(const struct dom_node *n, const struct dom_node *top)
{
	struct dom_node *next = dom_first(n);

	while (next == NULL && n != top) {
		next = dom_next(n);
		n = dom_parent(n);
	}
	return next;
}

const char *
dom_name(const struct dom_node *n)
{
	return dom_text_of(dom_to_xml(n)->name);
}

static const char *
namespace_name(const xmlNs *ns)
{
	return ns == NULL || ns->href == NULL ? "" : dom_text_of(ns->href);
}

const char *
dom_ns(const struct dom_node *n)
{
	return namespace_name(dom_to_xml(n)->ns);
}

const char *
dom_prefix(const struct dom_node *n)
{
	const xmlNs *ns = dom_to_xml(n)->ns;

	return ns == NULL || ns->prefix == NULL ? "" : dom_text_of(ns->prefix);
}

bool
dom_is(const struct dom_node *n, const char *ns, const char *name)
{
	return strcmp(dom_name(n), name) == 0 && strcmp(dom_ns(n), ns) == 0;
}

struct dom_node *
dom_child(const struct dom_node *n, const char *ns, const char *name)
{
	struct dom_node *c = dom_first(n);

	while (c != NULL && !dom_is(c, ns, name))
		c = dom_next(c);
	return c;
}

size_t
dom_count(const struct dom_node *n, const char *ns, const char *name)
{
	size_t count = 0;

	for (const struct dom_node *c = dom_first(n); c != NULL; c = dom_next(c))
		count += dom_is(c, ns, name);
	return count;
}

/* Borrowed when libxml2 holds the value in one piece, which is the usual case. */
static const char *
attribute_value(const xmlAttr *a, struct arena *arena)
{
	xmlChar *joined;
	const char *copy;

	if (a->children == NULL)
		return "";
	if (a->children->next == NULL && a->children->type == XML_TEXT_NODE)
		return dom_text_of(a->children->content);
	if ((joined = xmlNodeListGetString(a->doc, a->children, 1)) == NULL)
		return NULL;
	copy = arena_strdup(arena, dom_text_of(joined));
	xmlFree(joined);
	return copy;
}

const char *
dom_attribute(const struct dom_node *n, const char *ns, const char *name, struct arena *arena)
{
	for (const xmlAttr *a = dom_to_xml(n)->properties; a != NULL; a = a->next)
		if (strcmp(dom_text_of(a->name), name) == 0 &&
		    strcmp(namespace_name(a->ns), ns) == 0)
			return attribute_value(a, arena);
	return NULL;
}

static bool
attribute_here(const xmlAttr *a, struct dom_attribute *out, struct arena *arena)
{
	if (a == NULL)
		return false;
	out->ns = namespace_name(a->ns);
	out->name = dom_text_of(a->name);
	out->value = attribute_value(a, arena);
	out->here = a;
	return true;
}

bool
dom_first_attribute(const struct dom_node *n, struct dom_attribute *out, struct arena *arena)
{
	return attribute_here(dom_to_xml(n)->properties, out, arena);
}

bool
dom_next_attribute(struct dom_attribute *a, struct arena *arena)
{
	return attribute_here(((const xmlAttr *)a->here)->next, a, arena);
}

const char *
dom_lookup_prefix(const struct dom_node *node, const char *prefix)
{
	if (strcmp(prefix, "xml") == 0)
		return dom_text_of(XML_XML_NAMESPACE);
	for (const struct dom_node *n = node; n != NULL; n = dom_parent(n))
		for (const xmlNs *d = dom_to_xml(n)->nsDef; d != NULL; d = d->next) {
			const char *p = d->prefix == NULL ? "" : dom_text_of(d->prefix);

			if (strcmp(p, prefix) == 0)
				return *namespace_name(d) == '\0' ? NULL : namespace_name(d);
		}
	return NULL;
}

static bool
is_text(const xmlNode *n)
{
	return n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE;
}

static bool
is_white(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

bool
dom_has_text(const struct dom_node *n)
{
	for (const xmlNode *c = dom_to_xml(n)->children; c != NULL; c = c->next)
		if (is_text(c) && !is_white(dom_text_of(c->content)))
			return true;
	return false;
}

/* Length of the text, or an error when there is anything else. */
static int
text_length(const struct dom_node *n, size_t *len, struct err *e)
{
	*len = 0;
	for (const xmlNode *c = dom_to_xml(n)->children; c != NULL; c = c->next) {
		if (!is_text(c))
			return err_tell(e, ERR_MSG_FORMAT, "%s: %s where only text may stand",
			    dom_name(n), c->type == XML_ELEMENT_NODE ? "an element" : "a comment");
		*len += strlen(dom_text_of(c->content));
	}
	return 0;
}

int
dom_text(const struct dom_node *n, struct arena *arena, struct octets *out, struct err *e)
{
	size_t len, at = 0;
	unsigned char *copy;

	*out = (struct octets){NULL, 0};
	if (text_length(n, &len, e) != 0)
		return -1;
	if ((copy = arena_alloc(arena, len + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "text of %zu octets", len);
	for (const xmlNode *c = dom_to_xml(n)->children; c != NULL; c = c->next) {
		size_t piece = strlen(dom_text_of(c->content));

		memcpy(copy + at, c->content, piece);
		at += piece;
	}
	*out = (struct octets){copy, len};
	return 0;
}

/* The next node of the subtree, in document order. */
static const xmlNode *
step(const xmlNode *n, const xmlNode *root)
{
	if (n->type == XML_ELEMENT_NODE && n->children != NULL)
		return n->children;
	while (n != root && n->next == NULL)
		n = n->parent;
	return n == root ? NULL : n->next;
}

int
dom_string_value(
    const struct dom_node *node, struct arena *arena, struct octets *out, struct err *e)
{
	const xmlNode *root = dom_to_xml(node);
	size_t len = 0;
	char *to;

	*out = (struct octets){NULL, 0};
	for (const xmlNode *n = root; n != NULL; n = step(n, root)) {
		if (is_text(n))
			len += strlen(dom_text_of(n->content));
		else if (n->type != XML_ELEMENT_NODE)
			return err_tell(e, ERR_MSG_FORMAT,
			    "%s: a comment where only text may stand", dom_name(node));
	}
	if ((to = arena_alloc(arena, len + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "text of %zu octets", len);
	*out = (struct octets){(unsigned char *)to, len};
	for (const xmlNode *n = root; n != NULL; n = step(n, root))
		if (is_text(n))
			to = stpcpy(to, dom_text_of(n->content));
	*to = '\0';
	return 0;
}

const char *
dom_path(const struct dom_node *n, struct arena *arena)
{
	size_t len = 0;
	char *path;

	for (const struct dom_node *up = n; up != NULL; up = dom_parent(up))
		len += strlen(dom_name(up)) + 1;
	if ((path = arena_alloc(arena, len + 1)) == NULL)
		return "";
	for (const struct dom_node *up = n; up != NULL; up = dom_parent(up)) {
		size_t piece = strlen(dom_name(up));

		len -= piece + 1;
		path[len] = '/';
		memcpy(path + len + 1, dom_name(up), piece);
	}
	return path;
}
