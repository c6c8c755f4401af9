/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See handle.h. The handler gets what was verified at receipt, at the instant of receipt: a
 * registration is dated by when the message came, not by when its turn was.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "db/async.h"
#include "log/log.h"
#include "run/handle.h"
#include "run/outgoing.h"

#define LONGEST_PAUSE 3600U
#define VERDICT_TIME (5 * RUN_SECOND) /* for the row of a message that has used up its own time */

/* One message on its way. */
struct handling {
	struct run_desk *desk;
	struct run_beat *beat;
	struct arena *arena;
	struct db_inbox_row row;
	struct msg_request request;
	const struct route_service *service;
	struct dom *payload;
	struct service_answer answer;
	char transaction[37];
	struct instant began;
	struct err err; /* why it failed */
};

unsigned
run_handle_pause(unsigned attempts)
{
	return attempts < 12 && 1U << attempts < LONGEST_PAUSE ? 1U << attempts : LONGEST_PAUSE;
}

static const struct route_service *
find_service(const struct run_house *house, const char *service_id)
{
	for (size_t i = 0; i < house->routes.service_count; i++) {
		const struct route_service *s = &house->routes.services[i];
		if (strcmp(s->service_id, service_id) == 0 && s->enabled && s->async)
			return s;
	}
	return NULL;
}

/* The message as the handler of the other channel would see it. */
static void
restore_request(struct handling *h)
{
	const struct db_inbox_row *r = &h->row;

	h->request = (struct msg_request){
	    .channel = MSG_ASYNC_CLIENT,
	    .operation = codec_operation_name(MSG_SEND),
	    .type = codec_type(r->message_type),
	    .message_id = r->message_id,
	    .correlation_id = r->correlation_id,
	    .service_id = r->service_id,
	    .route_id = r->route_id,
	    .session_id = r->session_id,
	    .message_date_text = "",
	    .message_date = r->message_date,
	    .sender = {r->sender_id, ""},
	    .has_data = true,
	};
}

/* The handler, and its answer into the outbox. */
static int
run_handler(struct handling *h)
{
	const struct run_house *house = h->desk->house;
	struct dom_limits limits = dom_default_limits;
	const struct service *service;

	h->service = find_service(house, h->row.service_id);
	if (h->service == NULL) /* it was at receipt: not the sender's fault */
		return err_set(
		    &h->err, ERR_CONFIG, "%s is not offered any more", h->row.service_id);
	if ((service = service_find(h->service->handler)) == NULL)
		return err_set(&h->err, ERR_INTERNAL, "no handler %s", h->service->handler);
	limits.octets = house->conf->limits.body_octets;
	if (dom_parse(h->row.payload, &limits, &h->payload, &h->err) != 0)
		return -1;
	const struct service_call call = {
	    .request = &h->request,
	    .payload = h->payload,
	    .payload_octets = h->row.payload,
	    .evidence = h->row.evidence,
	    .signer = h->row.has_signer ? &h->row.signer : NULL,
	    .profile = h->service->profile,
	    .now = h->row.received_at,
	    .arena = h->arena,
	    .db = h->desk->db,
	};
	if (service->handle(house->services, &call, &h->answer, &h->err) != 0)
		return -1;
	return h->answer.payload.len == 0
		   ? 0
		   : run_outgoing_answer(h->desk, &h->row, h->answer.payload, h->arena, &h->err);
}

static struct db_journal_row
journal_row(const struct handling *h, const char *verdict)
{
	const struct db_inbox_row *r = &h->row;
	enum err_code code = h->err.code != ERR_OK ? h->err.code : h->answer.code;
	struct db_journal_row row = {
	    .received_at = h->began,
	    .finished_at = h->desk->now(),
	    .transaction_id = h->transaction,
	    .peer = "",
	    .endpoint = "inbox",
	    .operation = "handle",
	    .service_id = r->service_id,
	    .sender_id = r->sender_id,
	    .message_id = r->message_id,
	    .correlation_id = r->correlation_id,
	    .signer_iin = "",
	    .signer_bin = "",
	    .signer_serial = "",
	    .signer_fingerprint = "",
	    .business_iin = r->has_signer ? r->signer.iin : "",
	    .business_bin = r->has_signer ? r->signer.bin : "",
	    .business_serial = r->has_signer ? r->signer.serial : "",
	    .business_fingerprint = "",
	    .verdict = verdict,
	    .code = err_row(code)->name,
	    .wire = h->err.code != ERR_OK ? err_wire(&h->err) : err_row(code)->wire,
	    .detail = h->err.code != ERR_OK ? h->err.detail : err_row(code)->rule,
	    .deviations = "",
	    .sent = h->err.code == ERR_OK ? h->answer.payload : (struct octets){NULL, 0},
	    .received_octets = 0,
	    .count = 1,
	};

	run_sha256(r->payload, row.received_sha256);
	return row;
}

/* What failed for a time is tried again, for good it waits for an operator. */
static enum db_state
fate(const struct handling *h)
{
	unsigned failed = h->row.attempts + 1;

	switch (err_row(h->err.code)->class) {
	case ERR_CLASS_BACKEND:
		return failed < RUN_HANDLE_MOST ? DB_WAITING : DB_QUARANTINED;
	case ERR_CLASS_OURS:
		return failed < RUN_HANDLE_OURS ? DB_WAITING : DB_QUARANTINED;
	case ERR_CLASS_PEER:
	case ERR_CLASS_TRADE:
		break;
	}
	return DB_QUARANTINED;
}

