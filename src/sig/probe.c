/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See probe.h. Canonical forms are libxml2's, so that forms can be tried that no list of ours
 * allows; xmlsec and dom_c14n() have no part in it.
 */
#include "config.h"

#include <string.h>

#include <libxml/c14n.h>
#include <openssl/evp.h>

#include "dom/libxml.h"
#include "dom/retouch.h"
#include "sig/base64.h"
#include "sig/keyinfo.h"
#include "sig/probe_form.h"
#include "sig/walk.h"

#define MOST_PREFIXES 16

/* What of a tree goes into a canonical form. */
struct part {
	const xmlNode *apex;	  /* or NULL: everything */
	const xmlNode *leave_out; /* or NULL */
};

static int
is_part(void *user, xmlNode *node, xmlNode *parent)
{
	const struct part *p = user;
	bool inside = p->apex == NULL;

	/* a namespace node has no parent of its own */
	for (const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node; n != NULL;
	     n = n->parent) {
		if (n == p->leave_out)
			return 0;
		inside |= n == p->apex;
	}
	return inside;
}

struct form {
	bool exclusive, comments;
	const char *prefixes;
};

/* libxml2 wants an array that ends with NULL; the list was checked by sig_read_shape(). */
static void
split(const char *list, struct arena *a, xmlChar *out[MOST_PREFIXES + 1])
{
	char *copy = list == NULL ? NULL : arena_strdup(a, list), *rest = NULL;
	size_t count = 0;

	for (char *p = copy == NULL ? NULL : strtok_r(copy, " ", &rest);
	     p != NULL && count < MOST_PREFIXES; p = strtok_r(NULL, " ", &rest))
		out[count++] = (xmlChar *)p;
	out[count] = NULL;
}

static int
canonicalise(struct part *p, xmlDoc *doc, const struct form *f, struct arena *a, struct octets *out,
    struct err *e)
{
	xmlOutputBuffer *b = xmlAllocOutputBuffer(NULL);
	xmlChar *prefixes[MOST_PREFIXES + 1];
	int rc = -1;

	*out = (struct octets){NULL, 0};
	if (b == NULL)
		return err_set(e, ERR_NOMEM, "C14N");
	split(f->prefixes, a, prefixes);
	if (xmlC14NExecute(doc, is_part, p, f->exclusive ? XML_C14N_EXCLUSIVE_1_0 : XML_C14N_1_0,
		f->exclusive ? prefixes : NULL, f->comments, b) < 0) {
		err_set(e, ERR_SIG_STRUCTURE, "there is no such canonical form");
		goto out;
	}
	out->len = xmlOutputBufferGetSize(b);
	out->data = (const unsigned char *)arena_string(
	    a, (struct octets){xmlOutputBufferGetContent(b), out->len});
	rc = out->data == NULL ? err_set(e, ERR_NOMEM, "C14N") : 0;
out:
	xmlOutputBufferClose(b);
	return rc;
}

static struct form
form_of(enum sig_reading reading, bool exclusive, const char *prefixes)
{
	switch (reading) {
	case SIG_READ_INCLUSIVE:
		return (struct form){false, false, NULL};
	case SIG_READ_EXCLUSIVE:
		return (struct form){true, false, NULL};
	case SIG_READ_COMMENTS:
		return (struct form){exclusive, true, prefixes};
	case SIG_READ_AS_SAID:
	case SIG_READINGS:
		break;
	}
	return (struct form){exclusive, false, prefixes};
}

/* --- which signature -------------------------------------------------------------------------- */

static struct dom_node *
last_signature(const struct dom *doc)
{
	struct dom_node *last = NULL;

	for (struct dom_node *n = dom_first(dom_root(doc)); n != NULL; n = dom_next(n))
		last = n;
	return last != NULL && dom_is(last, ENV_DS, "Signature") ? last : NULL;
}

int
sig_probe_shape(struct dom *doc, const struct env *env, size_t skip, struct arena *a,
    struct sig_shape *out, struct err *e)
{
	struct dom_node *signature = env == NULL ? last_signature(doc) : env->signature;

	for (; env == NULL && signature != NULL && skip > 0; skip--) {
		xmlUnlinkNode(dom_to_xml(signature));
		xmlFreeNode(dom_to_xml(signature));
		signature = last_signature(doc);
	}
	if (signature == NULL)
		return err_set(e, ERR_SIG_MISSING, "no ds:Signature to ask");
	return sig_read_shape(
	    signature, env == NULL ? SIG_FORM_DOCUMENT : SIG_FORM_TRANSPORT, a, out, e);
}

static bool
bears(const struct dom_node *n, const char *id, struct arena *a)
{
	const char *wsu = n == NULL ? NULL : dom_attribute(n, ENV_WSU, "Id", a);
	const char *plain = n == NULL ? NULL : dom_attribute(n, "", "Id", a);

	return (wsu != NULL && strcmp(wsu, id) == 0) || (plain != NULL && strcmp(plain, id) == 0);
}

