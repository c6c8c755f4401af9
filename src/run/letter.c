/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See letter.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "run/call.h"
#include "run/letter.h"
#include "run/outgoing.h"

static enum msg_operation
operation_of(const char *name)
{
	static const enum msg_operation all[] = {MSG_SEND, MSG_DELIVERY, MSG_QUERY};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(codec_operation_name(all[i]), name) == 0)
			return all[i];
	return MSG_NO_OPERATION;
}

int
run_way_find(const struct run_house *house, const struct db_outbox_row *row, struct run_way *out,
    struct err *e)
{
	const struct route_table *t = &house->routes;
	const struct route_receiver *receiver = route_receiver_find(t, row->receiver);
	const struct route_profile *profile;

	*out = (struct run_way){.receiver = receiver, .operation = operation_of(row->operation)};
	if (receiver == NULL)
		return err_set(e, ERR_CONFIG, "no receiver %s is configured", row->receiver);
	if (out->operation == MSG_NO_OPERATION)
		return err_set(e, ERR_CONFIG, "nobody delivers %s", row->operation);
	profile = route_profile_find(t, row->service_id, receiver->sender_id, ROUTE_OUT);
	if (out->operation == MSG_SEND && profile == NULL)
		return err_set(
		    e, ERR_CONFIG, "no profile says how messages of %s go out", row->service_id);
	out->profile = profile;
	out->sign = profile == NULL || profile->sign;
	out->answers_signed = profile == NULL || profile->answers_signed;
	return 0;
}

int
run_letter_seal(struct run_desk *desk, struct octets operation, bool sign, struct arena *a,
    struct octets *out, struct err *e)
{
	const struct run_house *h = desk->house;
	char uuid[37];
	const char *id = NULL;
	struct octets envelope;

	*out = (struct octets){NULL, 0};
	if (sign && h->identity != NULL) {
		if (run_desk_uuid(desk, uuid, e) != 0)
			return -1;
		if ((id = arena_printf(a, "id-%s", uuid)) == NULL)
			return err_set(e, ERR_NOMEM, "Body id");
	}
	if (env_write(operation, id, a, id == NULL ? out : &envelope, e) != 0)
		return -1;
	return id == NULL ? 0 : sig_sign_envelope(envelope, h->identity, h->keyinfo, a, out, e);
}

static int
describe_report(
    const struct db_outbox_row *row, struct arena *a, struct msg_delivery *d, struct err *e)
{
	struct msg_fault *fault;
	struct run_report report;

	if (run_outgoing_read(row->error, a, &report, e) != 0)
		return -1;
	d->message_id = row->about;
	d->service_id = row->service_id;
	d->notification_date = d->status_date = row->created_at;
	d->accepted = report.accepted;
	d->resend = report.resend;
	if (report.accepted)
		return 0;
	if ((fault = arena_alloc(a, sizeof(*fault))) == NULL)
		return err_set(e, ERR_NOMEM, "report");
	*fault = (struct msg_fault){.code = report.code,
	    .message = report.message,
	    .data = "",
	    .date = row->created_at,
	    .session_id = ""};
	d->error = fault;
	return 0;
}

static int
describe(struct run_desk *desk, const struct db_outbox_row *row, const struct run_way *way,
    struct instant now, struct arena *a, struct msg_async *m, struct err *e)
{
	const struct msg_sender sender = {way->receiver->sender_id, way->receiver->secret};

	*m = (struct msg_async){.operation = way->operation};
	if (way->operation == MSG_DELIVERY) {
		m->delivery.request_date = now;
		m->delivery.sender = sender;
		return describe_report(row, a, &m->delivery, e);
	}
	if (way->operation == MSG_QUERY) {
		m->query = (struct msg_status_query){
		    .message_id = row->about, .request_date = now, .sender = sender};
		return 0;
	}
	m->message = (struct msg_request){
	    .channel = MSG_ASYNC,
	    .operation = row->operation,
	    .type = codec_type(row->message_type),
	    .message_id = way->profile->own_message_id ? row->message_id : "",
	    .correlation_id = row->correlation_id,
	    .service_id = row->service_id,
	    .route_id = row->route_id,
	    .session_id = "",
	    .message_date = row->created_at,
	    .sender = sender,
	    .has_data = true,
	};
	return run_letter_place(way->profile, desk->house->identity, row->data, a, &m->data, e);
}

int
run_letter_write(struct run_desk *desk, const struct db_outbox_row *row, const struct run_way *way,
    struct instant now, struct arena *a, struct octets *out, struct err *e)
{
	struct msg_async m;
	struct octets operation;

	*out = (struct octets){NULL, 0};
	if (describe(desk, row, way, now, a, &m, e) != 0 ||
	    codec_write_async_request(desk->codec, &m, a, &operation, e) != 0)
		return -1;
	return run_letter_seal(desk, operation, way->sign, a, out, e);
}
