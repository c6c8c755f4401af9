/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec: reading requests of the async channel, of both its ends. Every published sample, the table
 * of deviations, every refusal with its path. (Answers and writing: test_codec_async_write.c.)
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/wire.h"
#include "codec_async.h"
#include "fixture.h"

/* Requests with holes for what a test changes. */
#define SERVICE "<serviceId>HQ_SUBMIT</serviceId>"
#define TYPE "<messageType>REQUEST</messageType>"
#define DATE(n) "<" n ">2026-02-10T11:00:00+05:00</" n ">"
#define SENDER "<sender><senderId>pep</senderId><password>secret</password></sender>"
#define REST SERVICE TYPE DATE("messageDate") SENDER
#define IDS "<messageId>254750124</messageId><correlationId>3387918</correlationId>"
#define DATA "<messageData><data><x/></data></messageData>"
#define MESSAGE(info) "<messageInfo>" info "</messageInfo>" DATA
#define SEND(inside) BODY(ASYNC("sendMessage", REQUEST(inside)))
#define STATUS                                                                                     \
	"<status><statusCode>1</statusCode><statusMessage>gone</statusMessage>" DATE(              \
	    "statusDate") "</status>"
#define CHANGE_INFO                                                                                \
	"<notificationId>900001</notificationId><messageId>254750124</messageId>" DATE(            \
	    "notificationDate") "<messageState>NOT_DELIVERED</messageState>" STATUS
#define CHANGE(inside) BODY(CLIENT("changeMassageStatusNotification", REQUEST(inside)))
#define ERROR(tag, inside)                                                                         \
	"<" tag "><errorCode>SCE909</errorCode><errorMessage>m</errorMessage><errorData>d"         \
	"</errorData>" DATE("errorDate") inside "</" tag ">"
#define DELIVERY_STATUS(receive, resend, error)                                                    \
	"<deliveryStatus><receiveStatus>" receive "</receiveStatus>" DATE(                         \
	    "statusDate") "<resendMessage>" resend "</resendMessage>" error "</deliveryStatus>"
#define DELIVERY_INFO(status)                                                                      \
	"<messageId>254750124</messageId>" SERVICE DATE("notificationDate") status
#define DELIVERY(inside) BODY(ASYNC("sendDeliveryNotification", REQUEST(inside)))
#define QUERY(inside) BODY(ASYNC("getMessageStatus", REQUEST(inside)))
#define SELECTION(inside) BODY(ASYNC("getMessages", REQUEST(inside)))

static void
reads_every_published_message(void **state)
{
	static const struct {
		const char *file;
		enum msg_channel channel;
		enum msg_type type;
		const char *message_id, *correlation_id, *service_id, *route_id, *sender_id, *date,
		    *session_id;
		size_t properties;
		unsigned deviations;
	} rows[] = {
	    {"constructed-pep-flow-1-request.gateway-to-participant.xml", MSG_ASYNC_CLIENT,
		MSG_REQUEST, "254750124", "3387918", "get_ZU_RGIS_UniversalService", "R_NurSultan",
		"pep", "2021-10-12T04:47:30Z", GUID, 1, 0},
	    {"constructed-pep-flow-3-notification.participant-to-gateway.xml", MSG_ASYNC,
		MSG_NOTIFICATION, "", "3387918", "get_ZU_RGIS_UniversalService", "", "TEST_SENDER",
		"2021-10-12T04:48:02Z", "", 0, 0},
	    {"constructed-pep-flow-3b-notification.out-of-xsd-order.xml", MSG_ASYNC,
		MSG_NOTIFICATION, "575e9da7-ed12-446e-bb89-5e11423702a1", "3387918",
		"get_ZU_RGIS_UniversalService", "R_NurSultan", "TEST_SENDER",
		"2021-10-12T04:48:02Z", "", 0, CODEC_OUT_OF_ORDER | CODEC_MESSAGE_ID_FILLED},
	    {"constructed-pep-flow-4-response.participant-to-gateway.xml", MSG_ASYNC, MSG_RESPONSE,
		"", "3387918", "get_ZU_RGIS_UniversalService", "", "TEST_SENDER",
		"2021-10-12T09:30:41Z", "", 0, 0},
	    {"constructed-async-nobd-request.xml", MSG_ASYNC_CLIENT, MSG_REQUEST, "171468168",
		"2516623", "MON_ES_REQUEST_FORM_IMPORT", "", "pep", "2020-06-16T05:05:12Z",
		"{a7f4b65f-d9c8-4303-9ad7-bfd3b91e0d33}", 1, 0},
	    {"twin-async-notification.escaped-signed-payload.no-wsse.xml", MSG_ASYNC_CLIENT,
		MSG_NOTIFICATION, "254750124", "3382552", "EgknUniversalReceiveOrder", "", "isegkn",
		"2021-10-01T06:53:37Z", GUID, 0, 0},
	    {"twin-async-notification.escaped-signed-payload.rsa-keyidentifier.xml",
		MSG_ASYNC_CLIENT, MSG_NOTIFICATION, "254750124", "3382552",
		"EgknUniversalReceiveOrder", "", "isegkn", "2021-10-01T06:53:37Z", GUID, 0, 0},
	};
	char date[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *sample = async_sample(rows[i].file);
		struct msg_request m;

		if (sample == NULL)
			continue;
		m = admit_request(rows[i].channel, sample, rows[i].deviations).message;
		assert_int_equal(m.channel, rows[i].channel);
		assert_string_equal(m.operation, "sendMessage");
		assert_int_equal(m.type, rows[i].type);
		assert_string_equal(m.message_id, rows[i].message_id);
		assert_string_equal(m.correlation_id, rows[i].correlation_id);
		assert_string_equal(m.service_id, rows[i].service_id);
		assert_string_equal(m.route_id, rows[i].route_id);
		assert_string_equal(m.sender.sender_id, rows[i].sender_id);
		assert_string_equal(m.session_id, rows[i].session_id);
		assert_string_equal(clock_write_utc(m.message_date, date), rows[i].date);
		assert_int_equal(m.property_count, rows[i].properties);
		assert_true(m.has_data);
	}
}

