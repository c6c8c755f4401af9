/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One connection to PostgreSQL: opening, pipelined runs of prepared statements, the kind of a
 * failure.
 *
 * For the files of db/ only. Whatever a run leaves behind is known: the connection is usable and
 * outside or inside the transaction as `in_transaction` says, or it is closed.
 */
#ifndef DB_LINK_H
#define DB_LINK_H

#include <stdint.h>

#include <libpq-fe.h>

#include "db/operate.h"

enum db_statement {
#define X(name, sql) DB_##name,
#include "db/statements.def"
	DB_STATEMENTS, /* so many are the daemon's */
	DB_LAST_OF_DAEMON = DB_STATEMENTS - 1,
#include "db/operate.def"
#undef X
	DB_ALL_STATEMENTS
};

#define DB_MESSAGE_ID_MOST 256 /* a B-tree entry has a limit, and a UUID has 36 */

enum db_claiming {
	DB_UNCLAIMED,
	DB_ASKED, /* queued or sent; the answer has not been read */
	DB_OURS,
	DB_TAKEN
};

#define DB_MOST_QUERIES 64 /* in one flush */

struct db {
	char *conninfo;
	unsigned milliseconds;
	PGconn *conn;	   /* NULL = closed */
	int64_t deadline;  /* CLOCK_MONOTONIC ns; 0 = none */
	int64_t retry_at;  /* no connect before */
	unsigned failures; /* connects that failed in a row */
	bool in_transaction;
	bool stale;			     /* to be closed after this run */
	bool warned;			     /* the server sent a WARNING during this run */
	const char *queued[DB_MOST_QUERIES]; /* names of statements whose answers are to be read */
	size_t n_queued;
	enum db_claiming claiming;
	struct db_claimed claimed;		 /* while claiming */
	char claimed_id[DB_MESSAGE_ID_MOST + 1]; /* normalised */
	int64_t journal_id;			 /* of the claim that is ours */
	int64_t dispatcher;			 /* number of this session; 0 = none */
	bool operating;				 /* the operators' statements are prepared, too */
	bool handling;	  /* the transaction has a savepoint before the handler's work */
	char notice[200]; /* the last one, for details */
};

/* One statement with its parameters; all in binary, results too. What it points to is borrowed. */
#define DB_MOST_PARAMS 32
struct db_query {
	enum db_statement statement;
	int n;
	const char *value[DB_MOST_PARAMS];
	int length[DB_MOST_PARAMS];
	char fixed[DB_MOST_PARAMS][8];
};

/* The next parameter. NULL text is the empty text; text that is not UTF-8 must not come here. */
void db_put_text(struct db_query *, const char *);
void db_put_octets(struct db_query *, struct octets);
void db_put_int4(struct db_query *, int32_t);
void db_put_int8(struct db_query *, int64_t);
void db_put_time(struct db_query *, struct instant);
void db_put_null(struct db_query *);

/* Values of a result, borrowed from it; row and column exist. */
struct octets db_get_octets(const PGresult *, int row, int column);
int64_t db_get_int8(const PGresult *, int row, int column);
struct instant db_get_time(const PGresult *, int row, int column);

/* A copy in the arena; NULL when memory is out. */
const char *db_get_text(const PGresult *, int row, int column, struct arena *);

/* A peer's octets may stand in a path or a reason; evidence must not be lost because of them: what
 * is not UTF-8 becomes "?". NULL is the empty text. *scratch is made when needed, the caller frees
 * it. NULL when memory is out. */
const char *db_clean(const char *, struct arena **scratch);

/* The parameters of JOURNAL behind the first, which is the row's id or null. */
int db_put_journal(struct db_query *, const struct db_journal_row *, struct arena **scratch,
    struct err *) MUSTCHECK;

/* A journal row, queued with an id of its own. */
int db_queue_journal(
    struct db *, const struct db_journal_row *, struct arena **scratch, struct err *) MUSTCHECK;

/* The journal row of an operator's act ("operated"): what names operation, detail and the message.
 * Queued. */
int db_queue_act(struct db *, const struct db_act *, const struct db_journal_row *what,
    struct arena **scratch, struct err *) MUSTCHECK;

/* Roles as bits, in the order of 006_async.sql. */
unsigned db_roles(const struct msg_signer *);

/* Row i of a result whose first columns are those of statements.def (DB_INBOX, DB_OUTBOX). */
int db_read_inbox(
    const PGresult *, int i, struct arena *, struct db_inbox_row *, struct err *) MUSTCHECK;
int db_read_outbox(
    const PGresult *, int i, struct arena *, struct db_outbox_row *, struct err *) MUSTCHECK;

/* Queues what one of several messages needs; sends what is queued first when there is no room. */
int db_make_room(struct db *, struct err *) MUSTCHECK;

/* BEGIN for those who may find no transaction open. Queued. */
int db_begin(struct db *, struct err *) MUSTCHECK;

/* COMMIT behind all that is queued; after an error no transaction is open. */
int db_commit(struct db *, struct err *) MUSTCHECK;

/* A server that went away while we were idle has said so on the socket: closes then. */
void db_notice_loss(struct db *);

/* Opens if closed, within the deadline. ERR_DB_UNAVAILABLE at once while the back-off lasts. */
int db_open(struct db *, struct err *) MUSTCHECK;
void db_close(struct db *);

/* db_open(), and the operators' statements. */
int db_open_operating(struct db *, struct err *) MUSTCHECK;

/* Puts a query before those of the next db_run(), which reads its answer, too: a refusal of it is a
 * failure of that run. */
int db_queue(struct db *, const struct db_query *, struct err *) MUSTCHECK;

/* Sends what is queued and all queries in one flush and waits for every answer. results[i] is set
 * for each of the n and must be freed by db_clear(); on -1 none is set. Fails when a claim that was
 * queued turns out to be taken: nothing that depends on it may go on. */
int db_run(
    struct db *, const struct db_query *, size_t n, PGresult **results, struct err *) MUSTCHECK;
void db_clear(PGresult **results, size_t n);

/* Anything but the tag COMMIT is no commit: a failed transaction answers ROLLBACK without an error
 * (F05). A WARNING with it means a cancelled wait for the standby: committed here, perhaps lost
 * (F04). */
int db_check_commit(struct db *, PGresult *, struct err *) MUSTCHECK;

/* Monotonic nanoseconds. */
int64_t db_clock(void);

/* Sets the error that belongs to a result or, with NULL, to the connection's state. Returns -1. */
int db_failed(struct db *, const PGresult *, const char *what, struct err *);

/* A connection of its own for migrations and checks, blocking, notices swallowed. */
int db_connect_plain(const char *conninfo, PGconn **out, struct err *) MUSTCHECK;

#endif
