/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where the business data stand in a message, and how they are opened; see payload.h.
 */
#include "config.h"

#include <string.h>

#include "codec/codec.h"
#include "run/payload.h"

/* One opening. */
struct opening {
	const struct dom_node *data;
	const struct route_service *service;
	enum route_placement where; /* never ROUTE_AUTO */
	const struct run_terms *terms;
	struct arena *arena;
	struct run_payload p;
};

static bool
is_white(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Text that is a document of its own; white space around it is nobody's. */
static int
open_text(struct opening *o, struct err *e)
{
	struct octets *text = &o->p.octets;

	for (; text->len > 0 && is_white(text->data[0]); text->len--)
		text->data++;
	while (text->len > 0 && is_white(text->data[text->len - 1]))
		text->len--;
	if (text->len == 0)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data is empty");
	return dom_parse(*text, o->terms->limits, &o->p.doc, e);
}

static int
cut(struct opening *o, const struct dom_node *node, struct err *e)
{
	struct dom *doc = NULL;

	if (dom_cut(node, o->terms->limits, o->arena, &o->p.octets, &doc, e) != 0)
		return -1;
	dom_free(o->p.doc); /* node may have stood in it */
	o->p.doc = doc;
	return 0;
}

/* The one element that data holds. */
static int
cut_child(struct opening *o, const struct dom_node *data, struct err *e)
{
	const struct dom_node *child = data == NULL ? NULL : dom_first(data);

	if (child == NULL)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data has no element");
	if (dom_next(child) != NULL || dom_has_text(data))
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data has more than one element");
	return cut(o, child, e);
}

static enum route_placement
by_shape(const struct dom_node *data)
{
	const struct dom_node *last = NULL;

	for (const struct dom_node *n = dom_first(data); n != NULL; n = dom_next(n))
		last = n;
	if (last == NULL)
		return ROUTE_TEXT;
	return dom_is(last, ENV_DS, "Signature") ? ROUTE_DATA : ROUTE_CHILD;
}

/* The document that a business signature would be made over; in place: what holds it. */
static int
open_document(struct opening *o, struct err *e)
{
	switch (o->where) {
	case ROUTE_TEXT:
		if (dom_text(o->data, o->arena, &o->p.octets, e) != 0)
			return -1;
		return open_text(o, e);
	case ROUTE_STRING:
		if (dom_string_value(o->data, o->arena, &o->p.octets, e) != 0)
			return -1;
		return open_text(o, e);
	case ROUTE_IN_PLACE:
		/* verified within its message: nobody reads it alone */
		if (o->service->business_signature)
			return dom_write(o->data, o->arena, &o->p.octets, e);
		return cut(o, o->data, e);
	case ROUTE_DATA:
		return cut(o, o->data, e);
	case ROUTE_AUTO:
	case ROUTE_CHILD:
		break;
	}
	return cut_child(o, o->data, e);
}

/* What was signed as <data>, or as a whole message, carries the service's element inside. */
static int
unwrap(struct opening *o, struct err *e)
{
	const struct dom_node *root = dom_root(o->p.doc);

	if (o->where != ROUTE_DATA && o->where != ROUTE_IN_PLACE)
		return 0;
	if (dom_is(root, ENV_SOAP, "Envelope")) {
		root = dom_child(root, ENV_SOAP, "Body");
		root = root == NULL ? NULL : codec_find_data(root);
	}
	return cut_child(o, root, e);
}

static int
verify_signers(struct opening *o, const struct sig_court *c, struct err *e)
{
	struct run_payload *p = &o->p;
	size_t most = o->service->signers == 0 ? 1 : o->service->signers;

	if (o->where == ROUTE_IN_PLACE)
		return sig_verify_in_place(
		    o->terms->env, o->data, c, most, p->signers, &p->signer_count, e);
	return sig_verify_document(
	    p->doc, c->pki, c->policy, c->at, c->arena, most, p->signers, &p->signer_count, e);
}

/* Verifies, then goes on only with the octets that were digested: those of the first to sign, who
 * is the applicant; the others cover them with his signature. */
static int
verify(struct opening *o, struct err *e)
{
	struct run_payload *p = &o->p;
	struct sig_policy business = *o->terms->policy;
	const struct sig_court court = {o->terms->pki, &business, o->terms->at, o->arena};
	struct dom *covered = NULL;
	int rc;

	/* An authentication certificate is a business refusal (HQ-E014), not a fault. */
	business.require_sign_capable = false;
	if (o->service->algorithms != 0)
		business.algorithms &= o->service->algorithms;
	e->level = ERR_BUSINESS;
	rc = verify_signers(o, &court, e);
	for (size_t i = 0; i < p->signer_count; i++)
		p->signers[i].node = NULL; /* goes with the tree */
	if (p->signer_count > 0)	   /* of a refusal, the signer that was refused */
		p->part = p->signers[p->signer_count - 1];
	if (rc != 0)
		return -1;
	e->level = ERR_TRANSPORT;
	p->octets = p->part.digested;
	if (dom_parse(p->octets, o->terms->limits, &covered, e) != 0)
		return -1;
	dom_free(p->doc);
	p->doc = covered;
	return 0;
}

int
run_payload_open(const struct dom_node *data, const struct route_service *service,
    const struct run_terms *t, struct arena *arena, struct run_payload *out, struct err *e)
{
	struct opening o = {.data = data,
	    .service = service,
	    .where = service->placement,
	    .terms = t,
	    .arena = arena};
	int rc = -1;

	if (data == NULL)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "requestData has no data");
	if (o.where == ROUTE_AUTO)
		o.where = by_shape(data);
	if (open_document(&o, e) != 0)
		goto out;
	o.p.evidence = o.p.octets;
	if (service->business_signature && verify(&o, e) != 0)
		goto out;
	rc = unwrap(&o, e);
out:
	if (rc != 0) { /* who signed is evidence of a refusal, too */
		dom_free(o.p.doc);
		o.p.doc = NULL;
	}
	*out = o.p;
	return rc;
}

void
run_payload_fini(struct run_payload *p)
{
	dom_free(p->doc);
	memset(p, 0, sizeof(*p));
}
