/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Exclusive C14N as an xmlsec klass: dom_c14n() for a subtree, which is what a transport signature
 * covers and what SignedInfo is; libxml2's for every other set of nodes (a document without its
 * signature).
 */
#include "config.h"

#include <string.h>

#include <libxml/c14n.h>
#include <xmlsec/nodeset.h>
#include <xmlsec/xmlsec.h>

#include "dom/libxml.h"
#include "sig/klass.h"
#include "sig/shape.h"

#define MOST_PREFIXES 64 /* shape.c lets sixteen through */

struct c14n {
	xmlSecTransform base;
	const char *prefixes[MOST_PREFIXES + 1]; /* NULL-terminated; in `list` */
	char *list;
};

static int
c14n_initialize(xmlSecTransformPtr t)
{
	struct c14n *c = (struct c14n *)t;

	c->list = NULL;
	c->prefixes[0] = NULL;
	return 0;
}

static void
c14n_finalize(xmlSecTransformPtr t)
{
	xmlFree(((struct c14n *)t)->list);
	((struct c14n *)t)->list = NULL;
}

static int
split(struct c14n *c)
{
	char *rest = NULL;
	size_t n = 0;

	for (char *p = strtok_r(c->list, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest)) {
		if (n == MOST_PREFIXES)
			return -1;
		c->prefixes[n++] = p;
	}
	c->prefixes[n] = NULL;
	return 0;
}

/* <InclusiveNamespaces PrefixList="..."/>, if any. */
static int
c14n_read(xmlSecTransformPtr t, xmlNodePtr method, xmlSecTransformCtxPtr ctx)
{
	struct c14n *c = (struct c14n *)t;
	const struct dom_node *child = dom_first(dom_from_xml(method));

	(void)ctx;
	if (child == NULL)
		return 0;
	if (!dom_is(child, SIG_EXC_C14N, "InclusiveNamespaces") || c->list != NULL)
		return -1;
	c->list = (char *)xmlGetNoNsProp(dom_to_xml(child), (const xmlChar *)"PrefixList");
	return c->list == NULL ? -1 : split(c);
}

/* All of the document, as "#id" begins with. */
static bool
is_everything(const xmlSecNodeSet *set)
{
	return set->type == xmlSecNodeSetNormal && set->nodes == NULL;
}

static bool
is_subtree(const xmlSecNodeSet *set)
{
	return (set->type == xmlSecNodeSetTree || set->type == xmlSecNodeSetTreeWithoutComments) &&
	       set->nodes != NULL && set->nodes->nodeNr == 1 &&
	       set->nodes->nodeTab[0]->type == XML_ELEMENT_NODE;
}

/* The element whose subtree the set is, or NULL. */
static const xmlNode *
apex_of(const xmlSecNodeSet *set)
{
	const xmlSecNodeSet *s = set;
	const xmlNode *apex = NULL;

	if (set == NULL)
		return NULL;
	do {
		bool everything = is_everything(s);
		if (s->op != xmlSecNodeSetIntersection ||
		    (!everything && (apex != NULL || !is_subtree(s))))
			return NULL;
		if (!everything)
			apex = s->nodes->nodeTab[0];
		s = s->next;
	} while (s != set);
	return apex;
}

static int
pass_on(xmlSecTransformPtr t, const void *data, size_t len, xmlSecTransformCtxPtr ctx)
{
	if (t->next == NULL)
		return xmlSecBufferAppend(&t->outBuf, data, (xmlSecSize)len);
	return xmlSecTransformPushBin(t->next, data, (xmlSecSize)len, 1, ctx);
}

static int
by_libxml2(xmlSecTransformPtr t, xmlSecNodeSetPtr set, xmlSecTransformCtxPtr ctx)
{
	const struct c14n *c = (struct c14n *)t;
	xmlOutputBuffer *b = xmlAllocOutputBuffer(NULL);
	int rc = -1;

	if (b == NULL)
		return -1;
	if (set != NULL &&
	    xmlC14NExecute(set->doc,
		(xmlC14NIsVisibleCallback)(void (*)(void))xmlSecNodeSetContains, set,
		XML_C14N_EXCLUSIVE_1_0, (xmlChar **)(uintptr_t)c->prefixes, 0, b) >= 0)
		rc = pass_on(t, xmlOutputBufferGetContent(b), xmlOutputBufferGetSize(b), ctx);
	xmlOutputBufferClose(b);
	return rc;
}

static int
by_dom(xmlSecTransformPtr t, const xmlNode *apex, xmlSecTransformCtxPtr ctx)
{
	const struct c14n *c = (struct c14n *)t;
	struct octets o;
	struct err e = {0};

	if (dom_c14n(dom_from_xml(apex), c->prefixes, sig_klasses_arena(), &o, &e) != 0) {
		sig_klasses_note(e.code != ERR_NOMEM);
		return -1;
	}
	return pass_on(t, o.data, o.len, ctx);
}

static int
c14n_push(xmlSecTransformPtr t, xmlSecNodeSetPtr set, xmlSecTransformCtxPtr ctx)
{
	const xmlNode *apex = apex_of(set);

	if (t->status == xmlSecTransformStatusFinished)
		return 0;
	if ((apex != NULL ? by_dom(t, apex, ctx) : by_libxml2(t, set, ctx)) < 0)
		return -1;
	t->status = xmlSecTransformStatusFinished;
	return 0;
}

static xmlSecTransformKlass klass = {
    .klassSize = sizeof(xmlSecTransformKlass),
    .objSize = sizeof(struct c14n),
    .name = (const xmlChar *)"exc-c14n",
    .href = (const xmlChar *)SIG_EXC_C14N,
    .usage = xmlSecTransformUsageC14NMethod | xmlSecTransformUsageDSigTransform,
    .initialize = c14n_initialize,
    .finalize = c14n_finalize,
    .readNode = c14n_read,
    .getDataType = xmlSecTransformDefaultGetDataType,
    .popBin = xmlSecTransformDefaultPopBin,
    .pushXml = c14n_push,
};

xmlSecTransformId
sig_c14n_klass(void)
{
	return &klass;
}
