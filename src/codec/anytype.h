/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * xs:anyType of the contract, the element `data`: gSOAP reads past it and writes it as given.
 *
 * What a handler gets is cut from the verified tree (design.md, decision 3): text captured by gSOAP
 * loses the namespaces declared around it. So nothing is copied here on the way in. Included by the
 * generated code; the soap_*_xsd__anyType() that it calls stand in anytype.c.
 */
#ifndef CODEC_ANYTYPE_H
#define CODEC_ANYTYPE_H

#include <stddef.h>

struct codec_data {
	const char *octets; /* content, serialised; may be NULL when len is 0 */
	size_t len;
	const char *attributes; /* of the element `data`, with a space before each; NULL = none */
};

#endif
