/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message of the outbox as it goes out: envelope by profile, signed last.
 */
#ifndef RUN_LETTER_H
#define RUN_LETTER_H

#include "db/async.h"
#include "run/run.h"

/* Who gets it, and how. */
struct run_way {
	const struct route_receiver *receiver;
	const struct route_profile *profile; /* NULL = no payload is carried */
	enum msg_operation operation;
	bool sign;	     /* transport signature */
	bool answers_signed; /* an answer without a signature does not count */
};

/* ERR_CONFIG when no such receiver or profile is configured, or nothing is known of the operation.
 */
int run_way_find(const struct run_house *, const struct db_outbox_row *, struct run_way *out,
    struct err *) MUSTCHECK;

/* The whole envelope. The same row makes the same message in each attempt, but for the time of
 * asking and the Body's id. ERR_CONFIG for a payload that cannot stand as the profile wants it. */
int run_letter_write(struct run_desk *, const struct db_outbox_row *, const struct run_way *,
    struct instant now, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* An operation's element in an envelope, signed or not. */
int run_letter_seal(struct run_desk *, struct octets operation, bool sign, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

/* The payload as the profile places it: content and attributes of the element data. */
int run_letter_place(const struct route_profile *, const struct pki_identity *,
    struct octets payload, struct arena *, struct msg_content *out, struct err *) MUSTCHECK;

#endif
