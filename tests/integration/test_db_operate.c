/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: what operators do. Quarantine, stories, months: each act with its journal row, each refusal
 * with its reason and without a trace.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "db_async.h"

static struct db *desk;

static int
setup(void **state)
{
	struct err e = {0};
	int rc = db_setup(state);

	migrate_and_grant();
	rc |= db_new(environment("PG_OWNER"), 20000, &desk, &e);
	settle_all("inbox");
	settle_all("outbox");
	return rc;
}

static int
teardown(void **state)
{
	db_free(desk);
	return db_teardown(state);
}

static struct db_act
act(const char *reason)
{
	return (struct db_act){.user = "aigerim",
	    .reason = reason,
	    .transaction_id = unique("act"),
	    .at = NOW,
	    .arena = arena};
}

/* Operation, peer, detail and message of the journal row of an act; "" when there is none. */
static const char *
row_of_act(const struct db_act *a)
{
	return sql_as(
	    "PG_OWNER", arena_printf(arena,
			    "SELECT concat_ws('|', operation, peer, detail, message_id) FROM "
			    "shepd.journal WHERE verdict = 'operated' AND transaction_id = '%s'",
			    a->transaction_id));
}

/* --- quarantine --------------------------------------------------------------------------------
 */

static int64_t
inbox_in_quarantine(const char *id, const char *chain)
{
	struct db *db = daemon_db(5000);
	const struct db_inbox_row put = inbox_row(id, chain);
	struct db_inbox_row row;
	bool found;

	receive(db, &put);
	must(db_inbox_take(db, NOW, arena, &row, &found, &e));
	const struct db_journal_row journal = row_of(id, "quarantined", "");
	const struct db_inbox_verdict v = {.row = &row,
	    .state = DB_QUARANTINED,
	    .reason = "HQ_FORM",
	    .at = NOW,
	    .journal = &journal};
	must(db_inbox_settle(db, &v, &e));
	db_free(db);
	return row.id;
}

static int64_t
outbox_in_quarantine(const char *id)
{
	struct db *db = daemon_db(5000);
	const struct db_outbox_row put = outbox_row(id, "");
	const struct db_outbox_wish wish = {.receiver = "gate", .now = NOW, .most = 1};
	const struct db_journal_row journal = row_of(id, "failed", "<envelope/>");
	struct db_outbox_row *rows;
	size_t count;

	post(db, &put);
	must(db_dispatcher_enter(db, "node", NOW, &e));
	must(db_outbox_take(db, &wish, arena, &rows, &count, &e));
	assert_int_equal(count, 1);
	const struct db_outbox_result result = {.row = rows,
	    .state = DB_QUARANTINED,
	    .reason = "SCE004",
	    .at = NOW,
	    .journal = &journal};
	must(db_outbox_settle(db, &result, 1, &e));
	db_free(db);
	return rows[0].id;
}

static void
both_boxes_are_listed_in_order_and_shown_whole(void **state)
{
	const char *in = unique("in"), *to = unique("to");
	int64_t first = inbox_in_quarantine(in, ""), second = outbox_in_quarantine(to),
		third = inbox_in_quarantine(unique("in"), "");
	struct db_held *rows, one;
	size_t count;
	bool found;

	(void)state;
	must(db_quarantine_list(desk, 100, arena, &rows, &count, &e));
	assert_int_equal(count, 3);
	assert_int_equal(rows[0].inbox->id, first);
	assert_int_equal(rows[1].outbox->id, second);
	assert_int_equal(rows[2].inbox->id, third);
	assert_null(rows[0].outbox);
	assert_null(rows[1].inbox);
	assert_string_equal(rows[0].inbox->last_error, "HQ_FORM");
	assert_int_equal(rows[0].inbox->payload.len, 0);
	assert_int_equal(clock_compare(rows[0].settled_at, NOW), 0);
	must(db_quarantine_show(desk, first, arena, &one, &found, &e));
	assert_true(found && octets_is(one.inbox->payload, "<a/>"));
	must(db_quarantine_show(desk, second, arena, &one, &found, &e));
	assert_true(found && octets_is(one.outbox->data, "<result/>"));
	assert_string_equal(one.outbox->message_id, to);
	must(db_quarantine_show(desk, 1 + third, arena, &one, &found, &e));
	assert_false(found);
	must(db_quarantine_list(desk, 1, arena, &rows, &count, &e));
	assert_int_equal(count, 2); /* of each box */
}

