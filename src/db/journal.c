/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The journal: rows, the evidence that they rest on, and the COMMIT behind them.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "db/link.h"

const char *
db_clean(const char *text, struct arena **scratch)
{
	const unsigned char *p = (const unsigned char *)(text = text != NULL ? text : "");
	size_t left = strlen(text), n = 0;
	unsigned char *copy;

	for (; left > 0 && (n = utf8_length(p, left)) > 0; p += n)
		left -= n;
	if (left == 0)
		return text;
	if (*scratch == NULL && (*scratch = arena_new()) == NULL)
		return NULL;
	copy = (unsigned char *)arena_strdup(*scratch, text);
	left = strlen(text);
	for (unsigned char *c = copy; c != NULL && left > 0; c += n, left -= n)
		if ((n = utf8_length(c, left)) == 0) {
			*c = '?';
			n = 1;
		}
	return (const char *)copy;
}

int
db_put_journal(
    struct db_query *q, const struct db_journal_row *row, struct arena **scratch, struct err *e)
{
	const char *const texts[] = {row->transaction_id, row->peer, row->endpoint, row->operation,
	    row->service_id, row->sender_id, row->message_id, row->correlation_id, row->signer_iin,
	    row->signer_bin, row->signer_serial, row->signer_fingerprint, row->business_iin,
	    row->business_bin, row->business_serial, row->business_fingerprint, row->verdict,
	    row->code, row->wire, row->detail, row->deviations};

	db_put_time(q, row->received_at);
	db_put_time(q, row->finished_at);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = db_clean(texts[i], scratch);
		if (text == NULL)
			return err_set(e, ERR_NOMEM, "journal row");
		db_put_text(q, text);
	}
	db_put_octets(q, (struct octets){row->received_sha256, sizeof(row->received_sha256)});
	db_put_octets(q, row->received);
	db_put_int8(q, (int64_t)row->received_octets);
	db_put_octets(q, row->sent);
	db_put_int4(q, (int32_t)row->count);
	db_put_text(q, row->signer_standing);
	db_put_text(q, row->business_standing);
	return 0;
}

int
db_keep_evidence(struct db *db, const unsigned char sha256[32], const char *kind,
    struct octets octets, struct instant now, struct err *e)
{
	struct db_query q = {.statement = DB_EVIDENCE};

	db_put_octets(&q, (struct octets){sha256, 32});
	db_put_text(&q, kind);
	db_put_octets(&q, octets);
	db_put_time(&q, now);
	return db_queue(db, &q, e);
}

int
db_check_commit(struct db *db, PGresult *r, struct err *e)
{
	if (strcmp(PQcmdStatus(r), "COMMIT") != 0)
		return err_set(e, ERR_DB_STATEMENT, "COMMIT was answered %s", PQcmdStatus(r));
	if (!db->warned)
		return 0;
	(void)err_set(e, ERR_DB_UNAVAILABLE, "COMMIT with a warning: %s", db->notice);
	db_close(db);
	return -1;
}

int
db_finish(struct db *db, const struct db_journal_row *row, struct err *e)
{
	struct db_query q[2] = {{.statement = DB_JOURNAL}, {.statement = DB_COMMIT}};
	PGresult *r[2] = {NULL, NULL};
	struct db_journal_row claimed = *row;
	struct arena *scratch = NULL;
	int rc = -1;

	claimed.received_at = db->claimed.at; /* where the claim looks for it */
	db_put_int8(&q[0], db->journal_id);
	if (db_put_journal(&q[0], &claimed, &scratch, e) != 0 || db_run(db, q, 2, r, e) != 0)
		goto out;
	rc = db_check_commit(db, r[1], e);
out:
	if (rc != 0)
		db_abandon(db);
	db_clear(r, 2);
	arena_free(scratch);
	return rc;
}

int
db_journal(struct db *db, const struct db_journal_row *row, struct err *e)
{
	struct db_query q[3] = {
	    {.statement = DB_BEGIN}, {.statement = DB_JOURNAL}, {.statement = DB_COMMIT}};
	PGresult *r[3] = {NULL, NULL, NULL};
	struct arena *scratch = NULL;
	int rc = -1;

	assert(!db->in_transaction);
	db_put_null(&q[1]);
	if (db_put_journal(&q[1], row, &scratch, e) != 0 || db_open(db, e) != 0 ||
	    db_run(db, q, 3, r, e) != 0)
		goto out;
	rc = db_check_commit(db, r[2], e);
out:
	if (rc != 0)
		db_abandon(db);
	db_clear(r, 3);
	arena_free(scratch);
	return rc;
}

int
db_queue_journal(
    struct db *db, const struct db_journal_row *row, struct arena **scratch, struct err *e)
{
	struct db_query q = {.statement = DB_JOURNAL};

	db_put_null(&q);
	if (db_put_journal(&q, row, scratch, e) != 0)
		return -1;
	return db_queue(db, &q, e);
}

/* --- transactions of several messages ----------------------------------------------------------
 */

int
db_begin(struct db *db, struct err *e)
{
	struct db_query q = {.statement = DB_BEGIN};

	if (db->in_transaction)
		return 0;
	return db_open(db, e) != 0 ? -1 : db_queue(db, &q, e);
}

int
db_make_room(struct db *db, struct err *e)
{
	return db->n_queued + 4 < DB_MOST_QUERIES ? 0 : db_run(db, NULL, 0, NULL, e);
}

int
db_commit(struct db *db, struct err *e)
{
	struct db_query q = {.statement = DB_COMMIT};
	PGresult *r = NULL;
	int rc;

	if (db_run(db, &q, 1, &r, e) != 0) {
		db_abandon(db);
		return -1;
	}
	rc = db_check_commit(db, r, e);
	db_clear(&r, 1);
	return rc;
}
