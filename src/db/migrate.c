/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Migrations: numbered SQL files, each in one transaction, once and for all; and the check that the
 * daemon makes of what it finds. An applied file is frozen: its digest stands beside its number.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/link.h"

#define SCHEMA_NEEDED "7" /* the newest migration that this program relies on */
#define MOST_FILES 999
#define FILE_MOST ((long)4 * 1024 * 1024)

struct job {
	PGconn *conn;
	const char *folder;
	struct instant now;
	void (*say)(void *self, const char *line);
	void *self;
};

/* The connection only lends itself to db_failed(). */
static int
failed(PGconn *conn, const PGresult *r, const char *what, struct err *e)
{
	struct db db = {.conn = conn};

	return db_failed(&db, r, what, e);
}

static int
run(PGconn *conn, const char *sql, const char *what, struct err *e)
{
	PGresult *r = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(r);
	int rc = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		rc = failed(conn, r, what, e);
	PQclear(r);
	return rc;
}

/* A query with parameters; *out is its result. */
static int
ask(PGconn *conn, const char *sql, const struct db_query *q, const char *what, PGresult **out,
    struct err *e)
{
	int formats[DB_MOST_PARAMS];
	PGresult *r;

	*out = NULL;
	for (int i = 0; i < q->n; i++)
		formats[i] = 1;
	r = PQexecParams(conn, sql, q->n, NULL, q->value, q->length, formats, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK) {
		(void)failed(conn, r, what, e);
		PQclear(r);
		return -1;
	}
	*out = r; /* moved */
	return 0;
}

/* --- the folder --------------------------------------------------------------------------------
 */

static int
is_migration(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 8 && isdigit((unsigned char)d->d_name[0]) &&
	       isdigit((unsigned char)d->d_name[1]) && isdigit((unsigned char)d->d_name[2]) &&
	       d->d_name[3] == '_' && strcmp(d->d_name + n - 4, ".sql") == 0;
}

static int
read_file(const char *path, char **out, struct err *e)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	long size = -1;
	int rc = -1;

	*out = NULL;
	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || size > FILE_MOST) {
		(void)err_set(
		    e, ERR_CONFIG, "%s: %s", path, f == NULL ? strerror(errno) : "too large");
		goto out;
	}
	rewind(f);
	text = calloc(1, (size_t)size + 1);
	if (text == NULL || fread(text, 1, (size_t)size, f) != (size_t)size) {
		(void)err_set(e, ERR_CONFIG, "%s: cannot be read", path);
		goto out;
	}
	if (memchr(text, '\0', (size_t)size) != NULL) {
		(void)err_set(e, ERR_CONFIG, "%s: not a text", path);
		goto out;
	}
	*out = text; /* moved */
	text = NULL;
	rc = 0;
out:
	if (f != NULL)
		fclose(f);
	free(text);
	return rc;
}

/* --- one migration -----------------------------------------------------------------------------
 */

/* 1 = applied with these octets, 0 = not applied, -1 = error, also when the file has changed. */
static int
applied(struct job *job, int version, const char *name, const char *text, struct err *e)
{
	struct db_query q = {.n = 0};
	PGresult *r;
	int rc;

	db_put_int4(&q, version);
	db_put_octets(&q, octets_of(text));
	if (ask(job->conn, "SELECT sha256 = sha256($2) FROM shepd.migration WHERE version = $1", &q,
		name, &r, e) != 0)
		return -1;
	rc = PQntuples(r);
	if (rc == 1 && strcmp(PQgetvalue(r, 0, 0), "t") != 0)
		rc = err_set(e, ERR_CONFIG, "%s was applied and has changed since", name);
	PQclear(r);
	return rc;
}

static int
record(struct job *job, int version, const char *name, const char *text, struct err *e)
{
	struct db_query q = {.n = 0};
	PGresult *r;

	db_put_int4(&q, version);
	db_put_text(&q, name);
	db_put_octets(&q, octets_of(text));
	db_put_time(&q, job->now);
	if (ask(job->conn,
		"INSERT INTO shepd.migration (version, name, sha256, applied_at) "
		"VALUES ($1, $2, sha256($3), $4)",
		&q, name, &r, e) != 0)
		return -1;
	PQclear(r);
	return 0;
}

/* A COMMIT inside a file would end our transaction and leave the file half recorded. */
static int
apply(struct job *job, int version, const char *name, const char *text, struct err *e)
{
	if (run(job->conn, "BEGIN", name, e) != 0)
		return -1;
	if (run(job->conn, text, name, e) != 0)
		goto out;
	if (PQtransactionStatus(job->conn) != PQTRANS_INTRANS) {
		(void)err_set(e, ERR_CONFIG, "%s ends the transaction it runs in", name);
		goto out;
	}
	if (record(job, version, name, text, e) != 0 || run(job->conn, "COMMIT", name, e) != 0)
		goto out;
	return 0;
out:
	PQclear(PQexec(job->conn, "ROLLBACK"));
	return -1;
}

