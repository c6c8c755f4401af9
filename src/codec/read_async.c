/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading requests of the async channel, of both its ends: octets and tree of the same Body into
 * msg/. See codec.h.
 */
#include "config.h"

#include <string.h>

#include "codec/reading.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Each reads its operation with gSOAP and compares it with the tree. */

static int
read_message(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__sendMessage read = {NULL};
	const struct asyncinfo__AsyncMessageInfo *info;
	int rc = wire_close_body(
	    c, soap_in__async__sendMessage(c->reader, "async:sendMessage", &read, NULL), e);

	info = read.request == NULL ? NULL : read.request->messageInfo;
	if (rc == 0)
		rc = reading_agree_info(c, seen, info, e);
	if (info != NULL)
		reading_wipe(info->sender);
	return rc;
}

static int
agree_delivery(struct codec *c, const struct form_values *seen,
    const struct asyncinfo__AsyncSendDeliveryNotificationRequest *r, struct err *e)
{
	const struct common__DeliveryNotification *n = r == NULL ? NULL : r->notification;
	const struct common__DeliveryStatusInfo *s = n == NULL ? NULL : n->deliveryStatus;

	if (s == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no notification or status");
	const struct reading read[] = {
	    {FORM_MESSAGE_ID, n->messageId},
	    {FORM_SERVICE_ID, n->serviceId},
	    {FORM_NOTIFICATION_DATE, n->notificationDate},
	    {FORM_RECEIVE_STATUS,
		soap__common__DeliveryStatusInfo_receiveStatus2s(c->reader, s->receiveStatus)},
	    {FORM_STATUS_DATE, s->statusDate},
	    {FORM_RESEND,
		soap__common__DeliveryStatusInfo_resendMessage2s(c->reader, s->resendMessage)},
	    {FORM_DATE, r->requestDate},
	};

	if (reading_agree(seen, read, LENGTH(read), e) != 0 ||
	    reading_agree_sender(seen, r->sender, e) != 0)
		return -1;
	return reading_agree_error(seen->error, s->error, e);
}

static int
read_delivery(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__sendDeliveryNotification read = {NULL};
	int rc = wire_close_body(c,
	    soap_in__async__sendDeliveryNotification(
		c->reader, "async:sendDeliveryNotification", &read, NULL),
	    e);

	if (rc == 0)
		rc = agree_delivery(c, seen, read.request, e);
	if (read.request != NULL)
		reading_wipe(read.request->sender);
	return rc;
}

static int
agree_query(const struct form_values *seen, const struct asyncinfo__AsyncGetMessageStatusRequest *r,
    struct err *e)
{
	if (r == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no request");
	const struct reading read[] = {
	    {FORM_MESSAGE_ID, r->messageId},
	    {FORM_DATE, r->requestDate},
	};

	if (reading_agree(seen, read, LENGTH(read), e) != 0 ||
	    reading_agree_sender(seen, r->sender, e) != 0)
		return -1;
	return reading_agree_properties(seen, r->properties, r->__sizeproperties, e);
}

static int
read_query(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__getMessageStatus read = {NULL};
	int rc = wire_close_body(c,
	    soap_in__async__getMessageStatus(c->reader, "async:getMessageStatus", &read, NULL), e);

	if (rc == 0)
		rc = agree_query(seen, read.request, e);
	if (read.request != NULL)
		reading_wipe(read.request->sender);
	return rc;
}

/* 0 where there is none: as many as the gateway gives. */
static int
amount_of(const struct form_values *seen)
{
	int amount = 0;

	return form_number(form_text(seen, FORM_AMOUNT), &amount) ? amount : 0;
}

static int
agree_selection(const struct form_values *seen, const struct asyncinfo__AsyncGetMessagesRequest *r,
    struct err *e)
{
	if (r == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no request");
	const struct reading read[] = {
	    {FORM_MESSAGE_ID, r->messageId},
	    {FORM_CORRELATION_ID, r->correlationId},
	    {FORM_DATE, r->requestDate},
	    {FORM_SERVICE_ID, r->serviceId},
	};

	if (reading_agree(seen, read, LENGTH(read), e) != 0 ||
	    reading_agree_sender(seen, r->sender, e) != 0)
		return -1;
	if ((r->amount == NULL) != (seen->value[FORM_AMOUNT].data == NULL) ||
	    (r->amount != NULL && *r->amount != amount_of(seen)))
		return err_set(e, ERR_MSG_FORMAT, "tree and gSOAP read different amounts");
	return reading_agree_properties(seen, r->properties, r->__sizeproperties, e);
}

static int
read_selection(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__getMessages read = {NULL};
	int rc = wire_close_body(
	    c, soap_in__async__getMessages(c->reader, "async:getMessages", &read, NULL), e);

	if (rc == 0)
		rc = agree_selection(seen, read.request, e);
	if (read.request != NULL)
		reading_wipe(read.request->sender);
	return rc;
}

static int
agree_change(struct codec *c, const struct form_values *seen,
    const struct asyncinfo__AsyncChangeStatusNotifyRequest *r, struct err *e)
{
	const struct common__ChangeStatusNotification *n = r == NULL ? NULL : r->notification;

	if (n == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no notification");
	const struct reading read[] = {
	    {FORM_NOTIFICATION_ID, n->notificationId},
	    {FORM_MESSAGE_ID, n->messageId},
	    {FORM_NOTIFICATION_DATE, n->notificationDate},
	    {FORM_STATE, soap_common__MessageState2s(c->reader, n->messageState)},
	    {FORM_DATE, r->requestDate},
	    {FORM_SESSION_ID, r->sessionId},
	};

	if (reading_agree(seen, read, LENGTH(read), e) != 0 ||
	    reading_agree_status(seen, n->status, e) != 0)
		return -1;
	return reading_agree_error(seen->error, n->error, e);
}

static int
read_change(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _asyncclient__changeMassageStatusNotification read = {NULL};

	if (wire_close_body(c,
		soap_in__asyncclient__changeMassageStatusNotification(
		    c->reader, "asyncclient:changeMassageStatusNotification", &read, NULL),
		e) != 0)
		return -1;
	return agree_change(c, seen, read.request, e);
}

static int
read_and_compare(struct codec *c, const struct form_values *seen, struct err *e)
{
	switch (seen->operation) {
	case MSG_SEND:
		return read_message(c, seen, e);
	case MSG_DELIVERY:
		return read_delivery(c, seen, e);
	case MSG_QUERY:
		return read_query(c, seen, e);
	case MSG_SELECT:
		return read_selection(c, seen, e);
	case MSG_CHANGE_STATE:
		return read_change(c, seen, e);
	case MSG_NO_OPERATION:
	case MSG_SYNC_SEND:
		break;
	}
	return err_set(e, ERR_INTERNAL, "no operation of the async channel");
}

/* Each fills its struct from what the tree holds. */

static int
fill_delivery(
    const struct form_values *seen, struct arena *arena, struct msg_delivery *out, struct err *e)
{
	*out = (struct msg_delivery){
	    .message_id = form_text(seen, FORM_MESSAGE_ID),
	    .service_id = form_text(seen, FORM_SERVICE_ID),
	    .notification_date = seen->date[FORM_NOTIFICATION_DATE],
	    .accepted =
		form_choice(form_receive_statuses, form_text(seen, FORM_RECEIVE_STATUS)) == 1,
	    .resend = form_choice(form_resends, form_text(seen, FORM_RESEND)) == 1,
	    .status_date = seen->date[FORM_STATUS_DATE],
	    .request_date = seen->date[FORM_DATE],
	    .sender = reading_sender(seen),
	};
	return reading_error(seen, arena, &out->error, e);
}

static int
fill_query(const struct form_values *seen, struct arena *arena, struct msg_status_query *out,
    struct err *e)
{
	*out = (struct msg_status_query){
	    .message_id = form_text(seen, FORM_MESSAGE_ID),
	    .request_date = seen->date[FORM_DATE],
	    .sender = reading_sender(seen),
	};
	return reading_properties(seen, arena, &out->properties, &out->property_count, e);
}

static int
fill_selection(
    const struct form_values *seen, struct arena *arena, struct msg_selection *out, struct err *e)
{
	*out = (struct msg_selection){
	    .message_id = form_text(seen, FORM_MESSAGE_ID),
	    .correlation_id = form_text(seen, FORM_CORRELATION_ID),
	    .service_id = form_text(seen, FORM_SERVICE_ID),
	    .has_request_date = seen->value[FORM_DATE].data != NULL,
	    .request_date = seen->date[FORM_DATE],
	    .sender = reading_sender(seen),
	    .amount = amount_of(seen),
	};
	return reading_properties(seen, arena, &out->properties, &out->property_count, e);
}

static int
fill_change(
    const struct form_values *seen, struct arena *arena, struct msg_change *out, struct err *e)
{
	*out = (struct msg_change){
	    .notification_id = form_text(seen, FORM_NOTIFICATION_ID),
	    .message_id = form_text(seen, FORM_MESSAGE_ID),
	    .notification_date = seen->date[FORM_NOTIFICATION_DATE],
	    .state = codec_state(form_text(seen, FORM_STATE)),
	    .status = reading_status(seen),
	    .request_date = seen->date[FORM_DATE],
	    .session_id = form_text(seen, FORM_SESSION_ID),
	};
	return reading_error(seen, arena, &out->error, e);
}

static int
fill(const struct form_values *seen, enum msg_channel channel, struct arena *arena,
    struct msg_async *out, struct err *e)
{
	out->operation = seen->operation;
	switch (seen->operation) {
	case MSG_SEND:
		return reading_request(seen, channel, arena, &out->message, e);
	case MSG_DELIVERY:
		return fill_delivery(seen, arena, &out->delivery, e);
	case MSG_QUERY:
		return fill_query(seen, arena, &out->query, e);
	case MSG_SELECT:
		return fill_selection(seen, arena, &out->selection, e);
	case MSG_CHANGE_STATE:
		return fill_change(seen, arena, &out->change, e);
	case MSG_NO_OPERATION:
	case MSG_SYNC_SEND:
		break;
	}
	return err_set(e, ERR_INTERNAL, "no operation of the async channel");
}

int
codec_read_async_request(struct codec *c, const struct codec_body *body, struct arena *arena,
    struct msg_async *out, unsigned *deviations, struct err *e)
{
	const struct form_wanted wanted = {body->channel, body->operation, false};
	struct form_values seen;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	*deviations = 0;
	if (form_check(&wanted, body->node, arena, &seen, e) != 0)
		return -1;
	if (wire_open_body(c, body->digested, e) != 0)
		goto out;
	if (read_and_compare(c, &seen, e) != 0) {
		err_rule(e, "R-03");
		goto out;
	}
	if (fill(&seen, body->channel, arena, out, e) != 0)
		goto out;
	*deviations = seen.deviations;
	rc = 0;
out:
	wire_clean(c);
	return rc;
}