static void
what_is_requeued_is_handled_again_from_its_first_attempt(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("requeue");
	int64_t number = inbox_in_quarantine(id, "");
	const struct db_act a = act("the register is back"), b = act("once more");
	struct db_inbox_row row;
	const char *refused;
	bool found;

	(void)state;
	must(db_quarantine_requeue(desk, number, &a, &refused, &e));
	assert_null(refused);
	assert_string_equal(row_of_act(&a),
	    arena_printf(arena, "quarantine requeue|aigerim|the register is back|%s", id));
	must(db_quarantine_requeue(desk, number, &b, &refused, &e));
	assert_string_equal(refused,
	    arena_printf(arena, "message %lld is WAITING, not in quarantine", (long long)number));
	assert_string_equal(row_of_act(&b), "");
	must(db_inbox_take(db, NOW, arena, &row, &found, &e));
	assert_true(found && row.id == number && row.attempts == 0);
	db_free(db);
	settle_all("inbox");
}

static void
a_requeued_delivery_has_its_whole_time_again(void **state)
{
	const char *id = unique("requeue");
	int64_t number = outbox_in_quarantine(id);
	struct db_act a = act("the receiver is back");
	const char *refused;

	(void)state;
	a.at = later(100 * 3600);
	must(db_quarantine_requeue(desk, number, &a, &refused, &e));
	assert_null(refused);
	assert_string_equal(
	    sql_as("PG_OWNER", arena_printf(arena,
				   "SELECT concat_ws(' ', state, attempts, deadline_at - "
				   "next_at, settled_at IS NULL) FROM shepd.outbox WHERE "
				   "id = %lld",
				   (long long)number)),
	    "WAITING 0 3 days t");
	settle_all("outbox");
}

static void
another_route_leaves_the_message_in_quarantine(void **state)
{
	const char *id = unique("route");
	int64_t to = outbox_in_quarantine(id), in = inbox_in_quarantine(unique("route"), "");
	const struct db_route route = {.receiver = "second gate", .service_id = "OTHER"},
			      nothing = {0}, inner = {.route_id = "9"};
	const struct db_act a = act("moved"), b = act("moved"), c = act("moved"), d = act("moved");
	const char *refused;
	struct db_held held;
	bool found;

	(void)state;
	must(db_quarantine_fix_route(desk, to, &route, &a, &refused, &e));
	assert_null(refused);
	assert_string_equal(row_of_act(&a),
	    arena_printf(arena,
		"quarantine fix-route|aigerim|moved; receiver second gate service OTHER|%s", id));
	must(db_quarantine_show(desk, to, arena, &held, &found, &e));
	assert_string_equal(held.outbox->receiver, "second gate");
	assert_string_equal(held.outbox->service_id, "OTHER");
	assert_int_equal(held.outbox->state, DB_QUARANTINED);
	assert_string_equal(
	    sql_as("PG_OWNER",
		arena_printf(arena, "SELECT receiver FROM shepd.outbox_open WHERE id = %lld",
		    (long long)to)),
	    "second gate");
	must(db_quarantine_fix_route(desk, in, &route, &b, &refused, &e));
	assert_string_equal(refused, "a message of the inbox has no receiver");
	must(db_quarantine_fix_route(desk, in, &nothing, &c, &refused, &e));
	assert_string_equal(refused, "there is nothing to change");
	assert_string_equal(row_of_act(&b), "");
	must(db_quarantine_fix_route(desk, in, &inner, &d, &refused, &e));
	assert_null(refused);
	must(db_quarantine_show(desk, in, arena, &held, &found, &e));
	assert_string_equal(held.inbox->route_id, "9");
	assert_string_equal(held.inbox->service_id, "HQ_SUBMIT");
	settle_all("inbox");
	settle_all("outbox");
}

