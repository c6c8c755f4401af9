/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The loop of one worker: it watches its connections and handles one request at a time.
 *
 * Many are watched because one that is silent or slow must not keep others out; only whole requests
 * reach the handler. A worker that holds connections reaches for a new one a little later than one
 * that holds fewer, so that idle workers get it; nothing is shared between workers but the
 * listener.
 */
#include "config.h"

#include <sys/socket.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "door/room.h"

#define CONNS 64 /* idle ones give way to a new one, then the slowest */
#define DOORS 16
#define REACH_DELAY ((int64_t)100000) /* 0.1 ms for each connection held, at most 2 ms */
#define REACH_MOST ((int64_t)2000000)
#define LAST_CALL (DOOR_SECOND / 5) /* after stop: what was on its way may still arrive */
#define FAIR_SHARE DOOR_SECOND	    /* an unfinished request keeps its place so long among others */
#define BODIES_MOST                                                                                \
	((size_t)64 * 1024 * 1024) /* waiting bodies of one process, or four largest               \
				    */

struct room {
	struct door *const *doors;
	size_t door_count;
	door_handler *handler;
	door_refused *refused;
	void *self;
	const volatile int *stop;
	bool stopping;	   /* stop was seen */
	int64_t last_call; /* no new connections from here on */
	int64_t reach_at;  /* when to reach for the next connection; 0 = at once */
	struct arena *arena;
	size_t budget;
	size_t places; /* how many of these are used */
	struct conn conns[CONNS];
};

static int64_t
request_time(const struct door *d)
{
	return (int64_t)d->options.request_seconds * DOOR_SECOND;
}

static int64_t
idle_until(const struct room *r, const struct conn *c)
{
	int64_t idle = (int64_t)c->door->options.idle_seconds * DOOR_SECOND;

	return io_now() + (r->stopping && idle > LAST_CALL ? LAST_CALL : idle);
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
	    .body = {c->body, c->body_len},
	    .deadline = c->deadline,
	};
	struct door_reply reply = {.status = 500, .content_type = "text/xml; charset=utf-8"};

	r->handler(r->self, &q, r->arena, &reply);
	let_signals_in();
	c->served++;
	c->close =
	    reply.close || h->close || *r->stop != 0 || c->served >= c->door->options.keep_alive;
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

static void
step(struct room *r, struct conn *c)
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

static void
too_late(struct room *r, struct conn *c)
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
	step(r, c);
}

/* One connection; false when there was none, or no place for it. */
static bool
let_in(struct room *r, const struct door *d)
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

static size_t
held(const struct room *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->places; i++)
		n += r->conns[i].state != CONN_FREE && r->conns[i].state != CONN_LINGER;
	return n;
}

/* Some door is ready: at once when this worker holds nothing, a little later the more it holds. */
static void
reach(struct room *r, const struct pollfd *fds, int64_t now)
{
	int64_t delay = (int64_t)held(r) * REACH_DELAY;

	if (r->reach_at == 0 && delay > 0) {
		r->reach_at = now + (delay > REACH_MOST ? REACH_MOST : delay);
		return;
	}
	r->reach_at = 0;
	for (size_t i = 0; i < r->door_count; i++)
		if ((fds[i].revents & POLLHUP) != 0)
			r->last_call = 0; /* barred */
		else if ((fds[i].revents & POLLIN) != 0)
			(void)let_in(r, r->doors[i]);
}

/* Who connects while the listener still stands is served, so that a stop loses nobody; idle
 * connections get the same time. */
static void
begin_stop(struct room *r)
{
	r->stopping = true;
	r->last_call = io_now() + LAST_CALL;
	for (size_t i = 0; i < r->places; i++) {
		struct conn *c = &r->conns[i];
		if ((c->state == CONN_IDLE || c->state == CONN_LINGER) &&
		    c->deadline > r->last_call)
			c->deadline = r->last_call;
	}
}

