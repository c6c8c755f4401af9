/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * db: migrations, the check of a database, and the journal that nobody changes. Runs first in its
 * cluster: it expects to find nothing.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "db_fixture.h"

/* --- migrations --------------------------------------------------------------------------------
 */

static void
collect(void *self, const char *line)
{
	char *text = self;

	strncat(text, line, 900 - strlen(text));
	strncat(text, "\n", 900 - strlen(text));
}

static int
migrate(const char *folder, char said[1000], struct err *e)
{
	said[0] = '\0';
	return db_migrate(environment("PG_OWNER"), folder, NOW, collect, said, e);
}

static const char *
shipped(void)
{
	return arena_printf(arena, "%s/schemas/sql", fixture_srcdir());
}

/* A copy of the shipped folder, with one shell command done in it. */
static const char *
changed_folder(const char *command)
{
	const char *folder = arena_printf(arena, "%s/%s", environment("PG_DIR"), unique("sql"));
	const char *all =
	    arena_printf(arena, "cp -R '%s' '%s' && chmod -R u+w '%s' && cd '%s' && %s", shipped(),
		folder, folder, folder, command);

	assert_int_equal(system(all), 0);
	return folder;
}

static void
the_first_migration_makes_schema_and_role_and_the_second_finds_them(void **state)
{
	char said[1000];

	(void)state;
	assert_string_equal(
	    sql_as("PG_ADMIN", "SELECT count(*) FROM pg_roles WHERE rolname = 'shepd_daemon'"),
	    "0");
	must_fail(db_check(environment("PG_DAEMON"), &e), ERR_CONFIG);
	must(migrate(shipped(), said, &e));
	assert_string_equal(said,
	    "001_roles.sql applied\n002_journal.sql applied\n003_housing.sql applied\n"
	    "004_standing.sql applied\n005_months.sql applied\n006_async.sql "
	    "applied\n007_operate.sql applied\n");
	must_fail(db_check(environment("PG_DAEMON"), &e), ERR_CONFIG);
	assert_string_equal(sql_as("PG_ADMIN", "GRANT shepd_daemon TO shepd"), "");
	must(migrate(shipped(), said, &e));
	assert_non_null(strstr(said, "007_operate.sql was applied before"));
	assert_string_equal(
	    sql_as("PG_OWNER", "SELECT applied_at AT TIME ZONE 'UTC' FROM shepd.migration LIMIT 1"),
	    "2026-02-10 06:00:00");
}

static void
the_check_wants_a_role_that_adds_to_the_journal_and_cannot_change_it(void **state)
{
	(void)state;
	must(db_check(environment("PG_DAEMON"), &e));
	must_fail(db_check(environment("PG_OWNER"), &e), ERR_CONFIG);
	must_fail(db_check(environment("PG_ADMIN"), &e), ERR_CONFIG);
	must_fail(db_check("host=/nowhere dbname=shepd", &e), ERR_DB_UNAVAILABLE);
}

static void
refuses_an_applied_file_that_has_changed(void **state)
{
	char said[1000];

	(void)state;
	must_fail(migrate(changed_folder("echo '-- x' >>002_journal.sql"), said, &e), ERR_CONFIG);
}

static void
refuses_numbers_with_a_gap_or_twice(void **state)
{
	char said[1000];

	(void)state;
	must_fail(migrate(changed_folder("echo 'SELECT 1' >009_gap.sql"), said, &e), ERR_CONFIG);
	must_fail(migrate(changed_folder("echo 'SELECT 1' >003_twice.sql"), said, &e), ERR_CONFIG);
	must_fail(migrate("/nowhere", said, &e), ERR_CONFIG);
}

static void
refuses_a_database_that_is_newer_than_the_folder(void **state)
{
	char said[1000];

	(void)state;
	must_fail(migrate(changed_folder("rm 007_operate.sql"), said, &e), ERR_CONFIG);
}

