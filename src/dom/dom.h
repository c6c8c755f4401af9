/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents: hardened parse of hostile XML, exact-child walking, canonical and plain output, XSD.
 *
 * Promise: a struct dom is a well-formed, namespace-well-formed UTF-8 document without DTD,
 * entities of its own or processing instructions, within its limits (security.md ). No
 * file is opened and no connection made. libxml2 is known here, in sig/ (dom/libxml.h) and nowhere
 * else.
 */
#ifndef DOM_DOM_H
#define DOM_DOM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/octets.h"

struct dom;	 /* one document; owner: whoever called dom_parse() */
struct dom_node; /* an element in it; lives as long as the document */

/* What a document may hold; each is checked by the byte pre-scan before libxml2 sees an octet. The
 * octets also say how many nodes (elements, attributes, texts, comments, namespaces) it may have:
 * one for 18 octets of the limit, of 1 MiB at least, and fewer the deeper they stand, the more
 * attributes share a tag and the more namespaces are in force. */
struct dom_limits {
	size_t octets;	   /* of the document */
	size_t tags;	   /* start tags and comments in all */
	size_t attributes; /* attributes and namespace declarations of one tag */
	size_t depth;	   /* nested elements */
	size_t name;	   /* octets of one name, of a namespace's, too */
};

/* Namespace declarations in force at one place, whatever the limits say: libxml2's look-ups and its
 * inclusive C14N go through all of them, for each element. */
#define DOM_NAMESPACES 64

/* 1 MiB (so 57,344 nodes), 100,000 tags, 256 attributes a tag, depth 64, names of 256 octets
 * (R-10). */
extern const struct dom_limits dom_default_limits;

/* Once per process before any fork: libxml2's globals, loader off. Safe to call again. */
int dom_init(struct err *) MUSTCHECK;
void dom_fini(void);

/* ERR_XML_ENCODING, _DTD, _PI, _LIMIT, _MALFORMED, ERR_NOMEM. White space before the XML
 * declaration is let through (NCANode writes it; nca.md 4.2). */
int dom_parse(
    struct octets xml, const struct dom_limits *, struct dom **out, struct err *) MUSTCHECK;
void dom_free(struct dom *); /* takes NULL */

/* A new document whose root is a copy of node: the stand-alone document that business signatures
 * are made over (shep.md 4.2). It declares what node itself declares, used or not, and of the
 * namespaces around it those that a name inside uses. Nothing else of the envelope's: inclusive
 * C14N would put it under the signature, and no such signature would ever verify. (So a prefix that
 * stands in a value only, xsi:type="p:T", must be declared at node or inside, as the signer's own
 * document had it.) Copied node by node: nothing of the old tree lives on. It is what the parser
 * would make of *octets_out (arena), which are within the limits and say all of it. */
int dom_cut(const struct dom_node *node, const struct dom_limits *, struct arena *,
    struct octets *octets_out, struct dom **out, struct err *) MUSTCHECK;

/* Walking. Names are compared exactly; ns "" means no namespace. */
struct dom_node *dom_root(const struct dom *);
struct dom_node *dom_parent(const struct dom_node *); /* NULL above the root */
struct dom_node *dom_first(const struct dom_node *);  /* first child element, or NULL */
struct dom_node *dom_next(const struct dom_node *);   /* next sibling element, or NULL */
/* The next element in document order of those below top, which n is or is below; or NULL. */
struct dom_node *dom_following(const struct dom_node *n, const struct dom_node *top);
struct dom_node *dom_child(const struct dom_node *, const char *ns, const char *name); /* first */
size_t dom_count(const struct dom_node *, const char *ns, const char *name);
bool dom_is(const struct dom_node *, const char *ns, const char *name);
const char *dom_name(const struct dom_node *);	 /* local name */
const char *dom_ns(const struct dom_node *);	 /* namespace, "" for none */
const char *dom_prefix(const struct dom_node *); /* as written, "" for none */

/* The value of an attribute, or NULL; ns "" = without prefix. Lives as long as the document or the
 * arena. */
const char *dom_attribute(
    const struct dom_node *, const char *ns, const char *name, struct arena *);

/* All attributes of an element, namespace declarations left out, in the order of the document:
 * for (bool more = dom_first_attribute(n, &a, arena); more; more = dom_next_attribute(&a, arena))
 * The strings live as those of dom_attribute(); value is NULL when memory is out. */
struct dom_attribute {
	const char *ns, *name, *value;
	const void *here; /* of the iteration */
};
bool dom_first_attribute(const struct dom_node *, struct dom_attribute *, struct arena *);
bool dom_next_attribute(struct dom_attribute *, struct arena *);

/* The namespace that a prefix is bound to at node, or NULL. "" = the default namespace. */
const char *dom_lookup_prefix(const struct dom_node *, const char *prefix);

/* true when the element holds text other than white space, directly. */
bool dom_has_text(const struct dom_node *);

/* All text and CDATA of an element that has nothing else: child elements, comments and PIs inside
 * are ERR_MSG_FORMAT, because two readers read two texts out of them. NUL-terminated in the
 * arena. */
int dom_text(const struct dom_node *, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* The string value of an element (XPath 1.0, 5.2): its text and that of all elements inside, in
 * their order. Comments and PIs are ERR_MSG_FORMAT. NUL-terminated in the arena. */
int dom_string_value(
    const struct dom_node *, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* Writes the root, and all elements in its namespace, with this prefix ("" = by a default
 * namespace) from now on; what was declared stays declared. ERR_CONFIG when the root has no
 * namespace, when the prefix means another one somewhere, and for a default namespace over an
 * element that has none. */
int dom_set_prefix(struct dom *, const char *prefix, struct err *) MUSTCHECK;

/* Path of an element for messages: "/Envelope/Body/SendMessage/request". */
const char *dom_path(const struct dom_node *, struct arena *);

/* The subtree as a stand-alone document, with the declarations that dom_cut() names, UTF-8, no XML
 * declaration. */
int dom_write(const struct dom_node *, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* Which canonical form; all zero: exclusive, without comments. */
struct dom_form {
	bool inclusive;		     /* Canonical XML 1.0 */
	bool comments;		     /* they are part of it */
	const char *const *prefixes; /* of an exclusive form: NULL, or NULL-terminated */
	const struct dom_node
	    *without; /* this element of the subtree and all inside are left out */
};

/* The subtree in that form. What stands outside of it counts as there but not covered: an inclusive
 * form's first tag has the namespaces and xml: attributes in force. ERR_XML_LIMIT, ERR_NOMEM. */
int dom_canonical(const struct dom_node *, const struct dom_form *, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

/* Exclusive C14N without comments of the subtree; prefixes: NULL or a NULL-terminated inclusive
 * list. */
int dom_c14n(const struct dom_node *, const char *const *prefixes, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

/* true when the octets, as all that an element holds, are their own exclusive C14N without comments
 * under any document in which the prefixes of `outer` (NULL-terminated) are the only ones declared
 * and are used by that element or above it. false: not known to be. */
bool dom_is_canonical(struct octets content, const char *const *outer);

/* Schemas: compiled once, before the fork; checking is read-only. */
struct dom_schema;
int dom_schema_load(const char *path, struct dom_schema **out, struct err *) MUSTCHECK;
void dom_schema_free(struct dom_schema *);

/* ERR_PAYLOAD_FORMAT with path and reason of the first violation told to the peer; all of them
 * (up to 20) in the public text as far as it reaches. */
int dom_schema_check(const struct dom_schema *, const struct dom *, struct err *) MUSTCHECK;

#endif
