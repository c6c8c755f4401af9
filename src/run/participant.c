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
	return 0;
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

int
run_participant_keep(struct call *c, struct err *e)
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
