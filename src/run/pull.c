/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See pull.h. A message and the report that it was accepted are one transaction; one that is pulled
 * again before the gateway has the report finds its claim taken.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "db/async.h"
#include "log/log.h"
#include "run/answer.h"
#include "run/life.h"
#include "run/outgoing.h"
#include "run/participant.h"
#include "run/pull.h"

struct question {
	struct run_parcel parcel; /* first: the tag points here */
	struct run_pull *of;
	const struct route_profile *profile;
	struct run_way way;
	int64_t next; /* CLOCK_MONOTONIC, ns: not before */
	bool under_way;
};

struct run_pull {
	struct run_desk *desk;
	struct fetch *fetch;
	struct question *questions;
	size_t count;
};

static void
say(const struct question *q, enum log_level level, const char *event, const struct err *why)
{
	log_line(level, q->of->desk->now(), event, "receiver", q->way.receiver->name, "service",
	    q->profile->service_id, "code", err_row(why->code)->name, "detail", why->detail, NULL);
}

static struct db_inbox_row
about(const struct call *c)
{
	return (struct db_inbox_row){.sender_id = c->request.sender.sender_id,
	    .service_id = c->request.service_id,
	    .message_id = c->request.message_id,
	    .correlation_id = c->request.correlation_id,
	    .route_id = c->request.route_id};
}

/* A report in a transaction of its own, where no other is open: of a refusal, and again where the
 * gateway gives what was taken, so does not have the first report. */
static int
report(struct call *c, const struct err *why, struct err *e)
{
	const struct db_inbox_row row = about(c);

	if (db_outbox_open(c->desk->db, e) == 0 &&
	    run_outgoing_report(c->desk, &row, why, c->arena, e) == 0 &&
	    db_outbox_close(c->desk->db, e) == 0)
		return 0;
	db_abandon(c->desk->db);
	return -1;
}

/* Claim, inbox, report and journal: one transaction. */
static int
keep(struct call *c, const unsigned char digest[32], struct err *e)
{
	const struct db_inbox_row row = about(c);
	struct db_journal_row journal;
	struct err kept = {0};
	int rc;

	c->claimed = (struct db_claimed){.channel = DB_ASYNC_CLIENT,
	    .sender_id = row.sender_id,
	    .message_id = row.message_id,
	    .body_sha256 = digest,
	    .at = c->received};
	if (db_send_claim(c->desk->db, &c->claimed, e) != 0)
		return -1;
	rc = run_participant_keep(c, &kept);
	if (db_settle_claim(c->desk->db, c->arena, &c->claim, &c->stored, e) != 0)
		return -1;
	if (c->claim == DB_CLAIM_MISUSED)
		return err_tell(
		    e, ERR_MSG_REUSED, "messageId was used before with another content");
	if (c->claim == DB_CLAIM_REPEATED) {
		run_evidence_row(c, "repeated", &journal);
		return db_journal(c->desk->db, &journal, e) != 0 ? -1 : report(c, NULL, e);
	}
	if (rc != 0) {
		*e = kept;
		return -1;
	}
	if (run_outgoing_report(c->desk, &row, NULL, c->arena, e) != 0 ||
	    run_evidence_keep(c, e) != 0)
		return -1;
	run_evidence_row(c, "pulled", &journal);
	return db_finish(c->desk->db, &journal, e);
}

/* A store that is not there refuses nothing: the message will be pulled again. */
static void
refuse(struct call *c)
{
	struct err e = {0};

	db_abandon(c->desk->db);
	if (c->err.code == ERR_DB_UNAVAILABLE)
		return;
	if (report(c, &c->err, &e) != 0)
		log_line(LOG_WARNING, c->received, "report-lost", "message", c->request.message_id,
		    "detail", e.detail, NULL);
	run_evidence_refusal(c);
}

/* Its digest is the claim's, so it is made before anything is cut out of the tree. */
static void
take_one(const struct question *q, const struct run_answer *answer, size_t i,
    const struct door_request *http, struct arena *a)
{
	struct dom_node *data = codec_find_message_data(answer->env.body, i);
	struct call c = {.desk = q->of->desk,
	    .http = http,
	    .arena = a,
	    .received = q->of->desk->now(),
	    .started = run_monotonic(),
	    .limits = dom_default_limits,
	    .env = answer->env,
	    .data = data,
	    .part = answer->part,
	    .request = answer->said.messages[i].message,
	    .async = {.operation = MSG_SEND},
	    .deviations = answer->deviations};
	struct octets whole;
	unsigned char digest[32];

	c.limits.octets = c.desk->house->conf->limits.body_octets;
	c.request.operation = codec_operation_name(MSG_SELECT);
	if (run_desk_uuid(c.desk, c.transaction, &c.err) == 0 &&
	    dom_c14n(dom_parent(dom_parent(data)), NULL, a, &whole, &c.err) == 0) {
		run_sha256(http->body, c.received_sha256);
		run_sha256(whole, digest);
		if (run_open_message(&c) != 0 || keep(&c, digest, &c.err) != 0)
			refuse(&c);
	}
	run_evidence_log(&c,
	    c.err.code != ERR_OK	   ? "refused"
	    : c.claim == DB_CLAIM_REPEATED ? "repeated"
					   : "pulled",
	    0);
	run_payload_fini(&c.payload);
}

