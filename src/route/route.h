/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Routing: (channel, serviceId, sender) to a service of the configuration; who may call what.
 *
 * Chosen by serviceId out of verified octets, never by SOAPAction or xsi:type (shep.md 4.3).
 */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H

#include "msg/msg.h"
#include "pki/pki.h"

/* Where a business signature is found (design.md 8). */
enum route_placement {
	ROUTE_AUTO, /* by its shape */
	ROUTE_TEXT,
	ROUTE_CHILD,
	ROUTE_DATA,
	ROUTE_IN_PLACE,
	ROUTE_STRING
};

struct route_sender {
	const char *sender_id;
	/* Salted SHA-256 of the secret, hex: "salt$digest". The secret is machine-made and comes
	 * with every message, so a slow KDF would buy nothing and cost a request's time (design.md
	 * 8). */
	const char *secret;
	const char *const *fingerprints; /* SHA-256 of certificates that may sign for it; empty =
					    any that the trust accepts */
	size_t fingerprint_count;
	/* SHA-256 of TLS clients' certificates: it is called over a connection of one of them only,
	 * and that one calls for nobody who does not list it; empty = any connection. */
	const char *const *clients;
	size_t client_count;
	const char *bin;     /* the transport certificate's BIN must be this; "" = any */
	bool bare_faultcode; /* faultcode is the bare code, as one platform does */
	bool suspended;
};

struct route_service {
	const char *service_id;
	const char *handler; /* name in the service table: "housing.submit" */
	const char *profile; /* rule profile */
	bool sync, async;    /* reachable on */
	bool enabled;
	const char *const *callers; /* sender_ids */
	size_t caller_count;
	bool business_signature; /* required */
	unsigned algorithms; /* of enum sig_algorithm, for both signatures; 0 = all of the trust */
	enum route_placement placement;
	unsigned signers;      /* stacked signatures that the payload may carry; 0 = 1 */
	bool unknown_accepted; /* signers of whose revocation nothing is known are let through */
};

/* Whom we call on the asynchronous channel: a gateway. */
struct route_receiver {
	const char *name;
	const char *url;
	const char *ca;			 /* PEM file; "" = the system's */
	const char *sender_id;		 /* ours towards it */
	const char *secret;		 /* in the clear, for it goes out; "" = none */
	const char *const *fingerprints; /* SHA-256 of the certificates that sign its answers, and
					    no other receiver's */
	size_t fingerprint_count;
	unsigned seconds; /* of one call */
	unsigned concurrency;
	unsigned breaker_failures;
	unsigned retry_first, retry_longest; /* seconds */
};

enum route_direction {
	ROUTE_IN,
	ROUTE_OUT
};

/* What of an outgoing message the business signature covers. */
enum route_signs {
	ROUTE_SIGNS_NOTHING,
	ROUTE_SIGNS_ROOT, /* the payload as a document of its own */
	ROUTE_SIGNS_DATA  /* the element data as one */
};

/* How messages of one service are carried. */
struct route_profile {
	const char *service_id;
	const char *sender_id; /* whose: coming, the participant's; going, ours; "*" = any */
	enum route_direction direction;
	const struct route_receiver *receiver; /* NULL = none, coming only */
	enum route_placement placement;	       /* going: TEXT, CHILD or DATA */
	bool cdata;			       /* text is written as CDATA */
	enum route_signs signs;
	const char *prefix;  /* of the payload's root; "" = as it is, "default" = no prefix */
	bool sign;	     /* transport signature */
	bool own_message_id; /* messageId carries ours */
	bool answers_signed; /* an answer without a signature does not count */
	unsigned deadline_seconds;
	bool pull; /* coming: asked for, not brought */
	unsigned pull_seconds, amount;
};

struct route_table {
	const struct route_sender *senders;
	size_t sender_count;
	const struct route_service *services;
	size_t service_count;
	const struct route_receiver *receivers;
	size_t receiver_count;
	const struct route_profile *profiles;
	size_t profile_count;
};

struct route_choice {
	const struct route_service *service;
	const struct route_sender *sender;
};

/* ERR_ROUTE_SERVICE when nobody offers it on this channel, ERR_ROUTE_ACCESS when the sender is
 * unknown, its secret, certificate or TLS client is wrong, it is suspended, or it is not among the
 * callers. client is the fingerprint of the TLS client's certificate, "" or NULL if there is none.
 * The peer is told "ACCESS" and no more, or "INT-SUSPENDED" (domain.md D0) when all but that is
 * right; which of them goes to the detail. The secret is compared in constant time, and an unknown
 * sender costs the same time as a known one. */
int route_find(const struct route_table *, const struct msg_request *, const struct pki_signer *,
    const char *client, struct route_choice *out, struct err *) MUSTCHECK;

/* The receiver of that name; NULL when there is none. */
const struct route_receiver *route_receiver_find(const struct route_table *, const char *name);

/* May this certificate sign the receiver's answers? */
bool route_signs_for(const struct route_receiver *, const struct pki_signer *);

/* The one receiver whose answers this certificate signs, and who may therefore report what became
 * of messages to it; NULL when there is none. */
const struct route_receiver *route_receiver_of(
    const struct route_table *, const struct pki_signer *);

/* The profile for messages of a service: one that names the sender before one that is for any; NULL
 * when there is none. sender_id: of a message that comes its sender's, of one that goes the one
 * that we have with its receiver. */
const struct route_profile *route_profile_find(const struct route_table *, const char *service_id,
    const char *sender_id, enum route_direction);

/* "salt$digest" for a configuration; salt is 32 hex digits. Into a buffer of 98. */
int route_secret_hash(const char *secret, const char *salt, char out[98], struct err *) MUSTCHECK;

#endif
