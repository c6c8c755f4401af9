/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Canonical XML 1.0 and Exclusive C14N 1.0 of one subtree, or of what is left of it without
 * another.
 *
 * Not libxml2's, which builds two lists for every element and asks of each node whether it belongs:
 * that was most of what a message cost beside its signatures. libxml2's is the judge in the tests
 * (test_dom_c14n, fuzz_dom).
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dom/sink.h"

#define DEEPEST 256	/* libxml2's own bound without XML_PARSE_HUGE */
#define ATTRIBUTES 1024 /* of one element; more than any limit of ours */

struct binding {
	const char *prefix, *ns;
	uint32_t hash; /* of the prefix */
};

struct attribute {
	const xmlAttr *node;
};

struct canon {
	struct sink sink;
	const struct dom_form *form;
	xmlNode *apex;
	struct binding declared[DOM_NAMESPACES + 1]; /* in force in the output */
	size_t count;
	size_t marks[DEEPEST]; /* how many were in force before each open element */
	size_t depth;
	struct attribute *attributes; /* of the element that is being written */
	size_t attribute_count, room; /* so many, and room for so many */
	struct err *e;
};

static int
too_large(struct canon *c)
{
	return err_tell(c->e, ERR_XML_LIMIT, "too large an element for a canonical form");
}

/* FNV-1a. With fifty namespaces in force each declaration is fifty comparisons. */
static uint32_t
hash_of(const char *prefix)
{
	uint32_t hash = 2166136261u;

	for (; *prefix != '\0'; prefix++)
		hash = (hash ^ (unsigned char)*prefix) * 16777619u;
	return hash;
}

static const char *
in_force(const struct canon *c, const struct binding *b)
{
	for (size_t i = c->count; i > 0; i--)
		if (c->declared[i - 1].hash == b->hash &&
		    strcmp(c->declared[i - 1].prefix, b->prefix) == 0)
			return c->declared[i - 1].ns;
	return "";
}

/* Declared, unless the output says so already. NULL = no namespace, which only xmlns="" can say
 * below a default one. */
static int
use(struct canon *c, const xmlNs *ns)
{
	struct binding b = {.prefix = "", .ns = ""};

	if (ns != NULL && ns->prefix != NULL)
		b.prefix = dom_text_of(ns->prefix);
	if (ns != NULL && ns->href != NULL)
		b.ns = dom_text_of(ns->href);
	b.hash = hash_of(b.prefix);
	if (strcmp(b.prefix, "xml") == 0 || strcmp(in_force(c, &b), b.ns) == 0)
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
	for (const char *const *p = c->form->prefixes; p != NULL && *p != NULL; p++) {
		bool is_default = strcmp(*p, "#default") == 0;
		const xmlNs *ns = xmlSearchNs(n->doc, n, is_default ? NULL : (const xmlChar *)*p);
		if ((ns != NULL || is_default) && use(c, ns) != 0)
			return -1;
	}
	return 0;
}

/* Exclusive: declared where it is used. */
static int
use_names(struct canon *c, xmlNode *n)
{
	if (use(c, n->ns) != 0)
		return -1;
	for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
		if (a->ns != NULL && use(c, a->ns) != 0)
			return -1;
	return use_listed(c, n);
}

/* Inclusive: the apex says what those above it say, from the nearest on; any other element speaks
 * for itself. NULL after the last. */
static const xmlNode *
next_to_say(const struct canon *c, const xmlNode *n, const xmlNode *said)
{
	const xmlNode *up = said->parent;
	bool inherits = c->form->inclusive && n == c->apex;

	return inherits && up != NULL && up->type == XML_ELEMENT_NODE ? up : NULL;
}

/* No element from n up to it says something else of the prefix. */
static bool
holds_at(const xmlNs *ns, const xmlNode *n)
{
	for (;; n = n->parent)
		for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
			if (xmlStrEqual(d->prefix, ns->prefix))
				return d == ns;
}

