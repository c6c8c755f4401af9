/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Envelopes that come and go; see sim.h.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "run/call.h"
#include "sim/sim.h"

static const struct dom_limits limits = {.octets = (size_t)64 * 1024 * 1024,
    .tags = 1000000,
    .attributes = 256,
    .depth = 64,
    .name = 256};

const char *
sim_uuid(struct arena *a)
{
	struct err e = {0};
	char text[37];

	return run_uuid(text, &e) == 0 ? arena_strdup(a, text) : NULL;
}

const char *
sim_guid(struct arena *a)
{
	const char *uuid = sim_uuid(a);

	return uuid == NULL ? NULL : arena_printf(a, "{%s}", uuid);
}

static int
judge(struct sim_call *c, struct err *e)
{
	struct sig_part part;

	if (c->sim->pki == NULL)
		return dom_c14n(c->env.body, NULL, c->arena, &c->digested, e);
	if (sig_verify_transport(
		&c->env, c->sim->pki, &sig_default_policy, c->now, c->arena, &part, e) != 0)
		return -1;
	c->verified = true;
	c->digested = part.digested;
	return 0;
}

int
sim_open(struct sim_call *c, struct err *e)
{
	if (dom_parse(c->body, &limits, &c->doc, e) != 0 ||
	    env_check(c->doc, c->arena, &c->env, e) != 0)
		return -1;
	c->operation = codec_operation(c->channel, c->env.body);
	return judge(c, e);
}

void
sim_close(struct sim_call *c)
{
	dom_free(c->doc);
	c->doc = NULL;
}

/* Another octet where the first text of the Body begins: the digest is wrong, the form is right. */
static void
alter(char *envelope, size_t n)
{
	char *at = memmem(envelope, n, "Body", 4);

	for (; at != NULL && at + 1 < envelope + n; at++)
		if (at[0] == '>' && isalnum((unsigned char)at[1])) {
			at[1] = at[1] == '1'			? '2'
				: isdigit((unsigned char)at[1]) ? '1'
				: at[1] == 'x'			? 'y'
								: 'x';
			return;
		}
}

static int
sign(const struct sim *sim, struct octets operation, const struct pki_identity *by, struct arena *a,
    struct octets *out, struct err *e)
{
	const char *uuid = sim_uuid(a), *id = uuid == NULL ? NULL : arena_printf(a, "id-%s", uuid);
	struct octets plain;

	if (id == NULL)
		return err_set(e, ERR_NOMEM, "Body id");
	if (env_write(operation, id, a, &plain, e) != 0)
		return -1;
	return sig_sign_envelope(plain, by, sim->keyinfo, a, out, e);
}

int
sim_seal(const struct sim *sim, struct octets operation, const struct sim_deed *deed,
    struct arena *a, struct octets *out, struct err *e)
{
	const struct pki_identity *by =
	    (deed->what & SIM_FOREIGN) != 0 ? sim->foreign : sim->identity;
	char *copy;

	if (by == NULL || (deed->what & SIM_UNSIGNED) != 0) {
		if (env_write(operation, NULL, a, out, e) != 0)
			return -1;
	} else if (sign(sim, operation, by, a, out, e) != 0) {
		return -1;
	}
	if ((deed->what & SIM_ALTER) == 0)
		return 0;
	if ((copy = arena_string(a, *out)) == NULL)
		return err_set(e, ERR_NOMEM, "envelope");
	out->data = (const unsigned char *)copy;
	alter(copy, out->len);
	return 0;
}

/* The row that a script's code belongs to, for faultcode and text; what the contract has no code
 * for is an inner error to who calls. */
static const struct err_row *
row_of(const struct err *why, const char *code)
{
	const char *wanted = code != NULL ? code : err_wire(why);

	for (int i = ERR_OK + 1; i < ERR_CODES; i++)
		if (*wanted != '\0' &&
		    (strcmp(err_row((enum err_code)i)->wire, wanted) == 0 ||
			strcmp(err_row((enum err_code)i)->wire_business, wanted) == 0))
			return err_row(code == NULL ? why->code : (enum err_code)i);
	return err_row(ERR_INTERNAL);
}

int
sim_write_fault(const struct sim_call *c, const struct err *why, const char *code,
    struct octets *operation, struct err *e)
{
	const struct err_row *row = row_of(why, code);
	const struct msg_fault info = {.operation = c->operation,
	    .code = code != NULL	     ? code
		    : *err_wire(why) != '\0' ? err_wire(why)
					     : row->wire,
	    .message = row->text[ERR_RU],
	    .data = code != NULL ? "the script says so" : why->public_,
	    .date = c->now,
	    .session_id = c->async.message.session_id};
	struct env_fault fault = {.faultcode = row->fault[0] != '\0' ? row->fault : "Server",
	    .faultstring = row->text[ERR_RU]};

	if (codec_write_fault_detail(c->codec, c->channel, &info, c->arena, &fault.detail, e) != 0)
		return -1;
	return env_write_fault(&fault, c->arena, operation, e);
}

/* Where the first tag ends; a ">" in an attribute's value does not end it. */
static const char *
end_of_tag(const char *at)
{
	for (char quote = '\0'; *at != '\0'; at++) {
		if (quote != '\0') {
			if (*at == quote)
				quote = '\0';
		} else if (*at == '>') {
			return at;
		} else if (*at == '"' || *at == '\'') {
			quote = *at;
		}
	}
	return NULL;
}

int
sim_split_element(struct octets element, struct arena *a, struct msg_content *out, struct err *e)
{
	const char *text = arena_string(a, element), *end = text == NULL ? NULL : end_of_tag(text);
	const char *close = text == NULL ? NULL : strrchr(text, '<');
	size_t name;

	if (end == NULL)
		return err_set(e, ERR_NOMEM, "element");
	name = strcspn(text, " \t\r\n/>");
	const char *stop = end[-1] == '/' ? end - 1 : end;
	out->attributes = arena_string(
	    a, (struct octets){(const unsigned char *)text + name, (size_t)(stop - text) - name});
	out->octets = (struct octets){
	    (const unsigned char *)end + 1, close > end ? (size_t)(close - end) - 1 : 0};
	if (out->attributes == NULL)
		return err_set(e, ERR_NOMEM, "element");
	while (*out->attributes == ' ')
		out->attributes++;
	if (*out->attributes == '\0')
		out->attributes = NULL;
	return 0;
}
