/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec: writing the async channel (valid by our XSD and by the published one, and read back as it
 * was), reading its answers and faults.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec_async.h"
#include "fixture.h"

#define DATE(n) "<" n ">2026-02-10T11:00:00+05:00</" n ">"
#define AT                                                                                         \
	{                                                                                          \
		1770703200, 0                                                                      \
	} /* 2026-02-10T06:00:00Z */
#define NIL_GUID "{00000000-0000-0000-0000-000000000000}"
#define ACK(inside) BODY(ASYNC("sendMessageResponse", inside))
#define MESSAGES(inside) BODY(ASYNC("getMessagesResponse", RESPONSE(inside)))

static const struct msg_property properties[] = {{"ADDL_CLIENT_KEY", "RR_P50.06"}, {"", ""}};

static const struct msg_fault inner = {
    .code = "2", .message = "inner", .data = "", .date = AT, .session_id = ""};
static const struct msg_fault outer = {.code = "SCE001",
    .message = "Сообщение <&> не соответствует",
    .data = "path",
    .date = AT,
    .session_id = GUID,
    .sub = &inner};

static const struct msg_request message = {
    .type = MSG_REQUEST,
    .message_id = "254750124",
    .correlation_id = "3387918",
    .service_id = "HQ_SUBMIT",
    .route_id = "R_1",
    .session_id = GUID,
    .message_date = AT,
    .sender = {"pep", "s<>"},
    .properties = properties,
    .property_count = 2,
};

static void
same_error(const struct msg_fault *a, const struct msg_fault *b)
{
	for (; a != NULL && b != NULL; a = a->sub, b = b->sub) {
		assert_string_equal(a->code, b->code);
		assert_string_equal(a->message, b->message);
		assert_string_equal(a->data, b->data);
		assert_string_equal(a->session_id, b->session_id);
		assert_int_equal(clock_compare(a->date, b->date), 0);
	}
	assert_ptr_equal(a, b); /* both at their ends */
}

static void
same_properties(
    const struct msg_property *a, size_t a_count, const struct msg_property *b, size_t b_count)
{
	assert_int_equal(a_count, b_count);
	for (size_t i = 0; i < a_count; i++) {
		assert_string_equal(a[i].key, b[i].key);
		assert_string_equal(a[i].value, b[i].value);
	}
}

static void
same_message(const struct msg_request *a, const struct msg_request *b)
{
	assert_int_equal(a->type, b->type);
	assert_string_equal(a->message_id, b->message_id);
	assert_string_equal(a->correlation_id, b->correlation_id);
	assert_string_equal(a->service_id, b->service_id);
	assert_string_equal(a->route_id, b->route_id);
	assert_string_equal(a->session_id, b->session_id);
	assert_int_equal(clock_compare(a->message_date, b->message_date), 0);
	assert_string_equal(a->sender.sender_id, b->sender.sender_id);
	assert_string_equal(a->sender.password, b->sender.password);
	same_properties(a->properties, a->property_count, b->properties, b->property_count);
}

/* The `data` of the one message in a Body, as written. */
static const char *
data_of(const char *body)
{
	struct dom *doc = parse_async(body);
	struct dom_node *data = codec_find_data(dom_root(doc));
	struct err e = {0};
	struct octets o;

	assert_non_null(data);
	assert_int_equal(dom_write(data, arena, &o, &e), 0);
	dom_free(doc);
	return arena_string(arena, o);
}

static void
every_type_of_message_is_valid_and_reads_back(void **state)
{
	struct msg_async r = {.operation = MSG_SEND,
	    .message = message,
	    .data = {octets_of("&lt;a/&gt;"),
		"xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\""}};

	(void)state;
	for (enum msg_type type = MSG_REQUEST; type <= MSG_RESPONSE; type++) {
		r.message.type = type;
		const char *body = write_async_request(&r);
		struct msg_async back = admit_request(MSG_ASYNC_CLIENT, body, 0);

		same_message(&r.message, &back.message);
		assert_true(back.message.has_data);
		assert_non_null(strstr(data_of(body), "xsi:type=\"xs:string\">&lt;a/&gt;</data>"));
	}
}

