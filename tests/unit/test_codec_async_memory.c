/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec, async channel, without memory: each allocation in turn fails, once or from then on,
 * gSOAP's own included (its static library is linked here). What comes out is the right answer or
 * ERR_NOMEM, never a refusal that blames the sender.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "starve.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define FIRST_BLOCK ((size_t)64 * 1024) /* of an arena, base/arena.c */
#define GUID "{9dcb38c2-24f1-48e2-96e5-00cfc9d1d6bc}"

static const struct msg_property properties[] = {{"k", "v"}, {"l", "w"}};
static const struct msg_fault inner = {.code = "2", .message = "inner", .data = "d"};
static const struct msg_fault outer = {.operation = MSG_CHANGE_STATE,
    .code = "SCE001",
    .message = "outer\x01",
    .session_id = GUID,
    .sub = &inner};
#define MESSAGE                                                                                    \
	{                                                                                          \
		.type = MSG_UPDATE, .message_id = "m-1", .correlation_id = "c-1",                  \
		.service_id = "S", .sender = {"pep", "secret"}, .properties = properties,          \
		.property_count = 2                                                                \
	}
static const struct msg_item items[] = {
    {.message = MESSAGE, .data = {.attributes = "a=\"1\""}}, {.message = MESSAGE}};
static char payload[2000];

