/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Enveloped signatures, one or several, over a stand-alone document or in place (shep.md 4.2,
 * nca.md 4.2, R-53). Each signer covers everything but its own Signature, the earlier ones
 * included, so they are verified from the last to the first and taken out one by one. They stand at
 * the end of their element, behind them nothing but white space. Comments are outside of what they
 * cover, whatever a transform's name says; they are not in the digested octets, and nobody reads
 * others.
 */
#include "config.h"

#include "dom/libxml.h"
#include "sig/cost.h"
#include "sig/ident.h"
#include "sig/mechanics.h"
#include "sig/verify.h"

/* Signatures at the end of one element. */
struct stack {
	enum sig_form form;
	const struct dom_node *holder; /* whose last children they are */
	const struct dom_node *whole;  /* what URI="" covers */
	size_t work;		       /* that canonical forms may still cost, all together */
};

static bool
is_signature(const xmlNode *n)
{
	return n->type == XML_ELEMENT_NODE && dom_is(dom_from_xml(n), ENV_DS, "Signature");
}

/* The holder's last element, if it is a Signature; else NULL. */
static const struct dom_node *
last_signature(const struct dom_node *holder)
{
	const xmlNode *n = dom_to_xml(holder)->last;

	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->prev;
	return n != NULL && is_signature(n) ? dom_from_xml(n) : NULL;
}

bool
sig_document_is_signed(const struct dom *doc)
{
	return last_signature(dom_root(doc)) != NULL;
}

/* Counts the signatures; refuses anything between and behind them. */
static int
check_tail(const struct dom_node *holder, size_t most, struct err *e)
{
	size_t count = 0;

	for (const xmlNode *n = dom_to_xml(holder)->children; n != NULL; n = n->next) {
		bool blank = n->type == XML_TEXT_NODE && xmlIsBlankNode(n) == 1;
		if (is_signature(n))
			count++;
		else if (count > 0 && !blank)
			return err_set(e, ERR_SIG_STRUCTURE, "something follows a Signature");
	}
	if (count == 0)
		return err_set(e, ERR_SIG_MISSING, "the last child of %s is not a ds:Signature",
		    dom_name(holder));
	if (count > most)
		return err_set(e, ERR_SIG_STRUCTURE, "%zu signatures, at most %zu", count, most);
	return 0;
}

static void
take_out(const struct dom_node *signature)
{
	xmlNode *n = dom_to_xml(signature);

	xmlUnlinkNode(n);
	xmlFreeNode(n);
}

/* What the reference leads to: everything, or by its own Id the element that holds the signatures.
 */
static int
find_covered(const struct stack *s, const char *uri, const struct dom_node **out, struct err *e)
{
	*out = s->whole;
	if (uri[0] == '\0')
		return 0;
	*out = s->holder;
	if (!sig_is_called(s->holder, true, uri + 1))
		return err_set(
		    e, ERR_SIG_COVERAGE, "Reference %s is not to %s", uri, dom_name(s->holder));
	return sig_register_id(s->holder, uri + 1, e);
}

/* After a digest that is not right: would it be, were the signatures before it not there? Not asked
 * when the canonical form would cost more than is left. */
static bool
is_parallel(struct stack *s, const struct sig_shape *shape, const struct dom_node *covered,
    const struct sig_court *c)
{
	struct sig_outcome o = {.digest_ok = false};
	struct err ignored = {0};
	size_t taken = 0;

	for (xmlNode *n = dom_to_xml(s->holder)->children, *next; n != NULL; n = next) {
		next = n->next;
		if (!is_signature(n) || n == dom_to_xml(shape->signature))
			continue;
		take_out(dom_from_xml(n));
		taken++;
	}
	return taken > 0 &&
	       sig_spend(covered, shape, &shape->references[0], &s->work, &ignored) == 0 &&
	       sig_mechanics_run(shape, NULL, 0, c->arena, &o, &ignored) == 0 && o.digest_ok;
}

/* The last signature of the stack. */
static int
verify_last(struct stack *s, const struct sig_court *c, struct sig_part *out, struct err *e)
{
	const struct dom_node *covered;
	struct sig_shape shape;

	*out = (struct sig_part){.verdict = SIG_REFUSED};
	if (sig_read_shape(last_signature(s->holder), s->form, c->arena, &shape, e) != 0 ||
	    find_covered(s, shape.references[0].uri, &covered, e) != 0 ||
	    sig_spend(covered, &shape, &shape.references[0], &s->work, e) != 0)
		return -1;
	if (sig_verify_one(&shape, NULL, 0, c, out, e) != 0) {
		if (e->code == ERR_SIG_DIGEST && is_parallel(s, &shape, covered, c)) {
			err_clear(e);
			err_set(e, ERR_SIG_COVERAGE,
			    "signers in parallel: the later one must cover the earlier");
		}
		return -1;
	}
	out->node = covered;
	take_out(shape.signature);
	return 0;
}

static int
peel(struct stack *s, const struct sig_court *c, size_t most, struct sig_part *out, size_t *count,
    struct err *e)
{
	*count = 0;
	s->work = SIG_MOST_WORK;
	if (check_tail(s->holder, most, e) != 0) {
		err_rule(e, "R-53");
		goto out;
	}
	while (last_signature(s->holder) != NULL)
		if (verify_last(s, c, &out[(*count)++], e) != 0)
			goto out;
	return 0;
out:
	e->level = ERR_BUSINESS;
	for (size_t i = 0; i < *count; i++) /* all must hold */
		out[i].verdict = SIG_REFUSED;
	return -1;
}

int
sig_verify_document(struct dom *doc, struct pki *pki, const struct sig_policy *policy,
    struct instant at, struct arena *a, size_t most, struct sig_part *out, size_t *count,
    struct err *e)
{
	const struct sig_court court = {pki, policy, at, a};
	struct stack s = {
	    .form = SIG_FORM_DOCUMENT, .holder = dom_root(doc), .whole = dom_root(doc)};

	return peel(&s, &court, most, out, count, e);
}

/* Where a node stood. */
struct gap {
	xmlNode *node, *parent, *next;
};

static struct gap
lift(const struct dom_node *node)
{
	struct gap g = {NULL, NULL, NULL};

	if (node == NULL)
		return g;
	g.node = dom_to_xml(node);
	g.parent = g.node->parent;
	g.next = g.node->next;
	xmlUnlinkNode(g.node);
	return g;
}

static void
put_back(const struct gap *g)
{
	if (g->node == NULL)
		return;
	if (g->next != NULL)
		xmlAddPrevSibling(g->next, g->node);
	else
		xmlAddChild(g->parent, g->node);
}

int
sig_verify_in_place(const struct env *env, const struct dom_node *data, const struct sig_court *c,
    size_t most, struct sig_part *out, size_t *count, struct err *e)
{
	struct stack s = {.form = SIG_FORM_IN_PLACE, .holder = data, .whole = dom_root(env->doc)};
	struct gap transport = lift(env->signature);
	int rc = peel(&s, c, most, out, count, e);

	put_back(&transport);
	return rc;
}
