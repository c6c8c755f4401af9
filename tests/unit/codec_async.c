/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See codec_async.h.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec_async.h"
#include "fixture.h"

struct codec *codec;
struct arena *arena;

int
open_codec(void **state)
{
	struct err e = {0};

	(void)state;
	arena = arena_new();
	return arena == NULL ? -1 : codec_new(&codec, &e);
}

int
close_codec(void **state)
{
	(void)state;
	codec_free(codec);
	arena_free(arena);
	return 0;
}

struct dom *
parse_async(const char *xml)
{
	struct err e = {0};
	struct dom *doc;

	if (dom_parse(octets_of(xml), &dom_default_limits, &doc, &e) != 0)
		fail_msg("%s in %.300s", e.detail, xml);
	return doc;
}

static struct octets
digested(const struct dom_node *body)
{
	struct err e = {0};
	struct octets o;

	assert_int_equal(dom_c14n(body, NULL, arena, &o, &e), 0);
	return o;
}

static struct codec_body
body_of(struct dom *doc, enum msg_channel channel, const char *octets)
{
	struct dom_node *node = dom_root(doc), *inside = dom_child(node, SOAP, "Body");

	node = inside == NULL ? node : inside;
	return (struct codec_body){.channel = channel,
	    .digested = octets == NULL ? digested(node) : octets_of(octets),
	    .node = node};
}

struct request
read_request_as(enum msg_channel channel, const char *seen, const char *octets)
{
	struct request r = {.deviations = 99};
	struct dom *doc = parse_async(seen);
	struct codec_body body = body_of(doc, channel, octets);

	r.rc = codec_read_async_request(codec, &body, arena, &r.async, &r.deviations, &r.e);
	dom_free(doc);
	return r;
}

struct answer
read_answer_as(
    enum msg_channel channel, enum msg_operation operation, const char *seen, const char *octets)
{
	struct answer a = {.deviations = 99};
	struct dom *doc = parse_async(seen);
	struct codec_body body = body_of(doc, channel, octets);

	body.operation = operation;
	a.rc = codec_read_async_answer(codec, &body, arena, &a.async, &a.deviations, &a.e);
	dom_free(doc);
	return a;
}

struct msg_async
admit_request(enum msg_channel channel, const char *body, unsigned deviations)
{
	struct request r = read_request_as(channel, body, NULL);

	if (r.rc != 0 || r.deviations != deviations)
		fail_msg("%.500s: %s, deviations %x instead of %x", body, r.e.detail, r.deviations,
		    deviations);
	return r.async;
}

struct msg_async_answer
admit_answer(
    enum msg_channel channel, enum msg_operation operation, const char *body, unsigned deviations)
{
	struct answer a = read_answer_as(channel, operation, body, NULL);

	if (a.rc != 0 || a.deviations != deviations)
		fail_msg("%.500s: %s, deviations %x instead of %x", body, a.e.detail, a.deviations,
		    deviations);
	return a.async;
}

static void
is_refused(int rc, const struct err *e, unsigned deviations, const char *told, const char *body)
{
	if (rc != -1 || e->code != ERR_MSG_FORMAT || strstr(e->public_, told) == NULL)
		fail_msg("rc %d, code %d, told \"%s\" (%s) instead of \"%s\" for %s", rc,
		    (int)e->code, e->public_, e->detail, told, body);
	assert_int_equal(deviations, 0);
}

void
refuse_request(enum msg_channel channel, const char *body, const char *told)
{
	struct request r = read_request_as(channel, body, NULL);

	is_refused(r.rc, &r.e, r.deviations, told, body);
}

void
refuse_answer(
    enum msg_channel channel, enum msg_operation operation, const char *body, const char *told)
{
	struct answer a = read_answer_as(channel, operation, body, NULL);

	is_refused(a.rc, &a.e, a.deviations, told, body);
}

static void
validate(const char *file, struct octets element)
{
	struct err e = {0};
	struct dom_schema *s;
	struct dom *doc = parse_async(arena_string(arena, element));
	char *path =
	    realpath(file, NULL); /* one name a file: libxml2 warns of the circular import */

	assert_non_null(path);
	if (dom_schema_load(path, &s, &e) != 0 || dom_schema_check(s, doc, &e) != 0)
		fail_msg("%s: %s: %s", file, e.detail, arena_string(arena, element));
	free(path);
	dom_free(doc);
	dom_schema_free(s);
}

void
is_valid_async(struct octets element)
{
	struct dom *doc = parse_async(arena_string(arena, element));
	bool client = strcmp(dom_ns(dom_root(doc)), CODEC_CLIENT_TYPES) == 0;
	const char *our = client ? "AsyncClient.xsd" : "AsyncTypes.xsd",
		   *their =
		       client ? "AsyncChannel_v10_Types_Client.xsd" : "AsyncChannel_v10_Types.xsd";
	const char *path = fixture_shared(
	    arena, arena_printf(arena, "contract/merged-one-file-per-namespace/%s", their));

	dom_free(doc);
	validate(arena_printf(arena, "%s/wsdl/xsd/%s", fixture_srcdir(), our), element);
	if (path == NULL)
		fixture_skipped(1, their);
	else
		validate(path, element);
}

static const char *
written(int rc, struct octets o, const struct err *e)
{
	if (rc != 0)
		fail_msg("%s", e->detail);
	is_valid_async(o);
	return arena_printf(
	    arena, "<soap:Body xmlns:soap=\"%s\">%s</soap:Body>", SOAP, arena_string(arena, o));
}

const char *
write_async_request(const struct msg_async *r)
{
	struct err e = {0};
	struct octets o;
	int rc = codec_write_async_request(codec, r, arena, &o, &e);

	return written(rc, o, &e);
}

const char *
write_async_answer(const struct msg_async_answer *a)
{
	struct err e = {0};
	struct octets o;
	int rc = codec_write_async_answer(codec, a, arena, &o, &e);

	return written(rc, o, &e);
}

const char *
async_sample(const char *name)
{
	const char *path = fixture_shared(arena, arena_printf(arena, "samples/shep/%s", name));

	if (path == NULL) {
		fixture_skipped(1, name);
		return NULL;
	}
	return arena_string(arena, fixture_file(arena, path));
}
