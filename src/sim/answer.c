/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One request: the contract's files for a GET; a message through reading, its operation and
 * sealing.
 *
 * Who repeats a messageId gets what he got before, octet for octet.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "run/call.h"
#include "run/run.h"
#include "sim/sim.h"

#define XML "text/xml; charset=utf-8"
#define NOT_TAKEN (SIM_HTTP | SIM_FAULT | SIM_DEAF)

static void
reply_plain(struct sim_reply *r, int status, const char *text)
{
	r->status = status;
	r->content_type = "text/plain; charset=utf-8";
	r->body = octets_of(text);
}

static int
read_operation(struct sim_call *c, struct err *e)
{
	const struct codec_body body = {.channel = c->channel,
	    .operation = MSG_NO_OPERATION,
	    .digested = c->digested,
	    .node = c->env.body};

	if (c->channel != MSG_SYNC)
		return codec_read_async_request(
		    c->codec, &body, c->arena, &c->async, &c->deviations, e);
	c->operation = MSG_SYNC_SEND;
	return codec_read_sync_request(
	    c->codec, c->digested, c->env.body, c->arena, &c->async.message, &c->deviations, e);
}

/* What answers of this message are kept under; NULL = it has no messageId, so it is never the same
 * as another. */
static const char *
key_of(const struct sim_call *c)
{
	const struct msg_request *m = &c->async.message;
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[32];
	char *key = arena_alloc(c->arena, 8 + 64 + 1);
	const char *text;

	if ((c->operation != MSG_SYNC_SEND && c->operation != MSG_SEND) || *m->message_id == '\0')
		return NULL;
	text = arena_printf(c->arena, "%d %s %s", c->operation, m->sender.sender_id, m->message_id);
	if (key == NULL || text == NULL)
		return NULL;
	run_sha256(octets_of(text), digest);
	char *to = stpcpy(key, "answers/");
	for (size_t i = 0; i < sizeof(digest); i++) {
		*to++ = digits[digest[i] >> 4];
		*to++ = digits[digest[i] & 15];
	}
	return key;
}

static void
tell(const struct sim_call *c, const char *kind, const char *what)
{
	const struct msg_request *m = &c->async.message;

	sim_spool_event(c->sim->spool, kind,
	    sim_record(c->arena, "operation", codec_operation_name(c->operation), "sender",
		m->sender.sender_id, "service", m->service_id, "id", m->message_id, "what", what,
		NULL));
}

/* A stored answer made anew where the deed wants another signature. */
static int
spoil(const struct sim_call *c, struct octets *answer, struct err *e)
{
	struct dom *doc = NULL;
	struct env env;
	struct octets operation;
	int rc = -1;

	if ((c->deed.what & (SIM_ALTER | SIM_FOREIGN | SIM_UNSIGNED)) == 0)
		return 0;
	if (dom_parse(*answer, &dom_default_limits, &doc, e) == 0 &&
	    env_check(doc, c->arena, &env, e) == 0 &&
	    dom_write(env.operation, c->arena, &operation, e) == 0)
		rc = sim_seal(c->sim, operation, &c->deed, c->arena, answer, e);
	dom_free(doc);
	return rc;
}

static int
answer_anew(struct sim_call *c, const char *key, struct octets *answer, struct err *e)
{
	static const struct sim_deed none = {.what = 0};
	struct octets operation;
	int rc = c->channel == MSG_SYNC ? sim_sync(c, &operation, e) : sim_async(c, &operation, e);

	if (rc != 0 || sim_seal(c->sim, operation, &none, c->arena, answer, e) != 0)
		return -1;
	return key == NULL ? 0 : sim_spool_put(c->sim->spool, key, *answer, e);
}

static int
answer_once(struct sim_call *c, struct octets *answer, struct err *e)
{
	const char *key = key_of(c);
	int rc;

	if (key == NULL)
		return answer_anew(c, NULL, answer, e);
	sim_spool_lock(c->sim->spool, key);
	rc = sim_spool_get(c->sim->spool, key, c->arena, answer, e);
	if (rc == 0 && answer->data != NULL)
		tell(c, "repeated", "the same answer again");
	else if (rc == 0)
		rc = answer_anew(c, key, answer, e);
	sim_spool_unlock(c->sim->spool, key);
	return rc;
}

