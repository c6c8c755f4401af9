/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec: what is written validates against our XSD and the published one, and reads back; reading
 * of responses and faults (the client's side).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "fixture.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

static struct codec *codec;
static struct arena *arena;

static const char *
text(struct octets o)
{
	return arena_string(arena, o);
}

static struct dom_schema *
schema(const char *file)
{
	struct err e = {0};
	struct dom_schema *s;
	char *path =
	    realpath(file, NULL); /* one name a file: libxml2 warns of the circular import */

	assert_non_null(path);
	if (dom_schema_load(path, &s, &e) != 0)
		fail_msg("%s: %s", file, e.detail);
	free(path);
	return s;
}

static void
validate(const char *file, struct octets element)
{
	struct err e = {0};
	struct dom_schema *s = schema(file);
	struct dom *doc;

	if (dom_parse(element, &dom_default_limits, &doc, &e) != 0 ||
	    dom_schema_check(s, doc, &e) != 0)
		fail_msg("%s: %s: %s", file, e.detail, text(element));
	dom_free(doc);
	dom_schema_free(s);
}

/* ours and theirs */
static void
is_valid(const char *our, const char *their, struct octets element)
{
	const char *path = fixture_shared(
	    arena, arena_printf(arena, "contract/merged-one-file-per-namespace/%s", their));

	validate(arena_printf(arena, "%s/wsdl/xsd/%s", fixture_srcdir(), our), element);
	if (path == NULL)
		fixture_skipped(1, their);
	else
		validate(path, element);
}

static void
is_valid_sync(struct octets element)
{
	is_valid("SyncTypes.xsd", "SyncChannel_v10_Types.xsd", element);
}

static struct octets
in_body(struct octets element)
{
	return octets_of(
	    arena_printf(arena, "<s:Body xmlns:s=\"%s\">%s</s:Body>", SOAP, text(element)));
}

static const struct msg_response response = {
    .message_id = "9d1c938b-f840-4cf7-8b56-1e1be4a9f7b7",
    .correlation_id = "c-1",
    .session_id = "{b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21}",
    .response_date = {1770703200, 0}, /* 2026-02-10T06:00:00Z */
    .status_code = "SCSS001",
    .status_message = "Өңделді <&>",
};

static struct octets
write_response(const struct msg_response *r)
{
	struct err e = {0};
	struct octets o;

	if (codec_write_sync_response(codec, r, arena, &o, &e) != 0)
		fail_msg("%s", e.detail);
	is_valid_sync(o);
	return o;
}

static void
a_response_is_written_exactly(void **state)
{
	struct msg_response r = response;

	(void)state;
	r.data = octets_of("<a:r xmlns:a=\"urn:a\">ж</a:r>");
	assert_string_equal(text(write_response(&r)),
	    "<sync:SendMessageResponse "
	    "xmlns:sync=\"http://bip.bee.kz/SyncChannel/v10/Types\"><response>"
	    "<responseInfo><messageId>9d1c938b-f840-4cf7-8b56-1e1be4a9f7b7</messageId>"
	    "<correlationId>c-1</correlationId><responseDate>2026-02-10T11:00:00+05:00</"
	    "responseDate>"
	    "<status><code>SCSS001</code><message>Өңделді &lt;&amp;&gt;</message></status>"
	    "<sessionId>{b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21}</sessionId></responseInfo>"
	    "<responseData><data><a:r xmlns:a=\"urn:a\">ж</a:r></data></responseData></response>"
	    "</sync:SendMessageResponse>");
}

/* Signing a reply takes the short way. */
static void
a_response_is_canonical_when_its_data_are(void **state)
{
	static const char *const none[] = {NULL};
	struct msg_response r = response;

	(void)state;
	r.data = octets_of("<a:r xmlns:a=\"urn:a\">ж</a:r>");
	assert_true(dom_is_canonical(write_response(&r), none));
	r.data = octets_of("<r a='1'/>");
	assert_false(dom_is_canonical(write_response(&r), none));
}

static void
what_a_response_does_not_hold_is_left_out(void **state)
{
	struct msg_response r = response;
	const char *written;

	(void)state;
	r.correlation_id = r.session_id = "";
	written = text(write_response(&r));
	assert_null(strstr(written, "correlationId"));
	assert_null(strstr(written, "sessionId"));
	assert_non_null(strstr(written, "<responseData><data></data></responseData>"));
	r.correlation_id = r.session_id = r.status_message = NULL;
	written = text(write_response(&r));
	assert_null(strstr(written, "correlationId"));
	assert_non_null(strstr(written, "<message/>"));
}

static void
a_status_message_is_cut_to_250_characters(void **state)
{
	struct msg_response r = response;
	char longer[2 * 400 + 1] = "";

	(void)state;
	for (size_t i = 0; i < 400; i++)
		memcpy(longer + 2 * i, "ж", 2);
	r.status_message = longer;
	const char *message = strstr(text(write_response(&r)), "<message>") + strlen("<message>");
	assert_int_equal(strcspn(message, "<"), 2 * 250);
	longer[2 * 250] = '\0';
	message = strstr(text(write_response(&r)), "<message>") + strlen("<message>");
	assert_int_equal(strcspn(message, "<"), 2 * 250);
}

static void
a_session_is_written_as_a_guid_or_not_at_all(void **state)
{
	struct msg_response r = response;

	(void)state;
	r.session_id = "b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21";
	assert_non_null(strstr(text(write_response(&r)),
	    "<sessionId>{b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21}</sessionId>"));
	r.session_id = "b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f2";
	assert_null(strstr(text(write_response(&r)), "sessionId"));
	r.session_id = "{b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21";
	assert_null(strstr(text(write_response(&r)), "sessionId"));
}

/* gSOAP writes U+0001 as &#x1;, which no XML parser takes, and any octet above 127 as it is. */
static void
what_xml_has_no_place_for_is_replaced(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {{"a\x01"
		     "b",
			"a\xEF\xBF\xBD"
			"b"},
	    {"\xD0", "\xEF\xBF\xBD"}, {"\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"},
	    {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	    {"\xEF\xBF\xBE", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
	    {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	    {"\xE0\x80\x80\xF0\x80\x80\x80",
		"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
		"\xEF\xBF\xBD\xEF\xBF\xBD"},
	    {"a\r\n\tb", "a&#xD;\n\tb"}};
	struct msg_response r = response;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.status_message = rows[i].in;
		assert_non_null(strstr(text(write_response(&r)),
		    arena_printf(arena, "<message>%s</message>", rows[i].out)));
	}
}

static void
a_written_response_reads_back(void **state)
{
	static const char *const contents[] = {"", "<a:r xmlns:a=\"urn:a\">ж</a:r>",
	    "<a/><b>t &amp; u</b>", "&lt;?xml version=\"1.0\"?&gt;&lt;a/&gt; &amp;amp;"};
	struct msg_response r = response, back;
	struct msg_fault fault;
	bool is_fault = true;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		r.data = octets_of(contents[i]);
		if (codec_read_sync_response(codec, in_body(write_response(&r)), arena, &back,
			&fault, &is_fault, &e) != 0)
			fail_msg("%s", e.detail);
		assert_false(is_fault);
		assert_string_equal(back.message_id, r.message_id);
		assert_string_equal(back.correlation_id, r.correlation_id);
		assert_string_equal(back.session_id, r.session_id);
		assert_string_equal(back.status_code, r.status_code);
		assert_string_equal(back.status_message, r.status_message);
		assert_int_equal(clock_compare(back.response_date, r.response_date), 0);
		assert_string_equal(text(back.data), contents[i]);
	}
}

static void
a_written_request_is_valid_and_reads_back(void **state)
{
	static const struct msg_property properties[] = {{"CONNECTOR_CLIENT", "true"}, {"", ""}};
	struct msg_request r = {
	    .message_id = "m-1",
	    .service_id = "HQ_SUBMIT",
	    .message_date = {1770703200, 0},
	    .sender = {"pep", "s<>"},
	    .route_id = "R_1",
	    .properties = properties,
	    .property_count = 2,
	};
	struct msg_request back;
	struct octets o;
	struct dom *doc;
	unsigned deviations;
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    codec_write_sync_request(codec, &r, octets_of("&lt;a/&gt;"),
		"xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\"",
		arena, &o, &e),
	    0);
	is_valid_sync(o);
	assert_non_null(strstr(text(o), " xsi:type=\"xs:string\">&lt;a/&gt;</data>"));
	assert_int_equal(dom_parse(in_body(o), &dom_default_limits, &doc, &e), 0);
	assert_int_equal(codec_read_sync_request(
			     codec, in_body(o), dom_root(doc), arena, &back, &deviations, &e),
	    0);
	assert_int_equal(deviations, 0);
	assert_string_equal(back.sender.password, "s<>");
	assert_string_equal(back.message_date_text, "2026-02-10T11:00:00+05:00");
	assert_int_equal(back.property_count, 2);
	assert_string_equal(back.properties[0].value, "true");
	assert_true(back.has_data);
	dom_free(doc);
}

static void
a_request_without_password_or_attributes_is_valid(void **state)
{
	struct msg_request r = {.message_id = "m", .service_id = "s", .sender = {"pep", ""}};
	struct octets o;
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    codec_write_sync_request(codec, &r, octets_of("<a/>"), NULL, arena, &o, &e), 0);
	is_valid_sync(o);
	assert_null(strstr(text(o), "password"));
	assert_non_null(strstr(text(o), "<data><a/></data>"));
}

