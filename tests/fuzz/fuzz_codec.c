/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets as a Body, as the octets that a Body is said to digest to, and as text in what we
 * write, on the sync channel and at both ends of the async one. What is read has its keys and can
 * be written and read again; octets that gSOAP reads otherwise than the tree are refused; what we
 * write is always XML.
 */
#include "config.h"

#include <string.h>

#include "codec/codec.h"
#include "fuzz.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

const char *const fuzz_name = "codec";
const char *const fuzz_shared[] = {"samples/shep", "corpora/06-soap/cases", NULL};

static struct codec *codec;
static struct dom_limits wide;

static struct octets
in_body(struct octets element, struct arena *a)
{
	return octets_of(arena_printf(a, "<s:Body xmlns:s=\"%s\">%.*s</s:Body>", SOAP,
	    (int)element.len, (const char *)element.data));
}

static struct dom *
must_parse(struct octets o)
{
	struct dom *d = NULL;
	struct err e = {0};

	PROMISE(dom_parse(o, &wide, &d, &e) == 0);
	return d;
}

/* A request that was read is written and read again, and says the same. */
static void
write_again(const struct msg_request *r, struct arena *a)
{
	struct msg_request again;
	struct octets o;
	struct err e = {0};
	unsigned deviations = 0;

	PROMISE(codec_write_sync_request(codec, r, octets_of(""), NULL, a, &o, &e) == 0);
	o = in_body(o, a);
	struct dom *d = must_parse(o);
	PROMISE(codec_read_sync_request(codec, o, dom_root(d), a, &again, &deviations, &e) == 0);
	PROMISE(deviations == 0);
	PROMISE(strcmp(again.message_id, r->message_id) == 0);
	PROMISE(strcmp(again.service_id, r->service_id) == 0);
	PROMISE(strcmp(again.sender.sender_id, r->sender.sender_id) == 0);
	PROMISE(strcmp(again.sender.password, r->sender.password) == 0);
	PROMISE(again.property_count == r->property_count);
	dom_free(d);
}

static void
read_request(struct octets o, const struct dom_node *body, struct arena *a)
{
	struct msg_request r;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_sync_request(codec, o, body, a, &r, &deviations, &e) != 0) {
		PROMISE(e.code == ERR_MSG_FORMAT && deviations == 0);
		return;
	}
	PROMISE(*r.message_id != '\0' && *r.service_id != '\0' && *r.sender.sender_id != '\0');
	PROMISE(r.has_data == (codec_find_data(body) != NULL));
	write_again(&r, a);
}

static void
same(const char *a, const char *b)
{
	PROMISE(strcmp(a, b) == 0);
}

static void
same_errors(const struct msg_fault *a, const struct msg_fault *b)
{
	for (; a != NULL && b != NULL; a = a->sub, b = b->sub) {
		same(a->code, b->code);
		same(a->message, b->message);
		same(a->data, b->data);
	}
	PROMISE(a == b);
}

static void
same_message(const struct msg_request *a, const struct msg_request *b)
{
	PROMISE(a->type == b->type && a->property_count == b->property_count);
	same(a->message_id, b->message_id);
	same(a->correlation_id, b->correlation_id);
	same(a->service_id, b->service_id);
	same(a->route_id, b->route_id);
	same(a->sender.sender_id, b->sender.sender_id);
	same(a->sender.password, b->sender.password);
	for (size_t i = 0; i < a->property_count; i++) {
		same(a->properties[i].key, b->properties[i].key);
		same(a->properties[i].value, b->properties[i].value);
	}
}

