/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec: reading the sync channel. Published samples, the table of deviations, every refusal, and
 * what gSOAP alone would have taken. (Writing: test_codec_write.c.)
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
#include "codec/wire.h"
#include "fixture.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""

/* One message with holes for what a test changes. */
#define BEFORE                                                                                     \
	"<soap:Body xmlns:soap=\"" SOAP "\"><n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES            \
	"\"><request><requestInfo>"
#define BETWEEN "</requestInfo><requestData>"
#define AFTER "</requestData></request></n:SendMessage></soap:Body>"
#define ID "<messageId>m-1</messageId>"
#define SERVICE "<serviceId>HQ_STATUS</serviceId>"
#define DATE "<messageDate>2026-02-10T11:00:00+05:00</messageDate>"
#define SENDER "<sender><senderId>pep</senderId><password>secret</password></sender>"
#define INFO ID SERVICE DATE SENDER
#define DATA "<data><x/></data>"
#define MESSAGE(info, data) BEFORE info BETWEEN data AFTER

static struct codec *codec;
static struct arena *arena;

struct reading {
	struct msg_request request;
	unsigned deviations;
	struct err e;
	int rc;
};

static struct dom *
parse(struct octets xml)
{
	struct err e = {0};
	struct dom *doc;

	if (dom_parse(xml, &dom_default_limits, &doc, &e) != 0)
		fail_msg("%s in %.200s", e.detail, (const char *)xml.data);
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

/* Reads the tree of `seen` with the octets of `octets`; NULL = those that its Body digests to. */
static struct reading
read_both(const char *seen, const char *octets)
{
	struct reading r = {.deviations = 99};
	struct dom *doc = parse(octets_of(seen));
	struct octets o = octets == NULL ? digested(dom_root(doc)) : octets_of(octets);

	r.rc = codec_read_sync_request(
	    codec, o, dom_root(doc), arena, &r.request, &r.deviations, &r.e);
	dom_free(doc);
	return r;
}

static struct reading
read_message(const char *message)
{
	return read_both(message, NULL);
}

static void
refuse(const char *message, const char *told)
{
	struct reading r = read_message(message);

	if (r.rc != -1 || r.e.code != ERR_MSG_FORMAT || strstr(r.e.public_, told) == NULL)
		fail_msg("rc %d, code %d, told \"%s\" (%s) instead of \"%s\" for %s", r.rc,
		    (int)r.e.code, r.e.public_, r.e.detail, told, message);
	assert_int_equal(r.deviations, 0);
}

static void
admit(const char *message, unsigned deviations)
{
	struct reading r = read_message(message);

	if (r.rc != 0 || r.deviations != deviations)
		fail_msg("%s: %s, deviations %x instead of %x", message, r.e.detail, r.deviations,
		    deviations);
	assert_string_equal(r.request.message_id, "m-1");
	assert_string_equal(r.request.sender.sender_id, "pep");
	assert_string_equal(r.request.service_id, "HQ_STATUS");
}

static const char *
repeat(const char *text, size_t times)
{
	size_t len = strlen(text);
	char *all = arena_alloc(arena, len * times + 1);

	assert_non_null(all);
	for (size_t i = 0; i < times; i++)
		memcpy(all + i * len, text, len);
	return all;
}

/* The Body of a sample, or NULL where ../shared is not there. */
static struct dom_node *
sample(const char *name, struct dom **doc)
{
	const char *path = fixture_shared(arena, arena_printf(arena, "samples/shep/%s", name));

	*doc = NULL;
	if (path == NULL) {
		fixture_skipped(1, name);
		return NULL;
	}
	*doc = parse(fixture_file(arena, path));
	return dom_child(dom_root(*doc), SOAP, "Body");
}

static void
reads_every_published_sync_request(void **state)
{
	static const struct {
		const char *file;
		unsigned deviations;
		const char *message_id, *service_id, *sender_id, *date, *session_id;
		size_t properties;
	} rows[] = {
	    {"sync-gbdfl-request.unsigned.ncanode.xml",
		CODEC_DATA_QUALIFIED | CODEC_DATA_TYPE_UNKNOWN,
		"ccb1010b-8446-4937-913f-c87a717f6809", "GBDFL_UniversalServiceSync", "smartbridge",
		"2019-12-25T12:48:21Z", "", 1},
	    {"twin-sync-gbdfl-request.rsa-keyidentifier.xml",
		CODEC_DATA_QUALIFIED | CODEC_DATA_TYPE_UNKNOWN,
		"ccb1010b-8446-4937-913f-c87a717f6809", "GBDFL_UniversalServiceSync", "smartbridge",
		"2019-12-25T12:48:21Z", "", 1},
	    {"redacted-sync-ensi-request.unsigned.xml", 0, "97a9f7fe-6fe6-48e4-adc2-f61cdbf0ea84",
		"ENSI_SeGetDataGetItems", "TEST_SENDER", "2022-12-13T18:32:13Z", "", 0},
	    {"redacted-sync-ensi-request.gost2004-structure-only.xml", 0,
		"97a9f7fe-6fe6-48e4-adc2-f61cdbf0ea84", "ENSI_SeGetDataGetItems", "TEST_SENDER",
		"2022-12-13T18:32:13Z", "", 0},
	    {"redacted-sync-esedo-docOutgoing.unsigned.xml",
		CODEC_SESSION_WITHOUT_BRACES | CODEC_DATA_TYPE_UNKNOWN,
		"639cfdad-bfbc-4ae1-8eb5-53420436c03e", "ESEDO_UNIVERSAL_SERVICE", "TEST_SENDER",
		"2022-12-20T14:33:39Z", "639cfdad-bfbc-4ae1-8eb5-53420436c03e", 0},
	    {"redacted-sync-egkn-request.escaped-gost2004-structure-only.xml", 0,
		"77a34dd4-cdc9-4852-9607-57020c3130a3", "EgknGeoportalActualization", "isegkn",
		"2021-10-08T04:47:19Z", "{49af1eac-bbc4-4bd7-8d4f-5b778d828831}", 0},
	    {"constructed-eds-temp-files-upload.request.xml",
		CODEC_PROPERTY_EMPTY | CODEC_SESSION_EMPTY, "575e9da7-ed12-446e-bb89-5e11423702a1",
		"EDS_TEMP_FILES", "TEST_SENDER", "2021-10-12T04:40:00Z", "", 0},
	    {"constructed-eds-temp-files-download.request.xml",
		CODEC_PROPERTY_EMPTY | CODEC_SESSION_EMPTY, "575e9da7-ed12-446e-bb89-5e11423702a1",
		"EDS_TEMP_FILES", "TEST_SENDER", "2021-10-12T04:40:00Z", "", 0},
	    {"constructed-sync-erap-request.out-of-order-xsstring-with-children.xml",
		CODEC_OUT_OF_ORDER | CODEC_DATA_STRING_WITH_CHILDREN,
		"7a0f4a0e-1f5e-4a37-a9a4-5c9d7e5b1f00", "erap_violation_receiver", "TEST_SENDER",
		"2025-06-23T07:40:33Z", "", 0},
	};
	struct dom *doc;
	char date[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dom_node *body = sample(rows[i].file, &doc);
		struct msg_request r;
		struct err e = {0};
		unsigned deviations;

		if (body == NULL)
			continue;
		if (codec_read_sync_request(
			codec, digested(body), body, arena, &r, &deviations, &e) != 0)
			fail_msg("%s: %s", rows[i].file, e.detail);
		if (deviations != rows[i].deviations)
			fail_msg("%s: deviations %x", rows[i].file, deviations);
		assert_string_equal(r.message_id, rows[i].message_id);
		assert_string_equal(r.service_id, rows[i].service_id);
		assert_string_equal(r.sender.sender_id, rows[i].sender_id);
		assert_string_equal(r.session_id, rows[i].session_id);
		assert_string_equal(clock_write_utc(r.message_date, date), rows[i].date);
		assert_int_equal(r.property_count, rows[i].properties);
		assert_true(r.has_data);
		assert_ptr_equal(
		    dom_parent(dom_parent(dom_parent(dom_parent(codec_find_data(body))))), body);
		dom_free(doc);
	}
}

static void
reads_all_that_a_request_holds(void **state)
{
	struct reading r = read_message(MESSAGE(ID
	    "<correlationId>c &amp; d</correlationId>" SERVICE
	    "<messageDate>\n2026-02-10T11:00:00.5</messageDate><routeId>R_1</routeId>" SENDER
	    "<properties><key>K</key><value>Ж</value></properties><properties><key/><value/></"
	    "properties>"
	    "<sessionId>{49af1eac-bbc4-4bd7-8d4f-5b778d828831}</sessionId>",
	    DATA));
	char date[CLOCK_TEXT];

	(void)state;
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.deviations, 0);
	assert_int_equal(r.request.channel, MSG_SYNC);
	assert_string_equal(r.request.operation, "SendMessage");
	assert_string_equal(r.request.correlation_id, "c & d");
	assert_string_equal(r.request.route_id, "R_1");
	assert_string_equal(r.request.sender.password, "secret");
	assert_string_equal(r.request.message_date_text, "\n2026-02-10T11:00:00.5");
	assert_string_equal(clock_write_utc(r.request.message_date, date), "2026-02-10T06:00:00Z");
	assert_int_equal(r.request.property_count, 2);
	assert_string_equal(r.request.properties[0].key, "K");
	assert_string_equal(r.request.properties[0].value, "Ж");
	assert_string_equal(r.request.properties[1].key, "");
	assert_string_equal(r.request.properties[1].value, "");
	assert_string_equal(r.request.session_id, "{49af1eac-bbc4-4bd7-8d4f-5b778d828831}");
}

