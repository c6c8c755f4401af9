/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A listening socket: gSOAP's bind, never waiting, shared by every worker that is forked after it.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "door/room.h"

#define BACKLOG 1024 /* the kernel cuts it to its own limit */

static int
find_port(struct door *d, struct err *e)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at;
	socklen_t n = sizeof(at);

	memset(&at, 0, sizeof(at));
	if (getsockname(d->soap->master, &at.any, &n) != 0)
		return err_set(e, ERR_CONFIG, "the listener has no name");
	d->port = ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
	return 0;
}

static int
listen_at(struct door *d, struct err *e)
{
	const struct door_options *o = &d->options;

	if (!soap_valid_socket(soap_bind(d->soap, o->address, (int)o->port, BACKLOG)))
		return err_set(e, ERR_CONFIG, "cannot listen at %s port %u: %s", o->address,
		    o->port, strerror(d->soap->errnum));
	if (fcntl(d->soap->master, F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(d->soap->master, F_SETFD, FD_CLOEXEC) != 0)
		return err_set(e, ERR_CONFIG, "cannot prepare the listener at %s", o->address);
	return find_port(d, e);
}

static int
listen_with(struct door *d, const struct door *from, struct err *e)
{
	d->soap->master = fcntl(from->soap->master, F_DUPFD_CLOEXEC, 0);
	if (!soap_valid_socket(d->soap->master))
		return err_set(
		    e, ERR_CONFIG, "cannot take over port %u: %s", from->port, strerror(errno));
	d->port = from->port;
	return 0;
}

static int
open_door(const struct door_options *o, const struct door *from, struct door **out, struct err *e)
{
	int rc = -1;
	struct door *d = calloc(1, sizeof(*d));
	size_t places;

	*out = NULL;
	if (d == NULL || (d->soap = io_context()) == NULL ||
	    (d->passed_on = mmap(NULL, sizeof(*d->passed_on), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED) {
		err_set(e, ERR_NOMEM, "a listener");
		goto out;
	}
	d->options = *o;
	if (io_places(1, &places, e) != 0)
		goto out;
	if (o->tls && tls_server(o, &d->tls, e) != 0)
		goto out;
	if ((from == NULL ? listen_at(d, e) : listen_with(d, from, e)) != 0)
		goto out;
	*out = d;
	d = NULL; /* moved */
	rc = 0;
out:
	door_close(d);
	return rc;
}

int
door_open(const struct door_options *o, struct door **out, struct err *e)
{
	return open_door(o, NULL, out, e);
}

int
door_take_over(
    const struct door_options *o, const struct door *from, struct door **out, struct err *e)
{
	return open_door(o, from, out, e);
}

void
door_pass_on(struct door *d)
{
	atomic_store(d->passed_on, true);
}

void
door_close(struct door *d)
{
	if (d == NULL)
		return;
	if (d->passed_on != NULL && d->passed_on != MAP_FAILED)
		munmap(d->passed_on, sizeof(*d->passed_on));
	io_context_free(d->soap);
	SSL_CTX_free(d->tls);
	free(d);
}

unsigned
door_port(const struct door *d)
{
	return d->port;
}

void
door_bar(struct door *d)
{
	(void)shutdown(d->soap->master, SHUT_RDWR);
}
