/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See reading.h. A difference between two readers is what wrapping and smuggling live on.
 */
#include "config.h"

#include <string.h>

#include "codec/reading.h"

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

int
reading_agree(
    const struct form_values *seen, const struct reading *read, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(or_empty(read[i].text), form_text(seen, read[i].slot)) != 0)
			return err_set(e, ERR_MSG_FORMAT,
			    "tree and gSOAP read different texts in slot %d", (int)read[i].slot);
	return 0;
}

/* gSOAP keeps an empty <properties/> as one without key and value; the tree left it out. */
int
reading_agree_properties(const struct form_values *seen, const struct common__Property *properties,
    int count, struct err *e)
{
	size_t n = 0;

	if (count > 0 && properties == NULL) /* gSOAP does not say so */
		return err_set(e, ERR_NOMEM, "gSOAP: properties");
	for (int i = 0; i < count; i++) {
		const struct common__Property *p = &properties[i];

		if (p->key == NULL && p->value == NULL)
			continue;
		if (n == seen->property_count ||
		    strcmp(or_empty(p->key), seen->properties[n].key) != 0 ||
		    strcmp(or_empty(p->value), seen->properties[n].value) != 0)
			return err_set(
			    e, ERR_MSG_FORMAT, "tree and gSOAP read different properties");
		n++;
	}
	return n == seen->property_count
		   ? 0
		   : err_set(e, ERR_MSG_FORMAT, "gSOAP read %zu properties of %zu", n,
			 seen->property_count);
}

int
reading_agree_sender(
    const struct form_values *seen, const struct common__SenderInfo *sender, struct err *e)
{
	const struct reading read[] = {
	    {FORM_SENDER_ID, sender == NULL ? NULL : sender->senderId},
	    {FORM_PASSWORD, sender == NULL ? NULL : sender->password},
	};

	return reading_agree(seen, read, sizeof(read) / sizeof(read[0]), e);
}

int
reading_agree_error(
    const struct form_values *seen, const struct common__ErrorInfo *error, struct err *e)
{
	for (; seen != NULL && error != NULL; seen = seen->error, error = error->subError) {
		const struct reading read[] = {
		    {FORM_ERROR_CODE, error->errorCode},
		    {FORM_ERROR_MESSAGE, error->errorMessage},
		    {FORM_ERROR_DATA, error->errorData},
		    {FORM_DATE, error->errorDate},
		    {FORM_SESSION_ID, error->sessionId},
		};

		if (reading_agree(seen, read, sizeof(read) / sizeof(read[0]), e) != 0)
			return -1;
	}
	return (seen == NULL) == (error == NULL)
		   ? 0
		   : err_set(e, ERR_MSG_FORMAT, "tree and gSOAP read different errors");
}

