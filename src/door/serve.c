/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The loop of one worker: it watches its doors and connections and handles one request at a time.
 *
 * A worker that holds connections reaches for a new one a little later than one that holds fewer,
 * so that idle workers get it; nothing is shared between workers but the listeners, and whether
 * others take what comes in there.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "door/room.h"

#define REACH_DELAY ((int64_t)100000) /* 0.1 ms for each connection held, at most 2 ms */
#define REACH_MOST ((int64_t)2000000)
#define BODIES_MOST                                                                                \
	((size_t)64 * 1024 * 1024) /* waiting bodies of one process, or four largest               \
				    */

static size_t
held(const struct room *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->places; i++)
		n += r->conns[i].state != CONN_FREE && r->conns[i].state != CONN_LINGER;
	return n;
}

static bool
passed_on(const struct door *d)
{
	return atomic_load(d->passed_on);
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
		else if ((fds[i].revents & POLLIN) != 0 && !passed_on(r->doors[i]))
			(void)room_let_in(r, r->doors[i]);
}

static bool
all_passed_on(const struct room *r)
{
	for (size_t i = 0; i < r->door_count; i++)
		if (!passed_on(r->doors[i]))
			return false;
	return true;
}

/* Who connects while the listener still stands is served, so that a stop loses nobody; idle
 * connections get the same time, or more when there is no hurry. */
static void
begin_end(struct room *r, int why)
{
	int64_t now = io_now();

	r->ending = why;
	r->last_call = all_passed_on(r) ? now : now + ROOM_LAST_CALL;
	r->leave_by = now + (why == DOOR_DRAIN ? ROOM_LONGEST_DRAIN : ROOM_LAST_CALL);
	for (size_t i = 0; i < r->places; i++) {
		struct conn *c = &r->conns[i];
		if ((c->state == CONN_IDLE || c->state == CONN_LINGER) && c->deadline > r->leave_by)
			c->deadline = r->leave_by;
	}
}

/* Places up to the last that is taken: as a rule a few of them, which are the first. */
static size_t
taken(const struct room *r)
{
	size_t n = r->places;

	while (n > 0 && r->conns[n - 1].state == CONN_FREE)
		n--;
	return n;
}

/* What to wait for: the doors first, then a connection each, -1 where there is none. */
static int64_t
watch(const struct room *r, size_t places, struct pollfd *fds, int64_t now)
{
	bool open = r->ending == 0 || now < r->last_call;
	bool doors = open && r->reach_at <= now;
	int64_t until = doors ? INT64_MAX : r->reach_at;
	struct pollfd *at = fds + r->door_count;

	if (r->ending != 0)
		until = !open ? INT64_MAX : until < r->last_call ? until : r->last_call;
	for (size_t i = 0; i < r->door_count; i++)
		fds[i] = (struct pollfd){
		    doors && !passed_on(r->doors[i]) ? r->doors[i]->soap->master : -1, POLLIN, 0};
	for (size_t i = 0; i < places; i++) {
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
	struct pollfd fds[ROOM_DOORS + ROOM_CONNS];
	size_t places = taken(r);
	int64_t now = io_now();
	int64_t until = watch(r, places, fds, now);
	int ready = wait_until(fds, r->door_count + places, until, now);
	bool watched = false, knock = false;

	now = io_now();
	for (size_t i = 0; i < places; i++) {
		struct conn *c = &r->conns[i];
		bool late = c->deadline <= now && c->state != CONN_IDLE;
		if (ready > 0 && fds[r->door_count + i].revents != 0 && !late)
			room_step(r, c);
		else if (c->state != CONN_FREE && c->deadline <= now)
			room_too_late(r, c);
	}
	for (size_t i = 0; i < r->door_count; i++) {
		watched = watched || fds[i].fd >= 0;
		knock = knock || (ready > 0 && fds[i].revents != 0);
	}
	if (knock)
		reach(r, fds, now);
	else if (watched)
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

static bool
goes_on(struct room *r)
{
	int why = *r->stop;

	if (why != r->ending && r->ending != DOOR_STOP)
		begin_end(r, why);
	return r->ending == 0 || io_now() < r->last_call || !nobody(r);
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
	struct room *r = count > ROOM_DOORS ? NULL : calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(e, ERR_CONFIG, "%zu listeners, or no memory for them", count);
	if (io_places(ROOM_CONNS, &r->places, e) != 0 || (r->arena = arena_new()) == NULL) {
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
	while (goes_on(r))
		turn(r);
	leave(r);
	return 0;
}
