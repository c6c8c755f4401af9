/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See copy.h. libxml2's own copies look every namespace up again, by prefix and for each node.
 */
#include "config.h"

#include <string.h>

#include "dom/copy.h"

struct pair {
	const xmlNs *from;
	xmlNs *to;
};

struct copier {
	xmlDoc *doc;
	struct pair pairs[DOM_NAMESPACES]; /* in force at the element that is being copied */
	size_t count;
	struct arena *arena;
	struct err *e;
};

static int
no_memory(struct copier *c)
{
	return err_set(c->e, ERR_NOMEM, "a copy");
}

static int
declare(struct copier *c, xmlNode *to, const xmlNs *from, xmlNs **last)
{
	xmlNs *ns;

	if (c->count == DOM_NAMESPACES)
		return err_tell(c->e, ERR_XML_LIMIT, "too many namespaces in scope");
	/* without an element: that would compare it with each declaration there */
	if ((ns = xmlNewNs(NULL, from->href, from->prefix)) == NULL)
		return no_memory(c);
	if (*last == NULL)
		to->nsDef = ns;
	else
		(*last)->next = ns;
	*last = ns;
	c->pairs[c->count++] = (struct pair){from, ns};
	return 0;
}

/* A name points to the very declaration that binds it. */
static int
find_copied(struct copier *c, const xmlNs *from, xmlNode *to, xmlNs **out)
{
	*out = NULL;
	if (from == NULL)
		return 0;
	for (size_t i = c->count; i > 0 && *out == NULL; i--)
		if (c->pairs[i - 1].from == from)
			*out = c->pairs[i - 1].to;
	if (*out == NULL && xmlStrEqual(from->prefix, (const xmlChar *)"xml") &&
	    (*out = xmlSearchNs(c->doc, to, (const xmlChar *)"xml")) == NULL)
		return no_memory(c);
	return *out != NULL ? 0 : err_set(c->e, ERR_INTERNAL, "a name without its namespace");
}

/* Both documents own the dictionary, and so the name. */
static xmlChar *
name_in(const struct copier *c, const xmlChar *name)
{
	const xmlChar *kept =
	    xmlDictOwns(c->doc->dict, name) == 1 ? name : xmlDictLookup(c->doc->dict, name, -1);

	return (xmlChar *)(uintptr_t)kept;
}

static bool
is_text(const xmlNode *n)
{
	return n != NULL && (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE);
}

static const char *
content_of(const xmlNode *n)
{
	return n->content == NULL ? "" : dom_text_of(n->content);
}

/* The text of this node and of those behind it; *last: the last of them. NULL without memory. */
static const char *
joined(const struct copier *c, const xmlNode *first, const xmlNode **last)
{
	size_t len = 0;
	char *text, *to;

	*last = first;
	if (!is_text(first->next))
		return content_of(first);
	for (const xmlNode *n = first; is_text(n); n = n->next) {
		len += strlen(content_of(n));
		*last = n;
	}
	if ((text = to = arena_alloc(c->arena, len + 1)) == NULL)
		return NULL;
	*to = '\0';
	for (const xmlNode *n = first; is_text(n); n = n->next)
		to = stpcpy(to, content_of(n));
	return text;
}

static int
copy_attribute(struct copier *c, const xmlAttr *a, xmlNode *to)
{
	const xmlNode *last;
	const char *value = a->children == NULL ? "" : joined(c, a->children, &last);
	xmlChar *name = name_in(c, a->name);
	xmlNs *ns;

	if (find_copied(c, a->ns, to, &ns) != 0)
		return -1;
	if (value == NULL || name == NULL ||
	    xmlNewNsPropEatName(to, ns, name, (const xmlChar *)value) == NULL)
		return no_memory(c);
	return 0;
}

