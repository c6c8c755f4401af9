/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See link.h. The socket is non-blocking and every wait ends by a monotonic instant, so a hung
 * server costs a request its deadline and never a worker.
 */
#include "config.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/link.h"

#define MS ((int64_t)1000000)
#define FIRST_BACKOFF_MS 100
#define LONGEST_BACKOFF_MS 5000

/* Columns as db_read_inbox() and db_read_outbox() expect them; octets only where they are asked
 * for. */
#define DB_INBOX(payload, evidence)                                                                \
	"id, received_at, channel::integer, sender_id, message_id, correlation_id, session_id, "   \
	"service_id, "                                                                             \
	"message_type, route_id, message_date, journal_id, " payload ", " evidence                 \
	", signer_iin, signer_bin, "                                                               \
	"signer_name, signer_serial, signer_roles, signer_capable, state, attempts, next_at, "     \
	"last_error, settled_at"
#define DB_OUTBOX(data, taken_by)                                                                  \
	"id, created_at, receiver, operation, service_id, message_type, route_id, message_id, "    \
	"correlation_id, chain, "                                                                  \
	"session_id, gateway_message_id, about, last_error, error, coalesce(inbox_id, 0), " data   \
	", state, attempts, "                                                                      \
	"next_at, deadline_at, " taken_by ", settled_at"

static const struct {
	const char *name, *sql;
} statements[DB_ALL_STATEMENTS] = {
#define X(name, sql) [DB_##name] = {#name, sql},
#include "db/operate.def"
#include "db/statements.def"
#undef X
};

int64_t
db_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
}

/* The server's own time-outs come first and leave a usable connection; ours is the second line. */
static int64_t
limit_of(const struct db *db)
{
	int64_t limit = db_clock() + (int64_t)db->milliseconds * 5 / 4 * MS;

	return db->deadline != 0 && db->deadline < limit ? db->deadline : limit;
}

static void
keep_notice(void *self, const PGresult *r)
{
	struct db *db = self;
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	snprintf(db->notice, sizeof(db->notice), "%s", text != NULL ? text : "");
	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		db->warned = true;
}

/* SQLSTATEs of a server that may do better later (class 40 transaction rollback, 53 resources,
 * 57 operator intervention and time-outs, 58 system, 08 connection, lock_not_available, a standby,
 * a session that was idle inside its transaction for too long). */
static bool
temporary(const char *state)
{
	static const char *const classes[] = {
	    "08", "40", "53", "57", "58", "55P03", "25006", "25P03"};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strncmp(state, classes[i], strlen(classes[i])) == 0)
			return true;
	return false;
}

/* One line without the trailing newline of libpq's messages. */
static int
fail_line(struct err *e, enum err_code code, const char *what, const char *state, const char *text)
{
	return err_set(e, code, "%s: %s%s%.*s", what, state, state[0] != '\0' ? " " : "",
	    (int)strcspn(text, "\n"), text);
}

int
db_failed(struct db *db, const PGresult *r, const char *what, struct err *e)
{
	const char *state = r != NULL ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *text = r != NULL ? PQresultErrorMessage(r) : PQerrorMessage(db->conn);

	if (state == NULL)
		return fail_line(e, ERR_DB_UNAVAILABLE, what, "", text);
	/* a standby after a failover, or a pooler that dropped our statements: only a new link
	 * helps */
	if (strcmp(state, "25006") == 0 || strcmp(state, "26000") == 0)
		db->stale = true;
	return fail_line(
	    e, temporary(state) ? ERR_DB_UNAVAILABLE : ERR_DB_STATEMENT, what, state, text);
}

void
db_close(struct db *db)
{
	if (db->conn != NULL)
		PQfinish(db->conn);
	db->conn = NULL;
	db->in_transaction = false;
	db->stale = false;
	db->n_queued = 0;
	db->claiming = DB_UNCLAIMED;
	db->dispatcher = 0;
	db->operating = false;
	db->handling = false;
}

/* Waits for the socket; false when the time is over. */
static bool
wait_socket(const struct db *db, short events, int64_t limit)
{
	struct pollfd p = {.fd = PQsocket(db->conn), .events = events};

	for (;;) {
		int64_t left = limit - db_clock();
		if (left <= 0)
			return false;
		/* rounded up: poll's milliseconds must not spin at the end */
		int n = poll(&p, 1, (int)((left + MS - 1) / MS));
		if (n > 0)
			return true;
	}
}

