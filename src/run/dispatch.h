/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The dispatcher: a process that runs the handlers of the inbox, one transaction a message.
 */
#ifndef RUN_DISPATCH_H
#define RUN_DISPATCH_H

#include "run/life.h"

/* Does this house receive or send anything that a dispatcher is needed for? */
bool run_dispatch_any(const struct run_house *);

/* A dispatcher's whole life, in its own process; returns its exit status. SIGTERM and SIGUSR1 end
 * it after the message that it holds. wake: readable when a worker has put something into a box. */
int run_dispatch(const struct run_house *, int wake, struct run_beat *);

/* Everything that is due at desk->now(), as the process does it; for tests that own the clock.
 * Returns how many messages were settled. */
size_t run_dispatch_due(struct run_desk *, struct run_beat *, struct err *);

#endif
