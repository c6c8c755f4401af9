/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Edits of a tree as wrapping attacks make them: subtrees moved, copied, taken out, wrapped, Ids
 * and References changed, elements renamed. What comes out is a document; no other promise is made.
 */
#ifndef TESTS_FUZZ_TREE_EDIT_H
#define TESTS_FUZZ_TREE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#define TREE_ELEMENTS 256

/* The first elements of the subtree in document order; returns how many. */
size_t tree_elements(xmlNode *root, xmlNode *out[TREE_ELEMENTS]);

bool tree_is_inside(const xmlNode *, const xmlNode *of);

/* One edit: what, which element, where to, and two numbers. */
void tree_edit(xmlDoc *, const uint8_t script[5]);

#endif
