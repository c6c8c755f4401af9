/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The business data: cut from the verified Body node, verified as a stand-alone document.
 *
 * What the handler gets is parsed from the octets that the business signature digested, or, where a
 * service asks for none, from the cut itself.
 */
#ifndef RUN_PAYLOAD_H
#define RUN_PAYLOAD_H

#include "route/route.h"
#include "sig/sig.h"

struct run_payload {
	struct dom *doc;	/* root: the service's own element, no signature in it */
	struct octets octets;	/* what doc was parsed from; in the arena */
	struct octets evidence; /* the document as it came, signature included; in place: data,
				   whose signature verifies within its message only; in the arena */
	struct sig_part part;	/* the applicant: the first who signed, whose octets go on; verdict
				   SIG_UNCHECKED when no signature was asked for */
	struct sig_part signers[SIG_MOST_SIGNERS]; /* from the last to the first */
	size_t signer_count;
};

/* By what a document is judged. */
struct run_terms {
	struct pki *pki;
	const struct sig_policy *policy;
	const struct dom_limits *limits;
	struct instant at;
	const struct env *env; /* the message's, for a signature in place; else NULL */
};

/* data: the element of the verified Body, or NULL. Placement by the service (design.md 8); where it
 * says auto the shape decides: text only = the text is a document; a Signature as last child of
 * data = data itself; else the one element child. xsi:type decides nothing, because the transport
 * signature does not cover the meaning of its prefix (shep.md 4.3). string = the string value of
 * data is the document; in place = data is verified where it stands (sig_verify_in_place()).
 *
 * As many stacked signatures as the service allows, all of which must hold. The applicant is the
 * first to sign (HQ-15: the IIN of the request is the signer's): his signature covers the payload
 * and nothing else, every later one says something of it and of his signature.
 *
 * The tree that data stands in is not to be used any more. ERR_PAYLOAD_FORMAT; ERR_SIG_*, ERR_PKI_*
 * at ERR_BUSINESS. The caller ends it with run_payload_fini(). */
int run_payload_open(const struct dom_node *data, const struct route_service *,
    const struct run_terms *, struct arena *, struct run_payload *out, struct err *) MUSTCHECK;
void run_payload_fini(struct run_payload *);

#endif
