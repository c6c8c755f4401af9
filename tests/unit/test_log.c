/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * log: the form of a line, escaping, cutting, masking, the rate of lines that a peer causes.
 */
#include "config.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "log/log.h"

static struct instant noon;
static int stderr_was, capture;

/* Standard error goes to a file that is read back. */
static void
begin_capture(void)
{
	char name[] = "/tmp/shepd-log-XXXXXX";

	capture = mkstemp(name);
	assert_true(capture >= 0);
	unlink(name);
	stderr_was = dup(STDERR_FILENO);
	assert_true(dup2(capture, STDERR_FILENO) >= 0);
}

static const char *
end_capture(void)
{
	static char text[65536];
	ssize_t n = pread(capture, text, sizeof(text) - 1, 0);

	dup2(stderr_was, STDERR_FILENO);
	close(stderr_was);
	close(capture);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static const char *
one_line(const char *value)
{
	begin_capture();
	log_line(LOG_INFO, noon, "request", "peer", value, NULL);
	return end_capture();
}

static size_t
lines_in(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

static void
a_line_has_time_level_pid_event_and_pairs_in_order(void **state)
{
	char want[200];

	(void)state;
	begin_capture();
	log_line(
	    LOG_WARNING, noon, "request", "peer", "127.0.0.1:1", "sender", NULL, "code", "", NULL);
	snprintf(want, sizeof(want),
	    "t=2026-02-10T06:00:00Z level=warning pid=%ld event=request peer=127.0.0.1:1 sender=- "
	    "code=\"\"\n",
	    (long)getpid());
	assert_string_equal(end_capture(), want);
}

static void
what_a_peer_sends_cannot_forge_a_line_or_a_pair(void **state)
{
	static const struct {
		const char *value, *written;
	} cases[] = {
	    {"a\nt=0 event=forged", " peer=\"a\\x0at=0 event=forged\"\n"},
	    {"x verdict=accepted", " peer=\"x verdict=accepted\"\n"},
	    {"k=v", " peer=\"k=v\"\n"},
	    {"say \"hi\"\\", " peer=\"say \\\"hi\\\"\\\\\"\n"},
	    {"\x1b[2J\r\x7f", " peer=\"\\x1b[2J\\x0d\\x7f\"\n"},
	    {"-", " peer=\"-\"\n"},
	    {"\xD0\x96\xD0\xB0\xD0\xBD", " peer=\"\xD0\x96\xD0\xB0\xD0\xBD\"\n"},
	    {"\xD0", " peer=\"\\xd0\"\n"},
	    {"\xC0\xAF\xED\xA0\x80", " peer=\"\\xc0\\xaf\\xed\\xa0\\x80\"\n"},
	    {"\xC2\x85", " peer=\"\\xc2\\x85\"\n"},
	    {"\xE2\x80\xA8\xE2\x80\xAE", " peer=\"\\xe2\\x80\\xa8\\xe2\\x80\\xae\"\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *line = one_line(cases[i].value);
		assert_int_equal(lines_in(line), 1);
		assert_string_equal(strstr(line, " peer="), cases[i].written);
	}
}

static void
a_long_value_is_cut_at_300_octets_between_characters(void **state)
{
	char longer[2001];

	(void)state;
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(longer + i, "\xD0\xB6", 2);
	longer[2000] = '\0';
	const char *line = strstr(one_line(longer), " peer=");
	assert_non_null(line);
	line += strlen(" peer=");
	assert_true(strlen(line) <= 300 + 5);
	assert_memory_equal(line + strlen(line) - 7, "\xD0\xB6...\"\n", 7);
}

static void
a_line_that_would_not_be_written_whole_is_cut_and_says_so(void **state)
{
	char v[301];

	(void)state;
	memset(v, 'a', 300);
	v[300] = '\0';
	begin_capture();
	log_line(LOG_INFO, noon, "many", "a", v, "b", v, "c", v, "d", v, "e", v, "f", v, "g", v,
	    "h", v, "i", v, "j", v, "k", v, "l", v, "m", v, "n", v, "o", v, NULL);
	const char *line = end_capture();
	assert_true(strlen(line) <= 4096);
	assert_int_equal(lines_in(line), 1);
	assert_string_equal(line + strlen(line) - 9, " cut=yes\n");
}

static void
lines_above_the_level_are_not_written(void **state)
{
	enum log_level level;

	(void)state;
	assert_true(log_level_read("warning", &level));
	log_set_level(level);
	begin_capture();
	log_line(LOG_NOTICE, noon, "no", NULL);
	log_peer(noon, "no", NULL);
	log_line(LOG_ERROR, noon, "yes", NULL);
	log_set_level(LOG_INFO);
	log_line(LOG_DEBUG, noon, "no", NULL);
	const char *text = end_capture();
	assert_int_equal(lines_in(text), 1);
	assert_non_null(strstr(text, "event=yes"));
	assert_false(log_level_read("loud", &level));
	assert_false(log_level_read("", &level));
}

static void
a_peer_causes_no_more_lines_than_its_rate_and_the_rest_is_counted(void **state)
{
	struct instant later = noon;

	(void)state;
	later.seconds += 1;
	begin_capture();
	for (int i = 0; i < LOG_PEER_RATE + 17; i++)
		log_peer(noon, "refused", NULL);
	log_peer(later, "refused", NULL);
	log_peer(later, "refused", NULL);
	const char *text = end_capture();
	assert_int_equal(lines_in(text), LOG_PEER_RATE + 2);
	assert_non_null(strstr(text, "event=refused suppressed=17\n"));
	assert_string_equal(text + strlen(text) - 15, " event=refused\n");
}

static void
an_iin_is_masked(void **state)
{
	char masked[13];

	(void)state;
	assert_string_equal(log_iin("000101300019", masked), "0001******19");
	assert_string_equal(log_iin("00010130001", masked), "-");
	assert_string_equal(log_iin("0001013000199", masked), "-");
	assert_string_equal(log_iin("00010130001x", masked), "-");
	assert_string_equal(log_iin(NULL, masked), "-");
}

static void
the_class_of_an_error_decides_its_level(void **state)
{
	static const struct {
		enum err_code code;
		enum log_level level;
	} cases[] = {
	    {ERR_SIG_VALUE, LOG_NOTICE},
	    {ERR_DB_UNAVAILABLE, LOG_WARNING},
	    {ERR_INTERNAL, LOG_ERROR},
	    {ERR_HQ_DUPLICATE, LOG_INFO},
	    {ERR_OK, LOG_INFO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = {.code = cases[i].code};
		assert_int_equal(log_level_of(&e), cases[i].level);
	}
}

/* Fills what standard error leads to; once the reader has taken all of it, the next line says how
 * many were lost. */
static void
overfill(int from, int to)
{
	static char noise[4096];
	int was = dup(STDERR_FILENO);
	ssize_t n;

	memset(noise, '-', 300);
	assert_true(dup2(to, STDERR_FILENO) >= 0);
	close(to);
	log_never_wait();
	alarm(20); /* a line that waits would wait for ever */
	for (int i = 0; i < 3000; i++)
		log_line(LOG_INFO, noon, "request", "noise", noise, NULL);
	while (read(from, noise, sizeof(noise)) > 0)
		;
	log_line(LOG_INFO, noon, "after", NULL);
	alarm(0);
	n = read(from, noise, sizeof(noise) - 1);
	assert_true(dup2(was, STDERR_FILENO) >= 0);
	close(was);
	close(from);
	log_never_wait(); /* looks at the tests' own standard error again */
	assert_true(n > 0);
	noise[n] = '\0';
	assert_non_null(strstr(noise, "event=after lost="));
	assert_null(strstr(noise, "lost=0"));
}

static void
a_line_that_nobody_takes_is_dropped_and_counted(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	overfill(ends[0], ends[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	overfill(ends[0], ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_has_time_level_pid_event_and_pairs_in_order),
	    cmocka_unit_test(what_a_peer_sends_cannot_forge_a_line_or_a_pair),
	    cmocka_unit_test(a_long_value_is_cut_at_300_octets_between_characters),
	    cmocka_unit_test(a_line_that_would_not_be_written_whole_is_cut_and_says_so),
	    cmocka_unit_test(lines_above_the_level_are_not_written),
	    cmocka_unit_test(a_peer_causes_no_more_lines_than_its_rate_and_the_rest_is_counted),
	    cmocka_unit_test(a_line_that_nobody_takes_is_dropped_and_counted),
	    cmocka_unit_test(an_iin_is_masked),
	    cmocka_unit_test(the_class_of_an_error_decides_its_level),
	};

	noon = fixture_instant("2026-02-10T06:00:00Z");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
