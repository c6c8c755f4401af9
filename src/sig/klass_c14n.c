/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Canonical forms as xmlsec klasses: dom_canonical() for a subtree, which is what SignedInfo
 * is, and for one without its enveloped signature; libxml2's for every other set of nodes.
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

static bool
is_inclusive(const xmlSecTransform *t)
{
	return t->id != sig_c14n_klass();
}

static bool
has_comments(const xmlSecTransform *t)
{
	return t->id == sig_inclusive_klass(true);
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
	if (is_inclusive(t) || !dom_is(child, SIG_EXC_C14N, "InclusiveNamespaces") ||
	    c->list != NULL)
		return -1;
	c->list = (char *)xmlGetNoNsProp(dom_to_xml(child), (const xmlChar *)"PrefixList");
	return c->list == NULL ? -1 : split(c);
}

/* A set of nodes as dom_canonical() takes it. */
struct part {
	const xmlNode *apex, *without;
	bool without_comments;
};

/* The one element among the roots of a tree; comments beside it count where comments are left out.
 */
static const xmlNode *
only_element(const xmlSecNodeSet *set)
{
	bool others = set->type == xmlSecNodeSetTreeWithoutComments;
	const xmlNode *found = NULL;

	for (int i = 0; set->nodes != NULL && i < set->nodes->nodeNr; i++) {
		const xmlNode *n = set->nodes->nodeTab[i];
		if (n->type == XML_ELEMENT_NODE && found == NULL)
			found = n;
		else if (n->type != XML_COMMENT_NODE || !others)
			return NULL;
	}
	return found;
}

/* One of the sets whose intersection is meant. */
static bool
take_set(const xmlSecNodeSet *set, struct part *p)
{
	const xmlNode **place = &p->apex;

	if (set->op != xmlSecNodeSetIntersection)
		return false;
	switch (set->type) {
	case xmlSecNodeSetNormal: /* all of the document, as "#id" begins with */
		return set->nodes == NULL;
	case xmlSecNodeSetTreeWithoutComments:
		p->without_comments = true;
		break;
	case xmlSecNodeSetTree:
		break;
	case xmlSecNodeSetTreeInvert: /* an enveloped signature */
		place = &p->without;
		break;
	default:
		return false;
	}
	return *place == NULL && (*place = only_element(set)) != NULL;
}

static bool
is_below(const xmlNode *n, const xmlNode *apex)
{
	do
		n = n->parent;
	while (n != NULL && n != apex);
	return n != NULL;
}

static bool
read_part(const xmlSecNodeSet *set, struct part *out)
{
	const xmlSecNodeSet *s = set;

	*out = (struct part){NULL, NULL, false};
	if (set == NULL)
		return false;
	do {
		if (!take_set(s, out))
			return false;
		s = s->next;
	} while (s != set);
	return out->apex != NULL && (out->without == NULL || is_below(out->without, out->apex));
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
	if (set != NULL && xmlC14NExecute(set->doc,
			       (xmlC14NIsVisibleCallback)(void (*)(void))xmlSecNodeSetContains, set,
			       is_inclusive(t) ? XML_C14N_1_0 : XML_C14N_EXCLUSIVE_1_0,
			       (xmlChar **)(uintptr_t)c->prefixes, has_comments(t), b) >= 0)
		rc = pass_on(t, xmlOutputBufferGetContent(b), xmlOutputBufferGetSize(b), ctx);
	xmlOutputBufferClose(b);
	return rc;
}

static int
by_dom(xmlSecTransformPtr t, const struct part *p, xmlSecTransformCtxPtr ctx)
{
	const struct dom_form form = {.inclusive = is_inclusive(t),
	    .comments = has_comments(t) && !p->without_comments,
	    .prefixes = ((struct c14n *)t)->prefixes,
	    .without = dom_from_xml(p->without)};
	struct octets o;
	struct err e = {0};

	if (dom_canonical(dom_from_xml(p->apex), &form, sig_klasses_arena(), &o, &e) != 0) {
		sig_klasses_note(e.code != ERR_NOMEM);
		return -1;
	}
	return pass_on(t, o.data, o.len, ctx);
}

static int
c14n_push(xmlSecTransformPtr t, xmlSecNodeSetPtr set, xmlSecTransformCtxPtr ctx)
{
	struct part p;

	if (t->status == xmlSecTransformStatusFinished)
		return 0;
	if ((read_part(set, &p) ? by_dom(t, &p, ctx) : by_libxml2(t, set, ctx)) < 0)
		return -1;
	t->status = xmlSecTransformStatusFinished;
	return 0;
}

#define KLASS(called, uri)                                                                         \
	{                                                                                          \
		.klassSize = sizeof(xmlSecTransformKlass), .objSize = sizeof(struct c14n),         \
		.name = (const xmlChar *)(called), .href = (const xmlChar *)(uri),                 \
		.usage = xmlSecTransformUsageC14NMethod | xmlSecTransformUsageDSigTransform,       \
		.initialize = c14n_initialize, .finalize = c14n_finalize, .readNode = c14n_read,   \
		.getDataType = xmlSecTransformDefaultGetDataType,                                  \
		.popBin = xmlSecTransformDefaultPopBin, .pushXml = c14n_push                       \
	}

static xmlSecTransformKlass exclusive = KLASS("exc-c14n", SIG_EXC_C14N);
static xmlSecTransformKlass inclusive = KLASS("c14n", SIG_C14N);
static xmlSecTransformKlass commented = KLASS("c14n-with-comments", SIG_C14N_COMMENTS);

xmlSecTransformId
sig_c14n_klass(void)
{
	return &exclusive;
}

xmlSecTransformId
sig_inclusive_klass(bool comments)
{
	return comments ? &commented : &inclusive;
}
