/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See db_fixture.h.
 */
#include "config.h"

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db_fixture.h"

struct arena *arena;
const char *shared_id;

const char *
environment(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL) {
		fprintf(stderr, "%s is not set: run tests/integration/db.sh\n", name);
		exit(99);
	}
	return value;
}

int
db_setup(void **state)
{
	(void)state;
	arena = arena_new();
	return arena == NULL;
}

int
db_teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* --- helpers -----------------------------------------------------------------------------------
 */

struct db *
daemon_db(unsigned milliseconds)
{
	struct err e = {0};
	struct db *db;

	assert_int_equal(db_new(environment("PG_DAEMON"), milliseconds, &db, &e), 0);
	return db;
}

const char *
sql_as(const char *role, const char *statement)
{
	PGconn *conn;
	const char *answer = "";

	must(db_connect_plain(environment(role), &conn, &e));
	PGresult *r = PQexec(conn, statement);
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0)
		answer = arena_strdup(arena, PQgetvalue(r, 0, 0));
	else if (PQresultStatus(r) == PGRES_FATAL_ERROR)
		answer = arena_strdup(arena, PQresultErrorField(r, PG_DIAG_SQLSTATE));
	PQclear(r);
	PQfinish(conn);
	return answer;
}

void
cluster(const char *what)
{
	const char *command =
	    arena_printf(arena, "bash %s/tests/lib/postgres.sh %s", fixture_srcdir(), what);

	assert_int_equal(system(command), 0);
}

const char *
unique(const char *prefix)
{
	static unsigned n;

	return arena_printf(arena, "%s-%d-%u", prefix, (int)getpid(), n++);
}

struct db_journal_row
row_of(const char *message_id, const char *verdict, const char *reply)
{
	return (struct db_journal_row){.received_at = NOW,
	    .finished_at = NOW,
	    .transaction_id = unique("txn"),
	    .peer = "127.0.0.1:5000",
	    .sender_id = "pep",
	    .message_id = message_id,
	    .verdict = verdict,
	    .code = "OK",
	    .wire = "SCSS001",
	    .received = octets_of("<request/>"),
	    .received_octets = 10,
	    .sent = octets_of(reply),
	    .count = 1};
}

static void
digest_of(const char *body, unsigned char out[32])
{
	memset(out, body[0], 32);
}

struct db_claimed
claimed_of(enum db_channel channel, const char *id, const unsigned char digest[32])
{
	return (struct db_claimed){.channel = channel,
	    .sender_id = "pep",
	    .message_id = id,
	    .body_sha256 = digest,
	    .at = NOW};
}

int
claim(struct db *db, const char *id, const char *body, enum db_claim *out, struct octets *stored,
    struct err *e)
{
	unsigned char digest[32];
	const struct db_claimed claimed = claimed_of(DB_SYNC, id, digest);

	digest_of(body, digest);
	if (db_send_claim(db, &claimed, e) != 0)
		return -1;
	return db_settle_claim(db, arena, out, stored, e);
}

void
call_expecting(
    struct db *db, const char *id, const char *body, const char *reply, enum db_claim expected)
{
	struct db_journal_row row = row_of(id, "accepted", reply);
	struct octets stored;
	enum db_claim got;

	must(claim(db, id, body, &got, &stored, &e));
	assert_int_equal(got, expected);
	if (got == DB_CLAIM_NEW)
		must(db_finish(db, &row, &e));
	if (got == DB_CLAIM_REPEATED)
		assert_true(octets_is(stored, reply));
}

int
in_parallel(int n, int (*child)(int number))
{
	int good = 0, status, start[2];
	char c;

	assert_int_equal(pipe(start), 0);
	for (int i = 0; i < n; i++) {
		if (fork() == 0) {
			close(start[1]);
			(void)!read(start[0], &c, 1); /* returns when the parent closes its end */
			_exit(child(i));
		}
	}
	close(start[0]);
	close(start[1]);
	while (wait(&status) > 0)
		good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return good;
}

static void
silent(void *self, const char *line)
{
	(void)self;
	(void)line;
}

void
migrate_and_grant(void)
{
	must(db_migrate(environment("PG_OWNER"),
	    arena_printf(arena, "%s/schemas/sql", fixture_srcdir()), NOW, silent, NULL, &e));
	assert_string_equal(sql_as("PG_ADMIN", "GRANT shepd_daemon TO shepd"), "");
}
