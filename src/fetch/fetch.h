/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Getting octets over HTTP in the background: CRLs and OCSP answers, and calls of SOAP services,
 * from configured addresses.
 *
 * libcurl is known here. HTTP/1.1 only; CRLs and OCSP answers without TLS, for they are signed by
 * themselves. No redirect is followed, no proxy of the environment used, nothing decompressed;
 * every fetch has a deadline and a most of octets. What the octets mean is the caller's.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/octets.h"

struct fetch;

/* A call of a SOAP service differs from a fetch: https:// may be, with TLS 1.2 or newer and the
 * server's certificate verified, its name, too; an answer of any status is one, for a fault has
 * 500; the connection is kept for the next call. */
struct fetch_order {
	const char *url;       /* http://, of a call https://, too */
	bool call;	       /* POST with an empty SOAPAction */
	const char *ca;	       /* of a call: PEM file of the CAs, NULL or "" = the system's */
	struct octets body;    /* of a POST; data NULL = a GET */
	const char *media;     /* its Content-Type */
	size_t most;	       /* octets of the answer; one more ends the fetch */
	unsigned milliseconds; /* for all of it: name, connection, the last octet */
	void *tag;	       /* comes back with the answer */
};

/* Octets of the answer, only while the function lasts. err.code is ERR_OK for a whole answer of
 * status 200 (of a call: of any), else ERR_HTTP_UNREACHABLE or ERR_NOMEM and body is empty. */
struct fetch_answer {
	void *tag;
	unsigned status; /* 0 = there was none */
	struct octets body;
	struct err err;
};
typedef void fetch_take(void *self, const struct fetch_answer *);

/* user_agent must not be empty: without one the NCA's servers answer with a redirect (nca.md 7).
 * ERR_CONFIG, ERR_NOMEM. */
int fetch_new(const char *user_agent, struct fetch **out, struct err *) MUSTCHECK;
void fetch_free(struct fetch *); /* takes NULL; what is under way is dropped */

/* Drops all that is under way, and nobody is told. */
void fetch_drop_all(struct fetch *);

/* Begins; what the order points to is copied, but for tag. ERR_CONFIG for an address that is none,
 * ERR_NOMEM. */
int fetch_begin(struct fetch *, const struct fetch_order *, struct err *) MUSTCHECK;

/* Waits until something has happened, `wake` can be read (-1 = nothing to wake it), or the time is
 * over; hands out what is finished. Returns how many fetches are still under way. */
size_t fetch_wait(struct fetch *, int wake, unsigned milliseconds, fetch_take *take, void *self);

#endif
