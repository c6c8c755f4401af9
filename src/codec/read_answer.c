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

/* What getMessagesResponse/response holds besides messages. */
struct messages_read {
	char *date, *session;
	size_t count;
};

/* The next child of the response, whichever it is, compared; false at the end and on a failure,
 * which soap->error and *rc tell apart. */
static bool
read_child(struct codec *c, const struct form_values **message, struct messages_read *read, int *rc,
    struct err *e)
{
	struct soap *soap = c->reader;
	struct asyncinfo__AsyncMessage *m;

	soap->error = SOAP_TAG_MISMATCH;
	if (read->date == NULL && soap_in_string(soap, "responseDate", &read->date, NULL) != NULL)
		return true;
	if (soap->error == SOAP_TAG_MISMATCH && read->session == NULL &&
	    soap_in_string(soap, "sessionId", &read->session, NULL) != NULL)
		return true;
	if (soap->error != SOAP_TAG_MISMATCH ||
	    (m = soap_in_asyncinfo__AsyncMessage(soap, "messages", NULL, NULL)) == NULL)
		return false;
	if (*message == NULL) {
		*rc = err_set(e, ERR_MSG_FORMAT, "gSOAP read more messages than %zu", read->count);
		return false;
	}
	*rc = reading_agree_info(c, *message, m->messageInfo, e);
	if (m->messageInfo != NULL)
		reading_wipe(m->messageInfo->sender);
	*message = (*message)->next;
	read->count++;
	return *rc == 0;
}

/* Message by message: the generated reader puts their properties into the list of the messages, and
 * goes on with what it has freed, when there is no memory for a list inside a list. */
static int
read_messages(struct codec *c, const struct form_values *seen, struct err *e)
{
	struct soap *soap = c->reader;
	const struct form_values *message = seen->messages;
	struct messages_read read = {NULL, NULL, 0};
	bool is_read;
	int rc = 0;

	is_read = soap_element_begin_in(soap, "async:getMessagesResponse", 0, NULL) == 0 &&
		  soap_element_begin_in(soap, "response", 0, NULL) == 0;
	while (is_read && read_child(c, &message, &read, &rc, e))
		;
	if (rc != 0)
		return -1;
	is_read = is_read && soap->error == SOAP_NO_TAG &&
		  soap_element_end_in(soap, "response") == 0 &&
		  soap_element_end_in(soap, "async:getMessagesResponse") == 0;
	if (wire_close_body(c, is_read ? soap : NULL, e) != 0)
		return -1;
	if (message != NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read %zu messages of %zu", read.count,
		    seen->message_count);
	const struct reading texts[] = {
	    {FORM_DATE, read.date},
	    {FORM_SESSION_ID, read.session},
	};

	return reading_agree(seen, texts, LENGTH(texts), e);
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
