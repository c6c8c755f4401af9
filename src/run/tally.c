/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A direct-mapped table of peers; see tally.h.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/tally.h"

struct place {
	char peer[64]; /* the last one that was counted here */
	int64_t minute;
	unsigned rows;	  /* written in this minute */
	unsigned counted; /* not written, of this minute or an older one */
};

struct run_tally {
	unsigned per_minute;
	unsigned waiting; /* places with counted > 0: usually none, and then nobody searches */
	char taken[64];
	struct place places[RUN_TALLY_PEERS];
};

struct run_tally *
run_tally_new(unsigned per_minute)
{
	struct run_tally *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->per_minute = per_minute;
	return t;
}

void
run_tally_free(struct run_tally *t)
{
	free(t);
}

static unsigned
hash(const char *text)
{
	unsigned h =
	    2166136261u; /* FNV-1a: spreads addresses; an enemy gains nothing by colliding */

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

bool
run_tally_add(struct run_tally *t, const char *peer, int64_t seconds)
{
	struct place *p = &t->places[hash(peer) % RUN_TALLY_PEERS];

	if (p->minute != seconds / 60) {
		p->minute = seconds / 60;
		p->rows = 0;
	}
	if (p->rows < t->per_minute) {
		p->rows++;
		return true;
	}
	snprintf(p->peer, sizeof(p->peer), "%s", peer);
	if (p->counted++ == 0)
		t->waiting++;
	return false;
}

bool
run_tally_take(struct run_tally *t, int64_t seconds, bool all, const char **peer, unsigned *count)
{
	for (size_t i = 0; t->waiting > 0 && i < RUN_TALLY_PEERS; i++) {
		struct place *p = &t->places[i];

		if (p->counted == 0 || (!all && p->minute == seconds / 60))
			continue;
		memcpy(t->taken, p->peer, sizeof(t->taken));
		*peer = t->taken;
		*count = p->counted;
		p->counted = 0;
		t->waiting--;
		return true;
	}
	return false;
}
