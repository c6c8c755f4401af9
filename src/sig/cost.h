/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a canonical form will cost, counted before it is made (design.md 1.8).
 *
 * libxml2's inclusive C14N looks every declaration in force up for each element, exclusive C14N
 * every prefix of the PrefixList, and each look-up climbs and scans: 390 KB with 50 namespaces took
 * 1.2 s, eight signatures over it 8.5 s. Ours does not for the sets of nodes that documents have;
 * the bound holds for any. Exclusive C14N, whose ever it is, repeats a declaration at each element
 * that is the first to use it: 250 KB became 11 MB. Honest messages stay far below the bound.
 */
#ifndef SIG_COST_H
#define SIG_COST_H

#include "sig/shape.h"

#define SIG_MOST_WORK 4000000 /* of one message: about 25 ms */

/* Takes what the reference's canonical form of node costs from *work. ERR_XML_LIMIT when there is
 * not so much. */
int sig_spend(const struct dom_node *, const struct sig_shape *, const struct sig_reference *,
    size_t *work, struct err *) MUSTCHECK;

#endif
