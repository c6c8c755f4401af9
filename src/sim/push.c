/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A pusher: brings messages and changes of state to one participant, in order within a chain.
 *
 * Chains are shared out among the pushers of a participant, so that they need not ask each other.
 * An item that is not done keeps the later ones of its chain waiting, unless the script lets them
 * overtake it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/run.h"
#include "sim/store.h"

#define PAUSE_MS 20
#define CALL_SECONDS 60
#define ANSWER_MOST ((size_t)4 * 1024 * 1024)
#define BLOCKED_MOST 4096
#define LONGEST_RETRY 6 /* the delay is doubled so often */

struct pusher {
	struct sim *sim;
	const struct sim_participant *to;
	unsigned long share;
	struct codec *codec;
	struct arena *arena; /* of one item */
	unsigned long long blocked[BLOCKED_MOST];
	size_t blocked_count;
};

struct item {
	const char *name; /* of the file, below queue/NAME */
	const char *path;
	unsigned long long chain;
	bool status; /* a change of state, not a message */
	struct octets record;
	const char *message, *service;
	unsigned long attempts;
	unsigned long long next_ms;
	bool asked; /* the script has been asked already */
	bool held;  /* later ones may overtake it */
	struct sim_deed deed;
};

enum outcome {
	DONE,
	LATER,	/* to be tried again */
	REFUSED /* the participant says it never will */
};

static unsigned long long
now_ms(void)
{
	struct instant t = run_now();

	return (unsigned long long)t.seconds * 1000 + (unsigned long long)t.nanos / 1000000;
}

static unsigned long long
number_of(struct octets record, const char *name, struct arena *a)
{
	return strtoull(sim_record_get(record, name, a), NULL, 10);
}

static int
read_item(const struct pusher *p, const char *name, struct item *i, struct err *e)
{
	struct arena *a = p->arena;
	const char *dot = strchr(name, '.'), *kind = dot == NULL ? NULL : strrchr(name, '.');
	struct octets message;

	*i = (struct item){.name = name};
	if (kind == NULL || (i->path = arena_printf(a, "queue/%s/%s", p->to->name, name)) == NULL)
		return err_set(e, ERR_INTERNAL, "%s is no item", name);
	i->chain = strtoull(dot + 1, NULL, 10);
	i->status = strcmp(kind, ".status") == 0;
	if (sim_spool_get(p->sim->spool, i->path, a, &i->record, e) != 0)
		return -1;
	i->message = sim_record_get(i->record, "message", a);
	i->attempts = (unsigned long)number_of(i->record, "attempts", a);
	i->next_ms = number_of(i->record, "next", a);
	i->asked = number_of(i->record, "asked", a) != 0;
	i->held = number_of(i->record, "held", a) != 0;
	if (sim_store_get(p->sim, "messages", i->message, a, &message, e) != 0)
		return -1;
	i->service = sim_record_get(message, "service", a);
	return 0;
}

/* The item again, with a time before which it is not tried. The facts of a status stay. */
static int
put_off(const struct pusher *p, const struct item *i, unsigned long long delay_ms, struct err *e)
{
	struct arena *a = p->arena;
	char *record = sim_record(a, "message", i->message, "attempts",
	    arena_printf(a, "%lu", i->attempts), "next",
	    arena_printf(a, "%llu", now_ms() + delay_ms), "asked", i->asked ? "1" : "0", "held",
	    i->held ? "1" : "0", "notification", sim_record_get(i->record, "notification", a),
	    "state", sim_record_get(i->record, "state", a), "code",
	    sim_record_get(i->record, "code", a), "text", sim_record_get(i->record, "text", a),
	    "date", sim_record_get(i->record, "date", a), "session",
	    sim_record_get(i->record, "session", a), NULL);

	if (record == NULL)
		return err_set(e, ERR_NOMEM, "item");
	return sim_spool_put(p->sim->spool, i->path, octets_of(record), e);
}

static void
tell(const struct pusher *p, const struct item *i, const char *kind, const char *what)
{
	sim_spool_event(p->sim->spool, kind,
	    sim_record(p->arena, "id", i->message, "receiver", p->to->name, "operation",
		i->status ? SIM_NOTIFY : SIM_PUSH, "service", i->service, "what", what, NULL));
}

/* --- what is sent ------------------------------------------------------------------------------
 */

