/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The claim of one message. BEGIN and the claim go out with what the handler asks first.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