static void
what_is_dropped_stays_and_is_never_taken(void **state)
{
	const char *id = unique("drop");
	int64_t in = inbox_in_quarantine(id, ""), to = outbox_in_quarantine(unique("drop"));
	const struct db_act a = act("a test of theirs"), b = act("the same"), c = act("again"),
			    d = act("nobody's");
	const char *refused;

	(void)state;
	must(db_quarantine_drop(desk, in, &a, &refused, &e));
	assert_null(refused);
	must(db_quarantine_drop(desk, to, &b, &refused, &e));
	assert_null(refused);
	assert_string_equal(
	    row_of_act(&a), arena_printf(arena, "quarantine drop|aigerim|a test of theirs|%s", id));
	assert_string_equal(sql_as("PG_OWNER", arena_printf(arena,
						   "SELECT concat_ws(' ', i.state, o.state) FROM "
						   "shepd.inbox i, shepd.outbox o WHERE "
						   "i.id = %lld AND o.id = %lld",
						   (long long)in, (long long)to)),
	    "DROPPED DROPPED");
	must(db_quarantine_requeue(desk, in, &c, &refused, &e));
	assert_non_null(strstr(refused, "is DROPPED, not in quarantine"));
	must(db_quarantine_drop(desk, 999999999, &d, &refused, &e));
	assert_string_equal(refused, "there is no message 999999999");
	assert_string_equal(row_of_act(&d), "");
}

static void
the_daemon_may_do_none_of_it(void **state)
{
	struct db *db = daemon_db(5000);
	int64_t to = outbox_in_quarantine(unique("daemon"));
	const struct db_route route = {.receiver = "elsewhere"};
	const struct db_act a = act("x"), b = act("x"), c = act("x");
	const char *refused;

	(void)state;
	must_fail(db_quarantine_fix_route(db, to, &route, &a, &refused, &e), ERR_DB_STATEMENT);
	must_fail(db_quarantine_requeue(db, to, &b, &refused, &e), ERR_DB_STATEMENT);
	must_fail(db_month_drop(db, "2019-05", 0, &c, &refused, &e), ERR_DB_STATEMENT);
	assert_false(db->in_transaction);
	db_free(db);
	settle_all("outbox");
}

/* --- stories -----------------------------------------------------------------------------------
 */

static void
expect_story(const char *id, size_t journal, size_t inbox, size_t outbox)
{
	struct db_story s;

	must(db_story(desk, id, arena, &s, &e));
	if (s.journal_count != journal || s.inbox_count != inbox || s.outbox_count != outbox)
		fail_msg("%s: %zu %zu %zu", id, s.journal_count, s.inbox_count, s.outbox_count);
}

static void
a_story_is_found_by_each_name_of_its_message(void **state)
{
	struct db *db = daemon_db(5000);
	const char *in = unique("story"), *to = unique("story"), *chain = unique("corr"),
		   *gateways = unique("25475");
	int64_t number = inbox_in_quarantine(in, chain);
	struct db_outbox_row put = outbox_row(to, chain);
	const struct db_outbox_wish wish = {.receiver = "gate", .now = NOW, .most = 1};
	struct db_journal_row journal = row_of(to, "delivered", "<envelope/>");
	struct db_outbox_row *rows;
	struct db_story s;
	size_t count;

	(void)state;
	put.inbox_id = number;
	post(db, &put);
	must(db_dispatcher_enter(db, "node", NOW, &e));
	must(db_outbox_take(db, &wish, arena, &rows, &count, &e));
	const struct db_outbox_result result = {.row = rows,
	    .state = DB_ACCEPTED,
	    .reason = "",
	    .at = NOW,
	    .gateway_message_id = gateways,
	    .journal = &journal};
	must(db_outbox_settle(db, &result, 1, &e));
	struct db_journal_row report = row_of(unique("notified"), "notified", "<ack/>");
	report.operation = "changeMassageStatusNotification";
	report.correlation_id = gateways;
	must(db_journal(db, &report, &e));
	/* received, quarantined; delivered, reported */
	expect_story(in, 4, 1, 1);
	expect_story(to, 4, 1, 1);
	expect_story(chain, 4, 1, 1);
	expect_story(gateways, 4, 1, 1);
	expect_story(arena_printf(arena, "%lld", (long long)number), 4, 1, 1);
	expect_story(arena_printf(arena, "%lld", (long long)rows[0].id), 4, 1, 1);
	expect_story(journal.transaction_id, 4, 1, 1);
	expect_story(report.message_id, 1, 0, 0);
	expect_story(unique("nobody"), 0, 0, 0);
	expect_story("", 0, 0, 0);
	must(db_story(desk, in, arena, &s, &e));
	assert_string_equal(s.journal[0].row.verdict, "accepted");
	assert_string_equal(s.journal[1].row.verdict, "quarantined");
	assert_string_equal(s.journal[2].row.verdict, "delivered");
	assert_true(octets_is(s.journal[2].row.sent, "<envelope/>"));
	assert_true(octets_is(s.journal[0].row.received, "<request/>"));
	assert_int_equal(s.journal[0].row.received_octets, 10);
	assert_int_equal(s.journal[0].row.count, 1);
	assert_string_equal(s.inbox[0].last_error, "HQ_FORM");
	assert_string_equal(s.outbox[0].gateway_message_id, gateways);
	db_free(db);
	settle_all("inbox");
}