static const char *
reason(const struct handling *h)
{
	const char *text =
	    arena_printf(h->arena, "%s: %s", err_row(h->err.code)->name, h->err.detail);

	return text == NULL ? err_row(h->err.code)->name : text;
}

static void
tell(const struct handling *h, const char *verdict)
{
	char id[24], attempt[16], iin[13];
	const struct db_inbox_row *r = &h->row;
	bool failed = h->err.code != ERR_OK;

	snprintf(id, sizeof(id), "%lld", (long long)r->id);
	snprintf(attempt, sizeof(attempt), "%u", r->attempts + 1);
	log_line(failed ? LOG_WARNING : LOG_INFO, h->began, "handle", "txn", h->transaction,
	    "inbox", id, "service", r->service_id, "sender", r->sender_id, "message", r->message_id,
	    "citizen", r->has_signer ? log_iin(r->signer.iin, iin) : NULL, "verdict", verdict,
	    "code", err_row(failed ? h->err.code : h->answer.code)->name, "attempt", attempt,
	    "detail", failed ? h->err.detail : NULL, NULL);
}

static int
settle(struct handling *h, enum db_state state, struct err *e)
{
	bool failed = h->err.code != ERR_OK;
	const char *verdict = state == DB_HANDLED	? "handled"
			      : state == DB_QUARANTINED ? "quarantined"
							: "failed";
	const struct db_journal_row journal = journal_row(h, verdict);
	struct instant now = h->desk->now(), next = now;

	next.seconds += run_handle_pause(h->row.attempts);
	const struct db_inbox_verdict v = {
	    .row = &h->row,
	    .state = state,
	    .reason = failed ? reason(h) : "",
	    .at = now,
	    .next_at = next,
	    .journal = &journal,
	};
	if (db_inbox_settle(h->desk->db, &v, e) != 0)
		return -1;
	tell(h, verdict);
	return 0;
}

/* The gateway learns that a message that was acknowledged is refused after all; of faults of ours
 * an operator may still make an answer. */
static int
report(struct handling *h, struct err *e)
{
	if (err_row(h->err.code)->class != ERR_CLASS_PEER)
		return 0;
	if (db_inbox_undo(h->desk->db, e) != 0)
		return -1;
	return run_outgoing_report(h->desk, &h->row, &h->err, h->arena, e);
}

static void
set_time(struct handling *h, int64_t until)
{
	db_set_deadline(h->desk->db, until);
	atomic_store(&h->beat->until, until);
}

/* What could not be stored is one more failure of the message, written in a transaction of its own:
 * otherwise it would be taken first for ever and stand before all others. */
static int
settle_failed(struct handling *h, enum db_state state, struct err *e)
{
	int64_t least = run_monotonic() + VERDICT_TIME;

	db_abandon(h->desk->db);
	if (state != DB_WAITING)
		h->err = *e;
	*e = (struct err){.code = ERR_OK};
	if (run_uuid(h->transaction, e) != 0) /* the COMMIT may have been done after all */
		return -1;
	if (least > atomic_load(&h->beat->until))
		set_time(h, least);
	return settle(h, fate(h), e);
}

static int
handle_row(struct handling *h, bool deadly, struct err *e)
{
	enum db_state state = DB_HANDLED;

	restore_request(h);
	if (run_uuid(h->transaction, e) != 0)
		return -1;
	if (deadly)
		err_set(&h->err, ERR_INTERNAL, "the process that handled it came to its end");
	else if (run_handler(h) == 0)
		h->err = (struct err){.code = ERR_OK};
	if (h->err.code != ERR_OK)
		state = fate(h);
	int rc = state == DB_QUARANTINED ? report(h, e) : 0;
	if (rc == 0)
		rc = settle(h, state, e);
	if (rc != 0)
		rc = settle_failed(h, state, e);
	dom_free(h->payload);
	return rc;
}

int
run_handle_next(struct run_desk *desk, struct run_beat *beat, bool *found, struct err *e)
{
	struct handling h = {
	    .desk = desk, .beat = beat, .arena = arena_new(), .began = desk->now()};
	int64_t until = run_monotonic() + desk->house->conf->limits.request_seconds * RUN_SECOND;
	int rc = -1;

	*found = false;
	if (h.arena == NULL)
		return err_set(e, ERR_NOMEM, "a message's arena");
	db_set_deadline(desk->db, until);
	if (db_inbox_take(desk->db, h.began, h.arena, &h.row, found, e) != 0)
		goto out;
	if (!*found) {
		rc = 0;
		goto out;
	}
	bool deadly = atomic_load(&beat->fatal) == h.row.id;
	atomic_store(&beat->message, h.row.id);
	set_time(&h, until);
	run_cpu_begin(RUN_CPU_MS);
	rc = handle_row(&h, deadly, e);
	run_cpu_end();
	if (deadly && rc == 0) /* counted */
		atomic_store(&beat->fatal, 0);
	atomic_store(&beat->until, 0);
	atomic_store(&beat->message, 0);
out:
	if (rc != 0)
		db_abandon(desk->db);
	arena_free(h.arena);
	return rc;
}
