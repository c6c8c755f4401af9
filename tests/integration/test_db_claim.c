/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: claims of messages, raced and killed; a server that is killed, frozen and made to wait.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db_fixture.h"

/* --- claims ------------------------------------------------------------------------------------
 */

static void
a_repeated_message_gets_the_stored_reply_octet_for_octet(void **state)
{
	enum {
		SIZE = 300000
	};
	struct db *db = daemon_db(5000);
	const char *id = unique("big");
	unsigned char *reply = arena_alloc(arena, SIZE);
	struct db_journal_row row = row_of(id, "accepted", "");
	struct octets stored;
	enum db_claim got;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		reply[i] = (unsigned char)(i * 7 + i / 256);
	row.sent = (struct octets){reply, SIZE};
	must(claim(db, id, "body", &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	must(db_finish(db, &row, &e));
	must(claim(db, id, "body", &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_REPEATED);
	assert_true(octets_equal(stored, row.sent));
	assert_false(db->in_transaction);
	db_free(db);
}

static void
a_message_id_with_another_body_is_misused_in_any_spelling(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("Id");

	(void)state;
	call_expecting(db, id, "first", "reply", DB_CLAIM_NEW);
	call_expecting(db, id, "second", "", DB_CLAIM_MISUSED);
	call_expecting(db, arena_printf(arena, " i%s\n", id + 1), "second", "", DB_CLAIM_MISUSED);
	call_expecting(db, arena_printf(arena, "I%s", id + 1), "first", "reply", DB_CLAIM_REPEATED);
	db_free(db);
}

static void
a_message_id_must_not_be_empty_or_too_long(void **state)
{
	struct db *db = daemon_db(5000);
	char longer[300];
	struct octets stored;
	enum db_claim got;

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[257] = '\0';
	must_fail(claim(db, longer, "b", &got, &stored, &e), ERR_MSG_FORMAT);
	must_fail(claim(db, " \t", "b", &got, &stored, &e), ERR_MSG_FORMAT);
	db_free(db);
}

static void
an_abandoned_claim_is_new_again(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("again");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(db, id, "b", &got, &stored, &e));
	db_abandon(db);
	assert_false(db->in_transaction);
	db_abandon(db);
	call_expecting(db, id, "b", "reply", DB_CLAIM_NEW);
	db_free(db);
}

static struct db_hq_application
application_of(const char *id)
{
	return (struct db_hq_application){.number = id,
	    .iin = "000101300019",
	    .locality = "751000000",
	    .channel = "PEP",
	    .profile = "2012-almaty-oblast",
	    .state = "REGISTERED",
	    .registered_at = NOW,
	    .term = "2026-03-12",
	    .message_id = id,
	    .sender_id = "pep",
	    .document = octets_of("<a/>"),
	    .phone = "",
	    .email = "",
	    .rca = "",
	    .address_kato = "",
	    .categories = ""};
}

static void
a_claim_travels_with_the_first_statement(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("travels"), *open;
	struct db_journal_row row = row_of(id, "accepted", "reply");
	unsigned char body[32] = {'b'};
	const struct db_claimed claimed = claimed_of(DB_SYNC, id, body);
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(db_send_claim(db, &claimed, &e));
	assert_false(db->in_transaction);
	must(db_hq_find_open(db, "000101300019", id, arena, &open, &e));
	assert_true(db->in_transaction);
	assert_int_equal(db->claiming, DB_OURS);
	must(db_settle_claim(db, arena, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	must(db_finish(db, &row, &e));
	db_free(db);
}

/* Whatever was done between claim and answer rests on the claim. */
static void
what_was_done_under_a_lost_claim_is_undone(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("lost");
	struct db_hq_application app = application_of(id), found;
	unsigned char body[32] = {'b'};
	const struct db_claimed claimed = claimed_of(DB_SYNC, id, body);
	struct octets stored;
	enum db_claim got;
	int64_t next;
	bool is_there;

	(void)state;
	memset(body, 'b', sizeof(body));
	call_expecting(db, id, "b", "reply", DB_CLAIM_NEW);
	must(db_send_claim(db, &claimed, &e));
	must(db_hq_register(db, &app, &e));
	must_fail(db_hq_next(db, id, &next, &e), ERR_MSG_REUSED);
	must(db_settle_claim(db, arena, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_REPEATED);
	assert_true(octets_is(stored, "reply"));
	assert_false(db->in_transaction);
	must(db_hq_status(db, app.iin, id, arena, &found, &is_there, &e));
	assert_false(is_there);
	db_free(db);
}

static void
a_lost_claim_is_found_behind_a_statement_that_failed(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("failed");
	struct db_hq_application app = application_of(id);
	unsigned char body[32];
	const struct db_claimed claimed = claimed_of(DB_SYNC, id, body);
	struct octets stored;
	enum db_claim got;
	int64_t next;

	(void)state;
	memset(body, 'x', sizeof(body));
	app.term = "no date";
	call_expecting(db, id, "b", "reply", DB_CLAIM_NEW);
	must(db_send_claim(db, &claimed, &e));
	must(db_hq_register(db, &app, &e));
	must_fail(db_hq_next(db, id, &next, &e), ERR_DB_STATEMENT);
	must(db_settle_claim(db, arena, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_MISUSED);
	assert_false(db->in_transaction);
	db_free(db);
}

static int
claim_on(struct db *db, enum db_channel channel, const char *id, enum db_claim *out, struct err *e)
{
	unsigned char body[32] = {'b'};
	const struct db_claimed claimed = claimed_of(channel, id, body);
	struct octets stored;

	if (db_send_claim(db, &claimed, e) != 0)
		return -1;
	return db_settle_claim(db, arena, out, &stored, e);
}

static void
one_id_on_two_channels_is_two_messages(void **state)
{
	static const enum db_channel channels[] = {DB_SYNC, DB_ASYNC_CLIENT, DB_NOTIFICATIONS};
	struct db *db = daemon_db(5000);
	const char *id = unique("channel");
	struct db_journal_row row;
	enum db_claim got;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		row = row_of(id, "accepted", "reply");
		must(claim_on(db, channels[i], id, &got, &e));
		assert_int_equal(got, DB_CLAIM_NEW);
		must(db_finish(db, &row, &e));
	}
	for (size_t i = 0; i < 3; i++) {
		must(claim_on(db, channels[i], id, &got, &e));
		assert_int_equal(got, DB_CLAIM_REPEATED);
	}
	db_free(db);
}

static const char *
claims_without_their_row(void)
{
	return sql_as("PG_OWNER", "SELECT count(*) FROM shepd.claim c WHERE NOT EXISTS (SELECT "
				  "FROM shepd.journal j WHERE j.received_at = c.claimed_at AND "
				  "j.id = c.journal_id)");
}

/* No foreign key holds them together: one transaction does. */
static void
a_claim_and_its_journal_row_are_committed_together_or_not_at_all(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("together");
	struct db_journal_row row = row_of(id, "no verdict of ours", "reply");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(db, id, "b", &got, &stored, &e));
	must_fail(db_finish(db, &row, &e), ERR_DB_STATEMENT);
	assert_string_equal(
	    sql_as("PG_OWNER", arena_printf(arena,
				   "SELECT count(*) FROM shepd.claim WHERE message_id = '%s'", id)),
	    "0");
	row.verdict = "accepted";
	row.received_at.seconds += 60; /* the claim decides, or it would point to nothing */
	must(claim(db, id, "b", &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	must(db_finish(db, &row, &e));
	call_expecting(db, id, "b", "reply", DB_CLAIM_REPEATED);
	assert_string_equal(claims_without_their_row(), "0");
	db_free(db);
}

/* for ever, even when the month that held the reply is gone. */
static void
a_claim_whose_reply_was_dropped_is_refused_by_name(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("dropped");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	unsigned char body[32] = {'b'};
	struct db_claimed claimed = claimed_of(DB_SYNC, id, body);
	struct octets stored;
	enum db_claim got;

	(void)state;
	claimed.at = fixture_instant("2019-05-31T23:30:00Z");
	sql_as("PG_OWNER", "SELECT shepd.make_month('shepd.journal', '2019-05-01T00:00:00Z')");
	must(db_send_claim(db, &claimed, &e));
	must(db_settle_claim(db, arena, &got, &stored, &e));
	must(db_finish(db, &row, &e));
	assert_string_equal(sql_as("PG_OWNER", "SELECT count(*) FROM shepd.journal_2019_05"), "1");
	assert_string_equal(sql_as("PG_OWNER", "DROP TABLE shepd.journal_2019_05"), "");
	must(db_send_claim(db, &claimed, &e));
	must_fail(db_settle_claim(db, arena, &got, &stored, &e), ERR_MSG_FORGOTTEN);
	assert_false(db->in_transaction);
	body[0] = 'x';
	must(db_send_claim(db, &claimed, &e));
	must(db_settle_claim(db, arena, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_MISUSED);
	db_free(db);
}

static int
claim_at_once(int number)
{
	struct db *db = daemon_db(20000);
	const char *mine = arena_printf(arena, "reply of %d", number);
	struct db_journal_row row = row_of(shared_id, "accepted", mine);
	struct err e = {0};
	struct octets stored;
	enum db_claim got;

	if (claim(db, shared_id, "b", &got, &stored, &e) != 0)
		return 2;
	if (got == DB_CLAIM_NEW) {
		usleep(200000); /* the others have arrived and wait */
		return db_finish(db, &row, &e) == 0 ? 0 : 2;
	}
	return got == DB_CLAIM_REPEATED && stored.len == 10 &&
		       memcmp(stored.data, "reply of ", 9) == 0
		   ? 1
		   : 2;
}

static void
of_eight_processes_with_one_message_exactly_one_handles_it(void **state)
{
	(void)state;
	shared_id = unique("race");
	assert_int_equal(in_parallel(8, claim_at_once), 1);
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(arena, "SELECT count(*) FROM shepd.journal WHERE message_id = '%s'",
		    shared_id)),
	    "1");
	struct db *db = daemon_db(5000);
	struct octets stored;
	enum db_claim got;
	must(claim(db, shared_id, "b", &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_REPEATED);
	db_free(db);
}

static int
claim_and_die(int number)
{
	struct db *db = daemon_db(20000);
	struct db_journal_row row = row_of(shared_id, "accepted", "reply");
	struct err e = {0};
	struct octets stored;
	enum db_claim got;

	if (claim(db, shared_id, "b", &got, &stored, &e) != 0 || got != DB_CLAIM_NEW)
		return 1;
	if (number == 0)
		kill(getpid(), SIGKILL);
	return db_finish(db, &row, &e) == 0 ? 0 : 1;
}

static void
the_claim_of_a_killed_process_goes_to_the_next(void **state)
{
	(void)state;
	shared_id = unique("killed");
	assert_int_equal(in_parallel(1, claim_and_die), 0);
	struct db *db = daemon_db(20000);
	call_expecting(db, shared_id, "b", "reply", DB_CLAIM_NEW);
	db_free(db);
}

/* --- faults ------------------------------------------------------------------------------------
 */

static void
a_commit_whose_standby_wait_was_cancelled_is_not_acknowledged(void **state)
{
	struct db *db = daemon_db(400);
	const char *id = unique("standby");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(db, id, "b", &got, &stored, &e));
	sql_as("PG_ADMIN", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
	sql_as("PG_ADMIN", "SELECT pg_reload_conf(), pg_sleep(0.2)");
	must_fail(db_finish(db, &row, &e), ERR_DB_UNAVAILABLE);
	sql_as("PG_ADMIN", "ALTER SYSTEM RESET synchronous_standby_names");
	sql_as("PG_ADMIN", "SELECT pg_reload_conf(), pg_sleep(0.2)");
	call_expecting(db, id, "b", "reply",
	    DB_CLAIM_REPEATED); /* it was committed here: the resend settles it */
	db_free(db);
}

/* Of a session of the daemon, where the role is set to `what`. */
static const char *
commit_of_a_session(const char *what)
{
	struct db *db = daemon_db(2000);
	const char *got = NULL;

	sql_as(
	    "PG_ADMIN", arena_printf(arena, "ALTER ROLE shepd SET synchronous_commit = %s", what));
	call_expecting(db, unique("durable"), "b", "reply", DB_CLAIM_NEW);
	assert_int_equal(PQexitPipelineMode(db->conn), 1);
	PGresult *r = PQexec(db->conn, "SHOW synchronous_commit");
	if (PQntuples(r) == 1)
		got = arena_strdup(arena, PQgetvalue(r, 0, 0));
	PQclear(r);
	db_free(db);
	sql_as("PG_ADMIN", "ALTER ROLE shepd RESET synchronous_commit");
	return got;
}

static void
an_acknowledged_commit_is_on_disk_whatever_the_server_is_set_to(void **state)
{
	(void)state;
	assert_string_equal(commit_of_a_session("off"), "on");
	assert_string_equal(commit_of_a_session("local"), "local");
	assert_string_equal(commit_of_a_session("remote_apply"), "remote_apply");
}

static void
waiting_for_another_holder_ends_and_the_connection_stays(void **state)
{
	struct db *holder = daemon_db(20000), *waiter = daemon_db(300);
	const char *id = unique("held");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(holder, id, "b", &got, &stored, &e));
	must_fail(claim(waiter, id, "b", &got, &stored, &e), ERR_DB_UNAVAILABLE);
	assert_non_null(waiter->conn);
	assert_false(waiter->in_transaction);
	must(db_finish(holder, &row, &e));
	call_expecting(waiter, id, "b", "reply", DB_CLAIM_REPEATED);
	db_free(holder);
	db_free(waiter);
}

static void
a_frozen_server_costs_the_deadline_and_no_more(void **state)
{
	struct db *db = daemon_db(60000);
	struct octets stored;
	enum db_claim got;

	(void)state;
	call_expecting(db, unique("warm"), "b", "reply", DB_CLAIM_NEW);
	pid_t backend = PQbackendPID(db->conn);
	assert_int_equal(kill(backend, SIGSTOP), 0);
	db_set_deadline(db, db_clock() + 300000000);
	must_fail(claim(db, unique("frozen"), "b", &got, &stored, &e), ERR_DB_UNAVAILABLE);
	assert_int_equal(kill(backend, SIGCONT), 0);
	must_fail(claim(db, unique("late"), "b", &got, &stored, &e),
	    ERR_DB_UNAVAILABLE); /* deadline over */
	db_set_deadline(db, 0);
	call_expecting(db, unique("thawed"), "b", "reply", DB_CLAIM_NEW);
	db_free(db);
}

static void
a_commit_whose_answer_was_lost_is_settled_by_the_resend(void **state)
{
	struct db *db = daemon_db(60000);
	const char *id = unique("unknown");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(db, id, "b", &got, &stored, &e));
	pid_t backend = PQbackendPID(db->conn);
	assert_int_equal(kill(backend, SIGSTOP), 0);
	db_set_deadline(db, db_clock() + 300000000);
	must_fail(db_finish(db, &row, &e), ERR_DB_UNAVAILABLE);
	assert_int_equal(kill(backend, SIGCONT), 0); /* it reads what was sent, and commits */
	db_set_deadline(db, 0);
	call_expecting(db, id, "b", "reply", DB_CLAIM_REPEATED);
	db_free(db);
}

static void
a_killed_server_is_unavailable_and_is_found_again(void **state)
{
	struct db *db = daemon_db(2000), *idle = daemon_db(2000);
	const char *id = unique("power");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct octets stored;
	enum db_claim got;
	struct err first = {0};
	int tries = 0;

	(void)state;
	call_expecting(idle, unique("idle"), "b", "reply", DB_CLAIM_NEW);
	must(claim(db, id, "b", &got, &stored, &e));
	cluster("kill");
	must_fail(db_finish(db, &row, &e), ERR_DB_UNAVAILABLE);
	db_abandon(db);
	for (int i = 0; i < 50; i++)
		must_fail(claim(db, id, "b", &got, &stored, &e), ERR_DB_UNAVAILABLE);
	assert_in_range(db->failures, 1, 10); /* the back-off let few of them try */
	cluster("up");
	while (claim(db, id, "b", &got, &stored, &first) != 0 && ++tries < 200) {
		err_clear(&first);
		usleep(50000);
	}
	assert_int_equal(got, DB_CLAIM_NEW); /* nothing half done */
	must(db_finish(db, &row, &e));
	call_expecting(
	    idle, unique("idle"), "b", "reply", DB_CLAIM_NEW); /* noticed before it sent */
	db_free(db);
	db_free(idle);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_repeated_message_gets_the_stored_reply_octet_for_octet),
	    cmocka_unit_test(a_message_id_with_another_body_is_misused_in_any_spelling),
	    cmocka_unit_test(a_message_id_must_not_be_empty_or_too_long),
	    cmocka_unit_test(an_abandoned_claim_is_new_again),
	    cmocka_unit_test(a_claim_travels_with_the_first_statement),
	    cmocka_unit_test(what_was_done_under_a_lost_claim_is_undone),
	    cmocka_unit_test(a_lost_claim_is_found_behind_a_statement_that_failed),
	    cmocka_unit_test(one_id_on_two_channels_is_two_messages),
	    cmocka_unit_test(a_claim_and_its_journal_row_are_committed_together_or_not_at_all),
	    cmocka_unit_test(a_claim_whose_reply_was_dropped_is_refused_by_name),
	    cmocka_unit_test(of_eight_processes_with_one_message_exactly_one_handles_it),
	    cmocka_unit_test(the_claim_of_a_killed_process_goes_to_the_next),
	    cmocka_unit_test(a_commit_whose_standby_wait_was_cancelled_is_not_acknowledged),
	    cmocka_unit_test(an_acknowledged_commit_is_on_disk_whatever_the_server_is_set_to),
	    cmocka_unit_test(waiting_for_another_holder_ends_and_the_connection_stays),
	    cmocka_unit_test(a_frozen_server_costs_the_deadline_and_no_more),
	    cmocka_unit_test(a_commit_whose_answer_was_lost_is_settled_by_the_resend),
	    cmocka_unit_test(a_killed_server_is_unavailable_and_is_found_again),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, db_setup, db_teardown);
}
