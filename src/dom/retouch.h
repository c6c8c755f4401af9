/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A tree as somebody else would have written it: for explanations of a digest that differs, never
 * on a request's way. What is changed here is a copy that was parsed for this and is thrown away.
 */
#ifndef DOM_RETOUCH_H
#define DOM_RETOUCH_H

#include "dom/dom.h"

/* The line on which an element's start tag ends; the first is 1. libxml2 counts to 65,535. */
long dom_line(const struct dom_node *);

/* White space between elements, at and below `top`: taken out (indent NULL), or made anew, one line
 * an element, with so many indents as it is deep, `top` itself being `depth` deep. Elements that
 * hold text of their own are left alone. */
void dom_respace(struct dom_node *top, const char *indent, unsigned depth);

/* Takes out white space directly before and behind an element. */
void dom_respace_beside(struct dom_node *);

/* White space at both ends of texts that stand alone in their element. */
void dom_trim(struct dom_node *top);

/* Declares one more namespace at an element; false when the prefix is declared there. */
bool dom_declare(struct dom_node *, const char *prefix, const char *ns);

/* Takes out the declarations of an element that no name at or below it uses; false for none. */
bool dom_undeclare_unused(struct dom_node *);

/* Takes out the attributes of that name at and below `top` (deep) or at it alone; false for none.
 */
bool dom_drop_attribute(struct dom_node *top, const char *ns, const char *name, bool deep);

#endif
