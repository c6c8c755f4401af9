/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One signature from certificate to verdict, for both forms: policy, trust, cryptography, in this
 * order.
 */
#ifndef SIG_VERIFY_H
#define SIG_VERIFY_H

#include "sig/shape.h"

/* shape's coverage has been proved; `wanted` is the reference whose octets go on; env is NULL for a
 * document. Sets everything of *out but the node. ERR_SIG_*, ERR_PKI_*. */
int sig_verify_one(const struct sig_shape *, const struct env *, size_t wanted,
    const struct sig_court *, struct sig_part *out, struct err *) MUSTCHECK;

#endif
