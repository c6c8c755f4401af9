/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets as an envelope, and as text in one that we write. What is accepted stands where env.h
 * says, in its canonical form, too; what we write is always accepted and says what it was given.
 */
#include "config.h"

#include <string.h>

#include "env/env.h"
#include "fuzz.h"

const char *const fuzz_name = "env";
const char *const fuzz_shared[] = {
    "corpora/06-soap/cases", "corpora/03-wss-xsw/cases", "samples/shep", NULL};

static void
check_places(const struct env *env)
{
	const struct dom_node *root = dom_root(env->doc);

	PROMISE(dom_is(root, ENV_SOAP, "Envelope"));
	PROMISE(dom_is(env->body, ENV_SOAP, "Body") && dom_parent(env->body) == root);
	PROMISE(dom_count(root, ENV_SOAP, "Body") == 1 && dom_next(env->body) == NULL);
	PROMISE(dom_first(env->body) == env->operation && dom_next(env->operation) == NULL);
	PROMISE(env->security == NULL || dom_parent(dom_parent(env->security)) == root);
	PROMISE(env->signature == NULL || dom_parent(env->signature) == env->security);
	PROMISE(env->timestamp == NULL || dom_parent(env->timestamp) == env->security);
	PROMISE(env->token == NULL || dom_parent(env->token) == env->security);
}

/* A document read from its canonical form has the same shape. */
static void
check_canonical(const struct dom *d, struct arena *a)
{
	struct dom_limits wide = dom_default_limits;
	struct dom *canonical = NULL;
	struct octets form;
	struct err e = {0};
	struct env env;

	wide.octets *= 64;
	wide.attributes *= 2;
	if (dom_c14n(dom_root(d), NULL, a, &form, &e) != 0)
		return;
	PROMISE(dom_parse(form, &wide, &canonical, &e) == 0);
	PROMISE(env_check(canonical, a, &env, &e) == 0);
	check_places(&env);
	dom_free(canonical);
}

static void
read_envelope(struct octets o, struct arena *a)
{
	struct dom *d = NULL;
	struct err e = {0};
	struct env env;

	if (dom_parse(o, &dom_default_limits, &d, &e) != 0)
		return;
	if (env_check(d, a, &env, &e) != 0) {
		PROMISE(e.code != ERR_INTERNAL && env.body == NULL);
	} else {
		check_places(&env);
		check_canonical(d, a);
	}
	dom_free(d);
}

static void
write_fault(struct octets hostile, struct arena *a)
{
	const char *text = arena_string(a, hostile);
	struct env_fault f = {.faultcode = text, .bare = true, .faultstring = text};
	struct octets fault, envelope, escaped;
	struct dom *d = NULL;
	struct err e = {0};
	struct env env;

	PROMISE(env_escape(hostile, a, &escaped, &e) == 0);
	PROMISE(env_write_fault(&f, a, &fault, &e) == 0);
	PROMISE(env_write(fault, "id-1", a, &envelope, &e) == 0);
	PROMISE(dom_parse(envelope, &dom_default_limits, &d, &e) == 0);
	PROMISE(env_check(d, a, &env, &e) == 0);
	PROMISE(dom_is(env.operation, ENV_SOAP, "Fault") && env.signature == NULL);
	PROMISE(dom_next(dom_next(dom_first(env.operation))) == NULL);
	dom_free(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct arena *a = arena_new();
	struct err e = {0};

	if (!ready)
		ready = dom_init(&e) == 0;
	PROMISE(ready && a != NULL);
	read_envelope((struct octets){data, size}, a);
	if (size <= 4096)
		write_fault((struct octets){data, size}, a);
	arena_free(a);
	return 0;
}
