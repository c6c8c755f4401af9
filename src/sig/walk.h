/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Strict reading of signature elements: nothing may stand where nothing is expected.
 *
 * Comments, CDATA and stray text inside a signature are how two readers are made to see two things
 * (CVE-2025-29774, CVE-2024-45409): any of them refuses the message.
 */
#ifndef SIG_WALK_H
#define SIG_WALK_H

#include "dom/dom.h"
#include "env/env.h"

#define SIG_MOST_CHILDREN 8

struct sig_children {
	const struct dom_node *at[SIG_MOST_CHILDREN];
	size_t count;
};

/* The child elements of a node that holds only elements and white space. ERR_SIG_STRUCTURE. */
int sig_children(const struct dom_node *, struct sig_children *out, struct err *) MUSTCHECK;

/* The one child element, by name. ERR_SIG_STRUCTURE. */
int sig_only_child(const struct dom_node *, const char *ns, const char *name,
    const struct dom_node **out, struct err *) MUSTCHECK;

/* The text of an element that holds only text. ERR_SIG_STRUCTURE. */
int sig_text(const struct dom_node *, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* WSS 1.1's own additions: TokenType */
#define SIG_WSSE11 "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"

/* Is the node named so, and are its attributes among the blank-separated allowed ones ("wsu:Id" and
 * "wsse11:TokenType" for those namespaces, other names without one)? ERR_SIG_STRUCTURE. */
int sig_expect(const struct dom_node *, const char *ns, const char *name, const char *allowed,
    struct err *) MUSTCHECK;

#endif
