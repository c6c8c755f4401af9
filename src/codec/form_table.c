/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The contract v10 (shep.md 1.2) as tables; the names are the published ones, misspelt or not.
 */
#include "config.h"

#include "codec/form_table.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define INSIDE(children) .inside = (children), .count = LENGTH(children)
#define ONE .least = 1, .most = 1
#define GROUP(n, children)                                                                         \
	{                                                                                          \
		.name = (n), ONE, .kind = FORM_GROUP, INSIDE(children)                             \
	}
#define MAYBE_GROUP(n, children)                                                                   \
	{                                                                                          \
		.name = (n), .most = 1, .kind = FORM_GROUP, INSIDE(children)                       \
	}
#define KEY(n, s)                                                                                  \
	{                                                                                          \
		.name = (n), ONE, .kind = FORM_TEXT, .slot = (s), .characters = CODEC_ID_MOST,     \
		.filled = true                                                                     \
	}
#define TEXT(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), ONE, .kind = FORM_TEXT, .slot = (s)                                   \
	}
#define ID(n, s)                                                                                   \
	{                                                                                          \
		.name = (n), ONE, .kind = FORM_TEXT, .slot = (s), .characters = CODEC_ID_MOST      \
	}
#define OPTIONAL(n, s)                                                                             \
	{                                                                                          \
		.name = (n), .most = 1, .slot = (s), .characters = CODEC_ID_MOST                   \
	}
#define DATE(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), ONE, .kind = FORM_INSTANT, .slot = (s), .characters = CODEC_ID_MOST,  \
		.filled = true                                                                     \
	}
#define CHOICE(n, s, list)                                                                         \
	{                                                                                          \
		.name = (n), ONE, .kind = FORM_CHOICE, .slot = (s), .choices = (list)              \
	}
#define PROPERTIES                                                                                 \
	{                                                                                          \
		.name = "properties", .most = CODEC_PROPERTIES_MOST, .kind = FORM_PROPERTY         \
	}
#define ERROR(n)                                                                                   \
	{                                                                                          \
		.name = (n), .most = 1, .kind = FORM_ERROR, INSIDE(error)                          \
	}

const char *const form_types[] = {"REQUEST", "UPDATE", "NOTIFICATION", "RESPONSE", NULL};
const char *const form_states[] = {
    "ON_DELIVERY", "DELIVERED", "NOT_DELIVERED", "DELIVERY_STOPPED", NULL};
const char *const form_receive_statuses[] = {"MESSAGE_ACCEPTED", "MESSAGE_NOT_ACCTEPTED", NULL};
const char *const form_resends[] = {"RESEND", "NOT_RESEND", NULL};

/* --- shared --- */

static const struct form sender[] = {
    KEY("senderId", FORM_SENDER_ID),
    OPTIONAL("password", FORM_PASSWORD),
};

static const struct form message_status[] = {
    TEXT("statusCode", FORM_STATUS_CODE),
    TEXT("statusMessage", FORM_STATUS_MESSAGE),
    DATE("statusDate", FORM_STATUS_DATE),
};