static void
what_is_not_there_reads_as_empty(void **state)
{
	struct reading r =
	    read_message(MESSAGE(ID SERVICE DATE "<sender><senderId>pep</senderId></sender>", ""));

	(void)state;
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.request.correlation_id, "");
	assert_string_equal(r.request.route_id, "");
	assert_string_equal(r.request.session_id, "");
	assert_string_equal(r.request.sender.password, "");
	assert_int_equal(r.request.property_count, 0);
	assert_false(r.request.has_data);
}

static void
repairs_and_names_each_known_deviation(void **state)
{
	(void)state;
	admit(MESSAGE(INFO, "<w:data xmlns:w=\"urn:w\">x</w:data>"), CODEC_DATA_QUALIFIED);
	admit(MESSAGE(INFO, "<data " XSI " xmlns:t=\"urn:t\" xsi:type=\"t:T\">x</data>"),
	    CODEC_DATA_TYPE_UNKNOWN);
	admit(
	    MESSAGE(INFO, "<data " XSI " xsi:type=\"nobody:T\">x</data>"), CODEC_DATA_TYPE_UNKNOWN);
	admit(MESSAGE(INFO, "<data " XSI " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
			    "xsi:type=\"xs:string\"><x/></data>"),
	    CODEC_DATA_STRING_WITH_CHILDREN);
	admit(MESSAGE(INFO, "<data " XSI " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
			    "xsi:type=\"xs:string\">x</data>"),
	    0);
	admit(MESSAGE(INFO "<sessionId>49af1eac-bbc4-4bd7-8d4f-5b778d828831</sessionId>", DATA),
	    CODEC_SESSION_WITHOUT_BRACES);
	admit(MESSAGE(INFO "<sessionId/>", DATA), CODEC_SESSION_EMPTY);
	admit(MESSAGE(INFO "<properties/><properties> </properties>", DATA), CODEC_PROPERTY_EMPTY);
	admit(MESSAGE(SENDER DATE SERVICE ID, DATA), CODEC_OUT_OF_ORDER);
	admit(MESSAGE(INFO "<properties><value>v</value><key>k</key></properties>", DATA),
	    CODEC_OUT_OF_ORDER);
}

