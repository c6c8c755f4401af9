/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Strict reading over libxml2's tree; see walk.h.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "sig/walk.h"

static bool
is_blank(const xmlNode *text)
{
	return text->content == NULL ||
	       text->content[strspn((const char *)text->content, " \t\r\n")] == '\0';
}

int
sig_children(const struct dom_node *parent, struct sig_children *out, struct err *e)
{
	out->count = 0;
	for (xmlNode *n = dom_to_xml(parent)->children; n != NULL; n = n->next) {
		if (n->type == XML_TEXT_NODE && is_blank(n))
			continue;
		if (n->type != XML_ELEMENT_NODE)
			return err_set(
			    e, ERR_SIG_STRUCTURE, "text or a comment in %s", dom_name(parent));
		if (out->count == SIG_MOST_CHILDREN)
			return err_set(
			    e, ERR_SIG_STRUCTURE, "too many elements in %s", dom_name(parent));
		out->at[out->count++] = dom_from_xml(n);
	}
	return 0;
}

int
sig_only_child(const struct dom_node *parent, const char *ns, const char *name,
    const struct dom_node **out, struct err *e)
{
	struct sig_children c;

	*out = NULL;
	if (sig_children(parent, &c, e) != 0)
		return -1;
	if (c.count != 1 || !dom_is(c.at[0], ns, name))
		return err_set(
		    e, ERR_SIG_STRUCTURE, "%s wants exactly one %s", dom_name(parent), name);
	*out = c.at[0];
	return 0;
}

/* libxml2 may keep one text in several nodes. */
static int
join(const xmlNode *first, struct arena *a, struct octets *out, struct err *e)
{
	size_t len = 0;
	char *to;

	for (const xmlNode *n = first; n != NULL; n = n->next)
		len += n->content == NULL ? 0 : strlen((const char *)n->content);
	if ((to = arena_alloc(a, len + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "%zu octets of text", len);
	*out = (struct octets){(unsigned char *)to, len};
	for (const xmlNode *n = first; n != NULL; n = n->next)
		if (n->content != NULL)
			to = stpcpy(to, (const char *)n->content);
	return 0;
}

int
sig_text(const struct dom_node *node, struct arena *a, struct octets *out, struct err *e)
{
	const xmlNode *first = dom_to_xml(node)->children;

	*out = (struct octets){NULL, 0};
	for (const xmlNode *n = first; n != NULL; n = n->next)
		if (n->type != XML_TEXT_NODE)
			return err_set(
			    e, ERR_SIG_STRUCTURE, "%s holds more than text", dom_name(node));
	if (first == NULL || first->content == NULL)
		return 0;
	if (first->next != NULL)
		return join(first, a, out, e);
	*out = octets_of((const char *)first->content);
	return 0;
}

static bool
is_allowed(const xmlAttr *attribute, const char *allowed)
{
	const char *ns = attribute->ns == NULL ? "" : (const char *)attribute->ns->href;
	const char *name = (const char *)attribute->name;
	const char *prefix = strcmp(ns, ENV_WSU) == 0	   ? "wsu:"
			     : strcmp(ns, SIG_WSSE11) == 0 ? "wsse11:"
							   : "";

	if (ns[0] != '\0' && prefix[0] == '\0')
		return false;
	for (const char *p = allowed; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " "), skip = strlen(prefix);
		if (n == skip + strlen(name) && strncmp(p, prefix, skip) == 0 &&
		    strncmp(p + skip, name, n - skip) == 0)
			return true;
		p += n;
	}
	return false;
}

int
sig_expect(const struct dom_node *node, const char *ns, const char *name, const char *allowed,
    struct err *e)
{
	if (!dom_is(node, ns, name))
		return err_set(e, ERR_SIG_STRUCTURE, "%s where %s is wanted", dom_name(node), name);
	for (const xmlAttr *a = dom_to_xml(node)->properties; a != NULL; a = a->next)
		if (!is_allowed(a, allowed))
			return err_set(e, ERR_SIG_STRUCTURE, "attribute %s on %s",
			    (const char *)a->name, name);
	return 0;
}
