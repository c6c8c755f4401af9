/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fetch, as it calls services: over TLS only whom the CA vouches for, by his name; any status is an
 * answer; the connection is kept.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/socket.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <openssl/ssl.h>

#include "fetch/fetch.h"

static struct {
	char folder[64];
	int tls, old, plain; /* ports */
	struct fetch *fetch;
} w = {.folder = "/tmp/shepd-fetch-XXXXXX"};

struct outcome {
	bool done;
	unsigned status;
	struct err err;
	char body[2000];
};

/* A connection's requests, each answered with what was asked and how often; the first line says the
 * status. */
static void
talk(SSL *ssl, int fd)
{
	char request[4096], reply[8192];
	int n;

	for (int count = 1;; count++) {
		memset(request, 0, sizeof(request));
		n = ssl != NULL ? SSL_read(ssl, request, sizeof(request) - 1)
				: (int)read(fd, request, sizeof(request) - 1);
		if (n <= 0)
			return;
		int status = strstr(request, "/fault") != NULL ? 500 : 200;
		int body = snprintf(NULL, 0, "%d %s", count, request);
		int len = snprintf(reply, sizeof(reply),
		    "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%d %s", status, body, count,
		    request);
		if ((ssl != NULL ? SSL_write(ssl, reply, len)
				 : (int)write(fd, reply, (size_t)len)) != len)
			return;
	}
}

static void
attend(SSL_CTX *ctx, int fd)
{
	SSL *ssl = ctx != NULL ? SSL_new(ctx) : NULL;

	if (ssl == NULL || (SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1))
		talk(ssl, fd);
	_exit(0);
}

static void
serve(int listener, SSL_CTX *ctx)
{
	if (fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd >= 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			attend(ctx, fd);
		}
		close(fd);
	}
}

static int
open_listener(int *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return -1;
	*port = ntohs(at.sin_port);
	return fd;
}

static SSL_CTX *
tls_context(int newest)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	char cert[128], key[128];

	snprintf(cert, sizeof(cert), "%s/good.pem", w.folder);
	snprintf(key, sizeof(key), "%s/good.key", w.folder);
	SSL_CTX_set_security_level(ctx, 0);
	assert_int_equal(SSL_CTX_use_certificate_chain_file(ctx, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM), 1);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, newest);
	return ctx;
}

static int
make_certificates(void)
{
	char line[1024];

	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "good" : "other";
		snprintf(line, sizeof(line),
		    "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=%s -days 2 -addext "
		    "subjectAltName=IP:127.0.0.1 -keyout %s/%s.key -out %s/%s.pem 2>/dev/null",
		    name, w.folder, name, w.folder, name);
		if (system(line) != 0)
			return -1;
	}
	return 0;
}

static int
begin(void **state)
{
	struct err e = {0};
	SSL_CTX *context;
	int tls, old, plain;

	(void)state;
	if (mkdtemp(w.folder) == NULL || make_certificates() != 0)
		return -1;
	tls = open_listener(&w.tls);
	old = open_listener(&w.old);
	plain = open_listener(&w.plain);
	if (tls < 0 || old < 0 || plain < 0)
		return -1;
	serve(tls, context = tls_context(TLS1_3_VERSION));
	SSL_CTX_free(context); /* the server has its own, by fork() */
	serve(old, context = tls_context(TLS1_1_VERSION));
	SSL_CTX_free(context);
	serve(plain, NULL);
	return fetch_new("shepd-test", &w.fetch, &e);
}

static int
end(void **state)
{
	char line[128];

	(void)state;
	fetch_free(w.fetch);
	snprintf(line, sizeof(line), "rm -r %s", w.folder);
	return system(line);
}

static void
keep(void *self, const struct fetch_answer *a)
{
	struct outcome *o = a->tag;

	(void)self;
	o->done = true;
	o->err = a->err;
	o->status = a->status;
	assert_true(a->body.len < sizeof(o->body));
	if (a->body.len > 0)
		memcpy(o->body, a->body.data, a->body.len);
}

/* The answer of a call; ca: name of a file in the folder. */
static struct outcome
called(const char *scheme, const char *host, int port, const char *path, const char *ca)
{
	struct outcome o = {0};
	struct err e = {0};
	char url[128], file[128];

	snprintf(url, sizeof(url), "%s://%s:%d%s", scheme, host, port, path);
	snprintf(file, sizeof(file), "%s/%s", w.folder, ca);
	const struct fetch_order order = {.url = url,
	    .call = true,
	    .ca = ca[0] != '\0' ? file : "",
	    .body = octets_of("<envelope/>"),
	    .media = "text/xml; charset=utf-8",
	    .most = 1900,
	    .milliseconds = 10000,
	    .tag = &o};
	assert_int_equal(fetch_begin(w.fetch, &order, &e), 0);
	while (fetch_wait(w.fetch, -1, 100, keep, NULL) > 0)
		continue;
	assert_true(o.done);
	return o;
}

