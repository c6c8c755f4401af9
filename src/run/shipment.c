/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See shipment.h.
 */
#include "config.h"

#include <sys/random.h>

#include <stdio.h>
#include <string.h>

#include "log/log.h"
#include "run/life.h"
#include "run/shipment.h"

uint16_t
run_chance(void)
{
	uint16_t c = UINT16_MAX / 2;

	if (getrandom(&c, sizeof(c), 0) != (ssize_t)sizeof(c))
		return UINT16_MAX / 2;
	return c;
}

bool
run_shipment_over(const struct db_outbox_row *row, struct instant at)
{
	return row->deadline_at.seconds != 0 && clock_compare(at, row->deadline_at) >= 0;
}

static const char *
verdict_of(enum db_state state)
{
	return state == DB_ACCEPTED ? "delivered" : state == DB_WAITING ? "failed" : "quarantined";
}

static struct db_journal_row
journal_row(const struct shipment *s, enum db_state state)
{
	const struct db_outbox_row *r = s->row;
	struct db_journal_row row = {
	    .received_at = s->began,
	    .finished_at = s->ended,
	    .transaction_id = s->transaction,
	    .peer = r->receiver,
	    .endpoint = s->way.receiver != NULL ? s->way.receiver->url : "",
	    .operation = r->operation,
	    .service_id = r->service_id,
	    .sender_id = s->way.receiver != NULL ? s->way.receiver->sender_id : "",
	    .message_id = r->message_id,
	    .correlation_id = r->correlation_id,
	    .signer_iin = "",
	    .signer_bin = "",
	    .signer_serial = "",
	    .signer_fingerprint = "",
	    .business_iin = "",
	    .business_bin = "",
	    .business_serial = "",
	    .business_fingerprint = "",
	    .verdict = verdict_of(state),
	    .code = err_row(s->outcome.err.code)->name,
	    .wire = err_row(s->outcome.err.code)->wire,
	    .detail = s->outcome.err.detail,
	    .deviations = "",
	    .received = s->received,
	    .received_octets = s->received.len,
	    .sent = s->sent,
	    .count = 1,
	};

	run_sha256(s->received, row.received_sha256);
	return row;
}

static struct instant
later(struct instant at, int64_t milliseconds)
{
	int64_t nanos = at.nanos + milliseconds % 1000 * 1000000;

	at.seconds += milliseconds / 1000 + nanos / RUN_SECOND;
	at.nanos = (int32_t)(nanos % RUN_SECOND);
	return at;
}

static enum db_state
state_of(const struct shipment *s)
{
	if (s->outcome.fate == RUN_DONE)
		return DB_ACCEPTED;
	if (s->outcome.fate == RUN_FOR_GOOD || run_shipment_over(s->row, s->ended))
		return DB_QUARANTINED;
	return DB_WAITING;
}

/* "HTTP_UNREACHABLE: answered with status 503", as the inbox has it, too. */
static const char *
reason(const struct shipment *s, bool over)
{
	const char *name = err_row(s->outcome.err.code)->name, *why = s->outcome.err.detail;
	bool named = strncmp(why, name, strlen(name)) == 0;

	return arena_printf(s->batch->arena, "%s%s%s%s", over ? "deadline: " : "",
	    named ? "" : name, named ? "" : ": ", why);
}

void
run_shipment_result(
    const struct shipment *s, struct db_journal_row *journal, struct db_outbox_result *out)
{
	const struct db_outbox_row *r = s->row;
	enum db_state state = state_of(s);
	bool over = run_shipment_over(r, s->ended) && s->outcome.fate == RUN_AGAIN;

	*journal = journal_row(s, state);
	*out = (struct db_outbox_result){
	    .row = r,
	    .state = state,
	    .reason = state == DB_ACCEPTED ? "" : reason(s, over),
	    .at = s->ended,
	    .next_at =
		later(s->ended, run_pause(&s->lane->of_messages, r->attempts + 1, run_chance())),
	    .journal = journal,
	};
	if (out->reason == NULL)
		out->reason = err_row(s->outcome.err.code)->name;
	if (r->deadline_at.seconds != 0 && clock_compare(r->deadline_at, out->next_at) < 0)
		out->next_at = r->deadline_at;
	if (state == DB_ACCEPTED && s->way.operation == MSG_SEND) {
		out->gateway_message_id = s->outcome.said.message_id;
		out->correlation_id = s->outcome.said.correlation_id;
		out->session_id = s->outcome.said.session_id;
	}
}

void
run_shipment_tell(const struct shipment *s, const struct db_outbox_result *result)
{
	char id[24], attempt[16];

	snprintf(id, sizeof(id), "%lld", (long long)s->row->id);
	snprintf(attempt, sizeof(attempt), "%u", s->row->attempts + 1);
	log_line(result->state == DB_ACCEPTED ? LOG_INFO : LOG_WARNING, s->ended, "deliver", "txn",
	    s->transaction, "outbox", id, "receiver", s->row->receiver, "operation",
	    s->row->operation, "service", s->row->service_id, "message", s->row->message_id,
	    "verdict", verdict_of(result->state), "code", err_row(s->outcome.err.code)->name,
	    "attempt", attempt, "detail", result->reason[0] != '\0' ? result->reason : NULL, NULL);
}
