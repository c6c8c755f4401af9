/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * door: the outbound client against answers good and bad, and TLS on both sides.
 *
 * Keys and certificates are made by openssl in a temporary folder and go with it.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

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

#include "door_house.h"
#include "fixture.h"

static struct arena *arena;
static struct err err;
static char folder[] = "/tmp/shepd-door.XXXXXX";

static void
run(const char *command)
{
	int rc = system(command); /* NOLINT(bugprone-command-processor): a test's own words */

	if (rc != 0)
		fail_msg("%s", command);
}

static const char *
file(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

static void
make_certificate(const char *name, const char *alternative)
{
	run(arena_printf(arena,
	    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -addext "
	    "subjectAltName=%s "
	    "-keyout %s/%s.key -out %s/%s.pem 2>/dev/null",
	    name, alternative, folder, name, folder, name));
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	if (arena == NULL || mkdtemp(folder) == NULL)
		return -1;
	make_certificate("here", "IP:127.0.0.1,DNS:localhost");
	make_certificate("elsewhere", "DNS:elsewhere.test");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	run(arena_printf(arena, "rm -r %s", folder));
	arena_free(arena);
	return 0;
}

static int
listen_somewhere(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* A server that hears a head, says these octets and closes, or says nothing more. */
static pid_t
answer_with(const char *octets, bool stay, unsigned *port)
{
	int master = listen_somewhere(port);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0) {
		close(master);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int fd = accept(master, NULL, NULL);
	char heard[4096] = "";
	for (size_t n = 0; strstr(heard, "</call>") == NULL;) {
		ssize_t got = recv(fd, heard + n, sizeof(heard) - 1 - n, 0);
		if (got <= 0)
			_exit(1);
		n += (size_t)got;
	}
	house_say_text(fd, octets);
	if (stay)
		pause();
	close(fd);
	_exit(strncmp(heard, "POST /sync?a=b HTTP/1.1\r\n", 25) == 0 &&
		      strstr(heard, "\r\nSOAPAction: \"\"\r\n") != NULL &&
		      strstr(heard, "\r\nContent-Length: 13\r\n") != NULL
		  ? 0
		  : 2);
}

static int
post(const char *url, const char *ca, unsigned seconds, int *status, struct octets *answer)
{
	const struct door_call c = {.url = url,
	    .ca = ca,
	    .body = octets_of("<call></call>"),
	    .seconds = seconds,
	    .answer_limit = 1000};

	err_clear(&err);
	return door_post(&c, arena, status, answer, &err);
}

static const char *
local(unsigned port)
{
	return arena_printf(arena, "http://127.0.0.1:%u/sync?a=b", port);
}

static void
expect_answer(const char *octets, int want, const char *body)
{
	unsigned port;
	int status, ended;
	struct octets answer;
	pid_t pid = answer_with(octets, false, &port);

	if (post(local(port), NULL, 20, &status, &answer) != 0)
		fail_msg("%s", err.detail);
	assert_int_equal(status, want);
	assert_true(octets_is(answer, body));
	assert_int_equal(waitpid(pid, &ended, 0), pid);
	assert_int_equal(WEXITSTATUS(ended), 0);
}

static void
takes_every_way_to_frame_an_answer(void **state)
{
	(void)state;
	expect_answer("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>",
	    200, "<a/>");
	expect_answer(
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>", 200,
	    "<a/>");
	expect_answer("HTTP/1.1 500 Server Error\r\nTransfer-Encoding: "
		      "chunked\r\n\r\n2\r\n<a\r\n2\r\n/>\r\n0\r\n\r\n",
	    500, "<a/>");
	expect_answer("HTTP/1.0 200 OK\r\n\r\n<a/>", 200, "<a/>");
	expect_answer("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, "");
	expect_answer("HTTP/1.1 204 No Content\r\n\r\n", 204, "");
}

static void
expect_trouble(const char *octets, bool stay, unsigned seconds, enum err_code code)
{
	unsigned port;
	int status;
	struct octets answer;
	pid_t pid = answer_with(octets, stay, &port);

	assert_int_equal(post(local(port), NULL, seconds, &status, &answer), -1);
	if (err.code != code)
		fail_msg("%s: %s", err_row(err.code)->name, err.detail);
	assert_int_equal(answer.len, 0);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void
a_truncated_answer_is_no_answer(void **state)
{
	(void)state;
	expect_trouble(
	    "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n12345678", false, 20, ERR_HTTP_FRAMING);
	expect_trouble("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123", false, 20,
	    ERR_HTTP_FRAMING);
	expect_trouble("HTTP/1.1 200 OK\r\nContent-Le", false, 20, ERR_HTTP_FRAMING);
	expect_trouble("", false, 20, ERR_HTTP_FRAMING);
}

static void
an_ambiguous_answer_is_no_answer(void **state)
{
	(void)state;
	expect_trouble("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n<a/>",
	    false, 20, ERR_HTTP_FRAMING);
	expect_trouble("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
	    false, 20, ERR_HTTP_FRAMING);
	expect_trouble(
	    "HTTP/1.1 2x0 OK\r\nContent-Length: 4\r\n\r\n<a/>", false, 20, ERR_HTTP_FRAMING);
	expect_trouble("220 smtp.test ESMTP\r\n", false, 20, ERR_HTTP_FRAMING);
	expect_trouble("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n<a/>",
	    false, 20, ERR_HTTP_MEDIA_TYPE);
}

static void
an_answer_has_a_limit_however_it_is_framed(void **state)
{
	char text[1400];

	(void)state;
	expect_trouble(
	    "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", true, 20, ERR_HTTP_TOO_LARGE);
	expect_trouble("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n", true, 20,
	    ERR_HTTP_TOO_LARGE);
	memset(text, 'x', sizeof(text));
	memcpy(text, "HTTP/1.0 200 OK\r\n\r\n", 19);
	text[sizeof(text) - 1] = '\0';
	expect_trouble(text, true, 20, ERR_HTTP_TOO_LARGE);
}

static void
a_peer_that_does_not_finish_ends_at_the_deadline(void **state)
{
	(void)state;
	expect_trouble("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a", true, 1, ERR_HTTP_TIMEOUT);
	expect_trouble("HTTP/1.1 200 OK\r\nX-", true, 1, ERR_HTTP_TIMEOUT);
}

static void
nobody_there_is_said_so(void **state)
{
	unsigned port;
	int status, fd = listen_somewhere(&port);
	struct octets answer;

	(void)state;
	close(fd);
	assert_int_equal(post(local(port), NULL, 20, &status, &answer), -1);
	assert_int_equal(err.code, ERR_HTTP_UNREACHABLE);
	assert_int_equal(post("ftp://127.0.0.1/", NULL, 20, &status, &answer), -1);
	assert_int_equal(err.code, ERR_HTTP_UNREACHABLE);
}

static struct house
tls_house(const char *name)
{
	struct door_options o = house_options();

	o.tls = true;
	o.certificate = file(arena_printf(arena, "%s.pem", name));
	o.key = file(arena_printf(arena, "%s.key", name));
	return house_start(&o, 1, 1);
}

static const char *
tls_url(const struct house *h, const char *host)
{
	return arena_printf(arena, "https://%s:%u/sync", host, door_port(h->doors[0]));
}

static void
speaks_tls_to_whom_the_anchor_names(void **state)
{
	struct house h = tls_house("here");
	int status;
	struct octets answer;

	(void)state;
	for (int i = 0; i < 2; i++) {
		if (post(tls_url(&h, i == 0 ? "127.0.0.1" : "localhost"), file("here.pem"), 20,
			&status, &answer) != 0)
			fail_msg("%s", err.detail);
		assert_int_equal(status, 200);
		assert_true(octets_is(answer, "<call></call>"));
	}
	assert_int_equal(
	    post(tls_url(&h, "127.0.0.1"), file("elsewhere.pem"), 20, &status, &answer), -1);
	assert_int_equal(err.code, ERR_HTTP_UNREACHABLE);
	assert_int_equal(post(tls_url(&h, "127.0.0.1"), NULL, 20, &status, &answer), -1);
	assert_int_equal(err.code, ERR_HTTP_UNREACHABLE);
	assert_int_equal(
	    post(tls_url(&h, "127.0.0.1"), file("here.key"), 20, &status, &answer), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(h.log->calls, 2);
	house_stop(&h);
}

static void
a_certificate_for_another_host_is_refused(void **state)
{
	struct house h = tls_house("elsewhere");
	int status;
	struct octets answer;

	(void)state;
	assert_int_equal(
	    post(tls_url(&h, "127.0.0.1"), file("elsewhere.pem"), 20, &status, &answer), -1);
	assert_int_equal(err.code, ERR_HTTP_UNREACHABLE);
	assert_int_equal(h.log->calls, 0);
	house_stop(&h);
}

static int
s_client(const struct house *h, const char *options)
{
	return system(arena_printf(arena, /* NOLINT(bugprone-command-processor) */
	    "printf 'GET /a?wsdl HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -connect "
	    "127.0.0.1:%u "
	    "-CAfile %s/here.pem -verify_return_error %s 2>/dev/null | grep -q '200 OK'",
	    door_port(h->doors[0]), folder, options));
}

static void
speaks_tls_1_2_and_1_3_with_modern_ciphers_only(void **state)
{
	struct house h = tls_house("here");

	(void)state;
	assert_int_equal(s_client(&h, "-tls1_3"), 0);
	assert_int_equal(s_client(&h, "-tls1_2"), 0);
	assert_int_not_equal(s_client(&h, "-tls1_1 -cipher DEFAULT@SECLEVEL=0"), 0);
	assert_int_not_equal(s_client(&h, "-tls1_2 -cipher AES128-SHA"), 0);
	assert_int_not_equal(s_client(&h, "-tls1_2 -cipher ECDHE-RSA-AES128-SHA256"), 0);
	house_stop(&h);
}

static void
plain_http_on_the_tls_port_never_reaches_the_handler(void **state)
{
	struct house h = tls_house("here");
	int fd = house_call(&h);

	(void)state;
	house_say_text(fd, house_post(arena, "/sync", "x"));
	house_wait_closed(fd);
	close(fd);
	while (h.log->refusals == 0)
		usleep(1000);
	assert_int_equal(h.log->code, ERR_HTTP_FRAMING);
	assert_int_equal(h.log->calls, 0);
	house_stop(&h);
}

static void
a_look_whether_the_tls_port_listens_is_no_event(void **state)
{
	struct house h = tls_house("here");

	(void)state;
	for (int i = 0; i < 3; i++)
		close(house_call(&h));
	assert_int_equal(s_client(&h, ""), 0); /* what came before has been dealt with */
	assert_int_equal(h.log->refusals, 0);
	assert_int_equal(h.log->calls, 1);
	house_stop(&h);
}

static void
requests_in_one_tls_record_are_all_answered(void **state)
{
	struct house h = tls_house("here");

	(void)state;
	run(arena_printf(arena,
	    "printf 'GET /a?wsdl HTTP/1.1\\r\\n\\r\\nGET /b?wsdl HTTP/1.1\\r\\n\\r\\n"
	    "GET /c?wsdl HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -connect 127.0.0.1:%u "
	    "2>/dev/null | grep -c '200 OK' | grep -qx 3",
	    door_port(h.doors[0])));
	assert_int_equal(h.log->calls, 3);
	house_stop(&h);
}

/* Good once. */
static int
revoked_meanwhile(void *self, struct octets der, char fingerprint[65], struct err *e)
{
	int *judged = self;

	assert_true(der.len > 0);
	snprintf(fingerprint, 65, "here");
	return (*judged)++ == 0 ? 0 : err_set(e, ERR_PKI_REVOKED, "certificate 1 revoked");
}

static void
a_client_that_is_revoked_does_not_go_on_over_its_connection(void **state)
{
	struct door_options o = house_options();
	int judged = 0;

	(void)state;
	o.tls = true;
	o.certificate = file("here.pem");
	o.key = file("here.key");
	o.clients = DOOR_CLIENT_REQUIRED;
	o.judge = revoked_meanwhile;
	o.judge_self = &judged;
	struct house h = house_start(&o, 1, 1);
	run(arena_printf(arena,
	    "printf 'GET /a?wsdl HTTP/1.1\\r\\n\\r\\nGET /b?wsdl HTTP/1.1\\r\\n\\r\\n' | openssl "
	    "s_client -quiet -cert %s -key %s -connect 127.0.0.1:%u 2>/dev/null | grep -o '200 "
	    "OK\\|403 ' | tr '\\n' ' ' | grep -qx '200 OK 403  '",
	    file("here.pem"), file("here.key"), door_port(h.doors[0])));
	assert_int_equal(h.log->calls, 1);
	while (h.log->refusals == 0)
		usleep(1000);
	assert_int_equal(h.log->code, ERR_TLS_CLIENT);
	assert_non_null(strstr(h.log->detail, "PKI_REVOKED"));
	house_stop(&h);
}

static void
a_handshake_that_stops_ends_at_the_deadline(void **state)
{
	struct door_options o = house_options();

	(void)state;
	o.tls = true;
	o.certificate = file("here.pem");
	o.key = file("here.key");
	o.request_seconds = 1;
	struct house h = house_start(&o, 1, 1);
	int fd = house_call(&h);
	house_say(fd, "\x16\x03\x01\x02", 4);
	house_wait_closed(fd);
	close(fd);
	while (h.log->refusals == 0)
		usleep(1000);
	assert_int_equal(h.log->code, ERR_HTTP_TIMEOUT);
	house_stop(&h);
}

static void
large_messages_pass_through_tls(void **state)
{
	struct house h = tls_house("here");

	(void)state;
	run(arena_printf(arena,
	    "head -c 700000 /dev/urandom | base64 -w0 >%s/large; curl -sS --cacert %s/here.pem "
	    "-H 'Content-Type: text/xml' --data-binary @%s/large https://127.0.0.1:%u/sync | cmp - "
	    "%s/large",
	    folder, folder, folder, door_port(h.doors[0]), folder));
	run(arena_printf(arena,
	    "test $(curl -sS --cacert %s/here.pem -H 'Content-Type: text/xml' -d x "
	    "https://127.0.0.1:%u/big "
	    "| wc -c) = 8388608",
	    folder, door_port(h.doors[0])));
	house_stop(&h);
}

static void
refuses_to_listen_without_what_it_needs(void **state)
{
	struct door_options o = house_options(), tls = house_options();
	struct door *first, *second;

	(void)state;
	err_clear(&err);
	assert_int_equal(door_open(&o, &first, &err), 0);
	o.port = door_port(first);
	assert_int_equal(door_open(&o, &second, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_null(second);
	door_close(first);

	err_clear(&err);
	tls.tls = true;
	tls.certificate = file("here.pem");
	tls.key = file("elsewhere.key");
	assert_int_equal(door_open(&tls, &second, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_null(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_every_way_to_frame_an_answer),
	    cmocka_unit_test(a_truncated_answer_is_no_answer),
	    cmocka_unit_test(an_ambiguous_answer_is_no_answer),
	    cmocka_unit_test(an_answer_has_a_limit_however_it_is_framed),
	    cmocka_unit_test(a_peer_that_does_not_finish_ends_at_the_deadline),
	    cmocka_unit_test(nobody_there_is_said_so),
	    cmocka_unit_test(speaks_tls_to_whom_the_anchor_names),
	    cmocka_unit_test(a_certificate_for_another_host_is_refused),
	    cmocka_unit_test(speaks_tls_1_2_and_1_3_with_modern_ciphers_only),
	    cmocka_unit_test(plain_http_on_the_tls_port_never_reaches_the_handler),
	    cmocka_unit_test(a_look_whether_the_tls_port_listens_is_no_event),
	    cmocka_unit_test(requests_in_one_tls_record_are_all_answered),
	    cmocka_unit_test(a_client_that_is_revoked_does_not_go_on_over_its_connection),
	    cmocka_unit_test(a_handshake_that_stops_ends_at_the_deadline),
	    cmocka_unit_test(large_messages_pass_through_tls),
	    cmocka_unit_test(refuses_to_listen_without_what_it_needs),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
