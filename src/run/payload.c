/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where the business data stand in a message, and how they are opened; see payload.h.
 */
#include "config.h"

#include <string.h>

#include "run/payload.h"

/* Escaped or CDATA text that is a document of its own. */
static int
open_text(const struct dom_node *data, const struct dom_limits *limits, struct arena *arena,
    struct dom **out, struct octets *octets, struct err *e)
{
	if (dom_text(data, arena, octets, e) != 0)
		return -1;
	if (octets->len == 0)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data is empty");
	return dom_parse(*octets, limits, out, e);
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

/* The document that a business signature would be made over. */
static int
open_document(const struct dom_node *data, enum route_placement where,
    const struct dom_limits *limits, struct arena *arena, struct run_payload *p, struct err *e)
{
	const struct dom_node *child = dom_first(data);

	switch (where) {
	case ROUTE_TEXT:
		return open_text(data, limits, arena, &p->doc, &p->octets, e);
	case ROUTE_DATA:
		return dom_cut(data, limits, arena, &p->octets, &p->doc, e);
	case ROUTE_AUTO:
	case ROUTE_CHILD:
		break;
	}
	if (child == NULL)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data has no element");
	if (dom_next(child) != NULL || dom_has_text(data))
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data has more than one element");
	return dom_cut(child, limits, arena, &p->octets, &p->doc, e);
}

/* A document signed as <data> carries the service's element inside it. */
static int
unwrap_data(
    struct run_payload *p, const struct dom_limits *limits, struct arena *arena, struct err *e)
{
	const struct dom_node *root = dom_root(p->doc), *child = dom_first(root);
	struct dom *inner = NULL;

	if (child == NULL || dom_next(child) != NULL || dom_has_text(root))
		return err_tell(e, ERR_PAYLOAD_FORMAT, "data must hold one element");
	if (dom_cut(child, limits, arena, &p->octets, &inner, e) != 0)
		return -1;
	dom_free(p->doc);
	p->doc = inner;
	return 0;
}

/* Verifies, then goes on only with the octets that were digested. */
static int
verify(struct run_payload *p, const struct route_service *service, const struct run_terms *t,
    struct arena *arena, struct err *e)
{
	struct sig_policy business = *t->policy;
	struct dom *covered = NULL;
	size_t count = 0;

	/* An authentication certificate is a business refusal (HQ-E014), not a fault. */
	business.require_sign_capable = false;
	if (service->algorithms != 0)
		business.algorithms &= service->algorithms;
	e->level = ERR_BUSINESS;
	if (sig_verify_document(p->doc, t->pki, &business, t->at, arena, 1, &p->part, &count, e) !=
	    0)
		return -1;
	e->level = ERR_TRANSPORT;
	p->octets = p->part.digested;
	if (dom_parse(p->octets, t->limits, &covered, e) != 0)
		return -1;
	dom_free(p->doc);
	p->doc = covered;
	p->part.node = NULL; /* went with the old tree */
	return 0;
}

int
run_payload_open(const struct dom_node *data, const struct route_service *service,
    const struct run_terms *t, struct arena *arena, struct run_payload *out, struct err *e)
{
	struct run_payload p = {0};
	enum route_placement where = service->placement;
	int rc = -1;

	if (data == NULL)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "requestData has no data");
	if (where == ROUTE_AUTO)
		where = by_shape(data);
	if (open_document(data, where, t->limits, arena, &p, e) != 0)
		goto out;
	p.evidence = p.octets;
	if (service->business_signature && verify(&p, service, t, arena, e) != 0)
		goto out;
	if (where == ROUTE_DATA && unwrap_data(&p, t->limits, arena, e) != 0)
		goto out;
	rc = 0;
out:
	if (rc != 0) { /* who signed is evidence of a refusal, too */
		dom_free(p.doc);
		p.doc = NULL;
	}
	*out = p;
	return rc;
}

void
run_payload_fini(struct run_payload *p)
{
	dom_free(p->doc);
	memset(p, 0, sizeof(*p));
}