static void
reads_the_published_change_of_state(void **state)
{
	const char *sample =
	    async_sample("constructed-async-client-changeMassageStatusNotification.request.xml");
	struct msg_change c;
	char date[CLOCK_TEXT];

	(void)state;
	if (sample == NULL)
		return;
	c = admit_request(MSG_ASYNC_CLIENT, sample, 0).change;
	assert_string_equal(c.notification_id, "900001");
	assert_string_equal(c.message_id, "254750124");
	assert_int_equal(c.state, MSG_NOT_DELIVERED);
	assert_string_equal(c.status.code, "1");
	assert_string_equal(c.status.message, "Endpoint is unavailable");
	assert_string_equal(clock_write_utc(c.status.date, date), "2021-10-12T04:50:00Z");
	assert_string_equal(clock_write_utc(c.notification_date, date), "2021-10-12T04:50:00Z");
	assert_string_equal(clock_write_utc(c.request_date, date), "2021-10-12T04:50:00Z");
	assert_string_equal(c.session_id, GUID);
	assert_null(c.error);
}

static void
reads_the_published_selection(void **state)
{
	const char *sample = async_sample("constructed-async-getMessages.request.xml");
	struct msg_selection s;
	char date[CLOCK_TEXT];

	(void)state;
	if (sample == NULL)
		return;
	s = admit_request(MSG_ASYNC, sample, 0).selection;
	assert_string_equal(s.message_id, "");
	assert_string_equal(s.correlation_id, "");
	assert_string_equal(s.service_id, "get_ZU_RGIS_UniversalService");
	assert_string_equal(s.sender.sender_id, "TEST_SENDER");
	assert_string_equal(s.sender.password, "REDACTED");
	assert_true(s.has_request_date);
	assert_string_equal(clock_write_utc(s.request_date, date), "2021-10-12T04:55:00Z");
	assert_int_equal(s.amount, 10);
	assert_int_equal(s.property_count, 0);
}

static void
reads_the_published_delivery_notification(void **state)
{
	const char *sample = async_sample("constructed-async-sendDeliveryNotification.request.xml");
	struct msg_delivery d;
	char date[CLOCK_TEXT];

	(void)state;
	if (sample == NULL)
		return;
	d = admit_request(MSG_ASYNC, sample, 0).delivery;
	assert_string_equal(d.message_id, "254750124");
	assert_string_equal(d.service_id, "get_ZU_RGIS_UniversalService");
	assert_true(d.accepted);
	assert_false(d.resend);
	assert_string_equal(clock_write_utc(d.status_date, date), "2021-10-12T04:56:00Z");
	assert_string_equal(clock_write_utc(d.notification_date, date), "2021-10-12T04:56:00Z");
	assert_string_equal(clock_write_utc(d.request_date, date), "2021-10-12T04:56:00Z");
	assert_string_equal(d.sender.sender_id, "TEST_SENDER");
	assert_null(d.error);
}

