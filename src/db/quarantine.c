/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What operators do to a message in quarantine: one transaction an act, its journal row in it.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "db/link.h"

/* --- looking -----------------------------------------------------------------------------------
 */

static bool
read_settled(const PGresult *r, int i, struct instant *out)
{
	int last = PQnfields(r) - 1; /* of DB_INBOX and DB_OUTBOX alike */

	if (PQgetisnull(r, i, last))
		return false;
	*out = db_get_time(r, i, last);
	return true;
}

static int
read_held(const PGresult *r, int i, bool inbox, struct arena *a, struct db_held *out, struct err *e)
{
	struct db_inbox_row *in = inbox ? arena_alloc(a, sizeof(*in)) : NULL;
	struct db_outbox_row *to = inbox ? NULL : arena_alloc(a, sizeof(*to));

	*out = (struct db_held){.inbox = in, .outbox = to};
	if (in == NULL && to == NULL)
		return err_set(e, ERR_NOMEM, "quarantine");
	(void)read_settled(r, i, &out->settled_at);
	return inbox ? db_read_inbox(r, i, a, in, e) : db_read_outbox(r, i, a, to, e);
}

int
db_quarantine_list(struct db *db, unsigned most, struct arena *a, struct db_held **rows,
    size_t *count, struct err *e)
{
	struct db_query q[2] = {{.statement = DB_HELD_INBOX}, {.statement = DB_HELD_OUTBOX}};
	PGresult *r[2] = {NULL};
	struct db_held *all;
	size_t n[2];
	int rc = -1;

	*rows = NULL;
	*count = 0;
	db_put_int8(&q[0], most);
	db_put_int8(&q[1], most);
	if (db_open_operating(db, e) != 0 || db_run(db, q, 2, r, e) != 0)
		return -1;
	n[0] = (size_t)PQntuples(r[0]);
	n[1] = (size_t)PQntuples(r[1]);
	if ((all = arena_alloc(a, (n[0] + n[1] + 1) * sizeof(*all))) == NULL) {
		err_set(e, ERR_NOMEM, "quarantine");
		goto out;
	}
	/* both in the order of their ids, which one sequence gives */
	for (size_t i = 0, k = 0; i + k < n[0] + n[1];) {
		bool inbox = k == n[1] || (i < n[0] && db_get_int8(r[0], (int)i, 0) <
							   db_get_int8(r[1], (int)k, 0));
		if (read_held(r[inbox ? 0 : 1], (int)(inbox ? i : k), inbox, a, &all[i + k], e) !=
		    0)
			goto out;
		inbox ? i++ : k++;
	}
	*rows = all;
	*count = n[0] + n[1];
	rc = 0;
out:
	db_clear(r, 2);
	return rc;
}

/* Inside whatever transaction is open. */
static int
show(struct db *db, int64_t id, struct arena *a, struct db_held *out, bool *found, struct err *e)
{
	struct db_query q[2] = {{.statement = DB_SHOW_INBOX}, {.statement = DB_SHOW_OUTBOX}};
	PGresult *r[2] = {NULL};
	int rc = 0;

	*out = (struct db_held){0};
	db_put_int8(&q[0], id);
	db_put_int8(&q[1], id);
	if (db_run(db, q, 2, r, e) != 0)
		return -1;
	*found = true;
	if (PQntuples(r[0]) == 1)
		rc = read_held(r[0], 0, true, a, out, e);
	else if (PQntuples(r[1]) == 1)
		rc = read_held(r[1], 0, false, a, out, e);
	else
		*found = false;
	db_clear(r, 2);
	return rc;
}

int
db_quarantine_show(
    struct db *db, int64_t id, struct arena *a, struct db_held *out, bool *found, struct err *e)
{
	*found = false;
	return db_open_operating(db, e) != 0 ? -1 : show(db, id, a, out, found, e);
}

/* --- acting ------------------------------------------------------------------------------------
 */

struct deed {
	const char *name; /* of the journal's operation */
	enum db_statement inbox, outbox;
	const struct db_route *route; /* NULL = the statements take id and time */
};

static int
refuse(const struct db_act *act, const char **refused, const char *text, struct err *e)
{
	*refused = text;
	return text != NULL ? 0 : err_set(e, ERR_NOMEM, "%s", act->user);
}

static void
put_route(struct db_query *q, const struct db_route *route, bool inbox)
{
	const char *const texts[] = {route->service_id, route->route_id, route->receiver};

	for (size_t i = 0; i < (inbox ? 2 : 3); i++)
		texts[i] != NULL ? db_put_text(q, texts[i]) : db_put_null(q);
}

