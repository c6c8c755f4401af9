/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who delivers: a number and the session's advisory lock on it.
 */
#include "config.h"

#include "db/link.h"

static int
draw_number(struct db *db, int64_t *number, struct err *e)
{
	struct db_query q = {.statement = DB_DISPATCHER_ID};
	PGresult *r = NULL;

	if (db_run(db, &q, 1, &r, e) != 0)
		return -1;
	*number = db_get_int8(r, 0, 0);
	db_clear(&r, 1);
	return 0;
}

int
db_dispatcher_enter(struct db *db, const char *node, struct instant now, struct err *e)
{
	struct db_query q[4] = {{.statement = DB_BEGIN}, {.statement = DB_DISPATCHER_LOCK},
	    {.statement = DB_DISPATCHER_ADD}, {.statement = DB_COMMIT}};
	PGresult *r[4] = {NULL};
	int64_t number;
	int rc = -1;

	if (db_open(db, e) != 0 || draw_number(db, &number, e) != 0)
		goto out;
	db_put_int8(&q[1], number);
	db_put_int8(&q[2], number);
	db_put_text(&q[2], node);
	db_put_time(&q[2], now);
	if (db_run(db, q, 4, r, e) != 0 || db_check_commit(db, r[3], e) != 0)
		goto out;
	if (*PQgetvalue(r[1], 0, 0) == 0) {
		err_set(e, ERR_DB_STATEMENT, "the lock of a dispatcher's new number is taken");
		goto out;
	}
	db->dispatcher = number;
	rc = 0;
out:
	if (rc != 0)
		db_abandon(db);
	db_clear(r, 4);
	return rc;
}

int64_t
db_dispatcher_number(struct db *db)
{
	if (db->conn != NULL)
		db_notice_loss(db);
	return db->dispatcher;
}
