/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See db_async.h.
 */
#include "config.h"

#include <string.h>

#include "db_async.h"

struct instant
later(int seconds)
{
	struct instant t = NOW;

	t.seconds += seconds;
	return t;
}

struct db_inbox_row
inbox_row(const char *message_id, const char *correlation_id)
{
	return (struct db_inbox_row){.channel = DB_ASYNC_CLIENT,
	    .sender_id = "pep",
	    .message_id = message_id,
	    .correlation_id = correlation_id,
	    .session_id = "{00000000-0000-0000-0000-000000000001}",
	    .service_id = "HQ_SUBMIT",
	    .message_type = "REQUEST",
	    .route_id = "route",
	    .message_date = later(-3),
	    .payload = octets_of("<a/>"),
	    .evidence = octets_of("<a/>")};
}

struct db_outbox_row
outbox_row(const char *message_id, const char *correlation_id)
{
	return (struct db_outbox_row){.created_at = NOW,
	    .receiver = "gate",
	    .operation = "sendMessage",
	    .service_id = "HQ_RESULT",
	    .message_type = "REQUEST",
	    .message_id = message_id,
	    .correlation_id = correlation_id,
	    .data = octets_of("<result/>"),
	    .next_at = NOW,
	    .deadline_at = later(72 * 3600)};
}

int
claim_async(struct db *db, const char *id, enum db_claim *out, struct octets *stored, struct err *e)
{
	unsigned char body[32] = {'b'};
	const struct db_claimed claimed = claimed_of(DB_ASYNC_CLIENT, id, body);

	if (db_send_claim(db, &claimed, e) != 0)
		return -1;
	return db_settle_claim(db, arena, out, stored, e);
}

void
receive(struct db *db, const struct db_inbox_row *put)
{
	struct db_journal_row row = row_of(put->message_id, "accepted", "ack");
	struct octets stored;
	enum db_claim got;

	must(claim_async(db, put->message_id, &got, &stored, &e));
	assert_int_equal(got, DB_CLAIM_NEW);
	must(db_inbox_add(db, put, &e));
	must(db_finish(db, &row, &e));
}

void
post(struct db *db, const struct db_outbox_row *put)
{
	must(db_begin(db, &e));
	must(db_outbox_add(db, put, &e));
	must(db_commit(db, &e));
}

void
settle_all(const char *box)
{
	const char *time = strcmp(box, "inbox") == 0 ? "received_at" : "created_at";

	assert_string_equal(sql_as("PG_OWNER", arena_printf(arena,
						   "DELETE FROM shepd.%s_open; UPDATE shepd.%s SET "
						   "state = 'DROPPED', settled_at = %s "
						   "WHERE state IN ('WAITING', 'QUARANTINED')",
						   box, box, time)),
	    "");
}

void
what_is_open_is_what_is_not_settled(void **state)
{
	static const char *const boxes[] = {"inbox", "outbox"};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(
		    sql_as("PG_OWNER", arena_printf(arena,
					   "SELECT count(*) FROM (SELECT id, state = 'QUARANTINED' "
					   "AS held FROM shepd.%s "
					   "WHERE state IN ('WAITING', 'QUARANTINED')) m FULL JOIN "
					   "(SELECT id, next_at IS "
					   "NULL AS held FROM shepd.%s_open) o ON o.id = m.id AND "
					   "o.held = m.held WHERE "
					   "m.id IS NULL OR o.id IS NULL",
					   boxes[i], boxes[i])),
		    "0");
}
