/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See store.h.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/lines.h"
#include "sim/store.h"

const char *
sim_store_number(struct sim *sim, struct arena *a)
{
	return arena_printf(a, "%llu", (unsigned long long)sim_spool_next(sim->spool));
}

const char *
sim_store_id(const char *name, struct arena *a)
{
	return arena_printf(a, "%llu", strtoull(name, NULL, 10));
}

/* "messages/000000000017"; NULL for what is no number. */
static const char *
name_of(const char *folder, const char *id, const char *end, struct arena *a)
{
	unsigned long number;

	if (folder == NULL || id == NULL || !sim_number(id, 1, 999999999999, &number))
		return NULL;
	return arena_printf(a, "%s/%012lu%s", folder, number, end);
}

int
sim_store_put(struct sim *sim, const char *folder, const char *id, const char *record,
    struct arena *a, struct err *e)
{
	const char *name = name_of(folder, id, "", a);

	if (name == NULL || record == NULL)
		return err_set(e, ERR_NOMEM, "%s", folder);
	return sim_spool_put(sim->spool, name, octets_of(record), e);
}

int
sim_store_get(struct sim *sim, const char *folder, const char *id, struct arena *a,
    struct octets *out, struct err *e)
{
	const char *name = name_of(folder, id, "", a);

	*out = (struct octets){NULL, 0};
	return name == NULL ? 0 : sim_spool_get(sim->spool, name, a, out, e);
}

void
sim_store_remove(struct sim *sim, const char *folder, const char *id, struct arena *a)
{
	const char *name = name_of(folder, id, "", a);

	if (name != NULL)
		sim_spool_remove(sim->spool, name);
}

int
sim_store_put_data(
    struct sim *sim, const char *id, struct octets element, struct arena *a, struct err *e)
{
	const char *name = name_of("messages", id, ".data", a);

	if (name == NULL)
		return err_set(e, ERR_NOMEM, "data");
	return sim_spool_put(sim->spool, name, element, e);
}

int
sim_store_message(
    struct sim *sim, const char *id, struct msg_item *out, struct arena *a, struct err *e)
{
	const char *name = name_of("messages", id, ".data", a);
	struct octets record, data;

	*out = (struct msg_item){.data = {.attributes = NULL}};
	if (name == NULL || sim_store_get(sim, "messages", id, a, &record, e) != 0 ||
	    sim_spool_get(sim->spool, name, a, &data, e) != 0)
		return -1;
	if (record.data == NULL || data.data == NULL)
		return err_set(e, ERR_INTERNAL, "message %s is not in the spool", id);
	struct msg_request *m = &out->message;
	*m = (struct msg_request){.channel = MSG_ASYNC_CLIENT,
	    .operation = "sendMessage",
	    .message_id = sim_record_get(record, "id", a),
	    .correlation_id = sim_record_get(record, "correlation", a),
	    .session_id = sim_record_get(record, "session", a),
	    .service_id = sim_record_get(record, "service", a),
	    .route_id = sim_record_get(record, "route", a),
	    .type = codec_type(sim_record_get(record, "type", a)),
	    .sender = {.sender_id = sim_record_get(record, "sender", a), .password = ""},
	    .has_data = true};
	if (!clock_read(sim_record_get(record, "date", a), &m->message_date))
		return err_set(e, ERR_INTERNAL, "message %s has no date", id);
	return sim_split_element(data, a, &out->data, e);
}
