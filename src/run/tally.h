/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How many refusals a peer caused in the running minute: rows up to a rate, then one counted row.
 *
 * Pure bookkeeping of one process over a fixed table: a peer that floods cannot grow it. Peers that
 * share a place in the table share a count, which only makes rows coarser.
 */
#ifndef RUN_TALLY_H
#define RUN_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#define RUN_TALLY_PEERS 256

struct run_tally;

/* per_minute: rows of one peer before it is only counted. NULL when memory is out. */
struct run_tally *run_tally_new(unsigned per_minute);
void run_tally_free(struct run_tally *); /* takes NULL */

/* One more refusal by this peer (the address without its port). true: write its row now; false: it
 * was counted. */
bool run_tally_add(struct run_tally *, const char *peer, int64_t seconds);

/* Takes a count whose minute is over (any count, when all is true): the peer, the number of
 * refusals that have no row. false when there is none. The text is valid until the next call. */
bool run_tally_take(
    struct run_tally *, int64_t seconds, bool all, const char **peer, unsigned *count);

#endif
