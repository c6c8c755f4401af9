/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec without memory: each allocation in turn fails, once or from then on, gSOAP's own included
 * (its static library is linked here). What comes out is the right answer or ERR_NOMEM, never a
 * refusal that blames the sender.
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

static const char request[] =
    "<s:Body xmlns:s=\"" SOAP "\"><n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES
    "\"><request><requestInfo><messageId>m-1</messageId><serviceId>HQ_STATUS</serviceId>"
    "<messageDate>2026-02-10T11:00:00+05:00</messageDate><sender><senderId>pep</senderId></sender>"
    "<properties><key>k</key><value>v</value></properties><properties><key>l</key><value>w</value>"
    "</properties></requestInfo><requestData><data a=\"1\">x<y "
    "z=\"2\"/></data></requestData></request>"
    "</n:SendMessage></s:Body>";

static const char fault[] =
    "<s:Body xmlns:s=\"" SOAP
    "\"><s:Fault><faultcode>s:Client</faultcode><faultstring>f</faultstring><detail>"
    "<n:SendMessageFault1_SendMessageFault xmlns:n=\"" CODEC_SYNC_TYPES
    "\"><errorCode>SCE006</errorCode><errorMessage>m</errorMessage><errorDate>2026-02-10T11:00:00Z"
    "</errorDate></n:SendMessageFault1_SendMessageFault></detail></s:Fault></s:Body>";

static struct codec *codec;
static struct dom *doc;

static int
read_request(struct arena *a, struct err *e)
{
	struct msg_request r;
	unsigned deviations;
	int rc = codec_read_sync_request(
	    codec, octets_of(request), dom_root(doc), a, &r, &deviations, e);

	if (rc == 0) {
		assert_string_equal(r.message_id, "m-1");
		assert_int_equal(r.property_count, 2);
		assert_string_equal(r.properties[1].value, "w");
	}
	return rc;
}

static int
write_response(struct arena *a, struct err *e)
{
	static const char begin[] =
	    "<sync:SendMessageResponse xmlns:sync=\"" CODEC_SYNC_TYPES "\">";
	static char payload[200000]; /* the arena has to grow */
	struct msg_response r = {.message_id = "r-1",
	    .status_code = "SCSS001",
	    .status_message = "a\x01",
	    .data = {(unsigned char *)payload, sizeof(payload)}};
	struct octets o;

	memset(payload, 'x', sizeof(payload));
	int rc = codec_write_sync_response(codec, &r, a, &o, e);
	if (rc == 0)
		assert_true(
		    o.len > sizeof(payload) && memcmp(o.data, begin, sizeof(begin) - 1) == 0);
	else
		assert_null(o.data);
	return rc;
}

static int
read_fault(struct arena *a, struct err *e)
{
	struct msg_response r;
	struct msg_fault f;
	bool is_fault;
	int rc = codec_read_sync_response(codec, octets_of(fault), a, &r, &f, &is_fault, e);

	if (rc == 0) {
		assert_true(is_fault);
		assert_string_equal(f.code, "SCE006");
	}
	return rc;
}

static int
make_codec(struct arena *a, struct err *e)
{
	struct codec *another;
	int rc = codec_new(&another, e);

	(void)a;
	assert_int_equal(another == NULL, rc != 0);
	codec_free(another);
	return rc;
}

/* Every allocation of the work in turn, until one try needs no more. */
static void
starve(int (*work)(struct arena *, struct err *), bool for_good)
{
	bool refused;
	long n = 0;

	do {
		struct arena *a = arena_new();
		struct err e = {0};

		assert_non_null(a);
		starve_begin(n++, for_good);
		int rc = work(a, &e);
		refused = starve_end();
		if (rc != 0) {
			assert_true(refused);
			if (e.code != ERR_NOMEM)
				fail_msg("allocation %ld: %s: %s", n - 1, err_row(e.code)->name,
				    e.detail);
		}
		arena_free(a);
	} while (refused);
	assert_true(n > 1);
}

static void
starve_twice(int (*work)(struct arena *, struct err *))
{
	starve(work, false);
	starve(work, true);
}

static void
a_request_is_read_or_memory_is_out(void **state)
{
	(void)state;
	starve_twice(read_request);
}

static void
a_response_is_written_or_memory_is_out(void **state)
{
	(void)state;
	starve_twice(write_response);
}

static void
a_fault_is_read_or_memory_is_out(void **state)
{
	(void)state;
	starve_twice(read_fault);
}

static void
a_codec_is_made_or_memory_is_out(void **state)
{
	(void)state;
	starve_twice(make_codec);
}

static int
open_codec(void **state)
{
	struct err e = {0};

	(void)state;
	return dom_parse(octets_of(request), &dom_default_limits, &doc, &e) != 0
		   ? -1
		   : codec_new(&codec, &e);
}

static int
close_codec(void **state)
{
	(void)state;
	codec_free(codec);
	dom_free(doc);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_is_read_or_memory_is_out),
	    cmocka_unit_test(a_response_is_written_or_memory_is_out),
	    cmocka_unit_test(a_fault_is_read_or_memory_is_out),
	    cmocka_unit_test(a_codec_is_made_or_memory_is_out),
	};

	if (dom_init(&e) != 0 || clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_codec, close_codec);
}
