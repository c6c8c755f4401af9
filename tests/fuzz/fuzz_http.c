/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets on one connection, through the guard. The requests it finds and the refusal it ends
 * with are the same however the octets were cut into pieces, and each body is as long as was
 * announced.
 */
#include "config.h"

#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include "door/room.h"
#include "fuzz.h"

const char *const fuzz_name = "http";
const char *const fuzz_shared[] = {"corpora/05-xml-frontend/http", NULL};

/* What became of a connection. */
struct story {
	unsigned requests;
	enum err_code end;
	uint64_t sum; /* of all paths, queries and bodies */
};

static void
add(struct story *s, const void *octets, size_t n)
{
	const unsigned char *at = octets;

	for (size_t i = 0; i < n; i++)
		s->sum = (s->sum ^ at[i]) * 1099511628211U;
	s->sum = (s->sum ^ n) * 1099511628211U;
}

static void
check_request(const struct conn *c, struct story *s)
{
	const struct http_head *h = &c->head;
	bool post = strcmp(h->method, "POST") == 0;

	PROMISE(post || (strcmp(h->method, "GET") == 0 && c->body_len == 0));
	PROMISE(h->path[0] == '/' && strstr(h->path, "/../") == NULL);
	PROMISE(h->chunked != h->has_length || !post);
	PROMISE(h->chunked || c->body_len == h->length);
	PROMISE(c->body_len <= c->door->options.body_limit);
	s->requests++;
	add(s, h->path, strlen(h->path));
	add(s, h->query, strlen(h->query));
	add(s, h->host, strlen(h->host));
	add(s, c->body, c->body_len);
}

/* True when the connection has ended. */
static bool
listen_to(struct conn *c, struct story *s)
{
	struct err e = {0};
	enum guard_found found = guard_read(c, &e);

	while (found == GUARD_WHOLE) {
		check_request(c, s);
		guard_next(c);
		found = c->soap->buflen > 0 ? guard_take(c, &e) : guard_read(c, &e);
	}
	PROMISE((found == GUARD_REFUSED) <= (e.code != ERR_OK));
	s->end = e.code;
	return found == GUARD_REFUSED || found == GUARD_END;
}

static struct story
play(struct soap *soap, const uint8_t *data, size_t size, size_t piece)
{
	static const struct door door = {.options = {.body_limit = 1000000, .request_seconds = 60}};
	size_t budget = SIZE_MAX / 2;
	struct conn c = {.soap = soap, .door = &door, .budget = &budget};
	struct story s = {0};
	int pair[2];
	bool over = false;

	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	soap->socket = pair[0];
	guard_next(&c);
	for (size_t at = 0; !over && at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		PROMISE(send(pair[1], data + at, n, MSG_NOSIGNAL) == (ssize_t)n);
		over = listen_to(&c, &s);
	}
	if (!over) {
		shutdown(pair[1], SHUT_WR);
		PROMISE(listen_to(&c, &s));
	}
	soap->bufidx = soap->buflen;
	guard_next(&c);
	PROMISE(budget == SIZE_MAX / 2);
	io_close(soap);
	PROMISE(soap->buflen == 0 && soap->bufidx == 0);
	close(pair[1]);
	return s;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct soap *soap;

	if (soap == NULL)
		soap = io_context();
	if (soap == NULL || size == 0 || size > 65536)
		return 0;
	struct story whole = play(soap, data, size, size);
	struct story pieces = play(soap, data, size, size > 4096 ? 1021 : 1 + data[0] % 7);

	PROMISE(whole.requests == pieces.requests);
	PROMISE(whole.end == pieces.end);
	PROMISE(whole.sum == pieces.sum);
	return 0;
}
