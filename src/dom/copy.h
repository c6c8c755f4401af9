/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A subtree as a document of its own, node by node.
 */
#ifndef DOM_COPY_H
#define DOM_COPY_H

#include "dom/libxml.h"

/* Declarations from around a subtree that go to its root, in their order. */
struct dom_moved {
	const xmlNs *ns[DOM_NAMESPACES];
	size_t count;
};

/* What the parser would make of dom_write()'s octets: the texts of an element in one piece, CDATA
 * as text, xml:id registered. Nothing of the old tree lives on but the dictionary of its names,
 * which both own. ERR_NOMEM; ERR_XML_PI as dom_canonical(). */
int dom_copy(const xmlNode *root, const struct dom_moved *, struct arena *, struct dom **out,
    struct err *) MUSTCHECK;

#endif
