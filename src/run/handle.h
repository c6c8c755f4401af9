/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One message of the inbox: its handler, what it answers, what becomes of it.
 *
 * The handler's effects, the answer in the outbox, the message's state and the journal row commit
 * together, so a message has one effect whatever process dies when.
 */
#ifndef RUN_HANDLE_H
#define RUN_HANDLE_H

#include "run/call.h"
#include "run/life.h"

#define RUN_HANDLE_MOST 20 /* attempts of a message that fails for a time, then quarantine */
#define RUN_HANDLE_OURS 3  /* of one that a fault of ours makes fail, or that ends its process */

/* Takes the message whose time came first and settles it. *found is false when none is due. What
 * fails for good goes to quarantine, for a time it is tried again later; neither is an error here.
 * What cannot be stored is a failure of its message, too. -1 when the store is not there:
 * nothing has changed then. beat: says meanwhile which message it is, and of which one a process
 * before this one died. */
int run_handle_next(struct run_desk *, struct run_beat *, bool *found, struct err *) MUSTCHECK;

/* Seconds before the next attempt after so many failed ones: 1, doubled each time, an hour at most.
 */
unsigned run_handle_pause(unsigned attempts);

#endif
