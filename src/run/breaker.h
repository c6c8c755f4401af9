/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When to try again: the pause of a message, and whether its receiver is called at all.
 *
 * Planning only: time and chance are arguments, nothing is asked or kept elsewhere.
 */
#ifndef RUN_BREAKER_H
#define RUN_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

struct run_terms_of_retry {
	unsigned first, longest; /* seconds */
	unsigned failures;	 /* of transport in a row, after which the receiver is left alone */
	unsigned concurrency;
};

/* Milliseconds until the next attempt after so many failed ones, 1 at least: first, doubled with
 * each, varied by up to a quarter either way, the longest at most. chance: any number, 0 the
 * shortest and UINT16_MAX the longest of its range. */
int64_t run_pause(const struct run_terms_of_retry *, unsigned failed, uint16_t chance);

/* One receiver's, in one dispatcher; all zero = closed. */
struct run_breaker {
	unsigned failures; /* of transport in a row */
	unsigned opened;   /* times since it was closed last */
	int64_t until;	   /* open until then, ns; then half-open */
};

/* Calls that may be begun now, beside those under way: up to the concurrency while it is closed,
 * none while it is open, then one, whose outcome decides. */
unsigned run_breaker_room(
    const struct run_breaker *, const struct run_terms_of_retry *, int64_t now, unsigned under_way);

/* A call came to a whole answer, whatever it says. Returns whether this closed it. */
bool run_breaker_well(struct run_breaker *);

/* A failure of transport. Returns whether this opened it (again). What fails while it is open was
 * begun before and counts for nothing. */
bool run_breaker_failed(
    struct run_breaker *, const struct run_terms_of_retry *, int64_t now, uint16_t chance);

#endif
