/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The guard: takes octets off a connection and lets through nothing but one whole request.
 *
 * The head is judged before the body is read, so what is too large costs nothing; the body is read
 * to its announced end and not one octet further. What follows in the buffer is the same
 * connection's next request, and never anybody else's.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "door/room.h"

#define FIRST_ROOM ((size_t)16 * 1024) /* of a chunked body, doubled when full */

static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

/* Room for a body of this size, within what all bodies of the process may take. */
static int
give_room(struct conn *c, size_t room, struct err *e)
{
	unsigned char *body;

	if (room - c->body_room > *c->budget)
		return err_set(e, ERR_OVERLOAD, "bodies of waiting requests fill the memory");
	if ((body = malloc(room)) == NULL)
		return err_set(e, ERR_NOMEM, "a body of %zu octets", room);
	if (c->body_len > 0)
		memcpy(body, c->body, c->body_len);
	if (c->body_room > 0) {
		explicit_bzero(c->body, c->body_len);
		free(c->body);
	}
	*c->budget -= room - c->body_room;
	c->body = body;
	c->body_room = room;
	return 0;
}

static void
drop_body(struct conn *c)
{
	if (c->body_room > 0) {
		explicit_bzero(c->body, c->body_len);
		free(c->body);
		*c->budget += c->body_room;
	}
	c->body = NULL;
	c->body_len = c->body_room = 0;
}

void
guard_next(struct conn *c)
{
	struct soap *s = c->soap;
	size_t rest = s->buflen - s->bufidx;

	drop_body(c);
	memmove(s->buf, s->buf + s->bufidx, rest);
	explicit_bzero(s->buf + rest, s->bufidx);
	s->bufidx = 0;
	s->buflen = rest;
	memset(&c->scan, 0, sizeof(c->scan));
	memset(&c->head, 0, sizeof(c->head));
	memset(&c->chunks, 0, sizeof(c->chunks));
	c->head_size = 0;
	c->state = CONN_IDLE;
}

/* Chunked: decodes what stands behind the head in the buffer. */
static enum guard_found
take_chunks(struct conn *c, struct err *e)
{
	struct soap *s = c->soap;
	size_t n = s->buflen - s->bufidx, used, made, want = c->body_len + n;
	size_t room = c->body_room == 0 ? FIRST_ROOM : c->body_room;

	while (room < want)
		room *= 2;
	if (room > c->body_room && give_room(c, room, e) != 0)
		return GUARD_REFUSED;
	if (http_dechunk(
		&c->chunks, s->buf + s->bufidx, n, &used, c->body + c->body_len, &made, e) != 0)
		return GUARD_REFUSED;
	c->body_len += made;
	s->bufidx += used;
	if (c->chunks.whole)
		return GUARD_WHOLE;
	explicit_bzero(s->buf + c->head_size, s->buflen - c->head_size);
	s->bufidx = s->buflen = c->head_size; /* all of it was used */
	return GUARD_MORE;
}

/* Content-Length: in place when it fits behind the head, otherwise in memory of its own. */
static enum guard_found
begin_length(struct conn *c, struct err *e)
{
	struct soap *s = c->soap;
	size_t length = (size_t)c->head.length, there = s->buflen - s->bufidx;

	if (there > length)
		there = length;
	if (length > sizeof(s->buf) - c->head_size && give_room(c, length, e) != 0)
		return GUARD_REFUSED;
	if (c->body_room > 0)
		memcpy(c->body, s->buf + c->head_size, there);
	else
		c->body = (unsigned char *)s->buf + c->head_size;
	c->body_len = there;
	s->bufidx += there;
	return there == length ? GUARD_WHOLE : GUARD_MORE;
}

static enum guard_found
begin_body(struct conn *c, struct err *e)
{
	enum guard_found found;
	short wants;

	c->state = CONN_BODY;
	c->soap->bufidx = c->head_size;
	c->chunks.limit = c->door->options.body_limit;
	found = c->head.chunked ? take_chunks(c, e) : begin_length(c, e);
	if (found == GUARD_MORE && c->head.expect &&
	    io_write(c->soap, go_on, sizeof(go_on) - 1, &wants) != sizeof(go_on) - 1)
		return GUARD_END;
	return found;
}

enum guard_found
guard_take(struct conn *c, struct err *e)
{
	struct soap *s = c->soap;

	if (c->state == CONN_BODY)
		return c->head.chunked		       ? take_chunks(c, e)
		       : c->body_len == c->head.length ? GUARD_WHOLE
						       : GUARD_MORE;
	if (s->buflen == 0)
		return GUARD_MORE;
	if (c->state == CONN_IDLE) {
		c->state = CONN_HEAD;
		c->deadline = io_now() + (int64_t)c->door->options.request_seconds * DOOR_SECOND;
	}
	if (http_find_head(&c->scan, s->buf, s->buflen, &c->head_size, e) != 0)
		return GUARD_REFUSED;
	if (c->head_size == 0)
		return GUARD_MORE;
	if (http_read_request(s->buf, c->head_size, c->door->options.body_limit, &c->head, e) !=
	    0) {
		s->bufidx = s->buflen; /* where a next request would begin is not known */
		return GUARD_REFUSED;
	}
	if (tls_know_client(s, &c->door->options, c->client, e) != 0) {
		s->bufidx = s->buflen;
		return GUARD_REFUSED;
	}
	return begin_body(c, e);
}

/* Where the next octets belong, and how many may come. */
static void *
place(struct conn *c, size_t *room)
{
	struct soap *s = c->soap;

	if (c->state == CONN_BODY && !c->head.chunked) {
		*room = (size_t)c->head.length - c->body_len;
		return c->body + c->body_len;
	}
	*room = sizeof(s->buf) - s->buflen;
	return s->buf + s->buflen;
}

static void
account(struct conn *c, size_t n)
{
	bool body = c->state == CONN_BODY && !c->head.chunked;

	if (body)
		c->body_len += n;
	if (!body || c->body_room == 0)
		c->soap->buflen += n;
	if (body && c->body_room == 0)
		c->soap->bufidx += n;
}

enum guard_found
guard_read(struct conn *c, struct err *e)
{
	enum guard_found found;
	size_t room;
	long n;

	do {
		void *at = place(c, &room);
		n = io_read(c->soap, at, room, &c->wants);
		if (n == IO_WAIT)
			return GUARD_MORE;
		if (n <= 0) {
			if (c->state != CONN_IDLE)
				err_tell(e, ERR_HTTP_FRAMING, "the request ends in the middle");
			return GUARD_END;
		}
		account(c, (size_t)n);
		found = guard_take(c, e);
	} while (found == GUARD_MORE && ((size_t)n == room || io_has_more(c->soap)));
	return found;
}