static int
describe(const struct pusher *p, const struct item *i, struct msg_async *out, struct err *e)
{
	struct arena *a = p->arena;
	struct msg_change *c = &out->change;
	struct msg_item message;

	*out = (struct msg_async){.operation = i->status ? MSG_CHANGE_STATE : MSG_SEND};
	if (!i->status) {
		if (sim_store_message(p->sim, i->message, &message, a, e) != 0)
			return -1;
		out->message = message.message;
		out->message.sender.password = p->to->password;
		out->data = message.data;
		return 0;
	}
	c->notification_id = sim_record_get(i->record, "notification", a);
	c->message_id = i->message;
	c->state = codec_state(sim_record_get(i->record, "state", a));
	c->status.code = sim_record_get(i->record, "code", a);
	c->status.message = sim_record_get(i->record, "text", a);
	c->session_id = sim_record_get(i->record, "session", a);
	c->request_date = run_now();
	if (!clock_read(sim_record_get(i->record, "date", a), &c->status.date))
		c->status.date = c->request_date;
	c->notification_date = c->status.date;
	return 0;
}

static int
write_envelope(const struct pusher *p, const struct item *i, struct octets *out, struct err *e)
{
	struct msg_async request;
	struct octets operation;

	if (describe(p, i, &request, e) != 0 ||
	    codec_write_async_request(p->codec, &request, p->arena, &operation, e) != 0 ||
	    sim_seal(p->sim, operation, &i->deed, p->arena, out, e) != 0)
		return -1;
	if ((i->deed.what & SIM_HALF) != 0)
		out->len /= 2;
	if ((i->deed.what & SIM_GARBAGE) != 0)
		*out = octets_of("not XML <<<& at all");
	return 0;
}

/* --- what comes back -----------------------------------------------------------------------------
 */

static enum outcome
judge(const struct pusher *p, const struct item *i, struct octets answer, struct err *e)
{
	struct sim_call back = {.sim = p->sim,
	    .arena = p->arena,
	    .body = answer,
	    .channel = MSG_ASYNC_CLIENT,
	    .now = run_now()};
	struct msg_async_answer a = {.is_fault = false};
	struct codec_body body = {
	    .channel = MSG_ASYNC_CLIENT, .operation = i->status ? MSG_CHANGE_STATE : MSG_SEND};
	enum outcome outcome = LATER;
	unsigned deviations = 0;

	if (sim_open(&back, e) == 0) {
		body.digested = back.digested;
		body.node = back.env.body;
		if (codec_read_async_answer(p->codec, &body, p->arena, &a, &deviations, e) == 0)
			outcome = !a.is_fault ? DONE
				  : strcmp(a.fault.code, "SCE909") == 0 ||
					  strcmp(a.fault.code, "Server") == 0
				      ? LATER
				      : REFUSED;
	}
	if (a.is_fault)
		err_set(e, ERR_HTTP_UNREACHABLE, "%s: %s", a.fault.code, a.fault.message);
	sim_close(&back);
	return outcome;
}

static enum outcome
post(const struct pusher *p, const struct item *i, struct err *e)
{
	struct door_call call = {
	    .url = p->to->push, .seconds = CALL_SECONDS, .answer_limit = ANSWER_MOST};
	struct octets answer;
	int status = 0;

	if (write_envelope(p, i, &call.body, e) != 0 ||
	    door_post(&call, p->arena, &status, &answer, e) != 0)
		return LATER;
	return judge(p, i, answer, e);
}

/* --- what follows
 * ---------------------------------------------------------------------------------- */

static int
settle(const struct pusher *p, const struct item *i, const struct sim_change *c, struct err *e)
{
	sim_spool_remove(p->sim->spool, i->path);
	return i->status ? 0 : sim_change_state(p->sim, c, p->arena, e);
}

static int
finish(const struct pusher *p, struct item *i, struct err *e)
{
	struct sim_change change = {
	    .message = i->message, .state = MSG_DELIVERED, .code = "SCSS001", .text = "delivered"};
	struct err second = {0};

	if ((i->deed.what & SIM_DUPLICATE) != 0) {
		i->deed.what = 0;
		tell(p, i, "duplicated", post(p, i, &second) == DONE ? "" : second.detail);
	}
	tell(p, i, "delivered", "");
	return settle(p, i, &change, e);
}

/* Tried again, or given up. */
static int
fail(const struct pusher *p, struct item *i, enum outcome outcome, const struct err *why,
    struct err *e)
{
	unsigned long doubled = i->attempts < LONGEST_RETRY ? i->attempts : LONGEST_RETRY;
	const struct sim_change change = {.message = i->message,
	    .state = outcome == REFUSED ? MSG_DELIVERY_STOPPED : MSG_NOT_DELIVERED,
	    .code = "SCE909",
	    .text = why->detail};

