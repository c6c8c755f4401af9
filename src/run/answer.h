/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a receiver answered: is it to be believed, and what becomes of the message.
 */
#ifndef RUN_ANSWER_H
#define RUN_ANSWER_H

#include "fetch/fetch.h"
#include "run/letter.h"

/* A SOAP answer that was read and, where it must be, believed. */
struct run_answer {
	struct dom *doc;
	struct env env;
	struct sig_part part; /* verdict SIG_UNCHECKED where there was no signature */
	struct octets body;   /* what the signature digested, or the Body's canonical form */
	struct msg_async_answer said;
	unsigned deviations;
	bool clients_fault; /* of a fault: the message is at fault, another attempt is of no use */
};

/* A signature that is there must hold and be the receiver's; one that is not there and should be is
 * a mistake, but of a fault: who cannot tell who we are has nothing to sign for us. ERR_XML_*,
 * ERR_ENV_*, ERR_SIG_*, ERR_PKI_*, ERR_MSG_FORMAT. *out holds nothing then. */
int run_answer_open(struct run_desk *, struct octets, const struct run_way *, struct instant at,
    struct arena *, struct run_answer *out, struct err *) MUSTCHECK;
void run_answer_close(struct run_answer *);

enum run_fate {
	RUN_DONE,    /* the receiver has it */
	RUN_AGAIN,   /* later */
	RUN_FOR_GOOD /* no further attempt is of use */
};

struct run_outcome {
	enum run_fate fate;
	bool reached; /* an answer of somebody who could have taken it: the transport works */
	struct err err;
	struct msg_async_answer said; /* of RUN_DONE; in the arena */
};

/* What a finished call means for its row. */
void run_answer_judge(struct run_desk *, const struct fetch_answer *, const struct db_outbox_row *,
    const struct run_way *, struct instant at, struct arena *, struct run_outcome *out);

#endif