static void
every_deviation_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned bit = CODEC_DATA_QUALIFIED; bit <= CODEC_ANSWER_EMPTY; bit <<= 1) {
		assert_non_null(codec_deviation_name(bit));
		for (unsigned other = CODEC_DATA_QUALIFIED; other < bit; other <<= 1)
			assert_string_not_equal(
			    codec_deviation_name(bit), codec_deviation_name(other));
	}
	assert_null(codec_deviation_name(CODEC_ANSWER_EMPTY << 1));
	assert_null(codec_deviation_name(CODEC_DATA_QUALIFIED | CODEC_OUT_OF_ORDER));
}

static void
refuses_a_message_that_lacks_a_mandatory_element(void **state)
{
	(void)state;
	refuse(MESSAGE(SERVICE DATE SENDER, DATA), "/requestInfo/messageId: is missing");
	refuse(MESSAGE(ID DATE SENDER, DATA), "/requestInfo/serviceId: is missing");
	refuse(MESSAGE(ID SERVICE SENDER, DATA), "/requestInfo/messageDate: is missing");
	refuse(MESSAGE(ID SERVICE DATE, DATA), "/requestInfo/sender: is missing");
	refuse(MESSAGE(ID SERVICE DATE "<sender/>", DATA), "/sender/senderId: is missing");
	refuse(MESSAGE(INFO "<properties><key>k</key></properties>", DATA),
	    "/properties/value: is missing");
	refuse(MESSAGE(INFO "<properties><value>v</value></properties>", DATA),
	    "/properties/key: is missing");
	refuse(BEFORE INFO "</requestInfo></request></n:SendMessage></soap:Body>",
	    "/request/requestData: is missing");
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"><SendMessage xmlns=\"" CODEC_SYNC_TYPES
	       "\"><request xmlns=\"\"><requestData/></request></SendMessage></soap:Body>",
	    "/request/requestInfo: is missing");
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"><SendMessage xmlns=\"" CODEC_SYNC_TYPES
	       "\"/></soap:Body>",
	    "/SendMessage/request: is missing");
}

