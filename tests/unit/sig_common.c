/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See sig_common.h.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "gost/gost.h"
#include "sig_common.h"

static struct common common;

static void
start(bool ok, const struct err *e)
{
	if (ok)
		return;
	fprintf(stderr, "start: %s\n", e->detail);
	exit(99);
}

int
common_setup(void **state)
{
	struct err e = {0};
	struct pki_options o = {0};
	struct common *c = *state = &common;

	start(clock_init(&e) == 0 && gost_load(&e) == 0 && dom_init(&e) == 0 && sig_init(&e) == 0,
	    &e);
	c->arena = arena_new();
	o.trust = arena_printf(c->arena, "%s/testpki/trust", fixture_builddir());
	start(pki_open(&o, NULL, NULL, &c->pki, &e) == 0, &e);
	c->at = fixture_instant("2026-07-01T00:00:00Z");
	c->gateway = sign_identity(c->arena, "rsa", "gateway");
	c->gost = sign_identity(c->arena, "gost", "gateway");
	c->gost2004 = sign_identity(c->arena, "gost2004", "gateway");
	c->person = sign_identity(c->arena, "rsa", "person");
	return 0;
}

int
common_reset(void **state)
{
	struct common *c = *state;

	c->policy = sig_default_policy;
	arena_reset(c->arena);
	return 0;
}

int
common_teardown(void **state)
{
	struct common *c = *state;

	pki_identity_free(c->gateway);
	pki_identity_free(c->gost);
	pki_identity_free(c->gost2004);
	pki_identity_free(c->person);
	pki_close(c->pki);
	arena_free(c->arena);
	sig_fini();
	dom_fini();
	gost_unload();
	return 0;
}

const char *
common_edit(struct common *c, const char *from, const char *to)
{
	return sign_template(c->arena, sign_replace(c->arena, ENVELOPE, from, to), c->gateway);
}

enum err_code
common_verify(struct common *c, const char *text, struct sig_part *out, struct err *e)
{
	struct sig_part part;
	struct dom *doc = NULL;
	struct env env;

	*e = (struct err){0};
	if (dom_parse(octets_of(text), &dom_default_limits, &doc, e) == 0 &&
	    env_check(doc, c->arena, &env, e) == 0 &&
	    sig_verify_transport(&env, c->pki, &c->policy, c->at, c->arena, &part, e) == 0) {
		assert_int_equal(part.verdict, SIG_VERIFIED);
		assert_ptr_equal(part.node, env.body);
		assert_true(part.digest_ok && part.digested.len > 0);
	}
	if (out != NULL)
		*out = part;
	dom_free(doc);
	return e->code;
}

enum err_code
common_verify_document(
    struct common *c, const char *text, struct sig_part *out, size_t *count, struct err *e)
{
	struct dom *doc;

	*e = (struct err){0};
	*count = 0;
	if (dom_parse(octets_of(text), &dom_default_limits, &doc, e) != 0)
		return e->code;
	if (sig_verify_document(
		doc, c->pki, &c->policy, c->at, c->arena, SIG_MOST_SIGNERS, out, count, e) == 0)
		assert_int_equal(out[*count - 1].verdict, SIG_VERIFIED);
	else
		assert_int_equal(e->level, ERR_BUSINESS);
	dom_free(doc);
	return e->code;
}

void
common_refuse_all(struct common *c, const struct edit *edits, size_t count)
{
	struct err e;

	for (size_t i = 0; i < count; i++) {
		enum err_code code =
		    common_verify(c, common_edit(c, edits[i].from, edits[i].to), NULL, &e);
		if (code != edits[i].code)
			fail_msg("%s: %s (%s), not %s", edits[i].what, err_row(code)->name,
			    e.detail, err_row(edits[i].code)->name);
		if (strstr(e.detail, "xmlsec") != NULL)
			fail_msg("%s came as far as xmlsec: %s", edits[i].what, e.detail);
	}
}
