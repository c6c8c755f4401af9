/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading the sync channel: octets and tree of the same Body into msg/.
 *
 * The form is checked on the tree, gSOAP reads the digested octets, and the two must have read the
 * same values: a difference between two readers is what wrapping and smuggling live on. Payloads
 * are not read here; codec_find_data() says where they stand.
 */
#include "config.h"

#include <string.h>

#include "codec/reading.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

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
	    {FORM_SESSION_ID, i->sessionId},
	};

	if (reading_agree(seen, read, sizeof(read) / sizeof(read[0]), e) != 0 ||
	    reading_agree_sender(seen, i->sender, e) != 0)
		return -1;
	return reading_agree_properties(seen, i->properties, i->__sizeproperties, e);
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

	return reading_agree(seen, read, sizeof(read) / sizeof(read[0]), e);
}

/* gSOAP frees its copy without wiping it. */
static void
wipe_password(const struct syncreq__SyncSendMessageRequest *r)
{
	if (r != NULL && r->requestInfo != NULL)
		reading_wipe(r->requestInfo->sender);
}

int
codec_read_sync_request(struct codec *c, struct octets digested_body, const struct dom_node *body,
    struct arena *arena, struct msg_request *out, unsigned *deviations, struct err *e)
{
	static const struct form_wanted wanted = {.channel = MSG_SYNC};
	struct form_values seen;
	struct _sync__SendMessage read = {NULL};
	int rc = -1;

	memset(out, 0, sizeof(*out));
	*deviations = 0;
	if (form_check(&wanted, body, arena, &seen, e) != 0)
		return -1;
	if (wire_open_body(c, digested_body, e) != 0 ||
	    wire_close_body(
		c, soap_in__sync__SendMessage(c->reader, "sync:SendMessage", &read, NULL), e) != 0)
		goto out;
	if (agree_request(&seen, read.request, e) != 0) {
		err_rule(e, "R-03");
		goto out;
	}
	if (reading_request(&seen, MSG_SYNC, arena, out, e) != 0)
		goto out;
	*deviations = seen.deviations;
	rc = 0;
out:
	wipe_password(read.request);
	wire_clean(c);
	return rc;
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
	static const struct form_wanted wanted = {.channel = MSG_SYNC, .answer = true};
	struct form_values seen;
	struct _sync__SendMessageResponse read = {NULL};

	if (form_check(&wanted, body, arena, &seen, e) != 0 || wire_open_body(c, octets, e) != 0 ||
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
	out->response_date = seen.date[FORM_DATE];
	return read_content(c, seen.data, arena, &out->data, e);
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
	rc = *is_fault ? reading_fault(c, body, arena, fault, e)
		       : read_response(c, body, root, arena, out, e);
out:
	wire_clean(c);
	dom_free(doc);
	return rc;
}