static void
reads_every_type_of_message(void **state)
{
	static const struct {
		const char *name;
		enum msg_type type;
	} rows[] = {{"REQUEST", MSG_REQUEST}, {"UPDATE", MSG_UPDATE},
	    {"NOTIFICATION", MSG_NOTIFICATION}, {"RESPONSE", MSG_RESPONSE}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *body = arena_printf(arena, "%s%s%s",
		    "<soap:Body xmlns:soap=\"" SOAP "\"><sendMessage xmlns=\"" CODEC_ASYNC_TYPES
		    "\"><request xmlns=\"\"><messageInfo>" IDS SERVICE "<messageType>",
		    rows[i].name,
		    "</messageType>" DATE("messageDate") SENDER
		    "</messageInfo>" DATA "</request></sendMessage></soap:Body>");

		assert_int_equal(
		    admit_request(MSG_ASYNC_CLIENT, body, 0).message.type, rows[i].type);
		assert_int_equal(codec_type(rows[i].name), rows[i].type);
		assert_string_equal(codec_type_name(rows[i].type), rows[i].name);
	}
	assert_int_equal(codec_type("request"), MSG_NO_TYPE);
	assert_string_equal(codec_type_name(MSG_NO_TYPE), "");
}

static void
reads_all_that_a_message_holds(void **state)
{
	struct msg_request m = admit_request(MSG_ASYNC_CLIENT,
	    SEND("<messageInfo><messageId> 7</messageId><correlationId>c &amp; d</correlationId>"
		 "" SERVICE TYPE
		 "<routeId>R_1</routeId><messageDate>\n2026-02-10T11:00:00.5</messageDate>" SENDER
		 "<properties><key>K</key><value>Ж</value></properties><properties><key/><value/>"
		 "</properties><sessionId>" GUID "</sessionId></messageInfo>" DATA),
	    0)
				   .message;
	char date[CLOCK_TEXT];

	(void)state;
	assert_string_equal(m.message_id, " 7");
	assert_string_equal(m.correlation_id, "c & d");
	assert_string_equal(m.route_id, "R_1");
	assert_string_equal(m.message_date_text, "\n2026-02-10T11:00:00.5");
	assert_string_equal(clock_write_utc(m.message_date, date), "2026-02-10T06:00:00Z");
	assert_string_equal(m.sender.password, "secret");
	assert_int_equal(m.property_count, 2);
	assert_string_equal(m.properties[0].key, "K");
	assert_string_equal(m.properties[0].value, "Ж");
	assert_string_equal(m.properties[1].value, "");
	assert_string_equal(m.session_id, GUID);
}

static void
repairs_and_names_each_known_deviation(void **state)
{
	(void)state;
	admit_request(MSG_ASYNC_CLIENT, SEND(MESSAGE(REST IDS)), CODEC_OUT_OF_ORDER);
	admit_request(
	    MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST "<sessionId/>")), CODEC_SESSION_EMPTY);
	admit_request(MSG_ASYNC_CLIENT,
	    SEND(MESSAGE(IDS REST "<sessionId>9dcb38c2-24f1-48e2-96e5-00cfc9d1d6bc</sessionId>")),
	    CODEC_SESSION_WITHOUT_BRACES);
	admit_request(
	    MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST "<properties/>")), CODEC_PROPERTY_EMPTY);
	admit_request(MSG_ASYNC_CLIENT,
	    SEND("<messageInfo>" IDS REST "</messageInfo><messageData><q:data xmlns:q=\"urn:q\"/>"
		 "</messageData>"),
	    CODEC_DATA_QUALIFIED);
	admit_request(MSG_ASYNC_CLIENT,
	    SEND("<messageInfo>" IDS REST "</messageInfo><messageData><data " XSI
		 " xsi:type=\"t:T\" xmlns:t=\"urn:t\"/></messageData>"),
	    CODEC_DATA_TYPE_UNKNOWN);
}

/* The gateway numbers what it gets, and what it delivers is numbered (shep.md 5.2). */
static void
ids_are_where_the_contract_has_them(void **state)
{
	(void)state;
	admit_request(MSG_ASYNC, SEND(MESSAGE(REST)), 0);
	admit_request(MSG_ASYNC, SEND(MESSAGE("<messageId/><correlationId/>" REST)), 0);
	admit_request(
	    MSG_ASYNC, SEND(MESSAGE("<messageId>m</messageId>" REST)), CODEC_MESSAGE_ID_FILLED);
	admit_request(MSG_ASYNC, SEND(MESSAGE("<correlationId>7</correlationId>" REST)),
	    CODEC_CORRELATION_FILLED);
	refuse_request(MSG_ASYNC,
	    SEND(MESSAGE(SERVICE "<messageType>RESPONSE</messageType>" DATE("messageDate") SENDER)),
	    "/messageInfo/correlationId: is empty");
	refuse_request(MSG_ASYNC,
	    SEND(MESSAGE("<correlationId> </correlationId>" SERVICE
			 "<messageType>UPDATE</messageType>" DATE("messageDate") SENDER)),
	    "/messageInfo/correlationId: is empty");
	admit_request(MSG_ASYNC_CLIENT, SEND(MESSAGE("<messageId>1</messageId>" REST)),
	    CODEC_CORRELATION_EMPTY);
	refuse_request(MSG_ASYNC_CLIENT, SEND(MESSAGE(REST)), "/messageInfo/messageId: is empty");
	refuse_request(MSG_ASYNC_CLIENT, SEND(MESSAGE("<messageId> </messageId>" REST)),
	    "/messageInfo/messageId: is empty");
}