static void
refuses_empty_keys(void **state)
{
	(void)state;
	refuse(MESSAGE("<messageId/>" SERVICE DATE SENDER, DATA), "messageId: is empty");
	refuse(
	    MESSAGE("<messageId> \n</messageId>" SERVICE DATE SENDER, DATA), "messageId: is empty");
	refuse(MESSAGE(ID "<serviceId></serviceId>" DATE SENDER, DATA), "serviceId: is empty");
	refuse(MESSAGE(ID SERVICE "<messageDate/>" SENDER, DATA), "messageDate: is empty");
	refuse(MESSAGE(ID SERVICE DATE "<sender><senderId/></sender>", DATA), "senderId: is empty");
}

static void
refuses_elements_twice_or_unknown_or_in_a_namespace(void **state)
{
	(void)state;
	refuse(MESSAGE(ID INFO, DATA), "messageId: occurs too often");
	refuse(MESSAGE(INFO SENDER, DATA), "sender: occurs too often");
	refuse(MESSAGE(INFO, DATA DATA), "data: occurs too often");
	refuse(MESSAGE(INFO, "<q:data xmlns:q=\"urn:q\"/>" DATA), "data: occurs too often");
	refuse(MESSAGE(INFO "<other/>", DATA), "/requestInfo/other: is not expected here");
	refuse(MESSAGE(INFO, "<other/>"), "/requestData/other: is not expected here");
	refuse(MESSAGE(SERVICE DATE SENDER "<q:messageId xmlns:q=\"urn:q\">m</q:messageId>", DATA),
	    "messageId: is in a namespace");
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"><SendMessage xmlns=\"" CODEC_SYNC_TYPES
	       "\"><request/></SendMessage></soap:Body>",
	    "request: is in a namespace");
	refuse(MESSAGE(INFO "<properties><key>k</key><value>v</value><x/></properties>", DATA),
	    "properties: holds more than key and value");
	refuse(MESSAGE(INFO "<properties>t<key>k</key><value>v</value></properties>", DATA),
	    "properties: holds more than key and value");
}

static void
refuses_another_operation_and_two_of_them(void **state)
{
	const char *two = BEFORE INFO BETWEEN DATA "</requestData></request></n:SendMessage>"
						   "<n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES
						   "\"/></soap:Body>";

	(void)state;
	refuse(two, "exactly one operation");
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"/>", "exactly one operation");
	refuse(BEFORE INFO BETWEEN "</requestData></request><request/></n:SendMessage></soap:Body>",
	    "request: occurs too often");
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"><a:sendMessage "
	       "xmlns:a=\"http://bip.bee.kz/AsyncChannel/v10/Types\"/></soap:Body>",
	    "{http://bip.bee.kz/AsyncChannel/v10/Types}sendMessage is not");
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"><SendMessage xmlns=\"urn:x\"/></soap:Body>",
	    "{urn:x}SendMessage is not");
}