/* What becomes of the row, if it still is in quarantine: *done. */
static int
change(struct db *db, const struct deed *deed, bool inbox, int64_t id, const struct db_act *act,
    bool *done, struct err *e)
{
	struct db_query q = {.statement = inbox ? deed->inbox : deed->outbox};
	PGresult *r = NULL;

	db_put_int8(&q, id);
	if (deed->route != NULL)
		put_route(&q, deed->route, inbox);
	else
		db_put_time(&q, act->at);
	if (db_run(db, &q, 1, &r, e) != 0)
		return -1;
	*done = strcmp(PQcmdTuples(r), "1") == 0;
	db_clear(&r, 1);
	return 0;
}

int
db_queue_act(struct db *db, const struct db_act *act, const struct db_journal_row *what,
    struct arena **scratch, struct err *e)
{
	/* the SHA-256 of nothing: an operator sends no octets */
	static const unsigned char nothing[32] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
	    0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
	    0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
	struct db_journal_row row = *what;

	row.received_at = row.finished_at = act->at;
	row.transaction_id = act->transaction_id;
	row.peer = act->user;
	row.endpoint = "shepctl";
	row.verdict = "operated";
	row.code = "OK";
	row.count = 1;
	memcpy(row.received_sha256, nothing, sizeof(nothing));
	return db_queue_journal(db, &row, scratch, e);
}

static int
journal_deed(struct db *db, const struct deed *deed, const struct db_held *held,
    const struct db_act *act, struct err *e)
{
	const struct db_inbox_row *in = held->inbox;
	const struct db_outbox_row *to = held->outbox;
	const struct db_route *route = deed->route;
	struct arena *scratch = NULL;
	struct db_journal_row row = {.operation = deed->name,
	    .service_id = in != NULL ? in->service_id : to->service_id,
	    .sender_id = in != NULL ? in->sender_id : "",
	    .message_id = in != NULL ? in->message_id : to->message_id,
	    .correlation_id = in != NULL ? in->correlation_id : to->correlation_id,
	    .detail = act->reason};
	int rc = -1;

	if (route != NULL)
		row.detail = arena_printf(act->arena, "%s;%s%s%s%s%s%s", act->reason,
		    route->receiver != NULL ? " receiver " : "",
		    route->receiver != NULL ? route->receiver : "",
		    route->service_id != NULL ? " service " : "",
		    route->service_id != NULL ? route->service_id : "",
		    route->route_id != NULL ? " route " : "",
		    route->route_id != NULL ? route->route_id : "");
	if (row.detail == NULL)
		err_set(e, ERR_NOMEM, "journal");
	else
		rc = db_queue_act(db, act, &row, &scratch, e);
	if (rc == 0)
		rc = db_commit(db, e);
	arena_free(scratch);
	return rc;
}

/* Looks, changes, journals, commits; or says why not, and then nothing has changed. */
static int
act_on(struct db *db, const struct deed *deed, int64_t id, const struct db_act *act,
    const char **refused, struct err *e)
{
	struct db_held held;
	bool found, done = false;
	enum db_state state;
	int rc = -1;

	*refused = NULL;
	if (db_open_operating(db, e) != 0 || db_begin(db, e) != 0 ||
	    show(db, id, act->arena, &held, &found, e) != 0)
		goto out;
	if (!found || (held.inbox == NULL && held.outbox == NULL)) {
		rc = refuse(act, refused,
		    arena_printf(act->arena, "there is no message %lld", (long long)id), e);
		goto out;
	}
	state = held.inbox != NULL ? held.inbox->state : held.outbox->state;
	if (deed->route != NULL && deed->route->receiver != NULL && held.inbox != NULL) {
		rc = refuse(act, refused, "a message of the inbox has no receiver", e);
		goto out;
	}
	if (change(db, deed, held.inbox != NULL, id, act, &done, e) != 0)
		goto out;
	rc = done ? journal_deed(db, deed, &held, act, e)
		  : refuse(act, refused,
			arena_printf(act->arena, "message %lld is %s, not in quarantine",
			    (long long)id, db_state_name(state)),
			e);
out:
	db_abandon(db);
	return rc;
}

int
db_quarantine_requeue(
    struct db *db, int64_t id, const struct db_act *act, const char **refused, struct err *e)
{
	static const struct deed deed = {
	    "quarantine requeue", DB_REQUEUE_INBOX, DB_REQUEUE_OUTBOX, NULL};

	return act_on(db, &deed, id, act, refused, e);
}

int
db_quarantine_fix_route(struct db *db, int64_t id, const struct db_route *route,
    const struct db_act *act, const char **refused, struct err *e)
{
	const struct deed deed = {"quarantine fix-route", DB_ROUTE_INBOX, DB_ROUTE_OUTBOX, route};

	if (route->receiver == NULL && route->service_id == NULL && route->route_id == NULL)
		return refuse(act, refused, "there is nothing to change", e);
	return act_on(db, &deed, id, act, refused, e);
}

int
db_quarantine_drop(
    struct db *db, int64_t id, const struct db_act *act, const char **refused, struct err *e)
{
	static const struct deed deed = {"quarantine drop", DB_DROP_INBOX, DB_DROP_OUTBOX, NULL};

	return act_on(db, &deed, id, act, refused, e);
}
