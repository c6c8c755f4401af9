/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See cost.h. A unit is one step of a look-up: a declaration compared or a parent climbed to.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "sig/cost.h"

#define ELEMENT 40 /* units that an element costs without any look-up */
#define CLIMB 8	   /* and for each level below a root from which a signature is left out */

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
	struct place p = place_of(root);
	size_t looked_up = prefixes_in(reference->prefixes);

	if (shape->form == SIG_FORM_TRANSPORT && looked_up == 0)
		return 0; /* linear, and within the limits of the parse */
	for (const xmlNode *n = root; n != NULL; n = step(n, root, &p)) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		p.namespaces += declarations(n);
		p.depth++;
		bool document = shape->form != SIG_FORM_TRANSPORT;
		size_t each = looked_up + (document ? p.namespaces : 0);
		size_t cost =
		    ELEMENT + (document ? CLIMB * p.depth : 0) + each * (p.namespaces + p.depth);
		if (cost > *work)
			return err_tell(e, ERR_XML_LIMIT,
			    "too many elements with too many namespaces for a canonical form");
		*work -= cost;
	}
	return 0;
}
