/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The outbox: what is to be delivered. Taken under a dispatcher's number, committed; settled
 * several in one transaction.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "db/link.h"

#define OR_EMPTY(text) ((text) != NULL ? (text) : "")

int
db_outbox_add(struct db *db, const struct db_outbox_row *row, struct err *e)
{
	const char *chain = OR_EMPTY(row->chain);
	const char *const before[] = {row->receiver, row->operation, row->service_id,
	    row->message_type, row->route_id, row->message_id};
	struct db_query q = {.statement = DB_OUTBOX_ADD};

	if (chain[0] == '\0')
		chain = OR_EMPTY(row->correlation_id);
	db_put_time(&q, row->created_at);
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		db_put_text(&q, before[i]);
	db_put_text(&q, chain[0] != '\0' ? chain : row->message_id);
	db_put_text(&q, row->correlation_id);
	db_put_text(&q, row->session_id);
	db_put_text(&q, row->about);
	db_put_int8(&q, row->inbox_id);
	db_put_octets(&q, row->data);
	db_put_text(&q, row->error);
	db_put_time(&q, row->next_at);
	db_put_time(&q, row->deadline_at);
	return db_queue(db, &q, e);
}

int
db_outbox_open(struct db *db, struct err *e)
{
	assert(!db->in_transaction && db->n_queued == 0);
	return db_begin(db, e);
}

int
db_outbox_close(struct db *db, struct err *e)
{
	return db_commit(db, e);
}

int
db_outbox_move(struct db *db, const struct db_outbox_moved *m, bool *found, struct err *e)
{
	struct db_query q = {.statement = DB_OUTBOX_MOVE};
	struct arena *scratch = NULL;
	const char *reason = db_clean(m->reason, &scratch);
	PGresult *r = NULL;
	int rc = -1;

	*found = false;
	if (reason == NULL) {
		err_set(e, ERR_NOMEM, "outbox");
		goto out;
	}
	db_put_text(&q, m->message_id);
	db_put_text(&q, db_state_name(m->state));
	db_put_text(&q, reason);
	db_put_time(&q, m->at);
	db_put_text(&q, m->receiver);
	if (db_run(db, &q, 1, &r, e) != 0)
		goto out;
	*found = strcmp(PQcmdTuples(r), "0") != 0;
	rc = 0;
out:
	db_clear(&r, 1);
	arena_free(scratch);
	return rc;
}

/* --- taking ------------------------------------------------------------------------------------
 */

static int
read_taken(
    const PGresult *r, struct arena *a, struct db_outbox_row **rows, size_t *count, struct err *e)
{
	size_t n = (size_t)PQntuples(r);
	struct db_outbox_row *all = arena_alloc(a, (n + 1) * sizeof(*all));

	if (all == NULL)
		return err_set(e, ERR_NOMEM, "outbox");
	for (size_t i = 0; i < n; i++)
		if (db_read_outbox(r, (int)i, a, &all[i], e) != 0)
			return -1;
	*rows = all;
	*count = n;
	return 0;
}

/* What is read before the COMMIT is answered counts only behind it. */
int
db_outbox_take(struct db *db, const struct db_outbox_wish *wish, struct arena *a,
    struct db_outbox_row **rows, size_t *count, struct err *e)
{
	struct db_query q[4] = {{.statement = DB_BEGIN}, {.statement = DB_BURY},
	    {.statement = DB_OUTBOX_TAKE}, {.statement = DB_COMMIT}};
	PGresult *r[4] = {NULL};
	int rc = -1;

	*rows = NULL;
	*count = 0;
	if (db_dispatcher_number(db) == 0)
		return err_set(e, ERR_DB_UNAVAILABLE, "no dispatcher's session");
	db_put_int8(&q[1], db->dispatcher);
	db_put_int8(&q[2], db->dispatcher);
	db_put_text(&q[2], wish->receiver);
	db_put_time(&q[2], wish->now);
	db_put_int8(&q[2], wish->most);
	if (db_run(db, q, 4, r, e) != 0)
		goto out;
	if (db_check_commit(db, r[3], e) == 0)
		rc = read_taken(r[2], a, rows, count, e);
out:
	if (rc != 0)
		db_abandon(db);
	db_clear(r, 4);
	return rc;
}