static int
fail_time(struct db *db, const char *what, struct err *e)
{
	db_close(db); /* the server's answer, if it comes, must not meet another request */
	return err_set(e, ERR_DB_UNAVAILABLE, "%s: no answer in time", what);
}

/* Everything queued leaves; what arrives meanwhile is read, so that neither side blocks. */
static int
flush(struct db *db, int64_t limit, const char *what, struct err *e)
{
	int left;

	while ((left = PQflush(db->conn)) > 0) {
		if (!wait_socket(db, POLLIN | POLLOUT, limit))
			return fail_time(db, what, e);
		if (PQconsumeInput(db->conn) != 1)
			break;
	}
	return left == 0 ? 0 : db_failed(db, NULL, what, e);
}

/* The next result, NULL included, as PQgetResult() would give it. */
static int
next_result(struct db *db, int64_t limit, const char *what, PGresult **out, struct err *e)
{
	*out = NULL;
	while (PQisBusy(db->conn)) {
		if (!wait_socket(db, POLLIN, limit))
			return fail_time(db, what, e);
		if (PQconsumeInput(db->conn) != 1)
			return db_failed(db, NULL, what, e);
	}
	*out = PQgetResult(db->conn);
	return 0;
}

void
db_clear(PGresult **results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		PQclear(results[i]);
		results[i] = NULL;
	}
}

/* The result of one queued statement and the NULL behind it. A refusal of the server sets the error
 * and the reading goes on, so that the pipeline is empty at the end; -1 only for a lost link. */
static int
read_one(struct db *db, int64_t limit, const char *what, PGresult **out, struct err *e)
{
	PGresult *end = NULL;

	if (next_result(db, limit, what, out, e) != 0)
		return -1;
	if (*out == NULL)
		return db_failed(db, NULL, what, e);
	switch (PQresultStatus(*out)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_PIPELINE_ABORTED: /* an earlier one failed and has said why */
		break;
	default:
		(void)db_failed(db, *out, what, e);
	}
	if (next_result(db, limit, what, &end, e) != 0)
		return -1;
	PQclear(end);
	return 0;
}

static int
read_sync(struct db *db, int64_t limit, struct err *e)
{
	PGresult *r = NULL;
	bool in_step;

	if (next_result(db, limit, "sync", &r, e) != 0)
		return -1;
	in_step = r != NULL && PQresultStatus(r) == PGRES_PIPELINE_SYNC;
	PQclear(r);
	return in_step ? 0 : db_failed(db, NULL, "sync", e);
}

/* Sends what is queued and reads n answers with the sync behind them. The link is closed on loss;
 * answers that came before a refusal stay. */
static int
exchange(struct db *db, size_t n, const char *const *what, PGresult **results, struct err *e)
{
	int64_t limit = limit_of(db);

	db->warned = false;
	db->notice[0] = '\0';
	if (PQpipelineSync(db->conn) != 1) {
		(void)db_failed(db, NULL, "sync", e);
		goto lost;
	}
	if (flush(db, limit, what[0], e) != 0)
		goto lost;
	for (size_t i = 0; i < n; i++)
		if (read_one(db, limit, what[i], &results[i], e) != 0)
			goto lost;
	if (read_sync(db, limit, e) != 0)
		goto lost;
	db->in_transaction = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
	db->handling = db->handling && db->in_transaction;
	if (e->code == ERR_OK)
		return 0;
	if (PQstatus(db->conn) == CONNECTION_OK && !db->stale)
		return -1;
lost:
	db_close(db);
	return -1;
}

int
db_queue(struct db *db, const struct db_query *q, struct err *e)
{
	const char *name = statements[q->statement].name;
	int formats[DB_MOST_PARAMS];

	assert(db->n_queued < DB_MOST_QUERIES);
	if (db->conn == NULL)
		return err_set(e, ERR_DB_UNAVAILABLE, "the connection was lost");
	for (int i = 0; i < q->n; i++)
		formats[i] = 1;
	if (PQsendQueryPrepared(db->conn, name, q->n, q->value, q->length, formats, 1) != 1) {
		(void)db_failed(db, NULL, name, e);
		db_close(db);
		return -1;
	}
	db->queued[db->n_queued++] = name;
	return 0;
}

