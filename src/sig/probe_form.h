/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files behind probe.h share.
 */
#ifndef SIG_PROBE_FORM_H
#define SIG_PROBE_FORM_H

#include "sig/probe.h"
#include "sig/shape.h"

/* The signature that a probe is about; see sig_probe_read(). */
int sig_probe_shape(struct dom *, const struct env *, size_t skip, struct arena *,
    struct sig_shape *out, struct err *) MUSTCHECK;

/* A subtree in the canonical form that `method` (a Transform or CanonicalizationMethod) names, or
 * in another reading. */
int sig_probe_subtree(const struct dom_node *, const struct dom_node *method, enum sig_reading,
    struct arena *, struct octets *out, struct err *) MUSTCHECK;

#endif
