/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: the outbox and the dispatchers. Nobody takes what another took while its session lives; order
 * within a chain; a chain learns its correlationId; results are settled several at once.
 */
#include "config.h"

#include <sys/wait.h>

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

/* Nothing of an earlier test waits. */
static int
clean(void **state)
{
	(void)state;
	settle_all("outbox");
	return 0;
}

static struct db *
dispatcher(void)
{
	struct db *db = daemon_db(20000);

	must(db_dispatcher_enter(db, "node", NOW, &e));
	return db;
}

static struct db_outbox_row *
take(struct db *db, unsigned most, struct instant now, size_t *count)
{
	const struct db_outbox_wish wish = {.receiver = "gate", .now = now, .most = most};
	struct db_outbox_row *rows;

	must(db_outbox_take(db, &wish, arena, &rows, count, &e));
	assert_false(db->in_transaction);
	return rows;
}

static struct db_outbox_row *
take_one(struct db *db, struct instant now)
{
	size_t count;
	struct db_outbox_row *rows = take(db, 1, now, &count);

	assert_int_equal(count, 1);
	return rows;
}

static void
nothing_is_due(struct db *db, struct instant now)
{
	size_t count;

	take(db, 64, now, &count);
	assert_int_equal(count, 0);
}

static struct db_outbox_result
result_of(const struct db_outbox_row *row, enum db_state state, const char *reason)
{
	struct db_journal_row *journal = arena_alloc(arena, sizeof(*journal));

	*journal =
	    row_of(row->message_id, state == DB_ACCEPTED ? "delivered" : "failed", "<envelope/>");
	return (struct db_outbox_result){.row = row,
	    .state = state,
	    .reason = reason,
	    .at = NOW,
	    .next_at = later(60),
	    .journal = journal};
}

static void
settle(struct db *db, const struct db_outbox_row *row, enum db_state state, const char *reason)
{
	const struct db_outbox_result result = result_of(row, state, reason);

	must(db_outbox_settle(db, &result, 1, &e));
	assert_false(db->in_transaction);
}

static const char *
column(const char *what, const char *message_id)
{
	return sql_as(
	    "PG_OWNER", arena_printf(arena, "SELECT %s FROM shepd.outbox o WHERE message_id = '%s'",
			    what, message_id));
}

static const char *
state_of(const char *message_id)
{
	return column("concat_ws(' ', state, attempts, last_error, (SELECT taken_by FROM "
		      "shepd.outbox_open w WHERE w.id = o.id))",
	    message_id);
}

/* --- one dispatcher ----------------------------------------------------------------------------
 */

static void
what_is_taken_is_what_was_added(void **state)
{
	struct db *db = dispatcher();
	struct db_outbox_row put = outbox_row(unique("whole"), "corr"), *got;

	(void)state;
	put.route_id = "route";
	put.session_id = "{s}";
	put.about = "254750124";
	put.inbox_id = 77;
	put.error = "{\"code\":\"SCE001\"}";
	put.data = (struct octets){(const unsigned char *)"a\0b\xFF", 4};
	post(db, &put);
	got = take_one(db, NOW);
	assert_string_equal(got->receiver, "gate");
	assert_string_equal(got->operation, "sendMessage");
	assert_string_equal(got->service_id, "HQ_RESULT");
	assert_string_equal(got->message_type, "REQUEST");
	assert_string_equal(got->route_id, "route");
	assert_string_equal(got->message_id, put.message_id);
	assert_string_equal(got->correlation_id, "corr");
	assert_string_equal(got->chain, "corr");
	assert_string_equal(got->session_id, "{s}");
	assert_string_equal(got->gateway_message_id, "");
	assert_string_equal(got->about, "254750124");
	assert_int_equal(got->inbox_id, 77);
	assert_true(octets_equal(got->data, put.data));
	assert_string_equal(got->error, put.error);
	assert_int_equal(clock_compare(got->created_at, NOW), 0);
	assert_int_equal(clock_compare(got->deadline_at, put.deadline_at), 0);
	assert_int_equal(got->taken_by, db_dispatcher_number(db));
	nothing_is_due(db, NOW);
	db_free(db);
}