static void
each_channel_has_its_own_operations(void **state)
{
	static const char client_send[] = BODY(CLIENT("sendMessage", REQUEST(MESSAGE(IDS REST))));

	(void)state;
	refuse_request(MSG_ASYNC, CHANGE("<notification>" CHANGE_INFO "</notification>"),
	    "}changeMassageStatusNotification is no operation of this channel");
	refuse_request(
	    MSG_ASYNC_CLIENT, SELECTION(SERVICE), "}getMessages is no operation of this channel");
	refuse_request(MSG_ASYNC_CLIENT, QUERY(""), "}getMessageStatus is no operation");
	refuse_request(MSG_ASYNC_CLIENT, DELIVERY(""), "}sendDeliveryNotification is no operation");
	refuse_request(
	    MSG_ASYNC_CLIENT, client_send, "{" CODEC_CLIENT_TYPES "}sendMessage is no operation");
	refuse_request(MSG_ASYNC, client_send, "{" CODEC_CLIENT_TYPES "}sendMessage is no");
	refuse_request(MSG_ASYNC, BODY("<n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES "\"/>"),
	    "}SendMessage is no operation");
	refuse_request(MSG_ASYNC, BODY("<sendMessage/>"), "{}sendMessage is no operation");
	refuse_request(MSG_ASYNC, BODY(ASYNC("SendMessage", "")), "}SendMessage is no operation");
	refuse_request(MSG_ASYNC, BODY(""), "exactly one operation");
	refuse_request(MSG_ASYNC,
	    BODY(ASYNC("sendMessage", REQUEST(MESSAGE(REST))) ASYNC("sendMessage", "")),
	    "exactly one operation");
}

static enum msg_operation
operation_of(enum msg_channel channel, const char *body)
{
	struct dom *doc = parse_async(body);
	enum msg_operation operation = codec_operation(channel, dom_root(doc));

	dom_free(doc);
	return operation;
}

static void
an_operation_is_known_by_its_element_and_channel(void **state)
{
	(void)state;
	assert_int_equal(operation_of(MSG_ASYNC, SEND("")), MSG_SEND);
	assert_int_equal(operation_of(MSG_ASYNC_CLIENT, SEND("")), MSG_SEND);
	assert_int_equal(operation_of(MSG_SYNC, SEND("")), MSG_NO_OPERATION);
	assert_int_equal(operation_of(MSG_ASYNC, DELIVERY("")), MSG_DELIVERY);
	assert_int_equal(operation_of(MSG_ASYNC, QUERY("")), MSG_QUERY);
	assert_int_equal(operation_of(MSG_ASYNC, SELECTION("")), MSG_SELECT);
	assert_int_equal(operation_of(MSG_ASYNC_CLIENT, SELECTION("")), MSG_NO_OPERATION);
	assert_int_equal(operation_of(MSG_ASYNC_CLIENT, CHANGE("")), MSG_CHANGE_STATE);
	assert_int_equal(operation_of(MSG_ASYNC_CLIENT, BODY("")), MSG_NO_OPERATION);
	assert_int_equal(
	    operation_of(MSG_SYNC, BODY("<n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES "\"/>")),
	    MSG_SYNC_SEND);
	assert_string_equal(codec_operation_name(MSG_SELECT), "getMessages");
	assert_string_equal(
	    codec_operation_name(MSG_CHANGE_STATE), "changeMassageStatusNotification");
	assert_string_equal(codec_operation_name(MSG_NO_OPERATION), "");
}

static void
refuses_a_message_that_lacks_a_mandatory_element(void **state)
{
	(void)state;
	refuse_request(MSG_ASYNC, SEND(MESSAGE(TYPE DATE("messageDate") SENDER)),
	    "/sendMessage/request/messageInfo/serviceId: is missing");
	refuse_request(MSG_ASYNC, SEND(MESSAGE(SERVICE DATE("messageDate") SENDER)),
	    "/messageInfo/messageType: is missing");
	refuse_request(
	    MSG_ASYNC, SEND(MESSAGE(SERVICE TYPE SENDER)), "/messageInfo/messageDate: is missing");
	refuse_request(MSG_ASYNC, SEND(MESSAGE(SERVICE TYPE DATE("messageDate"))),
	    "/messageInfo/sender: is missing");
	refuse_request(MSG_ASYNC, SEND(DATA), "/request/messageInfo: is missing");
	refuse_request(MSG_ASYNC, SEND("<messageInfo>" REST "</messageInfo>"),
	    "/request/messageData: is missing");
	refuse_request(MSG_ASYNC, SEND("<messageInfo>" REST "</messageInfo><messageData/>"),
	    "/messageData/data: is missing");
	refuse_request(
	    MSG_ASYNC, BODY(ASYNC("sendMessage", "")), "/sendMessage/request: is missing");
}

