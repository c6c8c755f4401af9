/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order of everything. One request, forward only:
 *
 *   octets -> dom (well-formed tree) -> env (envelope) -> sig+pki (signed part) -> codec (request)
 *   -> route (service, sender) -> payload (business document, verified) | the original is dropped |
 *   -> db (claim) -> service (handler, inside the transaction) -> codec, env, sig (signed reply)
 *   -> db (journal row, COMMIT) -> door
 *
 * What the asynchronous channel delivers goes the same way; in the handler's place stands the inbox
 * (participant.c), and the handler's turn comes later (handle.c).
 *
 * Nothing goes back, nothing is read twice, and what a handler sees was signed. A failure anywhere
 * rolls back, becomes one row of err.def and one fault, and is journalled in a transaction of its
 * own.
 */
#include "config.h"

#include <string.h>

#include "run/call.h"
#include "run/participant.h"
#include "run/wsdl.h"

/* The octets between the Body's own tags: a client that signs again under a fresh wsu:Id says the
 * same thing, and the claim must see that. C14N writes attribute values in double quotes only. */
static struct octets
inside_body(struct octets digested)
{
	size_t start = 0, end = digested.len;
	bool quoted = false;

	while (start < end && (quoted || digested.data[start] != '>'))
		quoted ^= digested.data[start++] == '"';
	while (end > start && digested.data[end - 1] != '<')
		end--;
	if (start >= end || end - start < 2)
		return digested;
	return (struct octets){digested.data + start + 1, end - start - 2};
}

/* SOAP 1.1, 6.1.1: the header may be empty; what it names must be what the Body holds (R-04). The
 * Body decides, whatever it says. */
static bool
action_agrees(const char *action, const char *operation)
{
	size_t a = strlen(action), o = strlen(operation);

	if (a == 0)
		return true;
	if (a < o || strcmp(action + a - o, operation) != 0)
		return false;
	return a == o || strchr("/:#", action[a - o - 1]) != NULL;
}

static int
read_sync(struct call *c)
{
	c->claimed.channel = DB_SYNC;
	return codec_read_sync_request(c->desk->codec, c->part.digested, c->env.body, c->arena,
	    &c->request, &c->deviations, &c->err);
}

/* From octets to a request whose every word was signed by somebody we trust. */
static int
read_request(struct call *c)
{
	const struct run_house *h = c->desk->house;
	struct err *e = &c->err;

	if (strcmp(c->http->content_type, "application/soap+xml") == 0) {
		err_set(e, ERR_ENV_VERSION, "the media type of SOAP 1.2");
		return err_rule(e, "R-02");
	}
	c->limits = dom_default_limits;
	c->limits.octets = h->conf->limits.body_octets;
	if (dom_parse(c->http->body, &c->limits, &c->doc, e) != 0)
		return -1;
	if (env_check(c->doc, c->arena, &c->env, e) != 0)
		return -1;
	if (sig_verify_transport(&c->env, h->pki, &h->policy, c->received, c->arena, &c->part, e) !=
	    0)
		return -1;
	if (c->endpoint->read(c) != 0)
		return -1;
	if (!action_agrees(c->http->soap_action, c->request.operation)) {
		err_tell(e, ERR_MSG_FORMAT, "SOAPAction names another operation");
		return err_rule(e, "R-04");
	}
	return 0;
}

static void
note_citizen(struct call *c)
{
	const struct pki_signer *s = &c->payload.part.signer;

	c->citizen = (struct msg_signer){
	    .iin = s->iin,
	    .bin = s->bin,
	    .name = s->name,
	    .serial = s->serial,
	    .person = (s->roles & PKI_ROLE_PERSON) != 0,
	    .legal = (s->roles & PKI_ROLE_LEGAL) != 0,
	    .head = (s->roles & PKI_ROLE_HEAD) != 0,
	    .signright = (s->roles & PKI_ROLE_SIGNRIGHT) != 0,
	    .employee = (s->roles & PKI_ROLE_EMPLOYEE) != 0,
	    .system = (s->roles & PKI_ROLE_SYSTEM) != 0,
	    .sign_capable = s->sign_capable,
	};
}

/* The service's written policy over certificates of whose revocation nothing is known (R-42); that
 * it is temporary is what the fault says. */
static int
check_standing(
    const struct call *c, const struct pki_signer *s, enum err_level level, struct err *e)
{
	if (s->standing.source == PKI_NOT_ASKED || s->standing.status == PKI_GOOD ||
	    c->route.service->unknown_accepted)
		return 0;
	err_set(e, ERR_PKI_REVOCATION_UNKNOWN,
	    "nothing in hand tells whether certificate %s is revoked, and service %s refuses then",
	    s->serial, c->route.service->service_id);
	e->level = level;
	return -1;
}

/* The original document has said what it was for. */
void
run_drop_document(struct call *c)
{
	dom_free(c->doc);
	c->doc = NULL;
	memset(&c->env, 0, sizeof(c->env));
	c->part.node = NULL;
}

