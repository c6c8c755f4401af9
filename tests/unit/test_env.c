/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * env: every part once and in its place; reply envelopes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "env/env.h"
#include "fixture.h"

#define OPEN                                                                                       \
	"<s:Envelope xmlns:s='" ENV_SOAP "' xmlns:wsse='" ENV_WSSE "' xmlns:wsu='" ENV_WSU         \
	"' xmlns:ds='" ENV_DS "' xmlns:t='urn:t'>"
#define CLOSE "</s:Envelope>"
#define BODY "<s:Body><t:op/></s:Body>"
#define HEADER(blocks) OPEN "<s:Header>" blocks "</s:Header>" BODY CLOSE

static struct arena *arena;

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return arena == NULL;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct dom *
parsed(const char *xml)
{
	struct err e = {0};
	struct dom *d;

	if (dom_parse(octets_of(xml), &dom_default_limits, &d, &e) != 0)
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	return d;
}

static void
refused(const char *xml, enum err_code code, const char *why)
{
	struct dom *d = parsed(xml);
	struct env env = {.doc = d};
	struct err e = {0};

	assert_int_equal(env_check(d, arena, &env, &e), -1);
	assert_string_equal(err_row(e.code)->name, err_row(code)->name);
	if (strstr(e.detail, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, e.detail);
	assert_null(env.doc);
	assert_null(env.body);
	dom_free(d);
}

static struct env
checked(struct dom *d)
{
	struct err e = {0};
	struct env env;

	if (env_check(d, arena, &env, &e) != 0)
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	assert_ptr_equal(env.doc, d);
	return env;
}

static void
accepted(const char *xml)
{
	struct dom *d = parsed(xml);

	checked(d);
	dom_free(d);
}

static void
finds_every_part_of_a_signed_envelope(void **state)
{
	struct dom *d = parsed(OPEN
	    "<s:Header><t:other/><wsse:Security s:mustUnderstand='1'><wsu:Timestamp wsu:Id='ts'/>"
	    "<wsse:BinarySecurityToken wsu:Id='bst'/><ds:Signature><ds:SignedInfo>"
	    "<ds:Reference URI='#b'/><ds:Reference URI='#ts'/></ds:SignedInfo></ds:Signature>"
	    "</wsse:Security></s:Header><!--c--> <s:Body wsu:Id='b'><t:op/></s:Body>" CLOSE);
	struct env env = checked(d);

	(void)state;
	assert_true(dom_is(env.body, ENV_SOAP, "Body"));
	assert_true(dom_is(env.operation, "urn:t", "op"));
	assert_true(dom_is(env.security, ENV_WSSE, "Security"));
	assert_true(dom_is(env.signature, ENV_DS, "Signature"));
	assert_true(dom_is(env.timestamp, ENV_WSU, "Timestamp"));
	assert_true(dom_is(env.token, ENV_WSSE, "BinarySecurityToken"));
	assert_string_equal(env.body_id, "b");
	dom_free(d);
}

static void
an_envelope_without_header_has_no_signature(void **state)
{
	struct dom *d = parsed(OPEN " " BODY "\n" CLOSE);
	struct env env = checked(d);

	(void)state;
	assert_null(env.security);
	assert_null(env.signature);
	assert_null(env.body_id);
	dom_free(d);
	accepted(OPEN "<s:Header/>" BODY CLOSE);
}

static void
the_body_id_is_wsu_id_or_else_plain_id(void **state)
{
	struct dom *d = parsed(OPEN "<s:Body Id='plain'><t:op/></s:Body>" CLOSE);

	(void)state;
	assert_string_equal(checked(d).body_id, "plain");
	dom_free(d);
	d = parsed(OPEN "<s:Body Id='plain' wsu:Id='wsu'><t:op/></s:Body>" CLOSE);
	assert_string_equal(checked(d).body_id, "wsu");
	dom_free(d);
}

static void
a_fault_is_an_operation(void **state)
{
	struct dom *d = parsed(
	    OPEN "<s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body>" CLOSE);

	(void)state;
	assert_true(dom_is(checked(d).operation, ENV_SOAP, "Fault"));
	dom_free(d);
}

static void
refuses_other_versions_of_soap(void **state)
{
	(void)state;
	refused(
	    "<s:Envelope "
	    "xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><a/></s:Body></s:Envelope>",
	    ERR_ENV_VERSION, "2003/05");
	refused("<Envelope><Body><a/></Body></Envelope>", ERR_ENV_VERSION, "Envelope");
}

static void
refuses_what_is_no_envelope(void **state)
{
	(void)state;
	refused("<s:envelope xmlns:s='" ENV_SOAP "'><s:Body><a/></s:Body></s:envelope>",
	    ERR_ENV_SHAPE, "root");
	refused("<a>" OPEN BODY CLOSE "</a>", ERR_ENV_SHAPE, "root");
}

static void
refuses_an_attribute_of_envelope_without_namespace(void **state)
{
	(void)state;
	refused("<s:Envelope xmlns:s='" ENV_SOAP "' x='1'><s:Body><a/></s:Body></s:Envelope>",
	    ERR_ENV_SHAPE, "attribute of Envelope");
}

static void
refuses_an_unknown_encoding_style(void **state)
{
	(void)state;
	refused(OPEN "<s:Body s:encodingStyle='urn:nope'><t:op/></s:Body>" CLOSE, ERR_ENV_SHAPE,
	    "encodingStyle of Body");
	accepted(OPEN
	    "<s:Body "
	    "s:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/'><t:op/></s:Body>" CLOSE);
	accepted(OPEN "<s:Body s:encodingStyle=''><t:op/></s:Body>" CLOSE);
}

static void
refuses_a_missing_body(void **state)
{
	(void)state;
	refused(OPEN CLOSE, ERR_ENV_SHAPE, "no Body");
	refused(OPEN "<s:Header/>" CLOSE, ERR_ENV_SHAPE, "no Body");
	refused(OPEN "<Body><t:op/></Body>" CLOSE, ERR_ENV_SHAPE, "where Header or Body");
}

static void
refuses_two_headers(void **state)
{
	(void)state;
	refused(OPEN "<s:Header/><s:Header/>" BODY CLOSE, ERR_ENV_SHAPE, "Header where");
}

static void
refuses_a_header_after_the_body(void **state)
{
	(void)state;
	refused(OPEN BODY "<s:Header/>" CLOSE, ERR_ENV_SHAPE, "Header after Body");
}

static void
refuses_two_bodies(void **state)
{
	(void)state;
	refused(OPEN BODY BODY CLOSE, ERR_ENV_SHAPE, "Body after Body");
}

static void
refuses_anything_else_around_the_body(void **state)
{
	(void)state;
	refused(OPEN BODY "<t:x/>" CLOSE, ERR_ENV_SHAPE, "x after Body");
	refused(OPEN "<t:x/>" BODY CLOSE, ERR_ENV_SHAPE, "x where");
	refused(OPEN "<s:Header/><t:x/>" BODY CLOSE, ERR_ENV_SHAPE, "x where");
}

static void
refuses_an_empty_body(void **state)
{
	(void)state;
	refused(OPEN "<s:Body/>" CLOSE, ERR_ENV_SHAPE, "Body is empty");
	refused(OPEN "<s:Body> <!--c--> </s:Body>" CLOSE, ERR_ENV_SHAPE, "Body is empty");
}

static void
refuses_two_body_children(void **state)
{
	(void)state;
	refused(OPEN "<s:Body><t:op/><t:op/></s:Body>" CLOSE, ERR_ENV_SHAPE, "more than one child");
}

static void
refuses_text_between_the_parts(void **state)
{
	(void)state;
	refused(OPEN "x" BODY CLOSE, ERR_ENV_SHAPE, "text in Envelope");
	refused(OPEN BODY "&#65;" CLOSE, ERR_ENV_SHAPE, "text in Envelope");
	refused(OPEN "<s:Header>x</s:Header>" BODY CLOSE, ERR_ENV_SHAPE, "text in Header");
	refused(OPEN "<s:Body><t:op/>x</s:Body>" CLOSE, ERR_ENV_SHAPE, "text in Body");
	refused(OPEN "<s:Body><![CDATA[x]]><t:op/></s:Body>" CLOSE, ERR_ENV_SHAPE, "text in Body");
}

static void
refuses_a_mandatory_header_that_is_not_understood(void **state)
{
	(void)state;
	refused(HEADER("<t:x s:mustUnderstand='1'/>"), ERR_ENV_MUST_UNDERSTAND, "{urn:t}x");
	refused(HEADER("<t:x s:mustUnderstand='true'/>"), ERR_ENV_MUST_UNDERSTAND, "{urn:t}x");
	refused(
	    HEADER("<t:y/><t:x s:actor='' s:mustUnderstand='1'/>"), ERR_ENV_MUST_UNDERSTAND, "x");
	refused(
	    HEADER(
		"<t:x s:actor='http://schemas.xmlsoap.org/soap/actor/next' s:mustUnderstand='1'/>"),
	    ERR_ENV_MUST_UNDERSTAND, "x");
	accepted(HEADER("<t:x s:mustUnderstand='0'/><t:x s:mustUnderstand='false'/><t:x/>"));
}

static void
leaves_headers_for_others_alone(void **state)
{
	struct dom *d = parsed(HEADER(
	    "<t:x s:actor='urn:other' s:mustUnderstand='1'/><wsse:Security s:actor='urn:other'/>"));

	(void)state;
	assert_null(checked(d).security);
	dom_free(d);
	accepted(HEADER("<t:x mustUnderstand='1'/>"));
	accepted(HEADER(
	    "<t:x xmlns:o='http://www.w3.org/2003/05/soap-envelope' o:mustUnderstand='1'/>"));
}

static void
refuses_a_must_understand_that_is_neither_0_nor_1(void **state)
{
	static const char *const bad[] = {"2", "wrong", " 1 ", "TRUE", "yes", "", "01"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(arena_printf(arena, HEADER("<t:x s:mustUnderstand='%s'/>"), bad[i]),
		    ERR_ENV_SHAPE, "mustUnderstand of x");
		refused(
		    arena_printf(arena, HEADER("<wsse:Security s:mustUnderstand='%s'/>"), bad[i]),
		    ERR_ENV_SHAPE, "mustUnderstand of Security");
	}
}

static void
refuses_a_header_block_without_namespace(void **state)
{
	(void)state;
	refused(HEADER("<x/>"), ERR_ENV_SHAPE, "no namespace");
}

static void
refuses_two_security_headers_for_us(void **state)
{
	(void)state;
	refused(HEADER("<wsse:Security/><wsse:Security/>"), ERR_ENV_SHAPE,
	    "more than one wsse:Security");
	refused(HEADER("<wsse:Security s:actor=''/><wsse:Security/>"), ERR_ENV_SHAPE,
	    "more than one wsse:Security");
	accepted(HEADER("<wsse:Security s:actor='urn:other'/><wsse:Security/>"));
}

static void
refuses_a_security_header_that_is_not_a_child_of_header(void **state)
{
	(void)state;
	refused(HEADER("<t:x><wsse:Security/></t:x>"), ERR_ENV_SHAPE, "not a child of Header");
	refused(HEADER("<wsse:Security><wsse:Security/></wsse:Security>"), ERR_ENV_SHAPE,
	    "not a child of Header");
}

static void
refuses_two_signatures_in_one_security(void **state)
{
	(void)state;
	refused(HEADER("<wsse:Security><ds:Signature/><ds:Signature/></wsse:Security>"),
	    ERR_ENV_SHAPE, "more than one Signature");
	refused(HEADER("<wsse:Security><wsu:Timestamp/><wsu:Timestamp/></wsse:Security>"),
	    ERR_ENV_SHAPE, "more than one Timestamp");
	refused(HEADER("<wsse:Security><wsse:BinarySecurityToken/><wsse:BinarySecurityToken/></"
		       "wsse:Security>"),
	    ERR_ENV_SHAPE, "more than one BinarySecurityToken");
}

static void
refuses_a_signature_elsewhere_in_the_header(void **state)
{
	static const char *const bad[] = {
	    HEADER("<ds:Signature/>"),
	    HEADER("<t:x><ds:Signature/></t:x>"),
	    HEADER("<wsse:Security><t:x><ds:Signature/></t:x></wsse:Security>"),
	    HEADER("<wsse:Security><ds:Signature><ds:Object><ds:Signature/></ds:Object></"
		   "ds:Signature></wsse:Security>"),
	    HEADER("<wsse:Security s:actor='urn:other'><ds:Signature/></wsse:Security>"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], ERR_ENV_SHAPE, "ds:Signature elsewhere");
}

static void
a_signature_inside_the_body_is_payload(void **state)
{
	struct dom *d = parsed(
	    OPEN "<s:Body><t:op><data><ds:Signature/><ds:Signature/><wsse:Security/></data></t:op>"
		 "</s:Body>" CLOSE);
	struct env env = checked(d);

	(void)state;
	assert_null(env.signature);
	assert_null(env.security);
	dom_free(d);
}

#define SIGNED(attributes, references, payload)                                                    \
	OPEN "<s:Header><wsse:Security><ds:Signature><ds:SignedInfo>" references                   \
	     "</ds:SignedInfo></ds:Signature></wsse:Security></s:Header><s:Body " attributes       \
	     "><t:op>" payload "</t:op></s:Body>" CLOSE

/* Trap: libxml2 and xmlsec keep the first of duplicate Ids silently. */
static void
refuses_an_id_that_the_signature_could_mean_twice(void **state)
{
	static const char *const names[] = {
	    "Id", "ID", "id", "xml:id", "wsu:Id", "AssertionID", "t:Id", "iD"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		refused(
		    arena_printf(arena,
			SIGNED("wsu:Id='b'", "<ds:Reference URI='#b'/>", "<x %s='b'/>"), names[i]),
		    ERR_ENV_DUPLICATE_ID, "\"b\"");
	refused(SIGNED("wsu:Id='b'", "", "<x Id='b'/>"), ERR_ENV_DUPLICATE_ID, "\"b\"");
	refused(SIGNED("wsu:Id='b' Id='c'", "<ds:Reference URI='#b'/>", "<x Id='c'/>"),
	    ERR_ENV_DUPLICATE_ID, "\"c\"");
	refused(SIGNED("wsu:Id='b'", "<ds:Reference URI='#x'/>", "<x Id='x'/><y Id='x'/>"),
	    ERR_ENV_DUPLICATE_ID, "\"x\"");
	refused(HEADER("<wsse:Security><wsu:Timestamp wsu:Id='t'/></wsse:Security><t:x ID='t'/>"),
	    ERR_ENV_DUPLICATE_ID, "\"t\"");
	refused(HEADER("<wsse:Security><wsse:BinarySecurityToken wsu:Id='t'/></wsse:Security><t:x "
		       "ID='t'/>"),
	    ERR_ENV_DUPLICATE_ID, "\"t\"");
	refused(SIGNED("wsu:Id='b'", "<ds:Reference Id='b' URI='#b'/>", ""), ERR_ENV_DUPLICATE_ID,
	    "\"b\"");
}

static void
identifiers_of_the_payload_may_repeat(void **state)
{
	(void)state;
	accepted(SIGNED(
	    "wsu:Id='b'", "<ds:Reference URI='#b'/>", "<x Id='1'/><y Id='1'/><z other='b'/>"));
	accepted(SIGNED("wsu:Id='b' Id='b'", "<ds:Reference URI='#b'/>", ""));
}

static void
refuses_more_references_than_anybody_needs(void **state)
{
	char many[40 * 20] = "";

	(void)state;
	for (int i = 0; i < 16; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many),
		    "<ds:Reference URI='#r%d'/>", i);
	accepted(arena_printf(arena, SIGNED("wsu:Id='b'", "%s", ""), many));
	refused(arena_printf(arena, SIGNED("wsu:Id='b'", "%s<ds:Reference URI='#b'/>", ""), many),
	    ERR_ENV_SHAPE, "too many ds:Reference");
}

/* --- writing --- */

static const char *
enveloped(const char *operation, const char *body_id)
{
	struct err e = {0};
	struct octets o;

	assert_int_equal(env_write(octets_of(operation), body_id, arena, &o, &e), 0);
	assert_int_equal(o.data[o.len], '\0');
	return (const char *)o.data;
}

static void
a_written_envelope_passes_its_own_check(void **state)
{
	struct dom *d = parsed(enveloped("<o:op xmlns:o='urn:o'>\xD0\x96</o:op>", "id-1"));
	struct env env = checked(d);

	(void)state;
	assert_string_equal(env.body_id, "id-1");
	assert_true(dom_is(env.operation, "urn:o", "op"));
	assert_non_null(env.security);
	assert_null(env.signature);
	assert_null(dom_first(env.security));
	dom_free(d);
	d = parsed(enveloped("<o:op xmlns:o='urn:o'/>", NULL));
	env = checked(d);
	assert_null(env.security);
	assert_null(env.body_id);
	dom_free(d);
}

static void
prefixes_and_the_place_of_the_signature_are_literal(void **state)
{
	const char *xml = enveloped("<a/>", "id-1"), *place = strstr(xml, ENV_SIGNATURE_PLACE);

	(void)state;
	assert_memory_equal(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", 38);
	assert_non_null(strstr(xml, "<soap:Envelope xmlns:soap=\"" ENV_SOAP "\"><soap:Header>"));
	assert_non_null(
	    strstr(xml, "<soap:Body xmlns:wsu=\"" ENV_WSU "\" wsu:Id=\"id-1\"><a/></soap:Body>"));
	assert_non_null(place);
	assert_null(strstr(place + 1, ENV_SIGNATURE_PLACE));
}

static void
an_id_that_others_could_read_otherwise_is_not_written(void **state)
{
	static const char *const bad[] = {
	    "", "1a", "-a", "a b", "a\"", "a'", "\xD0\x96", "#a", "a(b)"};
	struct err e = {0};
	struct octets o;
	char longest[130] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_int_equal(env_write(octets_of("<a/>"), bad[i], arena, &o, &e), -1);
		assert_int_equal(e.code, ERR_INTERNAL);
		assert_null(o.data);
	}
	memset(longest, 'a', 129);
	assert_int_equal(env_write(octets_of("<a/>"), longest, arena, &o, &e), -1);
	longest[128] = '\0';
	err_clear(&e);
	assert_int_equal(env_write(octets_of("<a/>"), longest, arena, &o, &e), 0);
}

static const char *
fault(const struct env_fault *f)
{
	struct err e = {0};
	struct octets o;

	assert_int_equal(env_write_fault(f, arena, &o, &e), 0);
	return (const char *)o.data;
}

static void
a_fault_has_the_parts_of_soap_1_1(void **state)
{
	struct env_fault f = {
	    .faultcode = "Client", .faultstring = "a < b & \"c\"", .detail = octets_of("<d/>")};
	struct dom *d;

	(void)state;
	assert_string_equal(fault(&f),
	    "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>a &lt; b &amp; "
	    "&quot;c&quot;</faultstring>"
	    "<detail><d/></detail></soap:Fault>");
	d = parsed(enveloped(fault(&f), NULL));
	assert_true(dom_is(checked(d).operation, ENV_SOAP, "Fault"));
	dom_free(d);
	f = (struct env_fault){.faultcode = "SCE006", .bare = true, .faultstring = "x"};
	assert_string_equal(fault(&f),
	    "<soap:Fault><faultcode>SCE006</faultcode><faultstring>x</faultstring></soap:Fault>");
}

static void
escapes_markup_and_what_xml_has_no_place_for(void **state)
{
	static const unsigned char hostile[] =
	    "a<b>&\"'\t\n\r\x01\xD0\x96\xFF\xC0\xBC\xED\xA0\x80\xEF\xBF\xBF]]>";
	struct octets text = {hostile, sizeof(hostile)}, o; /* the NUL at the end, too */
	struct err e = {0};

	(void)state;
	assert_int_equal(env_escape(text, arena, &o, &e), 0);
	assert_string_equal((const char *)o.data,
	    "a&lt;b&gt;&amp;&quot;'\t\n&#13;"
	    "\xEF\xBF\xBD\xD0\x96\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
	    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD]]&gt;\xEF\xBF\xBD");
	assert_int_equal(o.len, strlen((const char *)o.data));
	dom_free(parsed(
	    arena_printf(arena, "<a b=\"%s\">%s</a>", (const char *)o.data, (const char *)o.data)));
	assert_int_equal(env_escape((struct octets){NULL, 0}, arena, &o, &e), 0);
	assert_int_equal(o.len, 0);
}