/* Into `to`, the document or an element, whose place it takes. */
static int
copy_element(struct copier *c, const xmlNode *n, const struct dom_moved *moved, xmlNode **to)
{
	bool is_root = (*to)->type == XML_DOCUMENT_NODE;
	xmlChar *name = name_in(c, n->name);
	xmlNode *copy = name == NULL ? NULL : xmlNewDocNodeEatName(c->doc, NULL, name, NULL);
	xmlNs *last = NULL;

	if (copy == NULL)
		return no_memory(c);
	xmlAddChild(*to, copy);
	*to = copy;
	for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
		if (declare(c, copy, d, &last) != 0)
			return -1;
	for (size_t i = 0; is_root && i < moved->count; i++)
		if (declare(c, copy, moved->ns[i], &last) != 0)
			return -1;
	if (find_copied(c, n->ns, copy, &copy->ns) != 0)
		return -1;
	for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
		if (copy_attribute(c, a, copy) != 0)
			return -1;
	return 0;
}

/* A text with those behind it, or a comment; *n: the last that was copied. */
static int
copy_leaf(struct copier *c, const xmlNode **n, xmlNode *parent)
{
	const char *text = is_text(*n) ? joined(c, *n, n) : content_of(*n);
	xmlNode *copy;

	if (text != NULL && *text == '\0' && is_text(*n))
		return 0;
	if (text == NULL)
		return no_memory(c);
	copy = is_text(*n) ? xmlNewDocText(c->doc, (const xmlChar *)text)
			   : xmlNewDocComment(c->doc, (const xmlChar *)text);
	if (copy == NULL || xmlAddChild(parent, copy) == NULL)
		return no_memory(c);
	return 0;
}

static int
copy_node(struct copier *c, const xmlNode **n, const struct dom_moved *moved, xmlNode **to)
{
	if ((*n)->type == XML_ELEMENT_NODE)
		return copy_element(c, *n, moved, to);
	if (is_text(*n) || (*n)->type == XML_COMMENT_NODE)
		return copy_leaf(c, n, *to);
	return err_set(c->e, ERR_XML_PI, "a node of kind %d", (int)(*n)->type);
}

static void
leave(struct copier *c, const xmlNode *n, xmlNode **to)
{
	for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
		c->count--;
	*to = (*to)->parent;
}

/* Without recursion; depth is the peer's choice. */
static int
copy_tree(struct copier *c, const xmlNode *root, const struct dom_moved *moved)
{
	const xmlNode *n = root;
	xmlNode *to = (xmlNode *)c->doc;

	for (;;) {
		if (copy_node(c, &n, moved, &to) != 0)
			return -1;
		if (n->type == XML_ELEMENT_NODE && n->children != NULL) {
			n = n->children;
			continue;
		}
		if (n->type == XML_ELEMENT_NODE)
			leave(c, n, &to);
		while (n != root && n->next == NULL) {
			n = n->parent;
			leave(c, n, &to);
		}
		if (n == root)
			return 0;
		n = n->next;
	}
}

/* As the parser leaves one behind. */
static xmlDoc *
new_document(xmlDict *dict)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");

	if (doc == NULL)
		return NULL;
	doc->dict = dict == NULL ? xmlDictCreate() : dict;
	if (dict != NULL && xmlDictReference(dict) != 0)
		doc->dict = NULL;
	doc->encoding = xmlStrdup((const xmlChar *)"UTF-8");
	if (doc->dict != NULL && doc->encoding != NULL)
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}

int
dom_copy(const xmlNode *root, const struct dom_moved *moved, struct arena *a, struct dom **out,
    struct err *e)
{
	struct copier c = {.arena = a, .e = e};
	int rc;

	*out = NULL;
	dom_watch_memory();
	if ((c.doc = new_document(root->doc->dict)) == NULL)
		return no_memory(&c);
	rc = copy_tree(&c, root, moved);
	if (rc == 0 && dom_memory_failed())
		rc = no_memory(&c);
	if (rc == 0)
		*out = dom_from_doc(c.doc);
	else
		xmlFreeDoc(c.doc);
	return rc;
}