static void
an_accepted_delivery_keeps_what_the_gateway_gave_and_its_attempt_in_the_journal(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row put = outbox_row(unique("given"), "");
	struct db_outbox_row *row;
	struct db_outbox_result result;

	(void)state;
	post(db, &put);
	row = take_one(db, NOW);
	assert_string_equal(row->chain, put.message_id);
	result = result_of(row, DB_ACCEPTED, "");
	result.gateway_message_id = "254750124";
	result.correlation_id = "3382552";
	result.session_id = "{s}";
	must(db_outbox_settle(db, &result, 1, &e));
	assert_string_equal(
	    column("concat_ws('|', state, attempts, gateway_message_id, correlation_id, "
		   "chain, session_id, settled_at IS NOT NULL)",
		put.message_id),
	    "ACCEPTED|1|254750124|3382552|3382552|{s}|t");
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(arena, "SELECT verdict FROM shepd.journal WHERE message_id = '%s'",
		    put.message_id)),
	    "delivered");
	db_free(db);
}

static void
a_failed_delivery_is_tried_again_when_its_time_has_come(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row put = outbox_row(unique("again"), "");
	struct db_outbox_row *row;

	(void)state;
	post(db, &put);
	row = take_one(db, NOW);
	settle(db, row, DB_WAITING, "timed out\xFF");
	assert_string_equal(state_of(put.message_id), "WAITING 1 timed out?");
	nothing_is_due(db, later(59));
	row = take_one(db, later(60));
	assert_int_equal(row->attempts, 1);
	assert_string_equal(row->last_error, "timed out?");
	settle(db, row, DB_QUARANTINED, "deadline");
	assert_string_equal(state_of(put.message_id), "QUARANTINED 2 deadline");
	nothing_is_due(db, later(3600));
	db_free(db);
}

static void
many_results_are_settled_in_one_transaction_or_none(void **state)
{
	enum {
		N = 64
	};
	struct db *db = dispatcher();
	struct db_outbox_result results[N];
	struct db_outbox_row *rows;
	size_t count;

	(void)state;
	for (int i = 0; i < N; i++) {
		const struct db_outbox_row put = outbox_row(unique("batch"), "");
		post(db, &put);
	}
	rows = take(db, N, NOW, &count);
	assert_int_equal(count, N);
	for (size_t i = 0; i < N; i++) {
		results[i] = result_of(&rows[i], DB_ACCEPTED, "");
		results[i].correlation_id = arena_printf(arena, "batch-%zu", i);
	}
	struct db_journal_row bad = *results[N - 1].journal, *good = &bad;
	const struct db_journal_row *kept = results[N - 1].journal;
	good->verdict = "no verdict of ours";
	results[N - 1].journal = good;
	must_fail(db_outbox_settle(db, results, N, &e), ERR_DB_STATEMENT);
	assert_string_equal(
	    sql_as("PG_OWNER",
		"SELECT count(*) FROM shepd.outbox JOIN shepd.outbox_open USING (id) WHERE "
		"message_id LIKE 'batch-%' AND state = 'WAITING' AND taken_by IS NOT NULL"),
	    "64");
	results[N - 1].journal = kept;
	must(db_outbox_settle(db, results, N, &e));
	assert_string_equal(
	    sql_as("PG_OWNER",
		"SELECT count(*) FROM shepd.outbox WHERE message_id LIKE 'batch-%' AND "
		"state = 'ACCEPTED' AND correlation_id LIKE 'batch-%'"),
	    "64");
	db_free(db);
}

static void
what_was_not_sent_is_given_back_without_an_attempt(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row put = outbox_row(unique("back"), "");
	const struct db_outbox_row *row;

	(void)state;
	post(db, &put);
	row = take_one(db, NOW);
	must(db_outbox_give_back(db, &row, 1, &e));
	assert_string_equal(state_of(put.message_id), "WAITING 0 ");
	assert_int_equal(take_one(db, NOW)->id, row->id);
	db_free(db);
}

