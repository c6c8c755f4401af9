/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plain structs of the trade: request, response, sender, signer, status, and all that the
 * asynchronous channel carries. No library is known here.
 *
 * All strings are UTF-8, NUL-terminated, in the request's arena, and "" where the message had none.
 * Names are the contract's (shep.md 1.2).
 */
#ifndef MSG_MSG_H
#define MSG_MSG_H

#include "base/clock.h"
#include "base/octets.h"

enum msg_channel {
	MSG_SYNC,
	MSG_ASYNC,
	MSG_ASYNC_CLIENT
};

/* What is asked for: one of the channels' operations, the answer to it, its fault. */
enum msg_operation {
	MSG_NO_OPERATION,
	MSG_SYNC_SEND,	 /* SendMessage of the sync channel */
	MSG_SEND,	 /* sendMessage, of both ends of the async channel */
	MSG_DELIVERY,	 /* sendDeliveryNotification */
	MSG_QUERY,	 /* getMessageStatus */
	MSG_SELECT,	 /* getMessages */
	MSG_CHANGE_STATE /* changeMassageStatusNotification, spelt so */
};

/* messageType; none on the sync channel. */
enum msg_type {
	MSG_NO_TYPE,
	MSG_REQUEST,
	MSG_UPDATE,
	MSG_NOTIFICATION,
	MSG_RESPONSE
};

/* MessageState: where the gateway has a message of ours. */
enum msg_state {
	MSG_NO_STATE,
	MSG_ON_DELIVERY,
	MSG_DELIVERED,
	MSG_NOT_DELIVERED,
	MSG_DELIVERY_STOPPED
};

struct msg_property {
	const char *key;
	const char *value;
};

struct msg_sender {
	const char *sender_id;
	const char *password; /* never logged, never stored */
};

/* SyncMessageInfo and AsyncMessageInfo. */
struct msg_request {
	enum msg_channel channel;
	const char *operation; /* "SendMessage", "sendMessage" */
	enum msg_type type;    /* of the async channel */
	const char *message_id;
	const char *correlation_id;
	const char *service_id;
	const char *route_id;
	const char *session_id;	       /* as received */
	const char *message_date_text; /* as received */
	struct instant message_date;
	struct msg_sender sender;
	const struct msg_property *properties;
	size_t property_count;
	bool has_data;
};

/* SyncMessageInfoResponse; data is serialised XML, declaring its own namespaces, or empty. */
struct msg_response {
	const char *message_id;
	const char *correlation_id;
	const char *session_id;
	struct instant response_date;
	const char *status_code;
	const char *status_message;
	struct octets data;
	const char *data_attributes; /* of the element, as written; NULL = none. Not read */
};

/* ErrorInfo, of a fault or inside a notification. */
struct msg_fault {
	enum msg_operation operation; /* whose fault element; none = the channel's main one */
	const char *code;
	const char *message;
	const char *data; /* "" = none */
	struct instant date;
	const char *session_id;
	const struct msg_fault *sub; /* subError, or NULL */
};

/* The element `data`, to be written: its content, serialised, and its attributes as written. */
struct msg_content {
	struct octets octets;
	const char *attributes; /* NULL = none */
};

/* One message of getMessagesResponse. Its data are not read here: codec_find_message_data(). */
struct msg_item {
	struct msg_request message;
	struct msg_content data; /* when written */
};

/* MessageStatusInfo. */
struct msg_status {
	const char *code;
	const char *message;
	struct instant date;
};

/* ChangeStatusNotification: the gateway has moved a message of ours. */
struct msg_change {
	const char *notification_id;
	const char *message_id;
	struct instant notification_date;
	enum msg_state state;
	struct msg_status status;
	const struct msg_fault *error; /* or NULL */
	struct instant request_date;
	const char *session_id;
};

/* DeliveryNotification: what became of a message with the receiver. */
struct msg_delivery {
	const char *message_id;
	const char *service_id;
	struct instant notification_date;
	bool accepted; /* MESSAGE_ACCEPTED, else MESSAGE_NOT_ACCTEPTED */
	bool resend;   /* RESEND, else NOT_RESEND */
	struct instant status_date;
	const struct msg_fault *error; /* or NULL */
	struct instant request_date;
	struct msg_sender sender; /* "" = not there */
};

/* getMessageStatus */
struct msg_status_query {
	const char *message_id;
	struct instant request_date;
	struct msg_sender sender;
	const struct msg_property *properties;
	size_t property_count;
};

/* getMessages: by messageId, or correlationId, or serviceId alone. */
struct msg_selection {
	const char *message_id;	    /* "" = any */
	const char *correlation_id; /* "" = any */
	const char *service_id;
	bool has_request_date;
	struct instant request_date;
	struct msg_sender sender; /* "" = not there */
	int amount;		  /* 0 = as many as the gateway gives */
	const struct msg_property *properties;
	size_t property_count;
};

/* A request of the async channel; of the structs the one of the operation is filled. */
struct msg_async {
	enum msg_operation operation;
	struct msg_request message;	/* MSG_SEND */
	struct msg_content data;	/* MSG_SEND, when written */
	struct msg_delivery delivery;	/* MSG_DELIVERY */
	struct msg_status_query query;	/* MSG_QUERY */
	struct msg_selection selection; /* MSG_SELECT */
	struct msg_change change;	/* MSG_CHANGE_STATE */
};

/* The answer to one; what the operation's answer has not is "", 0 or NULL. */
struct msg_async_answer {
	enum msg_operation operation; /* of the request */
	bool is_fault;
	struct msg_fault fault;	      /* nothing else is filled then */
	const char *message_id;	      /* MSG_SEND */
	const char *correlation_id;   /* MSG_SEND */
	const char *notification_id;  /* MSG_DELIVERY */
	struct instant response_date; /* 0 where an acknowledgement was empty */
	const char *session_id;
	enum msg_state state;		 /* MSG_QUERY */
	struct msg_status status;	 /* MSG_QUERY */
	const struct msg_item *messages; /* MSG_SELECT */
	size_t message_count;
};

/* Who signed the business data; copied from pki_signer so that services need not know pki/. */
struct msg_signer {
	const char *iin, *bin, *name, *serial;
	bool person; /* a natural person's certificate */
	bool legal, head, signright, employee, system;
	bool sign_capable; /* false: authentication only */
};

#endif
