/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * door: connections in time: slow and silent ones, several requests on one, the next one, the end.
 */
#include "config.h"

#include <sys/socket.h>

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "door_house.h"

#define HEAD "POST /sync HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"

static struct house house;
static struct arena *arena;

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	return arena == NULL;
}

static int
end(void **state)
{
	(void)state;
	house_stop(&house);
	arena_free(arena);
	return 0;
}

static void
live(unsigned request_seconds, unsigned idle_seconds, unsigned keep_alive)
{
	struct door_options o = house_options();

	o.request_seconds = request_seconds;
	o.idle_seconds = idle_seconds;
	o.keep_alive = keep_alive;
	house = house_start(&o, 1, 1);
}

static void
wait_for_refusal(enum err_code code)
{
	for (int i = 0; i < HOUSE_PATIENCE * 1000 && house.log->refusals == 0; i++)
		usleep(1000);
	assert_int_equal(house.log->refusals, 1);
	assert_int_equal(house.log->code, code);
}

static bool
ended(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, 20) == 1;
}

/* One octet after another, each well within any time-out that begins anew. */
static void
drip(int fd, const char *text)
{
	for (int i = 0; !ended(fd); i++) {
		assert_true(i < HOUSE_PATIENCE * 50);
		house_say(fd, text[0] == '\0' ? "x" : text, 1);
		text += text[0] != '\0';
	}
}

static void
a_slow_head_ends_at_its_deadline(void **state)
{
	(void)state;
	live(1, 20, 100);
	int fd = house_call(&house);
	drip(fd, HEAD "X-Slow: ");
	assert_int_equal(house_status(house_hear_all(fd, arena)), 408);
	close(fd);
	wait_for_refusal(ERR_HTTP_TIMEOUT);
	assert_int_equal(house.log->calls, 0);
}

static void
a_slow_body_ends_at_its_deadline(void **state)
{
	(void)state;
	live(1, 20, 100);
	int fd = house_call(&house);
	house_say_text(fd, HEAD "Content-Length: 100000\r\n\r\n");
	drip(fd, "");
	assert_int_equal(house_status(house_hear_all(fd, arena)), 408);
	close(fd);
	wait_for_refusal(ERR_HTTP_TIMEOUT);
	assert_int_equal(house.log->calls, 0);
}

static void
a_slow_reader_ends_at_its_deadline(void **state)
{
	int small = 4096;

	(void)state;
	live(1, 20, 100);
	int fd = house_call(&house);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	house_say_text(fd, house_post(arena, "/big", "x"));
	wait_for_refusal(ERR_HTTP_TIMEOUT);
	assert_string_equal(house.log->detail, "the answer was not taken in time");
	house_wait_closed(fd);
	close(fd);
}

static void
a_large_answer_arrives_whole(void **state)
{
	size_t n = 0, got;
	char at[65536];

	(void)state;
	live(20, 20, 1);
	int fd = house_call(&house);
	house_say_text(fd, house_post(arena, "/big", "x"));
	while ((got = (size_t)recv(fd, at, sizeof(at), 0)) > 0 && got != SIZE_MAX)
		n += got;
	assert_true(n > 8388608 && n < 8388608 + 512);
	close(fd);
}

static void
a_request_behind_a_large_answer_is_served(void **state)
{
	char at[65536];
	size_t n = 0, got;

	(void)state;
	live(20, 20, 2);
	int fd = house_call(&house);
	house_say_text(fd, arena_printf(arena, "%s%s", house_post(arena, "/big", "x"),
			       house_post(arena, "/sync", "<last/>")));
	usleep(20000); /* the answer does not fit the socket: it waits half-sent */
	while ((got = (size_t)recv(fd, at + 32, sizeof(at) - 32, 0)) > 0 && got != SIZE_MAX) {
		n += got;
		memmove(at, at + got, 32);
	}
	assert_true(n > 8388608);
	assert_memory_equal(at + 32 - strlen("<last/>"), "<last/>", strlen("<last/>"));
	close(fd);
	assert_int_equal(house.log->calls, 2);
}

static void
slow_senders_and_silent_ones_keep_nobody_out(void **state)
{
	int slow[30];

	(void)state;
	live(20, 20, 100);
	for (size_t i = 0; i < 30; i++) {
		slow[i] = house_call(&house);
		house_say_text(slow[i], i % 3 == 0   ? ""
					: i % 3 == 1 ? "POST /s"
						     : HEAD "Content-Length: 9\r\n\r\n<");
	}
	int fd = house_call(&house);
	house_say_text(fd, house_post(arena, "/sync", "<a/>"));
	assert_string_equal(house_body(house_hear(fd, arena)), "<a/>");
	close(fd);
	assert_int_equal(house.log->calls, 1);
	for (size_t i = 0; i < 30; i++)
		close(slow[i]);
}