int
run_open_message(struct call *c)
{
	const struct run_house *h = c->desk->house;
	const struct run_terms terms = {h->pki, &h->policy, &c->limits, c->received, &c->env};
	struct err *e = &c->err;

	if (route_find(&h->routes, &c->request, &c->part.signer, c->http->client, &c->route, e) !=
	    0)
		return -1;
	if (c->route.service->algorithms != 0 &&
	    (c->route.service->algorithms & c->part.algorithm) == 0)
		return err_set(e, ERR_SIG_ALGORITHM, "%s is not allowed for this service",
		    sig_algorithm_name(c->part.algorithm));
	if (check_standing(c, &c->part.signer, ERR_TRANSPORT, e) != 0)
		return -1;
	if (run_payload_open(c->data != NULL ? c->data : codec_find_data(c->env.body),
		c->route.service, &terms, c->arena, &c->payload, e) != 0)
		return -1;
	for (size_t i = 0; i < c->payload.signer_count; i++)
		if (check_standing(c, &c->payload.signers[i].signer, ERR_BUSINESS, e) != 0)
			return -1;
	note_citizen(c);
	run_drop_document(c);
	return 0;
}

static int
handle_sync(struct call *c, struct err *e)
{
	const struct service *service = service_find(c->route.service->handler);
	const struct service_call call = {
	    .request = &c->request,
	    .payload = c->payload.doc,
	    .payload_octets = c->payload.octets,
	    .evidence = c->payload.evidence,
	    .signer = c->route.service->business_signature ? &c->citizen : NULL,
	    .profile = c->route.service->profile,
	    .now = c->received,
	    .arena = c->arena,
	    .db = c->desk->db,
	};

	if (service == NULL)
		return err_set(e, ERR_INTERNAL, "no handler %s", c->route.service->handler);
	return service->handle(c->desk->house->services, &call, &c->answer, e);
}

int
run_seal(struct call *c, struct octets operation, bool sign, struct err *e)
{
	const struct run_house *h = c->desk->house;
	char uuid[37];
	const char *id = NULL;
	struct octets envelope;

	if (sign && h->identity != NULL) {
		if (run_desk_uuid(c->desk, uuid, e) != 0)
			return -1;
		if ((id = arena_printf(c->arena, "id-%s", uuid)) == NULL)
			return err_set(e, ERR_NOMEM, "Body id");
	}
	if (env_write(operation, id, c->arena, &envelope, e) != 0)
		return -1;
	if (id == NULL) {
		c->reply = envelope;
		return 0;
	}
	return sig_sign_envelope(envelope, h->identity, h->keyinfo, c->arena, &c->reply, e);
}

static int
write_sync(struct call *c)
{
	char uuid[37];
	struct octets operation;
	struct err *e = &c->err;
	struct msg_response response = {
	    .correlation_id = c->request.message_id,
	    .session_id = c->request.session_id,
	    .response_date = c->received,
	    .status_code = err_row(ERR_OK)->wire,
	    .status_message = err_row(ERR_OK)->text[ERR_EN],
	    .data = c->answer.payload,
	};

	if (run_desk_uuid(c->desk, uuid, e) != 0)
		return -1;
	response.message_id = uuid;
	if (c->answer.status_message != NULL)
		response.status_message = c->answer.status_message;
	if (codec_write_sync_response(c->desk->codec, &response, c->arena, &operation, e) != 0)
		return -1;
	return run_seal(c, operation, true, e);
}

/* The claim, the handler, the reply and the evidence: one transaction. The claim travels with the
 * handler's first statement; what a handler did under another's claim is undone and forgotten. */
static int
answer_once(struct call *c)
{
	struct db_journal_row row;
	struct err *e = &c->err, handlers = {0};
	int handled;

	run_sha256(inside_body(c->part.digested), c->body_sha256);
	c->claimed.sender_id = c->request.sender.sender_id;
	c->claimed.message_id = c->request.message_id;
	c->claimed.body_sha256 = c->body_sha256;
	c->claimed.at = c->received;
	if (db_send_claim(c->desk->db, &c->claimed, e) != 0)
		return -1;
	handled = c->endpoint->handle(c, &handlers);
	if (db_settle_claim(c->desk->db, c->arena, &c->claim, &c->stored, e) != 0) {
		if (handlers.code == e->code) /* it was there and knows what failed */
			*e = handlers;
		return -1;
	}
	switch (c->claim) {
	case DB_CLAIM_MISUSED:
		return err_tell(
		    e, ERR_MSG_REUSED, "messageId was used before with another content");
	case DB_CLAIM_REPEATED:
		c->reply = c->stored;
		c->answer = (struct service_answer){.code = ERR_OK};
		run_evidence_row(c, "repeated", &row);
		return db_journal(c->desk->db, &row, e);
	case DB_CLAIM_NEW:
		break;
	}
	if (handled != 0)
		*e = handlers;
	if (handled != 0 || c->endpoint->write(c) != 0)
		return -1;
	if (run_evidence_keep(c, e) != 0)
		return -1;
	run_evidence_row(c, c->async.operation == MSG_CHANGE_STATE ? "notified" : "accepted", &row);
	return db_finish(c->desk->db, &row, e);
}

