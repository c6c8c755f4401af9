/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See outgoing.h. A report in a row's error is "ACCEPTED", or "RESEND CODE TEXT", "NOT_RESEND CODE
 * TEXT".
 */
#include "config.h"

#include <string.h>

#include "run/call.h"
#include "run/outgoing.h"

#define DEADLINE 259200 /* seconds, where no profile says another (three days) */

static const struct route_receiver *
receiver_for(const struct run_desk *desk, const struct db_inbox_row *about)
{
	const struct route_profile *p =
	    route_profile_find(&desk->house->routes, about->service_id, about->sender_id, ROUTE_IN);

	return p == NULL ? NULL : p->receiver;
}

static struct instant
deadline(const struct run_desk *desk, const struct route_receiver *to,
    const struct db_inbox_row *about, struct instant now)
{
	const struct route_profile *p =
	    route_profile_find(&desk->house->routes, about->service_id, to->sender_id, ROUTE_OUT);

	now.seconds += p == NULL ? DEADLINE : p->deadline_seconds;
	return now;
}

/* What the two have in common. */
static int
put(struct run_desk *desk, const struct db_inbox_row *about, const struct route_receiver *to,
    struct db_outbox_row *row, struct err *e)
{
	struct instant now = desk->now();

	row->created_at = row->next_at = now;
	row->receiver = to->name;
	row->service_id = about->service_id;
	row->route_id = about->route_id;
	row->correlation_id = about->correlation_id;
	row->session_id = "";
	row->inbox_id = about->id;
	row->deadline_at = deadline(desk, to, about, now);
	return db_outbox_add(desk->db, row, e);
}

static int
own_id(struct arena *a, const char **out, struct err *e)
{
	char uuid[37];

	if (run_uuid(uuid, e) != 0)
		return -1;
	return (*out = arena_strdup(a, uuid)) != NULL ? 0 : err_set(e, ERR_NOMEM, "messageId");
}

int
run_outgoing_answer(struct run_desk *desk, const struct db_inbox_row *about, struct octets payload,
    struct arena *a, struct err *e)
{
	const struct route_receiver *to = receiver_for(desk, about);
	struct db_outbox_row row = {
	    .operation = codec_operation_name(MSG_SEND),
	    .message_type = codec_type_name(MSG_RESPONSE),
	    .data = payload,
	    .about = "",
	    .error = "",
	};

	if (to == NULL)
		return err_set(
		    e, ERR_CONFIG, "no receiver for the answers of %s", about->service_id);
	if (own_id(a, &row.message_id, e) != 0)
		return -1;
	return put(desk, about, to, &row, e);
}

int
run_outgoing_report(struct run_desk *desk, const struct db_inbox_row *about, const struct err *why,
    struct arena *a, struct err *e)
{
	const struct route_receiver *to = receiver_for(desk, about);
	struct db_outbox_row row = {
	    .operation = codec_operation_name(MSG_DELIVERY),
	    .message_type = "",
	    .about = about->message_id,
	    .error = "ACCEPTED",
	};

	if (to == NULL)
		return 0;
	if (why != NULL)
		row.error = arena_printf(a, "%s %s %s",
		    err_row(why->code)->class == ERR_CLASS_BACKEND ? "RESEND" : "NOT_RESEND",
		    err_wire(why), err_row(why->code)->text[ERR_RU]);
	if (row.error == NULL)
		return err_set(e, ERR_NOMEM, "a report");
	if (own_id(a, &row.message_id, e) != 0)
		return -1;
	return put(desk, about, to, &row, e);
}

int
run_outgoing_read(const char *error, struct arena *a, struct run_report *out, struct err *e)
{
	char *copy = arena_strdup(a, error), *code, *text;

	*out = (struct run_report){
	    .accepted = strcmp(error, "ACCEPTED") == 0, .code = "", .message = ""};
	if (copy == NULL)
		return err_set(e, ERR_NOMEM, "a report");
	if (out->accepted)
		return 0;
	if ((code = strchr(copy, ' ')) == NULL || (text = strchr(code + 1, ' ')) == NULL)
		return err_set(e, ERR_INTERNAL, "\"%s\" is no report", error);
	*code = *text = '\0';
	out->resend = strcmp(copy, "RESEND") == 0;
	out->code = code + 1;
	out->message = text + 1;
	return 0;
}