int
reading_agree_info(struct codec *c, const struct form_values *seen,
    const struct asyncinfo__AsyncMessageInfo *i, struct err *e)
{
	if (i == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no messageInfo");
	const struct reading read[] = {
	    {FORM_MESSAGE_ID, i->messageId},
	    {FORM_CORRELATION_ID, i->correlationId},
	    {FORM_SERVICE_ID, i->serviceId},
	    {FORM_TYPE, soap__asyncinfo__AsyncMessageInfo_messageType2s(c->reader, i->messageType)},
	    {FORM_ROUTE_ID, i->routeId},
	    {FORM_DATE, i->messageDate},
	    {FORM_SESSION_ID, i->sessionId},
	};

	if (reading_agree(seen, read, sizeof(read) / sizeof(read[0]), e) != 0 ||
	    reading_agree_sender(seen, i->sender, e) != 0)
		return -1;
	return reading_agree_properties(seen, i->properties, i->__sizeproperties, e);
}

int
reading_agree_status(
    const struct form_values *seen, const struct common__MessageStatusInfo *s, struct err *e)
{
	if (s == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no status");
	const struct reading read[] = {
	    {FORM_STATUS_CODE, s->statusCode},
	    {FORM_STATUS_MESSAGE, s->statusMessage},
	    {FORM_STATUS_DATE, s->statusDate},
	};

	return reading_agree(seen, read, sizeof(read) / sizeof(read[0]), e);
}

struct msg_status
reading_status(const struct form_values *seen)
{
	return (struct msg_status){form_text(seen, FORM_STATUS_CODE),
	    form_text(seen, FORM_STATUS_MESSAGE), seen->date[FORM_STATUS_DATE]};
}

void
reading_wipe(const struct common__SenderInfo *sender)
{
	char *password = sender == NULL ? NULL : sender->password;

	if (password != NULL)
		explicit_bzero(password, strlen(password));
}

int
reading_properties(const struct form_values *seen, struct arena *arena,
    const struct msg_property **out, size_t *count, struct err *e)
{
	size_t size = seen->property_count * sizeof(**out);
	struct msg_property *properties = NULL;

	if (size > 0) {
		if ((properties = arena_alloc(arena, size)) == NULL)
			return err_set(e, ERR_NOMEM, "properties");
		memcpy(properties, seen->properties, size);
	}
	*out = properties;
	*count = seen->property_count;
	return 0;
}

struct msg_sender
reading_sender(const struct form_values *seen)
{
	return (struct msg_sender){form_text(seen, FORM_SENDER_ID), form_text(seen, FORM_PASSWORD)};
}

int
reading_request(const struct form_values *seen, enum msg_channel channel, struct arena *arena,
    struct msg_request *out, struct err *e)
{
	*out = (struct msg_request){
	    .channel = channel,
	    .operation = codec_operation_name(channel == MSG_SYNC ? MSG_SYNC_SEND : MSG_SEND),
	    .type = codec_type(form_text(seen, FORM_TYPE)),
	    .message_id = form_text(seen, FORM_MESSAGE_ID),
	    .correlation_id = form_text(seen, FORM_CORRELATION_ID),
	    .service_id = form_text(seen, FORM_SERVICE_ID),
	    .route_id = form_text(seen, FORM_ROUTE_ID),
	    .session_id = form_text(seen, FORM_SESSION_ID),
	    .message_date_text = form_text(seen, FORM_DATE),
	    .message_date = seen->date[FORM_DATE],
	    .sender = reading_sender(seen),
	    .has_data = seen->data != NULL,
	};
	return reading_properties(seen, arena, &out->properties, &out->property_count, e);
}

/* A fault is told whatever its date. */
static struct instant
date_of_error(const char *text)
{
	struct instant date;

	return clock_read(text, &date) ? date : (struct instant){0, 0};
}

int
reading_error(const struct form_values *seen, struct arena *arena, const struct msg_fault **out,
    struct err *e)
{
	struct msg_fault *f;

	*out = NULL;
	for (seen = seen->error; seen != NULL; seen = seen->error, out = &f->sub) {
		if ((f = arena_alloc(arena, sizeof(*f))) == NULL)
			return err_set(e, ERR_NOMEM, "error");
		*f = (struct msg_fault){
		    .code = form_text(seen, FORM_ERROR_CODE),
		    .message = form_text(seen, FORM_ERROR_MESSAGE),
		    .data = form_text(seen, FORM_ERROR_DATA),
		    .date = date_of_error(form_text(seen, FORM_DATE)),
		    .session_id = form_text(seen, FORM_SESSION_ID),
		};
		*out = f;
	}
	return 0;
}

/* The ErrorInfo of whichever operation it is the fault of, or NULL. */
static const struct common__ErrorInfo *
error_info(const struct SOAP_ENV__Detail *d, enum msg_operation *operation)
{
	const struct SOAP_ENV__Detail none = {.fault = NULL}, *from = d == NULL ? &none : d;
	const struct {
		enum msg_operation operation;
		const struct common__ErrorInfo *info;
	} all[] = {
	    {MSG_SYNC_SEND, from->sync__SendMessageFault1_USCORESendMessageFault},
	    {MSG_SEND, from->async__sendMessageFault1_USCOREsendMessageFault},
	    {MSG_DELIVERY,
		from->async__sendDeliveryNotificationFault1_USCOREsendDeliveryNotificationFault},
	    {MSG_QUERY, from->async__getMessageStatusFault1_USCOREgetMessageStatusFault},
	    {MSG_SELECT, from->async__getMessagesFault1_USCOREgetMessagesFault},
	    {MSG_CHANGE_STATE,
		from->asyncclient__changeMassageStatusNotificationFault1_USCOREchangeMassageStatusNotificationFault},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].info != NULL) {
			*operation = all[i].operation;
			return all[i].info;
		}
	return NULL;
}

static int
copy_error(
    const struct common__ErrorInfo *i, struct arena *arena, struct msg_fault *out, struct err *e)
{
	out->code = arena_strdup(arena, or_empty(i->errorCode));
	out->message = arena_strdup(arena, or_empty(i->errorMessage));
	out->data = arena_strdup(arena, or_empty(i->errorData));
	out->session_id = arena_strdup(arena, or_empty(i->sessionId));
	out->date = date_of_error(or_empty(i->errorDate));
	if (out->code == NULL || out->message == NULL || out->data == NULL ||
	    out->session_id == NULL)
		return err_set(e, ERR_NOMEM, "error");
	return 0;
}

static int
copy_errors(
    const struct common__ErrorInfo *i, struct arena *arena, struct msg_fault *out, struct err *e)
{
	if (copy_error(i, arena, out, e) != 0)
		return -1;
	while ((i = i->subError) != NULL) {
		struct msg_fault *sub = arena_alloc(arena, sizeof(*sub));

		if (sub == NULL)
			return err_set(e, ERR_NOMEM, "error");
		*sub = (struct msg_fault){.sub = NULL};
		if (copy_error(i, arena, sub, e) != 0)
			return -1;
		out->sub = sub;
		out = sub;
	}
	return 0;
}

static int
fill_fault(
    const struct SOAP_ENV__Fault *f, struct arena *arena, struct msg_fault *out, struct err *e)
{
	const struct common__ErrorInfo *i = error_info(f->detail, &out->operation);
	char *code = f->faultcode, *text = f->faultstring;
	const struct common__ErrorInfo bare = {
	    .errorCode = code == NULL || strchr(code, ':') == NULL ? code : strchr(code, ':') + 1,
	    .errorMessage = text,
	};

	return copy_errors(i == NULL ? &bare : i, arena, out, e);
}

int
reading_fault(
    struct codec *c, struct octets body, struct arena *arena, struct msg_fault *out, struct err *e)
{
	struct SOAP_ENV__Fault read;

	soap_default_SOAP_ENV__Fault(c->reader, &read);
	if (wire_open_body(c, body, e) != 0 ||
	    wire_close_body(
		c, soap_in_SOAP_ENV__Fault(c->reader, "SOAP-ENV:Fault", &read, NULL), e) != 0)
		return -1;
	return fill_fault(&read, arena, out, e);
}
