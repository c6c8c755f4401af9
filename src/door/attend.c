/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One connection of a worker, step by step: TLS, a whole request to the handler, the answer.
 *
 * Many are held because one that is silent or slow must not keep others out; a new one takes a
 * free place, or that of the one that has been silent or unfinished longest.
 */
#include "config.h"

#include <sys/socket.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "door/room.h"

#define FAIR_SHARE DOOR_SECOND /* an unfinished request keeps its place so long among others */
#define FIRST_WORD DOOR_SECOND /* of a new connection to a worker that ends */

static int64_t
request_time(const struct door *d)
{
	return (int64_t)d->options.request_seconds * DOOR_SECOND;
}

/* Who was let in at the last moment, or agreed on TLS meanwhile, has not had its say yet. */
static int64_t
idle_until(const struct room *r, const struct conn *c)
{
	int64_t now = io_now();
	int64_t until = now + (int64_t)c->door->options.idle_seconds * DOOR_SECOND;
	int64_t last = c->served == 0 ? now + FIRST_WORD : now;

	if (r->ending == 0)
		return until;
	if (last < r->leave_by)
		last = r->leave_by;
	return until < last ? until : last;
}

static void
tell_refused(struct room *r, const struct conn *c, const struct err *e)
{
	const struct http_head *h = &c->head;

	if (r->refused != NULL)
		r->refused(r->self, c->peer, h->method == NULL ? "" : h->method,
		    h->path == NULL ? "" : h->path, e);
}

/* The answer, or as much as the socket took, is out. */
static void
answered(struct room *r, struct conn *c, int rc)
{
	if (rc == IO_WAIT)
		return;
	reply_done(c);
	if (rc == IO_BROKEN) {
		conn_drop(c);
	} else if (c->close) {
		conn_linger(c);
	} else {
		guard_next(c);
		c->wants = POLLIN;
		c->deadline = idle_until(r, c);
	}
}

static void
refuse(struct room *r, struct conn *c, const struct err *e)
{
	int rc = reply_refuse(c, e, r->arena);

	tell_refused(r, c, e);
	answered(r, c, rc);
	arena_reset(r->arena);
}

/* A stop that came while the handler worked is known before the answer says keep-alive. */
static void
let_signals_in(void)
{
	static const struct timespec at_once = {0, 0};
	sigset_t none;

	sigemptyset(&none);
	(void)ppoll(NULL, 0, &at_once, &none);
}

