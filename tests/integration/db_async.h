/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of inbox, outbox and operators share: messages, receipt, times.
 */
#ifndef TESTS_INTEGRATION_DB_ASYNC_H
#define TESTS_INTEGRATION_DB_ASYNC_H

#include "db_fixture.h"

/* NOW and so many seconds. */
struct instant later(int seconds);

/* A REQUEST of "pep" in a chain ("" = none), without business signature. */
struct db_inbox_row inbox_row(const char *message_id, const char *correlation_id);

/* A message to receiver "gate", due at NOW, in a chain of its own where correlation_id is "". */
struct db_outbox_row outbox_row(const char *message_id, const char *correlation_id);

/* A claim on the asynchronous channel, sent and settled. */
int claim_async(struct db *, const char *id, enum db_claim *, struct octets *stored, struct err *);

/* Claim, inbox row, journal row, COMMIT with the acknowledgement "ack". */
void receive(struct db *, const struct db_inbox_row *);

/* The same for a message to be delivered, as a handler would add it. */
void post(struct db *, const struct db_outbox_row *);

/* Everything in "inbox" or "outbox" to DROPPED, so that nothing of an earlier test is due. */
void settle_all(const char *box);

/* A test for the end of each program: inbox_open and outbox_open hold exactly what they should. */
void what_is_open_is_what_is_not_settled(void **state);

#endif
