/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing the async channel, both ends: msg/ into the contract's elements, strictly.
 */
#include "config.h"

#include "codec/fill.h"

/* One element to be written, by gSOAP's writer of that name. */
#define PUT(function, prefix, element)                                                             \
	static int function(struct soap *soap, const void *from)                                   \
	{                                                                                          \
		return soap_out__##prefix##__##element(                                            \
		    soap, #prefix ":" #element, -2, from, NULL);                                   \
	}
PUT(put_message, async, sendMessage)
PUT(put_ack, async, sendMessageResponse)
PUT(put_delivery, async, sendDeliveryNotification)
PUT(put_delivery_ack, async, sendDeliveryNotificationResponse)
PUT(put_query, async, getMessageStatus)
PUT(put_status, async, getMessageStatusResponse)
PUT(put_selection, async, getMessages)
PUT(put_messages, async, getMessagesResponse)
PUT(put_change, asyncclient, changeMassageStatusNotification)
PUT(put_change_ack, asyncclient, changeMassageStatusNotificationResponse)
#undef PUT

/* One call's way: what is collected, where it goes. */
struct writing {
	struct codec *codec;
	struct fill fill;
	struct octets *out;
	struct err *e;
};

static int
put(struct writing *w, int (*how)(struct soap *, const void *), const void *from)
{
	enum wire_names names =
	    how == put_change || how == put_change_ack ? WIRE_CLIENT : WIRE_ASYNC;

	return fill_write(w->codec, (struct wire_job){.names = names, .put = how, .from = from},
	    &w->fill, w->out, w->e);
}

static int
check_message(const struct msg_request *r, struct err *e)
{
	if (r->type == MSG_NO_TYPE)
		return err_set(e, ERR_INTERNAL, "a message of no type");
	if (r->type != MSG_REQUEST && (r->correlation_id == NULL || *r->correlation_id == '\0'))
		return err_set(
		    e, ERR_INTERNAL, "%s without correlationId", codec_type_name(r->type));
	return 0;
}

/* Elements are asked for one by one, so that a struct of the caller's stack holds what is small. */
static int
fill_info(struct writing *w, const struct msg_request *r, struct asyncinfo__AsyncMessageInfo *out)
{
	struct fill *f = &w->fill;

	if (check_message(r, w->e) != 0)
		return -1;
	*out = (struct asyncinfo__AsyncMessageInfo){
	    .messageId = fill_optional(f, r->message_id),
	    .correlationId = fill_optional(f, r->correlation_id),
	    .serviceId = fill_text(f, r->service_id, 0),
	    .messageType = (enum _asyncinfo__AsyncMessageInfo_messageType)(r->type - MSG_REQUEST),
	    .routeId = fill_optional(f, r->route_id),
	    .messageDate = fill_date(f, r->message_date),
	    .sender = fill_sender(f, r->sender),
	    .sessionId = fill_session(f, r->session_id),
	};
	return fill_properties(
	    f, r->properties, r->property_count, &out->properties, &out->__sizeproperties, w->e);
}

static int
write_message(struct writing *w, const struct msg_request *r, const struct msg_content *data)
{
	struct asyncinfo__AsyncMessageInfo info;
	struct common__MessageData content = {fill_data(&w->fill, data->octets, data->attributes)};
	struct asyncinfo__AsyncSendMessageRequest request = {&info, &content};
	struct _async__sendMessage operation = {&request};

	return fill_info(w, r, &info) != 0 ? -1 : put(w, put_message, &operation);
}

static int
write_delivery(struct writing *w, const struct msg_delivery *d)
{
	struct fill *f = &w->fill;
	struct common__DeliveryStatusInfo status = {
	    .receiveStatus =
		d->accepted
		    ? _common__DeliveryStatusInfo_receiveStatus__MESSAGE_USCOREACCEPTED
		    : _common__DeliveryStatusInfo_receiveStatus__MESSAGE_USCORENOT_USCOREACCTEPTED,
	    .statusDate = fill_date(f, d->status_date),
	    .resendMessage = d->resend
				 ? _common__DeliveryStatusInfo_resendMessage__RESEND
				 : _common__DeliveryStatusInfo_resendMessage__NOT_USCORERESEND,
	    .error = fill_error(f, d->error),
	};
	struct common__DeliveryNotification notification = {
	    .messageId = fill_text(f, d->message_id, 0),
	    .serviceId = fill_text(f, d->service_id, 0),
	    .notificationDate = fill_date(f, d->notification_date),
	    .deliveryStatus = &status,
	};
	struct asyncinfo__AsyncSendDeliveryNotificationRequest request = {
	    .notification = &notification, .requestDate = fill_date(f, d->request_date)};
	struct _async__sendDeliveryNotification operation = {&request};

	if (d->sender.sender_id != NULL && *d->sender.sender_id != '\0')
		request.sender = fill_sender(f, d->sender);
	return put(w, put_delivery, &operation);
}