static struct dom_node *
find_target(const struct dom *doc, const struct env *env, const char *uri, struct arena *a)
{
	struct dom_node *const nodes[] = {env == NULL ? NULL : env->body,
	    env == NULL ? NULL : env->timestamp, env == NULL ? NULL : env->token};

	if (env == NULL)
		return dom_root(doc);
	for (size_t i = 0; i < 3; i++)
		if (bears(nodes[i], uri + 1, a))
			return nodes[i];
	return NULL;
}

/* The last transform is the canonical form (sig_read_shape() has seen to it). */
static const struct dom_node *
last_transform(const struct dom_node *reference)
{
	const struct dom_node *last = NULL;

	for (const struct dom_node *n = dom_first(dom_child(reference, ENV_DS, "Transforms"));
	     n != NULL; n = dom_next(n))
		last = n;
	return last;
}

static bool
says_exclusive(const struct dom_node *method, struct arena *a)
{
	const char *algorithm = dom_attribute(method, "", "Algorithm", a);

	return algorithm != NULL && strcmp(algorithm, SIG_EXC_C14N) == 0;
}

static int
read_probe(const struct dom *doc, const struct env *env, const struct sig_shape *shape, size_t i,
    struct arena *a, struct sig_probe *out, struct err *e)
{
	const struct sig_reference *r = &shape->references[i];
	struct octets text;

	*out = (struct sig_probe){.uri = r->uri,
	    .target = find_target(doc, env, r->uri, a),
	    .algorithm = r->digest->name,
	    .leave_out = env == NULL ? dom_from_xml(dom_to_xml(shape->signature)) : NULL,
	    .prefixes = r->prefixes,
	    .exclusive = says_exclusive(last_transform(r->node), a),
	    .digest = r->digest};
	if (out->target == NULL)
		return err_set(e, ERR_SIG_COVERAGE, "Reference %s leads nowhere", r->uri);
	if (sig_text(dom_child(r->node, ENV_DS, "DigestValue"), a, &text, e) != 0)
		return -1;
	if (!sig_base64_read(text, a, &out->expected))
		return err_set(e, ERR_SIG_STRUCTURE, "DigestValue is not base64");
	return 0;
}

int
sig_probe_read(struct dom *doc, const struct env *env, size_t skip, struct arena *a,
    struct sig_probe out[SIG_MOST_PROBES], size_t *count, struct err *e)
{
	struct sig_shape shape = {.reference_count = 0};

	*count = 0;
	if (sig_probe_shape(doc, env, skip, a, &shape, e) != 0)
		return -1;
	for (; *count < shape.reference_count && *count < SIG_MOST_PROBES; ++*count)
		if (read_probe(doc, env, &shape, *count, a, &out[*count], e) != 0)
			return -1;
	return 0;
}

/* --- digests ---------------------------------------------------------------------------------- */

int
sig_probe_canonical(const struct sig_probe *p, enum sig_reading reading, struct arena *a,
    struct octets *out, struct err *e)
{
	const struct form f = form_of(reading, p->exclusive, p->prefixes);
	const xmlNode *target = dom_to_xml(p->target);
	struct part part = {p->leave_out == NULL ? target : NULL,
	    p->leave_out == NULL ? NULL : dom_to_xml(p->leave_out)};

	return canonicalise(&part, target->doc, &f, a, out, e);
}

int
sig_probe_subtree(const struct dom_node *node, const struct dom_node *method,
    enum sig_reading reading, struct arena *a, struct octets *out, struct err *e)
{
	const struct dom_node *list = dom_child(method, SIG_EXC_C14N, "InclusiveNamespaces");
	const struct form f = form_of(reading, says_exclusive(method, a),
	    list == NULL ? NULL : dom_attribute(list, "", "PrefixList", a));
	struct part part = {dom_to_xml(node), NULL};

	return canonicalise(&part, dom_to_xml(node)->doc, &f, a, out, e);
}

static bool
digest(const struct sig_digest *d, struct octets o, unsigned char md[EVP_MAX_MD_SIZE])
{
	return EVP_Digest(o.data, o.len, md, NULL, d->md, NULL) == 1;
}

bool
sig_probe_holds(const struct sig_probe *p, struct octets canonical)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	return digest(p->digest, canonical, md) &&
	       octets_equal((struct octets){md, p->digest->len}, p->expected);
}

const char *
sig_probe_digest(const struct sig_probe *p, struct octets o, struct arena *a)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	return digest(p->digest, o, md) ? sig_probe_text((struct octets){md, p->digest->len}, a)
					: "";
}

const char *
sig_probe_text(struct octets o, struct arena *a)
{
	const char *text = sig_base64_write(o, a);

	return text == NULL ? "" : text;
}
