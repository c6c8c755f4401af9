/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rows of inbox and outbox out of a result, in the order of columns of statements.def.
 */
#include "config.h"

#include <string.h>

#include "db/link.h"

static const char *const states[DB_STATES] = {"WAITING", "HANDLED", "ACCEPTED", "DELIVERED",
    "NOT_DELIVERED", "STOPPED", "QUARANTINED", "DROPPED"};

const char *
db_state_name(enum db_state state)
{
	return states[state];
}

/* A cursor over the columns of one row; `lost` when memory is out. */
struct reader {
	const PGresult *r;
	int row, column;
	struct arena *a;
	bool lost;
};

static const char *
text(struct reader *in)
{
	int column = in->column++;
	const char *copy;

	if (PQgetisnull(in->r, in->row, column))
		return NULL;
	copy = db_get_text(in->r, in->row, column, in->a);
	in->lost = in->lost || copy == NULL;
	return copy;
}

static struct octets
octets(struct reader *in)
{
	struct octets o = db_get_octets(in->r, in->row, in->column++);
	const unsigned char *copy = (const unsigned char *)arena_string(in->a, o);

	in->lost = in->lost || copy == NULL;
	return (struct octets){copy, copy == NULL ? 0 : o.len};
}

static int64_t
number(struct reader *in)
{
	int column = in->column++;
	struct octets o = db_get_octets(in->r, in->row, column);

	if (o.len == 8)
		return db_get_int8(in->r, in->row, column);
	int64_t n = 0; /* integer, boolean; 0 where it is null */
	for (size_t i = 0; i < o.len; i++)
		n = n << 8 | o.data[i];
	return n;
}

static struct instant
when(struct reader *in)
{
	return db_get_time(in->r, in->row, in->column++);
}

static enum db_state
state(struct reader *in)
{
	struct octets o = db_get_octets(in->r, in->row, in->column++);

	for (int i = 0; i < DB_STATES; i++)
		if (octets_is(o, states[i]))
			return (enum db_state)i;
	return DB_DROPPED; /* a CHECK of the table forbids any other */
}

static void
read_signer(struct reader *in, struct db_inbox_row *out)
{
	struct msg_signer *s = &out->signer;
	unsigned roles;

	out->has_signer = !PQgetisnull(in->r, in->row, in->column);
	s->iin = text(in);
	s->bin = text(in);
	s->name = text(in);
	s->serial = text(in);
	roles = (unsigned)number(in);
	s->person = roles & 1U;
	s->legal = roles & 2U;
	s->head = roles & 4U;
	s->signright = roles & 8U;
	s->employee = roles & 16U;
	s->system = roles & 32U;
	s->sign_capable = number(in) != 0;
}

unsigned
db_roles(const struct msg_signer *s)
{
	return (s->person ? 1U : 0) | (s->legal ? 2U : 0) | (s->head ? 4U : 0) |
	       (s->signright ? 8U : 0) | (s->employee ? 16U : 0) | (s->system ? 32U : 0);
}

int
db_read_inbox(const PGresult *r, int i, struct arena *a, struct db_inbox_row *out, struct err *e)
{
	struct reader in = {.r = r, .row = i, .a = a};
	const char **const texts[] = {&out->sender_id, &out->message_id, &out->correlation_id,
	    &out->session_id, &out->service_id, &out->message_type, &out->route_id};

	*out = (struct db_inbox_row){.id = number(&in)};
	out->received_at = when(&in);
	out->channel = (enum db_channel)number(&in);
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		*texts[k] = text(&in);
	out->message_date = when(&in);
	out->journal_id = number(&in);
	out->payload = octets(&in);
	out->evidence = octets(&in);
	read_signer(&in, out);
	out->state = state(&in);
	out->attempts = (unsigned)number(&in);
	out->next_at = when(&in);
	out->last_error = text(&in);
	return in.lost ? err_set(e, ERR_NOMEM, "inbox row") : 0;
}

int
db_read_outbox(const PGresult *r, int i, struct arena *a, struct db_outbox_row *out, struct err *e)
{
	struct reader in = {.r = r, .row = i, .a = a};
	const char **const texts[] = {&out->receiver, &out->operation, &out->service_id,
	    &out->message_type, &out->route_id, &out->message_id, &out->correlation_id, &out->chain,
	    &out->session_id, &out->gateway_message_id, &out->about, &out->last_error, &out->error};

	*out = (struct db_outbox_row){.id = number(&in)};
	out->created_at = when(&in);
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		*texts[k] = text(&in);
	out->inbox_id = number(&in);
	out->data = octets(&in);
	out->state = state(&in);
	out->attempts = (unsigned)number(&in);
	out->next_at = when(&in);
	out->deadline_at = when(&in);
	out->taken_by = number(&in);
	return in.lost ? err_set(e, ERR_NOMEM, "outbox row") : 0;
}