static void
a_failing_migration_leaves_nothing(void **state)
{
	char said[1000];

	(void)state;
	must_fail(migrate(changed_folder(
			      "echo 'CREATE TABLE shepd.half (a int); SELECT 1/0' >008_bad.sql"),
		      said, &e),
	    ERR_DB_STATEMENT);
	assert_string_equal(sql_as("PG_OWNER", "SELECT to_regclass('shepd.half') IS NULL"), "t");
	must_fail(migrate(changed_folder("echo 'SELECT 1; COMMIT' >008_commits.sql"), said, &e),
	    ERR_CONFIG);
	assert_string_equal(sql_as("PG_OWNER", "SELECT max(version) FROM shepd.migration"), "7");
}

/* --- the journal -------------------------------------------------------------------------------
 */

static void
nobody_changes_the_journal_or_a_claim(void **state)
{
	static const char *const roles[] = {"PG_DAEMON", "PG_OWNER", "PG_ADMIN"};
	static const char *const statements[] = {"UPDATE shepd.journal SET detail = 'x'",
	    "DELETE FROM shepd.journal", "TRUNCATE shepd.journal CASCADE",
	    "DELETE FROM shepd.claim", "UPDATE shepd.claim SET message_id = 'x'",
	    "TRUNCATE shepd.claim"};
	struct db *db = daemon_db(5000);

	(void)state;
	call_expecting(db, unique("kept"), "b", "reply", DB_CLAIM_NEW);
	db_free(db);
	const char *before = sql_as("PG_OWNER", "SELECT count(*) FROM shepd.journal");
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		for (size_t k = 0; k < sizeof(statements) / sizeof(statements[0]); k++)
			assert_string_equal(sql_as(roles[i], statements[k]), "42501");
	assert_string_equal(sql_as("PG_OWNER", "SELECT count(*) FROM shepd.journal"), before);
	assert_string_equal(sql_as("PG_DAEMON", "DELETE FROM shepd.hq_application"), "42501");
}

static void
a_refusal_is_kept_whatever_octets_a_peer_put_into_it(void **state)
{
	struct db *db = daemon_db(5000);
	struct db_journal_row row = row_of(NULL, "refused", "");

	(void)state;
	row.peer = NULL;
	row.endpoint = "/sync\xFF\xC0\xAF\xED\xA0\x80|\xD0\xB6|\xE2\x82";
	row.code = "HTTP_FRAMING";
	row.received = (struct octets){NULL, 0};
	row.received_octets = 200000000;
	memset(row.received_sha256, 0xAB, 32);
	row.count = 7;
	must(db_journal(db, &row, &e));
	assert_string_equal(
	    sql_as("PG_DAEMON", arena_printf(arena,
				    "SELECT concat_ws(' ', endpoint, code, received_octets, count, "
				    "length(received), "
				    "encode(received_sha256, 'hex') = repeat('ab', 32), "
				    "received_at = '2026-02-10T06:00:00Z') FROM shepd.journal "
				    "WHERE transaction_id = '%s'",
				    row.transaction_id)),
	    "/sync??????|\xD0\xB6|?? HTTP_FRAMING 200000000 7 0 t t");
	must_fail(db_journal(db, &row, &e), ERR_DB_STATEMENT); /* the same transaction_id */
	assert_false(db->in_transaction);
	db_free(db);
}

/* */
static void
evidence_is_kept_once_with_what_rests_on_it(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("evidence"), *query;
	struct db_journal_row row = row_of(id, "accepted", "reply");
	unsigned char digest[32];
	struct octets stored, answer = octets_of("an answer");
	enum db_claim got;

	(void)state;
	assert_int_equal(EVP_Digest(answer.data, answer.len, digest, NULL, EVP_sha256(), NULL), 1);
	row.signer_standing = "ocsp 2026-02-10T05:59:00Z 00";
	must(claim(db, id, "b", &got, &stored, &e));
	must(db_keep_evidence(db, digest, "ocsp", answer, NOW, &e));
	must(db_keep_evidence(db, digest, "ocsp", answer, NOW, &e)); /* of both signers */
	must(db_finish(db, &row, &e));
	query = "SELECT concat_ws(' ', kind, convert_from(octets, 'UTF8'), count(*) OVER ()) "
		"FROM shepd.evidence";
	assert_string_equal(sql_as("PG_OWNER", query), "ocsp an answer 1");
	assert_string_equal(
	    sql_as("PG_OWNER", arena_printf(arena,
				   "SELECT concat_ws('|', signer_standing, business_standing) FROM "
				   "shepd.journal WHERE message_id = '%s'",
				   id)),
	    "ocsp 2026-02-10T05:59:00Z 00|");
	/* octets of another digest are none, and take the message with them */
	id = unique("forged");
	row = row_of(id, "accepted", "reply");
	digest[0] ^= 1;
	must(claim(db, id, "b", &got, &stored, &e));
	must(db_keep_evidence(db, digest, "ocsp", answer, NOW, &e));
	must_fail(db_finish(db, &row, &e), ERR_DB_STATEMENT);
	assert_string_equal(sql_as("PG_ADMIN", "DELETE FROM shepd.evidence"), "42501");
	db_free(db);
}

