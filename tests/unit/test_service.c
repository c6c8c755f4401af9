/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * service: IIN, and every refusal of the housing queue that is decided before the database is
 * asked; the rest is in tests/integration/test_housing.c. No database is there: who asks it,
 * crashes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "housing.h"
#include "service/iin.h"

static struct housing_bench bench;

static int
open_bench(void **state)
{
	(void)state;
	housing_bench_open(&bench, "2026-02-10T11:00:00+05:00");
	return 0;
}

static int
close_bench(void **state)
{
	(void)state;
	housing_bench_close(&bench);
	return 0;
}

/* Submits and expects a normal response with this code, and the row in the answer for the journal.
 */
static void
submit_gets(const char *xml, const char *code, enum err_code row)
{
	const struct housing_reply *r = housing_call(&bench, "housing.submit", xml);

	if (r->rc != 0)
		fail_msg("%s: %s", err_row(r->err.code)->name, r->err.detail);
	assert_string_equal(housing_result(&bench, "code"), code);
	assert_int_equal(r->answer.code, row);
	assert_string_equal(housing_said(&bench, "registeredAt"), "");
}

/* The example with one text replaced has exactly this violation. */
static void
one_violation(const char *old, const char *new, const char *path, const char *code)
{
	submit_gets(
	    housing_example(&bench, "hq-submit.xml", old, new, NULL), "HQ-E102", ERR_HQ_FORM);
	if (housing_violations(&bench) != 1 || !housing_violation(&bench, path, code))
		fail_msg("%s -> %s: %s", old, new, housing_last(&bench));
}

static void
payload_refused(const char *service, const char *xml, const char *said)
{
	const struct housing_reply *r = housing_call(&bench, service, xml);

	assert_int_equal(r->rc, -1);
	assert_int_equal(r->err.code, ERR_PAYLOAD_FORMAT);
	if (strstr(r->err.public_, said) == NULL)
		fail_msg("%s: no \"%s\"", r->err.public_, said);
}

/* --- IIN ---------------------------------------------------------------------------------------
 */

static void
an_iin_has_date_century_and_check_digit(void **state)
{
	static const char *const good[] = {
	    "000101300019", "000101300029", "000101301805", "000101301817"};
	static const char *const bad[] = {"", "000101300018", "000101300010", "000101301806",
	    "00010130188", "0001013000190", "00010130001", "000101300O19", "001301300019",
	    "000132300019", "000001300019", "000100300019", "000229300010", " 00101300019",
	    "000140000012", /* a BIN: the fifth digit tells */
	    "101300019", "000101000019", "000101700019"};
	const struct cal_date today = {2026, 2, 10};
	char text[13];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(service_iin_valid(good[i], today));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(service_iin_valid(bad[i], today));
	for (int prefix = 0; prefix < 2; prefix++)
		for (char digit = '0'; digit <= '9'; digit++) {
			/* both weighings give 10: such a number was never issued */
			snprintf(text, sizeof(text), "%s%c",
			    prefix == 0 ? "00010130188" : "00010130269", digit);
			assert_false(service_iin_valid(text, today));
		}
}

static void
exactly_one_check_digit_fits_and_nobody_is_born_tomorrow(void **state)
{
	char text[13];
	int fitting = 0;

	(void)state;
	for (char digit = '0'; digit <= '9'; digit++) {
		snprintf(text, sizeof(text), "26021050001%c", digit);
		if (service_iin_valid(text, (struct cal_date){2026, 2, 10})) {
			fitting++;
			assert_false(service_iin_valid(text, (struct cal_date){2026, 2, 9}));
		}
	}
	assert_int_equal(fitting, 1);
}

/* --- who signed --------------------------------------------------------------------------------
 */

static void
only_the_applicants_own_signing_certificate_is_entitled(void **state)
{
	const char *xml = housing_example(&bench, "hq-submit.xml", NULL);
	struct msg_signer was = bench.signer;

	(void)state;
	bench.signer.sign_capable = false;
	bench.signer.iin = "000101300029"; /* the certificate is judged before the person */
	submit_gets(xml, "HQ-E014", ERR_HQ_AUTH_ONLY);
	bench.signer = was;
	bench.signer.person = false;
	bench.signer.head = true;
	submit_gets(xml, "HQ-E013", ERR_HQ_NOT_ENTITLED);
	bench.signer = was;
	bench.signer.iin = "";
	submit_gets(xml, "HQ-E013", ERR_HQ_NOT_ENTITLED);
	bench.signer.iin = "000101300029";
	submit_gets(xml, "HQ-E012", ERR_HQ_IIN_DIFFERS);
	assert_string_equal(
	    housing_result(&bench, "nameRu"), err_row(ERR_HQ_IIN_DIFFERS)->text[ERR_RU]);
	assert_string_equal(housing_said(&bench, "requestNumber"), "");
	bench.signer = was;
}

