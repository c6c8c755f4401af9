/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libxml2's canonical forms, the judge of ours.
 */
#ifndef TESTS_LIB_JUDGE_C14N_H
#define TESTS_LIB_JUDGE_C14N_H

#include "dom/dom.h"

/* false when libxml2 says that there is no canonical form. */
bool judge_canonical(
    const struct dom_node *, const struct dom_form *, struct arena *, struct octets *out);

/* The exclusive one of the subtree, without comments. */
bool judge_c14n(
    const struct dom_node *, const char *const *prefixes, struct arena *, struct octets *out);

/* The same, inclusive. */
bool judge_inclusive(const struct dom_node *, struct arena *, struct octets *out);

#endif