static void
a_message_towards_the_gateway_leaves_out_what_the_gateway_gives(void **state)
{
	struct msg_async r = {.operation = MSG_SEND,
	    .message = {.type = MSG_REQUEST,
		.service_id = "HQ_SUBMIT",
		.message_date = AT,
		.sender = {"shepd", NULL}},
	    .data = {octets_of("<a xmlns=\"urn:a\"/>"), NULL}};
	const char *body = write_async_request(&r);

	(void)state;
	assert_null(strstr(body, "messageId"));
	assert_null(strstr(body, "correlationId"));
	assert_null(strstr(body, "sessionId"));
	assert_null(strstr(body, "password"));
	admit_request(MSG_ASYNC, body, 0);
	assert_string_equal(data_of(body), "<data><a xmlns=\"urn:a\"/></data>");
}

static void
a_message_is_written_exactly(void **state)
{
	const struct msg_async r = {
	    .operation = MSG_SEND, .message = message, .data = {octets_of("<x></x>"), NULL}};

	(void)state;
	assert_string_equal(write_async_request(&r),
	    BODY(
		"<async:sendMessage xmlns:async=\"" CODEC_ASYNC_TYPES
		"\"><request><messageInfo><messageId>254750124</messageId><correlationId>3387918"
		"</correlationId><serviceId>HQ_SUBMIT</serviceId><messageType>REQUEST</messageType>"
		"<routeId>R_1</routeId>" DATE(
		    "messageDate") "<sender><senderId>pep</senderId>"
				   "<password>s&lt;&gt;</password></"
				   "sender><properties><key>ADDL_CLIENT_KEY</key>"
				   "<value>RR_P50.06</value></properties><properties><key/><value/"
				   "></properties>"
				   "<sessionId>" GUID
				   "</sessionId></messageInfo><messageData><data><x></x></data>"
				   "</messageData></request></async:sendMessage>"));
}