static void
same_request(const struct msg_async *a, const struct msg_async *b)
{
	const struct msg_selection *s = &a->selection;

	PROMISE(a->operation == b->operation);
	switch (a->operation) {
	case MSG_SEND:
		same_message(&a->message, &b->message);
		break;
	case MSG_DELIVERY:
		same(a->delivery.message_id, b->delivery.message_id);
		same(a->delivery.sender.sender_id, b->delivery.sender.sender_id);
		PROMISE(a->delivery.accepted == b->delivery.accepted);
		PROMISE(a->delivery.resend == b->delivery.resend);
		same_errors(a->delivery.error, b->delivery.error);
		break;
	case MSG_QUERY:
		same(a->query.message_id, b->query.message_id);
		same(a->query.sender.sender_id, b->query.sender.sender_id);
		PROMISE(a->query.property_count == b->query.property_count);
		break;
	case MSG_SELECT:
		same(s->message_id, b->selection.message_id);
		same(s->correlation_id, b->selection.correlation_id);
		same(s->service_id, b->selection.service_id);
		PROMISE(s->amount == b->selection.amount);
		PROMISE(s->has_request_date == b->selection.has_request_date);
		PROMISE(s->property_count == b->selection.property_count);
		break;
	case MSG_CHANGE_STATE:
		same(a->change.notification_id, b->change.notification_id);
		same(a->change.message_id, b->change.message_id);
		same(a->change.status.message, b->change.status.message);
		PROMISE(a->change.state == b->change.state);
		same_errors(a->change.error, b->change.error);
		break;
	default:
		PROMISE(false);
	}
}

/* Ids may stand where others have them; a chain that nobody named cannot be written. */
#define IDS (CODEC_MESSAGE_ID_FILLED | CODEC_CORRELATION_FILLED | CODEC_CORRELATION_EMPTY)

static bool
has_chain(const struct msg_request *m)
{
	return m->type == MSG_REQUEST || *m->correlation_id != '\0';
}

static void
read_async_request(
    enum msg_channel channel, struct octets o, const struct dom_node *body, struct arena *a)
{
	struct codec_body seen = {.channel = channel, .digested = o, .node = body};
	struct msg_async r, again;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_async_request(codec, &seen, a, &r, &deviations, &e) != 0) {
		PROMISE(e.code == ERR_MSG_FORMAT && deviations == 0);
		return;
	}
	PROMISE(r.operation == codec_operation(channel, body));
	if (r.operation == MSG_SEND) {
		PROMISE(r.message.type != MSG_NO_TYPE && *r.message.service_id != '\0');
		PROMISE(channel == MSG_ASYNC || *r.message.message_id != '\0');
		PROMISE(codec_find_data(body) != NULL);
		if (!has_chain(&r.message)) {
			PROMISE(deviations & CODEC_CORRELATION_EMPTY);
			return;
		}
	}
	PROMISE(codec_write_async_request(codec, &r, a, &o, &e) == 0);
	seen.digested = in_body(o, a);
	struct dom *d = must_parse(seen.digested);
	seen.node = dom_root(d);
	PROMISE(codec_read_async_request(codec, &seen, a, &again, &deviations, &e) == 0);
	PROMISE((deviations & ~(unsigned)IDS) == 0);
	same_request(&r, &again);
	dom_free(d);
}

static bool
can_be_written(const struct msg_async_answer *answer)
{
	for (size_t i = 0; i < answer->message_count; i++)
		if (!has_chain(&answer->messages[i].message))
			return false;
	return true;
}

static void
write_answer_again(const struct msg_async_answer *r, struct codec_body seen, struct arena *a)
{
	struct msg_async_answer again;
	struct octets o;
	struct err e = {0};
	unsigned deviations;

	PROMISE(codec_write_async_answer(codec, r, a, &o, &e) == 0);
	seen.digested = in_body(o, a);
	struct dom *d = must_parse(seen.digested);
	seen.node = dom_root(d);
	PROMISE(codec_read_async_answer(codec, &seen, a, &again, &deviations, &e) == 0);
	PROMISE((deviations & ~(unsigned)IDS) == 0);
	PROMISE(again.state == r->state && again.message_count == r->message_count);
	same(again.message_id, r->message_id);
	same(again.notification_id, r->notification_id);
	for (size_t i = 0; i < r->message_count; i++)
		same_message(&again.messages[i].message, &r->messages[i].message);
	dom_free(d);
}