static int
write_query(struct writing *w, const struct msg_status_query *q)
{
	struct fill *f = &w->fill;
	struct asyncinfo__AsyncGetMessageStatusRequest request = {
	    .messageId = fill_text(f, q->message_id, 0),
	    .requestDate = fill_date(f, q->request_date),
	    .sender = fill_sender(f, q->sender),
	};
	struct _async__getMessageStatus operation = {&request};

	if (fill_properties(f, q->properties, q->property_count, &request.properties,
		&request.__sizeproperties, w->e) != 0)
		return -1;
	return put(w, put_query, &operation);
}

static int
write_selection(struct writing *w, const struct msg_selection *s)
{
	struct fill *f = &w->fill;
	int amount = s->amount;
	struct asyncinfo__AsyncGetMessagesRequest request = {
	    .messageId = fill_optional(f, s->message_id),
	    .correlationId = fill_optional(f, s->correlation_id),
	    .requestDate = s->has_request_date ? fill_date(f, s->request_date) : NULL,
	    .serviceId = fill_text(f, s->service_id, 0),
	    .amount = amount == 0 ? NULL : &amount,
	};
	struct _async__getMessages operation = {&request};

	if (s->sender.sender_id != NULL && *s->sender.sender_id != '\0')
		request.sender = fill_sender(f, s->sender);
	if (fill_properties(f, s->properties, s->property_count, &request.properties,
		&request.__sizeproperties, w->e) != 0)
		return -1;
	return put(w, put_selection, &operation);
}

static struct common__MessageStatusInfo
fill_status(struct fill *f, const struct msg_status *s)
{
	return (struct common__MessageStatusInfo){
	    .statusCode = fill_text(f, s->code, 0),
	    .statusMessage = fill_text(f, s->message, 0),
	    .statusDate = fill_date(f, s->date),
	};
}

static enum common__MessageState
state_of(enum msg_state state)
{
	return (enum common__MessageState)(state - MSG_ON_DELIVERY);
}

static int
write_change(struct writing *w, const struct msg_change *c)
{
	struct fill *f = &w->fill;
	struct common__MessageStatusInfo status = fill_status(f, &c->status);
	struct common__ChangeStatusNotification notification = {
	    .notificationId = fill_text(f, c->notification_id, 0),
	    .messageId = fill_text(f, c->message_id, 0),
	    .notificationDate = fill_date(f, c->notification_date),
	    .messageState = state_of(c->state),
	    .status = &status,
	    .error = fill_error(f, c->error),
	};
	struct asyncinfo__AsyncChangeStatusNotifyRequest request = {
	    .notification = &notification,
	    .requestDate = fill_date(f, c->request_date),
	    .sessionId = fill_session(f, c->session_id),
	};
	struct _asyncclient__changeMassageStatusNotification operation = {&request};

	if (c->state == MSG_NO_STATE)
		return err_set(w->e, ERR_INTERNAL, "a change to no state");
	return put(w, put_change, &operation);
}

int
codec_write_async_request(struct codec *c, const struct msg_async *r, struct arena *arena,
    struct octets *out, struct err *e)
{
	struct writing w = {c, {.arena = arena}, out, e};

	*out = (struct octets){NULL, 0};
	switch (r->operation) {
	case MSG_SEND:
		return write_message(&w, &r->message, &r->data);
	case MSG_DELIVERY:
		return write_delivery(&w, &r->delivery);
	case MSG_QUERY:
		return write_query(&w, &r->query);
	case MSG_SELECT:
		return write_selection(&w, &r->selection);
	case MSG_CHANGE_STATE:
		return write_change(&w, &r->change);
	case MSG_NO_OPERATION:
	case MSG_SYNC_SEND:
		break;
	}
	return err_set(e, ERR_INTERNAL, "no operation of the async channel");
}

static int
write_ack(struct writing *w, const struct msg_async_answer *a)
{
	struct fill *f = &w->fill;
	struct asyncinfo__AsyncSendMessageResponse response = {
	    .messageId = fill_text(f, a->message_id, 0),
	    .correlationId = fill_text(f, a->correlation_id, 0),
	    .responseDate = fill_date(f, a->response_date),
	    .sessionId = fill_session(f, a->session_id),
	};
	struct _async__sendMessageResponse operation = {&response};

	return put(w, put_ack, &operation);
}

