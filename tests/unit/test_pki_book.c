/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The book of OCSP answers: what replaces what, what happens when it is full, and that a process
 * which dies while it writes stops nobody.
 */
#include "config.h"

#include <sys/wait.h>

#include <sched.h>
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

#include "pki/ocsp.h"

#define NOW 1780000000

static struct pki_book *
opened(size_t places)
{
	struct err e = {0};
	struct pki_book *b;

	if (pki_book_open(places, &b, &e) != 0)
		fail_msg("%s", e.detail);
	return b;
}

static struct pki_target
target(unsigned n)
{
	struct pki_target t = {.authority = {7}};

	memcpy(t.serial + 12, &n, sizeof(n));
	return t;
}

static struct pki_ocsp_answer
answer(enum pki_status status, int64_t this_update)
{
	return (struct pki_ocsp_answer){.status = status,
	    .this_update = {this_update, 0},
	    .fresh_until = {this_update + 3600, 0},
	    .reason = -1};
}

static bool
put(struct pki_book *b, unsigned n, struct pki_ocsp_answer a)
{
	const struct pki_target t = target(n);

	return pki_book_put(b, &t, &a, octets_of("octets"), (struct instant){NOW, 0});
}

/* Unknown when nothing is there. */
static struct pki_ocsp_answer
look(struct pki_book *b, unsigned n)
{
	const struct pki_target t = target(n);
	struct pki_ocsp_answer out;

	(void)!pki_book_look(b, &t, &out, NULL, NULL);
	return out;
}

static void
what_was_put_is_found_with_its_octets(void **state)
{
	struct pki_book *b = opened(64);
	struct arena *a = arena_new();
	const struct pki_target t = target(1), other = target(2);
	struct pki_ocsp_answer out;
	struct octets octets;

	(void)state;
	assert_false(pki_book_look(b, &t, &out, NULL, NULL));
	assert_int_equal(out.status, PKI_UNKNOWN);
	assert_true(put(b, 1, answer(PKI_GOOD, NOW)));
	assert_true(pki_book_look(b, &t, &out, a, &octets));
	assert_int_equal(out.status, PKI_GOOD);
	assert_int_equal(out.this_update.seconds, NOW);
	assert_true(octets_is(octets, "octets"));
	assert_false(pki_book_look(b, &other, &out, NULL, NULL));
	assert_int_equal(pki_book_count(b), 1);
	arena_free(a);
	pki_book_close(b);
}

static void
an_older_answer_replaces_no_newer_one(void **state)
{
	struct pki_book *b = opened(64);
	struct pki_ocsp_answer hold = answer(PKI_REVOKED, NOW - 50);

	(void)state;
	assert_true(put(b, 1, answer(PKI_GOOD, NOW)));
	assert_false(put(b, 1, answer(PKI_GOOD, NOW - 1)));
	assert_false(put(b, 1, answer(PKI_UNKNOWN, NOW - 1)));
	hold.reason = 6;
	assert_false(put(b, 1, hold)); /* it was lifted since */
	assert_int_equal(look(b, 1).this_update.seconds, NOW);
	assert_true(put(b, 1, answer(PKI_GOOD, NOW)));
	assert_true(put(b, 1, answer(PKI_UNKNOWN, NOW + 1)));
	assert_int_equal(look(b, 1).status, PKI_UNKNOWN);
	pki_book_close(b);
}

static void
a_revocation_is_never_undone(void **state)
{
	struct pki_book *b = opened(64);
	struct pki_ocsp_answer hold = answer(PKI_REVOKED, NOW);

	(void)state;
	assert_true(put(b, 1, answer(PKI_GOOD, NOW)));
	assert_true(
	    put(b, 1, answer(PKI_REVOKED, NOW - 10))); /* even an older one tells the truth */
	assert_false(put(b, 1, answer(PKI_GOOD, NOW - 5)));
	assert_false(put(b, 1, answer(PKI_GOOD, NOW + 5)));
	assert_false(put(b, 1, answer(PKI_UNKNOWN, NOW + 5)));
	assert_int_equal(look(b, 1).status, PKI_REVOKED);
	hold.reason = 6; /* certificateHold */
	assert_true(put(b, 2, hold));
	assert_false(put(b, 2, answer(PKI_GOOD, NOW - 1)));
	assert_int_equal(look(b, 2).status, PKI_REVOKED);
	assert_true(put(b, 2, answer(PKI_GOOD, NOW + 1)));
	assert_int_equal(look(b, 2).status, PKI_GOOD);
	pki_book_close(b);
}

