/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A door with a handler of the tests behind it, in a process of its own; and raw sockets to call
 * it.
 *
 * What the handler saw stands in shared memory. Every wait ends after HOUSE_PATIENCE seconds and
 * then fails: tests wait for events, never for a time to pass.
 */
#ifndef TESTS_UNIT_DOOR_HOUSE_H
#define TESTS_UNIT_DOOR_HOUSE_H

#include <sys/types.h>

#include "door/door.h"

#define HOUSE_PATIENCE 20

struct house_log {
	volatile int calls;    /* of the handler */
	volatile int refusals; /* told by the door */
	volatile int code;     /* of the last refusal */
	volatile size_t body;  /* length of the last body that was handled */
	char peer[80], method[16], path[256], query[64], host[64], type[64], action[64];
	char refused_path[256], detail[512];
	volatile int pids[8];
	volatile int pid_count;
};

struct house {
	struct door *doors[2];
	size_t door_count;
	struct house_log *log;
	pid_t pids[4];
	size_t workers;
};

/* Usual options on a free port: 1 MiB bodies, 20 s a request, 20 s idle, 100 requests. */
struct door_options house_options(void);

/* Opens the doors, forks the workers. The handler: POST gives the body back; GET with ?wsdl gives
 * text, without it 405. /sleep waits 0.3 s, /crash aborts, /big answers 8 MiB, /stop ends the
 * worker. */
struct house house_start(const struct door_options *, size_t doors, size_t workers);

/* A second house at the doors of the first, which passes them on and drains. */
struct house house_follow(const struct door_options *, struct house *first);

/* SIGTERM, and the workers must end well. */
void house_stop(struct house *);

/* A connection to door 0. */
int house_call(const struct house *);

void house_say(int fd, const void *octets, size_t n);
void house_say_text(int fd, const char *text);

/* One whole answer by its Content-Length; NUL-terminated, in the arena. "" when the peer closed
 * first. */
const char *house_hear(int fd, struct arena *);

/* Everything until the peer closes. */
const char *house_hear_all(int fd, struct arena *);

/* Waits until the peer has closed or reset, whatever it says before. */
void house_wait_closed(int fd);

int house_status(const char *answer);
const char *house_body(const char *answer);

/* A POST of this body to this path. */
const char *house_post(struct arena *, const char *path, const char *body);

#endif
