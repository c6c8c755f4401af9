/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The form of the contract's messages (shep.md 1.2), checked on the verified tree.
 *
 * Promise: after form_check() every element of the message stands where the contract has it, as
 * often as it may, in no namespace, with one text; its values are in struct form_values. What gSOAP
 * would take silently (a second element of a name, one of another namespace, markup inside a text)
 * is refused here.
 */
#ifndef CODEC_FORM_H
#define CODEC_FORM_H

#include "codec/codec.h"

enum form_slot {
	/* these have an instant, too */
	FORM_DATE, /* the message's own: messageDate, requestDate, responseDate, errorDate */
	FORM_NOTIFICATION_DATE,
	FORM_STATUS_DATE,
	FORM_DATES,
	FORM_MESSAGE_ID = FORM_DATES,
	FORM_CORRELATION_ID,
	FORM_SERVICE_ID,
	FORM_NOTIFICATION_ID,
	FORM_ROUTE_ID,
	FORM_SENDER_ID,
	FORM_PASSWORD,
	FORM_SESSION_ID,
	FORM_SESSION_TEXT, /* a sessionId that need not be a guid */
	FORM_STATUS_CODE,
	FORM_STATUS_MESSAGE,
	FORM_TYPE,
	FORM_STATE,
	FORM_RECEIVE_STATUS,
	FORM_RESEND,
	FORM_AMOUNT,
	FORM_ERROR_CODE,
	FORM_ERROR_MESSAGE,
	FORM_ERROR_DATA,
	FORM_SLOTS
};

/* What was read at one level: the operation's own, an error's, one message's of several. */
struct form_values {
	enum msg_operation operation;
	struct octets value[FORM_SLOTS]; /* NUL-terminated in the arena; data NULL = not there */
	struct instant date[FORM_DATES];
	struct msg_property properties[CODEC_PROPERTIES_MOST]; /* the empty ones left out */
	size_t property_count;
	const struct dom_node *info;	/* messageInfo, or NULL */
	const struct dom_node *session; /* sessionId, or NULL */
	const struct dom_node *data;	/* or NULL */
	bool to_gateway;		/* a message that the gateway is to number */
	bool is_empty;			/* an answer without anything */
	unsigned deviations;
	struct form_values *error;		/* error or subError; or NULL */
	struct form_values *messages, **append; /* of an answer: the first; where the next goes */
	struct form_values *next;		/* of such a message */
	size_t message_count;
};

/* What a Body must be. */
struct form_wanted {
	enum msg_channel channel;
	enum msg_operation operation; /* none = any of the channel */
	bool answer;
};

/* The one operation element in the Body. ERR_MSG_FORMAT, ERR_NOMEM. */
int form_check(const struct form_wanted *, const struct dom_node *body, struct arena *,
    struct form_values *out, struct err *) MUSTCHECK;

/* The value of a slot; "" when it is not there. */
const char *form_text(const struct form_values *, enum form_slot);

/* The names of an enumeration's values from 1 on, NULL at the end. */
extern const char *const form_types[], *const form_states[], *const form_receive_statuses[],
								 *const form_resends[];

/* The place of a name in such a list, from 1 on; 0 = it is not in it. */
int form_choice(const char *const *names, const char *text);

/* "{8-4-4-4-12}" of the contract's guid, or the same without braces. */
bool form_is_guid(const char *text, bool braces);

/* Characters of UTF-8 text. */
size_t form_characters(struct octets text);

/* An xs:int from 0 on, white space around it let go. */
bool form_number(const char *text, int *out);

/* deviation.c: what of the table is seen in one level's values; a sessionId that is neither a
 * guid nor in the table, an id that must be there and is not, are ERR_MSG_FORMAT. */
int form_find_deviations(struct form_values *, struct arena *, struct err *) MUSTCHECK;

#endif