static void
refuses_nil_where_something_must_be(void **state)
{
	(void)state;
	refuse("<soap:Body xmlns:soap=\"" SOAP "\"><SendMessage xmlns=\"" CODEC_SYNC_TYPES
	       "\"><request xmlns=\"\" " XSI " xsi:nil=\"true\"/></SendMessage></soap:Body>",
	    "request: must not be nil");
	refuse(MESSAGE("<messageId " XSI " xsi:nil=\"1\">m</messageId>" SERVICE DATE SENDER, DATA),
	    "messageId: must not be nil");
	refuse(
	    MESSAGE(INFO "<properties><key " XSI " xsi:nil=\"true\"/><value/></properties>", DATA),
	    "properties: must not be nil");
}

static void
refuses_dates_that_are_none(void **state)
{
	static const char *const bad[] = {"yesterday", "2026-02-31T00:00:00Z",
	    "2026-02-10T11:00:00+05:00 x", "10.02.2026", "2026-02-10T11:00"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(
		    arena_printf(arena,
			MESSAGE(ID SERVICE "<messageDate>%s</messageDate>" SENDER, DATA), bad[i]),
		    "/requestInfo/messageDate: is no dateTime");
}

static void
refuses_a_session_that_is_no_guid(void **state)
{
	(void)state;
	refuse(MESSAGE(INFO "<sessionId>{1}</sessionId>", DATA), "/sessionId: is no guid");
	refuse(MESSAGE(INFO "<sessionId>{49af1eac-bbc4-4bd7-8d4f-5b778d82883g}</sessionId>", DATA),
	    "/sessionId: is no guid");
}

static void
holds_the_limits_in_characters_not_octets(void **state)
{
	static const char property[] =
	    INFO "<properties><key>%s</key><value>%s</value></properties>";
	const char *id =
	    arena_printf(arena, "<messageId>%s</messageId>", repeat("ж", CODEC_ID_MOST + 1));
	const char *form = arena_printf(arena, "%s%s%s", BEFORE, property, BETWEEN DATA AFTER);
	struct reading r;

	(void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	admit(arena_printf(arena, form, repeat("ж", 30), repeat("ж", 500)), 0);
	refuse(arena_printf(arena, form, repeat("ж", 31), "v"), "key: longer than 30 characters");
	refuse(
	    arena_printf(arena, form, "k", repeat("ж", 501)), "value: longer than 500 characters");
#pragma GCC diagnostic pop
	refuse(arena_printf(arena, "%s%s%s", BEFORE, id, SERVICE DATE SENDER BETWEEN AFTER),
	    "messageId: longer than 256 characters");
	r = read_message(arena_printf(arena, "%s%s%s", BEFORE INFO,
	    repeat("<properties><key>k</key><value>v</value></properties>", CODEC_PROPERTIES_MOST),
	    BETWEEN AFTER));
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.request.property_count, CODEC_PROPERTIES_MOST);
	refuse(arena_printf(arena, "%s%s%s", BEFORE INFO,
		   repeat("<properties/>", CODEC_PROPERTIES_MOST + 1), BETWEEN AFTER),
	    "properties: occurs too often");
}

/* gSOAP alone joins "1<!-- -->2" to "12", and takes markup inside a text for text. */
static void
refuses_comments_and_elements_inside_values(void **state)
{
	struct reading r =
	    read_message(MESSAGE(ID "<serviceId>1<!-- -->2</serviceId>" DATE SENDER, DATA));

	(void)state;
	assert_int_equal(r.rc, -1);
	assert_int_equal(r.e.code, ERR_MSG_FORMAT);
	r = read_message(MESSAGE(ID "<serviceId>1<b/>2</serviceId>" DATE SENDER, DATA));
	assert_int_equal(r.rc, -1);
	assert_int_equal(r.e.code, ERR_MSG_FORMAT);
	refuse(MESSAGE("text" INFO, DATA), "has text between its elements");
	admit(MESSAGE("<!-- between -->" INFO, DATA), 0);
}

static void
cdata_reads_as_the_text_it_is(void **state)
{
	struct reading r =
	    read_message(MESSAGE(ID "<serviceId>HQ<![CDATA[_&]]>S</serviceId>" DATE SENDER, DATA));

	(void)state;
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.request.service_id, "HQ_&S");
}

