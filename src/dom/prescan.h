/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One pass over the octets before libxml2 sees them (security.md R-10).
 *
 * Promise: what passes is UTF-8 of XML characters, version 1.0, without DTD, processing instruction
 * or entity of its own, within the limits. It leaves to libxml2: that tags match, names are names,
 * attributes differ, prefixes are bound, and nothing follows the root.
 */
#ifndef DOM_PRESCAN_H
#define DOM_PRESCAN_H

#include "dom/dom.h"

/* Allocates nothing. *document_out is what to hand to the parser: without the byte order mark and
 * without white space before the XML declaration. ERR_XML_ENCODING, _DTD, _PI, _LIMIT, _MALFORMED.
 */
int dom_prescan(struct octets xml, const struct dom_limits *, struct octets *document_out,
    struct err *) MUSTCHECK;

#endif