static void
refuse(struct sim_call *c, const struct err *why, const char *code, struct sim_reply *r)
{
	struct sim_deed signature = {.what = 0};
	struct err second = {0};
	struct octets operation;

	/* a fault is signed for whom is known, as the daemon does it */
	if (c->sim->pki != NULL && !c->verified)
		signature.what = SIM_UNSIGNED;
	signature.what |= c->deed.what & (SIM_ALTER | SIM_FOREIGN | SIM_UNSIGNED);
	tell(c, "refused", code != NULL ? code : why->detail);
	fprintf(stderr, "shepsim: refused: %s\n", code != NULL ? code : why->detail);
	r->status = 500;
	if (sim_write_fault(c, why, code, &operation, &second) != 0 ||
	    sim_seal(c->sim, operation, &signature, c->arena, &r->body, &second) != 0)
		reply_plain(r, 500, "no fault could be written");
}

static void
ask_script(struct sim_call *c)
{
	const struct msg_async *m = &c->async;
	const char *service = c->operation == MSG_SELECT     ? m->selection.service_id
			      : c->operation == MSG_DELIVERY ? m->delivery.service_id
			      : c->operation == MSG_QUERY    ? ""
							     : m->message.service_id;

	sim_script_ask(c->sim->script, codec_operation_name(c->operation), service, &c->deed);
}

/* Answers, or does what the script says instead. */
static void
serve(struct sim_call *c, struct sim_reply *r)
{
	const struct err nothing = {0};
	struct err e = {0};

	if (sim_open(c, &e) != 0 || read_operation(c, &e) != 0) {
		refuse(c, &e, NULL, r);
		return;
	}
	ask_script(c);
	r->deed = c->deed;
	if ((c->deed.what & NOT_TAKEN) != 0)
		tell(c, "misbehaved", "not taken, as the script says");
	if ((c->deed.what & SIM_HTTP) != 0)
		reply_plain(r, c->deed.status, "the script says so\n");
	else if ((c->deed.what & SIM_FAULT) != 0)
		refuse(c, &nothing, c->deed.code, r);
	else if ((c->deed.what & SIM_DEAF) == 0 &&
		 (answer_once(c, &r->body, &e) != 0 || spoil(c, &r->body, &e) != 0))
		refuse(c, &e, NULL, r);
	else if (c->deed.what != 0 && (c->deed.what & NOT_TAKEN) == 0)
		tell(c, "misbehaved", "taken, as the script says");
}

void
sim_answer(struct sim *sim, struct codec *codec, const struct door_request *request,
    struct arena *a, struct sim_reply *r)
{
	bool sync = strcmp(request->path, "/sync") == 0 || strcmp(request->path, "/sync/") == 0;
	bool async = strcmp(request->path, "/async") == 0 || strcmp(request->path, "/async/") == 0;
	struct sim_call c = {.sim = sim,
	    .codec = codec,
	    .arena = a,
	    .body = request->body,
	    .channel = sync ? MSG_SYNC : MSG_ASYNC,
	    .now = run_now(),
	    .async = {.message = {.message_id = "",
			  .service_id = "",
			  .session_id = "",
			  .sender = {.sender_id = "", .password = ""}}}};
	struct door_reply file;

	*r = (struct sim_reply){.status = 200, .content_type = XML};
	if (run_wsdl_get(sim->wsdl, request, "", a, &file)) {
		r->status = file.status;
		r->body = file.body;
		return;
	}
	if ((!sync && !async) || strcmp(request->method, "POST") != 0) {
		reply_plain(
		    r, sync || async ? 405 : 404, "POST to /sync or /async, or GET ?wsdl\n");
		return;
	}
	serve(&c, r);
	sim_close(&c);
}