/* gSOAP would fill the element from wherever the id stands. */
static void
an_href_is_not_followed(void **state)
{
	(void)state;
	refuse(MESSAGE("<messageId href=\"#x\"/>" SERVICE DATE SENDER,
		   "<data><messageId id=\"x\">evil</messageId></data>"),
	    "messageId: is empty");
	admit(MESSAGE("<messageId href=\"#x\">m-1</messageId>" SERVICE DATE SENDER,
		  "<data><messageId id=\"x\">evil</messageId></data>"),
	    0);
}

/* exc-C14N drops the declaration of a prefix that only stands in an attribute's value; gSOAP would
 * refuse the message for it, or believe a type. */
static void
types_of_values_do_not_steer_the_reader(void **state)
{
	(void)state;
	admit(MESSAGE("<messageId " XSI " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
		      "xsi:type=\"xsd:string\">m-1</messageId>" SERVICE DATE SENDER,
		  DATA),
	    0);
	admit(MESSAGE("<messageId " XSI " xsi:type=\"xsd:int\">m-1</messageId>" SERVICE DATE SENDER,
		  DATA),
	    0);
}

static void
refuses_octets_that_do_not_say_what_the_tree_says(void **state)
{
	static const char *const others[] = {
	    MESSAGE("<messageId>m-2</messageId>" SERVICE DATE SENDER, DATA),
	    MESSAGE(ID "<serviceId>HQ_SUBMIT</serviceId>" DATE SENDER, DATA),
	    MESSAGE(ID SERVICE DATE
		"<sender><senderId>gov</senderId><password>secret</password></sender>",
		DATA),
	    MESSAGE(ID SERVICE DATE, DATA),
	    MESSAGE(INFO "<properties><key>k</key><value>v</value></properties>", DATA),
	    MESSAGE(INFO "<sessionId/>" SENDER, DATA) "<",
	    "<soap:Body xmlns:soap=\"" SOAP "\"/>",
	    "<Body/>",
	    "",
	    "\x1f\x8b\x08",
	};

	(void)state;
	admit(MESSAGE(INFO, DATA), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) - 1; i++) {
		struct reading r = read_both(MESSAGE(INFO, DATA), others[i]);

		assert_int_equal(r.rc, -1);
		assert_int_equal(r.e.code, ERR_MSG_FORMAT);
		assert_string_equal(r.e.public_, "");
	}
	admit(MESSAGE(INFO, DATA), 0);
}

/* The reader begins anew without all of gSOAP's own beginning where the last message was read to
 * its end: nothing of any message may be seen in what is said of the next. */
static void
every_message_reads_the_same_whatever_came_before(void **state)
{
	static const char *const octets[] = {
	    NULL, /* those of the tree */
	    MESSAGE(INFO
		"<properties a=\"1\" href=\"#b\"><key>k</key><value>v</value></properties>",
		"<data id=\"b\" xsi:nil=\"true\" " XSI "><y xmlns=\"urn:y\"/>t</data>"),
	    "<b:Body xmlns:b=\"" SOAP "\" xmlns:m=\"" CODEC_SYNC_TYPES
	    "\"><m:SendMessage><request><requestInfo>" INFO BETWEEN DATA
	    "</requestData></request></m:SendMessage></b:Body>",
	    "<soap:Body xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"/>",
	    "<soap:Body xmlns:soap=\"" SOAP "\"><n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES
	    "\"><request><requestInfo>" ID,
	    MESSAGE(INFO, "<data><![CDATA[<]]>&amp;</data>") "<",
	    MESSAGE(INFO, DATA) " ",
	    "<soap:Body",
	    "<a:Body/>",
	    "",
	};
	const size_t count = sizeof(octets) / sizeof(octets[0]);
	struct codec *kept = codec;

	(void)state;
	for (size_t i = 0; i < count * count * count; i++) {
		const size_t row[] = {i / count / count, i / count % count, i % count};
		struct err e = {0};
		for (size_t k = 0; k < 2; k++)
			(void)read_both(MESSAGE(INFO, DATA), octets[row[k]]);
		struct reading after = read_both(MESSAGE(INFO, DATA), octets[row[2]]);
		assert_int_equal(codec_new(&codec, &e), 0);
		struct reading fresh = read_both(MESSAGE(INFO, DATA), octets[row[2]]);
		codec_free(codec);
		codec = kept;
		assert_int_equal(after.rc, fresh.rc);
		assert_int_equal(after.e.code, fresh.e.code);
		assert_string_equal(after.e.detail, fresh.e.detail);
		arena_reset(arena);
	}
	admit(MESSAGE(INFO, DATA), 0);
	assert_true(codec->in_order);
}

