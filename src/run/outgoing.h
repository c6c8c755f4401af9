/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What handling a message puts into the outbox: its answer, or a report that it was not accepted.
 *
 * Both are queued in the open transaction and commit with what they speak of. They go to the
 * receiver that the service's profile for coming messages names.
 */
#ifndef RUN_OUTGOING_H
#define RUN_OUTGOING_H

#include "db/async.h"
#include "run/run.h"

/* The RESPONSE to a message, of its chain. ERR_CONFIG when no receiver is named for it. */
int run_outgoing_answer(struct run_desk *, const struct db_inbox_row *about, struct octets payload,
    struct arena *, struct err *) MUSTCHECK;

/* sendDeliveryNotification: MESSAGE_ACCEPTED when why is NULL, else MESSAGE_NOT_ACCTEPTED with its
 * code on the wire and its public text. Nothing where no receiver is named: nobody can be told. */
int run_outgoing_report(struct run_desk *, const struct db_inbox_row *about, const struct err *why,
    struct arena *, struct err *) MUSTCHECK;

/* What a report says, out of the outbox row's error. */
struct run_report {
	bool accepted;
	bool resend; /* the reason is temporary */
	const char *code, *message;
};
int run_outgoing_read(
    const char *error, struct arena *, struct run_report *out, struct err *) MUSTCHECK;

#endif
