/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing: msg/ into the contract's elements, strictly; the sync channel, and faults of both.
 *
 * What the contract does not allow is made to fit where nothing that matters is lost (a status
 * message is cut, a sessionId that is none is left out); a property that does not fit is a mistake
 * of ours.
 */
#include "config.h"

#include "codec/fill.h"

#define STATUS_MESSAGE_MOST 250 /* shep.md 1.2 */

static int
put_response(struct soap *soap, const void *from)
{
	return soap_out__sync__SendMessageResponse(
	    soap, "sync:SendMessageResponse", -2, from, NULL);
}

int
codec_write_sync_response(struct codec *c, const struct msg_response *r, struct arena *arena,
    struct octets *out, struct err *e)
{
	struct fill f = {.arena = arena};
	char date[CLOCK_TEXT];
	struct common__StatusInfo status = {
	    .code = fill_text(&f, r->status_code, 0),
	    .message = fill_text(&f, r->status_message, STATUS_MESSAGE_MOST),
	};
	struct sync__SyncMessageInfoResponse info = {
	    .messageId = fill_text(&f, r->message_id, 0),
	    .correlationId = fill_optional(&f, r->correlation_id),
	    .responseDate = fill_lend(clock_write(r->response_date, date)),
	    .status = &status,
	    .sessionId = fill_session(&f, r->session_id),
	};
	struct codec_data content = fill_data(&f, r->data, r->data_attributes);
	struct syncresp__ResponseData data = {.data = &content};
	struct syncresp__SyncSendMessageResponse response = {
	    .responseInfo = &info, .responseData = &data};
	struct _sync__SendMessageResponse operation = {.response = &response};

	return fill_write(
	    c, (struct wire_job){.put = put_response, .from = &operation}, &f, out, e);
}

static int
put_request(struct soap *soap, const void *from)
{
	return soap_out__sync__SendMessage(soap, "sync:SendMessage", -2, from, NULL);
}

int
codec_write_sync_request(struct codec *c, const struct msg_request *r, struct octets data,
    const char *data_attributes, struct arena *arena, struct octets *out, struct err *e)
{
	struct fill f = {.arena = arena};
	char date[CLOCK_TEXT];
	struct sync__SyncMessageInfo info = {
	    .messageId = fill_text(&f, r->message_id, 0),
	    .correlationId = fill_optional(&f, r->correlation_id),
	    .serviceId = fill_text(&f, r->service_id, 0),
	    .messageDate = fill_lend(clock_write(r->message_date, date)),
	    .routeId = fill_optional(&f, r->route_id),
	    .sender = fill_sender(&f, r->sender),
	    .sessionId = fill_session(&f, r->session_id),
	};
	struct codec_data content = fill_data(&f, data, data_attributes);
	struct syncreq__RequestData request_data = {.data = &content};
	struct syncreq__SyncSendMessageRequest request = {
	    .requestInfo = &info, .requestData = &request_data};
	struct _sync__SendMessage operation = {.request = &request};

	*out = (struct octets){NULL, 0};
	if (fill_properties(&f, r->properties, r->property_count, &info.properties,
		&info.__sizeproperties, e) != 0)
		return -1;
	return fill_write(c, (struct wire_job){.put = put_request, .from = &operation}, &f, out, e);
}

/* The fault element of an operation, and what it holds. */
struct fault_element {
	enum msg_operation operation;
	enum wire_names names;
	const char *tag;
	const struct common__ErrorInfo *info;
};

static int
put_fault(struct soap *soap, const void *from)
{
	const struct fault_element *f = from;

	return soap_out_common__ErrorInfo(soap, f->tag, -2, f->info, NULL);
}

/* Both ends of the async channel own {.../AsyncChannel/v10/Types}sendMessage, and so its fault. */
static struct fault_element
fault_element(enum msg_channel channel, enum msg_operation operation)
{
	static const struct fault_element elements[] = {
	    {MSG_SYNC_SEND, WIRE_SYNC, "sync:SendMessageFault1_SendMessageFault", NULL},
	    {MSG_SEND, WIRE_ASYNC, "async:sendMessageFault1_sendMessageFault", NULL},
	    {MSG_DELIVERY, WIRE_ASYNC,
		"async:sendDeliveryNotificationFault1_sendDeliveryNotificationFault", NULL},
	    {MSG_QUERY, WIRE_ASYNC, "async:getMessageStatusFault1_getMessageStatusFault", NULL},
	    {MSG_SELECT, WIRE_ASYNC, "async:getMessagesFault1_getMessagesFault", NULL},
	    {MSG_CHANGE_STATE, WIRE_CLIENT,
		"asyncclient:changeMassageStatusNotificationFault1_"
		"changeMassageStatusNotificationFault",
		NULL},
	};

	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (elements[i].operation == operation)
			return elements[i];
	return elements[channel == MSG_SYNC ? 0 : 1];
}

int
codec_write_fault_detail(struct codec *c, enum msg_channel channel, const struct msg_fault *fault,
    struct arena *arena, struct octets *out, struct err *e)
{
	struct fill f = {.arena = arena};
	struct fault_element element = fault_element(channel, fault->operation);
	struct wire_job job = {.names = element.names, .put = put_fault, .from = &element};

	element.info = fill_error(&f, fault);
	return fill_write(c, job, &f, out, e);
}
