/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: the housing queue under parallel applications, and what a call costs on our side.
 */
#include "config.h"

#include <sys/resource.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db_fixture.h"

/* --- the housing queue -------------------------------------------------------------------------
 */

static struct db_hq_application
application(const char *number, const char *iin)
{
	return (struct db_hq_application){.number = number,
	    .iin = iin,
	    .locality = ALMATY_OBLAST,
	    .channel = "PEP",
	    .profile = "2012-almaty-oblast",
	    .state = "REGISTERED",
	    .registered_at = NOW,
	    .term = "2026-03-12",
	    .message_id = number,
	    .sender_id = "pep",
	    .document = octets_of("<SubmitRequest/>"),
	    .phone = "+77000000000",
	    .rca = "0000000000000001",
	    .address_kato = ALMATY_OBLAST,
	    .categories = "3,10"};
}

static void
status_is_for_the_applicant_only(void **state)
{
	struct db *db = daemon_db(5000);
	const char *number = unique("HQ"), *id = unique("m");
	struct db_hq_application app = application(number, IIN), got;
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct octets stored;
	enum db_claim how;
	bool found;

	(void)state;
	must(claim(db, id, "b", &how, &stored, &e));
	must(db_hq_register(db, &app, &e));
	must(db_finish(db, &row, &e));
	must(db_hq_status(db, IIN, number, arena, &got, &found, &e));
	assert_true(found);
	assert_string_equal(got.number, number);
	assert_string_equal(got.iin, IIN);
	assert_string_equal(got.state, "REGISTERED");
	assert_string_equal(got.term, "2026-03-12");
	assert_string_equal(got.categories, "3,10");
	assert_string_equal(got.email, "");
	assert_string_equal(got.result_at, "");
	assert_int_equal(clock_compare(got.registered_at, NOW), 0);
	must(db_hq_status(db, OTHER_IIN, number, arena, &got, &found, &e));
	assert_false(found);
	assert_null(got.number);
	must(db_hq_status(db, IIN, "HQ-nobody", arena, &got, &found, &e));
	assert_false(found);
	db_free(db);
}

/* 25 registrations each; every fifth is abandoned after it took its number. */
static int
register_many(int process)
{
	struct db *db = daemon_db(60000);
	struct err e = {0};

	for (int i = 0; i < 25; i++) {
		const char *id = unique("many");
		struct db_journal_row row = row_of(id, "accepted", "reply");
		struct db_hq_application app;
		struct octets stored;
		enum db_claim how;
		int64_t n;

		if (claim(db, id, "b", &how, &stored, &e) != 0 ||
		    db_hq_next(db, shared_id, &n, &e) != 0)
			return 1;
		app = application(arena_printf(arena, "%s/%d", shared_id, (int)n), OTHER_IIN);
		if (db_hq_register(db, &app, &e) != 0)
			return 1;
		if ((i + process) % 5 == 0)
			db_abandon(db);
		else if (db_finish(db, &row, &e) != 0)
			return 1;
	}
	return 0;
}

static void
numbers_have_no_gap_and_no_twin(void **state)
{
	(void)state;
	shared_id = unique("counter");
	assert_int_equal(in_parallel(8, register_many), 8);
	assert_string_equal(
	    sql_as("PG_DAEMON",
		arena_printf(arena,
		    "SELECT concat_ws(' ', count(*), max(split_part(number, '/', 2)::int), "
		    "count(DISTINCT number)) FROM shepd.hq_application WHERE number LIKE '%s/%%'",
		    shared_id)),
	    "160 160 160");
}

static int
apply_once(int process)
{
	struct db *db = daemon_db(60000);
	const char *id = unique("open"), *number;
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct err e = {0};
	struct octets stored;
	enum db_claim how;

	if (claim(db, id, "b", &how, &stored, &e) != 0 ||
	    db_hq_find_open(db, "000101301817", ALMATY_OBLAST, arena, &number, &e) != 0)
		return 2;
	if (number == NULL) {
		struct db_hq_application app =
		    application(arena_printf(arena, "%s/%d", shared_id, process), "000101301817");
		usleep(50000);
		if (db_hq_register(db, &app, &e) != 0)
			return 2;
	}
	return db_finish(db, &row, &e) == 0 && number == NULL ? 0 : 1;
}

static void
of_eight_parallel_applications_of_one_person_one_registers(void **state)
{
	(void)state;
	shared_id = unique("open");
	assert_int_equal(in_parallel(8, apply_once), 1);
	assert_string_equal(
	    sql_as("PG_DAEMON",
		"SELECT count(*) FROM shepd.hq_application WHERE iin = '000101301817'"),
	    "1");
}

/* --- cost, for the record ----------------------------------------------------------------------
 */

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* User and system time of another process, in seconds: fields 14 and 15 of its stat. */
static double
cpu_of(int pid)
{
	const char *path = arena_printf(arena, "/proc/%d/stat", pid);
	unsigned long user = 0, kernel = 0;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(
	    fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		&kernel),
	    2);
	fclose(f);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static void
prints_the_cpu_of_a_status_call(void **state)
{
	enum {
		CALLS = 3000
	};
	struct db *db = daemon_db(5000);
	static char octets[5000];
	struct db_hq_application app;
	struct octets stored;
	enum db_claim how;
	bool found;

	(void)state;
	memset(octets, 'x', sizeof(octets) - 1);
	call_expecting(db, unique("warm"), "b", "reply", DB_CLAIM_NEW);
	int server = PQbackendPID(db->conn);
	double before = cpu_seconds(), server_before = cpu_of(server);
	for (int i = 0; i < CALLS; i++) {
		arena_reset(arena);
		const char *id = unique("cost");
		struct db_journal_row row = row_of(id, "accepted", octets);
		row.received = octets_of(octets);
		row.received_octets = sizeof(octets);
		must(claim(db, id, "b", &how, &stored, &e));
		must(db_hq_status(db, IIN, "HQ-nobody", arena, &app, &found, &e));
		must(db_finish(db, &row, &e));
	}
	printf("db_status_call_cpu\t%.1f\tus\n", (cpu_seconds() - before) * 1e6 / CALLS);
	printf("db_status_call_server_cpu\t%.1f\tus\n",
	    (cpu_of(server) - server_before) * 1e6 / CALLS);
	db_free(db);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(status_is_for_the_applicant_only),
	    cmocka_unit_test(numbers_have_no_gap_and_no_twin),
	    cmocka_unit_test(of_eight_parallel_applications_of_one_person_one_registers),
	    cmocka_unit_test(prints_the_cpu_of_a_status_call),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, db_setup, db_teardown);
}
