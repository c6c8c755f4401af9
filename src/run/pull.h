/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * PULL: messages that the gateway keeps until they are asked for (getMessages, shep.md 5.2).
 *
 * A part of the delivery, whose transfers it shares. Each message of an answer goes the way of one
 * that was brought; that it was taken, or why not, goes back as a report through the outbox.
 */
#ifndef RUN_PULL_H
#define RUN_PULL_H

#include "run/parcel.h"
#include "run/run.h"

struct run_pull;

/* A question for each profile whose messages are pulled; desk and fetch are borrowed. ERR_NOMEM. */
int run_pull_open(struct run_desk *, struct fetch *, struct run_pull **out, struct err *) MUSTCHECK;
void run_pull_close(struct run_pull *); /* takes NULL */

/* Asks what is due. No transaction may be open, neither when answers are handed out. */
void run_pull_look(struct run_pull *);

/* What is under way has been dropped. */
void run_pull_dropped(struct run_pull *);

#endif
