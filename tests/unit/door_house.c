/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See door_house.h.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "door_house.h"

#define BIG ((size_t)8 * 1024 * 1024)

static volatile int stop;

static void
on_term(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

static void
on_drain(int number)
{
	(void)number;
	if (stop == 0)
		stop = DOOR_DRAIN;
}

static void
note(char *into, size_t size, const char *text)
{
	snprintf(into, size, "%s", text);
}

static void
remember(struct house_log *l, const struct door_request *q)
{
	l->calls++;
	l->body = q->body.len;
	note(l->peer, sizeof(l->peer), q->peer);
	note(l->method, sizeof(l->method), q->method);
	note(l->path, sizeof(l->path), q->path);
	note(l->query, sizeof(l->query), q->query);
	note(l->host, sizeof(l->host), q->host);
	note(l->type, sizeof(l->type), q->content_type);
	note(l->action, sizeof(l->action), q->soap_action);
}

static void
act(struct house_log *l, const struct door_request *q, struct arena *a, struct door_reply *r)
{
	static const struct timespec nap = {0, 300000000};

	if (strcmp(q->path, "/sleep") == 0)
		nanosleep(&nap, NULL);
	if (strcmp(q->path, "/crash") == 0)
		_exit(70);
	if (strcmp(q->path, "/stop") == 0)
		stop = 1;
	if (strcmp(q->path, "/pid") == 0)
		l->pids[l->pid_count++ % 8] = (int)getpid();
	if (strcmp(q->path, "/busy") == 0) {
		r->status = 503;
		r->retry_after = 7;
	}
	if (strcmp(q->path, "/big") == 0) {
		void *big = arena_alloc(a, BIG);
		r->body = (struct octets){big, BIG};
	}
}

static void
echo(void *self, const struct door_request *q, struct arena *a, struct door_reply *r)
{
	remember(self, q);
	r->status = 200;
	r->body = q->body;
	if (strcmp(q->method, "GET") == 0) {
		r->status = strcmp(q->query, "wsdl") == 0 ? 200 : 405;
		r->body = octets_of("contract");
	}
	act(self, q, a, r);
}

static void
count_refusal(
    void *self, const char *peer, const char *method, const char *path, const struct err *e)
{
	struct house_log *l = self;

	note(l->peer, sizeof(l->peer), peer);
	note(l->method, sizeof(l->method), method);
	note(l->refused_path, sizeof(l->refused_path), path);
	note(l->detail, sizeof(l->detail), e->detail);
	l->code = (int)e->code;
	l->refusals++;
}

struct door_options
house_options(void)
{
	return (struct door_options){.address = "127.0.0.1",
	    .body_limit = 1048576,
	    .request_seconds = 20,
	    .idle_seconds = 20,
	    .keep_alive = 100};
}

static void __attribute__((noreturn)) work(struct house *h)
{
	struct sigaction term = {.sa_handler = on_term}, drain = {.sa_handler = on_drain};
	struct err e = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGUSR1, &drain, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int rc = door_serve(h->doors, h->door_count, echo, count_refusal, h->log, &stop, &e);
	for (size_t i = 0; i < h->door_count; i++)
		door_close(h->doors[i]);
	exit(rc == 0 ? 0 : 71);
}

static void
hire(struct house *h)
{
	for (size_t i = 0; i < h->workers; i++) {
		fflush(NULL);
		h->pids[i] = fork();
		assert_true(h->pids[i] >= 0);
		if (h->pids[i] == 0)
			work(h);
	}
}

static struct house
empty_house(size_t doors, size_t workers)
{
	struct house h = {.door_count = doors, .workers = workers};

	h.log =
	    mmap(NULL, sizeof(*h.log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(h.log != MAP_FAILED);
	return h;
}

struct house
house_start(const struct door_options *o, size_t doors, size_t workers)
{
	struct house h = empty_house(doors, workers);
	struct err e = {0};

	for (size_t i = 0; i < doors; i++)
		if (door_open(&o[i], &h.doors[i], &e) != 0)
			fail_msg("%s", e.detail);
	hire(&h);
	return h;
}

struct house
house_follow(const struct door_options *o, struct house *first)
{
	struct house h = empty_house(first->door_count, first->workers);
	struct err e = {0};

	for (size_t i = 0; i < h.door_count; i++)
		if (door_take_over(&o[i], first->doors[i], &h.doors[i], &e) != 0)
			fail_msg("%s", e.detail);
	hire(&h);
	for (size_t i = 0; i < h.door_count; i++)
		door_pass_on(first->doors[i]);
	for (size_t i = 0; i < first->workers; i++)
		kill(first->pids[i], SIGUSR1);
	return h;
}

void
house_stop(struct house *h)
{
	int status;

	for (size_t i = 0; i < h->workers; i++)
		kill(h->pids[i], SIGTERM);
	for (size_t i = 0; i < h->workers; i++) {
		assert_int_equal(waitpid(h->pids[i], &status, 0), h->pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	for (size_t i = 0; i < h->door_count; i++)
		door_close(h->doors[i]);
	munmap(h->log, sizeof(*h->log));
}

int
house_call(const struct house *h)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)door_port(h->doors[0]))};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

void
house_say(int fd, const void *octets, size_t n)
{
	const char *at = octets;

	while (n > 0) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* refused before all was said; the answer tells */
		at += sent;
		n -= (size_t)sent;
	}
}

void
house_say_text(int fd, const char *text)
{
	house_say(fd, text, strlen(text));
}

/* Octets, or 0 when the peer closed or reset. */
static size_t
hear_some(int fd, char *at, size_t room)
{
	struct pollfd p = {fd, POLLIN, 0};

	if (poll(&p, 1, HOUSE_PATIENCE * 1000) != 1)
		fail_msg("nothing was heard in %d s", HOUSE_PATIENCE);
	ssize_t n = recv(fd, at, room, 0);
	return n > 0 ? (size_t)n : 0;
}

static size_t
answer_size(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");

	if (end == NULL)
		return SIZE_MAX;
	if (length == NULL || length > end)
		return (size_t)(end + 4 - text);
	return (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10);
}

const char *
house_hear(int fd, struct arena *a)
{
	size_t room = 65536, n = 0;
	char *text = arena_alloc(a, room);

	assert_non_null(text);
	while (n + 1 < room && n < answer_size(text)) {
		size_t want = answer_size(text);
		size_t most = want == SIZE_MAX ? 1 : want - n; /* never into the next answer */
		size_t got = hear_some(fd, text + n, most < room - 1 - n ? most : room - 1 - n);
		if (got == 0)
			break;
		n += got;
	}
	return text;
}

const char *
house_hear_all(int fd, struct arena *a)
{
	size_t room = 65536, n = 0, got;
	char *text = arena_alloc(a, room);

	assert_non_null(text);
	while (n + 1 < room && (got = hear_some(fd, text + n, room - 1 - n)) > 0)
		n += got;
	return text;
}

void
house_wait_closed(int fd)
{
	char waste[4096];

	while (hear_some(fd, waste, sizeof(waste)) > 0)
		;
}

int
house_status(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

const char *
house_body(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end == NULL ? "" : end + 4;
}

const char *
house_post(struct arena *a, const char *path, const char *body)
{
	return arena_printf(a,
	    "POST %s HTTP/1.1\r\n"
	    "Host: localhost\r\n"
	    "Content-Type: text/xml; charset=utf-8\r\n"
	    "SOAPAction: \"\"\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    path, strlen(body), body);
}
