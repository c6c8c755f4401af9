/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See ident.h.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "env/env.h"
#include "sig/ident.h"

static xmlAttr *
id_of(const struct dom_node *node, bool plain)
{
	xmlAttr *a;

	if (node == NULL)
		return NULL;
	a = xmlHasNsProp(dom_to_xml(node), (const xmlChar *)"Id", (const xmlChar *)ENV_WSU);
	return a == NULL && plain ? xmlHasNsProp(dom_to_xml(node), (const xmlChar *)"Id", NULL) : a;
}

bool
sig_is_called(const struct dom_node *node, bool plain, const char *id)
{
	const xmlAttr *a = id_of(node, plain);

	return a != NULL && a->children != NULL && a->children->next == NULL &&
	       a->children->content != NULL && strcmp((const char *)a->children->content, id) == 0;
}

int
sig_check_id(const struct dom_node *node, const char *id, struct err *e)
{
	xmlAttr *a = id_of(node, true), *other;

	if (a == NULL)
		return err_set(e, ERR_ENV_DUPLICATE_ID, "Id %s", id);
	other = xmlGetID(a->doc, (const xmlChar *)id);
	if (other != a && (other != NULL || a->atype == XML_ATTRIBUTE_ID))
		return err_set(e, ERR_ENV_DUPLICATE_ID, "Id %s leads elsewhere", id);
	return 0;
}

int
sig_register_id(const struct dom_node *node, const char *id, struct err *e)
{
	xmlAttr *a = id_of(node, true);

	if (a == NULL || (a->atype != XML_ATTRIBUTE_ID &&
			     xmlAddID(NULL, a->doc, (const xmlChar *)id, a) == NULL))
		return err_set(e, ERR_ENV_DUPLICATE_ID, "Id %s", id);
	return sig_check_id(node, id, e);
}