static void
assert_no_tls(const struct outcome *o, const char *why)
{
	assert_int_equal(o->err.code, ERR_HTTP_UNREACHABLE);
	assert_int_equal(o->status, 0);
	assert_string_equal(o->body, "");
	if (strstr(o->err.detail, why) == NULL)
		fail_msg("%s", o->err.detail);
}

static void
whom_the_ca_vouches_for_is_called_over_tls(void **state)
{
	struct outcome o = called("https", "127.0.0.1", w.tls, "/async/", "good.pem");

	(void)state;
	assert_string_equal(o.err.detail, "");
	assert_int_equal(o.status, 200);
	assert_non_null(strstr(o.body, "POST /async/ HTTP/1.1\r\n"));
	assert_non_null(strstr(o.body, "Content-Type: text/xml; charset=utf-8\r\n"));
	assert_non_null(strstr(o.body, "SOAPAction: \"\"\r\n"));
	assert_null(strstr(o.body, "Expect"));
	assert_non_null(strstr(o.body, "\r\n\r\n<envelope/>"));
}

static void
a_server_under_another_ca_is_not_called(void **state)
{
	struct outcome o = called("https", "127.0.0.1", w.tls, "/", "other.pem");

	(void)state;
	assert_no_tls(&o, "certificate");
	o = called("https", "127.0.0.1", w.tls, "/", ""); /* the system does not know it */
	assert_no_tls(&o, "certificate");
	o = called("https", "127.0.0.1", w.tls, "/", "absent.pem");
	assert_no_tls(&o, "absent.pem");
}

static void
a_server_of_another_name_is_not_called(void **state)
{
	struct outcome o = called("https", "localhost", w.tls, "/", "good.pem");

	(void)state;
	assert_no_tls(&o, "localhost");
}

static void
tls_before_1_2_is_not_spoken(void **state)
{
	struct outcome o = called("https", "127.0.0.1", w.old, "/", "good.pem");

	(void)state;
	assert_no_tls(&o, "");
}

static void
a_fault_of_status_500_is_an_answer(void **state)
{
	struct outcome o = called("http", "127.0.0.1", w.plain, "/fault", "");

	(void)state;
	assert_int_equal(o.err.code, ERR_OK);
	assert_int_equal(o.status, 500);
	assert_non_null(strstr(o.body, "POST /fault"));
}

static void
the_connection_is_kept_for_the_next_call(void **state)
{
	struct outcome first = called("http", "127.0.0.1", w.plain, "/a", "");
	struct outcome next = called("http", "127.0.0.1", w.plain, "/b", "");

	(void)state;
	assert_int_equal(atoi(next.body), atoi(first.body) + 1);
}

static void
what_is_dropped_is_told_to_nobody(void **state)
{
	struct outcome o = {0};
	struct err e = {0};
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", w.plain);
	const struct fetch_order order = {.url = url,
	    .call = true,
	    .body = octets_of("x"),
	    .media = "text/xml",
	    .most = 1900,
	    .milliseconds = 10000,
	    .tag = &o};
	assert_int_equal(fetch_begin(w.fetch, &order, &e), 0);
	fetch_drop_all(w.fetch);
	assert_int_equal(fetch_wait(w.fetch, -1, 50, keep, NULL), 0);
	assert_false(o.done);
}

static void
a_fetch_that_is_no_call_knows_no_tls(void **state)
{
	const struct fetch_order order = {.url = "https://127.0.0.1/",
				     .most = 1,
				     .milliseconds = 1},
				 file = {.url = "file:///etc/passwd", .call = true, .most = 1};
	struct err e = {0}, f = {0};

	(void)state;
	assert_int_equal(fetch_begin(w.fetch, &order, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(fetch_begin(w.fetch, &file, &f), -1);
	assert_int_equal(f.code, ERR_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whom_the_ca_vouches_for_is_called_over_tls),
	    cmocka_unit_test(a_server_under_another_ca_is_not_called),
	    cmocka_unit_test(a_server_of_another_name_is_not_called),
	    cmocka_unit_test(tls_before_1_2_is_not_spoken),
	    cmocka_unit_test(a_fault_of_status_500_is_an_answer),
	    cmocka_unit_test(the_connection_is_kept_for_the_next_call),
	    cmocka_unit_test(what_is_dropped_is_told_to_nobody),
	    cmocka_unit_test(a_fetch_that_is_no_call_knows_no_tls),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
