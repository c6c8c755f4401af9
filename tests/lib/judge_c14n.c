/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See judge_c14n.h.
 */
#include "config.h"

#include <assert.h>

#include <libxml/c14n.h>

#include "dom/libxml.h"
#include "judge_c14n.h"

struct part {
	const xmlNode *apex, *without;
};

/* Attributes and namespaces stand where their element stands. */
static int
is_inside(void *part, xmlNode *node, xmlNode *parent)
{
	const struct part *p = part;
	const xmlNode *n = node;

	if (n->type == XML_NAMESPACE_DECL || n->type == XML_ATTRIBUTE_NODE)
		n = parent;
	while (n != NULL && n != p->apex) {
		if (n == p->without)
			return 0;
		n = n->type == XML_DOCUMENT_NODE ? NULL : n->parent;
	}
	return n != NULL && n != p->without;
}

bool
judge_canonical(
    const struct dom_node *node, const struct dom_form *f, struct arena *a, struct octets *out)
{
	struct part p = {dom_to_xml(node), dom_to_xml(f->without)};
	xmlOutputBuffer *b = xmlAllocOutputBuffer(NULL);

	assert(b != NULL);
	/* libxml2 wants the list writable and does not write */
	int written = xmlC14NExecute(p.apex->doc, is_inside, &p,
	    f->inclusive ? XML_C14N_1_0 : XML_C14N_EXCLUSIVE_1_0,
	    (xmlChar **)(uintptr_t)f->prefixes, f->comments, b);
	const struct octets all = {xmlOutputBufferGetContent(b), xmlOutputBufferGetSize(b)};
	*out = (struct octets){(const unsigned char *)arena_string(a, all), all.len};
	xmlOutputBufferClose(b);
	return written >= 0;
}

bool
judge_c14n(
    const struct dom_node *node, const char *const *prefixes, struct arena *a, struct octets *out)
{
	return judge_canonical(node, &(struct dom_form){.prefixes = prefixes}, a, out);
}

bool
judge_inclusive(const struct dom_node *node, struct arena *a, struct octets *out)
{
	return judge_canonical(node, &(struct dom_form){.inclusive = true}, a, out);
}
