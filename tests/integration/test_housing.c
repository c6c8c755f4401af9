/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The housing queue's handlers with a real PostgreSQL: registration, numbers, terms, duplicates,
 * status. Runs first in its cluster: numbers begin at 1.
 */
#include "config.h"

#include <string.h>

#include "db_fixture.h"
#include "housing.h"

static struct housing_bench bench;

static int
open_bench(void **state)
{
	if (db_setup(state) != 0)
		return -1;
	migrate_and_grant();
	housing_bench_open(&bench, "2026-02-10T11:00:00+05:00");
	bench.db = daemon_db(10000);
	return 0;
}

static int
close_bench(void **state)
{
	db_free(bench.db);
	housing_bench_close(&bench);
	return db_teardown(state);
}

/* One call in a transaction of its own, as the pipeline makes it; keep = COMMIT. */
static const struct housing_reply *
call(const char *service, const char *xml, bool keep)
{
	const struct housing_reply *r;
	struct db_journal_row row;
	struct octets stored;
	enum db_claim how;

	bench.message_id = unique("message");
	row = row_of(bench.message_id, "accepted", "reply");
	must(claim(bench.db, bench.message_id, "b", &how, &stored, &e));
	assert_int_equal(how, DB_CLAIM_NEW);
	r = housing_call(&bench, service, xml);
	if (r->rc != 0)
		fail_msg("%s: %s", err_row(r->err.code)->name, r->err.detail);
	if (keep)
		must(db_finish(bench.db, &row, &e));
	else
		db_abandon(bench.db);
	return r;
}

/* An application of this person for this place. */
static const char *
form_of(const char *iin, const char *locality)
{
	bench.signer.iin = iin;
	return housing_example(&bench, "hq-submit.xml", HOUSING_IIN, iin, ">" ALMATY_OBLAST "<",
	    arena_printf(bench.arena, ">%s<", locality), NULL);
}

static const char *
status_of(const char *iin, const char *number)
{
	return housing_example(
	    &bench, "hq-status.xml", HOUSING_IIN, iin, "HQ19-2026-000001", number, NULL);
}

static void
an_application_is_registered_with_number_time_and_term(void **state)
{
	const char *xml = form_of(HOUSING_IIN, ALMATY_OBLAST);

	(void)state;
	call("housing.submit", xml, true);
	assert_string_equal(housing_result(&bench, "code"), "00000");
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000001");
	assert_string_equal(housing_said(&bench, "registeredAt"), "2026-02-10T11:00:00+05:00");
	assert_string_equal(housing_said(&bench, "term"), "2026-03-12");
	assert_string_equal(
	    sql_as("PG_DAEMON",
		"SELECT concat_ws('|', iin, locality, channel, profile, state, registered_at AT "
		"TIME ZONE 'UTC', "
		"term, sender_id, phone, email, rca, address_kato, categories, result_at) "
		"FROM shepd.hq_application WHERE number = 'HQ19-2026-000001'"),
	    "000101300019|190000000|PEP|2012-almaty-oblast|REGISTERED|2026-02-10 "
	    "06:00:00|2026-03-12|pep|"
	    "+77000000000|applicant@example.invalid|0000000000000001|190000000|10");
	assert_string_equal(
	    sql_as("PG_DAEMON", "SELECT convert_from(document, 'UTF8') FROM shepd.hq_application"),
	    xml);
}

static void
status_tells_the_five_things_to_the_applicant(void **state)
{
	(void)state;
	call("housing.status", status_of(HOUSING_IIN, "HQ19-2026-000001"), true);
	assert_string_equal(housing_result(&bench, "code"), "00000");
	assert_string_equal(housing_said(&bench, "iin"), HOUSING_IIN);
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000001");
	assert_string_equal(housing_said(&bench, "term"), "2026-03-12");
	assert_string_equal(housing_said(&bench, "resultAvailable"), "false");
	assert_non_null(
	    strstr(housing_last(&bench), "<hq:ru>Постановка на учет и очередность граждан"));
	assert_non_null(
	    strstr(housing_last(&bench), "<hq:status><hq:code>REGISTERED</hq:code><hq:kk>Тіркелді</"
					 "hq:kk><hq:ru>Зарегистрирован</hq:ru>"));
}