static void
read_async_answer(struct codec_body seen, struct arena *a)
{
	struct msg_async_answer r;
	struct octets o;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_async_answer(codec, &seen, a, &r, &deviations, &e) != 0) {
		PROMISE(e.code == ERR_MSG_FORMAT && deviations == 0);
	} else if (r.is_fault) {
		PROMISE(codec_write_fault_detail(codec, seen.channel, &r.fault, a, &o, &e) == 0);
		dom_free(must_parse(o));
	} else {
		PROMISE(r.operation == seen.operation);
		for (size_t i = 0; i < r.message_count; i++)
			PROMISE(codec_find_message_data(seen.node, i) != NULL);
		if (can_be_written(&r))
			write_answer_again(&r, seen, a);
	}
}

static void
read_async(struct octets o, const struct dom_node *body, struct arena *a)
{
	static const struct {
		enum msg_channel channel;
		enum msg_operation operation;
	} answers[] = {{MSG_ASYNC, MSG_SEND}, {MSG_ASYNC, MSG_DELIVERY}, {MSG_ASYNC, MSG_QUERY},
	    {MSG_ASYNC, MSG_SELECT}, {MSG_ASYNC_CLIENT, MSG_SEND},
	    {MSG_ASYNC_CLIENT, MSG_CHANGE_STATE}};

	read_async_request(MSG_ASYNC, o, body, a);
	read_async_request(MSG_ASYNC_CLIENT, o, body, a);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		read_async_answer((struct codec_body){.channel = answers[i].channel,
				      .operation = answers[i].operation,
				      .digested = o,
				      .node = body},
		    a);
}

static void
read_document(struct octets o, struct arena *a)
{
	struct dom *d = NULL;
	struct err e = {0};
	struct octets digested;

	if (dom_parse(o, &dom_default_limits, &d, &e) != 0)
		return;
	const struct dom_node *root = dom_root(d), *body = dom_child(root, SOAP, "Body");

	body = dom_is(root, SOAP, "Body") ? root : body;
	if (body != NULL && dom_c14n(body, NULL, a, &digested, &e) == 0) {
		read_request(digested, body, a);
		read_async(digested, body, a);
	}
	dom_free(d);
}

static void
read_answer(struct octets o, struct arena *a)
{
	struct msg_response r;
	struct msg_fault f;
	struct octets written;
	struct err e = {0};
	bool is_fault;
	int rc = codec_read_sync_response(codec, o, a, &r, &f, &is_fault, &e);

	if (rc != 0) {
		PROMISE(e.code != ERR_INTERNAL && e.code != ERR_OK);
	} else if (is_fault) {
		PROMISE(codec_write_fault_detail(codec, MSG_SYNC, &f, a, &written, &e) == 0);
		dom_free(must_parse(written));
	} else {
		PROMISE(codec_write_sync_response(codec, &r, a, &written, &e) == 0);
		dom_free(must_parse(written));
	}
}

/* The tree is one message, whatever the octets say. */
static void
read_against_a_tree(struct octets o, struct arena *a)
{
	static const char message[] =
	    "<s:Body xmlns:s=\"" SOAP "\"><n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES
	    "\"><request><requestInfo><messageId>m-1</messageId><serviceId>S"
	    "</serviceId><messageDate>2026-02-10T11:00:00Z</messageDate><sender>"
	    "<senderId>pep</senderId></sender></requestInfo><requestData>"
	    "</requestData></request></n:SendMessage></s:Body>";
	struct dom *d = must_parse(octets_of(message));
	struct msg_request r;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_sync_request(codec, o, dom_root(d), a, &r, &deviations, &e) == 0)
		PROMISE(strcmp(r.message_id, "m-1") == 0 && strcmp(r.service_id, "S") == 0);
	else
		PROMISE(e.code == ERR_MSG_FORMAT);
	dom_free(d);
}

/* The same on the async channel: an answer of one message, whose list gSOAP does not read for us.
 */