static void
an_answer_with_a_fault_is_not_kept(void **state)
{
	struct pki_book *b = opened(64);
	struct pki_ocsp_answer a = answer(PKI_GOOD, NOW);

	(void)state;
	a.fault = PKI_OCSP_UNTRUSTED;
	assert_false(put(b, 1, a));
	assert_int_equal(pki_book_count(b), 0);
	pki_book_close(b);
}

static void
a_lie_makes_unknown_what_was_not_known(void **state)
{
	struct pki_book *b = opened(64);
	const struct instant now = {NOW, 0}, until = {NOW + 60, 0};
	const struct pki_target one = target(1), two = target(2), three = target(3);

	(void)state;
	pki_book_distrust(b, &one, now, until);
	assert_int_equal(look(b, 1).fault, PKI_OCSP_UNTRUSTED);
	assert_int_equal(look(b, 1).status, PKI_UNKNOWN);
	assert_true(put(b, 1, answer(PKI_GOOD, NOW - 10))); /* the truth came after all */
	assert_int_equal(look(b, 1).status, PKI_GOOD);
	pki_book_distrust(b, &one, now, until); /* and is fresh */
	assert_int_equal(look(b, 1).status, PKI_GOOD);
	put(b, 2, answer(PKI_GOOD, NOW - 7200)); /* not any more */
	pki_book_distrust(b, &two, now, until);
	assert_int_equal(look(b, 2).status, PKI_UNKNOWN);
	put(b, 3, answer(PKI_REVOKED, NOW - 7200));
	pki_book_distrust(b, &three, now, until);
	assert_int_equal(look(b, 3).status, PKI_REVOKED);
	pki_book_close(b);
}

static void
a_full_book_forgets_the_old_and_keeps_the_revoked(void **state)
{
	struct pki_book *b = opened(16); /* one set */

	(void)state;
	for (unsigned i = 0; i < 15; i++)
		assert_true(put(b, i, answer(PKI_REVOKED, NOW - 7200)));
	assert_true(put(b, 100, answer(PKI_GOOD, NOW)));
	assert_true(put(b, 101, answer(PKI_GOOD, NOW))); /* the only place that may be given */
	assert_int_equal(look(b, 100).status, PKI_UNKNOWN);
	assert_int_equal(look(b, 101).status, PKI_GOOD);
	assert_true(put(b, 102, answer(PKI_REVOKED, NOW)));
	assert_false(put(b, 103, answer(PKI_GOOD, NOW))); /* full */
	assert_int_equal(look(b, 103).status, PKI_UNKNOWN);
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(look(b, i).status, PKI_REVOKED);
	pki_book_close(b);
}

static void
of_good_answers_the_stalest_goes_first(void **state)
{
	struct pki_book *b = opened(16);

	(void)state;
	for (unsigned i = 0; i < 16; i++)
		assert_true(put(b, i, answer(PKI_GOOD, NOW - 100 + i)));
	assert_true(put(b, 16, answer(PKI_GOOD, NOW)));
	assert_int_equal(look(b, 0).status, PKI_UNKNOWN);
	assert_int_equal(look(b, 1).status, PKI_GOOD);
	struct pki_ocsp_answer over = answer(PKI_GOOD, NOW - 10);
	over.fresh_until.seconds = NOW; /* younger than some, but over */
	assert_true(put(b, 5, over));
	assert_true(put(b, 17, answer(PKI_GOOD, NOW)));
	assert_int_equal(look(b, 5).status, PKI_UNKNOWN);
	assert_int_equal(look(b, 1).status, PKI_GOOD);
	pki_book_close(b);
}

static void
what_is_wanted_is_taken_once(void **state)
{
	struct pki_book *b = opened(64);
	struct pki_target out[8];
	const struct pki_target one = target(1), two = target(2);

	(void)state;
	assert_int_equal(pki_book_take_wanted(b, out, 8), 0);
	pki_book_want(b, &one);
	pki_book_want(b, &two);
	pki_book_want(b, &one);
	assert_int_equal(pki_book_take_wanted(b, out, 1), 1);
	assert_int_equal(pki_book_take_wanted(b, out + 1, 7), 1);
	assert_memory_not_equal(&out[0], &out[1], sizeof(out[0]));
	assert_int_equal(pki_book_take_wanted(b, out, 8), 0);
	for (unsigned i = 0; i < 5000; i++) { /* more than the list holds: no harm */
		const struct pki_target t = target(i);
		pki_book_want(b, &t);
	}
	struct pki_target many[2000];
	size_t n = pki_book_take_wanted(b, many, 2000);
	assert_true(n > 900 && n <= 1024);
	pki_book_close(b);
}