static const struct {
	enum msg_channel channel;
	struct msg_async request;
	struct msg_async_answer answer;
} calls[] = {
    {MSG_ASYNC_CLIENT,
	{.operation = MSG_SEND,
	    .message = MESSAGE,
	    .data = {{(unsigned char *)payload, sizeof(payload)}, NULL}},
	{.operation = MSG_SEND, .message_id = "m-1", .session_id = GUID}},
    {MSG_ASYNC,
	{.operation = MSG_DELIVERY,
	    .delivery = {.message_id = "m-1",
		.service_id = "S",
		.error = &outer,
		.sender = {"pep", "secret"}}},
	{.operation = MSG_DELIVERY, .notification_id = "n-1"}},
    {MSG_ASYNC,
	{.operation = MSG_QUERY,
	    .query = {.message_id = "m-1",
		.sender = {"pep", "secret"},
		.properties = properties,
		.property_count = 2}},
	{.operation = MSG_QUERY, .state = MSG_DELIVERED, .status = {.code = "0"}}},
    {MSG_ASYNC,
	{.operation = MSG_SELECT,
	    .selection = {.service_id = "S",
		.has_request_date = true,
		.sender = {"pep", ""},
		.amount = 7,
		.properties = properties,
		.property_count = 2}},
	{.operation = MSG_SELECT, .messages = items, .message_count = 2}},
    {MSG_ASYNC_CLIENT,
	{.operation = MSG_CHANGE_STATE,
	    .change = {.notification_id = "n-1",
		.message_id = "m-1",
		.state = MSG_NOT_DELIVERED,
		.status = {.code = "1", .message = "x"},
		.error = &outer}},
	{.operation = MSG_CHANGE_STATE}},
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

static struct codec *codec;
static struct arena *kept;
static struct dom *requests[CALLS], *answers[CALLS], *fault;
static size_t now; /* of the calls, the one that a work is about */

static struct codec_body
body_of(struct dom *doc, struct octets digested)
{
	return (struct codec_body){.channel = calls[now].channel,
	    .operation = calls[now].request.operation,
	    .digested = digested,
	    .node = dom_root(doc)};
}

static int
read_request(struct arena *a, struct err *e)
{
	struct octets digested;
	struct msg_async r;
	unsigned deviations;

	if (dom_c14n(dom_root(requests[now]), NULL, a, &digested, e) != 0)
		return -1;
	const struct codec_body body = body_of(requests[now], digested);
	int rc = codec_read_async_request(codec, &body, a, &r, &deviations, e);
	if (rc != 0)
		return rc;
	assert_int_equal(r.operation, calls[now].request.operation);
	if (r.operation == MSG_SEND) {
		assert_string_equal(r.message.message_id, "m-1");
		assert_string_equal(r.message.properties[1].value, "w");
	} else if (r.operation == MSG_CHANGE_STATE) {
		assert_string_equal(r.change.error->sub->message, "inner");
	}
	return 0;
}

static int
read_answer(struct arena *a, struct err *e)
{
	struct octets digested;
	struct msg_async_answer r;
	unsigned deviations;

	if (dom_c14n(dom_root(answers[now]), NULL, a, &digested, e) != 0)
		return -1;
	const struct codec_body body = body_of(answers[now], digested);
	int rc = codec_read_async_answer(codec, &body, a, &r, &deviations, e);
	if (rc != 0)
		return rc;
	assert_false(r.is_fault);
	assert_int_equal(r.message_count, calls[now].answer.message_count);
	if (r.message_count == 2)
		assert_string_equal(r.messages[1].message.properties[1].key, "l");
	return 0;
}

static int
read_fault(struct arena *a, struct err *e)
{
	struct octets digested;
	struct msg_async_answer r;
	unsigned deviations;

	if (dom_c14n(dom_root(fault), NULL, a, &digested, e) != 0)
		return -1;
	const struct codec_body body = body_of(fault, digested);
	int rc = codec_read_async_answer(codec, &body, a, &r, &deviations, e);
	if (rc != 0)
		return rc;
	assert_true(r.is_fault);
	assert_int_equal(r.fault.operation, MSG_CHANGE_STATE);
	assert_string_equal(r.fault.sub->data, "d");
	return 0;
}

static int
written(int rc, struct octets o)
{
	assert_int_equal(rc == 0, o.data != NULL);
	if (rc == 0)
		assert_true(
		    memmem(o.data, o.len, " xmlns:async", 12) != NULL && o.data[o.len - 1] == '>');
	return rc;
}

static int
write_request(struct arena *a, struct err *e)
{
	struct octets o;
	int rc = codec_write_async_request(codec, &calls[now].request, a, &o, e);

	return written(rc, o);
}

static int
write_answer(struct arena *a, struct err *e)
{
	struct octets o;
	int rc = codec_write_async_answer(codec, &calls[now].answer, a, &o, e);

	return written(rc, o);
}

static int
write_fault(struct arena *a, struct err *e)
{
	struct octets o;
	int rc = codec_write_fault_detail(codec, MSG_ASYNC_CLIENT, &outer, a, &o, e);

	return written(rc, o);
}

/* The work with so much room in the arena, and from the n-th allocation on, or at it alone, no more
 * memory; true when something was refused. */
static bool
starved(int (*work)(struct arena *, struct err *), size_t room, long n, bool for_good)
{
	struct arena *a = arena_new();
	struct err e = {0};

	assert_non_null(a);
	if (room < FIRST_BLOCK)
		assert_non_null(arena_alloc(a, FIRST_BLOCK - room));
	starve_begin(n, for_good);
	int rc = work(a, &e);
	bool refused = starve_end();
	if (rc != 0) {
		assert_true(refused);
		if (e.code != ERR_NOMEM)
			fail_msg("call %zu, room %zu, allocation %ld: %s: %s", now, room, n,
			    err_row(e.code)->name, e.detail);
	}
	arena_free(a);
	return refused;
}

/* Every allocation of the work in turn, until one try needs no more. */
static void
starve(int (*work)(struct arena *, struct err *))
{
	for (int for_good = 0; for_good < 2; for_good++) {
		long n = 0;

		while (starved(work, FIRST_BLOCK, n, for_good != 0))
			n++;
		assert_true(n > 0);
	}
}

/* The writer asks for none but in the arena: its room is what runs out. */
static void
starve_of_room(int (*work)(struct arena *, struct err *))
{
	size_t room = 0;

	while (starved(work, room, 0, true))
		room += 16;
	assert_true(room > 0 && room < FIRST_BLOCK);
}

static void
each_call(
    void (*how)(int (*)(struct arena *, struct err *)), int (*work)(struct arena *, struct err *))
{
	for (now = 0; now < CALLS; now++)
		how(work);
	now = 0;
}

static void
every_request_is_read_or_memory_is_out(void **state)
{
	(void)state;
	each_call(starve, read_request);
}

static void
every_answer_is_read_or_memory_is_out(void **state)
{
	(void)state;
	each_call(starve, read_answer);
}

static void
a_fault_is_read_or_memory_is_out(void **state)
{
	(void)state;
	starve(read_fault);
}

static void
every_request_is_written_or_memory_is_out(void **state)
{
	(void)state;
	each_call(starve_of_room, write_request);
}

static void
every_answer_is_written_or_memory_is_out(void **state)
{
	(void)state;
	each_call(starve_of_room, write_answer);
}

static void
a_fault_is_written_or_memory_is_out(void **state)
{
	(void)state;
	starve_of_room(write_fault);
}

static struct dom *
in_body(struct octets o, const char *around)
{
	struct dom *doc = NULL;
	struct err e = {0};
	const char *xml = arena_printf(kept, "<s:Body xmlns:s=\"" SOAP "\">%s%.*s%s</s:Body>",
	    around == NULL ? "" : "<s:Fault><faultcode>1</faultcode><detail>", (int)o.len,
	    (const char *)o.data, around == NULL ? "" : "</detail></s:Fault>");

	return dom_parse(octets_of(xml), &dom_default_limits, &doc, &e) == 0 ? doc : NULL;
}

static int
prepare(void **state)
{
	struct octets o;
	struct err e = {0};

	(void)state;
	memset(payload, 'x', sizeof(payload));
	if ((kept = arena_new()) == NULL || codec_new(&codec, &e) != 0)
		return -1;
	for (size_t i = 0; i < CALLS; i++) {
		if (codec_write_async_request(codec, &calls[i].request, kept, &o, &e) != 0 ||
		    (requests[i] = in_body(o, NULL)) == NULL ||
		    codec_write_async_answer(codec, &calls[i].answer, kept, &o, &e) != 0 ||
		    (answers[i] = in_body(o, NULL)) == NULL)
			return -1;
	}
	if (codec_write_fault_detail(codec, MSG_ASYNC_CLIENT, &outer, kept, &o, &e) != 0)
		return -1;
	return (fault = in_body(o, "Fault")) == NULL ? -1 : 0;
}

static int
clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < CALLS; i++) {
		dom_free(requests[i]);
		dom_free(answers[i]);
	}
	dom_free(fault);
	codec_free(codec);
	arena_free(kept);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_request_is_read_or_memory_is_out),
	    cmocka_unit_test(every_answer_is_read_or_memory_is_out),
	    cmocka_unit_test(a_fault_is_read_or_memory_is_out),
	    cmocka_unit_test(every_request_is_written_or_memory_is_out),
	    cmocka_unit_test(every_answer_is_written_or_memory_is_out),
	    cmocka_unit_test(a_fault_is_written_or_memory_is_out),
	};

	if (dom_init(&e) != 0 || clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, prepare, clean);
}
