/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Another prefix for the root's namespace: some receivers look for a literal one (shep.md 4.2).
 *
 * Declarations that are there stay, because values (xsi:type) may mean them.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"

static bool
is_text(const xmlChar *a, const char *b)
{
	return strcmp(a == NULL ? "" : dom_text_of(a), b) == 0;
}

/* Would the prefix mean something else at n, or catch what has no namespace? */
static int
check_one(const xmlNode *n, const char *prefix, const char *ns, struct err *e)
{
	for (const xmlNs *d = n->nsDef; d != NULL; d = d->next)
		if (is_text(d->prefix, prefix) && !is_text(d->href, ns))
			return err_set(e, ERR_CONFIG, "prefix \"%s\" means another namespace at %s",
			    prefix, dom_text_of(n->name));
	if (prefix[0] == '\0' && n->ns == NULL)
		return err_set(e, ERR_CONFIG, "%s has no namespace, so there is no default one",
		    dom_text_of(n->name));
	return 0;
}

static xmlNs *
declare(xmlNode *root, const char *prefix)
{
	const xmlChar *wanted = prefix[0] == '\0' ? NULL : (const xmlChar *)prefix;

	for (xmlNs *d = root->nsDef; d != NULL; d = d->next)
		if (is_text(d->prefix, prefix))
			return d;
	return xmlNewNs(root, root->ns->href, wanted);
}

int
dom_set_prefix(struct dom *doc, const char *prefix, struct err *e)
{
	struct dom_node *top = dom_root(doc);
	xmlNode *root = dom_to_xml(top);
	const char *ns = dom_ns(top);
	xmlNs *own;

	if (root == NULL || ns[0] == '\0')
		return err_set(
		    e, ERR_CONFIG, "%s has no namespace to have a prefix", dom_name(top));
	for (struct dom_node *n = top; n != NULL; n = dom_following(n, top))
		if (check_one(dom_to_xml(n), prefix, ns, e) != 0)
			return -1;
	if ((own = declare(root, prefix)) == NULL)
		return err_set(e, ERR_NOMEM, "prefix");
	for (struct dom_node *n = top; n != NULL; n = dom_following(n, top))
		if (strcmp(dom_ns(n), dom_text_of(own->href)) == 0)
			dom_to_xml(n)->ns = own;
	return 0;
}