static void
each_receiver_has_its_own_and_all_are_named(void **state)
{
	struct db *db = dispatcher();
	struct db_outbox_row a = outbox_row(unique("to"), ""), b = outbox_row(unique("to"), "");
	const char **names;
	size_t count;

	(void)state;
	a.receiver = "second";
	b.receiver = "third";
	post(db, &a);
	post(db, &b);
	post(db, &(struct db_outbox_row){.created_at = NOW,
		     .receiver = "third",
		     .operation = "sendMessage",
		     .message_id = unique("to"),
		     .next_at = NOW,
		     .deadline_at = NOW});
	nothing_is_due(db, NOW);
	must(db_outbox_receivers(db, arena, &names, &count, &e));
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "second");
	assert_string_equal(names[1], "third");
	db_free(db);
}

/* --- chains ------------------------------------------------------------------------------------
 */

static void
of_a_chain_only_the_first_that_waits_is_taken(void **state)
{
	struct db *db = dispatcher(), *other = dispatcher();
	const char *chain = unique("chain");
	const struct db_outbox_row a = outbox_row(unique("a"), chain),
				   b = outbox_row(unique("b"), chain),
				   c = outbox_row(unique("c"), unique("chain"));
	struct db_outbox_row *rows;
	size_t count;

	(void)state;
	post(db, &a);
	post(db, &b);
	post(db, &c);
	rows = take(db, 64, NOW, &count);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].message_id, a.message_id);
	assert_string_equal(rows[1].message_id, c.message_id);
	nothing_is_due(other, NOW);
	settle(db, &rows[0], DB_WAITING, "later");
	nothing_is_due(other, later(59));
	rows = take(other, 64, later(60), &count);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].message_id, a.message_id);
	settle(other, &rows[0], DB_ACCEPTED, "");
	assert_string_equal(take_one(db, later(60))->message_id, b.message_id);
	db_free(db);
	db_free(other);
}

static void
what_is_in_quarantine_blocks_nobody(void **state)
{
	struct db *db = dispatcher();
	const char *chain = unique("chain");
	const struct db_outbox_row a = outbox_row(unique("a"), chain),
				   b = outbox_row(unique("b"), chain);
	struct db_outbox_row *row;

	(void)state;
	post(db, &a);
	post(db, &b);
	row = take_one(db, NOW);
	settle(db, row, DB_QUARANTINED, "SCE004");
	assert_string_equal(take_one(db, NOW)->message_id, b.message_id);
	db_free(db);
}

static void
the_whole_chain_learns_the_correlation_id_of_its_request(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row request = outbox_row(unique("request"), "");
	struct db_outbox_row before = outbox_row(unique("before"), ""),
			     after = outbox_row(unique("after"), "");
	const char *correlation = unique("33825");
	struct db_outbox_result result;
	struct db_outbox_row *row;

	(void)state;
	before.chain = after.chain = request.message_id;
	post(db, &request);
	post(db, &before);
	row = take_one(db, NOW);
	assert_string_equal(row->message_id, request.message_id);
	result = result_of(row, DB_ACCEPTED, "");
	result.correlation_id = correlation;
	must(db_outbox_settle(db, &result, 1, &e));
	post(db, &after); /* its writer still knows the chain by the old name */
	row = take_one(db, NOW);
	assert_string_equal(row->message_id, before.message_id);
	assert_string_equal(row->correlation_id, correlation);
	nothing_is_due(db, NOW); /* one chain: the third waits for the second */
	settle(db, row, DB_ACCEPTED, "");
	row = take_one(db, NOW);
	assert_string_equal(row->message_id, after.message_id);
	assert_string_equal(row->correlation_id, correlation);
	assert_string_equal(row->chain, correlation);
	db_free(db);
}

static const char *joining;

static int
join_and_commit_late(void)
{
	struct db *db = daemon_db(20000);
	struct db_outbox_row put = outbox_row(joining, "");
	struct err e = {0};

	put.chain = shared_id;
	if (db_begin(db, &e) != 0 || db_outbox_add(db, &put, &e) != 0 ||
	    db_run(db, NULL, 0, NULL, &e) != 0)
		return 1;
	usleep(300000);
	return db_commit(db, &e) == 0 ? 0 : 1;
}

