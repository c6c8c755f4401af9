/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See participant.h. What the handler will need later is stored as it was verified now: the octets
 * that the business signature digested, and who signed.
 */
#include "config.h"

#include <unistd.h>

#include "db/async.h"
#include "run/participant.h"

int
run_participant_read(struct call *c)
{
	const struct codec_body body = {
	    .channel = MSG_ASYNC_CLIENT, .digested = c->part.digested, .node = c->env.body};

	c->claimed.channel = DB_ASYNC_CLIENT;
	if (codec_read_async_request(
		c->desk->codec, &body, c->arena, &c->async, &c->deviations, &c->err) != 0)
		return -1;
	c->request = c->async.message;
	if (c->async.operation != MSG_CHANGE_STATE)
		return 0;
	c->claimed.channel = DB_NOTIFICATIONS;
	c->request = (struct msg_request){
	    .channel = MSG_ASYNC_CLIENT,
	    .operation = codec_operation_name(MSG_CHANGE_STATE),
	    .message_id = c->async.change.notification_id,
	    /* what it speaks of: by this the journal finds it with that message */
	    .correlation_id = c->async.change.message_id,
	    .service_id = "",
	    .route_id = "",
	    .session_id = c->async.change.session_id,
	    .message_date = c->async.change.notification_date,
	    .message_date_text = "",
	    .sender = {"", ""},
	};
	return 0;
}

/* No service is asked for, so none's policy lets a signer of unknown standing through. */
static int
open_change(struct call *c)
{
	const struct pki_signer *s = &c->part.signer;
	const struct route_receiver *r = route_receiver_of(&c->desk->house->routes, s);

	if (r == NULL) {
		err_set(&c->err, ERR_ROUTE_ACCESS, "the signer is no receiver of ours");
		return -1;
	}
	if (s->standing.source != PKI_NOT_ASKED && s->standing.status != PKI_GOOD)
		return err_set(&c->err, ERR_PKI_REVOCATION_UNKNOWN,
		    "nothing in hand tells whether certificate %s is revoked", s->serial);
	c->request.sender.sender_id = r->name;
	run_drop_document(c);
	return 0;
}

int
run_participant_open(struct call *c)
{
	return c->async.operation == MSG_CHANGE_STATE ? open_change(c) : run_open_message(c);
}

static enum db_state
state_of(enum msg_state state)
{
	switch (state) {
	case MSG_DELIVERED:
		return DB_DELIVERED;
	case MSG_NOT_DELIVERED:
		return DB_NOT_DELIVERED;
	case MSG_DELIVERY_STOPPED:
		return DB_STOPPED;
	case MSG_NO_STATE:
	case MSG_ON_DELIVERY:
		break;
	}
	return DB_ACCEPTED;
}

static int
move(struct call *c, struct err *e)
{
	const struct msg_change *change = &c->async.change;
	const struct msg_fault *why = change->error;
	const struct db_outbox_moved moved = {
	    .receiver = c->request.sender.sender_id,
	    .message_id = change->message_id,
	    .state = state_of(change->state),
	    .reason = arena_printf(c->arena, "%s %s%s%s", change->status.code,
		change->status.message, why == NULL ? "" : ": ", why == NULL ? "" : why->message),
	    .at = c->received,
	};
	bool found;

	if (moved.reason == NULL)
		return err_set(e, ERR_NOMEM, "a change of state");
	if (db_outbox_move(c->desk->db, &moved, &found, e) != 0)
		return -1;
	return found ? 0 : err_tell(e, ERR_MSG_UNKNOWN, "messageId is none of ours");
}

static int
check_type(const struct call *c, struct err *e)
{
	const struct service *service = service_find(c->route.service->handler);

	if (service == NULL)
		return err_set(e, ERR_INTERNAL, "no handler %s", c->route.service->handler);
	if ((service->types & 1u << c->request.type) == 0)
		return err_tell(e, ERR_ROUTE_SERVICE, "the service takes no %s",
		    codec_type_name(c->request.type));
	return 0;
}

static int
keep(struct call *c, struct err *e)
{
	const struct msg_request *r = &c->request;
	const struct db_inbox_row row = {
	    .channel = DB_ASYNC_CLIENT,
	    .sender_id = r->sender.sender_id,
	    .message_id = r->message_id,
	    .correlation_id = r->correlation_id,
	    .session_id = r->session_id,
	    .service_id = r->service_id,
	    .message_type = codec_type_name(r->type),
	    .route_id = r->route_id,
	    .message_date = r->message_date,
	    .payload = c->payload.octets,
	    .evidence = c->payload.evidence,
	    .has_signer = c->route.service->business_signature,
	    .signer = c->citizen,
	};

	if (check_type(c, e) != 0)
		return -1;
	return db_inbox_add(c->desk->db, &row, e);
}

int
run_participant_keep(struct call *c, struct err *e)
{
	return c->async.operation == MSG_CHANGE_STATE ? move(c, e) : keep(c, e);
}

int
run_participant_acknowledge(struct call *c)
{
	const struct msg_async_answer answer = {
	    .operation = c->async.operation,
	    .message_id = c->request.message_id,
	    .correlation_id = c->request.correlation_id,
	    .session_id = c->request.session_id,
	    .response_date = c->received,
	};
	struct octets operation;

	if (codec_write_async_answer(c->desk->codec, &answer, c->arena, &operation, &c->err) != 0)
		return -1;
	return run_seal(c, operation, true, &c->err);
}

void
run_participant_wake(const struct call *c)
{
	const uint64_t one = 1;

	if (c->endpoint->channel != MSG_ASYNC_CLIENT || c->claim != DB_CLAIM_NEW ||
	    c->desk->wake < 0)
		return;
	/* a counter that is full has woken them already */
	if (write(c->desk->wake, &one, sizeof(one)) != (ssize_t)sizeof(one))
		return;
}
