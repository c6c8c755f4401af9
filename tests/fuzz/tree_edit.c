/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See tree_edit.h.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "tree_edit.h"

size_t
tree_elements(xmlNode *root, xmlNode *out[TREE_ELEMENTS])
{
	size_t count = 0;
	xmlNode *n = root;

	while (n != NULL && count < TREE_ELEMENTS) {
		if (n->type == XML_ELEMENT_NODE)
			out[count++] = n;
		if (n->type == XML_ELEMENT_NODE && n->children != NULL) {
			n = n->children;
			continue;
		}
		while (n != root && n->next == NULL)
			n = n->parent;
		n = n == root ? NULL : n->next;
	}
	return count;
}

bool
tree_is_inside(const xmlNode *n, const xmlNode *of)
{
	for (; n != NULL; n = n->parent)
		if (n == of)
			return true;
	return false;
}

/* Puts a loose node before, behind, first into or last into another one. */
static void
put(xmlNode *what, xmlNode *to, unsigned where)
{
	bool root = to->parent == NULL || to->parent->type != XML_ELEMENT_NODE;
	xmlNode *done;

	if (root || (where & 2)) {
		done = (where & 1) || to->children == NULL ? xmlAddChild(to, what)
							   : xmlAddPrevSibling(to->children, what);
	} else {
		done = where & 1 ? xmlAddNextSibling(to, what) : xmlAddPrevSibling(to, what);
	}
	PROMISE(done != NULL);
	xmlReconciliateNs(done->doc, done);
}

/* Ids and the names that lead to them. */
static void
rename_id(xmlNode *n, unsigned which, unsigned value)
{
	static const char *const ids[] = {"b", "t", "k", "p", "evil", "b "};
	static const char *const uris[] = {
	    "#b", "#t", "#k", "", "#evil", "#xpointer(id('b'))", "#"};
	const xmlChar *id = (const xmlChar *)ids[value % 6];
	xmlNs *ns = xmlSearchNs(n->doc, n, (const xmlChar *)"wsu");

	switch (which % 5) {
	case 0:
		xmlSetNsProp(n, ns, (const xmlChar *)"Id", id);
		break;
	case 1:
		xmlSetProp(n, (const xmlChar *)"Id", id);
		break;
	case 2:
		xmlSetProp(n, (const xmlChar *)"xml:id", id);
		break;
	case 3:
		xmlUnsetNsProp(n, ns, (const xmlChar *)"Id");
		break;
	case 4:
		xmlSetProp(n, (const xmlChar *)"URI", (const xmlChar *)uris[value % 7]);
		break;
	}
}

static void
rename_element(xmlNode *n, unsigned value)
{
	static const char *const names[] = {
	    "Body", "Header", "Envelope", "Security", "Signature", "SignedInfo", "Reference", "w"};
	static const char *const prefixes[] = {"soap", "wsse", "ds", "x"};
	xmlNs *ns = xmlSearchNs(n->doc, n, (const xmlChar *)prefixes[value / 8 % 4]);

	xmlNodeSetName(n, (const xmlChar *)names[value % 8]);
	if (ns != NULL)
		xmlSetNs(n, ns);
}

static void
wrap(xmlNode *n, unsigned value)
{
	xmlNode *w = xmlNewDocNode(n->doc, NULL, (const xmlChar *)"w", NULL);

	PROMISE(w != NULL);
	if (n->parent->type != XML_ELEMENT_NODE) {
		xmlFreeNode(w);
		return;
	}
	xmlReplaceNode(n, w);
	xmlAddChild(w, n);
	rename_element(w, value);
	xmlReconciliateNs(n->doc, n);
}

/* Text that differs, a comment in the midst of it, an actor. */
static void
spoil(xmlNode *n, unsigned value)
{
	switch (value % 4) {
	case 0:
		xmlNodeAddContent(n, (const xmlChar *)"9");
		break;
	case 1:
		xmlAddChild(n, xmlNewDocComment(n->doc, (const xmlChar *)"c"));
		break;
	case 2:
		xmlSetNsProp(n, xmlSearchNs(n->doc, n, (const xmlChar *)"soap"),
		    (const xmlChar *)"actor", (const xmlChar *)(value & 4 ? "" : "urn:other"));
		break;
	case 3:
		xmlNewNs(n, (const xmlChar *)"urn:y", (const xmlChar *)(value & 4 ? "x" : "m"));
		break;
	}
}

void
tree_edit(xmlDoc *doc, const uint8_t script[5])
{
	xmlNode *elements[TREE_ELEMENTS], *copy;
	size_t count = tree_elements(xmlDocGetRootElement(doc), elements);
	xmlNode *from = elements[script[1] % count], *to = elements[script[2] % count];

	switch (script[0] % 7) {
	case 0: /* move */
		if (!tree_is_inside(to, from)) {
			xmlUnlinkNode(from);
			put(from, to, script[3]);
		}
		break;
	case 1: /* copy */
		if (count < TREE_ELEMENTS / 2 && (copy = xmlCopyNode(from, 1)) != NULL)
			put(copy, to, script[3]);
		break;
	case 2: /* take out */
		if (from->parent->type == XML_ELEMENT_NODE) {
			xmlUnlinkNode(from);
			xmlFreeNode(from);
		}
		break;
	case 3:
		rename_id(from, script[3], script[4]);
		break;
	case 4:
		rename_element(from, script[3]);
		break;
	case 5:
		wrap(from, script[3]);
		break;
	case 6:
		spoil(from, script[3]);
		break;
	}
}