static void
refuses_elements_twice_or_unknown_or_in_a_namespace(void **state)
{
	(void)state;
	refuse_request(MSG_ASYNC, SEND(MESSAGE(REST TYPE)), "messageType: occurs too often");
	refuse_request(MSG_ASYNC, SEND(MESSAGE(REST) DATA), "messageData: occurs too often");
	refuse_request(
	    MSG_ASYNC, SEND(MESSAGE(REST) "<messageInfo/>"), "messageInfo: occurs too often");
	refuse_request(MSG_ASYNC,
	    SEND(
		"<messageInfo>" REST "</messageInfo><messageData><data/><q:data xmlns:q=\"urn:q\"/>"
		"</messageData>"),
	    "data: occurs too often");
	refuse_request(
	    MSG_ASYNC, SEND(MESSAGE(REST "<other/>")), "/messageInfo/other: is not expected here");
	refuse_request(MSG_ASYNC, SEND(MESSAGE(REST "<q:routeId xmlns:q=\"urn:q\"/>")),
	    "routeId: is in a namespace");
	refuse_request(MSG_ASYNC,
	    BODY("<sendMessage xmlns=\"" CODEC_ASYNC_TYPES "\"><request/></sendMessage>"),
	    "request: is in a namespace");
	refuse_request(MSG_ASYNC, BODY(ASYNC("sendMessage", REQUEST(MESSAGE(REST)) "<request/>")),
	    "request: occurs too often");
	refuse_request(MSG_ASYNC, SEND(MESSAGE("text" REST)), "has text between its elements");
	refuse_request(MSG_ASYNC, SEND("text" MESSAGE(REST)), "has text between its elements");
}

static void
refuses_nil_comments_and_elements_inside_values(void **state)
{
	(void)state;
	refuse_request(MSG_ASYNC, BODY(ASYNC("sendMessage", "<request " XSI " xsi:nil=\"true\"/>")),
	    "request: must not be nil");
	refuse_request(MSG_ASYNC,
	    SEND(MESSAGE(SERVICE "<messageType " XSI " xsi:nil=\"1\">REQUEST</messageType>" DATE(
		"messageDate") SENDER)),
	    "messageType: must not be nil");
	assert_int_equal(read_request_as(MSG_ASYNC,
			     SEND(MESSAGE(SERVICE "<messageType>REQU<!-- -->EST</messageType>" DATE(
				 "messageDate") SENDER)),
			     NULL)
			     .e.code,
	    ERR_MSG_FORMAT);
	assert_int_equal(
	    read_request_as(MSG_ASYNC,
		SEND(MESSAGE("<serviceId>HQ<b/>S</serviceId>" TYPE DATE("messageDate") SENDER)),
		NULL)
		.e.code,
	    ERR_MSG_FORMAT);
}

static void
refuses_values_that_the_contract_does_not_know(void **state)
{
	static const char *const types[] = {"", "request", " REQUEST", "REQUEST ", "0", "CANCEL"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		refuse_request(MSG_ASYNC,
		    arena_printf(arena,
			SEND(MESSAGE(
			    SERVICE "<messageType>%s</messageType>" DATE("messageDate") SENDER)),
			types[i]),
		    "messageType: is none of the values");
	refuse_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification><notificationId>1</notificationId><messageId>2</messageId>" DATE(
		"notificationDate") "<messageState>LOST</messageState>" STATUS
				    "</notification>" DATE("requestDate")),
	    "/notification/messageState: is none of the values");
	refuse_request(MSG_ASYNC,
	    DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS(
		"MESSAGE_NOT_ACCEPTED", "RESEND", "")) "</notification>" DATE("requestDate")),
	    "/deliveryStatus/receiveStatus: is none of the values");
	refuse_request(MSG_ASYNC,
	    DELIVERY("<notification>" DELIVERY_INFO(
		DELIVERY_STATUS("MESSAGE_ACCEPTED", "", "")) "</notification>" DATE("requestDate")),
	    "/deliveryStatus/resendMessage: is none of the values");
	refuse_request(MSG_ASYNC,
	    SEND(MESSAGE(SERVICE TYPE "<messageDate>soon</messageDate>" SENDER)),
	    "/messageInfo/messageDate: is no dateTime");
	refuse_request(
	    MSG_ASYNC, SEND(MESSAGE(REST "<sessionId>1</sessionId>")), "/sessionId: is no guid");
}

