/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inbox: what was acknowledged and is to be handled. One transaction a message, with a
 * savepoint before the handler's work, so that a failed attempt is undone while the message stays
 * locked.
 */
#include "config.h"

#include <assert.h>

#include "db/link.h"

int
db_inbox_add(struct db *db, const struct db_inbox_row *row, struct err *e)
{
	const char *const texts[] = {row->sender_id, row->message_id, row->correlation_id,
	    row->session_id, row->service_id, row->message_type, row->route_id};
	const struct msg_signer *s = &row->signer;
	const char *const signer[] = {s->iin, s->bin, s->name, s->serial};
	struct db_query q = {.statement = DB_INBOX_ADD};

	db_put_time(&q, db->claimed.at);
	db_put_int4(&q, (int32_t)row->channel);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		db_put_text(&q, texts[i]);
	db_put_time(&q, row->message_date);
	db_put_octets(&q, row->payload);
	db_put_octets(&q, row->evidence);
	for (size_t i = 0; i < sizeof(signer) / sizeof(signer[0]); i++)
		row->has_signer ? db_put_text(&q, signer[i]) : db_put_null(&q);
	row->has_signer ? db_put_int4(&q, (int32_t)db_roles(s)) : db_put_null(&q);
	row->has_signer ? db_put_int4(&q, s->sign_capable) : db_put_null(&q);
	return db_queue(db, &q, e);
}

int
db_inbox_take(struct db *db, struct instant now, struct arena *a, struct db_inbox_row *out,
    bool *found, struct err *e)
{
	struct db_query q[3] = {
	    {.statement = DB_BEGIN}, {.statement = DB_INBOX_TAKE}, {.statement = DB_HANDLER}};
	PGresult *r[3] = {NULL};
	int rc = -1;

	assert(!db->in_transaction && db->n_queued == 0);
	*out = (struct db_inbox_row){0};
	*found = false;
	db_put_time(&q[1], now);
	if (db_open(db, e) != 0 || db_run(db, q, 3, r, e) != 0)
		goto out;
	*found = PQntuples(r[1]) == 1;
	db->handling = true;
	rc = *found ? db_read_inbox(r[1], 0, a, out, e) : 0;
out:
	if (rc != 0 || !*found)
		db_abandon(db);
	db_clear(r, 3);
	return rc;
}

int
db_inbox_undo(struct db *db, struct err *e)
{
	struct db_query q = {.statement = DB_UNDO};

	db->handling = false;
	return db_queue(db, &q, e);
}

static int
queue_settle(struct db *db, const struct db_inbox_verdict *v, struct arena **scratch, struct err *e)
{
	struct db_query q = {.statement = DB_INBOX_SETTLE};
	const char *reason = db_clean(v->reason, scratch);

	if (reason == NULL)
		return err_set(e, ERR_NOMEM, "inbox verdict");
	db_put_int8(&q, v->row->id);
	db_put_time(&q, v->row->received_at);
	db_put_text(&q, db_state_name(v->state));
	db_put_text(&q, reason);
	db_put_time(&q, v->next_at);
	db_put_time(&q, v->at);
	return db_queue(db, &q, e);
}

static int
queue_postpone(struct db *db, const struct db_inbox_verdict *v, struct err *e)
{
	struct db_query q = {.statement = DB_INBOX_POSTPONE};

	if (v->state != DB_WAITING)
		return 0;
	db_put_text(&q, v->row->sender_id);
	db_put_text(&q, v->row->correlation_id);
	db_put_int8(&q, v->row->id);
	db_put_time(&q, v->next_at);
	return db_queue(db, &q, e);
}

int
db_inbox_settle(struct db *db, const struct db_inbox_verdict *v, struct err *e)
{
	struct arena *scratch = NULL;
	int rc = -1;

	if (db_begin(db, e) != 0)
		goto out;
	if (v->state != DB_HANDLED && db->handling && db_inbox_undo(db, e) != 0)
		goto out;
	if (queue_settle(db, v, &scratch, e) != 0 || queue_postpone(db, v, e) != 0 ||
	    db_queue_journal(db, v->journal, &scratch, e) != 0)
		goto out;
	rc = db_commit(db, e);
out:
	if (rc != 0)
		db_abandon(db);
	arena_free(scratch);
	return rc;
}