static void
processes_share_it(void **state)
{
	struct pki_book *b = opened(64);
	const struct pki_target t = target(9);
	struct pki_target out;
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		pki_book_want(b, &t);
		_exit(put(b, 5, answer(PKI_GOOD, NOW)) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(look(b, 5).status, PKI_GOOD);
	assert_int_equal(pki_book_take_wanted(b, &out, 1), 1);
	assert_memory_equal(&out, &t, sizeof(t));
	pki_book_close(b);
}

/* Children are killed while they write all the time; whoever is left neither waits nor reads what
 * nobody wrote: answer n always has thisUpdate NOW + n. */
static void
a_writer_that_dies_stops_nobody(void **state)
{
	struct pki_book *b = opened(64);

	(void)state;
	for (int round = 0; round < 40; round++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			for (unsigned i = 0;; i++) {
				const struct pki_target t = target(i % 40);
				put(b, i % 40, answer(PKI_GOOD, NOW + i % 40));
				pki_book_want(b, &t);
			}
		const struct timespec pause = {0, 500000 + round * 30000};
		nanosleep(&pause, NULL);
		for (unsigned i = 0; i < 4000; i++) {
			struct pki_ocsp_answer found = look(b, i % 40);
			if (found.status == PKI_GOOD)
				assert_int_equal(found.this_update.seconds, NOW + i % 40);
		}
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		assert_true(put(b, 50, answer(PKI_GOOD, NOW + round)));
		assert_int_equal(look(b, 50).this_update.seconds, NOW + round);
	}
	pki_book_close(b);
}

/* "Nobody has answered" would leave the word to a CRL: whoever is revoked stays so, or nobody
 * knows, while a newer answer is written and after its writer has died over it. */
static void
who_is_revoked_is_so_while_it_is_written_again(void **state)
{
	static const unsigned char octets[PKI_BOOK_OCTETS];
	struct pki_book *b = opened(16);
	const struct pki_target t = target(1);
	struct pki_ocsp_answer hold = answer(PKI_REVOKED, NOW), out;
	unsigned lost = 0, known = 0;

	(void)state;
	hold.reason = 6; /* certificateHold */
	for (int round = 0; round < 40; round++) {
		hold.this_update.seconds = NOW + round * INT64_C(100000000);
		assert_true(put(b, 1, hold));
		assert_int_equal(look(b, 1).status, PKI_REVOKED);
		pid_t child = fork();
		assert_true(child >= 0);
		while (child == 0) {
			hold.this_update.seconds++;
			pki_book_put(b, &t, &hold, (struct octets){octets, sizeof(octets)},
			    (struct instant){NOW, 0});
		}
		while (look(b, 1).this_update.seconds == hold.this_update.seconds)
			sched_yield(); /* until it writes */
		for (unsigned i = 0; i < 20000; i++) {
			bool found = pki_book_look(b, &t, &out, NULL, NULL);
			known += found && out.status == PKI_REVOKED;
			lost += !found || (out.status != PKI_REVOKED && out.fault == PKI_OCSP_FINE);
		}
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		lost += !pki_book_look(b, &t, &out, NULL, NULL);
	}
	assert_int_equal(lost, 0);
	assert_true(known > 0);
	pki_book_close(b);
}

static void
a_book_of_no_or_too_many_places_is_refused(void **state)
{
	struct err e = {0};
	struct pki_book *b;

	(void)state;
	assert_int_equal(pki_book_open(0, &b, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(b);
	err_clear(&e);
	assert_int_equal(pki_book_open(SIZE_MAX / 64, &b, &e), -1);
	pki_book_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_put_is_found_with_its_octets),
	    cmocka_unit_test(an_older_answer_replaces_no_newer_one),
	    cmocka_unit_test(a_revocation_is_never_undone),
	    cmocka_unit_test(an_answer_with_a_fault_is_not_kept),
	    cmocka_unit_test(a_lie_makes_unknown_what_was_not_known),
	    cmocka_unit_test(a_full_book_forgets_the_old_and_keeps_the_revoked),
	    cmocka_unit_test(of_good_answers_the_stalest_goes_first),
	    cmocka_unit_test(what_is_wanted_is_taken_once),
	    cmocka_unit_test(processes_share_it),
	    cmocka_unit_test(a_writer_that_dies_stops_nobody),
	    cmocka_unit_test(who_is_revoked_is_so_while_it_is_written_again),
	    cmocka_unit_test(a_book_of_no_or_too_many_places_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
