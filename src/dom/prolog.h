/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The beginning of a document: byte order mark, white space, XML declaration (security.md R-10).
 */
#ifndef DOM_PROLOG_H
#define DOM_PROLOG_H

#include "dom/dom.h"

/* *document_out is what to hand to the parser (prescan.h), *rest_out the first octet behind the
 * declaration, if there is one. ERR_XML_ENCODING, ERR_XML_MALFORMED. */
int dom_prolog(struct octets xml, struct octets *document_out, const unsigned char **rest_out,
    struct err *) MUSTCHECK;

#endif
