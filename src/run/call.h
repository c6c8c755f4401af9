/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One request on its way through the house; private to run/.
 *
 * Every step of pipeline.c fills its part, evidence.c reads all of it for the journal and the log.
 */
#ifndef RUN_CALL_H
#define RUN_CALL_H

#include "run/payload.h"
#include "run/run.h"

struct call;

/* Where messages are taken, and what differs from one to the other. */
struct endpoint {
	const char *path;
	enum msg_channel channel;
	int (*read)(struct call *); /* the contract's structs out of signed octets */
	int (*open)(struct call *); /* who may do that; what goes on was signed */
	int (*handle)(struct call *, struct err *); /* inside the transaction of the claim */
	int (*write)(struct call *);		    /* the signed reply */
};

struct call {
	const struct endpoint *endpoint; /* NULL = nothing is served at the path */
	struct run_desk *desk;
	const struct door_request *http;
	struct arena *arena;
	struct err err;

	struct instant received;
	int64_t started;      /* CLOCK_MONOTONIC, ns */
	char transaction[37]; /* ours, a UUID */
	unsigned char received_sha256[32];

	struct dom_limits limits; /* as configured */
	struct dom *doc;	  /* the original document; dropped before the handler runs */
	struct env env;
	struct dom_node *data; /* of one message among several (pull.c); NULL = the Body's */
	struct sig_part part;  /* transport signature */
	struct msg_request request;
	struct msg_async async; /* of the asynchronous channel; request is a copy of its message */
	unsigned deviations;
	struct route_choice route;
	struct run_payload payload;
	struct msg_signer citizen;

	unsigned char body_sha256[32]; /* of what stands in the Body */
	struct db_claimed claimed;
	enum db_claim claim;
	struct octets stored; /* the answer of the first time, when repeated */
	struct service_answer answer;
	struct octets reply; /* as it goes out */
};

/* A random UUID of version 4, text without braces. ERR_INTERNAL when the system has no randomness.
 */
int run_uuid(char out[37], struct err *) MUSTCHECK;

/* The same out of what the desk draws for sixteen at a time; used octets are wiped, and no process
 * has another's desk. */
int run_desk_uuid(struct run_desk *, char out[37], struct err *) MUSTCHECK;

/* SHA-256; never fails once run_init() has succeeded. */
void run_sha256(struct octets, unsigned char out[32]);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t run_monotonic(void);

/* Who may call the service, and the business document; after it the original document is gone. */
int run_open_message(struct call *) MUSTCHECK;
void run_drop_document(struct call *);

/* The operation in its envelope, signed where asked and where there is a key, into c->reply.
 * Signing comes last; what comes out is what is stored and sent, octet for octet. */
int run_seal(struct call *, struct octets operation, bool sign, struct err *) MUSTCHECK;

/* The journal row of a call as far as it came. verdict: "accepted", "refused", "repeated". */
void run_evidence_row(const struct call *, const char *verdict, struct db_journal_row *out);

/* Keeps the OCSP answers that the verdicts over the signers rest on, with what is committed next
 * (R-43). */
int run_evidence_keep(struct call *, struct err *) MUSTCHECK;

/* Journals a refusal in a transaction of its own, above the rate only counted (design.md 8). A
 * database that is down costs the row, not the answer: the log line stays. */
void run_evidence_refusal(struct call *);

/* Writes the rows of refusals that were only counted so far; at the end of a worker. */
void run_evidence_flush(struct run_desk *);

/* The same for those whose minute is over: before every request, so that no later refusal is needed
 * for them to appear. */
void run_evidence_due(struct call *);

/* Makes the partitions of the months to come, on the process's first call and once a day; inside
 * the request's deadline. A failure costs a log line: rows without a month have a place, too. */
void run_evidence_months(struct run_desk *, struct instant now);

/* The one log line of a request. */
void run_evidence_log(const struct call *, const char *verdict, int status);

#endif