/* What to wait for: the doors first, then a connection each, -1 where there is none. */
static int64_t
watch(const struct room *r, struct pollfd *fds, int64_t now)
{
	bool open = !r->stopping || now < r->last_call;
	bool doors = open && r->reach_at <= now;
	int64_t until = doors ? INT64_MAX : r->reach_at;
	struct pollfd *at = fds + r->door_count;

	if (r->stopping)
		until = !open ? INT64_MAX : until < r->last_call ? until : r->last_call;
	for (size_t i = 0; i < r->door_count; i++)
		fds[i] = (struct pollfd){doors ? r->doors[i]->soap->master : -1, POLLIN, 0};
	for (size_t i = 0; i < r->places; i++) {
		const struct conn *c = &r->conns[i];
		at[i] = (struct pollfd){-1, c->wants, 0};
		if (c->state == CONN_FREE)
			continue;
		at[i].fd = c->soap->socket;
		if (c->deadline < until)
			until = c->deadline;
	}
	return until;
}

static int
wait_until(struct pollfd *fds, size_t n, int64_t until, int64_t now)
{
	int64_t left = until > now ? until - now : 0;
	struct timespec t = {left / DOOR_SECOND, left % DOOR_SECOND};
	sigset_t none;

	sigemptyset(&none); /* signals that the caller blocks come in here, and only here */
	return ppoll(fds, n, until == INT64_MAX ? NULL : &t, &none);
}

static void
turn(struct room *r)
{
	struct pollfd fds[DOORS + CONNS];
	int64_t now = io_now();
	int64_t until = watch(r, fds, now);
	int ready = wait_until(fds, r->door_count + r->places, until, now);
	bool knock = false;

	now = io_now();
	for (size_t i = 0; i < r->places; i++) {
		struct conn *c = &r->conns[i];
		bool late = c->deadline <= now && c->state != CONN_IDLE;
		if (ready > 0 && fds[r->door_count + i].revents != 0 && !late)
			step(r, c);
		else if (c->state != CONN_FREE && c->deadline <= now)
			too_late(r, c);
	}
	for (size_t i = 0; ready > 0 && i < r->door_count; i++)
		knock = knock || fds[i].revents != 0;
	if (knock)
		reach(r, fds, now);
	else if (fds[0].fd >= 0)
		r->reach_at = 0; /* another worker was faster */
}

static bool
nobody(const struct room *r)
{
	for (size_t i = 0; i < r->places; i++)
		if (r->conns[i].state != CONN_FREE)
			return false;
	return true;
}

static void
leave(struct room *r)
{
	for (size_t i = 0; i < r->places; i++)
		io_context_free(r->conns[i].soap);
	arena_free(r->arena);
	free(r);
}

int
door_serve(struct door *const *doors, size_t count, door_handler *handler, door_refused *refused,
    void *self, const volatile int *stop, struct err *e)
{
	struct room *r = count > DOORS ? NULL : calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(e, ERR_CONFIG, "%zu listeners, or no memory for them", count);
	if (io_places(CONNS, &r->places, e) != 0 || (r->arena = arena_new()) == NULL) {
		free(r);
		return e->code != ERR_OK ? -1 : err_set(e, ERR_NOMEM, "an arena");
	}
	signal(SIGPIPE, SIG_IGN);
	r->doors = doors;
	r->door_count = count;
	r->handler = handler;
	r->refused = refused;
	r->self = self;
	r->stop = stop;
	r->budget = BODIES_MOST;
	for (size_t i = 0; i < count; i++)
		if (4 * doors[i]->options.body_limit > r->budget)
			r->budget = 4 * doors[i]->options.body_limit;
	while (!r->stopping || io_now() < r->last_call || !nobody(r)) {
		if (*stop != 0 && !r->stopping)
			begin_stop(r);
		turn(r);
	}
	leave(r);
	return 0;
}