static void
evidence_of_as_many_as_may_sign_goes_with_one_message(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("many");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	unsigned char digests[9][32];
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(db, id, "b", &got, &stored, &e));
	for (int i = 0; i < 9; i++) {
		struct octets answer = octets_of(arena_printf(arena, "answer %d", i));
		assert_int_equal(
		    EVP_Digest(answer.data, answer.len, digests[i], NULL, EVP_sha256(), NULL), 1);
		must(db_keep_evidence(db, digests[i], "ocsp", answer, NOW, &e));
	}
	must(db_finish(db, &row, &e));
	assert_string_equal(sql_as("PG_OWNER", "SELECT count(*) FROM shepd.evidence WHERE "
					       "convert_from(octets, 'UTF8') LIKE 'answer %'"),
	    "9");
	db_free(db);
}

static void
after_a_failed_statement_nothing_is_committed(void **state)
{
	struct db *db = daemon_db(5000);
	const char *id = unique("failed");
	struct db_journal_row row = row_of(id, "accepted", "reply");
	struct db_hq_application bad = {.number = "", .iin = "x", .term = "2026-03-12"};
	struct octets stored;
	enum db_claim got;

	(void)state;
	must(claim(db, id, "b", &got, &stored, &e));
	must(db_hq_register(db, &bad, &e)); /* it goes out with the rest */
	must_fail(db_finish(db, &row, &e), ERR_DB_STATEMENT);
	assert_false(db->in_transaction);
	call_expecting(db, id, "b", "reply", DB_CLAIM_NEW);
	db_free(db);
}

static void
a_commit_answered_with_rollback_is_no_commit(void **state)
{
	struct db *db = daemon_db(5000);
	struct db_query q = {.statement = DB_COMMIT};
	struct db_hq_application bad = {.number = "", .iin = "x", .term = "2026-03-12"};
	struct octets stored;
	enum db_claim got;
	PGresult *r;
	int64_t next;

	(void)state;
	must(claim(db, unique("f05"), "b", &got, &stored, &e));
	must(db_hq_register(db, &bad, &e));
	must_fail(db_hq_next(db, "f05", &next, &e), ERR_DB_STATEMENT);
	must(db_run(db, &q, 1, &r, &e)); /* no error from the server: this is the trap */
	must_fail(db_check_commit(db, r, &e), ERR_DB_STATEMENT);
	db_clear(&r, 1);
	db_free(db);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_migration_makes_schema_and_role_and_the_second_finds_them),
	    cmocka_unit_test(the_check_wants_a_role_that_adds_to_the_journal_and_cannot_change_it),
	    cmocka_unit_test(refuses_an_applied_file_that_has_changed),
	    cmocka_unit_test(refuses_numbers_with_a_gap_or_twice),
	    cmocka_unit_test(refuses_a_database_that_is_newer_than_the_folder),
	    cmocka_unit_test(a_failing_migration_leaves_nothing),
	    cmocka_unit_test(nobody_changes_the_journal_or_a_claim),
	    cmocka_unit_test(a_refusal_is_kept_whatever_octets_a_peer_put_into_it),
	    cmocka_unit_test(evidence_is_kept_once_with_what_rests_on_it),
	    cmocka_unit_test(evidence_of_as_many_as_may_sign_goes_with_one_message),
	    cmocka_unit_test(after_a_failed_statement_nothing_is_committed),
	    cmocka_unit_test(a_commit_answered_with_rollback_is_no_commit),
	};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, db_setup, db_teardown);
}