static void
somebody_elses_number_is_answered_as_nobodys(void **state)
{
	const char *elses;

	(void)state;
	assert_int_equal(call("housing.status", status_of("000101300029", "HQ19-2026-000001"), true)
			     ->answer.code,
	    ERR_HQ_NOT_FOUND);
	assert_string_equal(housing_result(&bench, "code"), "HQ-E301");
	elses = housing_last(&bench);
	call("housing.status", status_of("000101300029", "HQ19-2026-999999"), true);
	assert_string_equal(housing_last(&bench), elses);
}

static void
a_second_open_application_gets_the_first_ones_number(void **state)
{
	(void)state;
	assert_int_equal(
	    call("housing.submit", form_of(HOUSING_IIN, ALMATY_OBLAST), true)->answer.code,
	    ERR_HQ_DUPLICATE);
	assert_string_equal(housing_result(&bench, "code"), "HQ-E104");
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000001");
	assert_string_equal(housing_said(&bench, "registeredAt"), "");
	/* another place is another queue */
	call("housing.submit", form_of(HOUSING_IIN, "750000000"), true);
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000002");
}

static void
refusals_and_rollbacks_take_no_number(void **state)
{
	(void)state;
	call("housing.submit", housing_example(&bench, "hq-submit.xml", ">PEP<", ">CSC<", NULL),
	    true);
	assert_string_equal(housing_result(&bench, "code"), "HQ-E102");
	call("housing.submit", form_of("000101300029", ALMATY_OBLAST), false);
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000003");
	bench.now = fixture_instant("2026-02-19T23:59:59+05:00");
	call("housing.submit", form_of("000101300029", ALMATY_OBLAST), true);
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000003");
	assert_string_equal(housing_said(&bench, "term"), "2026-03-21");
	assert_string_equal(sql_as("PG_DAEMON", "SELECT count(*) FROM shepd.hq_application"), "3");
}

static void
numbers_begin_anew_with_astanas_year(void **state)
{
	(void)state;
	bench.now = fixture_instant("2026-12-31T18:59:59Z");
	call("housing.submit", form_of("000101300029", "710000000"), true);
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2026-000004");
	bench.now = fixture_instant("2026-12-31T19:00:00Z");
	call("housing.submit", form_of("000101300029", "790000000"), true);
	assert_string_equal(housing_said(&bench, "requestNumber"), "HQ19-2027-000001");
	assert_string_equal(housing_said(&bench, "registeredAt"), "2027-01-01T00:00:00+05:00");
}

static int
submit_at_once(int process)
{
	const struct housing_reply *r;

	(void)process;
	bench.db = daemon_db(60000);
	r = call("housing.submit", form_of("000101300029", "430000000"), true);
	return r->answer.code == ERR_OK ? 0 : r->answer.code == ERR_HQ_DUPLICATE ? 1 : 2;
}

static void
of_eight_parallel_applications_one_is_registered(void **state)
{
	(void)state;
	assert_int_equal(in_parallel(8, submit_at_once), 1);
	assert_string_equal(
	    sql_as("PG_DAEMON",
		"SELECT count(*) FROM shepd.hq_application WHERE locality = '430000000'"),
	    "1");
}

static void
a_lost_database_is_an_error_and_no_answer(void **state)
{
	const char *id = unique("lost");
	const struct housing_reply *r;
	struct octets stored;
	enum db_claim how;

	(void)state;
	must(claim(bench.db, id, "b", &how, &stored, &e));
	cluster("kill");
	r = housing_call(&bench, "housing.status", status_of(HOUSING_IIN, "HQ19-2026-000001"));
	assert_int_equal(r->rc, -1);
	assert_int_equal(r->err.code, ERR_DB_UNAVAILABLE);
	db_abandon(bench.db);
	cluster("up");
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_application_is_registered_with_number_time_and_term),
	    cmocka_unit_test(status_tells_the_five_things_to_the_applicant),
	    cmocka_unit_test(somebody_elses_number_is_answered_as_nobodys),
	    cmocka_unit_test(a_second_open_application_gets_the_first_ones_number),
	    cmocka_unit_test(refusals_and_rollbacks_take_no_number),
	    cmocka_unit_test(numbers_begin_anew_with_astanas_year),
	    cmocka_unit_test(of_eight_parallel_applications_one_is_registered),
	    cmocka_unit_test(a_lost_database_is_an_error_and_no_answer),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
