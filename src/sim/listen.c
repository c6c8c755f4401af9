/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The listener: a child process a connection, so that one that is late keeps nobody waiting and one
 * that misbehaves dies alone. The grammar of HTTP is the door's; the door itself always answers
 * well, which is not what is wanted here.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "door/http.h"
#include "sim/sim.h"

#define BODY_MOST ((size_t)64 * 1024 * 1024)
#define WAIT_MS 60000
#define CHILDREN 256

struct peer {
	int fd;
	char *in; /* what came and was not taken yet */
	size_t len, room;
};

int
sim_listen(const char *address, int *fd, unsigned *port, struct err *e)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	char host[64];
	const char *colon = strrchr(address, ':');
	int on = 1;

	*fd = -1;
	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		return err_set(e, ERR_CONFIG, "--listen %s: not ADDRESS:PORT", address);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	at.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, host, &at.sin_addr) != 1)
		return err_set(e, ERR_CONFIG, "--listen %s: no IPv4 address", address);
	if ((*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(*fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(*fd, 128) != 0 ||
	    getsockname(*fd, (struct sockaddr *)&at, &size) != 0)
		return err_set(e, ERR_CONFIG, "--listen %s: %s", address, strerror(errno));
	*port = ntohs(at.sin_port);
	return 0;
}

/* More octets; false at the peer's end or after a minute of silence. */
static bool
fill(struct peer *p)
{
	struct pollfd fd = {p->fd, POLLIN, 0};
	ssize_t n;

	if (p->len == p->room) {
		size_t room = p->room == 0 ? 65536 : p->room * 2;
		char *more = realloc(p->in, room);
		if (more == NULL)
			return false;
		p->in = more;
		p->room = room;
	}
	if (poll(&fd, 1, WAIT_MS) != 1 || (n = read(p->fd, p->in + p->len, p->room - p->len)) <= 0)
		return false;
	p->len += (size_t)n;
	return true;
}

static void
take(struct peer *p, size_t n)
{
	memmove(p->in, p->in + n, p->len - n);
	p->len -= n;
}

static bool
write_all(int fd, const void *octets, size_t n)
{
	for (const char *at = octets; n > 0;) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* The whole head, copied to the arena and read. 0, or -1 with *e, or without at the end. */
static int
read_head(struct peer *p, struct arena *a, struct http_head *out, struct err *e)
{
	struct http_scan scan = {.answer = false};
	size_t size = 0;
	char *head;

	while (size == 0) {
		if (p->len > 0 && http_find_head(&scan, p->in, p->len, &size, e) != 0)
			return -1;
		if (size == 0 && !fill(p))
			return -1;
	}
	if ((head = arena_alloc(a, size + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "head");
	memcpy(head, p->in, size);
	take(p, size);
	return http_read_request(head, size, BODY_MOST, out, e);
}

static int
read_chunks(struct peer *p, struct arena *a, struct octets *out, struct err *e)
{
	struct http_chunks chunks = {.limit = BODY_MOST};
	struct octets whole = {NULL, 0};

	while (!chunks.whole) {
		size_t used = 0, made = 0;
		unsigned char *part = arena_alloc(a, p->len + 1);

		if (part == NULL ||
		    http_dechunk(&chunks, p->in, p->len, &used, part, &made, e) != 0)
			return -1;
		take(p, used);
		const struct octets pieces[] = {whole, {part, made}};
		if (arena_join(a, pieces, 2, &whole, e) != 0 || (!chunks.whole && !fill(p)))
			return -1;
	}
	*out = whole;
	return 0;
}

static int
read_body(
    struct peer *p, const struct http_head *h, struct arena *a, struct octets *out, struct err *e)
{
	char *copy;

	*out = (struct octets){NULL, 0};
	if (h->expect)
		(void)write_all(p->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	if (h->chunked)
		return read_chunks(p, a, out, e);
	while (p->len < h->length)
		if (!fill(p))
			return -1;
	if ((copy = arena_alloc(a, h->length + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "body");
	memcpy(copy, p->in, h->length);
	*out = (struct octets){(const unsigned char *)copy, h->length};
	take(p, h->length);
	return 0;
}

/* The connection ends with a reset, not with a goodbye. */
static void
reset(int fd)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* false: nothing more goes over this connection. */
static bool
write_reply(struct peer *p, const struct sim_reply *r, bool last, struct arena *a)
{
	static const char garbage[] = "\x7f not XML <<<& at all";
	unsigned what = r->deed.what;
	struct octets body = r->body;
	const char *head;

	if (r->deed.late_ms > 0) {
		struct timespec t = {
		    r->deed.late_ms / 1000, (long)(r->deed.late_ms % 1000) * 1000000};
		while (nanosleep(&t, &t) != 0 && errno == EINTR)
			;
	}
	if ((what & SIM_RESET) != 0)
		reset(p->fd);
	if ((what & (SIM_RESET | SIM_DEAF | SIM_CLOSE)) != 0)
		return false;
	if ((what & SIM_GARBAGE) != 0)
		body = octets_of(garbage);
	head = arena_printf(a,
	    "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n", r->status,
	    http_reason(r->status), r->content_type, body.len, last ? "Connection: close\r\n" : "");
	if (head == NULL || !write_all(p->fd, head, strlen(head)))
		return false;
	if ((what & SIM_HALF) != 0) {
		(void)write_all(p->fd, body.data, body.len / 2);
		return false;
	}
	return write_all(p->fd, body.data, body.len) && !last;
}

static bool
serve_one(struct sim *sim, struct codec *codec, struct peer *p, struct arena *a)
{
	struct http_head h = {.method = ""};
	struct door_request request;
	struct sim_reply reply = {.status = 400, .content_type = "text/plain; charset=utf-8"};
	struct err e = {0};

	if (read_head(p, a, &h, &e) != 0 || read_body(p, &h, a, &request.body, &e) != 0) {
		if (e.code != ERR_OK) {
			reply.status = err_row(e.code)->http;
			reply.body = octets_of(err_row(e.code)->text[ERR_EN]);
			(void)write_reply(p, &reply, true, a);
		}
		return false;
	}
	request = (struct door_request){.method = h.method,
	    .path = h.path,
	    .query = h.query,
	    .host = h.host,
	    .content_type = h.content_type,
	    .soap_action = h.soap_action,
	    .peer = "",
	    .client = "",
	    .body = request.body};
	sim_answer(sim, codec, &request, a, &reply);
	return write_reply(p, &reply, h.close, a);
}

/* The life of a child: one connection. */
static void
serve_connection(struct sim *sim, int fd)
{
	struct peer p = {.fd = fd};
	struct arena *a = arena_new();
	const int on = 1;
	struct codec *codec = NULL;
	struct err e = {0};

	/* head and body are two writes: the second would wait for the first one's acknowledgement
	 */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (a != NULL && codec_new(&codec, &e) == 0)
		while (serve_one(sim, codec, &p, a))
			arena_reset(a);
	codec_free(codec);
	arena_free(a);
	free(p.in);
	close(fd);
}

static void
take_connection(struct sim *sim, int listening, unsigned *children)
{
	int fd = accept(listening, NULL, NULL);
	pid_t child;

	if (fd < 0)
		return;
	if (*children >= CHILDREN || (child = fork()) < 0) {
		reset(fd);
	} else if (child == 0) {
		signal(SIGTERM, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		close(listening);
		serve_connection(sim, fd);
		_exit(0);
	} else {
		++*children;
	}
	close(fd);
}

void
sim_serve(struct sim *sim, int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	unsigned children = 0;

	while (!sim_stop) {
		int ready = poll(&p, 1, 200);

		while (children > 0 && waitpid(0, NULL, WNOHANG) > 0)
			children--;
		if (ready > 0)
			take_connection(sim, fd, &children);
	}
}
