/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The form of the contract's sync messages (shep.md 1.2), checked on the verified tree.
 *
 * Promise: after form_check_*() every element of the message stands where the contract has it, as
 * often as it may, in no namespace, with one text; its values are in struct form_values. What gSOAP
 * would take silently (a second element of a name, one of another namespace, markup inside a text)
 * is refused here.
 */
#ifndef CODEC_FORM_H
#define CODEC_FORM_H

#include "codec/codec.h"

enum form_slot {
	FORM_MESSAGE_ID,
	FORM_CORRELATION_ID,
	FORM_SERVICE_ID,
	FORM_DATE,
	FORM_ROUTE_ID,
	FORM_SENDER_ID,
	FORM_PASSWORD,
	FORM_SESSION_ID,
	FORM_STATUS_CODE,
	FORM_STATUS_MESSAGE,
	FORM_SLOTS
};

struct form_values {
	struct octets value[FORM_SLOTS]; /* NUL-terminated in the arena; data NULL = not there */
	struct msg_property properties[CODEC_PROPERTIES_MOST]; /* the empty ones left out */
	size_t property_count;
	const struct dom_node *data; /* or NULL */
	unsigned deviations;
};

/* The one operation element in the Body. ERR_MSG_FORMAT, ERR_NOMEM. */
int form_check_request(
    const struct dom_node *body, struct arena *, struct form_values *out, struct err *) MUSTCHECK;
int form_check_response(
    const struct dom_node *body, struct arena *, struct form_values *out, struct err *) MUSTCHECK;

/* The value of a slot; "" when it is not there. */
const char *form_text(const struct form_values *, enum form_slot);

/* "{8-4-4-4-12}" of the contract's guid, or the same without braces. */
bool form_is_guid(const char *text, bool braces);

/* Characters of UTF-8 text. */
size_t form_characters(struct octets text);

/* deviation.c: what of the table is seen in `data` and sessionId; a sessionId that is neither a
 * guid nor in the table is ERR_MSG_FORMAT. */
int form_find_deviations(struct form_values *, struct arena *, struct err *) MUSTCHECK;

#endif
