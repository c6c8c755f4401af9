/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Exclusive C14N 1.0 without comments of one subtree.
 *
 * Not libxml2's, which builds two lists for every element and asks of each node whether it belongs:
 * that was most of what a message cost beside its signatures. libxml2's is the judge in the tests
 * (test_dom_c14n, fuzz_dom).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "dom/sink.h"

#define DEEPEST 256	/* libxml2's own bound without XML_PARSE_HUGE */
#define ATTRIBUTES 1024 /* of one element; more than any limit of ours */

struct binding {
	const char *prefix, *ns;
};

struct attribute {
	const xmlAttr *node;
};

struct canon {
	struct sink sink;
	const char *const *prefixes;
	struct binding declared[DOM_NAMESPACES + 1]; /* in force in the output */
	size_t count;
	size_t marks[DEEPEST]; /* how many were in force before each open element */
	size_t depth;
	struct attribute *attributes; /* of the element that is being written */
	size_t room;		      /* for so many of them */
	struct err *e;
};

static int
too_large(struct canon *c)
{
	return err_tell(c->e, ERR_XML_LIMIT, "too large an element for a canonical form");
}

static const char *
in_force(const struct canon *c, const char *prefix)
{
	for (size_t i = c->count; i > 0; i--)
		if (strcmp(c->declared[i - 1].prefix, prefix) == 0)
			return c->declared[i - 1].ns;
	return "";
}

/* Declared where it is used, unless the output says so already. NULL = no namespace, which only
 * xmlns="" can say below a default one. */
static int
use(struct canon *c, const xmlNs *ns)
{
	const struct binding b = {ns == NULL || ns->prefix == NULL ? "" : dom_text_of(ns->prefix),
	    ns == NULL || ns->href == NULL ? "" : dom_text_of(ns->href)};

	if (strcmp(b.prefix, "xml") == 0 || strcmp(in_force(c, b.prefix), b.ns) == 0)
		return 0;
	if (c->count == sizeof(c->declared) / sizeof(c->declared[0]))
		return too_large(c);
	c->declared[c->count++] = b;
	return 0;
}

/* The prefixes of an InclusiveNamespaces PrefixList are used by every element. */
static int
use_listed(struct canon *c, xmlNode *n)
{
	for (const char *const *p = c->prefixes; p != NULL && *p != NULL; p++) {
		bool is_default = strcmp(*p, "#default") == 0;
		const xmlNs *ns = xmlSearchNs(n->doc, n, is_default ? NULL : (const xmlChar *)*p);
		if ((ns != NULL || is_default) && use(c, ns) != 0)
			return -1;
	}
	return 0;
}

static int
by_prefix(const void *a, const void *b)
{
	return strcmp(((const struct binding *)a)->prefix, ((const struct binding *)b)->prefix);
}

static const char *
ns_of(const xmlAttr *a)
{
	return a->ns == NULL || a->ns->href == NULL ? "" : dom_text_of(a->ns->href);
}

static int
by_name(const void *a, const void *b)
{
	const xmlAttr *x = ((const struct attribute *)a)->node;
	const xmlAttr *y = ((const struct attribute *)b)->node;
	int order = strcmp(ns_of(x), ns_of(y));

	return order != 0 ? order : strcmp(dom_text_of(x->name), dom_text_of(y->name));
}

static int
make_room(struct canon *c, const xmlNode *n)
{
	size_t count = 0;

	for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
		count++;
	if (count <= c->room)
		return 0;
	if (count > ATTRIBUTES)
		return too_large(c);
	c->room = 2 * count;
	c->attributes = arena_alloc(c->sink.arena, c->room * sizeof(c->attributes[0]));
	return c->attributes != NULL ? 0 : err_set(c->e, ERR_NOMEM, "%zu attributes", count);
}

static int
use_all(struct canon *c, xmlNode *n, size_t *attributes)
{
	*attributes = 0;
	if (make_room(c, n) != 0 || use(c, n->ns) != 0)
		return -1;
	for (const xmlAttr *a = n->properties; a != NULL; a = a->next) {
		c->attributes[(*attributes)++].node = a;
		if (a->ns != NULL && use(c, a->ns) != 0)
			return -1;
	}
	return use_listed(c, n);
}

static int
put_start_tag(struct canon *c, xmlNode *n)
{
	size_t before = c->count, attributes;

	if (c->depth == DEEPEST)
		return too_large(c);
	c->marks[c->depth++] = before;
	if (use_all(c, n, &attributes) != 0)
		return -1;
	if (c->count - before > 1)
		qsort(c->declared + before, c->count - before, sizeof(c->declared[0]), by_prefix);
	if (attributes > 1)
		qsort(c->attributes, attributes, sizeof(c->attributes[0]), by_name);
	sink_put(&c->sink, "<", 1);
	sink_name(&c->sink, n->ns, n->name);
	for (size_t i = before; i < c->count; i++)
		sink_declaration(&c->sink, c->declared[i].prefix, c->declared[i].ns);
	for (size_t i = 0; i < attributes; i++)
		sink_attribute(&c->sink, c->attributes[i].node);
	sink_put(&c->sink, ">", 1);
	return 0;
}

static void
put_end_tag(struct canon *c, const xmlNode *n)
{
	sink_end_tag(&c->sink, n);
	c->count = c->marks[--c->depth];
}

static int
put_node(struct canon *c, xmlNode *n)
{
	switch (n->type) {
	case XML_ELEMENT_NODE:
		return put_start_tag(c, n);
	case XML_TEXT_NODE:
	case XML_CDATA_SECTION_NODE:
		sink_escaped(&c->sink, n->content == NULL ? "" : dom_text_of(n->content), false);
		return 0;
	case XML_COMMENT_NODE:
		return 0;
	default: /* dom_parse() lets nothing else through, and leaving it out would say less */
		return err_set(c->e, ERR_XML_PI, "a node of kind %d", (int)n->type);
	}
}

/* Without recursion; depth is the peer's choice. */
static int
put_tree(struct canon *c, xmlNode *root)
{
	xmlNode *n = root;

	for (;;) {
		if (put_node(c, n) != 0)
			return -1;
		if (n->type == XML_ELEMENT_NODE && n->children != NULL) {
			n = n->children;
			continue;
		}
		if (n->type == XML_ELEMENT_NODE)
			put_end_tag(c, n);
		while (n != root && n->next == NULL) {
			n = n->parent;
			put_end_tag(c, n);
		}
		if (n == root)
			return 0;
		n = n->next;
	}
}

int
dom_c14n(const struct dom_node *node, const char *const *prefixes, struct arena *arena,
    struct octets *out, struct err *e)
{
	struct canon c;

	*out = (struct octets){NULL, 0};
	c.sink = (struct sink){.arena = arena};
	c.prefixes = prefixes;
	c.count = c.depth = c.room = 0;
	c.attributes = NULL;
	c.e = e;
	if (put_tree(&c, dom_to_xml(node)) != 0)
		return -1;
	return sink_take(&c.sink, out, e);
}