/* The fault of a refusal. Signed only for somebody whose own signature verified. */
static int
write_fault(struct call *c, const struct err *why, struct err *e)
{
	const struct err_row *row = err_row(why->code);
	const char *wire = err_wire(why);
	bool bare = c->route.sender != NULL && c->route.sender->bare_faultcode;
	const struct msg_fault info = {
	    .code = wire,
	    .message = arena_printf(
		c->arena, "%s / %s / %s", row->text[ERR_RU], row->text[ERR_KK], row->text[ERR_EN]),
	    .data = why->public_,
	    .date = c->received,
	    .session_id = c->request.session_id,
	    .operation = c->async.operation,
	};
	struct env_fault fault = {
	    .faultcode = bare ? wire : row->fault, .bare = bare, .faultstring = row->text[ERR_RU]};
	struct octets operation;

	if (info.message == NULL)
		return err_set(e, ERR_NOMEM, "fault");
	if (codec_write_fault_detail(
		c->desk->codec, c->endpoint->channel, &info, c->arena, &fault.detail, e) != 0 ||
	    env_write_fault(&fault, c->arena, &operation, e) != 0)
		return -1;
	return run_seal(c, operation, c->part.verdict == SIG_VERIFIED, e);
}

static void
reply_plain(const struct err *why, struct door_reply *reply)
{
	const struct err_row *row = err_row(why->code);

	reply->status = row->http;
	reply->content_type = "text/plain; charset=utf-8";
	reply->body = octets_of(row->text[ERR_EN]);
	reply->close = true;
}

static void
refuse(struct call *c, struct door_reply *reply)
{
	const struct err_row *row = err_row(c->err.code);
	struct err second = {0};

	db_abandon(c->desk->db);
	reply->status = row->http;
	if (row->http == 503)
		reply->retry_after = 5;
	if (row->fault[0] == '\0') {
		reply_plain(&c->err, reply);
	} else if (write_fault(c, &c->err, &second) != 0) {
		err_at(&c->err, second.detail);
		reply_plain(&second, reply);
	} else {
		reply->body = c->reply;
	}
	c->reply = reply->body;
	run_evidence_refusal(c);
}

/* A POST to an endpoint: the whole of it. */
static void
serve_message(struct call *c, struct door_reply *reply)
{
	const char *verdict = "refused";

	run_sha256(c->http->body, c->received_sha256);
	db_set_deadline(c->desk->db, c->http->deadline);
	run_evidence_months(c->desk, c->received);
	reply->status = 200;
	reply->content_type = "text/xml; charset=utf-8";
	if (run_desk_uuid(c->desk, c->transaction, &c->err) == 0 && read_request(c) == 0 &&
	    c->endpoint->open(c) == 0 && answer_once(c) == 0) {
		reply->body = c->reply;
		run_participant_wake(c);
		verdict = c->claim == DB_CLAIM_REPEATED ? "repeated" : "accepted";
	} else {
		refuse(c, reply);
	}
	run_evidence_log(c, verdict, reply->status);
	run_payload_fini(&c->payload);
	dom_free(c->doc);
}

/* Nothing is served there: a plain answer, and evidence like every other refusal. */
static void
refuse_path(struct call *c, struct door_reply *reply)
{
	err_set(&c->err, ERR_HTTP_PATH, "%s", c->http->path);
	run_sha256(c->http->body, c->received_sha256);
	reply_plain(&c->err, reply);
	c->reply = reply->body;
	if (run_desk_uuid(c->desk, c->transaction, &c->err) == 0)
		run_evidence_refusal(c);
	run_evidence_log(c, "refused", reply->status);
}

static const struct endpoint *
find_endpoint(const char *path)
{
	static const struct endpoint endpoints[] = {
	    {"/sync", MSG_SYNC, read_sync, run_open_message, handle_sync, write_sync},
	    {"/async-client", MSG_ASYNC_CLIENT, run_participant_read, run_participant_open,
		run_participant_keep, run_participant_acknowledge},
	};

	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		if (strcmp(endpoints[i].path, path) == 0)
			return &endpoints[i];
	return NULL;
}

void
run_pipeline(struct run_desk *desk, const struct door_request *http, struct arena *arena,
    struct door_reply *reply)
{
	struct call c = {.desk = desk,
	    .http = http,
	    .arena = arena,
	    .received = desk->now(),
	    .started = run_monotonic()};

	run_evidence_due(&c);
	if (strcmp(http->method, "GET") == 0) {
		if (!run_wsdl_get(
			desk->house->wsdl, http, desk->house->conf->public_url, arena, reply))
			refuse_path(&c, reply);
	} else if ((c.endpoint = find_endpoint(http->path)) != NULL) {
		serve_message(&c, reply);
	} else {
		refuse_path(&c, reply);
	}
}
