/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Delivery: the outbox carried to its receivers, many calls at once, in order within a chain.
 *
 * A part of the dispatcher, which owns the loop: it looks, waits, and looks again. What is taken is
 * nobody else's until it is settled or the database session ends; then everything under way is
 * dropped before the session is begun anew, so a message never has two deliverers.
 */
#ifndef RUN_DELIVER_H
#define RUN_DELIVER_H

#include "run/answer.h"
#include "run/parcel.h"

struct run_delivery;

/* *out is NULL when the house has no receiver; the other functions take that. The desk is borrowed.
 * ERR_NOMEM. */
int run_delivery_open(struct run_desk *, struct run_delivery **out, struct err *) MUSTCHECK;

/* What is under way is dropped: whoever takes its message next sends it again under the same id. */
void run_delivery_close(struct run_delivery *);

/* Settles what has come back, takes and sends what is due. No transaction may be open. -1 when the
 * database is not there (or does not want): then to be called again after a while. */
int run_delivery_look(struct run_delivery *, struct err *) MUSTCHECK;

/* Waits for answers, for wake (-1 = nothing), or for the time to pass. */
void run_delivery_wait(struct run_delivery *, int wake, unsigned milliseconds);

/* Somebody has put something into the outbox: the next look asks for it at once. */
void run_delivery_wake(struct run_delivery *);

/* Before the end: what is under way is waited for until then (CLOCK_MONOTONIC, ns) and settled;
 * nothing new is begun. */
void run_delivery_finish(struct run_delivery *, int64_t until);

#endif