/* The answer to the claim, if it is among these; a link that was lost has forgotten the claim. */
static int
learn_claim(struct db *db, PGresult *const *results, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && db->claiming == DB_ASKED; i++) {
		if (strcmp(db->queued[i], statements[DB_CLAIM].name) != 0 ||
		    PQresultStatus(results[i]) != PGRES_TUPLES_OK)
			continue;
		db->claiming = PQntuples(results[i]) == 1 ? DB_OURS : DB_TAKEN;
		if (db->claiming == DB_OURS)
			db->journal_id = db_get_int8(results[i], 0, 0);
	}
	return db->claiming != DB_TAKEN
		   ? 0
		   : err_set(e, ERR_MSG_REUSED, "the message was claimed before");
}

int
db_run(struct db *db, const struct db_query *q, size_t n, PGresult **results, struct err *e)
{
	PGresult *all[DB_MOST_QUERIES] = {NULL};
	size_t before = db->n_queued, count;
	int rc;

	for (size_t i = 0; i < n; i++) {
		results[i] = NULL;
		if (db_queue(db, &q[i], e) != 0)
			return -1;
	}
	if ((count = db->n_queued) == 0)
		return err_set(e, ERR_DB_UNAVAILABLE, "the connection was lost");
	rc = exchange(db, count, db->queued, all, e);
	if (learn_claim(db, all, db->n_queued, e) != 0)
		rc = -1;
	db->n_queued = 0;
	db_clear(all, rc == 0 ? before : count);
	for (size_t i = before; i < count && rc == 0; i++)
		results[i - before] = all[i];
	return rc;
}

/* Settings of the session, then every statement, in one flush. A worker that is stuck or frozen
 * inside its transaction keeps its locks from the others no longer than a statement may take. Every
 * statement finds its few rows by an index, whatever the statistics of a table that was empty a
 * minute ago say, and is planned once and not for each call over all months. What was acknowledged
 * is on disk, whatever the server is set to. */
static int
prepare_all(struct db *db, struct err *e)
{
	const char *what[DB_STATEMENTS + 1];
	PGresult *results[DB_STATEMENTS + 1] = {NULL};
	char ms[16];
	const char *value[] = {ms};

	snprintf(ms, sizeof(ms), "%u", db->milliseconds);
	what[0] = "settings";
	if (PQenterPipelineMode(db->conn) != 1 ||
	    PQsendQueryParams(db->conn,
		"SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, "
		"false), "
		"set_config('idle_in_transaction_session_timeout', $1, false), "
		"set_config('client_connection_check_interval', '1000', false), "
		"set_config('plan_cache_mode', 'force_generic_plan', false), "
		"set_config('synchronous_commit', coalesce(nullif(current_setting("
		"'synchronous_commit'), 'off'), 'on'), false), "
		"set_config('enable_seqscan', 'off', false), "
		"set_config('enable_hashjoin', 'off', false), "
		"set_config('enable_mergejoin', 'off', false), set_config('jit', 'off', false)",
		1, NULL, value, NULL, NULL, 0) != 1)
		goto lost;
	for (size_t i = 0; i < DB_STATEMENTS; i++) {
		what[i + 1] = statements[i].name;
		if (PQsendPrepare(db->conn, statements[i].name, statements[i].sql, 0, NULL) != 1)
			goto lost;
	}
	int rc = exchange(db, DB_STATEMENTS + 1, what, results, e);
	db_clear(results, DB_STATEMENTS + 1);
	return rc;
lost:
	return db_failed(db, NULL, "prepare", e);
}

/* conninfo may override what stands before it and is overridden by what stands behind. */
static PGconn *
start(const char *conninfo, bool plain)
{
	static const char *const keys[] = {"application_name", "tcp_user_timeout",
	    "connect_timeout", "dbname", "client_encoding", NULL};
	const char *const values[] = {
	    plain ? "shepctl" : "shepd", "10000", "10", conninfo, "UTF8", NULL};

	return plain ? PQconnectdbParams(keys, values, 1) : PQconnectStartParams(keys, values, 1);
}