static void
idle_connections_give_way_when_all_places_are_taken(void **state)
{
	int idle[100];

	(void)state;
	live(20, 20, 100);
	for (size_t i = 0; i < 100; i++) {
		idle[i] = house_call(&house);
		house_say_text(idle[i], house_post(arena, "/sync", "<a/>"));
		assert_int_equal(house_status(house_hear(idle[i], arena)), 200);
	}
	house_wait_closed(idle[0]);
	house_say_text(idle[99], house_post(arena, "/sync", "<b/>"));
	assert_string_equal(house_body(house_hear(idle[99], arena)), "<b/>");
	for (size_t i = 0; i < 100; i++)
		close(idle[i]);
}

static void
a_silent_connection_is_closed_without_a_word(void **state)
{
	(void)state;
	live(20, 1, 100);
	int fd = house_call(&house);
	assert_string_equal(house_hear_all(fd, arena), "");
	close(fd);
	assert_int_equal(house.log->refusals, 0);
}

static void
one_connection_carries_many_requests_up_to_its_limit(void **state)
{
	(void)state;
	live(20, 20, 3);
	int fd = house_call(&house);
	for (int i = 1; i <= 3; i++) {
		house_say_text(fd, house_post(arena, "/sync", "<a/>"));
		const char *answer = house_hear(fd, arena);
		assert_string_equal(house_body(answer), "<a/>");
		assert_non_null(
		    strstr(answer, i < 3 ? "Connection: keep-alive" : "Connection: close"));
	}
	house_wait_closed(fd);
	close(fd);
	assert_int_equal(house.log->calls, 3);
}

