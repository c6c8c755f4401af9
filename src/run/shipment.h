/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One message under way, its lane and its batch. Private to deliver.c and shipment.c.
 */
#ifndef RUN_SHIPMENT_H
#define RUN_SHIPMENT_H

#include "run/breaker.h"
#include "run/call.h"
#include "run/deliver.h"
#include "run/pull.h"

/* What was taken at once, and the memory of it. */
struct batch {
	struct arena *arena;
	size_t left; /* not settled yet */
	struct batch *next;
};

struct shipment {
	struct run_parcel parcel; /* first: the tag points here */
	struct run_delivery *of;
	struct lane *lane;
	struct batch *batch;
	const struct db_outbox_row *row;
	struct run_way way;
	char transaction[37]; /* of this attempt */
	struct instant began, ended;
	struct octets sent, received;
	struct run_outcome outcome;
	struct shipment *next;
};

struct queue {
	struct shipment *first, **last;
	size_t count;
};

struct lane {
	const char *name;
	const struct route_receiver *receiver; /* NULL = of the configuration no more */
	struct run_terms_of_retry of_messages, of_breaker;
	struct run_breaker breaker;
	struct queue stock; /* taken, not begun */
	unsigned under_way;
	int64_t take_at; /* CLOCK_MONOTONIC, ns: not before */
};

struct run_delivery {
	struct run_desk *desk;
	struct fetch *fetch;
	struct run_pull *pull;
	struct lane *lanes;
	size_t lane_count;
	struct lane stranger; /* of whichever receiver is no more, one after the other */
	struct batch *batches;
	struct queue done; /* to be settled */
	int64_t strangers_at;
};

/* Is its deadline there? */
bool run_shipment_over(const struct db_outbox_row *, struct instant at);

/* What becomes of it, for the database: state, reason, next attempt, journal row. A message is
 * tried once more at its deadline, and never behind it. */
void run_shipment_result(
    const struct shipment *, struct db_journal_row *, struct db_outbox_result *out);

/* The one log line of an attempt. */
void run_shipment_tell(const struct shipment *, const struct db_outbox_result *);

/* For pauses; where the system has no randomness the middle of its range. */
uint16_t run_chance(void);

#endif
