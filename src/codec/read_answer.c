/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading answers of the async channel (the client's side), faults among them. See codec.h.
 */
#include "config.h"

#include <string.h>

#include "codec/reading.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static int
no_response(struct err *e)
{
	return err_set(e, ERR_MSG_FORMAT, "gSOAP read no response");
}

/* Each reads its operation's answer with gSOAP and compares it with the tree. */

static int
read_ack(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__sendMessageResponse read = {NULL};
	const struct asyncinfo__AsyncSendMessageResponse *r;

	if (wire_close_body(c,
		soap_in__async__sendMessageResponse(
		    c->reader, "async:sendMessageResponse", &read, NULL),
		e) != 0)
		return -1;
	r = read.response;
	if (seen->is_empty)
		return r == NULL ? 0 : err_set(e, ERR_MSG_FORMAT, "gSOAP read what is not there");
	if (r == NULL)
		return no_response(e);
	const struct reading texts[] = {
	    {FORM_MESSAGE_ID, r->messageId},
	    {FORM_CORRELATION_ID, r->correlationId},
	    {FORM_DATE, r->responseDate},
	    {FORM_SESSION_ID, r->sessionId},
	};

	return reading_agree(seen, texts, LENGTH(texts), e);
}

static int
read_delivery_ack(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__sendDeliveryNotificationResponse read = {NULL};
	const struct asyncinfo__AsyncSendDeliveryNotificationResponse *r;

	if (wire_close_body(c,
		soap_in__async__sendDeliveryNotificationResponse(
		    c->reader, "async:sendDeliveryNotificationResponse", &read, NULL),
		e) != 0)
		return -1;
	if ((r = read.response) == NULL)
		return no_response(e);
	const struct reading texts[] = {
	    {FORM_NOTIFICATION_ID, r->notificationId},
	    {FORM_DATE, r->responseDate},
	    {FORM_SESSION_ID, r->sessionId},
	};

	return reading_agree(seen, texts, LENGTH(texts), e);
}

static int
read_status(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__getMessageStatusResponse read = {NULL};
	const struct asyncinfo__AsyncGetMessageStatusResponse *r;

	if (wire_close_body(c,
		soap_in__async__getMessageStatusResponse(
		    c->reader, "async:getMessageStatusResponse", &read, NULL),
		e) != 0)
		return -1;
	if ((r = read.response) == NULL)
		return no_response(e);
	const struct reading texts[] = {
	    {FORM_STATE, soap_common__MessageState2s(c->reader, r->messageState)},
	    {FORM_DATE, r->responseDate},
	    {FORM_SESSION_TEXT, r->sessionId},
	};

	if (reading_agree(seen, texts, LENGTH(texts), e) != 0)
		return -1;
	return reading_agree_status(seen, r->status, e);
}

static int
agree_messages(struct codec *c, const struct form_values *seen,
    const struct asyncinfo__AsyncGetMessagesResponse *r, struct err *e)
{
	const struct form_values *message = seen->messages;
	const struct reading texts[] = {
	    {FORM_DATE, r->responseDate},
	    {FORM_SESSION_ID, r->sessionId},
	};

	if (reading_agree(seen, texts, LENGTH(texts), e) != 0)
		return -1;
	if (r->__sizemessages > 0 && r->messages == NULL) /* gSOAP does not say so */
		return err_set(e, ERR_NOMEM, "gSOAP: messages");
	if ((size_t)r->__sizemessages != seen->message_count)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read %d messages of %zu",
		    r->__sizemessages, seen->message_count);
	for (int i = 0; i < r->__sizemessages; i++, message = message->next)
		if (reading_agree_info(c, message, r->messages[i].messageInfo, e) != 0)
			return -1;
	return 0;
}

static void
wipe_messages(const struct asyncinfo__AsyncGetMessagesResponse *r)
{
	for (int i = 0; r != NULL && r->messages != NULL && i < r->__sizemessages; i++)
		if (r->messages[i].messageInfo != NULL)
			reading_wipe(r->messages[i].messageInfo->sender);
}