/* Inclusive: declared where it is declared. */
static int
use_declarations(struct canon *c, const xmlNode *n)
{
	for (const xmlNode *up = n; up != NULL; up = next_to_say(c, n, up))
		for (const xmlNs *d = up->nsDef; d != NULL; d = d->next)
			if ((up == n || holds_at(d, n)) && use(c, d) != 0)
				return -1;
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

/* Canonical XML 1.0, 2.4: of those above the apex xml:lang and its like, the nearest of each. */
static bool
is_inherited(const struct canon *c, const xmlAttr *a)
{
	if (strcmp(ns_of(a), dom_text_of(XML_XML_NAMESPACE)) != 0)
		return false;
	for (size_t i = 0; i < c->attribute_count; i++)
		if (by_name(&c->attributes[i], &(struct attribute){a}) == 0)
			return false;
	return true;
}

static int
take_attribute(struct canon *c, const xmlAttr *a)
{
	if (c->attribute_count == ATTRIBUTES)
		return too_large(c);
	if (c->attribute_count == c->room) {
		size_t room = c->room == 0 ? 16 : 2 * c->room;
		struct attribute *more = arena_alloc(c->sink.arena, room * sizeof(more[0]));
		if (more == NULL)
			return err_set(c->e, ERR_NOMEM, "%zu attributes", room);
		if (c->room > 0)
			memcpy(more, c->attributes, c->room * sizeof(more[0]));
		c->attributes = more;
		c->room = room;
	}
	c->attributes[c->attribute_count++].node = a;
	return 0;
}

static int
take_attributes(struct canon *c, const xmlNode *n)
{
	c->attribute_count = 0;
	for (const xmlNode *up = n; up != NULL; up = next_to_say(c, n, up))
		for (const xmlAttr *a = up->properties; a != NULL; a = a->next)
			if ((up == n || is_inherited(c, a)) && take_attribute(c, a) != 0)
				return -1;
	return 0;
}

static int
put_start_tag(struct canon *c, xmlNode *n)
{
	size_t before = c->count;

	if (c->depth == DEEPEST)
		return too_large(c);
	c->marks[c->depth++] = before;
	if ((c->form->inclusive ? use_declarations(c, n) : use_names(c, n)) != 0 ||
	    take_attributes(c, n) != 0)
		return -1;
	if (c->count - before > 1)
		qsort(c->declared + before, c->count - before, sizeof(c->declared[0]), by_prefix);
	if (c->attribute_count > 1)
		qsort(c->attributes, c->attribute_count, sizeof(c->attributes[0]), by_name);
	sink_put(&c->sink, "<", 1);
	sink_name(&c->sink, n->ns, n->name);
	for (size_t i = before; i < c->count; i++)
		sink_declaration(&c->sink, c->declared[i].prefix, c->declared[i].ns);
	for (size_t i = 0; i < c->attribute_count; i++)
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
	const char *content = n->content == NULL ? "" : dom_text_of(n->content);

	switch (n->type) {
	case XML_ELEMENT_NODE:
		return put_start_tag(c, n);
	case XML_TEXT_NODE:
	case XML_CDATA_SECTION_NODE:
		sink_escaped(&c->sink, content, false);
		return 0;
	case XML_COMMENT_NODE:
		if (c->form->comments)
			sink_comment(&c->sink, content);
		return 0;
	default: /* dom_parse() lets nothing else through, and leaving it out would say less */
		return err_set(c->e, ERR_XML_PI, "a node of kind %d", (int)n->type);
	}
}

/* Without recursion; depth is the peer's choice. */
static int
put_tree(struct canon *c)
{
	const xmlNode *without = dom_to_xml(c->form->without);
	xmlNode *n = c->apex;

	for (;;) {
		bool is_open = n != without && n->type == XML_ELEMENT_NODE;

		if (n != without && put_node(c, n) != 0)
			return -1;
		if (is_open && n->children != NULL) {
			n = n->children;
			continue;
		}
		if (is_open)
			put_end_tag(c, n);
		while (n != c->apex && n->next == NULL) {
			n = n->parent;
			put_end_tag(c, n);
		}
		if (n == c->apex)
			return 0;
		n = n->next;
	}
}

int
dom_canonical(const struct dom_node *node, const struct dom_form *form, struct arena *arena,
    struct octets *out, struct err *e)
{
	struct canon c;

	*out = (struct octets){NULL, 0};
	c.sink = (struct sink){.arena = arena};
	c.form = form;
	c.apex = dom_to_xml(node);
	c.count = c.depth = c.attribute_count = c.room = 0;
	c.attributes = NULL;
	c.e = e;
	if (put_tree(&c) != 0)
		return -1;
	return sink_take(&c.sink, out, e);
}

int
dom_c14n(const struct dom_node *node, const char *const *prefixes, struct arena *arena,
    struct octets *out, struct err *e)
{
	return dom_canonical(node, &(struct dom_form){.prefixes = prefixes}, arena, out, e);
}
