/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See housing.h.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "housing.h"

#define NS "urn:shepd:hq:1"

static struct housing_reply last;

static void
need(bool ok, const char *what, const struct err *e)
{
	if (ok)
		return;
	fprintf(stderr, "housing: %s: %s\n", what, e == NULL ? "" : e->detail);
	exit(99);
}

void
housing_bench_open(struct housing_bench *b, const char *now)
{
	struct err e = {0};
	const char *schema;

	memset(b, 0, sizeof(*b));
	need((b->arena = arena_new()) != NULL, "memory", NULL);
	need(service_open(fixture_srcdir(), &b->room, &e) == 0, "service_open", &e);
	schema = arena_printf(b->arena, "%s/schemas/payload/hq.xsd", fixture_srcdir());
	need(dom_schema_load(schema, &b->schema, &e) == 0, "schema", &e);
	b->now = fixture_instant(now);
	b->message_id = "00000000-0000-4000-8000-00000000000a";
	b->signer = (struct msg_signer){.iin = HOUSING_IIN,
	    .bin = "",
	    .name = "",
	    .serial = "01",
	    .person = true,
	    .sign_capable = true};
}

void
housing_bench_close(struct housing_bench *b)
{
	dom_free(last.doc);
	last.doc = NULL;
	dom_schema_free(b->schema);
	service_close(b->room);
	arena_free(b->arena);
}

static const char *
replaced(struct arena *a, const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	need(at != NULL, "the example does not have",
	    &(struct err){.detail = "a text to be replaced"});
	for (size_t skip = 0; (at = strstr(text + skip, old)) != NULL;) {
		size_t before = (size_t)(at - text);

		text = arena_printf(a, "%.*s%s%s", (int)before, text, new, at + strlen(old));
		skip = before + strlen(new);
	}
	return text;
}

const char *
housing_example(struct housing_bench *b, const char *name, ...)
{
	const char *path =
	    arena_printf(b->arena, "%s/schemas/payload/examples/%s", fixture_srcdir(), name);
	const char *text = (const char *)fixture_file(b->arena, path).data, *old;
	va_list ap;

	va_start(ap, name);
	while ((old = va_arg(ap, const char *)) != NULL)
		text = replaced(b->arena, text, old, va_arg(ap, const char *));
	va_end(ap);
	return text;
}

/* What goes out always validates. */
static void
check_answer(struct housing_bench *b)
{
	struct err e = {0};

	need(dom_parse(last.answer.payload, &dom_default_limits, &last.doc, &e) == 0, "answer", &e);
	need(dom_schema_check(b->schema, last.doc, &e) == 0, "answer", &e);
}

const struct housing_reply *
housing_call(struct housing_bench *b, const char *service, const char *xml)
{
	struct msg_request request = {.message_id = b->message_id, .sender = {.sender_id = "pep"}};
	struct service_call call = {.request = &request,
	    .payload_octets = octets_of(xml),
	    .evidence = octets_of(xml),
	    .signer = &b->signer,
	    .profile = HOUSING_PROFILE,
	    .now = b->now,
	    .arena = b->arena,
	    .db = b->db};
	struct dom *doc;
	struct err e = {0};

	dom_free(last.doc);
	memset(&last, 0, sizeof(last));
	need(dom_parse(octets_of(xml), &dom_default_limits, &doc, &e) == 0, "payload", &e);
	call.payload = doc;
	last.rc = service_find(service)->handle(b->room, &call, &last.answer, &last.err);
	dom_free(doc);
	if (last.rc == 0)
		check_answer(b);
	return &last;
}

static const char *
child_text(struct housing_bench *b, const struct dom_node *of, const char *name)
{
	const struct dom_node *n = of == NULL ? NULL : dom_child(of, NS, name);
	struct octets text = {NULL, 0};
	struct err e = {0};

	if (n == NULL)
		return "";
	need(dom_text(n, b->arena, &text, &e) == 0, name, &e);
	return text.len == 0 ? "" : (const char *)text.data;
}

static const struct dom_node *
root(void)
{
	need(last.doc != NULL, "no answer", &last.err);
	return dom_root(last.doc);
}

const char *
housing_said(struct housing_bench *b, const char *name)
{
	return child_text(b, root(), name);
}

const char *
housing_result(struct housing_bench *b, const char *name)
{
	return child_text(b, dom_child(root(), NS, "messageResult"), name);
}

static const struct dom_node *
first_violation(void)
{
	const struct dom_node *list = dom_child(root(), NS, "violations");

	return list == NULL ? NULL : dom_first(list);
}

bool
housing_violation(struct housing_bench *b, const char *path, const char *code)
{
	for (const struct dom_node *n = first_violation(); n != NULL; n = dom_next(n))
		if (strcmp(child_text(b, n, "path"), path) == 0 &&
		    strcmp(child_text(b, n, "code"), code) == 0)
			return true;
	return false;
}

size_t
housing_violations(struct housing_bench *b)
{
	size_t count = 0;

	(void)b;
	for (const struct dom_node *n = first_violation(); n != NULL; n = dom_next(n))
		count++;
	return count;
}

const char *
housing_last(struct housing_bench *b)
{
	return arena_string(b->arena, last.answer.payload);
}