/* recursive; the document's depth ends it. An error is told whatever its date. */
static const struct form error[6] = {
    TEXT("errorCode", FORM_ERROR_CODE),
    TEXT("errorMessage", FORM_ERROR_MESSAGE),
    {.name = "errorData", .most = 1, .kind = FORM_TEXT, .slot = FORM_ERROR_DATA},
    TEXT("errorDate", FORM_DATE),
    ERROR("subError"),
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

/* --- the sync channel --- */

static const struct form sync_data[] = {
    {.name = "data", .most = 1, .kind = FORM_DATA, .any_namespace = true},
};

static const struct form sync_info[] = {
    KEY("messageId", FORM_MESSAGE_ID),
    OPTIONAL("correlationId", FORM_CORRELATION_ID),
    KEY("serviceId", FORM_SERVICE_ID),
    DATE("messageDate", FORM_DATE),
    OPTIONAL("routeId", FORM_ROUTE_ID),
    GROUP("sender", sender),
    PROPERTIES,
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form sync_request[] = {
    GROUP("requestInfo", sync_info),
    GROUP("requestData", sync_data),
};

static const struct form sync_status[] = {
    KEY("code", FORM_STATUS_CODE),
    TEXT("message", FORM_STATUS_MESSAGE),
};

static const struct form sync_response_info[] = {
    KEY("messageId", FORM_MESSAGE_ID),
    OPTIONAL("correlationId", FORM_CORRELATION_ID),
    DATE("responseDate", FORM_DATE),
    GROUP("status", sync_status),
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form sync_response[] = {
    GROUP("responseInfo", sync_response_info),
    GROUP("responseData", sync_data),
};

/* --- the async channel: messages --- */

static const struct form message_data[] = {
    {.name = "data", ONE, .kind = FORM_DATA, .any_namespace = true},
};

static const struct form message_info[] = {
    OPTIONAL("messageId", FORM_MESSAGE_ID),
    OPTIONAL("correlationId", FORM_CORRELATION_ID),
    KEY("serviceId", FORM_SERVICE_ID),
    CHOICE("messageType", FORM_TYPE, form_types),
    OPTIONAL("routeId", FORM_ROUTE_ID),
    DATE("messageDate", FORM_DATE),
    GROUP("sender", sender),
    PROPERTIES,
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form message[] = {
    {.name = "messageInfo", ONE, .kind = FORM_INFO, INSIDE(message_info)},
    GROUP("messageData", message_data),
};

static const struct form message_answer[] = {
    ID("messageId", FORM_MESSAGE_ID),
    ID("correlationId", FORM_CORRELATION_ID),
    DATE("responseDate", FORM_DATE),
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form selection[] = {
    OPTIONAL("messageId", FORM_MESSAGE_ID),
    OPTIONAL("correlationId", FORM_CORRELATION_ID),
    {.name = "requestDate", .most = 1, .kind = FORM_INSTANT, .slot = FORM_DATE, .filled = true},
    KEY("serviceId", FORM_SERVICE_ID),
    MAYBE_GROUP("sender", sender),
    {.name = "amount", .most = 1, .kind = FORM_COUNT, .slot = FORM_AMOUNT},
    PROPERTIES,
};

static const struct form selection_answer[] = {
    DATE("responseDate", FORM_DATE),
    ID("sessionId", FORM_SESSION_ID),
    {.name = "messages", .most = CODEC_MESSAGES_MOST, .kind = FORM_MESSAGE, INSIDE(message)},
};

/* --- the async channel: what became of a message --- */

static const struct form delivery_status[] = {
    CHOICE("receiveStatus", FORM_RECEIVE_STATUS, form_receive_statuses),
    DATE("statusDate", FORM_STATUS_DATE),
    CHOICE("resendMessage", FORM_RESEND, form_resends),
    ERROR("error"),
};

static const struct form delivery_notification[] = {
    KEY("messageId", FORM_MESSAGE_ID),
    KEY("serviceId", FORM_SERVICE_ID),
    DATE("notificationDate", FORM_NOTIFICATION_DATE),
    GROUP("deliveryStatus", delivery_status),
};

static const struct form delivery[] = {
    GROUP("notification", delivery_notification),
    DATE("requestDate", FORM_DATE),
    MAYBE_GROUP("sender", sender),
};

static const struct form delivery_answer[] = {
    ID("notificationId", FORM_NOTIFICATION_ID),
    DATE("responseDate", FORM_DATE),
    ID("sessionId", FORM_SESSION_ID),
};

static const struct form query[] = {
    KEY("messageId", FORM_MESSAGE_ID),
    DATE("requestDate", FORM_DATE),
    GROUP("sender", sender),
    PROPERTIES,
};

static const struct form query_answer[] = {
    CHOICE("messageState", FORM_STATE, form_states),
    GROUP("status", message_status),
    DATE("responseDate", FORM_DATE),
    OPTIONAL("sessionId", FORM_SESSION_TEXT),
};

static const struct form change_notification[] = {
    KEY("notificationId", FORM_NOTIFICATION_ID),
    KEY("messageId", FORM_MESSAGE_ID),
    DATE("notificationDate", FORM_NOTIFICATION_DATE),
    CHOICE("messageState", FORM_STATE, form_states),
    GROUP("status", message_status),
    ERROR("error"),
};

static const struct form change[] = {
    GROUP("notification", change_notification),
    DATE("requestDate", FORM_DATE),
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form change_answer[] = {
    DATE("responseDate", FORM_DATE),
    ID("sessionId", FORM_SESSION_ID),
};

/* --- the operations --- */

#define SHAPES(request_name, answer_name, request_form, answer_form)                               \
	.request = {(request_name), GROUP("request", request_form)},                               \
	.answer = {(answer_name), GROUP("response", answer_form)}
#define SYNC (1u << MSG_SYNC)
#define GATEWAY (1u << MSG_ASYNC)
#define CLIENT (1u << MSG_ASYNC_CLIENT)

const struct form_operation form_operations[] = {
    {MSG_SYNC_SEND, CODEC_SYNC_TYPES, SYNC,
	SHAPES("SendMessage", "SendMessageResponse", sync_request, sync_response)},
    {MSG_SEND, CODEC_ASYNC_TYPES, GATEWAY | CLIENT,
	SHAPES("sendMessage", "sendMessageResponse", message, message_answer),
	.may_be_empty = true},
    {MSG_DELIVERY, CODEC_ASYNC_TYPES, GATEWAY,
	SHAPES("sendDeliveryNotification", "sendDeliveryNotificationResponse", delivery,
	    delivery_answer)},
    {MSG_QUERY, CODEC_ASYNC_TYPES, GATEWAY,
	SHAPES("getMessageStatus", "getMessageStatusResponse", query, query_answer)},
    {MSG_SELECT, CODEC_ASYNC_TYPES, GATEWAY,
	SHAPES("getMessages", "getMessagesResponse", selection, selection_answer)},
    {MSG_CHANGE_STATE, CODEC_CLIENT_TYPES, CLIENT,
	SHAPES("changeMassageStatusNotification", "changeMassageStatusNotificationResponse", change,
	    change_answer)},
};
const size_t form_operation_count = LENGTH(form_operations);
