/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is put into queues, and the state of a message, which its sender is told of.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/run.h"
#include "sim/store.h"

int
sim_queue_put(struct sim *sim, const char *participant, const char *chain, const char *kind,
    const char *record, struct err *e)
{
	char name[320];

	if (record == NULL)
		return err_set(e, ERR_NOMEM, "queue");
	snprintf(name, sizeof(name), "queue/%s/%012llu.%llu.%s", participant,
	    (unsigned long long)sim_spool_next(sim->spool), strtoull(chain, NULL, 10), kind);
	return sim_spool_put(sim->spool, name, octets_of(record), e);
}

static int
tell_sender(
    struct sim *sim, const struct sim_change *c, const char *date, struct arena *a, struct err *e)
{
	const struct sim_participant *p;
	struct octets message;

	if (sim_store_get(sim, "messages", c->message, a, &message, e) != 0)
		return -1;
	p = sim_registry_find(sim->registry, sim_record_get(message, "sender", a));
	if (p == NULL || p->push == NULL)
		return 0;
	return sim_queue_put(sim, p->name, sim_record_get(message, "correlation", a), "status",
	    sim_record(a, "message", c->message, "notification", sim_store_number(sim, a), "state",
		codec_state_name(c->state), "code", c->code, "text", c->text, "date", date,
		"service", sim_record_get(message, "service", a), "session",
		sim_record_get(message, "session", a), NULL),
	    e);
}

int
sim_change_state(struct sim *sim, const struct sim_change *c, struct arena *a, struct err *e)
{
	char date[CLOCK_TEXT];

	clock_write(run_now(), date);
	if (sim_store_put(sim, "state", c->message,
		sim_record(a, "state", codec_state_name(c->state), "code", c->code, "text", c->text,
		    "date", date, NULL),
		a, e) != 0)
		return -1;
	return c->state == MSG_ON_DELIVERY ? 0 : tell_sender(sim, c, date, a, e);
}