/* The peer did not wait for this answer before it went on. */
static bool
said_more(const struct conn *c)
{
	char next;

	return c->soap->bufidx < c->soap->buflen || io_has_more(c->soap) ||
	       recv(c->soap->socket, &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Is this answer the connection's last one because the worker ends? Who drains takes what has
 * arrived already: it would be lost behind a Connection: close. */
static bool
ends_now(const struct room *r, const struct conn *c)
{
	if (*r->stop != DOOR_DRAIN)
		return *r->stop != 0;
	return !said_more(c) || (r->ending != 0 && io_now() >= r->leave_by);
}

static void
handle(struct room *r, struct conn *c)
{
	const struct http_head *h = &c->head;
	const struct door_request q = {
	    .method = h->method,
	    .path = h->path,
	    .query = h->query,
	    .host = h->host,
	    .content_type = h->content_type,
	    .soap_action = h->soap_action,
	    .peer = c->peer,
	    .tls = c->door->tls != NULL,
	    .client = c->client,
	    .body = {c->body, c->body_len},
	    .deadline = c->deadline,
	};
	struct door_reply reply = {.status = 500, .content_type = "text/xml; charset=utf-8"};

	r->handler(r->self, &q, r->arena, &reply);
	let_signals_in();
	c->served++;
	c->close =
	    reply.close || h->close || c->served >= c->door->options.keep_alive || ends_now(r, c);
	answered(r, c, reply_send(c, &reply, r->arena));
	arena_reset(r->arena);
}

static void
found(struct room *r, struct conn *c, enum guard_found what, const struct err *e)
{
	if (what == GUARD_WHOLE)
		handle(r, c);
	else if (what == GUARD_REFUSED || (what == GUARD_END && e->code != ERR_OK))
		refuse(r, c, e);
	else if (what == GUARD_END)
		conn_drop(c);
}

/* Octets that are here already, where poll() does not see them. */
static bool
has_more(const struct conn *c)
{
	if (c->state != CONN_IDLE && c->state != CONN_HEAD && c->state != CONN_BODY)
		return false;
	return io_has_more(c->soap) || (c->state == CONN_IDLE && c->soap->buflen > 0);
}

static void
listen_to(struct room *r, struct conn *c)
{
	do {
		struct err e = {0};
		bool here = c->state == CONN_IDLE && c->soap->buflen > 0;
		found(r, c, here ? guard_take(c, &e) : guard_read(c, &e), &e);
	} while (has_more(c));
}

static void
shake_hands(struct room *r, struct conn *c)
{
	struct err e = {0};
	char why[120];
	int rc = tls_accept(c->soap, c->door->tls, &c->wants);

	if (rc == IO_WAIT)
		return;
	if (rc == IO_BROKEN) {
		err_set(&e, ERR_HTTP_FRAMING, "TLS: %s", tls_reason(why, sizeof(why)));
		if (tls_heard(
			c->soap)) /* a balancer that only looks whether we listen is no event */
			tell_refused(r, c, &e);
		conn_drop(c);
		return;
	}
	c->state = CONN_IDLE;
	c->wants = POLLIN;
	c->deadline = idle_until(r, c);
	listen_to(r, c);
}

void
room_step(struct room *r, struct conn *c)
{
	switch (c->state) {
	case CONN_FREE:
		break;
	case CONN_HANDSHAKE:
		shake_hands(r, c);
		break;
	case CONN_IDLE:
	case CONN_HEAD:
	case CONN_BODY:
		listen_to(r, c);
		break;
	case CONN_WRITE:
		answered(r, c, reply_go_on(c));
		if (has_more(c))
			listen_to(r, c);
		break;
	case CONN_LINGER:
		conn_throw_away(c);
		break;
	}
}

void
room_too_late(struct room *r, struct conn *c)
{
	struct err e = {0};

	switch (c->state) {
	case CONN_HEAD:
	case CONN_BODY:
		err_set(&e, ERR_HTTP_TIMEOUT, "the request did not arrive in time");
		refuse(r, c, &e);
		return;
	case CONN_WRITE:
		err_set(&e, ERR_HTTP_TIMEOUT, "the answer was not taken in time");
		io_abort(c->soap);
		tell_refused(r, c, &e);
		break;
	case CONN_HANDSHAKE:
		err_set(&e, ERR_HTTP_TIMEOUT, "TLS was not agreed in time");
		if (tls_heard(c->soap))
			tell_refused(r, c, &e);
		break;
	case CONN_FREE:
		return;
	case CONN_IDLE:
	case CONN_LINGER:
		break;
	}
	conn_drop(c);
}

/* What gives way first: idle ones before unfinished ones. */
static bool
idle(const struct conn *c)
{
	return c->state == CONN_IDLE || c->state == CONN_LINGER;
}

static bool
gives_way_before(const struct conn *c, const struct conn *other)
{
	if (other == NULL || idle(c) != idle(other))
		return other == NULL || idle(c);
	return c->deadline < other->deadline;
}

/* Slow clients in all places must not keep a quick one out. */
static void
make_way(struct room *r, struct conn *c)
{
	struct err e = {0};

	err_set(&e, ERR_OVERLOAD, "slow clients fill every place");
	if (c->state == CONN_HEAD || c->state == CONN_BODY)
		refuse(r, c, &e);
	else if (c->state == CONN_WRITE || (c->state == CONN_HANDSHAKE && tls_heard(c->soap)))
		tell_refused(r, c, &e);
	if (c->state == CONN_WRITE)
		io_abort(c->soap);
	if (c->state != CONN_FREE)
		conn_drop(c);
}

/* A free place, or that of the connection that has been silent longest, or that of the one that has
 * been unfinished longest, if it had its share of time. */
static struct conn *
find_place(struct room *r)
{
	struct conn *first = NULL;

	for (size_t i = 0; i < r->places; i++) {
		struct conn *c = &r->conns[i];
		if (c->state == CONN_FREE)
			return c;
		if (gives_way_before(c, first))
			first = c;
	}
	if (first == NULL ||
	    (!idle(first) && io_now() < first->deadline - request_time(first->door) + FAIR_SHARE))
		return NULL;
	make_way(r, first);
	return first;
}

static void
begin(struct room *r, struct conn *c, const struct door *d)
{
	bool v6 = strchr(c->soap->host, ':') != NULL;

	c->door = d;
	c->served = 0;
	c->close = false;
	c->client[0] = '\0';
	c->budget = &r->budget;
	c->wants = POLLIN;
	snprintf(
	    c->peer, sizeof(c->peer), v6 ? "[%.60s]:%d" : "%.60s:%d", c->soap->host, c->soap->port);
	guard_next(c);
	c->deadline = idle_until(r, c);
	if (d->tls != NULL) {
		c->state = CONN_HANDSHAKE;
		c->deadline = io_now() + request_time(d);
	}
	room_step(r, c);
}

/* One connection; false when there was none, or no place for it. */
bool
room_let_in(struct room *r, const struct door *d)
{
	struct conn *c = find_place(r);
	bool in;

	if (c == NULL || (c->soap == NULL && (c->soap = io_context()) == NULL))
		return false;
	c->soap->master = d->soap->master;
	in = soap_valid_socket(soap_accept(c->soap));
	c->soap->master = SOAP_INVALID_SOCKET;
	if (in)
		begin(r, c, d);
	return in;
}