static void
reads_every_change_of_state(void **state)
{
	static const struct {
		const char *name;
		enum msg_state state;
	} rows[] = {{"ON_DELIVERY", MSG_ON_DELIVERY}, {"DELIVERED", MSG_DELIVERED},
	    {"NOT_DELIVERED", MSG_NOT_DELIVERED}, {"DELIVERY_STOPPED", MSG_DELIVERY_STOPPED}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *body = arena_printf(arena, "%s%s%s",
		    "<s:Body xmlns:s=\"" SOAP
		    "\"><n:changeMassageStatusNotification xmlns:n=\"" CODEC_CLIENT_TYPES
		    "\"><request><notification><notificationId>1</notificationId><messageId>2"
		    "</messageId>" DATE("notificationDate") "<messageState>",
		    rows[i].name,
		    "</messageState>" STATUS "</notification>" DATE(
			"requestDate") "</request></n:changeMassageStatusNotification></s:Body>");

		assert_int_equal(
		    admit_request(MSG_ASYNC_CLIENT, body, 0).change.state, rows[i].state);
		assert_int_equal(codec_state(rows[i].name), rows[i].state);
		assert_string_equal(codec_state_name(rows[i].state), rows[i].name);
	}
	assert_int_equal(codec_state(""), MSG_NO_STATE);
	assert_string_equal(codec_state_name(MSG_NO_STATE), "");
}

static void
reads_an_error_inside_an_error(void **state)
{
	const struct msg_change c = admit_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification>" CHANGE_INFO ERROR("error",
		ERROR("subError",
		    ERROR("subError", "")) "<sessionId>" GUID
					   "</sessionId>") "</notification>" DATE("requestDate")),
	    0)
					.change;

	(void)state;
	assert_non_null(c.error);
	assert_string_equal(c.error->code, "SCE909");
	assert_string_equal(c.error->message, "m");
	assert_string_equal(c.error->data, "d");
	assert_string_equal(c.error->session_id, GUID);
	assert_true(
	    clock_compare(c.error->date, fixture_instant("2026-02-10T11:00:00+05:00")) == 0);
	assert_non_null(c.error->sub);
	assert_string_equal(c.error->sub->session_id, "");
	assert_non_null(c.error->sub->sub);
	assert_null(c.error->sub->sub->sub);
}

static void
refuses_errors_and_notifications_that_are_none(void **state)
{
	(void)state;
	refuse_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification>" CHANGE_INFO "<error><errorCode>1</errorCode></error>"
		   "</notification>" DATE("requestDate")),
	    "/notification/error/errorMessage: is missing");
	refuse_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification>" CHANGE_INFO ERROR("error",
		"<subError><errorCode/></subError>") "</notification>" DATE("requestDate")),
	    "/error/subError/errorMessage: is missing");
	refuse_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification>" CHANGE_INFO ERROR("error", "")
		    ERROR("error", "") "</notification>" DATE("requestDate")),
	    "error: occurs too often");
	refuse_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification>" CHANGE_INFO ERROR(
		"error", "<sessionId>1</sessionId>") "</notification>" DATE("requestDate")),
	    "/sessionId: is no guid");
	refuse_request(
	    MSG_ASYNC_CLIENT, CHANGE(DATE("requestDate")), "/request/notification: is missing");
	refuse_request(MSG_ASYNC_CLIENT, CHANGE("<notification>" CHANGE_INFO "</notification>"),
	    "/request/requestDate: is missing");
	refuse_request(MSG_ASYNC_CLIENT,
	    CHANGE("<notification><notificationId/></notification>" DATE("requestDate")),
	    "/notification/notificationId: is empty");
	refuse_request(
	    MSG_ASYNC, DELIVERY(DATE("requestDate")), "/request/notification: is missing");
	refuse_request(MSG_ASYNC,
	    DELIVERY("<notification>" DELIVERY_INFO("") "</notification>" DATE("requestDate")),
	    "/notification/deliveryStatus: is missing");
}

static void
reads_a_refusal_of_delivery(void **state)
{
	const struct msg_delivery d = admit_request(MSG_ASYNC,
	    DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS("MESSAGE_NOT_ACCTEPTED",
		"RESEND", ERROR("error", ""))) "</notification>" DATE("requestDate")),
	    0)
					  .delivery;

	(void)state;
	assert_false(d.accepted);
	assert_true(d.resend);
	assert_non_null(d.error);
	assert_string_equal(d.error->code, "SCE909");
	assert_string_equal(d.sender.sender_id, "");
	assert_string_equal(d.sender.password, "");
}

