/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: the inbox. Receipt is one transaction with the claim, handling one transaction a message;
 * order within a chain, nobody handles what another handles, failed attempts are undone and
 * counted.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db_async.h"

static int
setup(void **state)
{
	int rc = db_setup(state);

	migrate_and_grant();
	return rc;
}

/* Nothing of an earlier test is due. */
static int
clean(void **state)
{
	(void)state;
	settle_all("inbox");
	return 0;
}

static const char *
state_of(int64_t id)
{
	return sql_as("PG_OWNER", arena_printf(arena,
				      "SELECT concat_ws(' ', state, attempts, last_error) FROM "
				      "shepd.inbox WHERE id = %lld",
				      (long long)id));
}

static struct db_inbox_row
taken(struct db *db, struct instant now)
{
	struct db_inbox_row row;
	bool found;

	must(db_inbox_take(db, now, arena, &row, &found, &e));
	assert_true(found);
	return row;
}

static void
nothing_is_due(struct db *db, struct instant now)
{
	struct db_inbox_row row;
	bool found;

	must(db_inbox_take(db, now, arena, &row, &found, &e));
	assert_false(found);
	assert_false(db->in_transaction);
}

static void
settle(struct db *db, const struct db_inbox_row *row, enum db_state state, const char *reason)
{
	const struct db_journal_row journal = row_of(row->message_id, "handled", "");
	const struct db_inbox_verdict v = {.row = row,
	    .state = state,
	    .reason = reason,
	    .at = NOW,
	    .next_at = later(60),
	    .journal = &journal};

	must(db_inbox_settle(db, &v, &e));
	assert_false(db->in_transaction);
}

/* --- receipt -----------------------------------------------------------------------------------
 */

static void
what_is_taken_is_what_was_received_octet_for_octet(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("whole");
	struct db_inbox_row put = inbox_row(id, "chain-1"), got;

	(void)state;
	put.payload = (struct octets){(const unsigned char *)"a\0b\xFF", 4};
	put.evidence = octets_of("<signed/>");
	put.has_signer = true;
	put.signer = (struct msg_signer){.iin = IIN,
	    .bin = "",
	    .name = "\xD0\x90",
	    .serial = "7f",
	    .person = true,
	    .signright = true,
	    .sign_capable = true};
	receive(db, &put);
	got = taken(db, NOW);
	assert_string_equal(got.sender_id, put.sender_id);
	assert_string_equal(got.message_id, id);
	assert_string_equal(got.correlation_id, "chain-1");
	assert_string_equal(got.session_id, put.session_id);
	assert_string_equal(got.service_id, "HQ_SUBMIT");
	assert_string_equal(got.message_type, "REQUEST");
	assert_string_equal(got.route_id, "route");
	assert_true(octets_equal(got.payload, put.payload));
	assert_true(octets_equal(got.evidence, put.evidence));
	assert_int_equal(clock_compare(got.received_at, NOW), 0);
	assert_int_equal(clock_compare(got.message_date, put.message_date), 0);
	assert_true(got.has_signer && got.signer.person && got.signer.signright);
	assert_true(got.signer.sign_capable && !got.signer.head && !got.signer.system);
	assert_string_equal(got.signer.iin, IIN);
	assert_string_equal(got.signer.name, "\xD0\x90");
	assert_string_equal(
	    sql_as("PG_OWNER", arena_printf(arena,
				   "SELECT message_id FROM shepd.journal WHERE id = %lld AND "
				   "received_at = '2026-02-10T06:00:00Z'",
				   (long long)got.journal_id)),
	    id);
	db_abandon(db);
	db_free(db);
}

static void
without_a_business_signature_there_is_no_signer(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("unsigned"), "");
	struct db_inbox_row got;

	(void)state;
	receive(db, &put);
	got = taken(db, NOW);
	assert_false(got.has_signer);
	assert_null(got.signer.iin);
	db_abandon(db);
	db_free(db);
}

