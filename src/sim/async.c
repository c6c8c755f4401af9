/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The four operations of IAsyncChannel: taking messages, notifications, statuses, fetching.
 *
 * Numbers are the gateway's: small integers. A chain is begun by a REQUEST of its consumer; what
 * else comes goes to the other end of its chain.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "sim/store.h"

#define ANYONE "anyone" /* who messages are for where there is no registry */
#define AMOUNT 100	/* messages of one answer where the caller does not say */

/* --- sendMessage ----------------------------------------------------------------------------- */

struct journey {
	const char *chain;    /* correlationId */
	const char *receiver; /* participant */
};

static int
begin_chain(const struct sim_call *c, struct journey *j, struct err *e)
{
	const struct msg_request *m = &c->async.message;
	const struct sim_participant *provider =
	    sim_registry_provider(c->sim->registry, m->service_id);
	bool open = sim_registry_is_open(c->sim->registry);

	if (provider == NULL && !open)
		return err_tell(e, ERR_ROUTE_SERVICE, "no such service: %s", m->service_id);
	j->chain = sim_store_number(c->sim, c->arena);
	j->receiver = open ? ANYONE : provider->name;
	return sim_store_put(c->sim, "chains", j->chain,
	    sim_record(c->arena, "consumer", m->sender.sender_id, "provider", j->receiver,
		"service", m->service_id, NULL),
	    c->arena, e);
}

static int
find_journey(const struct sim_call *c, struct journey *j, struct err *e)
{
	const struct msg_request *m = &c->async.message;
	struct octets chain;
	const char *provider;

	if (m->type == MSG_REQUEST)
		return begin_chain(c, j, e);
	j->chain = m->correlation_id;
	j->receiver = ANYONE;
	if (sim_store_get(c->sim, "chains", j->chain, c->arena, &chain, e) != 0)
		return -1;
	if (chain.data == NULL)
		return sim_registry_is_open(c->sim->registry)
			   ? 0
			   : err_tell(e, ERR_MSG_FORMAT, "no such correlationId: %s", j->chain);
	provider = sim_record_get(chain, "provider", c->arena);
	if (sim_registry_is_open(c->sim->registry))
		return 0;
	j->receiver = strcmp(provider, m->sender.sender_id) == 0
			  ? sim_record_get(chain, "consumer", c->arena)
			  : provider;
	return 0;
}

static int
keep_data(const struct sim_call *c, const char *id, struct err *e)
{
	const struct dom_node *data = codec_find_data(c->env.body);
	struct octets element = octets_of("<data/>");

	if (data != NULL && dom_write(data, c->arena, &element, e) != 0)
		return -1;
	return sim_store_put_data(c->sim, id, element, c->arena, e);
}

/* Into the queue of who is brought messages, or where the others fetch them. */
static int
hand_over(const struct sim_call *c, const char *id, const struct journey *j, struct err *e)
{
	const struct sim_participant *p = sim_registry_find(c->sim->registry, j->receiver);

	if ((c->deed.what & SIM_FORGET) != 0)
		return 0;
	if (p != NULL && p->push != NULL)
		return sim_queue_put(c->sim, p->name, j->chain, "message",
		    sim_record(c->arena, "message", id, NULL), e);
	return sim_store_put(c->sim, arena_printf(c->arena, "pull/%s", j->receiver), id,
	    sim_record(c->arena, "message", id, NULL), c->arena, e);
}