static void
a_representative_on_the_portal_does_not_sign_for_the_applicant(void **state)
{
	const char *xml = housing_example(&bench, "hq-submit.xml", "</hq:applicant>",
	    "</hq:applicant><hq:representative><hq:iin>000101301817</hq:iin><hq:poa "
	    "kind=\"NOTARIAL\" "
	    "number=\"1-000\" date=\"2026-02-02\" notaryLicence=\"0000001\"/></hq:representative>",
	    NULL);

	(void)state;
	bench.signer.iin = "000101301817";
	submit_gets(xml, "HQ-E012", ERR_HQ_IIN_DIFFERS);
	bench.signer.iin = HOUSING_IIN;
}

/* --- the form ----------------------------------------------------------------------------------
 */

static void
each_wrong_value_is_one_violation_with_its_path(void **state)
{
	(void)state;
	one_violation(">PEP<", ">CSC<", "/SubmitRequest/channel", "V-CHANNEL");
	one_violation(">PEP<", "><", "/SubmitRequest/channel", "V-REQUIRED");
	one_violation(">000101300019<", ">000101300018<", "/SubmitRequest/applicant/iin", "V-IIN");
	one_violation(">000101300019<", "><", "/SubmitRequest/applicant/iin", "V-REQUIRED");
	one_violation("+77000000000", "87000000000", "/SubmitRequest/applicant/phone", "V-PHONE");
	one_violation("+77000000000", "+7700000000", "/SubmitRequest/applicant/phone", "V-PHONE");
	one_violation("+77000000000", "", "/SubmitRequest/applicant/phone", "V-REQUIRED");
	one_violation("rca=\"0000000000000001\"", "rca=\"1\"",
	    "/SubmitRequest/applicant/address/@rca", "V-RCA");
	one_violation(
	    "rca=\"0000000000000001\"", "", "/SubmitRequest/applicant/address/@rca", "V-REQUIRED");
	one_violation("kato=\"190000000\"", "kato=\"180000000\"",
	    "/SubmitRequest/applicant/address/@kato", "V-KATO");
	one_violation(
	    "kato=\"190000000\"", "", "/SubmitRequest/applicant/address/@kato", "V-REQUIRED");
	one_violation(">190000000<", ">19000000<", "/SubmitRequest/locality", "V-KATO");
	one_violation(">10<", ">15<", "/SubmitRequest/requestedCategory[1]", "V-CATEGORY");
	one_violation("<hq:requestedCategory>10</hq:requestedCategory>",
	    "<hq:requestedCategory>10</hq:requestedCategory><hq:requestedCategory>10</"
	    "hq:requestedCategory>",
	    "/SubmitRequest/requestedCategory[2]", "V-DUPLICATE");
}

