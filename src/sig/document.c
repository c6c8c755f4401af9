/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Enveloped signatures over a whole document, one or several (shep.md 4.2, nca.md 4.2, R-53).
 *
 * Each signer covers everything but its own Signature, the earlier ones included, so they are
 * verified from the last to the first and taken out one by one. Signatures stand at the end of the
 * root, behind them nothing but white space. Comments are outside of what URI="" covers, whatever
 * the transform's name says; they are not in the digested octets, and nobody reads anything else.
 */
#include "config.h"

#include "dom/libxml.h"
#include "sig/cost.h"
#include "sig/verify.h"

static bool
is_signature(const xmlNode *n)
{
	return n->type == XML_ELEMENT_NODE && dom_is(dom_from_xml(n), ENV_DS, "Signature");
}

static const xmlNode *
last_element(const struct dom *doc)
{
	const xmlNode *n = dom_to_xml(dom_root(doc))->last;

	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->prev;
	return n;
}

bool
sig_document_is_signed(const struct dom *doc)
{
	const xmlNode *n = last_element(doc);

	return n != NULL && is_signature(n);
}

/* Counts the signatures; refuses anything between and behind them. */
static int
check_tail(const struct dom *doc, size_t most, struct err *e)
{
	size_t count = 0;

	for (const xmlNode *n = dom_to_xml(dom_root(doc))->children; n != NULL; n = n->next) {
		bool blank = n->type == XML_TEXT_NODE && xmlIsBlankNode(n) == 1;
		if (is_signature(n))
			count++;
		else if (count > 0 && !blank)
			return err_set(e, ERR_SIG_STRUCTURE, "something follows a Signature");
	}
	if (count == 0)
		return err_set(e, ERR_SIG_MISSING, "the root's last child is not a ds:Signature");
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

static int
peel(struct dom *doc, const struct sig_court *c, size_t most, struct sig_part *out, size_t *count,
    struct err *e)
{
	struct sig_shape shape;
	size_t work = SIG_MOST_WORK; /* of all signatures together */

	if (check_tail(doc, most, e) != 0)
		return err_rule(e, "R-53");
	while (sig_document_is_signed(doc)) {
		struct sig_part *part = &out[(*count)++];
		*part = (struct sig_part){.verdict = SIG_REFUSED};
		if (sig_read_shape(dom_from_xml(last_element(doc)), SIG_FORM_DOCUMENT, c->arena,
			&shape, e) != 0 ||
		    sig_spend(dom_root(doc), &shape, &shape.references[0], &work, e) != 0 ||
		    sig_verify_one(&shape, NULL, 0, c, part, e) != 0)
			return -1;
		part->node = dom_root(doc);
		take_out(shape.signature);
	}
	return 0;
}

int
sig_verify_document(struct dom *doc, struct pki *pki, const struct sig_policy *policy,
    struct instant at, struct arena *a, size_t most, struct sig_part *out, size_t *count,
    struct err *e)
{
	const struct sig_court court = {pki, policy, at, a};

	*count = 0;
	if (peel(doc, &court, most, out, count, e) == 0)
		return 0;
	e->level = ERR_BUSINESS;
	for (size_t i = 0; i < *count; i++) /* all must hold */
		out[i].verdict = SIG_REFUSED;
	return -1;
}
