/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: how the statements of the asynchronous channel find their rows, with 100,000 of 130,000
 * messages waiting and a year of months: by indexes, touching few pages. Tables that were never
 * analysed and tables that were. Pages are counted, no clock is asked.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "db_async.h"

/* A year of settled messages, then what waits: chains of three, three receivers. */
static const char filling[] =
    "SELECT shepd.make_month(p, m) FROM unnest(ARRAY['shepd.journal', 'shepd.inbox', "
    "'shepd.outbox']::regclass[]) p, generate_series('2025-03-01T00:00:00Z'::timestamptz, "
    "'2026-01-01T00:00:00Z', '1 month') m; "
    "INSERT INTO shepd.outbox (id, created_at, receiver, operation, service_id, message_type, "
    "route_id, message_id, correlation_id, chain, session_id, gateway_message_id, about, data, "
    "error, "
    "state, attempts, next_at, deadline_at, last_error, settled_at) SELECT "
    "nextval('shepd.box_id'), t, "
    "'gate' || n % 3, 'sendMessage', 'S', 'REQUEST', '', 'm' || n, 'c' || n / 3, 'c' || n / 3, '', "
    "'', "
    "'', repeat('x', 300)::bytea, '', CASE WHEN n > 6000 THEN 'WAITING' ELSE 'ACCEPTED' END, 0, "
    "t, t, "
    "'', CASE WHEN n <= 6000 THEN t END FROM generate_series(1, 26000) n, LATERAL (SELECT "
    "'2025-03-01T00:00:00Z'::timestamptz + n * interval '1025 seconds' AS t) x; "
    "INSERT INTO shepd.outbox_open SELECT id, created_at, receiver, chain, next_at FROM "
    "shepd.outbox "
    "WHERE state = 'WAITING'; "
    "INSERT INTO shepd.inbox (id, received_at, channel, sender_id, message_id, correlation_id, "
    "session_id, service_id, message_type, message_date, route_id, journal_id, payload, evidence, "
    "state, "
    "attempts, next_at, last_error, settled_at) SELECT nextval('shepd.box_id'), created_at, 1, "
    "'pep', "
    "message_id, correlation_id, '', 'S', 'REQUEST', created_at, '', 0, data, '', CASE state WHEN "
    "'WAITING' THEN 'WAITING' ELSE 'HANDLED' END, 0, next_at, '', settled_at FROM shepd.outbox; "
    "INSERT INTO shepd.inbox_open SELECT id, received_at, sender_id, correlation_id, next_at FROM "
    "shepd.inbox WHERE state = 'WAITING'";

static int
setup(void **state)
{
	int rc = db_setup(state);

	migrate_and_grant();
	assert_string_equal(sql_as("PG_OWNER", filling), "");
	return rc;
}

/* A session of the daemon's, with its settings and its prepared statements, for plain use. */
static struct db *
plain_session(void)
{
	struct db *db = daemon_db(60000);

	must(db_open(db, &e));
	assert_int_equal(PQexitPipelineMode(db->conn), 1);
	assert_int_equal(PQsetnonblocking(db->conn, 0), 0);
	return db;
}

static const char *
ask(struct db *db, const char *sql)
{
	PGresult *r = PQexec(db->conn, sql);
	const char *text = "";

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%.60s: %s", sql, PQresultErrorMessage(r));
	for (int i = 0; i < PQntuples(r); i++)
		text = arena_printf(arena, "%s%s\n", text, PQgetvalue(r, i, 0));
	PQclear(r);
	return text;
}

/* Pages that the whole statement touched: the first line of the kind speaks of its top node. */
static unsigned long
pages_of(const char *plan)
{
	const char *at = strstr(plan, "Buffers: shared "), *end, *word;
	unsigned long n = 0;

	assert_non_null(at);
	end = strchr(at, '\n');
	if ((word = strstr(at, "hit=")) != NULL && word < end)
		n += strtoul(word + 4, NULL, 10);
	if ((word = strstr(at, "read=")) != NULL && word < end)
		n += strtoul(word + 5, NULL, 10);
	return n;
}

static const struct {
	const char *call;
	unsigned long pages; /* at most */
} calls[] = {
    {"\"INBOX_TAKE\"('2026-03-01')", 100},
    {"\"INBOX_SETTLE\"(32001, '2025-05-11T04:37:05Z', 'HANDLED', '', '2026-03-01', '2026-03-01')",
	60},
    {"\"INBOX_POSTPONE\"('pep', 'c2001', 5, '2026-03-01')", 60},
    {"\"OUTBOX_TAKE\"(1, 'gate1', '2026-03-01', 16)", 900},
    {"\"OUTBOX_SETTLE\"(6001, '2025-05-11T04:37:05Z', 'ACCEPTED', '', '2026-03-01', '2026-03-01', "
     "'g', 'c', "
     "'s', 1)",
	100},
    {"\"OUTBOX_CHAIN\"('gate1', 'c2001', 'new')", 100},
    {"\"OUTBOX_POSTPONE\"('gate1', 'c2001', 5, '2026-03-01')", 60},
    {"\"OUTBOX_MOVE\"('m6001', 'DELIVERED', '', '2026-03-01', '')", 150},
    {"\"OUTBOX_ADD\"('2026-02-10', 'gate1', 'sendMessage', 'S', 'UPDATE', '', 'mine', 'm6001', "
     "'', '', '', "
     "0, 'x', '', '2026-02-10', '2026-02-10')",
	150},
    {"\"OUTBOX_RECEIVERS\"", 60},
    {"\"CLAIMED\"(0, 'pep', 'm1')", 60},
};

static void
expect_few_pages(void)
{
	struct db *db = plain_session();

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const char *explain = arena_printf(arena,
		    "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE %s", calls[i].call);
		/* twice: the first time reads the catalogue, too */
		for (int k = 0; k < 2; k++) {
			ask(db, "BEGIN");
			const char *plan = ask(db, explain);
			ask(db, "ROLLBACK");
			if (strstr(plan, "Seq Scan") != NULL || strstr(plan, "Hash Cond") != NULL)
				fail_msg("%s\n%s", calls[i].call, plan);
			if (k == 1 && pages_of(plan) > calls[i].pages)
				fail_msg("%s: %lu pages\n%s", calls[i].call, pages_of(plan), plan);
		}
	}
	db_free(db);
}

static void
a_backlog_in_tables_that_nobody_analysed_is_taken_by_indexes(void **state)
{
	(void)state;
	expect_few_pages();
}

static void
a_backlog_in_tables_that_were_analysed_is_taken_by_indexes(void **state)
{
	(void)state;
	assert_string_equal(sql_as("PG_OWNER", "ANALYZE"), "");
	expect_few_pages();
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_backlog_in_tables_that_nobody_analysed_is_taken_by_indexes),
	    cmocka_unit_test(a_backlog_in_tables_that_were_analysed_is_taken_by_indexes),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, setup, db_teardown);
}