static void
reads_a_query_and_selections(void **state)
{
	const struct msg_status_query q = admit_request(MSG_ASYNC,
	    QUERY("<messageId>254750124</messageId>" DATE("requestDate") SENDER
		"<properties><key>k</key><value>v</value></properties>"),
	    0)
					      .query;
	struct msg_selection s = admit_request(MSG_ASYNC, SELECTION(SERVICE), 0).selection;

	(void)state;
	assert_string_equal(q.message_id, "254750124");
	assert_string_equal(q.sender.password, "secret");
	assert_int_equal(q.property_count, 1);
	assert_string_equal(s.service_id, "HQ_SUBMIT");
	assert_string_equal(s.sender.sender_id, "");
	assert_false(s.has_request_date);
	assert_int_equal(s.amount, 0);
	s = admit_request(MSG_ASYNC, SELECTION(IDS SERVICE "<amount> 7\n</amount>"), 0).selection;
	assert_string_equal(s.message_id, "254750124");
	assert_string_equal(s.correlation_id, "3387918");
	assert_int_equal(s.amount, 7);
	assert_int_equal(
	    admit_request(MSG_ASYNC, SELECTION(SERVICE "<amount>0</amount>"), 0).selection.amount,
	    0);
	refuse_request(
	    MSG_ASYNC, QUERY(DATE("requestDate") SENDER), "/request/messageId: is missing");
	refuse_request(MSG_ASYNC, QUERY("<messageId>1</messageId>" DATE("requestDate")),
	    "/request/sender: is missing");
	refuse_request(MSG_ASYNC, SELECTION(""), "/request/serviceId: is missing");
	refuse_request(MSG_ASYNC, SELECTION(SERVICE "<sender/>"), "/sender/senderId: is missing");
}

static void
refuses_amounts_that_are_none(void **state)
{
	static const char *const bad[] = {
	    "", "-1", "ten", "1 0", "2147483648", "99999999999999999999", "1.0", "0x1"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse_request(MSG_ASYNC,
		    arena_printf(arena, SELECTION(SERVICE "<amount>%s</amount>"), bad[i]),
		    "/request/amount: is no number from 0 on");
}

static void
refuses_octets_that_do_not_say_what_the_tree_says(void **state)
{
	static const struct {
		enum msg_channel channel;
		const char *seen, *octets;
	} rows[] = {
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)), SEND(MESSAGE(REST))},
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)),
		SEND(MESSAGE(
		    IDS SERVICE "<messageType>UPDATE</messageType>" DATE("messageDate") SENDER))},
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)),
		SEND(MESSAGE(IDS REST "<sessionId>" GUID "</sessionId>"))},
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)),
		SEND(MESSAGE(IDS REST "<properties><key>k</key><value>v</value></properties>"))},
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)), SEND("")},
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)), BODY(ASYNC("sendMessage", ""))},
	    {MSG_ASYNC_CLIENT, SEND(MESSAGE(IDS REST)),
		CHANGE("<notification>" CHANGE_INFO "</notification>" DATE("requestDate"))},
	    {MSG_ASYNC, SELECTION(SERVICE "<amount>1</amount>"),
		SELECTION(SERVICE "<amount>2</amount>")},
	    {MSG_ASYNC, SELECTION(SERVICE "<amount>1</amount>"), SELECTION(SERVICE)},
	    {MSG_ASYNC, SELECTION(SERVICE), SELECTION(SERVICE SENDER)},
	    {MSG_ASYNC, SELECTION(SERVICE), BODY(ASYNC("getMessages", ""))},
	    {MSG_ASYNC, QUERY("<messageId>1</messageId>" DATE("requestDate") SENDER),
		QUERY("<messageId>2</messageId>" DATE("requestDate") SENDER)},
	    {MSG_ASYNC, QUERY("<messageId>1</messageId>" DATE("requestDate") SENDER),
		BODY(ASYNC("getMessageStatus", ""))},
	    {MSG_ASYNC,
		DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS(
		    "MESSAGE_ACCEPTED", "RESEND", "")) "</notification>" DATE("requestDate")),
		DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS(
		    "MESSAGE_NOT_ACCTEPTED", "RESEND", "")) "</notification>" DATE("requestDate"))},
	    {MSG_ASYNC,
		DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS(
		    "MESSAGE_ACCEPTED", "RESEND", "")) "</notification>" DATE("requestDate")),
		DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS("MESSAGE_ACCEPTED",
		    "RESEND", ERROR("error", ""))) "</notification>" DATE("requestDate"))},
	    {MSG_ASYNC,
		DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS(
		    "MESSAGE_ACCEPTED", "RESEND", "")) "</notification>" DATE("requestDate")),
		DELIVERY("")},
	    {MSG_ASYNC_CLIENT,
		CHANGE("<notification>" CHANGE_INFO "</notification>" DATE("requestDate")),
		CHANGE("<notification>" CHANGE_INFO ERROR("error", "") "</notification>" DATE(
		    "requestDate"))},
	    {MSG_ASYNC_CLIENT,
		CHANGE("<notification>" CHANGE_INFO ERROR(
		    "error", ERROR("subError", "")) "</notification>" DATE("requestDate")),
		CHANGE("<notification>" CHANGE_INFO ERROR("error", "") "</notification>" DATE(
		    "requestDate"))},
	    {MSG_ASYNC_CLIENT,
		CHANGE("<notification>" CHANGE_INFO "</notification>" DATE("requestDate")),
		CHANGE("")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request r = read_request_as(rows[i].channel, rows[i].seen, rows[i].octets);

		if (r.rc != -1 || r.e.code != ERR_MSG_FORMAT)
			fail_msg("row %zu: rc %d %s", i, r.rc, r.e.detail);
		assert_string_equal(r.e.public_, "");
		assert_int_equal(read_request_as(rows[i].channel, rows[i].seen, NULL).rc, 0);
	}
}