/* --- months ------------------------------------------------------------------------------------
 */

#define OLD "2022-12-15T00:00:00Z"

/* December 2022, with a claim, its journal row, an inbox and an outbox row. */
static void
make_old_month(const char *id)
{
	struct db *db = daemon_db(5000);
	struct db_inbox_row in = inbox_row(id, "");
	struct db_outbox_row to = outbox_row(unique("old"), "");
	struct db_journal_row row = row_of(id, "accepted", "ack");
	unsigned char body[32] = {'b'};
	struct db_claimed claimed = claimed_of(DB_ASYNC_CLIENT, id, body);
	struct octets stored;
	enum db_claim got;

	must(db_keep_months(db, fixture_instant(OLD), &e));
	claimed.at = to.created_at = fixture_instant(OLD);
	must(db_send_claim(db, &claimed, &e));
	must(db_settle_claim(db, arena, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	must(db_inbox_add(db, &in, &e));
	must(db_outbox_add(db, &to, &e));
	must(db_finish(db, &row, &e));
	db_free(db);
}

static void
expect_refusal(const char *month, const char *at, const char *expected)
{
	struct db_act a = act("housekeeping");
	const char *refused;

	a.at = fixture_instant(at);
	must(db_month_drop(desk, month, 36, &a, &refused, &e));
	assert_non_null(refused);
	assert_non_null(strstr(refused, expected));
	assert_string_equal(row_of_act(&a), "");
	assert_false(desk->in_transaction);
}

static const struct db_month *
month_named(const char *name)
{
	struct db_month *months;
	size_t count;

	must(db_month_list(desk, arena, &months, &count, &e));
	for (size_t i = 0; i < count; i++)
		if (strcmp(months[i].name, name) == 0)
			return &months[i];
	return NULL;
}

static void
a_month_is_dropped_only_when_nothing_forbids_it(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("december");
	unsigned char body[32] = {'b'};
	struct db_claimed claimed = claimed_of(DB_ASYNC_CLIENT, id, body);
	struct db_act hold = act("case 17"), release = act("case 17 is closed"),
		      drop = act("yearly");
	const struct db_month *m;
	struct octets stored;
	enum db_claim got;
	const char *refused;

	(void)state;
	make_old_month(id);
	m = month_named("2022-12");
	assert_non_null(m);
	assert_int_equal(m->journal, 1);
	assert_int_equal(m->inbox, 1);
	assert_int_equal(m->outbox, 1);
	assert_int_equal(m->unsettled, 2);
	assert_true(m->octets > 0);
	assert_null(m->held_for);
	expect_refusal("2022-13", "2026-02-10T00:00:00Z", "2022-13 is no month");
	expect_refusal("2022-12'; DROP TABLE x", "2026-02-10T00:00:00Z", "is no month");
	expect_refusal("2018-01", "2026-02-10T00:00:00Z", "there is no month 2018-01");
	expect_refusal("2022-12", "2025-12-31T23:59:59Z", "2022-12 is kept until 2026-01-01");
	expect_refusal("2022-12", "2026-01-01T00:00:00Z", "2 messages of 2022-12 wait");
	assert_string_equal(
	    sql_as("PG_OWNER", "UPDATE shepd.inbox_open SET next_at = NULL; UPDATE "
			       "shepd.inbox SET state = 'QUARANTINED', settled_at = received_at "
			       "WHERE state = 'WAITING'"),
	    "");
	settle_all("outbox");
	expect_refusal(
	    "2022-12", "2026-01-01T00:00:00Z", "1 messages of 2022-12 wait or are in quarantine");
	settle_all("inbox");
	must(db_month_hold(desk, "2022-12", &hold, &refused, &e));
	assert_null(refused);
	assert_string_equal(row_of_act(&hold), "month hold 2022-12|aigerim|case 17|");
	assert_string_equal(month_named("2022-12")->held_for, "case 17");
	expect_refusal("2022-12", "2026-01-01T00:00:00Z", "2022-12 is under legal hold: case 17");
	hold.transaction_id = unique("act");
	must(db_month_hold(desk, "2022-12", &hold, &refused, &e));
	assert_string_equal(refused, "no month (YYYY-MM), or under legal hold already");
	must(db_month_hold(desk, "December", &hold, &refused, &e));
	assert_non_null(refused);
	must(db_month_release(desk, "2022-12", &release, &refused, &e));
	assert_null(refused);
	assert_string_equal(
	    row_of_act(&release), "month release 2022-12|aigerim|case 17 is closed|");
	must(db_month_release(desk, "2022-12", &release, &refused, &e));
	assert_string_equal(refused, "not under legal hold");

	must(db_month_drop(desk, "2022-12", 36, &drop, &refused, &e));
	assert_null(refused);
	assert_string_equal(row_of_act(&drop), "month drop 2022-12|aigerim|yearly|");
	assert_null(month_named("2022-12"));
	assert_string_equal(
	    sql_as("PG_OWNER", "SELECT concat_ws(' ', to_regclass('shepd.journal_2022_12'), "
			       "to_regclass('shepd.inbox_2022_12'), "
			       "to_regclass('shepd.outbox_2022_12'))"),
	    "");
	claimed.at = NOW; /* it comes again, years later */
	must(db_send_claim(db, &claimed, &e));
	must_fail(db_settle_claim(db, arena, &got, &stored, &e), ERR_MSG_FORGOTTEN);
	db_free(db);
}

static void
a_month_in_use_is_left_alone_after_two_seconds(void **state)
{
	struct db *db = daemon_db(20000);
	struct db_act a = act("yearly");
	const struct db_inbox_row put = inbox_row(unique("busy"), "");
	struct db_inbox_row row;
	const char *refused;
	bool found;

	(void)state;
	receive(db, &put);
	must(db_keep_months(db, fixture_instant("2021-01-10T00:00:00Z"), &e));
	must(db_inbox_take(db, NOW, arena, &row, &found, &e)); /* its handler works on */
	assert_true(found);
	must_fail(db_month_drop(desk, "2021-01", 36, &a, &refused, &e), ERR_DB_UNAVAILABLE);
	assert_string_equal(row_of_act(&a), "");
	db_abandon(db);
	must(db_month_drop(desk, "2021-01", 36, &a, &refused, &e));
	assert_null(refused);
	db_free(db);
	settle_all("inbox");
}

static void
rows_without_a_month_are_counted_under_no_name(void **state)
{
	struct db *db = daemon_db(5000);
	struct db_journal_row row = row_of(unique("odd"), "refused", "");
	const struct db_month *m;
	int64_t before;

	(void)state;
	m = month_named("");
	assert_non_null(m);
	before = m->journal;
	row.received_at = row.finished_at = fixture_instant("1999-01-01T00:00:00Z");
	must(db_journal(db, &row, &e));
	assert_int_equal(month_named("")->journal, before + 1);
	assert_int_equal(month_named("")->unsettled, 0);
	db_free(db);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_boxes_are_listed_in_order_and_shown_whole),
	    cmocka_unit_test(what_is_requeued_is_handled_again_from_its_first_attempt),
	    cmocka_unit_test(a_requeued_delivery_has_its_whole_time_again),
	    cmocka_unit_test(another_route_leaves_the_message_in_quarantine),
	    cmocka_unit_test(what_is_dropped_stays_and_is_never_taken),
	    cmocka_unit_test(the_daemon_may_do_none_of_it),
	    cmocka_unit_test(a_story_is_found_by_each_name_of_its_message),
	    cmocka_unit_test(a_month_is_dropped_only_when_nothing_forbids_it),
	    cmocka_unit_test(a_month_in_use_is_left_alone_after_two_seconds),
	    cmocka_unit_test(rows_without_a_month_are_counted_under_no_name),
	    cmocka_unit_test(what_is_open_is_what_is_not_settled),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, setup, teardown);
}
