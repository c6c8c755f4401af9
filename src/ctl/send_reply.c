/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The reply of `shepctl send`: is it to be believed, what does it say.
 *
 * One "name: value" line a fact on standard output, the payload last. A fault need not be signed: a
 * stranger's faults are not (design.md 8); everything else must be, where --trust or --partners is
 * given.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "codec/codec.h"
#include "ctl/send.h"
#include "env/env.h"
#include "run/run.h"
#include "sig/sig.h"

/* What is known of the reply so far. */
struct judgement {
	struct arena *arena;
	const struct env *env;
	bool judged, verified;
	struct octets body; /* what the signature digested, or the Body as it stands */
};

/* A line that a peer's words cannot break in two. */
static void
print_fact(const char *name, const char *value)
{
	printf("%s: ", name);
	for (const char *p = value; *p != '\0'; p++)
		putchar((unsigned char)*p < ' ' || *p == 0x7F ? '?' : *p);
	putchar('\n');
}

static void
print_error(const char *name, const struct err *e)
{
	printf("%s: %s: ", name, err_row(e->code)->name);
	printf("%s: ", err_rule_of(e));
	print_fact(err_wire(e)[0] != '\0' ? err_wire(e) : "-", e->detail);
}

static void
print_signer(const struct pki_signer *s)
{
	char text[512];

	snprintf(text, sizeof(text), "verified, by %s%s %s, serial %s",
	    s->bin[0] != '\0' ? "BIN " : "IIN ", s->bin[0] != '\0' ? s->bin : s->iin, s->name,
	    s->serial);
	print_fact("signature", text);
}

static void
complain(void *self, const char *file, const char *what)
{
	(void)self;
	fprintf(stderr, "shepctl send: %s: %s\n", file, what);
}

/* -1 when there is a signature that cannot be believed. */
static int
check_signature(struct judgement *j, const struct send_options *o)
{
	const struct pki_options options = {.trust = o->trust, .partners = o->partners};
	struct pki *pki = NULL;
	struct sig_part part = {0};
	struct err e = {0};

	j->judged = o->trust != NULL || o->partners != NULL;
	if (!j->judged || j->env->signature == NULL) {
		print_fact("signature", j->env->signature == NULL ? "none" : "not judged");
		return dom_c14n(j->env->body, NULL, j->arena, &j->body, &e);
	}
	if (pki_open(&options, complain, NULL, &pki, &e) == 0 &&
	    sig_verify_transport(
		j->env, pki, &sig_default_policy, run_now(), j->arena, &part, &e) == 0) {
		print_signer(&part.signer);
		j->verified = true;
		j->body = part.digested;
	} else {
		print_error("signature", &e);
	}
	pki_close(pki);
	return j->verified ? 0 : -1;
}

static struct dom_node *
child_named(const struct dom_node *parent, const char *name)
{
	struct dom_node *n = parent != NULL ? dom_first(parent) : NULL;

	while (n != NULL && strcmp(dom_name(n), name) != 0)
		n = dom_next(n);
	return n;
}

/* messageResult/code of the payload, "" when there is none: in the one element that data holds, or
 * in data itself. */
static const char *
result_of(struct octets payload, struct arena *a)
{
	const struct octets pieces[] = {octets_of("<data>"), payload, octets_of("</data>")};
	struct dom *doc = NULL;
	struct err e = {0};
	struct octets data, text = {NULL, 0};
	const struct dom_node *result, *code;

	if (arena_join(a, pieces, 3, &data, &e) != 0 ||
	    dom_parse(data, &dom_default_limits, &doc, &e) != 0)
		return "";
	if ((result = child_named(dom_root(doc), "messageResult")) == NULL)
		result = child_named(dom_first(dom_root(doc)), "messageResult");
	code = child_named(result, "code");
	if (code == NULL || dom_text(code, a, &text, &e) != 0)
		text = octets_of("");
	dom_free(doc);
	return (const char *)text.data;
}

static enum send_exit
print_response(const struct judgement *j, const struct msg_response *r, const char *message_id)
{
	const char *result = result_of(r->data, j->arena);
	bool good =
	    strcmp(r->status_code, err_row(ERR_OK)->wire) == 0 && strcmp(result, "00000") == 0;

	print_fact("messageId", r->message_id);
	print_fact("correlationId", r->correlation_id);
	print_fact("status", r->status_code);
	print_fact("statusMessage", r->status_message);
	print_fact("result", result);
	printf("payload: %.*s\n", (int)r->data.len, (const char *)r->data.data);
	if (j->judged && !j->verified) {
		print_fact("verdict", "not believed: the response is not signed");
		return SEND_TROUBLE;
	}
	if (message_id != NULL && strcmp(message_id, r->correlation_id) != 0) {
		print_fact("verdict", "not believed: it answers another message");
		return SEND_TROUBLE;
	}
	print_fact("verdict", good ? "accepted" : "refused");
	return good ? SEND_DONE : SEND_REFUSED;
}

static enum send_exit
print_fault(const struct msg_fault *f)
{
	print_fact("fault", f->code);
	print_fact("faultMessage", f->message);
	print_fact("faultData", f->data);
	print_fact("verdict", "fault");
	return SEND_REFUSED;
}

static enum send_exit
print_body(const struct judgement *j, const char *message_id)
{
	struct codec *codec = NULL;
	struct msg_response response = {0};
	struct msg_fault fault = {0};
	struct err e = {0};
	enum send_exit code = SEND_TROUBLE;
	bool is_fault = false;

	if (codec_new(&codec, &e) != 0 || codec_read_sync_response(codec, j->body, j->arena,
					      &response, &fault, &is_fault, &e) != 0)
		print_error("verdict", &e);
	else
		code = is_fault ? print_fault(&fault) : print_response(j, &response, message_id);
	codec_free(codec);
	return code;
}

enum send_exit
send_judge_reply(const struct send_options *o, int status, struct octets reply,
    const char *message_id, struct arena *a)
{
	struct dom *doc = NULL;
	struct env env;
	struct judgement j = {.arena = a, .env = &env};
	struct err e = {0};
	enum send_exit code = SEND_TROUBLE;

	printf("http: %d\n", status);
	if (dom_parse(reply, &dom_default_limits, &doc, &e) != 0 ||
	    env_check(doc, a, &env, &e) != 0)
		print_error("verdict", &e);
	else if (check_signature(&j, o) == 0)
		code = print_body(&j, message_id);
	else
		print_fact("verdict", "not believed: the signature is not right");
	dom_free(doc);
	return code;
}