static void
http_1_0_closes_unless_it_asks_to_stay(void **state)
{
	(void)state;
	live(20, 20, 100);
	int fd = house_call(&house);
	house_say_text(fd, "GET /a?wsdl HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
	assert_non_null(strstr(house_hear(fd, arena), "Connection: keep-alive"));
	house_say_text(fd, "GET /a?wsdl HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(house_hear_all(fd, arena), "Connection: close"));
	close(fd);
}

static void
requests_sent_together_are_answered_in_order(void **state)
{
	(void)state;
	live(20, 20, 100);
	int fd = house_call(&house);
	const char *chunks = HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nch\r\n0\r\n\r\n";
	house_say_text(
	    fd, arena_printf(arena, "%s%s%s%s", house_post(arena, "/1", "one"),
		    house_post(arena, "/2", "two"), chunks, house_post(arena, "/4", "four")));
	assert_string_equal(house_body(house_hear(fd, arena)), "one");
	assert_string_equal(house_body(house_hear(fd, arena)), "two");
	assert_string_equal(house_body(house_hear(fd, arena)), "ch");
	assert_string_equal(house_body(house_hear(fd, arena)), "four");
	close(fd);
	assert_int_equal(house.log->calls, 4);
}

static void
a_request_in_pieces_is_the_same_request(void **state)
{
	(void)state;
	live(20, 20, 100);
	const char *text = house_post(arena, "/sync", "<a>piece by piece</a>");
	int one = 1, fd = house_call(&house);
	setsockopt(fd, 6, 1, &one, sizeof(one)); /* TCP_NODELAY */
	for (size_t i = 0; i < strlen(text); i++)
		house_say(fd, text + i, 1);
	assert_string_equal(house_body(house_hear(fd, arena)), "<a>piece by piece</a>");
	close(fd);
}

/* gSOAP keeps unread octets of a context for the connection that uses it next. */
static void
octets_of_one_connection_never_reach_the_next(void **state)
{
	static const char smuggled[] = "GET /smuggled?wsdl HTTP/1.1\r\nHost: x\r\n\r\n";
	static const char *const before[] = {HEAD
	    "Connection: close\r\nContent-Length: 1\r\n\r\nx",	   /* served, then closed */
	    "DELETE /sync HTTP/1.1\r\n\r\n",			   /* refused by its head */
	    HEAD "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", /* refused by framing */
	    HEAD "Transfer-Encoding: chunked\r\n\r\nZ\r\n",	   /* refused in its body */
	    "POST /sync HTTP/1.1\r\nX-Half: "};			   /* left alone */

	(void)state;
	live(20, 20, 100);
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		int fd = house_call(&house);
		house_say_text(fd, arena_printf(arena, "%s%s", before[i], smuggled));
		if (i < 4)
			house_wait_closed(fd);
		close(fd);
		fd = house_call(&house);
		house_say_text(fd, house_post(arena, "/next", "<next/>"));
		assert_string_equal(house_body(house_hear(fd, arena)), "<next/>");
		close(fd);
		assert_string_equal(house.log->path, "/next");
	}
	assert_int_equal(house.log->calls, 1 + 5);
}

static void
two_half_requests_do_not_mix(void **state)
{
	(void)state;
	live(20, 20, 100);
	int a = house_call(&house), b = house_call(&house);
	house_say_text(a, HEAD "Content-Length: 4\r\n\r\nA");
	house_say_text(b, HEAD "Content-Length: 4\r\n\r\nBB");
	usleep(20000);
	house_say_text(a, "aaa");
	assert_string_equal(house_body(house_hear(a, arena)), "Aaaa");
	house_say_text(b, "bb");
	assert_string_equal(house_body(house_hear(b, arena)), "BBbb");
	close(a);
	close(b);
}

static void
bodies_that_wait_have_a_budget(void **state)
{
	struct door_options o = house_options();
	int fds[5];

	(void)state;
	o.body_limit = 33554432;
	house = house_start(&o, 1, 1);
	for (size_t i = 0; i < 5; i++) {
		fds[i] = house_call(&house);
		house_say_text(
		    fds[i], HEAD "Expect: 100-continue\r\nContent-Length: 33554432\r\n\r\n");
		const char *answer = house_hear(fds[i], arena);
		assert_int_equal(house_status(answer), i < 4 ? 100 : 503);
		if (i == 4)
			assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
	}
	wait_for_refusal(ERR_OVERLOAD);
	for (size_t i = 0; i < 5; i++)
		close(fds[i]);
}

static void
a_request_in_flight_is_finished_before_the_end(void **state)
{
	(void)state;
	live(20, 20, 100);
	int running = house_call(&house), half = house_call(&house), idle = house_call(&house);
	house_say_text(half, HEAD "Content-Length: 4\r\n\r\nha");
	house_say_text(idle, house_post(arena, "/sync", "x"));
	assert_int_equal(house_status(house_hear(idle, arena)), 200);
	house_say_text(running, house_post(arena, "/sleep", "<slept/>"));
	while (house.log->calls < 2)
		usleep(1000);
	kill(house.pids[0], SIGTERM);
	const char *answer = house_hear_all(running, arena);
	assert_string_equal(house_body(answer), "<slept/>");
	assert_non_null(strstr(answer, "Connection: close"));
	house_wait_closed(idle);
	house_say_text(half, "lf");
	assert_string_equal(house_body(house_hear_all(half, arena)), "half");
	close(running);
	close(half);
	close(idle);
}

static void
a_handler_can_end_its_worker(void **state)
{
	(void)state;
	live(20, 20, 100);
	int fd = house_call(&house);
	house_say_text(fd, house_post(arena, "/stop", "x"));
	assert_non_null(strstr(house_hear_all(fd, arena), "Connection: close"));
	close(fd);
}

static void
who_connects_while_a_worker_ends_is_served(void **state)
{
	(void)state;
	live(20, 20, 100);
	int last = house_call(&house), late;
	house_say_text(last, house_post(arena, "/stop", "x"));
	assert_int_equal(house_status(house_hear(last, arena)), 200);
	late = house_call(&house);
	house_say_text(late, house_post(arena, "/sync", "<late/>"));
	assert_non_null(strstr(house_hear_all(late, arena), "Connection: close"));
	close(last);
	close(late);
}

/* Longer than a worker that stops waits for anybody. */
static void
let_a_last_call_pass(void)
{
	usleep(400000);
}

static void
who_follows_takes_the_new_connections_and_loses_none_of_the_old_ones(void **state)
{
	struct door_options o = house_options();
	char go_on[sizeof("HTTP/1.1 100 Continue\r\n\r\n") - 1];

	(void)state;
	house = house_start(&o, 1, 1);
	int idle = house_call(&house), half = house_call(&house), fresh;
	house_say_text(idle, house_post(arena, "/sync", "<one/>"));
	assert_non_null(strstr(house_hear(idle, arena), "Connection: keep-alive"));
	house_say_text(half, HEAD "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
	assert_int_equal(recv(half, go_on, sizeof(go_on), MSG_WAITALL), sizeof(go_on));
	house_say_text(half, "ha");
	struct house next = house_follow(&o, &house);
	fresh = house_call(&house);
	house_say_text(fresh, house_post(arena, "/sync", "<two/>"));
	assert_non_null(strstr(house_hear(fresh, arena), "Connection: keep-alive"));
	assert_int_equal(next.log->calls, 1);
	let_a_last_call_pass();
	house_say_text(half, "lf");
	assert_string_equal(house_body(house_hear_all(half, arena)), "half");
	house_say_text(idle, house_post(arena, "/sync", "<three/>"));
	assert_non_null(strstr(house_hear_all(idle, arena), "Connection: close"));
	close(idle);
	close(half);
	assert_int_equal(house.log->calls, 3);
	house_stop(&house);
	house_say_text(fresh, house_post(arena, "/sync", "<four/>"));
	assert_int_equal(house_status(house_hear(fresh, arena)), 200);
	close(fresh);
	house = next;
}

static void
who_drains_answers_what_has_arrived_already(void **state)
{
	struct door_options o = house_options();
	const char *one, *two;

	(void)state;
	house = house_start(&o, 1, 1);
	int fd = house_call(&house);
	house_say_text(fd, house_post(arena, "/sync", "<one/>"));
	assert_int_equal(house_status(house_hear(fd, arena)), 200);
	struct house next = house_follow(&o, &house);
	let_a_last_call_pass();
	one = house_post(arena, "/sync", "<two/>");
	two = arena_printf(arena, "%s%s", one, house_post(arena, "/sync", "<three/>"));
	house_say_text(fd, two);
	assert_string_equal(house_body(house_hear(fd, arena)), "<two/>");
	two = house_hear_all(fd, arena);
	assert_string_equal(house_body(two), "<three/>");
	assert_non_null(strstr(two, "Connection: close"));
	close(fd);
	house_stop(&house);
	house = next;
}

static void
who_drains_can_still_be_told_to_stop(void **state)
{
	struct door_options o = house_options();

	(void)state;
	house = house_start(&o, 1, 1);
	int fd = house_call(&house);
	house_say_text(fd, house_post(arena, "/sync", "<one/>"));
	assert_int_equal(house_status(house_hear(fd, arena)), 200);
	struct house next = house_follow(&o, &house);
	let_a_last_call_pass();
	time_t begin = time(NULL);
	kill(house.pids[0], SIGTERM);
	house_wait_closed(fd);
	assert_true(time(NULL) - begin < 8); /* a drain keeps an idle connection for ten seconds */
	close(fd);
	house_stop(&house);
	house = next;
}

static void
workers_share_the_connections(void **state)
{
	struct door_options o = house_options();
	bool both = false;
	int fds[40];

	(void)state;
	house = house_start(&o, 1, 2);
	for (size_t i = 0; i < 40; i++) {
		fds[i] = house_call(&house);
		house_say_text(fds[i], house_post(arena, "/pid", "x"));
		assert_int_equal(house_status(house_hear(fds[i], arena)), 200);
	}
	for (size_t i = 1; i < 8; i++)
		both = both || house.log->pids[i] != house.log->pids[0];
	assert_true(both);
	for (size_t i = 0; i < 40; i++)
		close(fds[i]);
}

#define LIFE(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void
slow_ones_in_every_place_give_way_to_a_quick_one(void **state)
{
	int slow[70], quick;

	(void)state;
	live(600, 600, 100); /* no deadline of theirs lets anybody in */
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		slow[i] = house_call(&house);
		house_say_text(slow[i], i % 2 == 0 ? HEAD : HEAD "Content-Length: 9\r\n\r\n<");
	}
	quick = house_call(&house);
	house_say_text(quick, house_post(arena, "/sync", "<quick/>"));
	assert_int_equal(house_status(house_hear(quick, arena)), 200);
	assert_int_equal(house.log->code, ERR_OVERLOAD);
	assert_int_equal(house_status(house_hear(slow[0], arena)), 503);
	close(quick);
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		close(slow[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LIFE(a_slow_head_ends_at_its_deadline),
	    LIFE(a_slow_body_ends_at_its_deadline),
	    LIFE(a_slow_reader_ends_at_its_deadline),
	    LIFE(a_large_answer_arrives_whole),
	    LIFE(a_request_behind_a_large_answer_is_served),
	    LIFE(slow_senders_and_silent_ones_keep_nobody_out),
	    LIFE(idle_connections_give_way_when_all_places_are_taken),
	    LIFE(slow_ones_in_every_place_give_way_to_a_quick_one),
	    LIFE(a_silent_connection_is_closed_without_a_word),
	    LIFE(one_connection_carries_many_requests_up_to_its_limit),
	    LIFE(http_1_0_closes_unless_it_asks_to_stay),
	    LIFE(requests_sent_together_are_answered_in_order),
	    LIFE(a_request_in_pieces_is_the_same_request),
	    LIFE(octets_of_one_connection_never_reach_the_next),
	    LIFE(two_half_requests_do_not_mix),
	    LIFE(bodies_that_wait_have_a_budget),
	    LIFE(a_request_in_flight_is_finished_before_the_end),
	    LIFE(a_handler_can_end_its_worker),
	    LIFE(who_connects_while_a_worker_ends_is_served),
	    LIFE(who_follows_takes_the_new_connections_and_loses_none_of_the_old_ones),
	    LIFE(who_drains_answers_what_has_arrived_already),
	    LIFE(who_drains_can_still_be_told_to_stop),
	    LIFE(workers_share_the_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
