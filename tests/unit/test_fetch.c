/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fetch: against a server of its own process that answers well, badly, slowly and without end.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "fetch/fetch.h"

#define AGENT "shepd-test"
#define MOST 1000

static struct {
	pid_t server;
	unsigned port;
	int asked; /* the server writes an octet for each request */
	struct fetch *fetch;
} w;

static struct {
	atomic_bool asked, over, waited_for;
} name_server;

/* In the place of the C library's, for libcurl's threads: a name server that says nothing, until
 * the test is over or somebody has waited ten seconds for it. */
int
getaddrinfo(const char *restrict name, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	(void)name;
	(void)service;
	(void)hints;
	(void)out;
	name_server.asked = true;
	for (int i = 0; i < 1000 && !name_server.over; i++)
		usleep(10000);
	name_server.waited_for = !name_server.over;
	return EAI_AGAIN;
}

/* What came back, by tag. */
struct outcome {
	bool done;
	struct err err;
	char body[MOST + 1];
	size_t len;
};

static void
say(int to, const char *text)
{
	if (write(to, text, strlen(text)) < 0)
		_exit(0); /* the client has gone */
}

static void
say_for_ever(int to, const char *text)
{
	for (;;)
		say(to, text);
}

/* The whole request, up to the end of its body. */
static void
read_request(int from, char *into, size_t size)
{
	size_t len = 0, want = 0;
	const char *head;

	memset(into, 0, size);
	do {
		ssize_t n = read(from, into + len, size - 1 - len);
		if (n <= 0)
			_exit(0);
		len += (size_t)n;
		head = strstr(into, "\r\n\r\n");
		const char *length = strstr(into, "Content-Length: ");
		if (head != NULL)
			want = (size_t)(head + 4 - into) +
			       (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
	} while (head == NULL || len < want);
}

static void
answer(int to)
{
	static const struct {
		const char *path, *text;
	} plain[] = {{"GET /good ", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"},
	    {"GET /redirect ",
		"HTTP/1.1 302 Found\r\nLocation: /good\r\nContent-Length: 4\r\n\r\nhere"},
	    {"GET /none ", "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone"},
	    {"GET /short ", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"},
	    {"GET /announced ", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"},
	    {"GET /empty ", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	    {"GET /packed ",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\ngzip"}};
	char request[4096];

	read_request(to, request, sizeof(request));
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strncmp(request, plain[i].path, strlen(plain[i].path)) == 0)
			say(to, plain[i].text);
	if (strncmp(request, "GET /endless ", 13) == 0) {
		say(to, "HTTP/1.1 200 OK\r\n\r\n");
		say_for_ever(to, "more and more and more and more ");
	}
	if (strncmp(request, "GET /headers ", 13) == 0) {
		say(to, "HTTP/1.1 200 OK\r\n");
		say_for_ever(to, "X-More: and more and more and more\r\n");
	}
	if (strncmp(request, "GET /slow ", 10) == 0)
		sleep(30);
	if (strncmp(request, "POST /echo ", 11) == 0) {
		char text[4200];
		snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
		    strlen(request), request);
		say(to, text);
	}
}

static void
serve(int listener, int asked)
{
	pid_t self = getpid();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int to = accept(listener, NULL, NULL);
		if (to >= 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() != self)
				_exit(0); /* the server died before the line above */
			say(asked, "x");
			answer(to);
			_exit(0);
		}
		close(to);
	}
}

static int
begin(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), asked[2];
	struct err e = {0};

	(void)state;
	if (pipe(asked) != 0 || bind(listener, (struct sockaddr *)&at, len) != 0 ||
	    listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		return -1;
	w.port = ntohs(at.sin_port);
	w.asked = asked[0];
	w.server = fork();
	if (w.server == 0)
		serve(listener, asked[1]);
	close(listener);
	return fetch_new(AGENT, &w.fetch, &e);
}

static int
end(void **state)
{
	(void)state;
	fetch_free(w.fetch);
	kill(w.server, SIGKILL);
	waitpid(w.server, NULL, 0);
	return 0;
}

static void
keep(void *self, const struct fetch_answer *a)
{
	struct outcome *o = a->tag;

	(void)self;
	assert_false(o->done);
	assert_true(a->body.len <= MOST);
	o->done = true;
	o->err = a->err;
	o->len = a->body.len;
	if (a->body.len > 0)
		memcpy(o->body, a->body.data, a->body.len);
}

static void
begin_one(struct outcome *o, const char *path, const char *post, unsigned milliseconds)
{
	char url[128];
	struct err e = {0};

	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", w.port, path);
	struct fetch_order order = {.url = url,
	    .media = "application/ocsp-request",
	    .most = MOST,
	    .milliseconds = milliseconds,
	    .tag = o};
	if (post != NULL)
		order.body = octets_of(post);
	assert_int_equal(fetch_begin(w.fetch, &order, &e), 0);
	memset(url, 'x', sizeof(url)); /* it was copied */
}

static struct outcome
fetched(const char *path, const char *post)
{
	struct outcome o = {0};

	begin_one(&o, path, post, 10000);
	while (fetch_wait(w.fetch, -1, 100, keep, NULL) > 0)
		continue;
	assert_true(o.done);
	return o;
}

static void
assert_failed(const struct outcome *o, const char *why)
{
	assert_int_equal(o->err.code, ERR_HTTP_UNREACHABLE);
	assert_int_equal(o->len, 0);
	if (strstr(o->err.detail, why) == NULL)
		fail_msg("%s", o->err.detail);
}

static void
gives_the_octets_of_a_whole_answer(void **state)
{
	struct outcome o = fetched("/good", NULL);

	(void)state;
	assert_int_equal(o.err.code, ERR_OK);
	assert_string_equal(o.body, "good");
	o = fetched("/empty", NULL); /* what that means is for others to say */
	assert_int_equal(o.err.code, ERR_OK);
	assert_int_equal(o.len, 0);
}

static void
posts_octets_and_says_who_it_is(void **state)
{
	struct outcome o = fetched("/echo", "question");

	(void)state;
	assert_non_null(strstr(o.body, "POST /echo HTTP/1.1\r\n"));
	assert_non_null(strstr(o.body, "User-Agent: " AGENT "\r\n"));
	assert_non_null(strstr(o.body, "Content-Type: application/ocsp-request\r\n"));
	assert_non_null(strstr(o.body, "\r\n\r\nquestion"));
	assert_null(strstr(o.body, "Accept-Encoding"));
}

static void
needs_a_user_agent(void **state)
{
	struct fetch *f;
	struct err e = {0};

	(void)state;
	assert_int_equal(fetch_new("", &f, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void
follows_no_redirect(void **state)
{
	char octets[16];

	(void)state;
	fetched("/good", NULL);
	while (read(w.asked, octets, sizeof(octets)) == sizeof(octets))
		continue;
	struct outcome o = fetched("/redirect", NULL);
	assert_failed(&o, "status 302");
	assert_int_equal(read(w.asked, octets, sizeof(octets)), 1);
}

static void
refuses_every_status_but_200(void **state)
{
	struct outcome o = fetched("/none", NULL);

	(void)state;
	assert_failed(&o, "status 404");
}

static void
an_answer_that_is_cut_short_is_none(void **state)
{
	struct outcome o = fetched("/short", NULL);

	(void)state;
	assert_failed(&o, "5 bytes");
	o = fetched("/unheard-of", NULL);
	assert_failed(&o, "Empty reply");
}

static void
ends_at_the_most_of_octets(void **state)
{
	struct outcome o = fetched("/endless", NULL);

	(void)state;
	assert_failed(&o, "longer than 1000 octets");
	o = fetched("/headers", NULL);
	assert_failed(&o, "the headers are longer");
}

static void
what_is_packed_is_not_unpacked(void **state)
{
	struct outcome o = fetched("/packed", NULL);

	(void)state;
	assert_string_equal(o.body, "gzip");
}

static void
ends_at_its_deadline_whatever_others_do(void **state)
{
	struct outcome slow = {0}, announced = {0}, good = {0};
	struct timespec from, to;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &from);
	begin_one(&slow, "/slow", NULL, 300);
	begin_one(&announced, "/announced", NULL, 10000);
	begin_one(&good, "/good", NULL, 10000);
	while (fetch_wait(w.fetch, -1, 50, keep, NULL) > 0)
		continue;
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_failed(&slow, "timed out");
	assert_failed(&announced, "");
	assert_string_equal(good.body, "good");
	assert_true(to.tv_sec - from.tv_sec < 10);
}

static void
takes_no_address_but_of_http(void **state)
{
	static const char *const others[] = {"https://127.0.0.1/", "file:///etc/passwd",
	    "ftp://127.0.0.1/", "127.0.0.1/crl", "HTTP://127.0.0.1/", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct fetch_order order = {.url = others[i], .most = 1, .milliseconds = 1};
		struct err e = {0};
		assert_int_equal(fetch_begin(w.fetch, &order, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
}

static void
uses_no_proxy_of_the_environment(void **state)
{
	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	struct outcome o = fetched("/good", NULL);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	assert_string_equal(o.body, "good");
}

static void
nobody_there_is_told(void **state)
{
	struct outcome o = {0};
	struct fetch_order order = {
	    .url = "http://127.0.0.1:1/", .most = 1, .milliseconds = 5000, .tag = &o};
	struct err e = {0};

	(void)state;
	assert_int_equal(fetch_begin(w.fetch, &order, &e), 0);
	while (fetch_wait(w.fetch, -1, 100, keep, NULL) > 0)
		continue;
	assert_failed(&o, "connect");
}

static void
what_is_under_way_can_be_dropped(void **state)
{
	struct fetch *kept = w.fetch;
	struct outcome o = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(fetch_new(AGENT, &w.fetch, &e), 0);
	begin_one(&o, "/slow", NULL, 30000);
	assert_int_equal(fetch_wait(w.fetch, -1, 50, keep, NULL), 1);
	fetch_free(w.fetch);
	assert_false(o.done);
	w.fetch = kept;
}

static void
a_silent_name_server_is_waited_for_by_nobody(void **state)
{
	struct fetch *kept = w.fetch;
	struct outcome o = {0};
	struct fetch_order order = {
	    .url = "http://name.invalid/", .most = 1, .milliseconds = 30000, .tag = &o};
	struct err e = {0};

	(void)state;
	assert_int_equal(fetch_new(AGENT, &w.fetch, &e), 0);
	assert_int_equal(fetch_begin(w.fetch, &order, &e), 0);
	while (!name_server.asked)
		assert_int_equal(fetch_wait(w.fetch, -1, 10, keep, NULL), 1);
	fetch_free(w.fetch);
	assert_false(name_server.waited_for);
	assert_false(o.done);
	name_server.over = true;
	w.fetch = kept;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_the_octets_of_a_whole_answer),
	    cmocka_unit_test(posts_octets_and_says_who_it_is),
	    cmocka_unit_test(needs_a_user_agent),
	    cmocka_unit_test(follows_no_redirect),
	    cmocka_unit_test(refuses_every_status_but_200),
	    cmocka_unit_test(an_answer_that_is_cut_short_is_none),
	    cmocka_unit_test(ends_at_the_most_of_octets),
	    cmocka_unit_test(what_is_packed_is_not_unpacked),
	    cmocka_unit_test(ends_at_its_deadline_whatever_others_do),
	    cmocka_unit_test(takes_no_address_but_of_http),
	    cmocka_unit_test(uses_no_proxy_of_the_environment),
	    cmocka_unit_test(nobody_there_is_told),
	    cmocka_unit_test(what_is_under_way_can_be_dropped),
	    cmocka_unit_test(a_silent_name_server_is_waited_for_by_nobody),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