static int
read_messages(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _async__getMessagesResponse read = {NULL};
	int rc = wire_close_body(c,
	    soap_in__async__getMessagesResponse(
		c->reader, "async:getMessagesResponse", &read, NULL),
	    e);

	if (rc == 0)
		rc = read.response == NULL ? no_response(e)
					   : agree_messages(c, seen, read.response, e);
	wipe_messages(read.response);
	return rc;
}

static int
read_change_ack(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct _asyncclient__changeMassageStatusNotificationResponse read = {NULL};

	if (wire_close_body(c,
		soap_in__asyncclient__changeMassageStatusNotificationResponse(
		    c->reader, "asyncclient:changeMassageStatusNotificationResponse", &read, NULL),
		e) != 0)
		return -1;
	if (read.response == NULL)
		return no_response(e);
	const struct reading texts[] = {
	    {FORM_DATE, read.response->responseDate},
	    {FORM_SESSION_ID, read.response->sessionId},
	};

	return reading_agree(seen, texts, LENGTH(texts), e);
}

static int
read_and_compare(struct codec *c, const struct form_values *seen, struct err *e)
{
	switch (seen->operation) {
	case MSG_SEND:
		return read_ack(c, seen, e);
	case MSG_DELIVERY:
		return read_delivery_ack(c, seen, e);
	case MSG_QUERY:
		return read_status(c, seen, e);
	case MSG_SELECT:
		return read_messages(c, seen, e);
	case MSG_CHANGE_STATE:
		return read_change_ack(c, seen, e);
	case MSG_NO_OPERATION:
	case MSG_SYNC_SEND:
		break;
	}
	return err_set(e, ERR_INTERNAL, "no operation of the async channel");
}

/* What is delivered to us by an answer is a message of the client's end. */
static int
fill_messages(const struct form_values *seen, struct arena *arena, struct msg_async_answer *out,
    struct err *e)
{
	const struct form_values *message = seen->messages;
	struct msg_item *items;

	if (seen->message_count == 0)
		return 0;
	if ((items = arena_alloc(arena, seen->message_count * sizeof(*items))) == NULL)
		return err_set(e, ERR_NOMEM, "messages");
	for (size_t i = 0; i < seen->message_count; i++, message = message->next) {
		items[i] = (struct msg_item){.data = {{NULL, 0}, NULL}};
		if (reading_request(message, MSG_ASYNC_CLIENT, arena, &items[i].message, e) != 0)
			return -1;
	}
	out->messages = items;
	out->message_count = seen->message_count;
	return 0;
}

static int
read_answer(struct codec *c, const struct codec_body *body, struct arena *arena,
    struct msg_async_answer *out, unsigned *deviations, struct err *e)
{
	const struct form_wanted wanted = {body->channel, body->operation, true};
	struct form_values seen;

	if (form_check(&wanted, body->node, arena, &seen, e) != 0 ||
	    wire_open_body(c, body->digested, e) != 0)
		return -1;
	if (read_and_compare(c, &seen, e) != 0)
		return err_rule(e, "R-03");
	*out = (struct msg_async_answer){
	    .operation = seen.operation,
	    .message_id = form_text(&seen, FORM_MESSAGE_ID),
	    .correlation_id = form_text(&seen, FORM_CORRELATION_ID),
	    .notification_id = form_text(&seen, FORM_NOTIFICATION_ID),
	    .response_date = seen.date[FORM_DATE],
	    .session_id =
		form_text(&seen, seen.operation == MSG_QUERY ? FORM_SESSION_TEXT : FORM_SESSION_ID),
	    .state = codec_state(form_text(&seen, FORM_STATE)),
	    .status = reading_status(&seen),
	};
	*deviations = seen.deviations;
	return fill_messages(&seen, arena, out, e);
}

int
codec_read_async_answer(struct codec *c, const struct codec_body *body, struct arena *arena,
    struct msg_async_answer *out, unsigned *deviations, struct err *e)
{
	int rc;

	memset(out, 0, sizeof(*out));
	*deviations = 0;
	out->operation = body->operation;
	out->is_fault = dom_child(body->node, SOAP, "Fault") != NULL;
	rc = out->is_fault ? reading_fault(c, body->digested, arena, &out->fault, e)
			   : read_answer(c, body, arena, out, deviations, e);
	wire_clean(c);
	return rc;
}
