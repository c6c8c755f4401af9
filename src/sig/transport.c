/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The transport signature: what a WS-Security signature has to cover to cover the message (R-24,
 *
 *
 * The Body that goes on is the one that env/ found by its place; a Reference must lead to exactly
 * that node, so that wrapping has nothing to wrap.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "sig/cost.h"
#include "sig/ident.h"
#include "sig/verify.h"
#include "sig/walk.h"

#define SKEW 300 /* seconds that the sender's clock may differ from ours */

/* The only three nodes that may be referred to. */
static const struct dom_node *
find_target(const struct env *env, const char *id)
{
	if (sig_is_called(env->body, true, id))
		return env->body;
	if (sig_is_called(env->timestamp, false, id))
		return env->timestamp;
	return sig_is_called(env->token, false, id) ? env->token : NULL;
}

/* Exactly one Reference to the Body; the others only to the Timestamp and the token of this
 * Security. */
static int
check_references(
    const struct env *env, struct sig_shape *shape, size_t *body, bool *timestamp, struct err *e)
{
	size_t work = SIG_MOST_WORK;

	*body = SIG_MOST_REFERENCES;
	*timestamp = false;
	for (size_t i = 0; i < shape->reference_count; i++) {
		const char *id = shape->references[i].uri + 1;
		const struct dom_node *node = find_target(env, id);
		if (node == NULL)
			return err_set(e, ERR_SIG_COVERAGE,
			    "Reference #%s leads to neither Body, Timestamp nor token", id);
		for (size_t j = 0; j < i; j++)
			if (shape->references[j].target == node)
				return err_set(e, ERR_SIG_COVERAGE, "two References to #%s", id);
		if (sig_check_id(node, id, e) != 0 ||
		    sig_spend(node, shape, &shape->references[i], &work, e) != 0)
			return -1;
		shape->references[i].target = node;
		if (node == env->body)
			*body = i;
		*timestamp |= node == env->timestamp;
	}
	if (*body == SIG_MOST_REFERENCES)
		return err_set(e, ERR_SIG_COVERAGE, "the signature does not cover the Body");
	return 0;
}

/* true when the prefix is declared at node or above it, up to and with the Body. */
static bool
is_declared_inside(const xmlNode *node, const xmlNode *body, const xmlNs *ns)
{
	for (;; node = node->parent) {
		for (const xmlNs *d = node->nsDef; d != NULL; d = d->next)
			if (d == ns)
				return true;
		if (node == body)
			return false;
	}
}

/* exc-c14n drops declarations that only values use, so a prefix in xsi:type that is declared
 * outside the Body could be bound anew without harm to the signature. XML Schema's own namespace is
 * let through: clients declare it on the Envelope, and nothing here chooses anything by a type's
 * prefix. */
static int
check_type(const xmlAttr *type, const xmlNode *body, const char *prefixes, struct err *e)
{
	const char *value = type->children == NULL ? NULL : (const char *)type->children->content;
	char prefix[64] = "";
	size_t n;

	if (value == NULL)
		return 0;
	value += strspn(value, " \t\r\n");
	n = strcspn(value, ":");
	if (value[n] == ':' && n >= sizeof(prefix))
		return err_set(e, ERR_SIG_COVERAGE, "xsi:type with a long prefix");
	if (value[n] == ':')
		memcpy(prefix, value, n);
	bool bare = prefix[0] == '\0';
	const xmlNs *ns =
	    xmlSearchNs(type->doc, type->parent, bare ? NULL : (const xmlChar *)prefix);
	if (sig_prefix_listed(prefixes, bare ? "#default" : prefix))
		return 0;
	if (ns == NULL ? bare
		       : is_declared_inside(type->parent, body, ns) ||
			     strcmp((const char *)ns->href, ENV_XS) == 0)
		return 0;
	return err_set(
	    e, ERR_SIG_COVERAGE, "prefix of xsi:type=\"%.60s\" is not declared in the Body", value);
}

static int
check_types(const struct env *env, const char *prefixes, struct err *e)
{
	const xmlNode *body = dom_to_xml(env->body);

	for (const struct dom_node *n = env->body; n != NULL; n = dom_following(n, env->body))
		for (const xmlAttr *a = dom_to_xml(n)->properties; a != NULL; a = a->next)
			if (a->ns != NULL && strcmp((const char *)a->name, "type") == 0 &&
			    strcmp((const char *)a->ns->href, ENV_XSI) == 0 &&
			    check_type(a, body, prefixes, e) != 0)
				return err_rule(e, "R-26");
	return 0;
}

static int
read_time(const struct dom_node *node, const char *name, struct arena *a, struct instant *out,
    struct err *e)
{
	struct octets o;
	const char *text, *time;

	*out = (struct instant){0, 0};
	if (sig_expect(node, ENV_WSU, name, "", e) != 0 || sig_text(node, a, &o, e) != 0)
		return -1;
	if ((text = arena_string(a, o)) == NULL)
		return err_set(e, ERR_NOMEM, "Timestamp");
	/* local time without a zone could be anybody's */
	if ((time = strchr(text, 'T')) == NULL || strpbrk(time, "Z+-") == NULL ||
	    !clock_read(text, out))
		return err_set(e, ERR_SIG_TIMESTAMP, "%s is not a dateTime with a zone", name);
	return 0;
}

/* R-54, WSS 1.1 10: Created, and Expires if it is there. */
static int
check_timestamp(const struct env *env, struct instant at, struct arena *a, struct err *e)
{
	struct instant created, expires;
	struct sig_children c;

	if (sig_expect(env->timestamp, ENV_WSU, "Timestamp", "wsu:Id", e) != 0 ||
	    sig_children(env->timestamp, &c, e) != 0)
		return -1;
	if (c.count < 1 || c.count > 2)
		return err_set(e, ERR_SIG_TIMESTAMP, "Timestamp has %zu children", c.count);
	if (read_time(c.at[0], "Created", a, &created, e) != 0)
		return -1;
	if (created.seconds > at.seconds + SKEW)
		return err_set(e, ERR_SIG_TIMESTAMP, "Created lies in the future");
	if (c.count == 1)
		return 0;
	if (read_time(c.at[1], "Expires", a, &expires, e) != 0)
		return -1;
	if (clock_compare(expires, created) < 0)
		return err_set(e, ERR_SIG_TIMESTAMP, "Expires before Created");
	if (expires.seconds + SKEW < at.seconds)
		return err_set(e, ERR_SIG_TIMESTAMP, "the message has expired");
	return 0;
}

/* Everything that can be said before any cryptography. */
static int
check_coverage(const struct env *env, struct sig_shape *shape, size_t *body, struct err *e)
{
	bool timestamp;

	if (check_references(env, shape, body, &timestamp, e) != 0)
		return -1;
	if (env->timestamp != NULL && !timestamp) {
		err_set(e, ERR_SIG_COVERAGE, "the Timestamp is not signed");
		return err_rule(e, "R-54");
	}
	return check_types(env, shape->references[*body].prefixes, e);
}

int
sig_verify_transport(const struct env *env, struct pki *pki, const struct sig_policy *policy,
    struct instant at, struct arena *a, struct sig_part *out, struct err *e)
{
	const struct sig_court court = {pki, policy, at, a};
	struct sig_shape shape;
	size_t body;

	*out = (struct sig_part){.verdict = SIG_REFUSED};
	if (env->signature == NULL)
		return err_set(e, ERR_SIG_MISSING, "no ds:Signature in wsse:Security");
	if (sig_read_shape(env->signature, SIG_FORM_TRANSPORT, a, &shape, e) != 0 ||
	    check_coverage(env, &shape, &body, e) != 0 ||
	    sig_verify_one(&shape, env, body, &court, out, e) != 0)
		return -1;
	if (env->timestamp != NULL && check_timestamp(env, at, a, e) != 0) {
		out->verdict = SIG_REFUSED;
		return err_rule(e, "R-54");
	}
	out->node = env->body;
	return 0;
}
