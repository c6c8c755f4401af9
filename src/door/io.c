/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Octets in and out of one gSOAP context, plain or TLS, never waiting; see room.h.
 *
 * gSOAP's own frecv and fsend wait inside select() and begin a new time-out with every octet, so a
 * slow sender never ends: the waiting is done by serve.c and client.c, against one deadline.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "door/room.h"

#define OTHER_FILES 16 /* descriptors that connections leave to the rest of the process */

int64_t
io_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * DOOR_SECOND + t.tv_nsec;
}

static long
tls_result(SSL *ssl, int r, short *wants)
{
	int why = SSL_get_error(ssl, r);

	*wants = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		return IO_WAIT;
	return why == SSL_ERROR_ZERO_RETURN ? 0 : IO_BROKEN;
}

static long
plain_result(short direction, short *wants)
{
	*wants = direction;
	return errno == EAGAIN || errno == EINTR ? IO_WAIT : IO_BROKEN;
}

long
io_read(struct soap *s, void *at, size_t room, short *wants)
{
	if (s->ssl != NULL) {
		ERR_clear_error();
		int r = SSL_read(s->ssl, at, room > INT_MAX ? INT_MAX : (int)room);
		return r > 0 ? r : tls_result(s->ssl, r, wants);
	}
	ssize_t n = recv(s->socket, at, room, MSG_DONTWAIT);
	return n >= 0 ? n : plain_result(POLLIN, wants);
}

long
io_write(struct soap *s, const void *at, size_t n, short *wants)
{
	if (s->ssl != NULL) {
		ERR_clear_error();
		int r = SSL_write(s->ssl, at, n > INT_MAX ? INT_MAX : (int)n);
		if (r > 0)
			return r;
		long why = tls_result(s->ssl, r, wants);
		return why == 0 ? IO_BROKEN : why;
	}
	ssize_t sent = send(s->socket, at, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return sent >= 0 ? sent : plain_result(POLLOUT, wants);
}

bool
io_has_more(const struct soap *s)
{
	return s->ssl != NULL && SSL_pending(s->ssl) > 0;
}

int
io_places(size_t most, size_t *out, struct err *e)
{
	struct rlimit files;
	int next = dup(STDERR_FILENO); /* the lowest free one: what is open, stays open */
	rlim_t taken = (rlim_t)(next < 0 ? 0 : next) + OTHER_FILES;

	*out = 0;
	if (next >= 0)
		close(next);
	if (next < 0 || getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur <= taken)
		return err_set(e, ERR_CONFIG, "the limit of open files is too low (ulimit -n)");
	*out = files.rlim_cur - taken < most ? (size_t)(files.rlim_cur - taken) : most;
	return 0;
}

void
io_end(struct soap *s)
{
	if (s->ssl != NULL) {
		ERR_clear_error();
		(void)SSL_shutdown(s->ssl);
		ERR_clear_error();
	}
	if (soap_valid_socket(s->socket))
		(void)shutdown(s->socket, SHUT_WR);
}

void
io_abort(struct soap *s)
{
	struct linger none = {1, 0};

	(void)setsockopt(s->socket, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void
io_close(struct soap *s)
{
	if (s->ssl != NULL) {
		SSL_free(s->ssl);
		s->ssl = NULL;
	}
	s->keep_alive = 0; /* soap_closesock() leaves the socket open otherwise */
	soap_closesock(s);
	explicit_bzero(s->buf, s->buflen);
	s->bufidx = s->buflen = 0;
}

/* In soap_accept()'s place of accept(): the next worker may have been faster. */
static SOAP_SOCKET
accept_now(struct soap *s, SOAP_SOCKET master, struct sockaddr *peer, int *n)
{
	socklen_t len = (socklen_t)*n;
	int fd = accept4(master, peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)s;
	*n = (int)len;
	return fd;
}

struct soap *
io_context(void)
{
	struct soap *s = soap_new1(SOAP_IO_KEEPALIVE);

	if (s == NULL)
		return NULL;
	s->faccept = accept_now;
	s->accept_timeout = -1;		       /* one microsecond: poll() has spoken already */
	s->recv_timeout = s->send_timeout = 1; /* makes the accepted socket non-blocking */
	s->sndbuf = s->rcvbuf = 0;	       /* the system's own, which grow */
	s->bind_flags = SO_REUSEADDR;
	s->socket_flags = MSG_NOSIGNAL;
	return s;
}

void
io_context_free(struct soap *s)
{
	if (s == NULL)
		return;
	soap_destroy(s);
	soap_end(s);
	soap_free(s);
}