static void
every_octet_escaped_can_be_read_back(void **state)
{
	unsigned char all[512];
	struct err e = {0};
	struct octets o;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7 + i / 256);
	for (size_t from = 0; from < sizeof(all); from++) {
		assert_int_equal(
		    env_escape((struct octets){all + from, sizeof(all) - from}, arena, &o, &e), 0);
		dom_free(parsed(arena_printf(arena, "<a b=\"%s\"/>", (const char *)o.data)));
	}
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_every_part_of_a_signed_envelope),
	    cmocka_unit_test(an_envelope_without_header_has_no_signature),
	    cmocka_unit_test(the_body_id_is_wsu_id_or_else_plain_id),
	    cmocka_unit_test(a_fault_is_an_operation),
	    cmocka_unit_test(refuses_other_versions_of_soap),
	    cmocka_unit_test(refuses_what_is_no_envelope),
	    cmocka_unit_test(refuses_an_attribute_of_envelope_without_namespace),
	    cmocka_unit_test(refuses_an_unknown_encoding_style),
	    cmocka_unit_test(refuses_a_missing_body),
	    cmocka_unit_test(refuses_two_headers),
	    cmocka_unit_test(refuses_a_header_after_the_body),
	    cmocka_unit_test(refuses_two_bodies),
	    cmocka_unit_test(refuses_anything_else_around_the_body),
	    cmocka_unit_test(refuses_an_empty_body),
	    cmocka_unit_test(refuses_two_body_children),
	    cmocka_unit_test(refuses_text_between_the_parts),
	    cmocka_unit_test(refuses_a_mandatory_header_that_is_not_understood),
	    cmocka_unit_test(leaves_headers_for_others_alone),
	    cmocka_unit_test(refuses_a_must_understand_that_is_neither_0_nor_1),
	    cmocka_unit_test(refuses_a_header_block_without_namespace),
	    cmocka_unit_test(refuses_two_security_headers_for_us),
	    cmocka_unit_test(refuses_a_security_header_that_is_not_a_child_of_header),
	    cmocka_unit_test(refuses_two_signatures_in_one_security),
	    cmocka_unit_test(refuses_a_signature_elsewhere_in_the_header),
	    cmocka_unit_test(a_signature_inside_the_body_is_payload),
	    cmocka_unit_test(refuses_an_id_that_the_signature_could_mean_twice),
	    cmocka_unit_test(identifiers_of_the_payload_may_repeat),
	    cmocka_unit_test(refuses_more_references_than_anybody_needs),
	    cmocka_unit_test(a_written_envelope_passes_its_own_check),
	    cmocka_unit_test(prefixes_and_the_place_of_the_signature_are_literal),
	    cmocka_unit_test(an_id_that_others_could_read_otherwise_is_not_written),
	    cmocka_unit_test(a_fault_has_the_parts_of_soap_1_1),
	    cmocka_unit_test(escapes_markup_and_what_xml_has_no_place_for),
	    cmocka_unit_test(every_octet_escaped_can_be_read_back),
	};

	if (dom_init(&e) != 0)
		return 99;
	int failed = cmocka_run_group_tests(tests, make_arena, drop_arena);
	dom_fini();
	return failed;
}