static int
wait_connected(struct db *db, struct err *e)
{
	int64_t limit = limit_of(db);
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	if (PQstatus(db->conn) == CONNECTION_BAD)
		return db_failed(db, NULL, "connect", e);
	while (state != PGRES_POLLING_OK) {
		if (!wait_socket(db, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, limit))
			return fail_time(db, "connect", e);
		state = PQconnectPoll(db->conn);
		if (state == PGRES_POLLING_FAILED)
			return db_failed(db, NULL, "connect", e);
	}
	return 0;
}

/* Doubles from 100 ms to 5 s; half of it is spread, so that workers do not come back in step. */
static void
back_off(struct db *db)
{
	unsigned shift = db->failures < 6 ? db->failures : 6;
	int64_t ms = (int64_t)FIRST_BACKOFF_MS << shift;
	int64_t now = db_clock();

	if (ms > LONGEST_BACKOFF_MS)
		ms = LONGEST_BACKOFF_MS;
	db->failures++;
	db->retry_at = now + (ms / 2 + (now / 1000) % (ms / 2)) * MS;
}

void
db_notice_loss(struct db *db)
{
	struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};

	if (poll(&p, 1, 0) > 0 &&
	    (PQconsumeInput(db->conn) != 1 || PQstatus(db->conn) != CONNECTION_OK ||
		(p.revents & (POLLHUP | POLLERR)) != 0))
		db_close(db);
}

int
db_open(struct db *db, struct err *e)
{
	if (db->deadline != 0 && db_clock() >= db->deadline)
		return err_set(e, ERR_DB_UNAVAILABLE, "the request's deadline has passed");
	if (db->conn != NULL)
		db_notice_loss(db);
	if (db->conn != NULL)
		return 0;
	if (db_clock() < db->retry_at)
		return err_set(e, ERR_DB_UNAVAILABLE, "no connection; the next try is later");
	db->conn = start(db->conninfo, false);
	if (db->conn == NULL)
		return err_set(e, ERR_NOMEM, "connect");
	PQsetNoticeReceiver(db->conn, keep_notice, db);
	if (wait_connected(db, e) != 0 || PQsetnonblocking(db->conn, 1) != 0 ||
	    prepare_all(db, e) != 0) {
		back_off(db);
		db_close(db);
		return e->code != ERR_OK ? -1 : err_set(e, ERR_DB_UNAVAILABLE, "connect");
	}
	db->failures = 0;
	db->retry_at = 0;
	return 0;
}

int
db_open_operating(struct db *db, struct err *e)
{
	enum {
		FIRST = DB_STATEMENTS,
		COUNT = DB_ALL_STATEMENTS - DB_STATEMENTS
	};
	const char *what[COUNT];
	PGresult *results[COUNT] = {NULL};

	if (db_open(db, e) != 0)
		return -1;
	if (db->operating)
		return 0;
	for (size_t i = 0; i < COUNT; i++) {
		what[i] = statements[FIRST + i].name;
		if (PQsendPrepare(db->conn, what[i], statements[FIRST + i].sql, 0, NULL) != 1) {
			(void)db_failed(db, NULL, what[i], e);
			db_close(db);
			return -1;
		}
	}
	db->operating = exchange(db, COUNT, what, results, e) == 0;
	db_clear(results, COUNT);
	if (!db->operating)
		db_close(db); /* some of them may be there */
	return db->operating ? 0 : -1;
}

static void
swallow_notice(void *self, const PGresult *r)
{
	(void)self;
	(void)r;
}

int
db_connect_plain(const char *conninfo, PGconn **out, struct err *e)
{
	struct db db = {.conn = start(conninfo, true)};

	*out = NULL;
	if (db.conn == NULL)
		return err_set(e, ERR_NOMEM, "connect");
	PQsetNoticeReceiver(db.conn, swallow_notice, NULL);
	if (PQstatus(db.conn) != CONNECTION_OK) {
		(void)db_failed(&db, NULL, "connect", e);
		db_close(&db);
		return -1;
	}
	*out = db.conn; /* moved */
	return 0;
}
