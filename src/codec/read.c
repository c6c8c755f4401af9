/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading: octets and tree of the same Body into msg/.
 *
 * The form is checked on the tree, gSOAP reads the digested octets, and the two must have read the
 * same values: a difference between two readers is what wrapping and smuggling live on. Payloads
 * are not read here; codec_find_data() says where they stand.
 */
#include "config.h"

#include <string.h>

#include "codec/form.h"
#include "codec/wire.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

/* One slot as gSOAP read it. */
struct reading {
	enum form_slot slot;
	const char *text;
};

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static int
agree(const struct form_values *seen, const struct reading *read, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(or_empty(read[i].text), form_text(seen, read[i].slot)) != 0)
			return err_set(e, ERR_MSG_FORMAT,
			    "tree and gSOAP read different texts in slot %d", (int)read[i].slot);
	return 0;
}

/* gSOAP keeps an empty <properties/> as one without key and value; the tree left it out. */
static int
agree_properties(
    const struct form_values *seen, const struct sync__SyncMessageInfo *info, struct err *e)
{
	size_t n = 0;

	if (info->__sizeproperties > 0 && info->properties == NULL) /* gSOAP does not say so */
		return err_set(e, ERR_NOMEM, "gSOAP: properties");
	for (int i = 0; i < info->__sizeproperties; i++) {
		const struct common__Property *p = &info->properties[i];

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

static int
agree_request(
    const struct form_values *seen, const struct syncreq__SyncSendMessageRequest *r, struct err *e)
{
	const struct sync__SyncMessageInfo *i = r == NULL ? NULL : r->requestInfo;

	if (i == NULL || i->sender == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no requestInfo or sender");
	const struct reading read[] = {
	    {FORM_MESSAGE_ID, i->messageId},
	    {FORM_CORRELATION_ID, i->correlationId},
	    {FORM_SERVICE_ID, i->serviceId},
	    {FORM_DATE, i->messageDate},
	    {FORM_ROUTE_ID, i->routeId},
	    {FORM_SENDER_ID, i->sender->senderId},
	    {FORM_PASSWORD, i->sender->password},
	    {FORM_SESSION_ID, i->sessionId},
	};

	if (agree(seen, read, sizeof(read) / sizeof(read[0]), e) != 0)
		return -1;
	return agree_properties(seen, i, e);
}

static int
agree_response(const struct form_values *seen, const struct syncresp__SyncSendMessageResponse *r,
    struct err *e)
{
	const struct sync__SyncMessageInfoResponse *i = r == NULL ? NULL : r->responseInfo;

	if (i == NULL || i->status == NULL)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP read no responseInfo or status");
	const struct reading read[] = {
	    {FORM_MESSAGE_ID, i->messageId},
	    {FORM_CORRELATION_ID, i->correlationId},
	    {FORM_DATE, i->responseDate},
	    {FORM_STATUS_CODE, i->status->code},
	    {FORM_STATUS_MESSAGE, i->status->message},
	    {FORM_SESSION_ID, i->sessionId},
	};

	return agree(seen, read, sizeof(read) / sizeof(read[0]), e);
}

/* xs:dateTime's white space collapses; date without time, and time without offset, are let in
 * (shep.md 5.4). */
static int
read_date(const char *name, const struct form_values *seen, struct arena *arena,
    struct instant *out, struct err *e)
{
	const char *text = form_text(seen, FORM_DATE);
	size_t from = strspn(text, " \t\r\n"), len = strcspn(text + from, " \t\r\n");
	const char *rest = text + from + len;
	char *trimmed =
	    arena_string(arena, (struct octets){(const unsigned char *)text + from, len});

	if (trimmed == NULL)
		return err_set(e, ERR_NOMEM, "%s", name);
	if (rest[strspn(rest, " \t\r\n")] != '\0' || !clock_read(trimmed, out))
		return err_tell(e, ERR_MSG_FORMAT, "%s is no dateTime", name);
	return 0;
}

static int
fill_request(
    const struct form_values *seen, struct arena *arena, struct msg_request *out, struct err *e)
{
	struct msg_property *properties = NULL;
	size_t size = seen->property_count * sizeof(*properties);

	if (size > 0) {
		if ((properties = arena_alloc(arena, size)) == NULL)
			return err_set(e, ERR_NOMEM, "properties");
		memcpy(properties, seen->properties, size);
	}
	*out = (struct msg_request){
	    .channel = MSG_SYNC,
	    .operation = "SendMessage",
	    .message_id = form_text(seen, FORM_MESSAGE_ID),
	    .correlation_id = form_text(seen, FORM_CORRELATION_ID),
	    .service_id = form_text(seen, FORM_SERVICE_ID),
	    .route_id = form_text(seen, FORM_ROUTE_ID),
	    .session_id = form_text(seen, FORM_SESSION_ID),
	    .message_date_text = form_text(seen, FORM_DATE),
	    .sender = {form_text(seen, FORM_SENDER_ID), form_text(seen, FORM_PASSWORD)},
	    .properties = properties,
	    .property_count = seen->property_count,
	    .has_data = seen->data != NULL,
	};
	return read_date("messageDate", seen, arena, &out->message_date, e);
}

/* gSOAP frees its copy without wiping it. */
static void
wipe_password(const struct syncreq__SyncSendMessageRequest *r)
{
	char *password = r == NULL || r->requestInfo == NULL || r->requestInfo->sender == NULL
			     ? NULL
			     : r->requestInfo->sender->password;

	if (password != NULL)
		explicit_bzero(password, strlen(password));
}

int
codec_read_sync_request(struct codec *c, struct octets digested_body, const struct dom_node *body,
    struct arena *arena, struct msg_request *out, unsigned *deviations, struct err *e)
{
	struct form_values seen;
	struct _sync__SendMessage read = {NULL};
	int rc = -1;

	memset(out, 0, sizeof(*out));
	*deviations = 0;
	if (form_check_request(body, arena, &seen, e) != 0)
		return -1;
	if (wire_open_body(c, digested_body, e) != 0 ||
	    wire_close_body(
		c, soap_in__sync__SendMessage(c->reader, "sync:SendMessage", &read, NULL), e) != 0)
		goto out;
	if (agree_request(&seen, read.request, e) != 0) {
		err_rule(e, "R-03");
		goto out;
	}
	if (fill_request(&seen, arena, out, e) != 0)
		goto out;
	*deviations = seen.deviations;
	rc = 0;
out:
	wipe_password(read.request);
	wire_clean(c);
	return rc;
}

struct dom_node *
codec_find_data(const struct dom_node *body)
{
	static const char *const path[][3] = {{"SendMessage", "request", "requestData"},
	    {"SendMessageResponse", "response", "responseData"}};

	for (size_t i = 0; i < 2; i++) {
		struct dom_node *n = dom_child(body, CODEC_SYNC_TYPES, path[i][0]);

		n = n == NULL ? NULL : dom_child(n, "", path[i][1]);
		n = n == NULL ? NULL : dom_child(n, "", path[i][2]);
		for (n = n == NULL ? NULL : dom_first(n); n != NULL; n = dom_next(n))
			if (strcmp(dom_name(n), "data") == 0)
				return n;
	}
	return NULL;
}

/* The elements of data, each declaring its namespaces, to be written one after the other. */
struct content {
	const struct dom_node *data;
	struct arena *arena;
	struct err *e;
};

static int
put_content(struct soap *soap, const void *from)
{
	const struct content *c = from;
	struct octets part;

	for (const struct dom_node *n = dom_first(c->data); n != NULL; n = dom_next(n)) {
		if (dom_write(n, c->arena, &part, c->e) != 0)
			return SOAP_ERR;
		if (soap_send_raw(soap, (const char *)part.data, part.len))
			return soap->error;
	}
	return SOAP_OK;
}

/* Without elements it is the text, escaped. */
static int
read_content(struct codec *c, const struct dom_node *data, struct arena *arena, struct octets *out,
    struct err *e)
{
	struct content content = {data, arena, e};
	struct wire_job job = {.put = put_content, .from = &content};
	struct octets text;

	if (data == NULL)
		return 0;
	if (dom_first(data) != NULL)
		return wire_write(c, &job, arena, out, e);
	if (dom_text(data, arena, &text, e) != 0)
		return -1;
	return wire_escape(c, (const char *)text.data, arena, out, e);
}

static int
read_response(struct codec *c, struct octets octets, const struct dom_node *body,
    struct arena *arena, struct msg_response *out, struct err *e)
{
	struct form_values seen;
	struct _sync__SendMessageResponse read = {NULL};

	if (form_check_response(body, arena, &seen, e) != 0 || wire_open_body(c, octets, e) != 0 ||
	    wire_close_body(c,
		soap_in__sync__SendMessageResponse(
		    c->reader, "sync:SendMessageResponse", &read, NULL),
		e) != 0 ||
	    agree_response(&seen, read.response, e) != 0)
		return -1;
	out->message_id = form_text(&seen, FORM_MESSAGE_ID);
	out->correlation_id = form_text(&seen, FORM_CORRELATION_ID);
	out->session_id = form_text(&seen, FORM_SESSION_ID);
	out->status_code = form_text(&seen, FORM_STATUS_CODE);
	out->status_message = form_text(&seen, FORM_STATUS_MESSAGE);
	if (read_date("responseDate", &seen, arena, &out->response_date, e) != 0)
		return -1;
	return read_content(c, seen.data, arena, &out->data, e);
}

/* The ErrorInfo of whichever operation it is the fault of, or NULL. */
static const struct common__ErrorInfo *
error_info(const struct SOAP_ENV__Detail *d)
{
	const struct common__ErrorInfo *all[] = {
	    d == NULL ? NULL : d->sync__SendMessageFault1_USCORESendMessageFault,
	    d == NULL ? NULL : d->async__sendMessageFault1_USCOREsendMessageFault,
	    d == NULL
		? NULL
		: d->async__sendDeliveryNotificationFault1_USCOREsendDeliveryNotificationFault,
	    d == NULL ? NULL : d->async__getMessageStatusFault1_USCOREgetMessageStatusFault,
	    d == NULL ? NULL : d->async__getMessagesFault1_USCOREgetMessagesFault,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != NULL)
			return all[i];
	return NULL;
}

static int
fill_fault(
    const struct SOAP_ENV__Fault *f, struct arena *arena, struct msg_fault *out, struct err *e)
{
	const struct common__ErrorInfo *i = error_info(f->detail);
	const char *code = or_empty(f->faultcode);

	if (strchr(code, ':') != NULL)
		code = strchr(code, ':') + 1;
	out->code = arena_strdup(arena, i == NULL ? code : or_empty(i->errorCode));
	out->message = arena_strdup(arena, or_empty(i == NULL ? f->faultstring : i->errorMessage));
	out->data = arena_strdup(arena, i == NULL ? "" : or_empty(i->errorData));
	out->session_id = arena_strdup(arena, i == NULL ? "" : or_empty(i->sessionId));
	if (out->code == NULL || out->message == NULL || out->data == NULL ||
	    out->session_id == NULL)
		return err_set(e, ERR_NOMEM, "fault");
	if (i != NULL && !clock_read(or_empty(i->errorDate), &out->date))
		out->date = (struct instant){0, 0}; /* a fault is told whatever its date */
	return 0;
}

static int
read_fault(struct codec *c, struct octets octets, struct arena *arena, struct msg_fault *out,
    struct err *e)
{
	struct SOAP_ENV__Fault read;

	soap_default_SOAP_ENV__Fault(c->reader, &read);
	if (wire_open_body(c, octets, e) != 0 ||
	    wire_close_body(
		c, soap_in_SOAP_ENV__Fault(c->reader, "SOAP-ENV:Fault", &read, NULL), e) != 0)
		return -1;
	return fill_fault(&read, arena, out, e);
}

int
codec_read_sync_response(struct codec *c, struct octets body, struct arena *arena,
    struct msg_response *out, struct msg_fault *fault, bool *is_fault, struct err *e)
{
	struct dom *doc = NULL;
	struct dom_node *root;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	memset(fault, 0, sizeof(*fault));
	*is_fault = false;
	if (dom_parse(body, &dom_default_limits, &doc, e) != 0)
		goto out;
	root = dom_root(doc);
	if (!dom_is(root, SOAP, "Body")) {
		err_tell(e, ERR_MSG_FORMAT, "not a Body of SOAP 1.1");
		goto out;
	}
	*is_fault = dom_child(root, SOAP, "Fault") != NULL;
	rc = *is_fault ? read_fault(c, body, arena, fault, e)
		       : read_response(c, body, root, arena, out, e);
out:
	wire_clean(c);
	dom_free(doc);
	return rc;
}