/* The one that joins has not committed when the request is settled. */
static void
a_message_that_joins_while_its_request_is_settled_is_not_left_behind(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row request = outbox_row(unique("request"), "");
	const char *correlation = unique("44825");
	struct db_outbox_result result;
	struct db_outbox_row *row;
	int status;

	(void)state;
	joining = unique("joining");
	shared_id = request.message_id;
	post(db, &request);
	row = take_one(db, NOW);
	result = result_of(row, DB_ACCEPTED, "");
	result.correlation_id = correlation;
	pid_t child = fork();
	if (child == 0)
		_exit(join_and_commit_late());
	usleep(150000);
	must(db_outbox_settle(db, &result, 1, &e)); /* waits for the other */
	row = take_one(db, NOW);
	assert_string_equal(row->message_id, joining);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(row->correlation_id, correlation);
	db_free(db);
}

/* --- what the gateway reports ------------------------------------------------------------------
 */

static bool
move(struct db *db, const char *id, enum db_state to)
{
	const struct db_outbox_moved m = {
	    .message_id = id, .state = to, .reason = "told", .at = NOW};
	bool found;

	must(db_begin(db, &e));
	must(db_outbox_move(db, &m, &found, &e));
	must(db_commit(db, &e));
	return found;
}

static void
a_report_moves_the_message_that_the_gateway_names(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row put = outbox_row(unique("moved"), "");
	const char *gateways = unique("25475");
	struct db_outbox_result result;

	(void)state;
	post(db, &put);
	result = result_of(take_one(db, NOW), DB_ACCEPTED, "");
	result.gateway_message_id = gateways;
	must(db_outbox_settle(db, &result, 1, &e));
	assert_true(move(db, gateways, DB_ACCEPTED));
	assert_string_equal(state_of(put.message_id), "ACCEPTED 1 ");
	assert_true(move(db, gateways, DB_NOT_DELIVERED));
	assert_string_equal(state_of(put.message_id), "NOT_DELIVERED 1 told");
	assert_true(move(db, gateways, DB_DELIVERED));
	assert_true(move(db, gateways, DB_STOPPED)); /* reports may overtake each other */
	assert_true(move(db, gateways, DB_ACCEPTED));
	assert_string_equal(column("state", put.message_id), "DELIVERED");
	assert_false(move(db, unique("nobody"), DB_DELIVERED));
	assert_false(move(db, "", DB_DELIVERED));
	db_free(db);
}

static void
a_report_of_one_receiver_moves_nothing_of_another(void **state)
{
	struct db *db = daemon_db(5000);
	const struct db_outbox_row put = outbox_row(unique("mine"), "");
	struct db_outbox_moved m = {
	    .receiver = "other", .message_id = put.message_id, .state = DB_DELIVERED, .at = NOW};
	bool found;

	(void)state;
	post(db, &put);
	must(db_begin(db, &e));
	must(db_outbox_move(db, &m, &found, &e));
	assert_false(found);
	m.receiver = "gate";
	must(db_outbox_move(db, &m, &found, &e));
	assert_true(found);
	must(db_commit(db, &e));
	db_free(db);
}

static void
a_report_that_comes_before_our_own_answer_is_not_taken_back_by_it(void **state)
{
	struct db *db = dispatcher();
	const struct db_outbox_row put = outbox_row(unique("early"), "");
	struct db_outbox_row *row;
	struct db_outbox_result result;

	(void)state;
	post(db, &put);
	row = take_one(db, NOW);
	assert_true(move(db, put.message_id, DB_DELIVERED));
	result = result_of(row, DB_WAITING, "timed out");
	result.gateway_message_id = "g";
	must(db_outbox_settle(db, &result, 1, &e));
	assert_string_equal(state_of(put.message_id), "DELIVERED 1 told");
	assert_string_equal(column("gateway_message_id", put.message_id), "g");
	nothing_is_due(db, later(3600));
	db_free(db);
}

/* --- several dispatchers -----------------------------------------------------------------------
 */

#define MANY 400

