/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Exclusive C14N of one subtree by libxml2, with a visibility test instead of an XPath node set,
 * which would cost a sorted list of all nodes.
 */
#include "config.h"

#include <libxml/c14n.h>
#include <libxml/xmlIO.h>

#include "dom/libxml.h"

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

/* libxml2 wants them writable and does not write. */
static xmlChar **
prefix_list(const char *const *prefixes)
{
	return (xmlChar **)(uintptr_t)prefixes;
}

static int
keep(xmlOutputBuffer *buffer, struct arena *arena, struct octets *out, struct err *e)
{
	struct octets all = {xmlOutputBufferGetContent(buffer), xmlOutputBufferGetSize(buffer)};
	const char *copy = arena_string(arena, all);

	if (copy == NULL)
		return err_set(e, ERR_NOMEM, "canonical form of %zu octets", all.len);
	*out = (struct octets){(const unsigned char *)copy, all.len};
	return 0;
}

int
dom_c14n(const struct dom_node *node, const char *const *prefixes, struct arena *arena,
    struct octets *out, struct err *e)
{
	xmlNode *root = dom_to_xml(node);
	xmlOutputBuffer *buffer;
	int rc = -1, written;

	dom_watch_memory();
	buffer = xmlAllocOutputBuffer(NULL);
	*out = (struct octets){NULL, 0};
	if (buffer == NULL)
		return err_set(e, ERR_NOMEM, "xmlAllocOutputBuffer");
	written = xmlC14NExecute(
	    root->doc, is_inside, root, XML_C14N_EXCLUSIVE_1_0, prefix_list(prefixes), 0, buffer);
	if (dom_memory_failed()) {
		err_set(e, ERR_NOMEM, "canonical form of %s", dom_name(node));
		goto out;
	}
	if (written < 0) {
		/* a relative namespace name is what a well-formed document can still have */
		err_tell(e, ERR_XML_MALFORMED, "%s has no canonical form", dom_name(node));
		goto out;
	}
	rc = keep(buffer, arena, out, e);
out:
	xmlOutputBufferClose(buffer);
	return rc;
}