static int
take_message(const struct sim_call *c, struct msg_async_answer *out, struct err *e)
{
	const struct msg_request *m = &c->async.message;
	const char *id = sim_store_number(c->sim, c->arena), *session = sim_guid(c->arena);
	const struct sim_change change = {
	    .message = id, .state = MSG_ON_DELIVERY, .code = "ON_DELIVERY", .text = "is delivered"};
	struct journey j = {NULL, NULL};
	char date[CLOCK_TEXT];

	if (sim_admit(c, &m->sender, e) != 0 || find_journey(c, &j, e) != 0)
		return -1;
	char *record = sim_record(c->arena, "id", id, "correlation", j.chain, "session", session,
	    "sender", m->sender.sender_id, "receiver", j.receiver, "service", m->service_id, "type",
	    codec_type_name(m->type), "date", clock_write(m->message_date, date), "own-id",
	    m->message_id, "route", m->route_id, NULL);
	if (keep_data(c, id, e) != 0 ||
	    sim_store_put(c->sim, "messages", id, record, c->arena, e) != 0 ||
	    sim_change_state(c->sim, &change, c->arena, e) != 0 || hand_over(c, id, &j, e) != 0)
		return -1;
	sim_spool_event(c->sim->spool, "accepted", record);
	out->message_id = id;
	out->correlation_id = j.chain;
	out->session_id = session;
	return 0;
}

/* --- what has to be a message that is known --------------------------------------------------- */

static int
find_message(const struct sim_call *c, const char *id, struct octets *out, struct err *e)
{
	if (sim_store_get(c->sim, "messages", id, c->arena, out, e) != 0)
		return -1;
	return out->data != NULL ? 0 : err_tell(e, ERR_MSG_FORMAT, "no such messageId: %s", id);
}

/* Is the message this participant's? Where nothing is registered it is anybody's. */
static int
check_end(const struct sim_call *c, struct octets message, const char *end,
    const struct msg_sender *s, struct err *e)
{
	if (sim_admit(c, s, e) != 0)
		return -1;
	if (!sim_registry_is_open(c->sim->registry) &&
	    strcmp(sim_record_get(message, end, c->arena), s->sender_id) != 0)
		return err_tell(e, ERR_ROUTE_ACCESS, "the message is another participant's");
	return 0;
}

/* --- sendDeliveryNotification
 * --------------------------------------------------------------------- */

/* Not accepted, to be sent again: what is fetched lies there still, what is brought is queued. */
static int
send_again(const struct sim_call *c, struct octets message, const char *id, struct err *e)
{
	const char *receiver = sim_record_get(message, "receiver", c->arena);
	const struct sim_participant *p = sim_registry_find(c->sim->registry, receiver);

	if (p == NULL || p->push == NULL)
		return 0;
	return sim_queue_put(c->sim, p->name, sim_record_get(message, "correlation", c->arena),
	    "message", sim_record(c->arena, "message", id, NULL), e);
}

static int
settle(const struct sim_call *c, struct octets message, const struct msg_delivery *d, struct err *e)
{
	const struct sim_change change = {.message = d->message_id,
	    .state = d->accepted ? MSG_DELIVERED : MSG_NOT_DELIVERED,
	    .code = d->error != NULL ? d->error->code
		    : d->accepted    ? "SCSS001"
				     : "SCE909",
	    .text = d->error != NULL ? d->error->message
		    : d->accepted    ? "delivered"
				     : "refused"};

	sim_store_remove(c->sim,
	    arena_printf(c->arena, "pull/%s", sim_record_get(message, "receiver", c->arena)),
	    d->message_id, c->arena);
	return sim_change_state(c->sim, &change, c->arena, e);
}

static int
take_delivery(const struct sim_call *c, struct msg_async_answer *out, struct err *e)
{
	const struct msg_delivery *d = &c->async.delivery;
	bool again = !d->accepted && d->resend;
	struct octets message;

	if (find_message(c, d->message_id, &message, e) != 0 ||
	    check_end(c, message, "receiver", &d->sender, e) != 0 ||
	    (again ? send_again(c, message, d->message_id, e) : settle(c, message, d, e)) != 0)
		return -1;
	out->notification_id = sim_store_number(c->sim, c->arena);
	out->session_id = sim_record_get(message, "session", c->arena);
	sim_spool_event(c->sim->spool, "notified",
	    sim_record(c->arena, "id", d->message_id, "receiver", d->sender.sender_id, "status",
		d->accepted ? "MESSAGE_ACCEPTED" : "MESSAGE_NOT_ACCTEPTED", "resend",
		d->resend ? "RESEND" : "NOT_RESEND", "error",
		d->error == NULL ? "" : d->error->code, "text",
		d->error == NULL ? "" : d->error->message, NULL));
	return 0;
}

