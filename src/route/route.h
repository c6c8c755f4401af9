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

struct route_table {
	const struct route_sender *senders;
	size_t sender_count;
	const struct route_service *services;
	size_t service_count;
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

/* "salt$digest" for a configuration; salt is 32 hex digits. Into a buffer of 98. */
int route_secret_hash(const char *secret, const char *salt, char out[98], struct err *) MUSTCHECK;

#endif
