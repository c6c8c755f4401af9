/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * References of a document without DTD: the five entities of XML 1.0, 4.6, and characters by
 * number.
 */
#ifndef DOM_REFERENCE_H
#define DOM_REFERENCE_H

#include <stddef.h>

/* Octets of the reference at p, which begins with '&', up to its ';'; 0 when it is none, or is one
 * to what may not stand in a document. */
size_t dom_reference_length(const unsigned char *p, size_t left);

#endif