static void
a_message_that_was_not_committed_is_in_no_inbox(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("undone");
	struct db_inbox_row put = inbox_row(id, "");
	struct db_journal_row row = row_of(id, "accepted", "ack");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim_async(db, id, &got, &stored, &e));
	must(db_inbox_add(db, &put, &e));
	db_abandon(db);
	nothing_is_due(db, NOW);
	put.message_type = "LETTER"; /* refused by the table: takes claim and journal with it */
	must(claim_async(db, id, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	must(db_inbox_add(db, &put, &e));
	must_fail(db_finish(db, &row, &e), ERR_DB_STATEMENT);
	must(claim_async(db, id, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	db_abandon(db);
	nothing_is_due(db, NOW);
	db_free(db);
}

static void
a_repeated_message_is_in_the_inbox_once(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("twice");
	const struct db_inbox_row put = inbox_row(id, "");
	unsigned char body[32] = {'b'};
	struct db_claimed claimed = claimed_of(DB_ASYNC_CLIENT, id, body);
	struct octets stored;
	enum db_claim got;

	(void)state;
	receive(db, &put);
	must(db_send_claim(db, &claimed, &e));
	must(db_inbox_add(db, &put, &e)); /* before it is known whose the claim is */
	must(db_settle_claim(db, arena, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_REPEATED);
	assert_true(octets_is(stored, "ack"));
	settle(db, &(struct db_inbox_row){0}, DB_HANDLED, ""); /* of nobody: changes nothing */
	assert_string_equal(
	    sql_as("PG_OWNER", arena_printf(arena,
				   "SELECT count(*) FROM shepd.inbox WHERE message_id = '%s'", id)),
	    "1");
	db_free(db);
}

/* --- handling ----------------------------------------------------------------------------------
 */

static void
what_a_handler_did_is_committed_with_the_state_and_the_journal(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("handled"), "");
	struct db_inbox_row row;
	int64_t n;

	(void)state;
	receive(db, &put);
	row = taken(db, NOW);
	must(db_hq_next(db, row.message_id, &n, &e));
	settle(db, &row, DB_HANDLED, "");
	assert_string_equal(state_of(row.id), "HANDLED 1 ");
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(
		    arena, "SELECT count(*) FROM shepd.counter WHERE name = '%s'", row.message_id)),
	    "1");
	assert_string_equal(
	    sql_as("PG_OWNER", arena_printf(arena,
				   "SELECT string_agg(verdict, ' ' ORDER BY id) FROM shepd.journal "
				   "WHERE message_id = '%s'",
				   row.message_id)),
	    "accepted handled");
	nothing_is_due(db, NOW);
	db_free(db);
}

static void
a_failed_attempt_is_undone_counted_and_tried_again_later(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("failed"), "");
	struct db_inbox_row row;
	int64_t n;

	(void)state;
	receive(db, &put);
	row = taken(db, NOW);
	must(db_hq_next(db, row.message_id, &n, &e));
	settle(db, &row, DB_WAITING, "no answer\xFF");
	assert_string_equal(state_of(row.id), "WAITING 1 no answer?");
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(
		    arena, "SELECT count(*) FROM shepd.counter WHERE name = '%s'", row.message_id)),
	    "0");
	nothing_is_due(db, later(59));
	row = taken(db, later(60));
	assert_int_equal(row.attempts, 1);
	settle(db, &row, DB_QUARANTINED, "poison");
	assert_string_equal(state_of(row.id), "QUARANTINED 2 poison");
	nothing_is_due(db, later(3600));
	db_free(db);
}

static void
an_attempt_whose_statement_failed_is_settled_in_the_same_transaction(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("statement"), "");
	struct db_hq_application bad = {.number = "", .iin = "x", .term = "2026-03-12"};
	struct db_inbox_row row;
	int64_t n;

	(void)state;
	receive(db, &put);
	row = taken(db, NOW);
	must(db_hq_register(db, &bad, &e));
	must_fail(db_hq_next(db, row.message_id, &n, &e), ERR_DB_STATEMENT);
	settle(db, &row, DB_WAITING, "DB_STATEMENT");
	assert_string_equal(state_of(row.id), "WAITING 1 DB_STATEMENT");
	db_free(db);
}

