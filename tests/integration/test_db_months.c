/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: a database that is older than the months is taken over with all it holds, and months are made
 * ahead of their time. In a database of its own beside the others.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_fixture.h"

/* --- the older database ------------------------------------------------------------------------
 */

static void
silent(void *self, const char *line)
{
	(void)self;
	(void)line;
}

/* The shipped files up to a number. */
static const char *
folder_until(const char *last)
{
	const char *folder = arena_printf(arena, "%s/%s", environment("PG_DIR"), unique("until"));

	assert_int_equal(
	    system(arena_printf(arena,
		"mkdir '%s' && for f in '%s'/schemas/sql/*.sql; do case ${f##*/} in [0-9]*) [ "
		"\"$(echo ${f##*/} | cut -c1-3)\" -gt %s ] || cp \"$f\" '%s' ;; esac; done",
		folder, fixture_srcdir(), last, folder)),
	    0);
	return folder;
}

static void
migrate_until(const char *last)
{
	must(db_migrate(environment("PG_OWNER"), folder_until(last), NOW, silent, NULL, &e));
}

/* In the form of 002 to 004: two months, and a claim whose time is not quite its row's. */
static const char old_rows[] =
    "INSERT INTO shepd.journal SELECT nextval('shepd.journal_id'), t, t, 'txn-' || n, 'peer', "
    "'/sync', "
    "'SendMessage', 'HQ', 'pep', 'old-' || n, '', '', '', '', '', '', '', '', '', 'accepted', "
    "'OK', "
    "'SCSS001', '', '', sha256('x'), 'request', 7, convert_to('reply ' || n, 'UTF8'), 1, 'off', "
    "'off' "
    "FROM generate_series(1, 40) n, LATERAL (SELECT '2025-12-20T00:00:00Z'::timestamptz + n * "
    "interval '1 day' AS "
    "t) d; "
    "INSERT INTO shepd.claim SELECT 'pep', message_id, decode(repeat('62', 32), 'hex'), "
    "received_at + "
    "(CASE id WHEN 7 THEN 1 ELSE 0 END) * interval '1 us', id FROM shepd.journal";

static int
make_old(void **state)
{
	const char *owner, *daemon, *admin;

	if (db_setup(state) != 0)
		return -1;
	assert_string_equal(sql_as("PG_ADMIN", "CREATE DATABASE shepd_old OWNER shepd_owner"), "");
	owner = arena_printf(arena, "%s dbname=shepd_old", environment("PG_OWNER"));
	daemon = arena_printf(arena, "%s dbname=shepd_old", environment("PG_DAEMON"));
	admin = arena_printf(arena, "%s dbname=shepd_old", environment("PG_ADMIN"));
	setenv("PG_OWNER", owner, 1);
	setenv("PG_DAEMON", daemon, 1);
	setenv("PG_ADMIN", admin, 1);
	migrate_until("004");
	assert_string_equal(sql_as("PG_OWNER", old_rows), "");
	return 0;
}

static void
rows_of_an_older_database_are_taken_over_each_into_its_month(void **state)
{
	const char *before = "SELECT string_agg(md5(j::text), '' ORDER BY id) FROM shepd.journal j";
	const char *rows = sql_as("PG_OWNER", before), *next;

	(void)state;
	next = sql_as("PG_OWNER", "SELECT last_value FROM shepd.journal_id");
	migrate_until("007");
	assert_string_equal(sql_as("PG_OWNER", before), rows);
	assert_string_equal(
	    sql_as("PG_OWNER",
		"SELECT string_agg(t || ' ' || n, ', ' ORDER BY t) FROM (SELECT "
		"tableoid::regclass::text t, count(*) n FROM shepd.journal GROUP BY 1) x"),
	    "shepd.journal_2025_12 11, shepd.journal_2026_01 29");
	assert_string_equal(
	    sql_as("PG_OWNER", "SELECT count(*) FROM shepd.claim c JOIN shepd.journal j ON j.id = "
			       "c.journal_id AND j.received_at = c.claimed_at WHERE channel = 0"),
	    "40");
	assert_string_equal(sql_as("PG_OWNER", "SELECT last_value FROM shepd.journal_id"), next);
}

static void
a_message_answered_before_the_migration_is_repeated_after_it(void **state)
{
	struct db *db = daemon_db(5000);

	(void)state;
	call_expecting(db, "old-7", "b", "reply 7", DB_CLAIM_REPEATED);
	call_expecting(db, "OLD-40", "b", "reply 40", DB_CLAIM_REPEATED);
	call_expecting(db, "old-7", "x", "", DB_CLAIM_MISUSED);
	call_expecting(db, unique("new"), "b", "reply", DB_CLAIM_NEW);
	db_free(db);
}

/* --- months ------------------------------------------------------------------------------------
 */

static const char *
months(void)
{
	return sql_as("PG_OWNER",
	    "SELECT string_agg(replace(c.relname, 'journal_', ''), ' ' ORDER BY c.relname) FROM "
	    "pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = "
	    "'shepd.journal'::regclass");
}

static void
migrating_makes_this_month_and_the_next_three(void **state)
{
	(void)state;
	assert_string_equal(months(), "2025_12 2026_01 2026_02 2026_03 2026_04 2026_05 default");
}

