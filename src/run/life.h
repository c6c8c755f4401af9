/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What master and worker share: the listeners, and a beat in shared memory by which the master sees
 * that a worker is stuck.
 */
#ifndef RUN_LIFE_H
#define RUN_LIFE_H

#include <sys/types.h>

#include <stdatomic.h>

#include "run/run.h"

#define RUN_SECOND ((int64_t)1000000000)
#define RUN_GRACE (2 * RUN_SECOND) /* beyond its deadline a request is killed with its worker */

/* One worker's, in memory shared with the master. */
struct run_beat {
	_Atomic int64_t
	    until; /* CLOCK_MONOTONIC, ns: when the current request must be done; 0 = none */
};

/* A worker's whole life, in its own process; returns its exit status. */
int run_worker(
    const struct run_house *, struct door *const *doors, size_t count, struct run_beat *);

#endif