static void
an_email_is_checked_only_when_there_is_one(void **state)
{
	static const char *const bad[] = {"a", "a@b", "@b.kz", "a b@c.kz", "a@b..kz", "a@-b.kz",
	    "a@b.kz.", "a@b@c.kz", "a&lt;@b.kz", "\xD0\xB0@b.kz"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		one_violation("applicant@example.invalid", bad[i], "/SubmitRequest/applicant/email",
		    "V-EMAIL");
	/* none, and an odd but good one: only the phone is wrong then */
	submit_gets(housing_example(&bench, "hq-submit.xml", "applicant@example.invalid", "", "+77",
			"77", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 1);
	submit_gets(housing_example(&bench, "hq-submit.xml", "applicant@example.invalid",
			"o'x+tag@a-b.c1.example", "+77", "77", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 1);
}

static void
a_member_of_the_family_counts_once(void **state)
{
	(void)state;
	one_violation(
	    "000101301805", "000101300019", "/SubmitRequest/family/member[1]/iin", "V-DUPLICATE");
	one_violation(
	    "000101301817", "000101301805", "/SubmitRequest/family/member[2]/iin", "V-DUPLICATE");
	one_violation(
	    "000101301817", "000101301818", "/SubmitRequest/family/member[2]/iin", "V-IIN");
	one_violation("000101301817", "", "/SubmitRequest/family/member[2]/iin", "V-REQUIRED");
	one_violation("SPOUSE", "NEIGHBOUR", "/SubmitRequest/family/member[1]/kinship", "V-RANGE");
	one_violation("SPOUSE", "", "/SubmitRequest/family/member[1]/kinship", "V-REQUIRED");
}

static void
the_required_consents_are_given_once(void **state)
{
	(void)state;
	one_violation(
	    "<hq:consent>PERSONAL_DATA</hq:consent>", "", "/SubmitRequest/consents", "V-CONSENT");
	one_violation("PUBLICATION", "EVERYTHING", "/SubmitRequest/consents/consent[3]", "V-RANGE");
	one_violation("PUBLICATION", "", "/SubmitRequest/consents/consent[3]", "V-RANGE");
	one_violation("PUBLICATION", "PERSONAL_DATA", "/SubmitRequest/consents", "V-DUPLICATE");
}

static void
with_representative(const char *inner, const char *code, enum err_code row)
{
	const char *block = arena_printf(
	    bench.arena, "</hq:applicant><hq:representative>%s</hq:representative>", inner);

	submit_gets(
	    housing_example(&bench, "hq-submit.xml", "</hq:applicant>", block, NULL), code, row);
	assert_int_equal(housing_violations(&bench), 1);
}

static void
a_power_of_attorney_is_filled_as_its_kind_requires(void **state)
{
#define REPRESENTATIVE "<hq:iin>000101301817</hq:iin>"
	static const struct {
		const char *poa, *path;
	} rows[] = {
	    {"kind=\"ORAL\"", "poa/@kind"},
	    {"kind=\"NOTARIAL\" date=\"2026-02-02\" notaryLicence=\"1\"", "poa/@number"},
	    {"kind=\"NOTARIAL\" number=\"1\" date=\"2026-02-30\" notaryLicence=\"1\"", "poa/@date"},
	    {"kind=\"NOTARIAL\" number=\"1\" date=\"2026-02-11\" notaryLicence=\"1\"", "poa/@date"},
	    {"kind=\"NOTARIAL\" number=\"1\" date=\"2026-02-02\"", "poa/@notaryLicence"},
	};

	(void)state;
	with_representative(REPRESENTATIVE, "HQ-E103", ERR_HQ_REPRESENTATIVE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		with_representative(
		    arena_printf(bench.arena, REPRESENTATIVE "<hq:poa %s/>", rows[i].poa),
		    "HQ-E102", ERR_HQ_FORM);
		assert_true(housing_violation(&bench,
		    arena_printf(bench.arena, "/SubmitRequest/representative/%s", rows[i].path),
		    "V-POA"));
	}
	with_representative(REPRESENTATIVE "<hq:poa kind=\"OTHER\"/>", "HQ-E102", ERR_HQ_FORM);
	assert_true(housing_violation(&bench, "/SubmitRequest/attachments", "V-POA"));
	submit_gets(housing_example(&bench, "hq-submit.xml", "</hq:applicant>",
			"</hq:applicant><hq:representative>" REPRESENTATIVE
			"<hq:poa kind=\"OTHER\" number=\"1\"/></hq:representative>",
			"docCode=\"D08\"", "docCode=\"POA\"", ">10<", ">7<", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 1);
	assert_true(
	    housing_violation(&bench, "/SubmitRequest/representative/poa/@number", "V-POA"));
	with_representative("<hq:iin>000101301818</hq:iin><hq:poa kind=\"NOTARIAL\" number=\"1\" "
			    "date=\"2026-02-10\" notaryLicence=\"1\"/>",
	    "HQ-E102", ERR_HQ_FORM);
	assert_true(housing_violation(&bench, "/SubmitRequest/representative/iin", "V-IIN"));
	with_representative("<hq:iin>000101300019</hq:iin><hq:poa kind=\"NOTARIAL\" number=\"1\" "
			    "date=\"2026-02-10\" notaryLicence=\"1\"/>",
	    "HQ-E102", ERR_HQ_FORM);
	assert_true(housing_violation(&bench, "/SubmitRequest/representative/iin", "V-DUPLICATE"));
}

/* --- documents ---------------------------------------------------------------------------------
 */

static void
missing_documents_are_all_named(void **state)
{
	(void)state;
	submit_gets(housing_example(&bench, "hq-submit.xml", "docCode=\"D01\"", "docCode=\"D03\"",
			"docCode=\"D08\"", "docCode=\"D12\"", ">10<", ">14<", NULL),
	    "HQ-E101", ERR_HQ_DOCUMENT_MISSING);
	assert_int_equal(housing_violations(&bench), 2);
	assert_true(housing_violation(
	    &bench, "/SubmitRequest/attachments/attachment[@docCode='D01']", "HQ-E101"));
	assert_true(housing_violation(
	    &bench, "/SubmitRequest/attachments/attachment[@docCode='D07']", "HQ-E101"));
	/* beside a wrong value the form is what is wrong, and both are listed */
	submit_gets(housing_example(&bench, "hq-submit.xml", "docCode=\"D08\"", "docCode=\"D04\"",
			"+77", "77", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 2);
	assert_true(housing_violation(
	    &bench, "/SubmitRequest/attachments/attachment[@docCode='D08']", "HQ-E101"));
}

#define D01_SHA "54f362520c319d2250cd29850c9f781b201c986ebf226d71a0fd8ad392a12821"
#define D01_CONTENT "JVBERi0xLjQKJXN5bnRoZXRpYyAxCg=="
#define D08_SHA "713f0e2dd982b7b12ef3cb9bd8a1f73cc26d4e3cff00b54d4840c85f027537f0"

static void
content_is_what_its_digest_type_and_encoding_say(void **state)
{
	static const char content[] = "/SubmitRequest/attachments/attachment[1]/content";
	static const char digest[] = "/SubmitRequest/attachments/attachment[1]/@sha256";
	static const char *const encodings[] = {"JVBERi0xLjQKJXN5bnRoZXRpYyAxCg=",
	    "JVBERi0xLjQ*JXN5bnRoZXRpYyAxCg==", "JVBERi0xLjQKJXN5bnRoZXRpYyAx=Cg=", "",
	    "====", "JVBERi0xLjQKJXN5bnRoZXRpYyAyCg=="};

	(void)state;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		one_violation(D01_CONTENT, encodings[i], content, "V-CONTENT");
	one_violation("mime=\"application/pdf\"", "mime=\"image/jpeg\"", content, "V-CONTENT");
	one_violation("mime=\"application/pdf\"", "mime=\"text/plain\"", content, "V-CONTENT");
	one_violation("sha256=\"54", "sha256=\"55", content, "V-CONTENT");
	one_violation("sha256=\"" D01_SHA "\"", "", digest, "V-REQUIRED");
	one_violation("docCode=\"D01\"", "docCode=\"D01\" uploadId=\"x\"", content, "V-CONTENT");
	one_violation("uploadId=\"00000000-0000-4000-8000-000000000001\"", "",
	    "/SubmitRequest/attachments/attachment[3]/content", "V-REQUIRED");
	one_violation(
	    D08_SHA, "abc", "/SubmitRequest/attachments/attachment[3]/@sha256", "V-CONTENT");
}

static void
every_type_that_is_taken_and_blanks_in_base64_pass(void **state)
{
	(void)state;
	/* only the phone is wrong */
	submit_gets(housing_example(&bench, "hq-submit.xml", "+77", "77", D01_CONTENT,
			"/9j/ 4HN5\n bnRoZXRpYw==", D01_SHA,
			"2ABDBE1474B4BF765593031ADA7CFB2D7F89AA81698F8795332BABF85CDCE783",
			"application/pdf", "image/jpeg", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 1);
	submit_gets(housing_example(&bench, "hq-submit.xml", "+77", "77", D01_CONTENT,
			"cGxhaW4gdGV4dA==", D01_SHA,
			"c9ecf5e54c7b3f2640ecca21f96d4c3625a2b7935104f41c5ede29935a9e52c9",
			" mime=\"application/pdf\"", "", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 1);
}

static void
an_attachment_larger_than_the_profile_lets_is_refused(void **state)
{
	const struct housing_reply *r;
	size_t n = 524288 / 3 * 4 + 8; /* decodes to more than attachmentOctets */
	char *large = arena_alloc(bench.arena, n + 1);

	(void)state;
	memset(large, 'A', n);
	r = housing_call(&bench, "housing.submit",
	    housing_example(&bench, "hq-submit.xml", D01_CONTENT, large,
		" mime=\"application/pdf\"", "", D01_SHA, "", NULL));
	assert_int_equal(r->rc, 0);
	assert_true(housing_violation(
	    &bench, "/SubmitRequest/attachments/attachment[1]/content", "V-CONTENT"));
}

static void
a_document_is_of_the_profile_and_attached_once(void **state)
{
	(void)state;
	one_violation("docCode=\"D08\"", "docCode=\"D08\" paperOriginalSeen=\"true\"",
	    "/SubmitRequest/attachments/attachment[3]/@paperOriginalSeen", "V-RANGE");
	one_violation("</hq:attachments>",
	    "<hq:attachment docCode=\"D08\" uploadId=\"x\" sha256=\"" D08_SHA
	    "\"/></hq:attachments>",
	    "/SubmitRequest/attachments/attachment[4]", "V-DUPLICATE");
	one_violation("</hq:attachments>",
	    "<hq:attachment docCode=\"D99\" uploadId=\"x\" sha256=\"" D08_SHA
	    "\"/></hq:attachments>",
	    "/SubmitRequest/attachments/attachment[4]/@docCode", "V-DOCUMENT");
}

static void
all_violations_come_at_once(void **state)
{
	(void)state;
	submit_gets(housing_example(&bench, "hq-submit.xml", ">PEP<", ">PORTAL<", "+77", "8",
			"kato=\"19", "kato=\"98", ">190000000<", "><", "SPOUSE", "x", ">10<",
			">77<", "PERSONAL_DATA", "x", "\"D02\"", "\"D99\"", "applicant@", "", NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_true(housing_violation(&bench, "/SubmitRequest/channel", "V-CHANNEL"));
	assert_true(housing_violation(&bench, "/SubmitRequest/applicant/phone", "V-PHONE"));
	assert_true(housing_violation(&bench, "/SubmitRequest/applicant/email", "V-EMAIL"));
	assert_true(housing_violation(&bench, "/SubmitRequest/applicant/address/@kato", "V-KATO"));
	assert_true(housing_violation(&bench, "/SubmitRequest/locality", "V-REQUIRED"));
	assert_true(
	    housing_violation(&bench, "/SubmitRequest/family/member[1]/kinship", "V-RANGE"));
	assert_true(housing_violation(&bench, "/SubmitRequest/requestedCategory[1]", "V-CATEGORY"));
	assert_true(housing_violation(&bench, "/SubmitRequest/consents/consent[2]", "V-RANGE"));
	assert_true(housing_violation(&bench, "/SubmitRequest/consents", "V-CONSENT"));
	assert_true(housing_violation(
	    &bench, "/SubmitRequest/attachments/attachment[2]/@docCode", "V-DOCUMENT"));
	assert_true(housing_violation(
	    &bench, "/SubmitRequest/attachments/attachment[@docCode='D02']", "HQ-E101"));
	assert_int_equal(housing_violations(&bench), 11);
}

/* --- payload -----------------------------------------------------------------------------------
 */

static void
a_payload_that_breaks_its_schema_is_told_with_path_and_reason(void **state)
{
	(void)state;
	payload_refused("housing.submit",
	    housing_example(&bench, "hq-submit.xml", "<hq:phone>+77000000000</hq:phone>", "", NULL),
	    "applicant");
	payload_refused("housing.submit",
	    housing_example(&bench, "hq-submit.xml", "hq:locality", "hq:place", NULL), "place");
	payload_refused("housing.submit",
	    housing_example(&bench, "hq-submit.xml", "urn:shepd:hq:1", "urn:shepd:hq:2", NULL),
	    "SubmitRequest");
	payload_refused("housing.submit",
	    housing_example(&bench, "hq-submit.xml", ">false<", ">perhaps<", NULL),
	    "smallerHousingConsent");
	payload_refused(
	    "housing.submit", housing_example(&bench, "hq-status.xml", NULL), "SubmitRequest");
	payload_refused(
	    "housing.status", housing_example(&bench, "hq-submit.xml", NULL), "StatusRequest");
	payload_refused("housing.status",
	    housing_example(&bench, "hq-status.xml", "</hq:StatusRequest>",
		"<hq:more/></hq:StatusRequest>", NULL),
	    "more");
}

static void
a_comment_inside_a_value_is_refused(void **state)
{
	const struct housing_reply *r = housing_call(&bench, "housing.submit",
	    housing_example(
		&bench, "hq-submit.xml", ">000101300019<", ">000101<!-- -->300019<", NULL));

	(void)state;
	assert_int_equal(r->rc, -1);
	assert_int_equal(r->err.code, ERR_MSG_FORMAT);
}

static void
a_signed_payload_validates_with_its_signature_in_place(void **state)
{
	(void)state;
	submit_gets(
	    housing_example(&bench, "hq-submit.xml", "+77", "77", "</hq:SubmitRequest>",
		"<ds:Signature "
		"xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/></ds:Signature>"
		"</hq:SubmitRequest>",
		NULL),
	    "HQ-E102", ERR_HQ_FORM);
	assert_int_equal(housing_violations(&bench), 1);
}

static void
a_status_request_with_a_wrong_iin_is_a_violation(void **state)
{
	const struct housing_reply *r = housing_call(&bench, "housing.status",
	    housing_example(&bench, "hq-status.xml", "000101300019", "000101300018", NULL));

	(void)state;
	assert_int_equal(r->rc, 0);
	assert_int_equal(r->answer.code, ERR_V_IIN);
	assert_string_equal(housing_result(&bench, "code"), "V-IIN");
	assert_true(housing_violation(&bench, "/StatusRequest/iin", "V-IIN"));
	r = housing_call(&bench, "housing.status",
	    housing_example(
		&bench, "hq-status.xml", "000101300019", "", "HQ19-2026-000001", "", NULL));
	assert_string_equal(housing_result(&bench, "code"), "HQ-E102");
	assert_true(housing_violation(&bench, "/StatusRequest/requestNumber", "V-REQUIRED"));
}

static void
services_are_found_by_name_and_know_their_profiles(void **state)
{
	(void)state;
	assert_null(service_find("housing.nothing"));
	assert_true(service_find("housing.submit")->signs);
	assert_false(service_find("housing.status")->signs);
	assert_true(
	    service_has_profile(bench.room, service_find("housing.status"), HOUSING_PROFILE));
	assert_false(
	    service_has_profile(bench.room, service_find("housing.submit"), "2025-otbasy-bank"));
}

static void
a_room_without_its_data_does_not_open(void **state)
{
	struct service_room *room;
	struct err e = {0};

	(void)state;
	assert_int_equal(service_open("/nowhere", &room, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(room);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_iin_has_date_century_and_check_digit),
	    cmocka_unit_test(exactly_one_check_digit_fits_and_nobody_is_born_tomorrow),
	    cmocka_unit_test(only_the_applicants_own_signing_certificate_is_entitled),
	    cmocka_unit_test(a_representative_on_the_portal_does_not_sign_for_the_applicant),
	    cmocka_unit_test(each_wrong_value_is_one_violation_with_its_path),
	    cmocka_unit_test(an_email_is_checked_only_when_there_is_one),
	    cmocka_unit_test(a_member_of_the_family_counts_once),
	    cmocka_unit_test(the_required_consents_are_given_once),
	    cmocka_unit_test(a_power_of_attorney_is_filled_as_its_kind_requires),
	    cmocka_unit_test(missing_documents_are_all_named),
	    cmocka_unit_test(content_is_what_its_digest_type_and_encoding_say),
	    cmocka_unit_test(every_type_that_is_taken_and_blanks_in_base64_pass),
	    cmocka_unit_test(an_attachment_larger_than_the_profile_lets_is_refused),
	    cmocka_unit_test(a_document_is_of_the_profile_and_attached_once),
	    cmocka_unit_test(all_violations_come_at_once),
	    cmocka_unit_test(a_payload_that_breaks_its_schema_is_told_with_path_and_reason),
	    cmocka_unit_test(a_comment_inside_a_value_is_refused),
	    cmocka_unit_test(a_signed_payload_validates_with_its_signature_in_place),
	    cmocka_unit_test(a_status_request_with_a_wrong_iin_is_a_violation),
	    cmocka_unit_test(services_are_found_by_name_and_know_their_profiles),
	    cmocka_unit_test(a_room_without_its_data_does_not_open),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