/* Delivers until nothing is due; a delivery is a row of the journal. */
static int
deliver_all(int number)
{
	struct db *db = daemon_db(20000);
	const struct db_outbox_wish wish = {.receiver = "gate", .now = NOW, .most = 7};
	struct db_outbox_row *rows;
	struct db_outbox_result results[7];
	struct err e = {0};
	size_t count;

	if (db_dispatcher_enter(db, "node", NOW, &e) != 0)
		return 1;
	for (int idle = 0; idle < 20;) {
		if (db_outbox_take(db, &wish, arena, &rows, &count, &e) != 0)
			return 1;
		for (size_t i = 0; i < count; i++)
			results[i] = result_of(&rows[i], DB_ACCEPTED, "");
		usleep(count == 0 ? 5000 : (useconds_t)number * 500);
		idle = count == 0 ? idle + 1 : 0;
		if (count > 0 && db_outbox_settle(db, results, count, &e) != 0)
			return 1;
	}
	return 0;
}

static void
four_dispatchers_deliver_each_message_once_and_every_chain_in_order(void **state)
{
	struct db *db = daemon_db(5000);

	(void)state;
	for (int i = 0; i < MANY; i++) {
		const struct db_outbox_row put =
		    outbox_row(unique("many"), arena_printf(arena, "many-%d", i % 50));
		post(db, &put);
	}
	assert_int_equal(in_parallel(4, deliver_all), 4);
	assert_string_equal(
	    sql_as("PG_OWNER", "SELECT concat_ws(' ', count(*), count(DISTINCT message_id)) FROM "
			       "shepd.journal WHERE "
			       "message_id LIKE 'many-%' AND verdict = 'delivered'"),
	    "400 400");
	assert_string_equal(sql_as("PG_OWNER", "SELECT count(*) FROM (SELECT o.id < lag(o.id) OVER "
					       "(PARTITION BY o.chain ORDER BY j.id) "
					       "AS wrong FROM shepd.outbox o JOIN shepd.journal j "
					       "ON j.message_id = o.message_id WHERE "
					       "o.chain LIKE 'many-%') x WHERE wrong"),
	    "0");
	db_free(db);
}

static int
take_and_die(int number)
{
	struct db *db = daemon_db(20000);
	const struct db_outbox_wish wish = {.receiver = "gate", .now = NOW, .most = 2};
	struct db_outbox_row *rows;
	struct err e = {0};
	size_t count;

	(void)number;
	if (db_dispatcher_enter(db, "node", NOW, &e) != 0 ||
	    db_outbox_take(db, &wish, arena, &rows, &count, &e) != 0 || count != 2)
		return 1;
	kill(getpid(), SIGKILL);
	return 0;
}

static void
what_a_killed_dispatcher_had_is_taken_over_and_a_living_ones_never(void **state)
{
	struct db *living = dispatcher(), *db = dispatcher();
	struct db_outbox_row put[4], *rows = NULL;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		put[i] = outbox_row(unique("orphan"), "");
		post(db, &put[i]);
	}
	take(living, 2, NOW, &count);
	assert_int_equal(count, 2);
	assert_int_equal(in_parallel(1, take_and_die), 0);
	for (int tries = 0; tries < 100; tries++) {
		rows = take(db, 64, NOW, &count);
		if (count > 0)
			break;
		usleep(20000); /* the server notices the death when it likes */
	}
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].message_id, put[2].message_id);
	assert_string_equal(rows[1].message_id, put[3].message_id);
	for (int i = 0; i < 10; i++)
		nothing_is_due(db, later(100000)); /* whatever the clock says */
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(arena,
		    "SELECT count(*) FROM shepd.dispatcher WHERE id IN (%lld, %lld)",
		    (long long)db_dispatcher_number(db), (long long)db_dispatcher_number(living))),
	    "2");
	db_free(living);
	db_free(db);
}