/* gSOAP 2.8.124 leaves the ";" of a character reference of six digits in the text. Canonical octets
 * hold no such reference; where one came in all the same, the comparison refuses. */
static void
refuses_a_reference_that_gsoap_reads_wrongly(void **state)
{
	struct reading r =
	    read_both(MESSAGE(ID "<serviceId>\xF0\x9F\x98\x80</serviceId>" DATE SENDER, DATA),
		MESSAGE(ID "<serviceId>&#x1F600;</serviceId>" DATE SENDER, DATA));

	(void)state;
	assert_int_equal(r.rc, -1);
	assert_int_equal(r.e.code, ERR_MSG_FORMAT);
	r = read_message(MESSAGE(ID "<serviceId>&#x1F600;</serviceId>" DATE SENDER, DATA));
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.request.service_id, "\xF0\x9F\x98\x80");
}

/* gSOAP alone takes "/>" in a value for the end of an element, and the rest for that of data. */
static void
data_ends_with_its_own_end_tag_whatever_it_holds(void **state)
{
	static const char *const contents[] = {
	    "<a b=\"/>\"/>",
	    "<a b=\"x='y' c=&quot;/>\" d=\"&lt;/data>\">/&gt;</a>",
	    "<data><data b=\"/>\"/></data><data/>",
	    "<p:data xmlns:p=\"u:/\">t</p:data> / <p:data p:b=\"'/>\" xmlns:p=\"u:'\"/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		admit(arena_printf(arena, "%s%s%s", BEFORE INFO BETWEEN "<data>", contents[i],
			  "</data>" AFTER),
		    0);
}

/* What C14N would not have written is for gSOAP to read past, as it always did. */
static void
data_that_is_not_canonical_is_read_all_the_same(void **state)
{
	static const char *const contents[] = {
	    "<a/>",
	    "<a b='c'></a>",
	    "<a></a><!-- </data> --><a></a>",
	    "<a><![CDATA[</data><a b=\">\"]]></a>",
	    "<?a </data>?><a></a>",
	    "<a b = \"c\"></a>",
	};
	static const char *const wrong[] = {
	    "<a></a></a>",
	    "<a></a></a></data>" AFTER,
	    "<a>",
	    "<a></data>" AFTER,
	    "<a b=\"></a>",
	    "<a b=\"c></a>",
	    "<a></a",
	    "<",
	    "</",
	    "</date>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		const char *octets = arena_printf(
		    arena, "%s%s%s", BEFORE INFO BETWEEN "<data>", contents[i], "</data>" AFTER);
		struct reading r = read_both(MESSAGE(INFO, DATA), octets);
		assert_int_equal(r.rc, 0);
		assert_true(codec->in_order);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct reading r = read_both(MESSAGE(INFO, DATA),
		    arena_printf(arena, "%s%s", BEFORE INFO BETWEEN "<data>", wrong[i]));
		assert_int_equal(r.rc, -1);
		assert_int_equal(r.e.code, ERR_MSG_FORMAT);
	}
}

/* The end may stand in what gSOAP has in its buffer, behind it, or across its edge. */
static void
data_ends_anywhere_about_the_edge_of_the_buffer(void **state)
{
	const size_t before = strlen(BEFORE INFO BETWEEN "<data><e></e>");

	(void)state;
	for (size_t i = 0; i < 24; i++) {
		const char *filler = repeat("x", SOAP_BUFLEN - before - 12 + i);
		const char *message = arena_printf(
		    arena, "%s%s%s", BEFORE INFO BETWEEN "<data><e>", filler, "</e></data>" AFTER);
		admit(message, 0);
		struct reading r = read_both(
		    message, arena_printf(arena, "%s%s%s", BEFORE INFO BETWEEN "<data><e>", filler,
				 "</data>" AFTER));
		assert_int_equal(r.rc, -1);
		assert_int_equal(r.e.code, ERR_MSG_FORMAT);
		arena_reset(arena);
	}
	admit(MESSAGE(INFO, DATA), 0);
}

