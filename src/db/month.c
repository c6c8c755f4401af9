/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The months of journal, inbox and outbox: made ahead of their time, held, dropped.
 */
#include "config.h"

#include "db/link.h"

int
db_keep_months(struct db *db, struct instant now, struct err *e)
{
	struct db_query q = {.statement = DB_KEEP_MONTHS};
	PGresult *r;

	db_put_time(&q, now);
	if (db_open(db, e) != 0 || db_run(db, &q, 1, &r, e) != 0)
		return -1;
	db_clear(&r, 1);
	return 0;
}

static int
read_month(const PGresult *r, int i, struct arena *a, struct db_month *out, struct err *e)
{
	int64_t *const numbers[] = {
	    &out->journal, &out->inbox, &out->outbox, &out->unsettled, &out->octets};

	out->name = db_get_text(r, i, 0, a);
	for (int k = 0; k < 5; k++)
		*numbers[k] = db_get_int8(r, i, k + 1);
	out->held_for = PQgetisnull(r, i, 6) ? NULL : db_get_text(r, i, 6, a);
	if (out->name == NULL || (out->held_for == NULL && !PQgetisnull(r, i, 6)))
		return err_set(e, ERR_NOMEM, "months");
	return 0;
}

int
db_month_list(
    struct db *db, struct arena *a, struct db_month **months, size_t *count, struct err *e)
{
	struct db_query q = {.statement = DB_MONTHS};
	struct db_month *all;
	PGresult *r = NULL;
	int rc = -1;

	*months = NULL;
	*count = 0;
	if (db_open_operating(db, e) != 0 || db_run(db, &q, 1, &r, e) != 0)
		return -1;
	size_t n = (size_t)PQntuples(r);
	if ((all = arena_alloc(a, (n + 1) * sizeof(*all))) == NULL) {
		err_set(e, ERR_NOMEM, "months");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		if (read_month(r, (int)i, a, &all[i], e) != 0)
			goto out;
	*months = all;
	*count = n;
	rc = 0;
out:
	db_clear(&r, 1);
	return rc;
}

/* --- acts: each with its journal row in the same transaction -----------------------------------
 */

/* The journal row "month drop 2026-02" and COMMIT. */
static int
finish_act(
    struct db *db, const struct db_act *act, const char *what, const char *month, struct err *e)
{
	struct arena *scratch = NULL;
	struct db_journal_row row = {
	    .operation = arena_printf(act->arena, "month %s %s", what, month),
	    .detail = act->reason};
	int rc = -1;

	if (row.operation == NULL)
		err_set(e, ERR_NOMEM, "month");
	else if (db_queue_act(db, act, &row, &scratch, e) == 0)
		rc = db_commit(db, e);
	arena_free(scratch);
	return rc;
}

int
db_month_drop(struct db *db, const char *month, unsigned retention, const struct db_act *act,
    const char **refused, struct err *e)
{
	struct db_query q = {.statement = DB_DROP_MONTH};
	PGresult *r = NULL;
	int rc = -1;

	*refused = NULL;
	db_put_text(&q, month);
	db_put_int4(&q, (int32_t)retention);
	db_put_time(&q, act->at);
	if (db_open_operating(db, e) != 0 || db_begin(db, e) != 0 || db_run(db, &q, 1, &r, e) != 0)
		goto out;
	if (PQgetisnull(r, 0, 0)) {
		rc = finish_act(db, act, "drop", month, e);
		goto out;
	}
	*refused = db_get_text(r, 0, 0, act->arena);
	rc = *refused != NULL ? 0 : err_set(e, ERR_NOMEM, "month");
out:
	db_clear(&r, 1);
	db_abandon(db);
	return rc;
}

/* A statement that changes one row, or none and that is the refusal. */
static int
act_on_hold(struct db *db, const struct db_query *q, bool *done, struct err *e)
{
	PGresult *r = NULL;

	if (db_open_operating(db, e) != 0 || db_begin(db, e) != 0 || db_run(db, q, 1, &r, e) != 0)
		return -1;
	*done = PQcmdTuples(r)[0] == '1';
	db_clear(&r, 1);
	return 0;
}

int
db_month_hold(
    struct db *db, const char *month, const struct db_act *act, const char **refused, struct err *e)
{
	struct db_query q = {.statement = DB_HOLD_MONTH};
	bool done = false;
	int rc = -1;

	*refused = NULL;
	db_put_text(&q, month);
	db_put_text(&q, act->reason);
	db_put_text(&q, act->user);
	db_put_time(&q, act->at);
	if (act_on_hold(db, &q, &done, e) == 0)
		rc = done ? finish_act(db, act, "hold", month, e) : 0;
	if (rc == 0 && !done)
		*refused = "no month (YYYY-MM), or under legal hold already";
	db_abandon(db);
	return rc;
}

int
db_month_release(
    struct db *db, const char *month, const struct db_act *act, const char **refused, struct err *e)
{
	struct db_query q = {.statement = DB_RELEASE_MONTH};
	bool done = false;
	int rc = -1;

	*refused = NULL;
	db_put_text(&q, month);
	if (act_on_hold(db, &q, &done, e) == 0)
		rc = done ? finish_act(db, act, "release", month, e) : 0;
	if (rc == 0 && !done)
		*refused = "not under legal hold";
	db_abandon(db);
	return rc;
}
