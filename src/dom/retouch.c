/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See retouch.h. When memory is out a change is not made, and explains nothing.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "dom/retouch.h"

#define DEEPEST 32 /* indents of one line */

long
dom_line(const struct dom_node *n)
{
	return xmlGetLineNo(dom_to_xml(n));
}

static bool
is_blank(const xmlNode *n)
{
	return n != NULL && n->type == XML_TEXT_NODE && xmlIsBlankNode(n) == 1;
}

/* Elements, comments and white space between them, at least one element. */
static bool
holds_elements_only(const xmlNode *n)
{
	bool elements = false;

	for (const xmlNode *c = n->children; c != NULL; c = c->next) {
		if (c->type == XML_ELEMENT_NODE)
			elements = true;
		else if (c->type != XML_COMMENT_NODE && !is_blank(c))
			return false;
	}
	return elements;
}

static void
take_out(xmlNode *n)
{
	xmlUnlinkNode(n);
	xmlFreeNode(n);
}

static void
strip(const xmlNode *parent)
{
	for (xmlNode *c = parent->children, *next; c != NULL; c = next) {
		next = c->next;
		if (is_blank(c))
			take_out(c);
	}
}

static xmlNode *
line(xmlDoc *doc, const char *indent, unsigned depth)
{
	char text[2 + DEEPEST * 8] = "\n";

	for (unsigned i = 0; i < depth && i < DEEPEST; i++)
		strncat(text, indent, 8);
	return xmlNewDocText(doc, (const xmlChar *)text);
}

static void
indent_children(xmlNode *parent, const char *indent, unsigned depth)
{
	for (xmlNode *c = parent->children; c != NULL; c = c->next)
		xmlAddPrevSibling(c, line(parent->doc, indent, depth + 1));
	xmlAddChild(parent, line(parent->doc, indent, depth));
}

static xmlNode *
next_element(const xmlNode *n, const xmlNode *top, unsigned *depth)
{
	xmlNode *next = xmlFirstElementChild(dom_to_xml(dom_from_xml(n)));

	if (next != NULL) {
		++*depth;
		return next;
	}
	for (; n != top; n = n->parent, --*depth)
		if ((next = xmlNextElementSibling(dom_to_xml(dom_from_xml(n)))) != NULL)
			return next;
	return NULL;
}

void
dom_respace(struct dom_node *top, const char *indent, unsigned depth)
{
	for (xmlNode *n = dom_to_xml(top); n != NULL;
	     n = next_element(n, dom_to_xml(top), &depth)) {
		if (!holds_elements_only(n))
			continue;
		strip(n);
		if (indent != NULL)
			indent_children(n, indent, depth);
	}
}

void
dom_respace_beside(struct dom_node *n)
{
	xmlNode *at = dom_to_xml(n);

	if (is_blank(at->prev))
		take_out(at->prev);
	if (is_blank(at->next))
		take_out(at->next);
}

void
dom_trim(struct dom_node *top)
{
	static const char blank[] = " \t\r\n";
	unsigned depth = 0;

	for (xmlNode *n = dom_to_xml(top); n != NULL;
	     n = next_element(n, dom_to_xml(top), &depth)) {
		xmlNode *t = n->children;
		if (t == NULL || t->next != NULL || t->type != XML_TEXT_NODE || t->content == NULL)
			continue;
		const char *text = dom_text_of(t->content);
		size_t skip = strspn(text, blank), len = strlen(text);
		while (len > skip && strchr(blank, text[len - 1]) != NULL)
			len--;
		xmlChar *trimmed = xmlStrndup(t->content + skip, (int)(len - skip));
		xmlNodeSetContent(t, NULL);
		xmlNodeAddContent(t, trimmed);
		xmlFree(trimmed);
	}
}

bool
dom_declare(struct dom_node *n, const char *prefix, const char *ns)
{
	return xmlNewNs(dom_to_xml(n), (const xmlChar *)ns,
		   prefix[0] == '\0' ? NULL : (const xmlChar *)prefix) != NULL;
}

static bool
uses(const xmlNode *top, const xmlNs *ns)
{
	unsigned depth = 0;

	for (const xmlNode *n = top; n != NULL; n = next_element(n, top, &depth)) {
		if (n->ns == ns)
			return true;
		for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
			if (a->ns == ns)
				return true;
	}
	return false;
}

bool
dom_undeclare_unused(struct dom_node *n)
{
	xmlNode *at = dom_to_xml(n);
	bool found = false;

	for (xmlNs **place = &at->nsDef; *place != NULL;) {
		xmlNs *ns = *place;
		if (uses(at, ns)) {
			place = &ns->next;
			continue;
		}
		*place = ns->next;
		xmlFreeNs(ns);
		found = true;
	}
	return found;
}

bool
dom_drop_attribute(struct dom_node *top, const char *ns, const char *name, bool deep)
{
	unsigned depth = 0;
	bool found = false;

	for (xmlNode *n = dom_to_xml(top); n != NULL;
	     n = deep ? next_element(n, dom_to_xml(top), &depth) : NULL) {
		xmlAttr *a = ns[0] == '\0'
				 ? xmlHasNsProp(n, (const xmlChar *)name, NULL)
				 : xmlHasNsProp(n, (const xmlChar *)name, (const xmlChar *)ns);
		found |= a != NULL && xmlRemoveProp(a) == 0;
	}
	return found;
}
