/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of door/ share: a listening socket, one connection, its octets in and out.
 *
 * A connection is never waited for: each step takes what is there and says what it wants to wait
 * for. Its input stands in gSOAP's own buffer, buf[bufidx..buflen), which is emptied when it
 * closes.
 */
#ifndef DOOR_ROOM_H
#define DOOR_ROOM_H

#include <stdatomic.h>
#include <stdsoap2.h>

#include <openssl/ssl.h>

#include "door/door.h"
#include "door/http.h"

#define DOOR_SECOND ((int64_t)1000000000)

struct door {
	struct soap *soap; /* owns the listening socket */
	SSL_CTX *tls;	   /* NULL = plain */
	struct door_options options;
	unsigned port;
	atomic_bool *passed_on; /* shared by all processes that were forked since it was opened */
};

enum conn_state {
	CONN_FREE,
	CONN_HANDSHAKE, /* TLS is being agreed */
	CONN_IDLE,	/* not one octet of a request yet */
	CONN_HEAD,
	CONN_BODY,
	CONN_WRITE, /* the answer is on its way out */
	CONN_LINGER /* ours is said; the peer's rest is thrown away until it closes */
};

struct conn {
	enum conn_state state;
	struct soap
	    *soap; /* gSOAP's context: socket, TLS, input buffer. Kept for the next connection */
	const struct door *door;
	short wants;	  /* POLLIN or POLLOUT */
	int64_t deadline; /* of the current state, CLOCK_MONOTONIC ns */
	unsigned served;
	char peer[80];
	char client[65]; /* as in struct door_request */

	struct http_scan scan;
	struct http_head head;
	struct http_chunks chunks;
	size_t head_size;
	unsigned char *body;
	size_t body_len, body_room; /* room 0: the body stands in gSOAP's buffer */
	size_t *budget;		    /* octets that bodies of this process may still take */

	const char *out; /* what of the answer is still to be sent */
	char *kept;	 /* holds it when the socket did not take it all at once */
	size_t out_len, out_sent;
	bool close; /* after the answer */
	size_t thrown_away;
};

/* --- io.c: octets of one socket, plain or TLS, without waiting ------------ */

#define IO_WAIT (-1)   /* nothing now; *wants says for what to poll */
#define IO_BROKEN (-2) /* the connection is of no more use */

/* How many connections the limit of open files has room for, beside what a process needs otherwise
 * (a database, randomness): accept() and ppoll() fail at that limit, and for ever. ERR_CONFIG when
 * there is room for none. */
int io_places(size_t most, size_t *out, struct err *) MUSTCHECK;

int64_t io_now(void); /* CLOCK_MONOTONIC, ns */

/* Octets read, 0 at the peer's end, or one of the two above. */
long io_read(struct soap *, void *at, size_t room, short *wants);

/* Octets taken, or one of the two above. */
long io_write(struct soap *, const void *at, size_t n, short *wants);

/* True when more octets are waiting inside TLS, where poll() does not see them. */
bool io_has_more(const struct soap *);

/* Says goodbye in TLS and shuts our direction. */
void io_end(struct soap *);

/* What the peer did not read yet is thrown away at close, not kept by the kernel for hours. */
void io_abort(struct soap *);

/* Closes, and empties gSOAP's buffer: it keeps unread octets for the next connection otherwise. */
void io_close(struct soap *);

/* A context whose socket calls never wait; NULL when memory is out. */
struct soap *io_context(void);
void io_context_free(struct soap *); /* takes NULL */

/* --- tls.c ------------------------------------------------------------------ */

int tls_server(const struct door_options *, SSL_CTX **out, struct err *) MUSTCHECK;
int tls_client(const char *ca, SSL_CTX **out, struct err *) MUSTCHECK;

/* The next step of the server's handshake: 0 when agreed, or IO_WAIT, IO_BROKEN. */
int tls_accept(struct soap *, SSL_CTX *, short *wants);

/* Who the client is by its certificate, asked for each request: it may have been revoked since the
 * last one. ERR_TLS_CLIENT, ERR_NOMEM. */
int tls_know_client(
    const struct soap *, const struct door_options *, char fingerprint[65], struct err *) MUSTCHECK;

/* True when the peer has sent at least one octet. */
bool tls_heard(const struct soap *);

/* Copies OpenSSL's first reason and empties its queue. */
const char *tls_reason(char *text, size_t size);

/* --- conn.c: how a connection ends -------------------------------------------- */

/* At once; the place is free. */
void conn_drop(struct conn *);

/* Ours is said. Closing at once would send a reset after the answer when the peer still writes; it
 * might then never read why it was refused. */
void conn_linger(struct conn *);

/* A lingering peer said more, or closed. */
void conn_throw_away(struct conn *);

/* --- guard.c: from octets to one whole request ------------------------------- */

enum guard_found {
	GUARD_MORE,    /* not whole yet */
	GUARD_WHOLE,   /* head and body are there */
	GUARD_REFUSED, /* *err says why */
	GUARD_END      /* the peer is gone; *err is set when it left in the middle of a request */
};

/* Reads what the socket has, up to one request. */
enum guard_found guard_read(struct conn *, struct err *);

/* Judges octets that are there already: the next request of a peer that did not wait. */
enum guard_found guard_take(struct conn *, struct err *);

/* Forgets the request, wipes its octets; what follows it in the buffer stays. */
void guard_next(struct conn *);

/* --- reply.c ------------------------------------------------------------------ */

/* Sends, or begins to. 0 when all is out, IO_WAIT (state CONN_WRITE), IO_BROKEN. */
int reply_send(struct conn *, const struct door_reply *, struct arena *);

/* The door's own refusal as plain text; the connection ends after it. */
int reply_refuse(struct conn *, const struct err *, struct arena *);

/* Frees what was kept of the answer. */
void reply_done(struct conn *);

/* Goes on with an answer that the socket did not take at once; as reply_send(). */
int reply_go_on(struct conn *);

/* --- attend.c: the connections of one worker ----------------------------------- */

#define ROOM_CONNS 64 /* idle ones give way to a new one, then the slowest */
#define ROOM_DOORS 16
#define ROOM_LAST_CALL (DOOR_SECOND / 5) /* after a stop: what was on its way may still arrive */
#define ROOM_LONGEST_DRAIN (10 * DOOR_SECOND)

struct room {
	struct door *const *doors;
	size_t door_count;
	door_handler *handler;
	door_refused *refused;
	void *self;
	const volatile int *stop;
	int ending;	   /* what was seen in *stop */
	int64_t last_call; /* then no new connections from here on, */
	int64_t leave_by;  /* and no request is waited for */
	int64_t reach_at;  /* when to reach for the next connection; 0 = at once */
	struct arena *arena;
	size_t budget;
	size_t places; /* how many of these are used */
	struct conn conns[ROOM_CONNS];
};

/* The next step of a connection on which something has happened. */
void room_step(struct room *, struct conn *);

/* Its time is over. */
void room_too_late(struct room *, struct conn *);

/* One connection; false when there was none, or no place for it. */
bool room_let_in(struct room *, const struct door *);

#endif
