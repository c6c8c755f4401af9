/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message's whole story: every row of journal, inbox and outbox that belongs to an id.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "db/link.h"

/* Our own id, or 0, which nothing has. */
static int64_t
number_of(const char *id)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(id, &end, 10);
	return errno != 0 || end == id || *end != '\0' ? 0 : n;
}

/* In the order of the statement STORY_JOURNAL. */
static int
read_entry(const PGresult *r, int i, struct arena *a, struct db_story_entry *out, struct err *e)
{
	struct db_journal_row *row = &out->row;
	const char **const texts[] = {&row->transaction_id, &row->peer, &row->endpoint,
	    &row->operation, &row->service_id, &row->sender_id, &row->message_id,
	    &row->correlation_id, &row->signer_iin, &row->signer_bin, &row->signer_serial,
	    &row->signer_fingerprint, &row->business_iin, &row->business_bin, &row->business_serial,
	    &row->business_fingerprint, &row->verdict, &row->code, &row->wire, &row->detail,
	    &row->deviations, &row->signer_standing, &row->business_standing};
	int c = 0;

	out->id = db_get_int8(r, i, c++);
	row->received_at = db_get_time(r, i, c++);
	row->finished_at = db_get_time(r, i, c++);
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		if ((*texts[k] = db_get_text(r, i, c++, a)) == NULL)
			return err_set(e, ERR_NOMEM, "story");
	memcpy(row->received_sha256, PQgetvalue(r, i, c++), sizeof(row->received_sha256));
	struct octets received = db_get_octets(r, i, c++);
	row->received_octets = (size_t)db_get_int8(r, i, c++);
	struct octets sent = db_get_octets(r, i, c++);
	row->count = (unsigned)db_get_octets(r, i, c).data[3] |
		     (unsigned)db_get_octets(r, i, c).data[2] << 8 |
		     (unsigned)db_get_octets(r, i, c).data[1] << 16 |
		     (unsigned)db_get_octets(r, i, c).data[0] << 24;
	row->received = (struct octets){(unsigned char *)arena_string(a, received), received.len};
	row->sent = (struct octets){(unsigned char *)arena_string(a, sent), sent.len};
	if (row->received.data == NULL || row->sent.data == NULL)
		return err_set(e, ERR_NOMEM, "story");
	return 0;
}

static int
read_story(PGresult *const r[3], struct arena *a, struct db_story *out, struct err *e)
{
	size_t n[3];

	for (size_t i = 0; i < 3; i++)
		n[i] = (size_t)PQntuples(r[i]);
	out->journal = arena_alloc(a, (n[0] + 1) * sizeof(*out->journal));
	out->inbox = arena_alloc(a, (n[1] + 1) * sizeof(*out->inbox));
	out->outbox = arena_alloc(a, (n[2] + 1) * sizeof(*out->outbox));
	if (out->journal == NULL || out->inbox == NULL || out->outbox == NULL)
		return err_set(e, ERR_NOMEM, "story");
	for (size_t i = 0; i < n[0]; i++)
		if (read_entry(r[0], (int)i, a, &out->journal[i], e) != 0)
			return -1;
	for (size_t i = 0; i < n[1]; i++)
		if (db_read_inbox(r[1], (int)i, a, &out->inbox[i], e) != 0)
			return -1;
	for (size_t i = 0; i < n[2]; i++)
		if (db_read_outbox(r[2], (int)i, a, &out->outbox[i], e) != 0)
			return -1;
	out->journal_count = n[0];
	out->inbox_count = n[1];
	out->outbox_count = n[2];
	return 0;
}

int
db_story(struct db *db, const char *id, struct arena *a, struct db_story *out, struct err *e)
{
	struct db_query q[3] = {{.statement = DB_STORY_JOURNAL}, {.statement = DB_STORY_INBOX},
	    {.statement = DB_STORY_OUTBOX}};
	PGresult *r[3] = {NULL};
	struct db_story story = {0};
	int rc;

	*out = story;
	if (id[0] == '\0')
		return 0;
	for (size_t i = 0; i < 3; i++) {
		db_put_text(&q[i], id);
		db_put_int8(&q[i], number_of(id));
	}
	if (db_open_operating(db, e) != 0 || db_run(db, q, 3, r, e) != 0)
		return -1;
	rc = read_story(r, a, &story, e);
	if (rc == 0)
		*out = story;
	db_clear(r, 3);
	return rc;
}
