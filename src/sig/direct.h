/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The mechanics of a transport signature, without xmlsec: its form is so narrow (shape.h) that
 * nothing is left of XMLDSig but canonical forms, digests and one value.
 */
#ifndef SIG_DIRECT_H
#define SIG_DIRECT_H

#include "sig/mechanics.h"

/* As sig_mechanics_run(), for SIG_FORM_TRANSPORT with the target of every reference set. Fails only
 * when memory is out, or with ERR_XML_LIMIT for what is too large for a canonical form. */
int sig_direct_run(const struct sig_shape *, EVP_PKEY_CTX *verifier, size_t wanted, struct arena *,
    struct sig_outcome *out, struct err *) MUSTCHECK;

#endif
