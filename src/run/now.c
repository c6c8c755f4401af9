/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The time of day: the only place that asks for it.
 */
#include "config.h"

#include <time.h>

#include "run/run.h"

struct instant
run_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct instant){t.tv_sec, (int32_t)t.tv_nsec};
}
