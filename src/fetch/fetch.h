/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Getting octets over HTTP in the background: CRLs and OCSP answers, from configured addresses.
 *
 * libcurl is known here. Plain HTTP/1.1 only: what is fetched is signed by itself. No redirect is
 * followed, no proxy of the environment used, nothing decompressed; every fetch has a deadline and
 * a most of octets. What the octets mean is the caller's.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/err.h"
#include "base/octets.h"

struct fetch;

struct fetch_order {
	const char *url;       /* http:// and nothing else */
	struct octets body;    /* of a POST; data NULL = a GET */
	const char *media;     /* its Content-Type */
	size_t most;	       /* octets of the answer; one more ends the fetch */
	unsigned milliseconds; /* for all of it: name, connection, the last octet */
	void *tag;	       /* comes back with the answer */
};

/* Octets of the answer, only while the call lasts. err.code is ERR_OK for a whole answer of status
 * 200, else ERR_HTTP_UNREACHABLE or ERR_NOMEM and body is empty. */
struct fetch_answer {
	void *tag;
	struct octets body;
	struct err err;
};
typedef void fetch_take(void *self, const struct fetch_answer *);

/* user_agent must not be empty: without one the NCA's servers answer with a redirect (nca.md 7).
 * ERR_CONFIG, ERR_NOMEM. */
int fetch_new(const char *user_agent, struct fetch **out, struct err *) MUSTCHECK;
void fetch_free(struct fetch *); /* takes NULL; what is under way is dropped */

/* Begins; what the order points to is copied, but for tag. ERR_CONFIG for an address that is none,
 * ERR_NOMEM. */
int fetch_begin(struct fetch *, const struct fetch_order *, struct err *) MUSTCHECK;

/* Waits until something has happened, `wake` can be read (-1 = nothing to wake it), or the time is
 * over; hands out what is finished. Returns how many fetches are still under way. */
size_t fetch_wait(struct fetch *, int wake, unsigned milliseconds, fetch_take *take, void *self);

#endif
