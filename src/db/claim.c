/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The transaction of one request: claim, journal row, COMMIT. BEGIN and the claim go out with what
 * the handler asks first, journal and COMMIT with what it said last.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "db/link.h"

int
db_new(const char *conninfo, unsigned milliseconds, struct db **out, struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));

	*out = NULL;
	if (db == NULL || (db->conninfo = strdup(conninfo)) == NULL) {
		free(db);
		return err_set(e, ERR_NOMEM, "db");
	}
	db->milliseconds = milliseconds;
	*out = db; /* moved */
	return 0;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	db_close(db);
	explicit_bzero(db->conninfo, strlen(db->conninfo)); /* may hold a password */
	free(db->conninfo);
	free(db);
}

void
db_set_deadline(struct db *db, int64_t monotonic_ns)
{
	db->deadline = monotonic_ns;
}

/* --- claim -------------------------------------------------------------------------------------
 */

static bool
white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The form in which ids are compared. */
static int
normalise(const char *id, char out[DB_MESSAGE_ID_MOST + 1], struct err *e)
{
	size_t n;

	while (white(*id))
		id++;
	n = strlen(id);
	while (n > 0 && white(id[n - 1]))
		n--;
	if (n == 0 || n > DB_MESSAGE_ID_MOST)
		return err_tell(
		    e, ERR_MSG_FORMAT, "messageId is %s", n == 0 ? "empty" : "too long");
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(id[i] >= 'A' && id[i] <= 'Z' ? id[i] + ('a' - 'A') : id[i]);
	out[n] = '\0';
	return 0;
}

/* Somebody was there before: the stored reply for the same body, in any other case misuse. ROLLBACK
 * comes first because the handler's statements may have failed. */
static int
look_up(struct db *db, struct arena *a, enum db_claim *out, struct octets *stored, struct err *e)
{
	struct db_query q[2] = {{.statement = DB_ROLLBACK}, {.statement = DB_CLAIMED}};
	PGresult *r[2];
	int rc = -1;

	db_put_int4(&q[1], (int32_t)db->claimed.channel);
	db_put_text(&q[1], db->claimed.sender_id);
	db_put_text(&q[1], db->claimed_id);
	db->claiming = DB_UNCLAIMED;
	if (db_run(db, q, 2, r, e) != 0) {
		db_abandon(db);
		return -1;
	}
	if (PQntuples(r[1]) != 1) {
		/* the holder's row cannot vanish: claims are for ever */
		(void)err_set(
		    e, ERR_DB_STATEMENT, "the claim of %s is not visible", db->claimed_id);
		goto out;
	}
	if (!octets_equal(
		db_get_octets(r[1], 0, 0), (struct octets){db->claimed.body_sha256, 32})) {
		*out = DB_CLAIM_MISUSED;
	} else if (PQgetisnull(r[1], 0, 1)) {
		(void)err_tell(e, ERR_MSG_FORGOTTEN, "messageId was answered before");
		goto out;
	} else {
		struct octets sent = db_get_octets(r[1], 0, 1);
		stored->data = (unsigned char *)arena_string(a, sent);
		if (stored->data == NULL) {
			(void)err_set(e, ERR_NOMEM, "stored reply");
			goto out;
		}
		stored->len = sent.len;
		*out = DB_CLAIM_REPEATED;
	}
	rc = 0;
out:
	db_clear(r, 2);
	return rc;
}

int
db_send_claim(struct db *db, const struct db_claimed *c, struct err *e)
{
	struct db_query begin = {.statement = DB_BEGIN}, claim = {.statement = DB_CLAIM};

	assert(!db->in_transaction && db->n_queued == 0);
	db->claiming = DB_UNCLAIMED;
	if (normalise(c->message_id, db->claimed_id, e) != 0 || db_open(db, e) != 0)
		return -1;
	db->claimed = *c;
	db_put_int4(&claim, (int32_t)c->channel);
	db_put_text(&claim, c->sender_id);
	db_put_text(&claim, db->claimed_id);
	db_put_octets(&claim, (struct octets){c->body_sha256, 32});
	db_put_time(&claim, c->at);
	if (db_queue(db, &begin, e) != 0 || db_queue(db, &claim, e) != 0)
		return -1;
	db->claiming = DB_ASKED;
	return 0;
}

int
db_settle_claim(
    struct db *db, struct arena *a, enum db_claim *out, struct octets *stored, struct err *e)
{
	struct err taken = {0};

	*out = DB_CLAIM_NEW;
	*stored = (struct octets){NULL, 0};
	if (db->claiming == DB_ASKED && db_run(db, NULL, 0, NULL, &taken) != 0 &&
	    db->claiming != DB_TAKEN) {
		*e = taken;
		db_abandon(db);
		return -1;
	}
	if (db->claiming == DB_TAKEN)
		return look_up(db, a, out, stored, e);
	if (db->claiming == DB_OURS)
		return 0;
	return err_set(e, ERR_DB_UNAVAILABLE, "the connection was lost");
}

void
db_abandon(struct db *db)
{
	struct db_query q = {.statement = DB_ROLLBACK};
	int64_t deadline = db->deadline;
	struct err e = {0};
	PGresult *r = NULL;

	db->claiming = DB_UNCLAIMED;
	if (!db->in_transaction && db->n_queued == 0)
		return;
	db->deadline = 0; /* the request's may be over; the statement's own limit still holds */
	if (db_run(db, &q, 1, &r, &e) != 0)
		db_close(db);
	db->deadline = deadline;
	db_clear(&r, 1);
}

/* --- journal -----------------------------------------------------------------------------------
 */

/* A peer's octets may stand in a path or a detail; evidence must not be lost because of them. */
static const char *
clean(const char *text, struct arena **scratch)
{
	const unsigned char *p = (const unsigned char *)text;
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

static int
journal_query(
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
		const char *text = clean(texts[i] != NULL ? texts[i] : "", scratch);
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
	if (journal_query(&q[0], &claimed, &scratch, e) != 0 || db_run(db, q, 2, r, e) != 0)
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
	if (journal_query(&q[1], row, &scratch, e) != 0 || db_open(db, e) != 0 ||
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
