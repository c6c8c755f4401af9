/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a connection ends: at once, or after its peer has had time to read why.
 *
 * Nothing of it stays: octets are wiped, memory is given back, the context is ready for the next
 * one.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>

#include "door/room.h"

#define LINGER_TIME (2 * DOOR_SECOND)
#define LINGER_MOST ((size_t)1024 * 1024)

void
conn_drop(struct conn *c)
{
	c->soap->bufidx = c->soap->buflen;
	guard_next(c);
	reply_done(c);
	io_close(c->soap);
	c->state = CONN_FREE;
}

void
conn_linger(struct conn *c)
{
	io_end(c->soap);
	c->state = CONN_LINGER;
	c->wants = POLLIN;
	c->thrown_away = 0;
	c->deadline = io_now() + LINGER_TIME;
}

void
conn_throw_away(struct conn *c)
{
	char waste[16 * 1024];
	long n;

	do {
		n = recv(c->soap->socket, waste, sizeof(waste), MSG_DONTWAIT);
		if (n > 0)
			c->thrown_away += (size_t)n;
	} while (n == sizeof(waste) && c->thrown_away < LINGER_MOST);
	if (n == 0 || (n < 0 && errno != EAGAIN) || c->thrown_away >= LINGER_MOST)
		conn_drop(c);
}
