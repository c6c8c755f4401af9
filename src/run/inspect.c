/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A stored message through the rooms from octets to verdict: the request's way in run/pipeline.c as
 * far as the signature, without routing and database. What it accepts there it accepts here.
 */
#include "config.h"

#include <string.h>

#include "run/run.h"

static int
inspect_envelope(const struct dom *doc, struct pki *pki, const struct sig_policy *policy,
    struct instant at, struct arena *a, struct run_inspection *out)
{
	struct env env;

	out->kind = "envelope";
	if (env_check(doc, a, &env, &out->err) != 0)
		return -1;
	return sig_verify_transport(&env, pki, policy, at, a, &out->part, &out->err);
}

static int
inspect_document(struct dom *doc, struct pki *pki, const struct sig_policy *policy,
    struct instant at, struct arena *a, struct run_inspection *out)
{
	int rc;

	out->kind = "document";
	rc = sig_verify_document(
	    doc, pki, policy, at, a, SIG_MOST_SIGNERS, out->signers, &out->signer_count, &out->err);
	/* of a refusal, the signer that was refused */
	if (out->signer_count > 0)
		out->part = out->signers[rc == 0 ? 0 : out->signer_count - 1];
	return rc;
}

/* Whatever calls itself Envelope is taken for one, so that a SOAP 1.2 message is refused as that.
 */
static bool
is_envelope(const struct dom *doc)
{
	return strcmp(dom_name(dom_root(doc)), "Envelope") == 0;
}

void
run_inspect(struct octets file, struct pki *pki, const struct sig_policy *policy, struct instant at,
    struct arena *a, struct run_inspection *out)
{
	struct dom *doc = NULL;
	int rc;

	*out = (struct run_inspection){.accepted = false, .kind = "-"};
	if (dom_parse(file, &dom_default_limits, &doc, &out->err) != 0)
		return;
	rc = is_envelope(doc) ? inspect_envelope(doc, pki, policy, at, a, out)
			      : inspect_document(doc, pki, policy, at, a, out);
	out->accepted = rc == 0;
	dom_free(doc);
	out->part.node = NULL; /* the tree is gone */
	for (size_t i = 0; i < out->signer_count; i++)
		out->signers[i].node = NULL;
}