	tell(p, i, "failed", why->detail);
	i->attempts++;
	i->asked = i->held = false;
	if (outcome == LATER && i->attempts < p->sim->attempts)
		return put_off(p, i, p->sim->retry_ms << doubled, e);
	tell(p, i, "given-up", why->detail);
	return settle(p, i, &change, e);
}

/* The script's wish before anything is sent. true: that was it for now. */
static bool
is_kept_back(const struct pusher *p, struct item *i, int *rc, struct err *e)
{
	unsigned delay;

	if (!i->asked)
		sim_script_ask(
		    p->sim->script, i->status ? SIM_NOTIFY : SIM_PUSH, i->service, &i->deed);
	if ((i->deed.what & SIM_DROP) != 0) {
		sim_spool_remove(p->sim->spool, i->path);
		tell(p, i, "dropped", "the script says so");
		return true;
	}
	i->held = (i->deed.what & SIM_REORDER) != 0;
	if ((delay = i->held ? i->deed.held_ms : i->deed.late_ms) == 0)
		return false;
	i->asked = true;
	tell(p, i, "held", i->held ? "may be overtaken" : "late");
	*rc = put_off(p, i, delay, e);
	return true;
}

static int
try(const struct pusher *p, struct item *i, struct err *e)
{
	struct err why = {0};
	enum outcome outcome;
	int rc = 0;

	if (is_kept_back(p, i, &rc, e))
		return rc;
	outcome = post(p, i, &why);
	if (outcome == DONE && (i->deed.what & SIM_UNHEARD) != 0) {
		outcome = LATER;
		err_set(&why, ERR_HTTP_UNREACHABLE, "the answer is not heard, as the script says");
	}
	return outcome == DONE ? finish(p, i, e) : fail(p, i, outcome, &why, e);
}

/* --- the round
 * ------------------------------------------------------------------------------------- */

static bool
is_blocked(const struct pusher *p, unsigned long long chain)
{
	for (size_t k = 0; k < p->blocked_count; k++)
		if (p->blocked[k] == chain)
			return true;
	return p->blocked_count == BLOCKED_MOST;
}

static void
look_at(struct pusher *p, const char *name)
{
	const char *dot = strchr(name, '.');
	unsigned long long chain = dot == NULL ? 0 : strtoull(dot + 1, NULL, 10);
	struct err e = {0};
	struct item i;

	if (chain % p->sim->pushers != p->share || is_blocked(p, chain))
		return;
	arena_reset(p->arena);
	if (read_item(p, name, &i, &e) != 0) {
		fprintf(stderr, "shepsim: %s: %s\n", name, e.detail);
		return;
	}
	if (i.record.data == NULL)
		return;
	if (i.next_ms <= now_ms() && try(p, &i, &e) != 0)
		fprintf(stderr, "shepsim: %s: %s\n", name, e.detail);
	/* what is still there keeps its chain waiting */
	struct octets left;
	if (!i.held && sim_spool_get(p->sim->spool, i.path, p->arena, &left, &e) == 0 &&
	    left.data != NULL)
		p->blocked[p->blocked_count++] = chain;
}

void
sim_push(struct sim *sim, const struct sim_participant *to, unsigned long share)
{
	struct pusher *p = calloc(1, sizeof(*p));
	struct arena *names_of = arena_new();
	struct err e = {0};
	const struct timespec pause = {0, PAUSE_MS * 1000000L};

	if (p == NULL || names_of == NULL || (p->arena = arena_new()) == NULL ||
	    codec_new(&p->codec, &e) != 0)
		_Exit(1);
	p->sim = sim;
	p->to = to;
	p->share = share;
	while (!sim_stop) {
		char folder[160];
		char **names;
		size_t count = 0;

		arena_reset(names_of);
		p->blocked_count = 0;
		snprintf(folder, sizeof(folder), "queue/%s", to->name);
		if (sim_spool_list(sim->spool, folder, names_of, &names, &count, &e) == 0)
			for (size_t k = 0; k < count && !sim_stop; k++)
				look_at(p, names[k]);
		nanosleep(&pause, NULL);
	}
	codec_free(p->codec);
	arena_free(p->arena);
	arena_free(names_of);
	free(p);
}