/* --- getMessageStatus
 * ----------------------------------------------------------------------------- */

static int
tell_status(const struct sim_call *c, struct msg_async_answer *out, struct err *e)
{
	const struct msg_status_query *q = &c->async.query;
	struct octets message, state;

	if (find_message(c, q->message_id, &message, e) != 0 ||
	    check_end(c, message, "sender", &q->sender, e) != 0 ||
	    sim_store_get(c->sim, "state", q->message_id, c->arena, &state, e) != 0)
		return -1;
	out->state = codec_state(sim_record_get(state, "state", c->arena));
	out->status.code = sim_record_get(state, "code", c->arena);
	out->status.message = sim_record_get(state, "text", c->arena);
	if (!clock_read(sim_record_get(state, "date", c->arena), &out->status.date))
		out->status.date = c->now;
	out->session_id = sim_record_get(message, "session", c->arena);
	return 0;
}

/* --- getMessages
 * ---------------------------------------------------------------------------------- */

static bool
is_selected(const struct sim_call *c, struct octets message)
{
	const struct msg_selection *s = &c->async.selection;
	const char *id = sim_record_get(message, "id", c->arena);

	if (*s->message_id != '\0')
		return strcmp(id, s->message_id) == 0;
	if (*s->correlation_id != '\0')
		return strcmp(sim_record_get(message, "correlation", c->arena),
			   s->correlation_id) == 0;
	return strcmp(sim_record_get(message, "service", c->arena), s->service_id) == 0 &&
	       (*s->sender.sender_id == '\0' || !sim_registry_is_open(c->sim->registry) ||
		   strcmp(sim_record_get(message, "sender", c->arena), s->sender.sender_id) != 0);
}

static int
select_messages(const struct sim_call *c, struct msg_async_answer *out, struct err *e)
{
	const struct msg_selection *s = &c->async.selection;
	const char *who = sim_registry_is_open(c->sim->registry) ? ANYONE : s->sender.sender_id;
	size_t most = s->amount > 0 && s->amount < CODEC_MESSAGES_MOST ? (size_t)s->amount : AMOUNT;
	struct msg_item *items = arena_alloc(c->arena, most * sizeof(*items));
	char **names;
	size_t count;

	if (items == NULL)
		return err_set(e, ERR_NOMEM, "messages");
	if (sim_admit(c, &s->sender, e) != 0 ||
	    sim_spool_list(c->sim->spool, arena_printf(c->arena, "pull/%s", who), c->arena, &names,
		&count, e) != 0)
		return -1;
	for (size_t i = 0; i < count && out->message_count < most; i++) {
		const char *id = sim_store_id(names[i], c->arena);
		struct octets message;
		if (sim_store_get(c->sim, "messages", id, c->arena, &message, e) != 0)
			return -1;
		if (message.data != NULL && is_selected(c, message) &&
		    sim_store_message(c->sim, id, &items[out->message_count++], c->arena, e) != 0)
			return -1;
	}
	out->messages = items;
	out->session_id = sim_guid(c->arena);
	sim_spool_event(c->sim->spool, "selected",
	    sim_record(c->arena, "receiver", who, "service", s->service_id, "count",
		arena_printf(c->arena, "%zu", out->message_count), NULL));
	return 0;
}

int
sim_async(struct sim_call *c, struct octets *operation, struct err *e)
{
	struct msg_async_answer answer = {.operation = c->operation, .response_date = c->now};
	int rc = -1;

	if (c->operation == MSG_SEND)
		rc = take_message(c, &answer, e);
	else if (c->operation == MSG_DELIVERY)
		rc = take_delivery(c, &answer, e);
	else if (c->operation == MSG_QUERY)
		rc = tell_status(c, &answer, e);
	else if (c->operation == MSG_SELECT)
		rc = select_messages(c, &answer, e);
	else
		err_tell(e, ERR_MSG_FORMAT, "no such operation");
	return rc == 0 ? codec_write_async_answer(c->codec, &answer, c->arena, operation, e) : -1;
}
