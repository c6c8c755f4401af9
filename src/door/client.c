/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The outbound client: gSOAP connects and agrees on TLS, the guard's grammar reads the answer.
 *
 * gSOAP's own reader returns a truncated body as success, and its time-outs begin again with every
 * octet; so the request is written and the answer read here, on its connection, against one
 * deadline.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "door/room.h"

#define FIRST_ROOM ((size_t)16 * 1024) /* doubled when full */

struct post {
	const struct door_call *call;
	struct arena *arena;
	int64_t deadline;
	SSL_CTX *tls;
	size_t head_size;
	struct http_head head;
	unsigned char *body;
	size_t len, room;
	struct err *err;
};

/* Waits for the socket, not beyond the deadline. */
static int
wait_for(const struct soap *s, short wants, const struct post *p)
{
	int64_t left = p->deadline - io_now();
	struct pollfd fd = {s->socket, wants, 0};

	if (left <= 0 || (poll(&fd, 1, (int)(left / 1000000) + 1) == 0))
		return err_set(p->err, ERR_HTTP_TIMEOUT, "%s: not done in %u s", p->call->url,
		    p->call->seconds);
	return 0;
}

static int
write_all(struct soap *s, const void *octets, size_t n, const struct post *p)
{
	const char *at = octets;
	short wants = POLLOUT;

	while (n > 0) {
		long sent = io_write(s, at, n, &wants);
		if (sent == IO_BROKEN)
			return err_set(p->err, ERR_HTTP_UNREACHABLE,
			    "%s: the connection broke while sending", p->call->url);
		if (sent == IO_WAIT) {
			if (wait_for(s, wants, p) != 0)
				return -1;
			continue;
		}
		at += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* Octets, 0 at the end. -1 with *err. */
static long
read_some(struct soap *s, void *at, size_t room, const struct post *p)
{
	short wants = POLLIN;

	for (;;) {
		long n = io_read(s, at, room, &wants);
		if (n >= 0)
			return n;
		if (n == IO_BROKEN)
			return err_set(
			    p->err, ERR_HTTP_FRAMING, "%s: the connection broke", p->call->url);
		if (wait_for(s, wants, p) != 0)
			return -1;
	}
}

/* gSOAP's hook: TLS as tls.c makes it, not as gSOAP would. */
static int
use_tls(struct soap *s)
{
	struct post *p = s->user;

	if (p->tls == NULL && tls_client(p->call->ca, &p->tls, p->err) != 0)
		return s->error = SOAP_SSL_ERROR;
	s->ctx = p->tls;
	return SOAP_OK;
}

/* The whole request, once gSOAP has connected. */
static int
write_post(struct soap *s, const struct post *p)
{
	bool v6 = strchr(s->host, ':') != NULL;
	const char *head = arena_printf(p->arena,
	    "POST /%s HTTP/1.1\r\n"
	    "Host: %s%s%s:%d\r\n"
	    "Content-Type: text/xml; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n"
	    "SOAPAction: \"\"\r\n"
	    "Connection: close\r\n\r\n",
	    s->path[0] == '/' ? s->path + 1 : s->path, v6 ? "[" : "", s->host, v6 ? "]" : "",
	    s->port, p->call->body.len);

	if (head == NULL)
		return err_set(p->err, ERR_NOMEM, "a request's head");
	if (fcntl(s->socket, F_SETFL, O_NONBLOCK) != 0)
		return err_set(p->err, ERR_INTERNAL, "the socket");
	return write_all(s, head, strlen(head), p) != 0
		   ? -1
		   : write_all(s, p->call->body.data, p->call->body.len, p);
}

/* Up to the end of the final head; 100 Continue and its like are passed over. */
static int
read_head(struct soap *s, struct post *p)
{
	struct http_scan scan = {.answer = true};
	size_t size;

	for (;;) {
		if (http_find_head(&scan, s->buf, s->buflen, &size, p->err) != 0)
			return -1;
		if (size > 0) {
			if (http_read_answer(
				s->buf, size, p->call->answer_limit, &p->head, p->err) != 0)
				return -1;
			if (p->head.status >= 200) {
				s->bufidx = size;
				return 0;
			}
			memmove(s->buf, s->buf + size, s->buflen - size);
			s->buflen -= size;
			scan = (struct http_scan){.answer = true};
			continue;
		}
		long n = read_some(s, s->buf + s->buflen, sizeof(s->buf) - s->buflen, p);
		if (n <= 0)
			return err_set(p->err, ERR_HTTP_FRAMING, "%s: ended before its head did",
			    p->call->url);
		s->buflen += (size_t)n;
	}
}

static int
give_room(struct post *p, size_t want)
{
	size_t room = p->room == 0 ? FIRST_ROOM : p->room;
	unsigned char *body;

	if (want > p->call->answer_limit)
		return err_set(p->err, ERR_HTTP_TOO_LARGE, "%s: more than %zu octets", p->call->url,
		    p->call->answer_limit);
	if (want <= p->room)
		return 0;
	while (room < want)
		room *= 2;
	if ((body = arena_alloc(p->arena, room)) == NULL)
		return err_set(p->err, ERR_NOMEM, "an answer of %zu octets", room);
	if (p->len > 0)
		memcpy(body, p->body, p->len);
	p->body = body;
	p->room = room;
	return 0;
}

/* Puts octets of the connection into the body; *whole when it is complete. */
static int
take(struct post *p, struct http_chunks *chunks, const char *at, size_t n, bool *whole)
{
	size_t used, made = n;

	if (p->head.has_length && n > p->head.length - p->len)
		n = made = (size_t)p->head.length - p->len;
	if (give_room(
		p, p->len + (p->head.chunked && n > chunks->limit - p->len ? chunks->limit - p->len
									   : n)) != 0)
		return -1;
	if (n == 0)
		made = 0;
	else if (!p->head.chunked)
		memcpy(p->body + p->len, at, n);
	else if (http_dechunk(chunks, at, n, &used, p->body + p->len, &made, p->err) != 0)
		return -1;
	p->len += made;
	*whole = p->head.chunked ? chunks->whole : p->head.has_length && p->len == p->head.length;
	return 0;
}

static int
read_body(struct soap *s, struct post *p)
{
	struct http_chunks chunks = {.limit = p->call->answer_limit};
	size_t n = s->buflen - s->bufidx;
	bool whole;

	if (take(p, &chunks, s->buf + s->bufidx, n, &whole) != 0)
		return -1;
	while (!whole) {
		long got = read_some(s, s->buf, sizeof(s->buf), p);
		if (got < 0)
			return -1;
		if (got == 0 && (p->head.chunked || p->head.has_length))
			return err_set(
			    p->err, ERR_HTTP_FRAMING, "%s: the body is truncated", p->call->url);
		if (got == 0)
			return 0; /* neither length nor chunks: the end of the connection ends it */
		if (take(p, &chunks, s->buf, (size_t)got, &whole) != 0)
			return -1;
	}
	return 0;
}

static int
call(struct soap *s, struct post *p)
{
	const struct door_call *c = p->call;
	int seconds = c->seconds > 86400 ? 86400 : (int)c->seconds;
	char why[120];

	s->user = p;
	s->fsslauth = use_tls;
	s->ssl_flags = SOAP_SSL_REQUIRE_SERVER_AUTHENTICATION;
	s->connect_timeout = s->recv_timeout = s->send_timeout = s->transfer_timeout = seconds;
	if (soap_connect_command(s, SOAP_POST, c->url, "") != SOAP_OK)
		return err_set(p->err,
		    io_now() >= p->deadline ? ERR_HTTP_TIMEOUT : ERR_HTTP_UNREACHABLE, "%s: %s",
		    c->url, s->errnum != 0 ? strerror(s->errnum) : tls_reason(why, sizeof(why)));
	return write_post(s, p) == 0 && read_head(s, p) == 0 ? read_body(s, p) : -1;
}

int
door_post(
    const struct door_call *c, struct arena *a, int *status, struct octets *answer, struct err *e)
{
	struct post p = {.call = c,
	    .arena = a,
	    .deadline = io_now() + (int64_t)c->seconds * DOOR_SECOND,
	    .err = e};
	struct soap *s = io_context();
	int rc = -1;

	*status = 0;
	*answer = (struct octets){NULL, 0};
	if (s == NULL)
		return err_set(e, ERR_NOMEM, "a client");
	signal(SIGPIPE, SIG_IGN);
	if (call(s, &p) == 0) {
		*status = p.head.status;
		*answer = (struct octets){p.body, p.len};
		rc = 0;
	}
	io_close(s);
	s->ctx = NULL; /* ours */
	io_context_free(s);
	SSL_CTX_free(p.tls);
	return rc;
}
