/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names of the contract that others need: of operations, types and states; where data stand.
 */
#include "config.h"

#include <string.h>

#include "codec/form_table.h"

const char *
codec_operation_name(enum msg_operation operation)
{
	for (size_t i = 0; i < form_operation_count; i++)
		if (form_operations[i].operation == operation)
			return form_operations[i].request.name;
	return "";
}

const char *
codec_type_name(enum msg_type type)
{
	return type == MSG_NO_TYPE ? "" : form_types[type - MSG_REQUEST];
}

const char *
codec_state_name(enum msg_state state)
{
	return state == MSG_NO_STATE ? "" : form_states[state - MSG_ON_DELIVERY];
}

enum msg_type
codec_type(const char *name)
{
	return (enum msg_type)form_choice(form_types, name);
}

enum msg_state
codec_state(const char *name)
{
	return (enum msg_state)form_choice(form_states, name);
}

static struct dom_node *
data_in(const struct dom_node *parent)
{
	struct dom_node *n = parent == NULL ? NULL : dom_first(parent);

	while (n != NULL && strcmp(dom_name(n), "data") != 0)
		n = dom_next(n);
	return n;
}

struct dom_node *
codec_find_data(const struct dom_node *body)
{
	static const struct {
		const char *ns, *path[3];
	} places[] = {
	    {CODEC_SYNC_TYPES, {"SendMessage", "request", "requestData"}},
	    {CODEC_SYNC_TYPES, {"SendMessageResponse", "response", "responseData"}},
	    {CODEC_ASYNC_TYPES, {"sendMessage", "request", "messageData"}},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct dom_node *n = dom_child(body, places[i].ns, places[i].path[0]);

		n = n == NULL ? NULL : dom_child(n, "", places[i].path[1]);
		n = n == NULL ? NULL : dom_child(n, "", places[i].path[2]);
		if ((n = data_in(n)) != NULL)
			return n;
	}
	return NULL;
}

struct dom_node *
codec_find_message_data(const struct dom_node *body, size_t index)
{
	struct dom_node *n = dom_child(body, CODEC_ASYNC_TYPES, "getMessagesResponse");

	n = n == NULL ? NULL : dom_child(n, "", "response");
	for (n = n == NULL ? NULL : dom_first(n); n != NULL; n = dom_next(n))
		if (dom_is(n, "", "messages") && index-- == 0)
			return data_in(dom_child(n, "", "messageData"));
	return NULL;
}
