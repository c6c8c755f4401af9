/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Answers: exactly the handler's octets behind a head of ours, in one write where the socket takes
 * it.
 *
 * No Server and no Date field: a version helps nobody but an attacker, and door/ does not know the
 * time of day.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "door/room.h"

#define HEAD_ROOM 512

static const char plain[] = "text/plain; charset=utf-8";

int
reply_go_on(struct conn *c)
{
	while (c->out_sent < c->out_len) {
		long n =
		    io_write(c->soap, c->out + c->out_sent, c->out_len - c->out_sent, &c->wants);
		if (n < 0)
			return (int)n;
		c->out_sent += (size_t)n;
	}
	return 0;
}

/* Keeps the rest beyond the arena's life. */
static int
keep_rest(struct conn *c)
{
	size_t rest = c->out_len - c->out_sent;
	char *copy = malloc(rest);

	if (copy == NULL)
		return IO_BROKEN;
	memcpy(copy, c->out + c->out_sent, rest);
	c->out = c->kept = copy;
	c->out_len = rest;
	c->out_sent = 0;
	c->state = CONN_WRITE;
	return IO_WAIT;
}

static int
send_all(struct conn *c, const char *at, size_t n)
{
	int rc;

	c->out = at;
	c->out_len = n;
	c->out_sent = 0;
	rc = reply_go_on(c);
	return rc == IO_WAIT ? keep_rest(c) : rc;
}

void
reply_done(struct conn *c)
{
	free(c->kept);
	c->kept = NULL;
	c->out = NULL;
	c->out_len = c->out_sent = 0;
}

static size_t
write_head(char head[HEAD_ROOM], const struct door_reply *r, bool close)
{
	char retry[40] = "";
	const char *allow = r->status == 405 ? "Allow: GET, HEAD, POST\r\n" : "";

	if (r->retry_after > 0)
		snprintf(retry, sizeof(retry), "Retry-After: %u\r\n", r->retry_after);
	int n = snprintf(head, HEAD_ROOM,
	    "HTTP/1.1 %d %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "%s%sConnection: %s\r\n\r\n",
	    r->status, http_reason(r->status), r->content_type, r->body.len, allow, retry,
	    close ? "close" : "keep-alive");
	return n < 0 || n >= HEAD_ROOM ? 0 : (size_t)n;
}

int
reply_send(struct conn *c, const struct door_reply *r, struct arena *a)
{
	char head[HEAD_ROOM];
	size_t n = write_head(head, r, c->close);
	size_t body = c->head.head_only ? 0 : r->body.len;
	char *all = n == 0 ? NULL : arena_alloc(a, n + body);

	if (all == NULL)
		return IO_BROKEN;
	memcpy(all, head, n);
	if (body > 0)
		memcpy(all + n, r->body.data, body);
	return send_all(c, all, n + body);
}

int
reply_refuse(struct conn *c, const struct err *e, struct arena *a)
{
	const struct err_row *row = err_row(e->code);
	const char *text = e->public_[0] == '\0'
			       ? arena_printf(a, "%s\n", row->text[ERR_EN])
			       : arena_printf(a, "%s: %s\n", row->text[ERR_EN], e->public_);
	struct door_reply r = {
	    .status = row->http,
	    .content_type = plain,
	    .retry_after = row->http == 503 ? 1 : 0,
	};

	c->close = true;
	if (text != NULL)
		r.body = octets_of(text);
	return reply_send(c, &r, a);
}