/* A refusal for good tells the gateway in the transaction that puts the message away. */
static void
a_refusal_goes_out_while_what_the_handler_did_is_undone(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("refused"), "");
	struct db_outbox_row notification = outbox_row(unique("note"), "");
	struct db_inbox_row row;
	int64_t n;

	(void)state;
	receive(db, &put);
	row = taken(db, NOW);
	must(db_hq_next(db, row.message_id, &n, &e));
	must(db_inbox_undo(db, &e));
	notification.operation = "sendDeliveryNotification";
	notification.about = row.message_id;
	notification.inbox_id = row.id;
	must(db_outbox_add(db, &notification, &e));
	settle(db, &row, DB_QUARANTINED, "HQ_FORM");
	assert_string_equal(state_of(row.id), "QUARANTINED 1 HQ_FORM");
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(arena,
		    "SELECT concat_ws(' ', o.about = i.message_id, o.state, (SELECT count(*) FROM "
		    "shepd.counter WHERE name = i.message_id)) FROM shepd.inbox i JOIN "
		    "shepd.outbox o ON "
		    "o.inbox_id = i.id WHERE i.id = %lld",
		    (long long)row.id)),
	    "t WAITING 0");
	db_free(db);
}

static void
after_a_rollback_an_attempt_is_settled_unless_somebody_else_has_done_it(void **state)
{
	struct db *db = daemon_db(5000), *other = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("rolled"), ""),
				  second = inbox_row(unique("rolled"), "");
	struct db_inbox_row row, theirs;

	(void)state;
	receive(db, &put);
	row = taken(db, NOW);
	db_abandon(db);
	settle(db, &row, DB_WAITING, "crashed");
	assert_string_equal(state_of(row.id), "WAITING 1 crashed");
	settle_all("inbox");
	receive(db, &second);
	row = taken(db, NOW);
	db_abandon(db);
	theirs = taken(other, NOW);
	assert_int_equal(theirs.id, row.id);
	settle(other, &theirs, DB_HANDLED, "");
	settle(db, &row, DB_QUARANTINED, "late");
	assert_string_equal(state_of(row.id), "HANDLED 1 ");
	db_free(db);
	db_free(other);
}

/* --- order -------------------------------------------------------------------------------------
 */

static void
a_chain_is_handled_in_order_and_blocks_no_other(void **state)
{
	struct db *db = daemon_db(5000), *other = daemon_db(5000);
	const char *chain = unique("chain");
	const struct db_inbox_row a = inbox_row(unique("a"), chain),
				  b = inbox_row(unique("b"), chain),
				  c = inbox_row(unique("c"), unique("chain"));
	struct db_inbox_row first, third;

	(void)state;
	receive(db, &a);
	receive(db, &b);
	receive(db, &c);
	first = taken(db, NOW);
	assert_string_equal(first.message_id, a.message_id);
	third = taken(other, NOW); /* b waits for a */
	assert_string_equal(third.message_id, c.message_id);
	settle(other, &third, DB_HANDLED, "");
	nothing_is_due(other, NOW);
	settle(db, &first, DB_WAITING, "later");
	nothing_is_due(other, later(59));
	first = taken(db, later(60));
	assert_string_equal(first.message_id, a.message_id);
	settle(db, &first, DB_HANDLED, "");
	first = taken(db, later(60));
	assert_string_equal(first.message_id, b.message_id);
	settle(db, &first, DB_HANDLED, "");
	db_free(db);
	db_free(other);
}