static void
a_large_payload_is_not_copied(void **state)
{
	const char *message = arena_printf(arena, "%s%s%s", BEFORE INFO BETWEEN "<data>",
	    repeat("<e>0123456789012345678901234567</e>", 25000), "</data>" AFTER);
	struct dom *doc = parse(octets_of(message));
	struct octets o = digested(dom_root(doc));
	struct arena *own = arena_new();
	struct msg_request r;
	unsigned deviations;
	struct err e = {0};

	(void)state;
	assert_true(o.len > 800000);
	assert_int_equal(
	    codec_read_sync_request(codec, o, dom_root(doc), own, &r, &deviations, &e), 0);
	assert_true(r.has_data);
	assert_true(arena_used(own) < 2048);
	arena_free(own);
	dom_free(doc);
}

static void
a_password_does_not_stay_in_the_context(void **state)
{
	static const char needle[] = "n33dle-in-a-haystack";
	const char *message = arena_printf(arena,
	    "%s<sender><senderId>pep</senderId><password>%s</password></sender>%s",
	    BEFORE ID SERVICE DATE, needle, BETWEEN AFTER);
	struct reading r = read_message(message);

	(void)state;
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.request.sender.password, needle);
	assert_null(memmem(codec->reader, sizeof(*codec->reader), needle, strlen(needle)));
	if (codec->reader->labbuf != NULL)
		assert_null(
		    memmem(codec->reader->labbuf, codec->reader->lablen, needle, strlen(needle)));
}

static void
finds_the_one_data(void **state)
{
	static const struct {
		const char *message;
		bool found;
	} rows[] = {{MESSAGE(INFO, DATA), true},
	    {MESSAGE(INFO, "<q:data xmlns:q=\"urn:q\"/>"), true}, {MESSAGE(INFO, ""), false},
	    {"<soap:Body xmlns:soap=\"" SOAP "\"><data/></soap:Body>", false},
	    {"<soap:Body xmlns:soap=\"" SOAP "\"><n:SendMessageResponse xmlns:n=\"" CODEC_SYNC_TYPES
	     "\"><response><responseData><data/></responseData></response></"
	     "n:SendMessageResponse></soap:Body>",
		true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dom *doc = parse(octets_of(rows[i].message));
		struct dom_node *data = codec_find_data(dom_root(doc));

		assert_int_equal(data != NULL, rows[i].found);
		if (data != NULL)
			assert_string_equal(dom_name(data), "data");
		dom_free(doc);
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
	codec_free(NULL);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_published_sync_request),
	    cmocka_unit_test(reads_all_that_a_request_holds),
	    cmocka_unit_test(what_is_not_there_reads_as_empty),
	    cmocka_unit_test(repairs_and_names_each_known_deviation),
	    cmocka_unit_test(every_deviation_has_a_name_of_its_own),
	    cmocka_unit_test(refuses_a_message_that_lacks_a_mandatory_element),
	    cmocka_unit_test(refuses_empty_keys),
	    cmocka_unit_test(refuses_elements_twice_or_unknown_or_in_a_namespace),
	    cmocka_unit_test(refuses_another_operation_and_two_of_them),
	    cmocka_unit_test(refuses_nil_where_something_must_be),
	    cmocka_unit_test(refuses_dates_that_are_none),
	    cmocka_unit_test(refuses_a_session_that_is_no_guid),
	    cmocka_unit_test(holds_the_limits_in_characters_not_octets),
	    cmocka_unit_test(refuses_comments_and_elements_inside_values),
	    cmocka_unit_test(cdata_reads_as_the_text_it_is),
	    cmocka_unit_test(an_href_is_not_followed),
	    cmocka_unit_test(types_of_values_do_not_steer_the_reader),
	    cmocka_unit_test(refuses_octets_that_do_not_say_what_the_tree_says),
	    cmocka_unit_test(every_message_reads_the_same_whatever_came_before),
	    cmocka_unit_test(refuses_a_reference_that_gsoap_reads_wrongly),
	    cmocka_unit_test(data_ends_with_its_own_end_tag_whatever_it_holds),
	    cmocka_unit_test(data_that_is_not_canonical_is_read_all_the_same),
	    cmocka_unit_test(data_ends_anywhere_about_the_edge_of_the_buffer),
	    cmocka_unit_test(a_large_payload_is_not_copied),
	    cmocka_unit_test(a_password_does_not_stay_in_the_context),
	    cmocka_unit_test(finds_the_one_data),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_codec, close_codec);
}
