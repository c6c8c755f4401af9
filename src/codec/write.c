/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing: msg/ into the contract's elements, strictly.
 *
 * What the contract does not allow is made to fit where nothing that matters is lost (a status
 * message is cut, a sessionId that is none is left out); a property that does not fit is a mistake
 * of ours.
 */
#include "config.h"

#include <string.h>

#include "codec/form.h"
#include "codec/text.h"
#include "codec/wire.h"

/* shep.md 1.2 */
#define STATUS_MESSAGE_MOST 250
#define PROPERTY_KEY_MOST 30
#define PROPERTY_VALUE_MOST 500

/* gSOAP's structs hold char *, which it only reads when it writes. */
static char *
lend(const char *text)
{
	union {
		const char *in;
		char *out;
	} u = {.in = text};

	return u.out;
}

/* Collects texts for a message: cleaned; `failed` when memory ran out once. */
struct texts {
	struct arena *arena;
	size_t size;
	bool failed;
};

static char *
mandatory(struct texts *t, const char *text, size_t most)
{
	const char *clean = text_clean(t->arena, text, most);

	if (clean == NULL) {
		t->failed = true;
		clean = "";
	}
	t->size += strlen(clean);
	return lend(clean);
}

/* NULL, which is not written, where there is no text. */
static char *
optional(struct texts *t, const char *text)
{
	return text == NULL || *text == '\0' ? NULL : mandatory(t, text, 0);
}

static char *
session(struct texts *t, const char *text)
{
	return optional(t, text_guid(t->arena, text));
}

static struct codec_data
data_of(struct texts *t, struct octets content, const char *attributes)
{
	struct codec_data d = {(const char *)content.data, content.len, NULL};

	t->size += content.len;
	if (attributes != NULL && *attributes != '\0') {
		t->size += strlen(attributes) + 1;
		if ((d.attributes = arena_printf(t->arena, " %s", attributes)) == NULL)
			t->failed = true;
	}
	return d;
}

static int
write_job(
    struct codec *c, struct wire_job job, const struct texts *t, struct octets *out, struct err *e)
{
	*out = (struct octets){NULL, 0};
	if (t->failed)
		return err_set(e, ERR_NOMEM, "texts of a message");
	job.size = t->size + t->size / 8; /* some are escaped */
	return wire_write(c, &job, t->arena, out, e);
}

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
	struct texts t = {.arena = arena};
	char date[CLOCK_TEXT];
	struct common__StatusInfo status = {
	    .code = mandatory(&t, r->status_code, 0),
	    .message = mandatory(&t, r->status_message, STATUS_MESSAGE_MOST),
	};
	struct sync__SyncMessageInfoResponse info = {
	    .messageId = mandatory(&t, r->message_id, 0),
	    .correlationId = optional(&t, r->correlation_id),
	    .responseDate = lend(clock_write(r->response_date, date)),
	    .status = &status,
	    .sessionId = session(&t, r->session_id),
	};
	struct codec_data content = data_of(&t, r->data, NULL);
	struct syncresp__ResponseData data = {.data = &content};
	struct syncresp__SyncSendMessageResponse response = {
	    .responseInfo = &info, .responseData = &data};
	struct _sync__SendMessageResponse operation = {.response = &response};

	return write_job(c, (struct wire_job){.put = put_response, .from = &operation}, &t, out, e);
}

static int
put_request(struct soap *soap, const void *from)
{
	return soap_out__sync__SendMessage(soap, "sync:SendMessage", -2, from, NULL);
}

static int
take_properties(struct texts *t, const struct msg_request *r, struct common__Property *out,
    int *count, struct err *e)
{
	if (r->property_count > CODEC_PROPERTIES_MOST)
		return err_set(e, ERR_INTERNAL, "%zu properties", r->property_count);
	for (size_t i = 0; i < r->property_count; i++) {
		out[i].key = mandatory(t, r->properties[i].key, 0);
		out[i].value = mandatory(t, r->properties[i].value, 0);
		if (form_characters(octets_of(out[i].key)) > PROPERTY_KEY_MOST ||
		    form_characters(octets_of(out[i].value)) > PROPERTY_VALUE_MOST)
			return err_set(e, ERR_INTERNAL, "property %s is too long", out[i].key);
	}
	*count = (int)r->property_count;
	return 0;
}

int
codec_write_sync_request(struct codec *c, const struct msg_request *r, struct octets data,
    const char *data_attributes, struct arena *arena, struct octets *out, struct err *e)
{
	struct texts t = {.arena = arena};
	char date[CLOCK_TEXT];
	struct common__Property properties[CODEC_PROPERTIES_MOST];
	struct common__SenderInfo sender = {
	    .senderId = mandatory(&t, r->sender.sender_id, 0),
	    .password = optional(&t, r->sender.password),
	};
	struct sync__SyncMessageInfo info = {
	    .messageId = mandatory(&t, r->message_id, 0),
	    .correlationId = optional(&t, r->correlation_id),
	    .serviceId = mandatory(&t, r->service_id, 0),
	    .messageDate = lend(clock_write(r->message_date, date)),
	    .routeId = optional(&t, r->route_id),
	    .sender = &sender,
	    .properties = properties,
	    .sessionId = session(&t, r->session_id),
	};
	struct codec_data content = data_of(&t, data, data_attributes);
	struct syncreq__RequestData request_data = {.data = &content};
	struct syncreq__SyncSendMessageRequest request = {
	    .requestInfo = &info, .requestData = &request_data};
	struct _sync__SendMessage operation = {.request = &request};

	*out = (struct octets){NULL, 0};
	if (take_properties(&t, r, properties, &info.__sizeproperties, e) != 0)
		return -1;
	return write_job(c, (struct wire_job){.put = put_request, .from = &operation}, &t, out, e);
}

static int
put_sync_fault(struct soap *soap, const void *from)
{
	return soap_out_common__ErrorInfo(
	    soap, "sync:SendMessageFault1_SendMessageFault", -2, from, NULL);
}

static int
put_async_fault(struct soap *soap, const void *from)
{
	return soap_out_common__ErrorInfo(
	    soap, "async:sendMessageFault1_sendMessageFault", -2, from, NULL);
}

/* Both ends of the async channel own {.../AsyncChannel/v10/Types}sendMessage, and so its fault. */
int
codec_write_fault_detail(struct codec *c, enum msg_channel channel, const struct msg_fault *f,
    struct arena *arena, struct octets *out, struct err *e)
{
	struct texts t = {.arena = arena};
	char date[CLOCK_TEXT];
	struct common__ErrorInfo info = {
	    .errorCode = mandatory(&t, f->code, 0),
	    .errorMessage = mandatory(&t, f->message, 0),
	    .errorData = optional(&t, f->data),
	    .errorDate = lend(clock_write(f->date, date)),
	    .sessionId = session(&t, f->session_id),
	};
	struct wire_job job = {.async = channel != MSG_SYNC, .from = &info};

	job.put = job.async ? put_async_fault : put_sync_fault;
	return write_job(c, job, &t, out, e);
}
