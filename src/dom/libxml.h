/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The way between this room's opaque types and libxml2's, for dom/ and sig/ only.
 *
 * Promise: a struct dom is an xmlDoc and a struct dom_node an element of it, without anything
 * around them, so that the conversions cost nothing. Ownership does not change: dom_free() ends the
 * document.
 */
#ifndef DOM_LIBXML_H
#define DOM_LIBXML_H

#include <stdint.h>

#include <libxml/tree.h>

#include "dom/dom.h"

/* libxml2 knows no const: what this returns from a const argument is still not to be changed. */
static inline xmlDoc *
dom_to_doc(const struct dom *d)
{
	return (xmlDoc *)(uintptr_t)d;
}

static inline struct dom *
dom_from_doc(xmlDoc *doc)
{
	return (struct dom *)doc;
}

static inline xmlNode *
dom_to_xml(const struct dom_node *n)
{
	return (xmlNode *)(uintptr_t)n;
}

static inline struct dom_node *
dom_from_xml(const xmlNode *node)
{
	return (struct dom_node *)(uintptr_t)node;
}

static inline const char *
dom_text_of(const xmlChar *s)
{
	return (const char *)s;
}

/* Was libxml2 out of memory since the last dom_watch_memory()? Then whatever it gave is worth
 * nothing, a success included: it goes on without what it could not allocate. */
void dom_watch_memory(void);
bool dom_memory_failed(void);

#endif
