/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The housing queue's repository: open applications, numbers, registration, status.
 */
#include "config.h"

#include "db/link.h"

int
db_hq_find_open(struct db *db, const char *iin, const char *locality, struct arena *a,
    const char **number, struct err *e)
{
	struct db_query q[2] = {{.statement = DB_HQ_LOCK}, {.statement = DB_HQ_OPEN}};
	PGresult *r[2];
	int rc = -1;

	*number = NULL;
	for (size_t i = 0; i < 2; i++) {
		db_put_text(&q[i], iin);
		db_put_text(&q[i], locality);
	}
	if (db_run(db, q, 2, r, e) != 0)
		return -1;
	if (PQntuples(r[1]) == 1 && (*number = db_get_text(r[1], 0, 0, a)) == NULL) {
		(void)err_set(e, ERR_NOMEM, "number");
		goto out;
	}
	rc = 0;
out:
	db_clear(r, 2);
	return rc;
}

int
db_hq_next(struct db *db, const char *counter, int64_t *out, struct err *e)
{
	struct db_query q = {.statement = DB_HQ_NEXT};
	PGresult *r;

	db_put_text(&q, counter);
	if (db_run(db, &q, 1, &r, e) != 0)
		return -1;
	*out = db_get_int8(r, 0, 0);
	db_clear(&r, 1);
	return 0;
}

int
db_hq_register(struct db *db, const struct db_hq_application *app, struct err *e)
{
	const char *const before[] = {
	    app->number, app->iin, app->locality, app->channel, app->profile, app->state};
	const char *const after[] = {
	    app->phone, app->email, app->rca, app->address_kato, app->categories};
	struct db_query q = {.statement = DB_HQ_REGISTER};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		db_put_text(&q, before[i]);
	db_put_time(&q, app->registered_at);
	db_put_text(&q, app->term);
	db_put_text(&q, app->sender_id);
	db_put_text(&q, app->message_id);
	db_put_octets(&q, app->document);
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		db_put_text(&q, after[i]);
	return db_queue(db, &q, e);
}

/* In the order of the statement HQ_STATUS. */
static int
read_application(const PGresult *r, struct arena *a, struct db_hq_application *out, struct err *e)
{
	const char **const texts[] = {&out->number, &out->iin, &out->locality, &out->channel,
	    &out->profile, &out->state, NULL, &out->term, &out->sender_id, &out->message_id,
	    &out->phone, &out->email, &out->rca, &out->address_kato, &out->categories,
	    &out->result_at};

	for (int i = 0; i < (int)(sizeof(texts) / sizeof(texts[0])); i++) {
		if (texts[i] == NULL)
			out->registered_at = db_get_time(r, 0, i);
		else if ((*texts[i] = db_get_text(r, 0, i, a)) == NULL)
			return err_set(e, ERR_NOMEM, "application");
	}
	return 0;
}

int
db_hq_status(struct db *db, const char *iin, const char *number, struct arena *a,
    struct db_hq_application *out, bool *found, struct err *e)
{
	struct db_query q = {.statement = DB_HQ_STATUS};
	PGresult *r;
	int rc;

	*out = (struct db_hq_application){0};
	db_put_text(&q, number);
	db_put_text(&q, iin);
	if (db_run(db, &q, 1, &r, e) != 0)
		return -1;
	*found = PQntuples(r) == 1;
	rc = *found ? read_application(r, a, out, e) : 0;
	db_clear(&r, 1);
	return rc;
}
