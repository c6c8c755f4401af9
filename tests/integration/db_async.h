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

#endif