static void
a_password_does_not_stay_in_the_context(void **state)
{
	static const char needle[] = "n33dle-in-a-haystack";
	static const char *const bodies[] = {SEND(MESSAGE(SERVICE TYPE DATE("messageDate") "%s")),
	    QUERY("<messageId>1</messageId>" DATE("requestDate") "%s"), SELECTION(SERVICE "%s"),
	    DELIVERY("<notification>" DELIVERY_INFO(DELIVERY_STATUS(
		"MESSAGE_ACCEPTED", "RESEND", "")) "</notification>" DATE("requestDate") "%s")};
	const char *sender = arena_printf(
	    arena, "<sender><senderId>pep</senderId><password>%s</password></sender>", needle);

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		const char *body = arena_printf(arena, bodies[i], sender);
#pragma GCC diagnostic pop

		admit_request(MSG_ASYNC, body, 0);
		assert_null(memmem(codec->reader, sizeof(*codec->reader), needle, strlen(needle)));
		if (codec->reader->labbuf != NULL)
			assert_null(memmem(
			    codec->reader->labbuf, codec->reader->lablen, needle, strlen(needle)));
	}
}

static void
finds_the_data_of_a_message(void **state)
{
	struct dom *doc = parse_async(SEND(MESSAGE(REST)));
	struct dom_node *data = codec_find_data(dom_root(doc));

	(void)state;
	assert_non_null(data);
	assert_string_equal(dom_name(dom_parent(data)), "messageData");
	dom_free(doc);
	doc = parse_async(BODY(CLIENT("sendMessage", REQUEST(MESSAGE(REST)))));
	assert_null(codec_find_data(dom_root(doc)));
	dom_free(doc);
	doc = parse_async(SEND("<messageInfo/>"));
	assert_null(codec_find_data(dom_root(doc)));
	dom_free(doc);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_published_message),
	    cmocka_unit_test(reads_the_published_change_of_state),
	    cmocka_unit_test(reads_the_published_selection),
	    cmocka_unit_test(reads_the_published_delivery_notification),
	    cmocka_unit_test(reads_every_type_of_message),
	    cmocka_unit_test(reads_all_that_a_message_holds),
	    cmocka_unit_test(repairs_and_names_each_known_deviation),
	    cmocka_unit_test(ids_are_where_the_contract_has_them),
	    cmocka_unit_test(each_channel_has_its_own_operations),
	    cmocka_unit_test(an_operation_is_known_by_its_element_and_channel),
	    cmocka_unit_test(refuses_a_message_that_lacks_a_mandatory_element),
	    cmocka_unit_test(refuses_elements_twice_or_unknown_or_in_a_namespace),
	    cmocka_unit_test(refuses_nil_comments_and_elements_inside_values),
	    cmocka_unit_test(refuses_values_that_the_contract_does_not_know),
	    cmocka_unit_test(reads_every_change_of_state),
	    cmocka_unit_test(reads_an_error_inside_an_error),
	    cmocka_unit_test(refuses_errors_and_notifications_that_are_none),
	    cmocka_unit_test(reads_a_refusal_of_delivery),
	    cmocka_unit_test(reads_a_query_and_selections),
	    cmocka_unit_test(refuses_amounts_that_are_none),
	    cmocka_unit_test(refuses_octets_that_do_not_say_what_the_tree_says),
	    cmocka_unit_test(a_password_does_not_stay_in_the_context),
	    cmocka_unit_test(finds_the_data_of_a_message),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_codec, close_codec);
}