static void
what_is_in_quarantine_blocks_nobody(void **state)
{
	struct db *db = daemon_db(5000);
	const char *chain = unique("chain");
	const struct db_inbox_row a = inbox_row(unique("a"), chain),
				  b = inbox_row(unique("b"), chain);
	struct db_inbox_row row;

	(void)state;
	receive(db, &a);
	receive(db, &b);
	row = taken(db, NOW);
	settle(db, &row, DB_QUARANTINED, "poison");
	row = taken(db, NOW);
	assert_string_equal(row.message_id, b.message_id);
	settle(db, &row, DB_HANDLED, "");
	db_free(db);
}

static void
messages_without_a_chain_or_of_another_sender_do_not_wait_for_each_other(void **state)
{
	struct db *db = daemon_db(5000), *other = daemon_db(5000);
	const char *chain = unique("chain");
	struct db_inbox_row a = inbox_row(unique("a"), ""), b = inbox_row(unique("b"), ""),
			    c = inbox_row(unique("c"), chain), d = inbox_row(unique("d"), chain);
	struct db *more[2] = {daemon_db(5000), daemon_db(5000)};

	(void)state;
	d.sender_id = "somebody else";
	receive(db, &a);
	receive(db, &b);
	receive(db, &c);
	receive(db, &d);
	assert_string_equal(taken(db, NOW).message_id, a.message_id);
	assert_string_equal(taken(other, NOW).message_id, b.message_id);
	assert_string_equal(taken(more[0], NOW).message_id, c.message_id);
	assert_string_equal(taken(more[1], NOW).message_id, d.message_id);
	db_free(db);
	db_free(other);
	db_free(more[0]);
	db_free(more[1]);
}

/* --- several dispatchers -----------------------------------------------------------------------
 */

#define MANY 240

/* Handles until nothing is due; each message counted where all can see it. */
static int
handle_all(int number)
{
	struct db *db = daemon_db(20000);
	struct db_inbox_row row;
	struct err e = {0};
	bool found = true;
	int64_t n;

	(void)number;
	for (int idle = 0; idle < 20;) {
		if (db_inbox_take(db, NOW, arena, &row, &found, &e) != 0)
			return 1;
		if (!found) {
			idle++;
			usleep(5000);
			continue;
		}
		const struct db_journal_row journal = row_of(row.message_id, "handled", "");
		const struct db_inbox_verdict v = {
		    .row = &row, .state = DB_HANDLED, .reason = "", .at = NOW, .journal = &journal};
		if (db_hq_next(db, arena_printf(arena, "many/%s", row.message_id), &n, &e) != 0 ||
		    db_inbox_settle(db, &v, &e) != 0)
			return 1;
	}
	return 0;
}

static void
four_dispatchers_handle_each_message_once_and_every_chain_in_order(void **state)
{
	struct db *db = daemon_db(5000);

	(void)state;
	for (int i = 0; i < MANY; i++) {
		const struct db_inbox_row put =
		    inbox_row(unique("many"), arena_printf(arena, "many-%d", i % 12));
		receive(db, &put);
	}
	assert_int_equal(in_parallel(4, handle_all), 4);
	assert_string_equal(
	    sql_as("PG_OWNER",
		"SELECT concat_ws(' ', count(*), max(value)) FROM shepd.counter WHERE "
		"name LIKE 'many/%'"),
	    "240 1");
	/* journal ids are drawn when a message is settled */
	assert_string_equal(
	    sql_as("PG_OWNER",
		"SELECT count(*) FROM (SELECT i.id < lag(i.id) OVER (PARTITION BY i.correlation_id "
		"ORDER "
		"BY j.id) AS wrong FROM shepd.inbox i JOIN shepd.journal j ON j.message_id = "
		"i.message_id "
		"AND j.verdict = 'handled' WHERE i.correlation_id LIKE 'many-%') x WHERE wrong"),
	    "0");
	db_free(db);
}