static void
refuses_to_write_what_is_no_message(void **state)
{
	struct msg_async r = {.operation = MSG_SEND, .message = message};
	struct msg_async_answer a = {.operation = MSG_QUERY};
	struct octets o;
	struct err e = {0};

	(void)state;
	r.message.type = MSG_NO_TYPE;
	assert_int_equal(codec_write_async_request(codec, &r, arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_null(o.data);
	err_clear(&e);
	r.message.type = MSG_RESPONSE;
	r.message.correlation_id = "";
	assert_int_equal(codec_write_async_request(codec, &r, arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	err_clear(&e);
	r = (struct msg_async){.operation = MSG_CHANGE_STATE};
	assert_int_equal(codec_write_async_request(codec, &r, arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	err_clear(&e);
	r.operation = MSG_SYNC_SEND;
	assert_int_equal(codec_write_async_request(codec, &r, arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	err_clear(&e);
	assert_int_equal(codec_write_async_answer(codec, &a, arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	err_clear(&e);
	a = (struct msg_async_answer){
	    .operation = MSG_SELECT, .message_count = CODEC_MESSAGES_MOST + 1};
	assert_int_equal(codec_write_async_answer(codec, &a, arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_null(o.data);
}

static void
every_change_of_state_is_valid_and_reads_back(void **state)
{
	struct msg_async r = {.operation = MSG_CHANGE_STATE,
	    .change = {.notification_id = "900001",
		.message_id = "m-1",
		.notification_date = AT,
		.status = {"1", "Қолжетімсіз", {1770703201, 0}},
		.request_date = {1770703202, 0},
		.session_id = GUID}};

	(void)state;
	for (enum msg_state s = MSG_ON_DELIVERY; s <= MSG_DELIVERY_STOPPED; s++) {
		r.change.state = s;
		r.change.error = s == MSG_NOT_DELIVERED ? &outer : NULL;
		r.change.session_id = s == MSG_DELIVERED ? "" : GUID;
		const struct msg_change back =
		    admit_request(MSG_ASYNC_CLIENT, write_async_request(&r), 0).change;

		assert_int_equal(back.state, s);
		assert_string_equal(back.notification_id, r.change.notification_id);
		assert_string_equal(back.message_id, r.change.message_id);
		assert_string_equal(back.status.code, r.change.status.code);
		assert_string_equal(back.status.message, r.change.status.message);
		assert_string_equal(back.session_id, r.change.session_id);
		assert_int_equal(clock_compare(back.status.date, r.change.status.date), 0);
		assert_int_equal(clock_compare(back.request_date, r.change.request_date), 0);
		assert_int_equal(
		    clock_compare(back.notification_date, r.change.notification_date), 0);
		same_error(back.error, r.change.error);
	}
}

static void
every_delivery_notification_is_valid_and_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		const struct msg_async r = {.operation = MSG_DELIVERY,
		    .delivery = {.message_id = "254750124",
			.service_id = "HQ_SUBMIT",
			.notification_date = AT,
			.accepted = (i & 1) != 0,
			.resend = (i & 2) != 0,
			.status_date = {1770703201, 0},
			.error = (i & 1) != 0 ? NULL : &outer,
			.request_date = {1770703202, 0},
			.sender = {(i & 4) != 0 ? "shepd" : "", (i & 4) != 0 ? "secret" : ""}}};
		const struct msg_delivery back =
		    admit_request(MSG_ASYNC, write_async_request(&r), 0).delivery;

		assert_string_equal(back.message_id, "254750124");
		assert_string_equal(back.service_id, "HQ_SUBMIT");
		assert_int_equal(back.accepted, r.delivery.accepted);
		assert_int_equal(back.resend, r.delivery.resend);
		assert_string_equal(back.sender.sender_id, r.delivery.sender.sender_id);
		assert_string_equal(back.sender.password, r.delivery.sender.password);
		assert_int_equal(clock_compare(back.status_date, r.delivery.status_date), 0);
		assert_int_equal(clock_compare(back.request_date, r.delivery.request_date), 0);
		same_error(back.error, r.delivery.error);
	}
}

static void
a_query_is_valid_and_reads_back(void **state)
{
	const struct msg_async r = {
	    .operation = MSG_QUERY, .query = {"254750124", AT, {"shepd", "secret"}, properties, 2}};
	const struct msg_status_query back =
	    admit_request(MSG_ASYNC, write_async_request(&r), 0).query;

	(void)state;
	assert_string_equal(back.message_id, "254750124");
	assert_string_equal(back.sender.sender_id, "shepd");
	assert_string_equal(back.sender.password, "secret");
	assert_int_equal(clock_compare(back.request_date, r.query.request_date), 0);
	same_properties(back.properties, back.property_count, properties, 2);
}

static void
a_selection_is_valid_and_reads_back(void **state)
{
	struct msg_async r = {.operation = MSG_SELECT,
	    .selection = {.message_id = "m",
		.correlation_id = "c",
		.service_id = "HQ_SUBMIT",
		.has_request_date = true,
		.request_date = AT,
		.sender = {"shepd", "secret"},
		.amount = 25,
		.properties = properties,
		.property_count = 2}};
	struct msg_selection back = admit_request(MSG_ASYNC, write_async_request(&r), 0).selection;

	(void)state;
	assert_string_equal(back.message_id, "m");
	assert_string_equal(back.correlation_id, "c");
	assert_string_equal(back.service_id, "HQ_SUBMIT");
	assert_string_equal(back.sender.sender_id, "shepd");
	assert_true(back.has_request_date);
	assert_int_equal(clock_compare(back.request_date, r.selection.request_date), 0);
	assert_int_equal(back.amount, 25);
	same_properties(back.properties, back.property_count, properties, 2);
	r.selection = (struct msg_selection){.service_id = "HQ_SUBMIT"};
	assert_null(strstr(write_async_request(&r), "amount"));
	back = admit_request(MSG_ASYNC, write_async_request(&r), 0).selection;
	assert_int_equal(back.amount, 0);
	assert_false(back.has_request_date);
}

static struct msg_async_answer
write_and_read(const struct msg_async_answer *a)
{
	enum msg_channel channel = a->operation == MSG_CHANGE_STATE ? MSG_ASYNC_CLIENT : MSG_ASYNC;
	struct msg_async_answer back =
	    admit_answer(channel, a->operation, write_async_answer(a), 0);

	assert_int_equal(back.operation, a->operation);
	assert_false(back.is_fault);
	assert_int_equal(clock_compare(back.response_date, a->response_date), 0);
	return back;
}

static void
every_acknowledgement_is_valid_and_reads_back(void **state)
{
	struct msg_async_answer a = {.operation = MSG_SEND,
	    .message_id = "254750124",
	    .correlation_id = "3387918",
	    .response_date = AT,
	    .session_id = GUID};
	struct msg_async_answer back = write_and_read(&a);

	(void)state;
	assert_string_equal(back.message_id, "254750124");
	assert_string_equal(back.correlation_id, "3387918");
	assert_string_equal(back.session_id, GUID);
	a.session_id = "";
	assert_string_equal(write_and_read(&a).session_id, "");
	a = (struct msg_async_answer){.operation = MSG_DELIVERY,
	    .notification_id = "n-1",
	    .response_date = AT,
	    .session_id = GUID};
	back = write_and_read(&a);
	assert_string_equal(back.notification_id, "n-1");
	assert_string_equal(back.session_id, GUID);
	a = (struct msg_async_answer){
	    .operation = MSG_CHANGE_STATE, .response_date = AT, .session_id = GUID};
	assert_string_equal(write_and_read(&a).session_id, GUID);
}

/* The request need not have one, the answer must (shep.md 1.2). */
static void
a_session_that_must_be_there_is_the_nil_uuid_where_there_is_none(void **state)
{
	static const enum msg_operation operations[] = {MSG_DELIVERY, MSG_SELECT, MSG_CHANGE_STATE};

	(void)state;
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		struct msg_async_answer a = {.operation = operations[i], .response_date = AT};

		assert_string_equal(write_and_read(&a).session_id, NIL_GUID);
		a.session_id = "no guid";
		assert_string_equal(write_and_read(&a).session_id, NIL_GUID);
		a.session_id = "9dcb38c2-24f1-48e2-96e5-00cfc9d1d6bc";
		assert_string_equal(write_and_read(&a).session_id, GUID);
	}
}

static void
every_status_is_valid_and_reads_back(void **state)
{
	(void)state;
	for (enum msg_state s = MSG_ON_DELIVERY; s <= MSG_DELIVERY_STOPPED; s++) {
		const struct msg_async_answer a = {.operation = MSG_QUERY,
		    .state = s,
		    .status = {"0", "x", {1770703201, 0}},
		    .response_date = AT,
		    .session_id = "any text"};
		const struct msg_async_answer back = write_and_read(&a);

		assert_int_equal(back.state, s);
		assert_string_equal(back.status.code, "0");
		assert_string_equal(back.status.message, "x");
		assert_int_equal(clock_compare(back.status.date, a.status.date), 0);
		assert_string_equal(back.session_id, "any text");
	}
}

static void
messages_are_valid_and_read_back_each_with_its_data(void **state)
{
	struct msg_item items[3] = {{message, {octets_of("<a/>"), NULL}},
	    {message, {octets_of("&lt;b/&gt;"), " k=\"v\""}}, {message, {octets_of(""), NULL}}};
	struct msg_async_answer a = {.operation = MSG_SELECT,
	    .response_date = AT,
	    .session_id = GUID,
	    .messages = items,
	    .message_count = 3};
	const char *body;
	struct msg_async_answer back;

	(void)state;
	items[1].message.type = MSG_NOTIFICATION;
	items[1].message.message_id = "2";
	items[2].message.message_id = "3";
	items[2].message.property_count = 0;
	body = write_async_answer(&a);
	back = admit_answer(MSG_ASYNC, MSG_SELECT, body, 0);
	assert_int_equal(back.message_count, 3);
	for (size_t i = 0; i < 3; i++) {
		same_message(&back.messages[i].message, &items[i].message);
		assert_int_equal(back.messages[i].message.channel, MSG_ASYNC_CLIENT);
		assert_true(back.messages[i].message.has_data);
	}
	struct dom *doc = parse_async(body);
	assert_non_null(dom_first(codec_find_message_data(dom_root(doc), 0)));
	assert_true(dom_has_text(codec_find_message_data(dom_root(doc), 1)));
	assert_non_null(codec_find_message_data(dom_root(doc), 2));
	assert_null(codec_find_message_data(dom_root(doc), 3));
	assert_null(codec_find_data(dom_root(doc)));
	dom_free(doc);
	a.message_count = 0;
	assert_int_equal(write_and_read(&a).message_count, 0);
}

static void
as_many_messages_as_are_allowed_read_back_and_no_more(void **state)
{
	struct msg_item *items = calloc(CODEC_MESSAGES_MOST, sizeof(*items));
	struct msg_async_answer a = {.operation = MSG_SELECT,
	    .response_date = AT,
	    .session_id = GUID,
	    .messages = items,
	    .message_count = CODEC_MESSAGES_MOST};
	struct err e = {0};
	struct octets o;

	(void)state;
	assert_non_null(items);
	for (size_t i = 0; i < CODEC_MESSAGES_MOST; i++)
		items[i].message = (struct msg_request){.type = MSG_REQUEST,
		    .message_id = arena_printf(arena, "%zu", i),
		    .correlation_id = "c",
		    .service_id = "S",
		    .message_date = AT,
		    .sender = {"pep", NULL}};
	assert_int_equal(codec_write_async_answer(codec, &a, arena, &o, &e), 0);
	const char *body =
	    arena_printf(arena, "<s:Body xmlns:s=\"%s\">%s</s:Body>", SOAP, arena_string(arena, o));
	const struct msg_async_answer back = admit_answer(MSG_ASYNC, MSG_SELECT, body, 0);
	assert_int_equal(back.message_count, CODEC_MESSAGES_MOST);
	for (size_t i = 0; i < back.message_count; i++)
		assert_string_equal(
		    back.messages[i].message.message_id, items[i].message.message_id);
	const char *end = strstr(body, "<messages>"), *next = strstr(end + 1, "<messages>");
	refuse_answer(MSG_ASYNC, MSG_SELECT,
	    arena_printf(
		arena, "%.*s%.*s%s", (int)(next - body), body, (int)(next - end), end, next),
	    "messages: occurs too often");
	free(items);
}

static void
reads_the_published_answers(void **state)
{
	const char *ack = async_sample("constructed-pep-flow-2-ack.participant-to-gateway.xml");
	const char *change =
	    async_sample("constructed-async-client-changeMassageStatusNotification.response.xml");
	char date[CLOCK_TEXT];
	struct msg_async_answer a;

	(void)state;
	if (ack == NULL || change == NULL)
		return;
	a = admit_answer(MSG_ASYNC_CLIENT, MSG_SEND, ack, 0);
	assert_string_equal(a.message_id, "254750124");
	assert_string_equal(a.correlation_id, "3387918");
	assert_string_equal(a.session_id, GUID);
	assert_string_equal(clock_write_utc(a.response_date, date), "2021-10-12T04:47:31Z");
	a = admit_answer(MSG_ASYNC_CLIENT, MSG_CHANGE_STATE, change, 0);
	assert_string_equal(a.session_id, GUID);
	assert_string_equal(clock_write_utc(a.response_date, date), "2021-10-12T04:50:01Z");
}

static void
an_empty_acknowledgement_is_one(void **state)
{
	const struct msg_async_answer a =
	    admit_answer(MSG_ASYNC_CLIENT, MSG_SEND, ACK(""), CODEC_ANSWER_EMPTY);

	(void)state;
	assert_string_equal(a.message_id, "");
	assert_string_equal(a.correlation_id, "");
	assert_string_equal(a.session_id, "");
	assert_int_equal(a.response_date.seconds, 0);
	admit_answer(MSG_ASYNC_CLIENT, MSG_SEND, ACK("<!-- taken -->"), CODEC_ANSWER_EMPTY);
	refuse_answer(MSG_ASYNC_CLIENT, MSG_SEND, ACK("ok"), "has text between its elements");
	refuse_answer(
	    MSG_ASYNC_CLIENT, MSG_SEND, ACK(RESPONSE("")), "/response/messageId: is missing");
	refuse_answer(MSG_ASYNC, MSG_SELECT, BODY(ASYNC("getMessagesResponse", "")),
	    "/getMessagesResponse/response: is missing");
}

static void
refuses_the_answer_to_something_else(void **state)
{
	static const char ack[] =
	    ACK(RESPONSE("<messageId/><correlationId/>" DATE("responseDate")));

	(void)state;
	admit_answer(MSG_ASYNC, MSG_SEND, ack, 0);
	refuse_answer(MSG_ASYNC, MSG_SELECT, ack, "}sendMessageResponse is not {");
	refuse_answer(MSG_ASYNC, MSG_DELIVERY, ack, "}sendMessageResponse is not {");
	refuse_answer(MSG_ASYNC, MSG_QUERY, ack, "}sendMessageResponse is not {");
	refuse_answer(MSG_ASYNC_CLIENT, MSG_CHANGE_STATE, ack, "}sendMessageResponse is not {");
	refuse_answer(MSG_ASYNC, MSG_SEND, BODY(ASYNC("sendMessage", "")), "}sendMessage is not {");
	refuse_answer(MSG_ASYNC, MSG_SEND, BODY(CLIENT("sendMessageResponse", "")),
	    "}sendMessageResponse is not {");
	refuse_answer(MSG_ASYNC, MSG_SEND, BODY(""), "exactly one operation");
	refuse_answer(MSG_ASYNC, MSG_SEND,
	    BODY(ASYNC("sendMessageResponse", "") ASYNC("sendMessageResponse", "")),
	    "exactly one operation");
}

static void
refuses_answers_that_lack_something_or_hold_too_much(void **state)
{
	(void)state;
	refuse_answer(MSG_ASYNC, MSG_SEND, ACK(RESPONSE("<messageId/>" DATE("responseDate"))),
	    "/response/correlationId: is missing");
	refuse_answer(MSG_ASYNC, MSG_SEND, ACK(RESPONSE("<messageId/><correlationId/>")),
	    "/response/responseDate: is missing");
	refuse_answer(MSG_ASYNC, MSG_DELIVERY,
	    BODY(ASYNC("sendDeliveryNotificationResponse",
		RESPONSE("<notificationId/>" DATE("responseDate")))),
	    "/response/sessionId: is missing");
	refuse_answer(MSG_ASYNC, MSG_QUERY,
	    BODY(ASYNC("getMessageStatusResponse",
		RESPONSE("<messageState>X</messageState>" DATE("responseDate")))),
	    "/response/messageState: is none of the values");
	refuse_answer(MSG_ASYNC, MSG_QUERY,
	    BODY(ASYNC("getMessageStatusResponse",
		RESPONSE("<messageState>DELIVERED</messageState>" DATE("responseDate")))),
	    "/response/status: is missing");
	refuse_answer(MSG_ASYNC, MSG_SELECT, MESSAGES(DATE("responseDate")),
	    "/response/sessionId: is missing");
	refuse_answer(MSG_ASYNC, MSG_SELECT,
	    MESSAGES(DATE("responseDate") "<sessionId>" GUID "</sessionId><messages/>"),
	    "/response/messages/messageInfo: is missing");
	refuse_answer(MSG_ASYNC, MSG_SELECT,
	    MESSAGES(
		DATE("responseDate") "<sessionId>" GUID
				     "</sessionId><messages><messageInfo><serviceId>S</"
				     "serviceId><messageType>UPDATE"
				     "</messageType>" DATE(
					 "messageDate") "<sender><senderId>p</senderId></sender>"
							"</messageInfo><messageData><data/></"
							"messageData></messages>"),
	    "/messages/messageInfo/messageId: is empty");
	refuse_answer(MSG_ASYNC_CLIENT, MSG_CHANGE_STATE,
	    BODY(CLIENT("changeMassageStatusNotificationResponse",
		RESPONSE(DATE("responseDate") "<sessionId>1</sessionId>"))),
	    "/sessionId: is no guid");
}

static void
deviations_of_one_message_are_those_of_the_answer(void **state)
{
	const struct msg_async_answer a = admit_answer(MSG_ASYNC, MSG_SELECT,
	    MESSAGES("<sessionId/>" DATE(
		"responseDate") "<messages><messageData><q:data "
				"xmlns:q=\"urn:q\"/></messageData><messageInfo>"
				"<messageId>1</messageId><serviceId>S</"
				"serviceId><messageType>UPDATE</messageType>" DATE(
				    "messageDate") "<sender><senderId>p</senderId></"
						   "sender><properties/>"
						   "</messageInfo></messages>"),
	    CODEC_OUT_OF_ORDER | CODEC_SESSION_EMPTY | CODEC_DATA_QUALIFIED |
		CODEC_CORRELATION_EMPTY | CODEC_PROPERTY_EMPTY);

	(void)state;
	assert_int_equal(a.message_count, 1);
	assert_string_equal(a.messages[0].message.message_id, "1");
}

static void
refuses_octets_that_do_not_say_what_the_tree_says(void **state)
{
	static const char ack[] =
	    ACK(RESPONSE("<messageId>1</messageId><correlationId/>" DATE("responseDate")));
	static const char other[] =
	    ACK(RESPONSE("<messageId>2</messageId><correlationId/>" DATE("responseDate")));
	static const char none[] = MESSAGES(DATE("responseDate") "<sessionId>" GUID "</sessionId>");
	static const char one[] = MESSAGES(DATE(
	    "responseDate") "<sessionId>" GUID "</sessionId><messages><messageInfo><messageId>1</"
			    "messageId><correlationId>c"
			    "</correlationId><serviceId>S</serviceId><messageType>UPDATE</"
			    "messageType>" DATE(
				"messageDate") "<sender><senderId>p</senderId></sender></"
					       "messageInfo>"
					       "<messageData><data/></messageData></messages>");
	static const struct {
		enum msg_operation operation;
		const char *seen, *octets;
	} rows[] = {{MSG_SEND, ack, other}, {MSG_SEND, ACK(""), ack}, {MSG_SEND, ack, ACK("")},
	    {MSG_SELECT, none, one}, {MSG_SELECT, one, none},
	    {MSG_SELECT, none, BODY(ASYNC("getMessagesResponse", ""))}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer a =
		    read_answer_as(MSG_ASYNC, rows[i].operation, rows[i].seen, rows[i].octets);

		if (a.rc != -1 || a.e.code != ERR_MSG_FORMAT)
			fail_msg("row %zu: rc %d %s", i, a.rc, a.e.detail);
		assert_string_equal(a.e.public_, "");
		assert_int_equal(
		    read_answer_as(MSG_ASYNC, rows[i].operation, rows[i].seen, NULL).rc, 0);
	}
}

static void
every_operation_has_a_fault_of_its_own(void **state)
{
	static const struct {
		enum msg_channel channel;
		enum msg_operation operation, read;
		const char *begin;
	} rows[] = {
	    {MSG_ASYNC, MSG_NO_OPERATION, MSG_SEND, "<async:sendMessageFault1_sendMessageFault "},
	    {MSG_ASYNC_CLIENT, MSG_NO_OPERATION, MSG_SEND,
		"<async:sendMessageFault1_sendMessageFault "},
	    {MSG_ASYNC, MSG_SEND, MSG_SEND, "<async:sendMessageFault1_sendMessageFault "},
	    {MSG_ASYNC, MSG_DELIVERY, MSG_DELIVERY,
		"<async:sendDeliveryNotificationFault1_sendDeliveryNotificationFault "},
	    {MSG_ASYNC, MSG_QUERY, MSG_QUERY,
		"<async:getMessageStatusFault1_getMessageStatusFault "},
	    {MSG_ASYNC, MSG_SELECT, MSG_SELECT, "<async:getMessagesFault1_getMessagesFault "},
	    {MSG_ASYNC_CLIENT, MSG_CHANGE_STATE, MSG_CHANGE_STATE,
		"<asyncclient:changeMassageStatusNotificationFault1_"
		"changeMassageStatusNotificationFault "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct msg_fault f = outer;
		struct msg_async_answer back;
		struct octets o;
		struct err e = {0};

		f.operation = rows[i].operation;
		assert_int_equal(
		    codec_write_fault_detail(codec, rows[i].channel, &f, arena, &o, &e), 0);
		is_valid_async(o);
		assert_memory_equal(o.data, rows[i].begin, strlen(rows[i].begin));
		back = admit_answer(rows[i].channel, rows[i].read,
		    arena_printf(arena,
			BODY("<soap:Fault><faultcode>soap:Client</faultcode><faultstring>x"
			     "</faultstring><detail>%s</detail></soap:Fault>"),
			arena_string(arena, o)),
		    0);
		assert_true(back.is_fault);
		assert_int_equal(back.fault.operation, rows[i].read);
		same_error(&back.fault, &outer);
	}
}

static void
reads_faults_as_they_come(void **state)
{
	const char *sample = async_sample("constructed-fault-async-SCE001.xml");
	struct msg_async_answer a = admit_answer(MSG_ASYNC, MSG_SEND,
	    BODY("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>boom</faultstring>"
		 "</soap:Fault>"),
	    0);

	(void)state;
	assert_true(a.is_fault);
	assert_string_equal(a.fault.code, "Server");
	assert_string_equal(a.fault.message, "boom");
	assert_int_equal(a.fault.operation, MSG_NO_OPERATION);
	assert_null(a.fault.sub);
	if (sample == NULL)
		return;
	a = admit_answer(MSG_ASYNC, MSG_SEND, sample, 0);
	assert_true(a.is_fault);
	assert_string_equal(a.fault.code, "SCE001");
	assert_string_equal(a.fault.data, "serviceId is empty");
	assert_string_equal(a.fault.session_id, "{b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21}");
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_type_of_message_is_valid_and_reads_back),
	    cmocka_unit_test(a_message_towards_the_gateway_leaves_out_what_the_gateway_gives),
	    cmocka_unit_test(a_message_is_written_exactly),
	    cmocka_unit_test(refuses_to_write_what_is_no_message),
	    cmocka_unit_test(every_change_of_state_is_valid_and_reads_back),
	    cmocka_unit_test(every_delivery_notification_is_valid_and_reads_back),
	    cmocka_unit_test(a_query_is_valid_and_reads_back),
	    cmocka_unit_test(a_selection_is_valid_and_reads_back),
	    cmocka_unit_test(every_acknowledgement_is_valid_and_reads_back),
	    cmocka_unit_test(a_session_that_must_be_there_is_the_nil_uuid_where_there_is_none),
	    cmocka_unit_test(every_status_is_valid_and_reads_back),
	    cmocka_unit_test(messages_are_valid_and_read_back_each_with_its_data),
	    cmocka_unit_test(as_many_messages_as_are_allowed_read_back_and_no_more),
	    cmocka_unit_test(reads_the_published_answers),
	    cmocka_unit_test(an_empty_acknowledgement_is_one),
	    cmocka_unit_test(refuses_the_answer_to_something_else),
	    cmocka_unit_test(refuses_answers_that_lack_something_or_hold_too_much),
	    cmocka_unit_test(deviations_of_one_message_are_those_of_the_answer),
	    cmocka_unit_test(refuses_octets_that_do_not_say_what_the_tree_says),
	    cmocka_unit_test(every_operation_has_a_fault_of_its_own),
	    cmocka_unit_test(reads_faults_as_they_come),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_codec, close_codec);
}