int
db_outbox_receivers(
    struct db *db, struct arena *a, const char ***names, size_t *count, struct err *e)
{
	struct db_query q = {.statement = DB_OUTBOX_RECEIVERS};
	PGresult *r = NULL;
	int rc = -1;

	*names = NULL;
	*count = 0;
	if (db_open(db, e) != 0 || db_run(db, &q, 1, &r, e) != 0)
		return -1;
	size_t n = (size_t)PQntuples(r);
	const char **all = arena_alloc(a, (n + 1) * sizeof(*all));
	for (size_t i = 0; all != NULL && i < n; i++)
		if ((all[i] = db_get_text(r, (int)i, 0, a)) == NULL)
			all = NULL;
	if (all == NULL) {
		err_set(e, ERR_NOMEM, "receivers");
		goto out;
	}
	*names = all;
	*count = n;
	rc = 0;
out:
	db_clear(&r, 1);
	return rc;
}

/* --- settling ----------------------------------------------------------------------------------
 */

static int
queue_settle(
    struct db *db, const struct db_outbox_result *result, struct arena **scratch, struct err *e)
{
	struct db_query q = {.statement = DB_OUTBOX_SETTLE};
	const char *reason = db_clean(result->reason, scratch);

	if (reason == NULL)
		return err_set(e, ERR_NOMEM, "outbox result");
	db_put_int8(&q, result->row->id);
	db_put_time(&q, result->row->created_at);
	db_put_text(&q, db_state_name(result->state));
	db_put_text(&q, reason);
	db_put_time(&q, result->next_at);
	db_put_time(&q, result->at);
	db_put_text(&q, result->gateway_message_id);
	db_put_text(&q, result->correlation_id);
	db_put_text(&q, result->session_id);
	db_put_int8(&q, result->row->taken_by);
	return db_queue(db, &q, e);
}

/* What one result means for the later ones of its chain: the id that the gateway gave, or to wait.
 */
static int
queue_chain(struct db *db, const struct db_outbox_result *result, struct err *e)
{
	const struct db_outbox_row *row = result->row;
	const char *given = OR_EMPTY(result->correlation_id);
	struct db_query named = {.statement = DB_OUTBOX_CHAIN},
			postponed = {.statement = DB_OUTBOX_POSTPONE};

	if (given[0] != '\0' && strcmp(given, row->chain) != 0) {
		db_put_text(&named, row->receiver);
		db_put_text(&named, row->chain);
		db_put_text(&named, given);
		return db_queue(db, &named, e);
	}
	if (result->state != DB_WAITING)
		return 0;
	db_put_text(&postponed, row->receiver);
	db_put_text(&postponed, row->chain);
	db_put_int8(&postponed, row->id);
	db_put_time(&postponed, result->next_at);
	return db_queue(db, &postponed, e);
}

int
db_outbox_settle(struct db *db, const struct db_outbox_result *results, size_t count, struct err *e)
{
	struct arena *scratch = NULL;
	int rc = -1;

	assert(!db->in_transaction && db->n_queued == 0);
	if (db_begin(db, e) != 0)
		goto out;
	for (size_t i = 0; i < count; i++)
		if (db_make_room(db, e) != 0 || queue_settle(db, &results[i], &scratch, e) != 0 ||
		    queue_chain(db, &results[i], e) != 0 ||
		    db_queue_journal(db, results[i].journal, &scratch, e) != 0)
			goto out;
	rc = db_commit(db, e);
out:
	if (rc != 0)
		db_abandon(db);
	arena_free(scratch);
	return rc;
}

int
db_outbox_give_back(
    struct db *db, const struct db_outbox_row *const *rows, size_t count, struct err *e)
{
	int rc = -1;

	assert(!db->in_transaction && db->n_queued == 0);
	if (db_begin(db, e) != 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		struct db_query q = {.statement = DB_OUTBOX_GIVE_BACK};
		db_put_int8(&q, rows[i]->id);
		db_put_int8(&q, rows[i]->taken_by);
		if (db_make_room(db, e) != 0 || db_queue(db, &q, e) != 0)
			goto out;
	}
	rc = db_commit(db, e);
out:
	if (rc != 0)
		db_abandon(db);
	return rc;
}