static int
write_delivery_ack(struct writing *w, const struct msg_async_answer *a)
{
	struct fill *f = &w->fill;
	struct asyncinfo__AsyncSendDeliveryNotificationResponse response = {
	    .notificationId = fill_text(f, a->notification_id, 0),
	    .responseDate = fill_date(f, a->response_date),
	    .sessionId = fill_session_always(f, a->session_id),
	};
	struct _async__sendDeliveryNotificationResponse operation = {&response};

	return put(w, put_delivery_ack, &operation);
}

static int
write_status(struct writing *w, const struct msg_async_answer *a)
{
	struct fill *f = &w->fill;
	struct common__MessageStatusInfo status = fill_status(f, &a->status);
	struct asyncinfo__AsyncGetMessageStatusResponse response = {
	    .messageState = state_of(a->state),
	    .status = &status,
	    .responseDate = fill_date(f, a->response_date),
	    .sessionId = fill_optional(f, a->session_id),
	};
	struct _async__getMessageStatusResponse operation = {&response};

	if (a->state == MSG_NO_STATE)
		return err_set(w->e, ERR_INTERNAL, "a message of no state");
	return put(w, put_status, &operation);
}

/* The three structs of one message, side by side. */
struct item {
	struct asyncinfo__AsyncMessageInfo info;
	struct common__MessageData data;
};

static int
fill_messages(struct writing *w, const struct msg_async_answer *a,
    struct asyncinfo__AsyncMessage **out, int *count)
{
	struct asyncinfo__AsyncMessage *messages;
	struct item *items;

	*out = NULL;
	*count = 0;
	if (a->message_count > CODEC_MESSAGES_MOST)
		return err_set(w->e, ERR_INTERNAL, "%zu messages", a->message_count);
	if (a->message_count == 0)
		return 0;
	messages = fill_alloc(&w->fill, a->message_count * sizeof(*messages));
	items = fill_alloc(&w->fill, a->message_count * sizeof(*items));
	if (messages == NULL || items == NULL)
		return err_set(w->e, ERR_NOMEM, "messages");
	for (size_t i = 0; i < a->message_count; i++) {
		const struct msg_content *data = &a->messages[i].data;

		if (fill_info(w, &a->messages[i].message, &items[i].info) != 0)
			return -1;
		items[i].data.data = fill_data(&w->fill, data->octets, data->attributes);
		messages[i] = (struct asyncinfo__AsyncMessage){&items[i].info, &items[i].data};
	}
	*out = messages;
	*count = (int)a->message_count;
	return 0;
}

static int
write_messages(struct writing *w, const struct msg_async_answer *a)
{
	struct fill *f = &w->fill;
	struct asyncinfo__AsyncGetMessagesResponse response = {
	    .responseDate = fill_date(f, a->response_date),
	    .sessionId = fill_session_always(f, a->session_id),
	};
	struct _async__getMessagesResponse operation = {&response};

	if (fill_messages(w, a, &response.messages, &response.__sizemessages) != 0)
		return -1;
	return put(w, put_messages, &operation);
}

static int
write_change_ack(struct writing *w, const struct msg_async_answer *a)
{
	struct fill *f = &w->fill;
	struct asyncinfo__AsyncChangeStatusNotifyResponse response = {
	    .responseDate = fill_date(f, a->response_date),
	    .sessionId = fill_session_always(f, a->session_id),
	};
	struct _asyncclient__changeMassageStatusNotificationResponse operation = {&response};

	return put(w, put_change_ack, &operation);
}

int
codec_write_async_answer(struct codec *c, const struct msg_async_answer *a, struct arena *arena,
    struct octets *out, struct err *e)
{
	struct writing w = {c, {.arena = arena}, out, e};

	*out = (struct octets){NULL, 0};
	switch (a->operation) {
	case MSG_SEND:
		return write_ack(&w, a);
	case MSG_DELIVERY:
		return write_delivery_ack(&w, a);
	case MSG_QUERY:
		return write_status(&w, a);
	case MSG_SELECT:
		return write_messages(&w, a);
	case MSG_CHANGE_STATE:
		return write_change_ack(&w, a);
	case MSG_NO_OPERATION:
	case MSG_SYNC_SEND:
		break;
	}
	return err_set(e, ERR_INTERNAL, "no operation of the async channel");
}
