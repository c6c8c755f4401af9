/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See cost.h. A unit is one step of a look-up: a declaration compared or a parent climbed to; or an
 * octet written and digested by SHA-2.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "sig/cost.h"

#define ELEMENT 40 /* units that an element costs without any look-up */
#define CLIMB 8	   /* and for each level below a root from which a signature is left out */
#define PAID 96	   /* octets of a declaration for which the count of nodes has paid (prescan.c) */

struct place {
	size_t namespaces, depth; /* in force at, and above, the current element */
};

static size_t
declarations(const xmlNode *n)
{
	size_t count = 0;

	for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
		count++;
	return count;
}

static struct place
place_of(const xmlNode *root)
{
	struct place p = {0, 0};

	for (const xmlNode *n = root->parent; n != NULL && n->type == XML_ELEMENT_NODE;
	     n = n->parent, p.depth++)
		p.namespaces += declarations(n);
	return p;
}

static size_t
prefixes_in(const char *list)
{
	size_t count = 0;

	for (const char *p = list; p != NULL && *(p += strspn(p, " ")) != '\0'; count++)
		p += strcspn(p, " ");
	return count;
}

/* What digesting costs, in octets under SHA-2: GOST's digests take 7 and 15 ns an octet. */
static size_t
weight(const struct sig_reference *r)
{
	static const size_t weights[] = {
	    [SIG_KIN_SHA2] = 1, [SIG_KIN_2015] = 2, [SIG_KIN_2004] = 4};

	return weights[r->digest->kin];
}

/* A declaration, name and value and all that stands around them. */
static size_t
write_once(const xmlNs *ns, size_t octet)
{
	size_t cost = sizeof(" xmlns:=\"\"") + strlen(dom_text_of(ns->href));

	cost += ns->prefix == NULL ? 0 : strlen(dom_text_of(ns->prefix));
	cost *= octet;
	return cost > PAID ? cost - PAID : 0;
}

/* The declarations that exclusive C14N writes at an element, at most: those that its names use and
 * that of its parent does not. */
static size_t
declare_used(const xmlNode *n, const xmlNode *root, size_t octet)
{
	const xmlNs *above = n == root ? NULL : n->parent->ns, *last = n->ns;
	size_t cost = n->ns == above || n->ns == NULL ? 0 : write_once(n->ns, octet);

	for (const xmlAttr *a = n->properties; a != NULL; a = a->next) {
		if (a->ns == NULL || a->ns == above || a->ns == n->ns || a->ns == last)
			continue;
		cost += write_once(a->ns, octet);
		last = a->ns;
	}
	return cost;
}

/* Of one element. Without a prefix to look up, ours is linear for a transport signature. */
static size_t
look_ups(const struct place *p, size_t prefixes, bool document)
{
	size_t each = prefixes + (document ? p->namespaces : 0);

	if (!document && prefixes == 0)
		return 0;
	return ELEMENT + (document ? CLIMB * p->depth : 0) + each * (p->namespaces + p->depth);
}

/* Document order; p follows. NULL after the last. */
static const xmlNode *
step(const xmlNode *n, const xmlNode *root, struct place *p)
{
	if (n->type == XML_ELEMENT_NODE && n->children != NULL)
		return n->children;
	for (;; n = n->parent) {
		if (n->type == XML_ELEMENT_NODE) {
			p->namespaces -= declarations(n);
			p->depth--;
		}
		if (n == root || n->next != NULL)
			return n == root ? NULL : n->next;
	}
}

int
sig_spend(const struct dom_node *node, const struct sig_shape *shape,
    const struct sig_reference *reference, size_t *work, struct err *e)
{
	const xmlNode *root = dom_to_xml(node);
	bool document = shape->form != SIG_FORM_TRANSPORT;
	size_t prefixes = prefixes_in(reference->prefixes);
	size_t octet = reference->prefixes == NULL ? 0 : weight(reference);
	struct place p = place_of(root);

	for (const xmlNode *n = root; n != NULL; n = step(n, root, &p)) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		p.namespaces += declarations(n);
		p.depth++;
		size_t cost = look_ups(&p, prefixes, document) +
			      (octet == 0 ? 0 : declare_used(n, root, octet));
		if (cost > *work)
			return err_tell(e, ERR_XML_LIMIT,
			    "too many elements with too many namespaces for a canonical form");
		*work -= cost;
	}
	return 0;
}
