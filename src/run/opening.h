/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One opening of a house: what is built, and who is told of mistakes. Private to house.c and
 * receivers.c.
 */
#ifndef RUN_OPENING_H
#define RUN_OPENING_H

#include "run/run.h"

struct opening {
	const struct conf *conf;
	struct run_house *house;
	conf_complain *complain;
	void *self;
	unsigned mistakes;
	bool nomem;
};

/* One mistake at a place; a place without a file is the configuration's. */
void run_opening_tell(struct opening *, struct conf_place at, const char *format, ...) PRINTF(3, 4);

/* count zeroed elements of the house's arena, one more than asked so that there is always a
 * pointer; NULL sets nomem. */
void *run_opening_room(struct opening *, size_t count, size_t size);

/* The fingerprint of a pinned file; the trust was opened with it, so a file that does not load was
 * told then, and "" is given. */
const char *run_opening_fingerprint(struct opening *, const char *file);

/* Fills receivers and profiles of the house's routes; behind the trust. */
void run_opening_receivers(struct opening *);

#endif
