/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See breaker.h.
 */
#include "config.h"

#include <string.h>

#include "run/breaker.h"

#define MS_NS ((int64_t)1000000)

int64_t
run_pause(const struct run_terms_of_retry *t, unsigned failed, uint16_t chance)
{
	int64_t longest = (int64_t)t->longest * 1000, pause = (int64_t)t->first * 1000;

	for (unsigned n = 1; n < failed && pause < longest; n++)
		pause *= 2;
	pause = pause / 4 * 3 + pause / 2 * chance / UINT16_MAX;
	return pause < longest ? pause : longest;
}

unsigned
run_breaker_room(const struct run_breaker *b, const struct run_terms_of_retry *t, int64_t now,
    unsigned under_way)
{
	unsigned most = b->opened > 0 ? 1 : t->concurrency;

	if (b->opened > 0 && now < b->until)
		return 0;
	return under_way < most ? most - under_way : 0;
}

bool
run_breaker_well(struct run_breaker *b)
{
	bool closed = b->opened > 0;

	memset(b, 0, sizeof(*b));
	return closed;
}

bool
run_breaker_failed(
    struct run_breaker *b, const struct run_terms_of_retry *t, int64_t now, uint16_t chance)
{
	if (b->opened > 0 && now < b->until)
		return false;
	b->failures++;
	if (b->opened == 0 && b->failures < t->failures)
		return false;
	b->opened++;
	b->until = now + run_pause(t, b->opened, chance) * MS_NS;
	return true;
}
