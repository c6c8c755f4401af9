/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SendMessage: answered by a played register, or relayed to the participant that provides the
 * service under a signature of the gateway, and its answer likewise.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "run/run.h"
#include "sim/sim.h"

#define RELAY_SECONDS 90
#define ANSWER_MOST ((size_t)64 * 1024 * 1024)

int
sim_admit(const struct sim_call *c, const struct msg_sender *s, struct err *e)
{
	const struct sim_participant *p;
	size_t n;

	if (sim_registry_is_open(c->sim->registry))
		return 0;
	if ((p = sim_registry_find(c->sim->registry, s->sender_id)) == NULL)
		return err_tell(e, ERR_ROUTE_ACCESS, "no such participant");
	if (p->secret == NULL)
		return 0;
	n = strlen(p->secret);
	if (strlen(s->password) != n || CRYPTO_memcmp(s->password, p->secret, n) != 0)
		return err_tell(e, ERR_ROUTE_ACCESS, "the participant's password is another one");
	return 0;
}

static int
write_response(const struct sim_call *c, const struct msg_response *given, struct octets *operation,
    struct err *e)
{
	struct msg_response r = *given;

	r.message_id = sim_uuid(c->arena);
	r.correlation_id = c->async.message.message_id;
	r.session_id = sim_guid(c->arena);
	r.response_date = c->now;
	if (r.message_id == NULL || r.session_id == NULL)
		return err_set(e, ERR_NOMEM, "answer");
	return codec_write_sync_response(c->codec, &r, c->arena, operation, e);
}

/* data as it stands in a Body, or nothing. */
static int
take_data(const struct dom_node *body, struct arena *a, struct msg_content *out, struct err *e)
{
	const struct dom_node *data = codec_find_data(body);
	struct octets element;

	*out = (struct msg_content){.attributes = NULL};
	if (data == NULL)
		return 0;
	if (dom_write(data, a, &element, e) != 0)
		return -1;
	return sim_split_element(element, a, out, e);
}

static int
read_relayed(
    const struct sim_call *c, struct octets answer, struct octets *operation, struct err *e)
{
	struct sim_call back = {.sim = c->sim, .arena = c->arena, .body = answer, .now = c->now};
	struct msg_response response;
	struct msg_fault fault;
	struct msg_content data;
	bool is_fault = false;
	int rc = -1;

	if (sim_open(&back, e) == 0 &&
	    codec_read_sync_response(
		c->codec, back.digested, c->arena, &response, &fault, &is_fault, e) == 0 &&
	    take_data(back.env.body, c->arena, &data, e) == 0) {
		response.data = data.octets;
		response.data_attributes = data.attributes;
		if (is_fault)
			rc = err_tell(e, ERR_INTERNAL, "the provider's fault: %s %s", fault.code,
			    fault.message);
		else
			rc = write_response(c, &response, operation, e);
	}
	sim_close(&back);
	return rc;
}

static int
relay(const struct sim_call *c, const struct sim_participant *to, struct octets *operation,
    struct err *e)
{
	static const struct sim_deed none = {.what = 0};
	struct msg_request r = c->async.message;
	struct door_call call = {
	    .url = to->sync, .seconds = RELAY_SECONDS, .answer_limit = ANSWER_MOST};
	struct msg_content data;
	struct octets asked, answer;
	int status;

	r.sender.password = to->password;
	r.session_id = sim_guid(c->arena);
	if (take_data(c->env.body, c->arena, &data, e) != 0 ||
	    codec_write_sync_request(
		c->codec, &r, data.octets, data.attributes, c->arena, &asked, e) != 0 ||
	    sim_seal(c->sim, asked, &none, c->arena, &call.body, e) != 0 ||
	    door_post(&call, c->arena, &status, &answer, e) != 0)
		return -1;
	return read_relayed(c, answer, operation, e);
}

int
sim_sync(struct sim_call *c, struct octets *operation, struct err *e)
{
	const struct msg_request *m = &c->async.message;
	const struct sim_participant *provider =
	    sim_registry_provider(c->sim->registry, m->service_id);
	struct msg_response r = {
	    .status_code = "SCSS001", .status_message = "Message has been processed successfully"};
	struct msg_content data;

	if (sim_admit(c, &m->sender, e) != 0)
		return -1;
	sim_spool_event(c->sim->spool, "accepted",
	    sim_record(c->arena, "operation", "SendMessage", "sender", m->sender.sender_id,
		"service", m->service_id, "id", m->message_id, NULL));
	if (provider != NULL && provider->sync != NULL)
		return relay(c, provider, operation, e);
	if (!sim_register_plays(m->service_id))
		return err_tell(e, ERR_ROUTE_SERVICE, "no such service: %s", m->service_id);
	if (sim_register_answer(c, codec_find_data(c->env.body), &data, e) != 0)
		return -1;
	r.data = data.octets;
	r.data_attributes = data.attributes;
	return write_response(c, &r, operation, e);
}