static int
step(struct job *job, int version, const char *name, struct err *e)
{
	char path[4096], line[300];
	char *text = NULL;
	int rc = -1, done;

	if (atoi(name) != version)
		return err_set(
		    e, ERR_CONFIG, "%s: number %03d is missing or stands twice", name, version);
	snprintf(path, sizeof(path), "%s/%s", job->folder, name);
	if (read_file(path, &text, e) != 0)
		return -1;
	done = applied(job, version, name, text, e);
	if (done < 0 || (done == 0 && apply(job, version, name, text, e) != 0))
		goto out;
	snprintf(line, sizeof(line), "%s %s", name, done == 1 ? "was applied before" : "applied");
	job->say(job->self, line);
	rc = 0;
out:
	free(text);
	return rc;
}

/* --- all of them -------------------------------------------------------------------------------
 */

/* One migrator at a time; the lock ends with the connection. */
static int
prepare(struct job *job, struct err *e)
{
	return run(job->conn,
	    "SELECT pg_advisory_lock(hashtextextended('shepd.migration', 0));"
	    "CREATE SCHEMA IF NOT EXISTS shepd;"
	    "CREATE TABLE IF NOT EXISTS shepd.migration (version integer PRIMARY KEY, "
	    "name text NOT NULL, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL)",
	    "migration table", e);
}

static int
refuse_newer(struct job *job, int files, struct err *e)
{
	struct db_query q = {.n = 0};
	PGresult *r;
	int rc = 0;

	db_put_int4(&q, files);
	if (ask(job->conn, "SELECT max(version) FROM shepd.migration HAVING max(version) > $1", &q,
		"migration table", &r, e) != 0)
		return -1;
	if (PQntuples(r) > 0)
		rc = err_set(e, ERR_CONFIG, "the database is at migration %s, %s ends at %d",
		    PQgetvalue(r, 0, 0), job->folder, files);
	PQclear(r);
	return rc;
}

/* Files older than the months have none to make. */
static int
keep_months(struct job *job, struct err *e)
{
	const struct db_query none = {.n = 0};
	struct db_query q = {.n = 0};
	PGresult *r;
	bool known;

	if (ask(job->conn,
		"SELECT FROM pg_catalog.pg_proc WHERE proname = 'keep_months' "
		"AND pronamespace = 'shepd'::regnamespace",
		&none, "months", &r, e) != 0)
		return -1;
	known = PQntuples(r) == 1;
	PQclear(r);
	db_put_time(&q, job->now);
	if (known && ask(job->conn, "SELECT shepd.keep_months($1)", &q, "months", &r, e) != 0)
		return -1;
	if (known)
		PQclear(r);
	return 0;
}

int
db_migrate(const char *conninfo, const char *folder, struct instant now,
    void (*say)(void *self, const char *line), void *self, struct err *e)
{
	struct job job = {.folder = folder, .now = now, .say = say, .self = self};
	struct dirent **files = NULL;
	int n = scandir(folder, &files, is_migration, alphasort);
	int rc = -1;

	if (n <= 0 || n > MOST_FILES) {
		(void)err_set(e, ERR_CONFIG, "%s: no migrations (NNN_name.sql)", folder);
		goto out;
	}
	if (db_connect_plain(conninfo, &job.conn, e) != 0 || prepare(&job, e) != 0 ||
	    refuse_newer(&job, n, e) != 0)
		goto out;
	for (int i = 0; i < n; i++)
		if (step(&job, i + 1, files[i]->d_name, e) != 0)
			goto out;
	rc = keep_months(&job, e);
out:
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
	PQfinish(job.conn);
	return rc;
}

/* Each answers with a complaint or with nothing. By object id, because a role without a right on
 * the schema may not even name what is in it. */
static const char *const checks[] = {
    "SELECT coalesce((SELECT CASE "
    "WHEN NOT has_schema_privilege(n.oid, 'USAGE') OR NOT has_table_privilege(c.oid, 'INSERT') "
    "THEN 'role ' || current_user || ' cannot add to the journal: grant it shepd_daemon' "
    "WHEN has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') "
    "OR has_any_column_privilege(c.oid, 'UPDATE') "
    "THEN 'role ' || current_user || ' can change the journal: the daemon must not' "
    "ELSE '' END FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
    "c.relnamespace "
    "WHERE n.nspname = 'shepd' AND c.relname = 'journal'), "
    "'the database has no schema yet: run shepctl migrate')",
    "SELECT CASE WHEN EXISTS (SELECT FROM shepd.migration WHERE version = " SCHEMA_NEEDED
    ") THEN '' "
    "ELSE 'the schema is older than this program: run shepctl migrate' END"};

int
db_check(const char *conninfo, struct err *e)
{
	const struct db_query none = {.n = 0};
	PGconn *conn = NULL;
	PGresult *r;
	int rc = 0;

	if (db_connect_plain(conninfo, &conn, e) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < sizeof(checks) / sizeof(checks[0]); i++) {
		rc = ask(conn, checks[i], &none, "check", &r, e);
		if (rc == 0 && PQgetlength(r, 0, 0) > 0)
			rc = err_set(e, ERR_CONFIG, "%s", PQgetvalue(r, 0, 0));
		PQclear(r);
	}
	PQfinish(conn);
	return rc;
}
