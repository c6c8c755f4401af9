/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See judge_c14n.h.
 */
#include "config.h"

#include <assert.h>

#include <libxml/c14n.h>

#include "dom/libxml.h"
#include "judge_c14n.h"

/* Attributes and namespaces stand where their element stands. */
static int
is_inside(void *root, xmlNode *node, xmlNode *parent)
{
	const xmlNode *n = node;

	if (n->type == XML_NAMESPACE_DECL || n->type == XML_ATTRIBUTE_NODE)
		n = parent;
	while (n != NULL && n != root)
		n = n->type == XML_DOCUMENT_NODE ? NULL : n->parent;
	return n != NULL;
}

static bool
judge(const struct dom_node *node, const char *const *prefixes, int mode, struct arena *a,
    struct octets *out)
{
	xmlNode *root = dom_to_xml(node);
	xmlOutputBuffer *b = xmlAllocOutputBuffer(NULL);

	assert(b != NULL);
	/* libxml2 wants the list writable and does not write */
	int written =
	    xmlC14NExecute(root->doc, is_inside, root, mode, (xmlChar **)(uintptr_t)prefixes, 0, b);
	const struct octets all = {xmlOutputBufferGetContent(b), xmlOutputBufferGetSize(b)};
	*out = (struct octets){(const unsigned char *)arena_string(a, all), all.len};
	xmlOutputBufferClose(b);
	return written >= 0;
}

bool
judge_c14n(
    const struct dom_node *node, const char *const *prefixes, struct arena *a, struct octets *out)
{
	return judge(node, prefixes, XML_C14N_EXCLUSIVE_1_0, a, out);
}

bool
judge_inclusive(const struct dom_node *node, struct arena *a, struct octets *out)
{
	return judge(node, NULL, XML_C14N_1_0, a, out);
}