/* The next question comes at once when there were as many as asked for. */
static void
take_all(struct question *q, const struct run_answer *answer, struct octets body, struct arena *a)
{
	const struct door_request http = {.method = "",
	    .path = q->way.receiver->url,
	    .peer = q->way.receiver->name,
	    .client = "",
	    .body = body};

	for (size_t i = 0; i < answer->said.message_count; i++)
		take_one(q, answer, i, &http, a);
	if (answer->said.message_count >= q->profile->amount)
		q->next = 0;
}

static void
open_answer(struct run_parcel *parcel, const struct fetch_answer *call)
{
	struct question *q = (struct question *)(void *)parcel;
	struct run_desk *desk = q->of->desk;
	struct arena *a = arena_new();
	struct run_answer answer = {.doc = NULL};
	struct err e = call->err;

	q->under_way = false;
	if (a == NULL)
		return;
	if (e.code == ERR_OK &&
	    run_answer_open(desk, call->body, &q->way, desk->now(), a, &answer, &e) == 0) {
		if (answer.said.is_fault)
			err_set(&e, ERR_REMOTE_FAULT, "%s: %s", answer.said.fault.code,
			    answer.said.fault.message);
		else
			take_all(q, &answer, call->body, a);
	}
	if (e.code != ERR_OK)
		say(q, LOG_WARNING, "pull-failed", &e);
	run_answer_close(&answer);
	arena_free(a);
}

static int
ask(struct question *q, struct arena *a, struct err *e)
{
	struct run_desk *desk = q->of->desk;
	const struct route_receiver *r = q->way.receiver;
	const struct msg_async m = {.operation = MSG_SELECT,
	    .selection = {.message_id = "",
		.correlation_id = "",
		.service_id = q->profile->service_id,
		.has_request_date = true,
		.request_date = desk->now(),
		.sender = {r->sender_id, r->secret},
		.amount = (int)q->profile->amount}};
	struct fetch_order order = {.url = r->url,
	    .call = true,
	    .ca = r->ca,
	    .media = "text/xml; charset=utf-8",
	    .most = desk->house->conf->limits.body_octets,
	    .milliseconds = r->seconds * 1000,
	    .tag = &q->parcel};
	struct octets operation;

	if (codec_write_async_request(desk->codec, &m, a, &operation, e) != 0 ||
	    run_letter_seal(desk, operation, q->way.sign, a, &order.body, e) != 0)
		return -1;
	return fetch_begin(q->of->fetch, &order, e);
}

void
run_pull_look(struct run_pull *p)
{
	int64_t now = run_monotonic();

	for (size_t i = 0; i < p->count; i++) {
		struct question *q = &p->questions[i];
		struct arena *a;
		struct err e = {0};
		if (q->under_way || now < q->next || (a = arena_new()) == NULL)
			continue;
		q->next = now + q->profile->pull_seconds * RUN_SECOND;
		q->under_way = ask(q, a, &e) == 0;
		if (!q->under_way)
			say(q, LOG_WARNING, "pull-failed", &e);
		arena_free(a);
	}
}

void
run_pull_dropped(struct run_pull *p)
{
	for (size_t i = 0; i < p->count; i++) {
		p->questions[i].under_way = false;
		p->questions[i].next = 0;
	}
}

int
run_pull_open(struct run_desk *desk, struct fetch *fetch, struct run_pull **out, struct err *e)
{
	const struct route_table *t = &desk->house->routes;
	struct run_pull *p = calloc(1, sizeof(*p));

	*out = NULL;
	if (p == NULL ||
	    (p->questions = calloc(t->profile_count + 1, sizeof(*p->questions))) == NULL) {
		run_pull_close(p);
		return err_set(e, ERR_NOMEM, "pull");
	}
	p->desk = desk;
	p->fetch = fetch;
	for (size_t i = 0; i < t->profile_count; i++) {
		const struct route_profile *one = &t->profiles[i];
		if (one->direction != ROUTE_IN || !one->pull)
			continue;
		p->questions[p->count++] = (struct question){.parcel = {open_answer},
		    .of = p,
		    .profile = one,
		    .way = {.receiver = one->receiver,
			.operation = MSG_SELECT,
			.sign = one->sign,
			.answers_signed = one->answers_signed}};
	}
	*out = p;
	return 0;
}

void
run_pull_close(struct run_pull *p)
{
	if (p == NULL)
		return;
	free(p->questions);
	free(p);
}
