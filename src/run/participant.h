/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * IAsyncChannelClient: what the gateway pushes to a participant (shep.md 1.1, 5.2).
 *
 * The steps of POST /async-client that differ from the synchronous channel, for pipeline.c. A
 * message is acknowledged when it is in the inbox, durably; its handler runs afterwards.
 */
#ifndef RUN_PARTICIPANT_H
#define RUN_PARTICIPANT_H

#include "run/call.h"

/* sendMessage or changeMassageStatusNotification out of the digested octets. ERR_MSG_FORMAT. */
int run_participant_read(struct call *) MUSTCHECK;

/* A message as on the other channel; a change of state comes from the receiver whose answers its
 * signer signs, and from nobody else: ERR_ROUTE_ACCESS. */
int run_participant_open(struct call *) MUSTCHECK;

/* Inside the transaction of the claim: the message goes into the inbox with what was verified of
 * it, or the state of one of ours in the outbox is moved. ERR_MSG_UNKNOWN. */
int run_participant_keep(struct call *, struct err *) MUSTCHECK;

/* The acknowledgement: messageId, correlationId and sessionId as they came. */
int run_participant_acknowledge(struct call *) MUSTCHECK;

/* Tells a dispatcher that the inbox has got something; after the COMMIT. */
void run_participant_wake(const struct call *);

#endif
