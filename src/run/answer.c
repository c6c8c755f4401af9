/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See answer.h. Nobody is believed for standing at the other end of the connection.
 */
#include "config.h"

#include <string.h>

#include "run/answer.h"

static int
check_signature(struct run_desk *desk, const struct run_way *way, struct instant at,
    struct arena *a, struct run_answer *out, struct err *e)
{
	const struct run_house *h = desk->house;

	if (out->env.signature == NULL) {
		if (way->answers_signed && !dom_is(out->env.operation, ENV_SOAP, "Fault"))
			return err_set(e, ERR_SIG_MISSING, "the answer is not signed");
		return dom_c14n(out->env.body, NULL, a, &out->body, e);
	}
	if (sig_verify_transport(&out->env, h->pki, &h->policy, at, a, &out->part, e) != 0)
		return -1;
	if (way->receiver->fingerprint_count > 0 &&
	    !route_signs_for(way->receiver, &out->part.signer))
		return err_set(e, ERR_PKI_UNKNOWN_SIGNER,
		    "certificate %s does not sign for receiver %s", out->part.signer.serial,
		    way->receiver->name);
	out->body = out->part.digested;
	return 0;
}

/* SCE909 says that it is temporary, every other SCE code that the message is at fault; without one
 * of them the faultcode decides (SOAP 1.1, 4.4.1). */
static bool
is_clients_fault(const struct run_answer *r, struct arena *a)
{
	const struct dom_node *code = dom_child(r->env.operation, "", "faultcode");
	struct octets text = {NULL, 0};
	struct err e = {0};
	const char *word = r->said.fault.code;

	if (strncmp(word, "SCE", 3) == 0)
		return strcmp(word, "SCE909") != 0;
	if (code != NULL && dom_text(code, a, &text, &e) == 0)
		word = (const char *)text.data;
	if (strchr(word, ':') != NULL)
		word = strchr(word, ':') + 1;
	return strncmp(word, "Client", 6) == 0 || strcmp(word, "VersionMismatch") == 0 ||
	       strcmp(word, "MustUnderstand") == 0;
}

int
run_answer_open(struct run_desk *desk, struct octets octets, const struct run_way *way,
    struct instant at, struct arena *a, struct run_answer *out, struct err *e)
{
	struct dom_limits limits = dom_default_limits;

	memset(out, 0, sizeof(*out));
	limits.octets = desk->house->conf->limits.body_octets;
	if (dom_parse(octets, &limits, &out->doc, e) != 0)
		return -1;
	if (env_check(out->doc, a, &out->env, e) != 0 ||
	    check_signature(desk, way, at, a, out, e) != 0)
		goto out;
	const struct codec_body body = {.channel = MSG_ASYNC,
	    .operation = way->operation,
	    .digested = out->body,
	    .node = out->env.body};
	if (codec_read_async_answer(desk->codec, &body, a, &out->said, &out->deviations, e) != 0)
		goto out;
	out->clients_fault = out->said.is_fault && is_clients_fault(out, a);
	return 0;
out:
	run_answer_close(out);
	return -1;
}

void
run_answer_close(struct run_answer *answer)
{
	dom_free(answer->doc);
	memset(answer, 0, sizeof(*answer));
}

/* A message of a chain that has its correlationId keeps it. */
static int
check_chain(const struct db_outbox_row *row, const struct msg_async_answer *said, struct err *e)
{
	if (said->operation == MSG_SEND && row->correlation_id[0] != '\0' &&
	    said->correlation_id[0] != '\0' &&
	    strcmp(row->correlation_id, said->correlation_id) != 0)
		return err_set(e, ERR_MSG_FORMAT, "the answer is for correlationId %s, not %s",
		    said->correlation_id, row->correlation_id);
	return 0;
}

static enum run_fate
judge_answer(const struct run_answer *r, const struct db_outbox_row *row, struct err *e)
{
	const struct msg_fault *f = &r->said.fault;

	if (!r->said.is_fault)
		return check_chain(row, &r->said, e) == 0 ? RUN_DONE : RUN_AGAIN;
	err_set(e, ERR_REMOTE_FAULT, "%s: %s%s%s", f->code, f->message,
	    f->data[0] != '\0' ? ": " : "", f->data);
	return r->clients_fault ? RUN_FOR_GOOD : RUN_AGAIN;
}

void
run_answer_judge(struct run_desk *desk, const struct fetch_answer *call,
    const struct db_outbox_row *row, const struct run_way *way, struct instant at, struct arena *a,
    struct run_outcome *out)
{
	struct run_answer answer;

	*out = (struct run_outcome){.fate = RUN_AGAIN, .err = call->err};
	if (call->err.code != ERR_OK)
		return;
	out->reached = call->status < 500;
	if (run_answer_open(desk, call->body, way, at, a, &answer, &out->err) != 0) {
		if (call->status != 200) {
			err_clear(&out->err);
			err_set(&out->err, ERR_HTTP_UNREACHABLE, "answered with status %u",
			    call->status);
		}
		return;
	}
	out->reached = true;
	out->fate = judge_answer(&answer, row, &out->err);
	out->said = answer.said;
	run_answer_close(&answer);
}