static void
read_against_an_async_tree(struct octets o, struct arena *a)
{
	static const char message[] =
	    "<s:Body xmlns:s=\"" SOAP "\"><n:getMessagesResponse xmlns:n=\"" CODEC_ASYNC_TYPES
	    "\"><response><responseDate>2026-02-10T11:00:00Z</responseDate><sessionId/><messages>"
	    "<messageInfo><messageId>m-1</messageId><serviceId>S</serviceId><messageType>UPDATE"
	    "</messageType><messageDate>2026-02-10T11:00:00Z</messageDate><sender><senderId>pep"
	    "</senderId></sender></messageInfo><messageData><data/></messageData></messages>"
	    "</response></n:getMessagesResponse></s:Body>";
	struct dom *d = must_parse(octets_of(message));
	const struct codec_body seen = {MSG_ASYNC, MSG_SELECT, o, dom_root(d)};
	struct msg_async_answer r;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_async_answer(codec, &seen, a, &r, &deviations, &e) == 0) {
		PROMISE(r.message_count == 1);
		same(r.messages[0].message.message_id, "m-1");
	} else {
		PROMISE(e.code == ERR_MSG_FORMAT);
	}
	dom_free(d);
}

static void
write_async_text(const char *text, struct arena *a)
{
	const struct msg_fault f = {
	    .operation = MSG_CHANGE_STATE, .code = text, .message = text, .session_id = text};
	const struct msg_item item = {.message = {.type = MSG_REQUEST,
					  .message_id = text,
					  .service_id = text,
					  .sender = {text, text}}};
	struct msg_async r = {.message = item.message,
	    .delivery = {.message_id = text, .service_id = text, .error = &f},
	    .query = {.message_id = text, .sender = {text, text}},
	    .selection = {.message_id = text, .service_id = text, .sender = {text, text}},
	    .change = {.notification_id = text,
		.message_id = text,
		.state = MSG_DELIVERED,
		.status = {.code = text, .message = text},
		.error = &f}};
	struct msg_async_answer answer = {.message_id = text,
	    .correlation_id = text,
	    .notification_id = text,
	    .session_id = text,
	    .state = MSG_DELIVERED,
	    .status = {.code = text, .message = text},
	    .messages = &item,
	    .message_count = 1};
	struct octets o;
	struct err e = {0};

	for (r.operation = MSG_SEND; r.operation <= MSG_CHANGE_STATE; r.operation++) {
		answer.operation = r.operation;
		PROMISE(codec_write_async_request(codec, &r, a, &o, &e) == 0);
		dom_free(must_parse(o));
		PROMISE(codec_write_async_answer(codec, &answer, a, &o, &e) == 0);
		dom_free(must_parse(o));
	}
	PROMISE(codec_write_fault_detail(codec, MSG_ASYNC_CLIENT, &f, a, &o, &e) == 0);
	dom_free(must_parse(o));
}

static void
write_text(struct octets hostile, struct arena *a)
{
	const char *text = arena_string(a, hostile);
	const struct msg_response r = {.message_id = text,
	    .correlation_id = text,
	    .session_id = text,
	    .status_code = text,
	    .status_message = text};
	const struct msg_fault f = {
	    .code = text, .message = text, .data = text, .session_id = text};
	struct octets o;
	struct err e = {0};

	PROMISE(codec_write_sync_response(codec, &r, a, &o, &e) == 0);
	dom_free(must_parse(o));
	PROMISE(codec_write_fault_detail(codec, MSG_ASYNC, &f, a, &o, &e) == 0);
	dom_free(must_parse(o));
	write_async_text(text, a);
}

static void
prepare(void)
{
	struct err e = {0};

	if (codec != NULL)
		return;
	PROMISE(dom_init(&e) == 0 && clock_init(&e) == 0 && codec_new(&codec, &e) == 0);
	wide = dom_default_limits;
	wide.octets *= 64;
	wide.attributes *= 2;
	wide.depth += 8; /* what is read from inside a document is written into another */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct octets o = {data, size};
	struct arena *a = arena_new();

	prepare();
	PROMISE(a != NULL);
	read_document(o, a);
	read_answer(o, a);
	read_against_a_tree(o, a);
	read_against_an_async_tree(o, a);
	if (size <= 4096)
		write_text(o, a);
	arena_free(a);
	return 0;
}