static int
take_and_die(int number)
{
	struct db *db = daemon_db(20000);
	struct db_inbox_row row;
	struct err e = {0};
	bool found;
	int64_t n;

	(void)number;
	if (db_inbox_take(db, NOW, arena, &row, &found, &e) != 0 || !found ||
	    db_hq_next(db, row.message_id, &n, &e) != 0)
		return 1;
	kill(getpid(), SIGKILL);
	return 0;
}

static void
the_message_of_a_killed_dispatcher_is_handled_by_another(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(unique("killed"), "");
	struct db_inbox_row row = {0};
	bool found = false;

	(void)state;
	receive(db, &put);
	assert_int_equal(in_parallel(1, take_and_die), 0);
	for (int tries = 0; !found && tries < 100; tries++) {
		must(db_inbox_take(db, NOW, arena, &row, &found, &e));
		usleep(found ? 0 : 20000); /* the server notices the death when it likes */
	}
	assert_true(found);
	assert_int_equal(row.attempts, 0);
	settle(db, &row, DB_HANDLED, "");
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(
		    arena, "SELECT count(*) FROM shepd.counter WHERE name = '%s'", row.message_id)),
	    "0");
	db_free(db);
}

/* --- rights ------------------------------------------------------------------------------------
 */

static void
the_daemon_changes_what_handling_changes_and_nothing_that_was_received(void **state)
{
	static const char *const columns[] = {"id", "received_at", "channel", "sender_id",
	    "message_id", "correlation_id", "session_id", "service_id", "message_type",
	    "message_date", "route_id", "journal_id", "payload", "evidence", "signer_iin",
	    "signer_bin", "signer_name", "signer_serial", "signer_roles", "signer_capable"};

	(void)state;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		assert_string_equal(
		    sql_as("PG_DAEMON", arena_printf(arena, "UPDATE shepd.inbox SET %s = %s",
					    columns[i], columns[i])),
		    "42501");
	assert_string_equal(sql_as("PG_DAEMON", "DELETE FROM shepd.inbox"), "42501");
	assert_string_equal(sql_as("PG_OWNER", "DELETE FROM shepd.inbox"), "42501");
	assert_string_equal(sql_as("PG_ADMIN", "TRUNCATE shepd.inbox_2026_02"), "42501");
	must(db_check(environment("PG_DAEMON"), &e));
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(what_is_taken_is_what_was_received_octet_for_octet, clean),
	    cmocka_unit_test_setup(without_a_business_signature_there_is_no_signer, clean),
	    cmocka_unit_test_setup(a_message_that_was_not_committed_is_in_no_inbox, clean),
	    cmocka_unit_test_setup(a_repeated_message_is_in_the_inbox_once, clean),
	    cmocka_unit_test_setup(
		what_a_handler_did_is_committed_with_the_state_and_the_journal, clean),
	    cmocka_unit_test_setup(a_failed_attempt_is_undone_counted_and_tried_again_later, clean),
	    cmocka_unit_test_setup(
		an_attempt_whose_statement_failed_is_settled_in_the_same_transaction, clean),
	    cmocka_unit_test_setup(a_refusal_goes_out_while_what_the_handler_did_is_undone, clean),
	    cmocka_unit_test_setup(
		after_a_rollback_an_attempt_is_settled_unless_somebody_else_has_done_it, clean),
	    cmocka_unit_test_setup(a_chain_is_handled_in_order_and_blocks_no_other, clean),
	    cmocka_unit_test_setup(what_is_in_quarantine_blocks_nobody, clean),
	    cmocka_unit_test_setup(
		messages_without_a_chain_or_of_another_sender_do_not_wait_for_each_other, clean),
	    cmocka_unit_test_setup(
		four_dispatchers_handle_each_message_once_and_every_chain_in_order, clean),
	    cmocka_unit_test_setup(the_message_of_a_killed_dispatcher_is_handled_by_another, clean),
	    cmocka_unit_test(
		the_daemon_changes_what_handling_changes_and_nothing_that_was_received),
	    cmocka_unit_test(what_is_open_is_what_is_not_settled),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, setup, db_teardown);
}
