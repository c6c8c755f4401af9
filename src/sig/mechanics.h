/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What xmlsec does for us: canonical forms, digests, and one signature value with one key, of
 * business signatures; a transport signature takes the short way (direct.h).
 *
 * It is given a signature whose form is already allowed, never a key manager, and its answer is a
 * pair of facts, not a verdict: trust and coverage are decided elsewhere.
 */
#ifndef SIG_MECHANICS_H
#define SIG_MECHANICS_H

#include "sig/shape.h"

struct sig_outcome {
	bool digest_ok;		/* the wanted reference's digest is right */
	bool digests_ok;	/* every reference's is */
	bool value_ok;		/* and so is the signature value */
	struct octets digested; /* what the wanted reference digested; in the arena */
};

int sig_mechanics_init(struct err *) MUSTCHECK;
void sig_mechanics_fini(void);

/* Takes from a fresh context of xmlsec's all that such a signature does not need.
 * For sig_mechanics_run(), and for a test of it: behind the allow-list of shape.h most of it can no
 * longer be reached by a message. -1 when memory is out. */
struct _xmlSecDSigCtx;
int sig_mechanics_allow(struct _xmlSecDSigCtx *, const struct sig_shape *) MUSTCHECK;

/* verifier (pki_verifier()) NULL: digests only. `wanted` is an index of shape->references. Fails
 * only when xmlsec cannot process the signature (ERR_SIG_STRUCTURE with its words) or memory is
 * out. */
int sig_mechanics_run(const struct sig_shape *, EVP_PKEY_CTX *verifier, size_t wanted,
    struct arena *, struct sig_outcome *out, struct err *) MUSTCHECK;

#endif