static void
a_property_that_does_not_fit_is_not_written(void **state)
{
	struct msg_property property = {"0123456789012345678901234567890", "v"};
	struct msg_request r = {.properties = &property, .property_count = 1};
	struct octets o;
	struct err e = {0};

	(void)state;
	assert_int_equal(codec_write_sync_request(codec, &r, octets_of(""), "", arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_null(o.data);
	err_clear(&e);
	r.property_count = CODEC_PROPERTIES_MOST + 1;
	assert_int_equal(codec_write_sync_request(codec, &r, octets_of(""), "", arena, &o, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
}

static const struct msg_fault fault = {
    .code = "SCE006",
    .message = "Неверная подпись",
    .data = "a < b",
    .date = {1770703200, 0},
    .session_id = "b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21",
};

static void
fault_details_are_valid_on_each_channel(void **state)
{
	static const struct {
		enum msg_channel channel;
		const char *our, *their, *begin;
	} rows[] = {
	    {MSG_SYNC, "SyncTypes.xsd", "SyncChannel_v10_Types.xsd",
		"<sync:SendMessageFault1_SendMessageFault "},
	    {MSG_ASYNC, "AsyncTypes.xsd", "AsyncChannel_v10_Types.xsd",
		"<async:sendMessageFault1_sendMessageFault "},
	    {MSG_ASYNC_CLIENT, "AsyncTypes.xsd", "AsyncChannel_v10_Types.xsd",
		"<async:sendMessageFault1_sendMessageFault "},
	};
	struct msg_fault f = fault;
	struct octets o;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f.data = i == 1 ? "" : fault.data;
		assert_int_equal(
		    codec_write_fault_detail(codec, rows[i].channel, &f, arena, &o, &e), 0);
		is_valid(rows[i].our, rows[i].their, o);
		assert_memory_equal(o.data, rows[i].begin, strlen(rows[i].begin));
		assert_int_equal(strstr(text(o), "<errorData>") == NULL, i == 1);
	}
}

static struct msg_fault
read_fault(struct octets body)
{
	struct msg_response r;
	struct msg_fault f;
	bool is_fault = false;
	struct err e = {0};

	if (codec_read_sync_response(codec, body, arena, &r, &f, &is_fault, &e) != 0)
		fail_msg("%s: %s", e.detail, text(body));
	assert_true(is_fault);
	return f;
}

static void
a_written_fault_reads_back(void **state)
{
	struct octets o;
	struct err e = {0};
	struct msg_fault f;

	(void)state;
	assert_int_equal(codec_write_fault_detail(codec, MSG_SYNC, &fault, arena, &o, &e), 0);
	f = read_fault(in_body(octets_of(arena_printf(arena,
	    "<s:Fault><faultcode>s:Client</faultcode><faultstring>x</faultstring><detail>%s</"
	    "detail></s:Fault>",
	    text(o)))));
	assert_string_equal(f.code, fault.code);
	assert_string_equal(f.message, fault.message);
	assert_string_equal(f.data, fault.data);
	assert_string_equal(f.session_id, "{b1f53a5e-8c33-4bd2-9a57-6b1a1c0e8f21}");
	assert_int_equal(clock_compare(f.date, fault.date), 0);
}

static struct octets
sample_body(const char *name)
{
	const char *path = fixture_shared(arena, arena_printf(arena, "samples/shep/%s", name));
	struct octets o = {NULL, 0};
	struct err e = {0};
	struct dom *doc;

	if (path == NULL) {
		fixture_skipped(1, name);
		return o;
	}
	assert_int_equal(dom_parse(fixture_file(arena, path), &dom_default_limits, &doc, &e), 0);
	assert_int_equal(dom_c14n(dom_child(dom_root(doc), SOAP, "Body"), NULL, arena, &o, &e), 0);
	dom_free(doc);
	return o;
}

static void
reads_every_published_fault(void **state)
{
	static const struct {
		const char *file, *code, *message, *data;
	} rows[] = {
	    {"constructed-fault-sync-SCE006.xml", "SCE006", "Не верная транспортная подпись",
		"digest mismatch"},
	    {"constructed-fault-async-SCE001.xml", "SCE001", "Сообщение не соответствует формату",
		"serviceId is empty"},
	    {"constructed-fault-mustunderstand.xml", "MustUnderstand",
		"MustUnderstand headers: ", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets body = sample_body(rows[i].file);

		if (body.data == NULL)
			continue;
		struct msg_fault f = read_fault(body);
		assert_string_equal(f.code, rows[i].code);
		assert_memory_equal(f.message, rows[i].message, strlen(rows[i].message));
		assert_string_equal(f.data, rows[i].data);
	}
}

static void
reads_every_published_response(void **state)
{
	static const struct {
		const char *file, *correlation_id, *data;
	} rows[] = {
	    {"sync-response-vshep-2025.signed-gost2015-issuerserial.xml", "",
		"<return>true</return>"},
	    {"twin-sync-gbdfl-response.signed-data-in-place.rsa-issuerserial.xml",
		"1cd6f524-401c-4366-abd5-e29dde58ec38",
		"<messageId>5f0f7a3d-2c55-4a6e-9a3e-3f3f0c0f1b77<"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets body = sample_body(rows[i].file);
		struct msg_response r;
		struct msg_fault f;
		bool is_fault = true;
		struct err e = {0};

		if (body.data == NULL)
			continue;
		if (codec_read_sync_response(codec, body, arena, &r, &f, &is_fault, &e) != 0)
			fail_msg("%s: %s", rows[i].file, e.detail);
		assert_false(is_fault);
		assert_string_equal(r.message_id, "9d1c938b-f840-4cf7-8b56-1e1be4a9f7b7");
		assert_string_equal(r.correlation_id, rows[i].correlation_id);
		assert_string_equal(r.status_code, "SCSS001");
		assert_memory_equal(r.data.data, rows[i].data, strlen(rows[i].data));
	}
}

static void
refuses_answers_that_are_none(void **state)
{
	static const struct {
		const char *body;
		enum err_code code;
	} rows[] = {
	    {"<s:Envelope xmlns:s=\"" SOAP "\"/>", ERR_MSG_FORMAT},
	    {"<s:Body xmlns:s=\"" SOAP "\"/>", ERR_MSG_FORMAT},
	    {"<s:Body xmlns:s=\"" SOAP "\"><n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES
	     "\"/></s:Body>",
		ERR_MSG_FORMAT},
	    {"<s:Body xmlns:s=\"" SOAP "\"><n:SendMessageResponse xmlns:n=\"" CODEC_SYNC_TYPES
	     "\"><response/></n:SendMessageResponse></s:Body>",
		ERR_MSG_FORMAT},
	    {"<html>busy</html>", ERR_MSG_FORMAT},
	    {"busy", ERR_XML_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct msg_response r;
		struct msg_fault f;
		bool is_fault;
		struct err e = {0};

		assert_int_equal(codec_read_sync_response(
				     codec, octets_of(rows[i].body), arena, &r, &f, &is_fault, &e),
		    -1);
		assert_int_equal(e.code, rows[i].code);
	}
}

static int
open_codec(void **state)
{
	struct err e = {0};

	(void)state;
	arena = arena_new();
	return arena == NULL ? -1 : codec_new(&codec, &e);
}

static int
close_codec(void **state)
{
	(void)state;
	codec_free(codec);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_response_is_written_exactly),
	    cmocka_unit_test(a_response_is_canonical_when_its_data_are),
	    cmocka_unit_test(what_a_response_does_not_hold_is_left_out),
	    cmocka_unit_test(a_status_message_is_cut_to_250_characters),
	    cmocka_unit_test(a_session_is_written_as_a_guid_or_not_at_all),
	    cmocka_unit_test(what_xml_has_no_place_for_is_replaced),
	    cmocka_unit_test(a_written_response_reads_back),
	    cmocka_unit_test(a_written_request_is_valid_and_reads_back),
	    cmocka_unit_test(a_request_without_password_or_attributes_is_valid),
	    cmocka_unit_test(a_property_that_does_not_fit_is_not_written),
	    cmocka_unit_test(fault_details_are_valid_on_each_channel),
	    cmocka_unit_test(a_written_fault_reads_back),
	    cmocka_unit_test(reads_every_published_fault),
	    cmocka_unit_test(reads_every_published_response),
	    cmocka_unit_test(refuses_answers_that_are_none),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_codec, close_codec);
}