static void
the_daemon_makes_months_that_are_missing_and_is_told_of_nothing_else(void **state)
{
	struct db *db = daemon_db(5000);

	(void)state;
	/* in Astana it is June already */
	must(db_keep_months(db, fixture_instant("2026-06-01T04:59:59+05:00"), &e));
	assert_string_equal(months(),
	    "2025_12 2026_01 2026_02 2026_03 2026_04 2026_05 2026_06 2026_07 2026_08 default");
	must(db_keep_months(db, fixture_instant("2026-06-01T04:59:59+05:00"), &e));
	assert_string_equal(
	    sql_as("PG_DAEMON", "SELECT shepd.make_month('shepd.journal', '2020-01-01T00:00:00Z')"),
	    "42501");
	db_free(db);
}

static void
rows_without_a_month_lie_in_the_default_and_keep_it_from_being_made(void **state)
{
	struct db *db = daemon_db(5000);
	struct db_journal_row row = row_of("odd", "refused", "");

	(void)state;
	row.received_at = row.finished_at = fixture_instant("2031-07-15T00:00:00Z");
	must(db_journal(db, &row, &e));
	assert_string_equal(sql_as("PG_OWNER", "SELECT tableoid::regclass FROM shepd.journal "
					       "WHERE message_id = 'odd'"),
	    "shepd.journal_default");
	must(db_keep_months(db, fixture_instant("2031-05-15T00:00:00Z"), &e));
	assert_non_null(strstr(months(), "2031_05 2031_06 2031_08 default"));
	db_free(db);
}

/* Months are named and bounded by UTC whatever a session's own zone is. */
static void
a_month_begins_in_utc_whatever_the_session_says(void **state)
{
	struct db *db = daemon_db(5000);
	struct db_journal_row row = row_of("first", "refused", "");

	(void)state;
	assert_string_equal(
	    sql_as("PG_DAEMON", "SET timezone = 'Asia/Almaty'; SET search_path = ''; SELECT "
				"shepd.keep_months('2027-01-10T00:00:00Z')"),
	    "12"); /* of three tables */
	row.received_at = row.finished_at = fixture_instant("2027-01-31T23:59:59Z");
	must(db_journal(db, &row, &e));
	assert_string_equal(sql_as("PG_OWNER", "SELECT tableoid::regclass FROM shepd.journal "
					       "WHERE message_id = 'first'"),
	    "shepd.journal_2027_01");
	db_free(db);
}

static int
keep_at_once(int number)
{
	struct db *db = daemon_db(20000);
	struct err e = {0};

	(void)number;
	return db_keep_months(db, fixture_instant("2028-03-01T00:00:00Z"), &e);
}

static void
many_workers_ask_at_once_and_all_are_content(void **state)
{
	(void)state;
	assert_int_equal(in_parallel(8, keep_at_once), 8);
	assert_non_null(strstr(months(), "2028_03 2028_04 2028_05 2028_06 "));
}

/* A statement's trigger holds for the table it is named for: each month has its own. */
static void
nobody_changes_a_month_by_its_own_name(void **state)
{
	static const char *const roles[] = {"PG_DAEMON", "PG_OWNER", "PG_ADMIN"};
	static const char *const tables[] = {
	    "journal_2026_01", "journal_2026_05", "journal_default"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++) {
			const char *t = tables[k];
			assert_string_equal(
			    sql_as(roles[i], arena_printf(arena, "DELETE FROM shepd.%s", t)),
			    "42501");
			assert_string_equal(
			    sql_as(
				roles[i], arena_printf(arena, "UPDATE shepd.%s SET wire = ''", t)),
			    "42501");
			assert_string_equal(
			    sql_as(roles[i], arena_printf(arena, "TRUNCATE shepd.%s", t)), "42501");
		}
	assert_string_equal(
	    sql_as("PG_DAEMON", "SELECT count(*) FROM shepd.journal_2026_01"), "42501");
}

static void
a_writer_that_holds_a_row_does_not_wait_for_a_month_nor_the_month_for_it(void **state)
{
	struct db *writer = daemon_db(5000), *keeper = daemon_db(5000);
	const char *id = unique("writer");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(writer, id, "b", &got, &stored, &e));
	must(db_keep_months(keeper, fixture_instant("2029-03-01T00:00:00Z"), &e));
	must(db_finish(writer, &row, &e));
	assert_non_null(strstr(months(), "2029_06"));
	db_free(writer);
	db_free(keeper);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_of_an_older_database_are_taken_over_each_into_its_month),
	    cmocka_unit_test(migrating_makes_this_month_and_the_next_three),
	    cmocka_unit_test(a_message_answered_before_the_migration_is_repeated_after_it),
	    cmocka_unit_test(the_daemon_makes_months_that_are_missing_and_is_told_of_nothing_else),
	    cmocka_unit_test(rows_without_a_month_lie_in_the_default_and_keep_it_from_being_made),
	    cmocka_unit_test(a_month_begins_in_utc_whatever_the_session_says),
	    cmocka_unit_test(many_workers_ask_at_once_and_all_are_content),
	    cmocka_unit_test(nobody_changes_a_month_by_its_own_name),
	    cmocka_unit_test(
		a_writer_that_holds_a_row_does_not_wait_for_a_month_nor_the_month_for_it),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, make_old, db_teardown);
}
