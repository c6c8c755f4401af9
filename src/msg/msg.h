/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plain structs of the trade: request, response, sender, signer, status. No library is known here.
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

struct msg_property {
	const char *key;
	const char *value;
};

struct msg_sender {
	const char *sender_id;
	const char *password; /* never logged, never stored */
};

/* SyncMessageInfo. */
struct msg_request {
	enum msg_channel channel;
	const char *operation; /* "SendMessage" */
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
};

/* ErrorInfo of a fault. */
struct msg_fault {
	const char *code;
	const char *message;
	const char *data; /* "" = none */
	struct instant date;
	const char *session_id;
};

/* Who signed the business data; copied from pki_signer so that services need not know pki/. */
struct msg_signer {
	const char *iin, *bin, *name, *serial;
	bool person; /* a natural person's certificate */
	bool legal, head, signright, employee, system;
	bool sign_capable; /* false: authentication only */
};

#endif