/* Cut off from the server it is nobody: what it still holds is no longer its own. */
static void
a_dispatcher_that_lost_its_connection_has_to_enter_again(void **state)
{
	struct db *db = dispatcher(), *other = dispatcher();
	const struct db_outbox_row put = outbox_row(unique("lost"), "");
	const struct db_outbox_wish wish = {.receiver = "gate", .now = NOW, .most = 2};
	struct db_outbox_row *row, *rows;
	int64_t before = db_dispatcher_number(db);
	size_t count = 0;

	(void)state;
	post(db, &put);
	row = take_one(db, NOW);
	sql_as("PG_ADMIN",
	    arena_printf(arena, "SELECT pg_terminate_backend(%d, 5000)", PQbackendPID(db->conn)));
	assert_int_equal(db_dispatcher_number(db), 0);
	must_fail(db_outbox_take(db, &wish, arena, &rows, &count, &e), ERR_DB_UNAVAILABLE);
	must(db_dispatcher_enter(db, "node", NOW, &e));
	assert_true(db_dispatcher_number(db) > before);
	rows = take(other, 64, NOW, &count);
	assert_int_equal(count, 1);
	settle(db, row, DB_QUARANTINED, "late"); /* the other one delivers it now */
	assert_string_equal(column("state", put.message_id), "WAITING");
	settle(other, rows, DB_ACCEPTED, "");
	assert_string_equal(column("state", put.message_id), "ACCEPTED");
	db_free(db);
	db_free(other);
}

/* --- rights ------------------------------------------------------------------------------------
 */

static void
the_daemon_changes_what_delivery_changes_and_nothing_that_is_sent(void **state)
{
	static const char *const columns[] = {"id", "created_at", "receiver", "operation",
	    "service_id", "message_type", "route_id", "message_id", "about", "inbox_id", "data",
	    "error", "deadline_at"};

	(void)state;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		assert_string_equal(
		    sql_as("PG_DAEMON", arena_printf(arena, "UPDATE shepd.outbox SET %s = %s",
					    columns[i], columns[i])),
		    "42501");
	assert_string_equal(sql_as("PG_DAEMON", "DELETE FROM shepd.outbox"), "42501");
	assert_string_equal(sql_as("PG_OWNER", "DELETE FROM shepd.outbox"), "42501");
	assert_string_equal(sql_as("PG_DAEMON", "SELECT count(*) FROM shepd.hold"), "42501");
	assert_string_equal(sql_as("PG_DAEMON", "UPDATE shepd.dispatcher SET id = 0"), "42501");
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(what_is_taken_is_what_was_added, clean),
	    cmocka_unit_test_setup(
		an_accepted_delivery_keeps_what_the_gateway_gave_and_its_attempt_in_the_journal,
		clean),
	    cmocka_unit_test_setup(a_failed_delivery_is_tried_again_when_its_time_has_come, clean),
	    cmocka_unit_test_setup(many_results_are_settled_in_one_transaction_or_none, clean),
	    cmocka_unit_test_setup(what_was_not_sent_is_given_back_without_an_attempt, clean),
	    cmocka_unit_test_setup(each_receiver_has_its_own_and_all_are_named, clean),
	    cmocka_unit_test_setup(of_a_chain_only_the_first_that_waits_is_taken, clean),
	    cmocka_unit_test_setup(what_is_in_quarantine_blocks_nobody, clean),
	    cmocka_unit_test_setup(the_whole_chain_learns_the_correlation_id_of_its_request, clean),
	    cmocka_unit_test_setup(
		a_message_that_joins_while_its_request_is_settled_is_not_left_behind, clean),
	    cmocka_unit_test_setup(a_report_moves_the_message_that_the_gateway_names, clean),
	    cmocka_unit_test_setup(a_report_of_one_receiver_moves_nothing_of_another, clean),
	    cmocka_unit_test_setup(
		a_report_that_comes_before_our_own_answer_is_not_taken_back_by_it, clean),
	    cmocka_unit_test_setup(
		four_dispatchers_deliver_each_message_once_and_every_chain_in_order, clean),
	    cmocka_unit_test_setup(
		what_a_killed_dispatcher_had_is_taken_over_and_a_living_ones_never, clean),
	    cmocka_unit_test_setup(a_dispatcher_that_lost_its_connection_has_to_enter_again, clean),
	    cmocka_unit_test(the_daemon_changes_what_delivery_changes_and_nothing_that_is_sent),
	    cmocka_unit_test(what_is_open_is_what_is_not_settled),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, setup, db_teardown);
}
