/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How much CPU one request may take, whatever its deadline: the process ends itself above it
 * (R-13).
 *
 * Limits before every library make it never happen; neither libxml2 nor xmlsec could be interrupted
 * if it did.
 */
#include "config.h"

#include <sys/time.h>

#include "run/life.h"

/* SIGPROF's default action ends the process. RLIMIT_CPU would count the process's whole life. */
static void
arm(unsigned ms)
{
	const struct itimerval t = {.it_value = {ms / 1000, (suseconds_t)(ms % 1000) * 1000}};

	(void)setitimer(ITIMER_PROF, &t, NULL); /* fails for wrong arguments only */
}

void
run_cpu_begin(unsigned ms)
{
	arm(ms);
}

void
run_cpu_end(void)
{
	arm(0);
}
