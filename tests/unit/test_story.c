/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run: a message's story, told in three languages; causes, checks, and what must not be shown.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dom/dom.h"
#include "fixture.h"
#include "run/story.h"

static struct arena *arena;

/* A row as the pipeline writes it, all texts there. */
static struct db_journal_row
row_of(const char *verdict, enum err_code code, const char *wire)
{
	return (struct db_journal_row){.received_at = fixture_instant("2026-02-10T06:00:00Z"),
	    .finished_at = fixture_instant("2026-02-10T06:00:01Z"),
	    .transaction_id = "11111111-2222-4333-8444-555555555555",
	    .peer = "192.0.2.1:4711",
	    .endpoint = "/sync",
	    .operation = "SendMessage",
	    .service_id = "HQ_SUBMIT",
	    .sender_id = "pep",
	    .message_id = "m-1",
	    .correlation_id = "",
	    .signer_iin = "",
	    .signer_bin = "000140000012",
	    .signer_serial = "1a2b",
	    .signer_fingerprint = "",
	    .business_iin = "000101300019",
	    .business_bin = "",
	    .business_serial = "3c4d",
	    .business_fingerprint = "",
	    .signer_standing = "crl 17 2026-02-10T00:00:00Z 00ff",
	    .business_standing = "ocsp 2026-02-10T05:59:00Z 00ff",
	    .verdict = verdict,
	    .code = err_row(code)->name,
	    .wire = wire,
	    .detail = "",
	    .deviations = "",
	    .received_octets = 1000,
	    .count = 1};
}

static char *
told(const struct db_story *story, enum err_language language, bool payload)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	const struct run_telling t = {story, language, payload, to, arena};

	run_story_tell(&t);
	fclose(to);
	return text;
}

static char *
told_row(const struct db_journal_row *row, enum err_language language, bool payload)
{
	struct db_story_entry entry = {1, *row};
	const struct db_story story = {.journal = &entry, .journal_count = 1};

	return told(&story, language, payload);
}

#define has(text, part)                                                                            \
	do {                                                                                       \
		if (strstr(text, part) == NULL)                                                    \
			fail_msg("no \"%s\" in: %s", part, text);                                  \
	} while (0)
#define lacks(text, part)                                                                          \
	do {                                                                                       \
		if (strstr(text, part) != NULL)                                                    \
			fail_msg("\"%s\" in: %s", part, text);                                     \
	} while (0)

static void
every_row_of_err_def_has_a_cause_in_three_languages_or_says_why_none(void **state)
{
	unsigned named = 0;

	(void)state;
	for (int i = ERR_OK + 1; i < ERR_CODES; i++) {
		enum err_code code = (enum err_code)i;
		const char *none, *first = run_cause(code, ERR_EN, &none);
		if ((first == NULL) == (none == NULL))
			fail_msg("%s", err_row(code)->name);
		for (int l = ERR_EN; l <= ERR_KK && first != NULL; l++) {
			const char *text = run_cause(code, (enum err_language)l, NULL);
			assert_non_null(text);
			assert_true(strlen(text) > 20);
			assert_true(l == ERR_EN || strcmp(text, first) != 0);
		}
		named += first != NULL;
	}
	assert_true(named > 40);
	assert_null(run_cause(ERR_CODES, ERR_EN, NULL));
}

static void
a_row_is_found_by_its_name_alone(void **state)
{
	(void)state;
	assert_int_equal(run_code_named("SIG_DIGEST"), ERR_SIG_DIGEST);
	assert_int_equal(run_code_named("SIG"), ERR_OK);
	assert_int_equal(run_code_named("COUNTED"), ERR_OK);
}

static void
of_a_refusal_the_checks_before_it_passed_and_those_after_it_are_open(void **state)
{
	struct db_journal_row row = row_of("refused", ERR_SIG_COVERAGE, "SCE006");
	enum run_passed passed[CHECKS];

	(void)state;
	row.service_id = row.signer_standing = row.business_standing = row.business_serial = "";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_FORM], CHECK_PASSED);
	assert_int_equal(passed[CHECK_SIGNATURE], CHECK_PASSED);
	assert_int_equal(passed[CHECK_COVERAGE], CHECK_FAILED);
	assert_int_equal(passed[CHECK_CHAIN], CHECK_OPEN);
	assert_int_equal(passed[CHECK_BUSINESS], CHECK_OPEN);
	row.code = "SIG_ALGORITHM";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_SIGNATURE], CHECK_OPEN); /* read in one piece */
	assert_int_equal(passed[CHECK_ALGORITHM], CHECK_FAILED);
}

static void
a_refused_business_signature_is_not_taken_for_the_transport_signature(void **state)
{
	struct db_journal_row row = row_of("refused", ERR_SIG_DIGEST, "SCE016");
	enum run_passed passed[CHECKS];

	(void)state;
	row.business_standing = "";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_VALUE], CHECK_PASSED);
	assert_int_equal(passed[CHECK_ACCESS], CHECK_PASSED);
	assert_int_equal(passed[CHECK_BUSINESS], CHECK_FAILED);
	assert_int_equal(passed[CHECK_HANDLER], CHECK_OPEN);
	row.wire = "SCE006";
	row.service_id = "";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_VALUE], CHECK_FAILED);
	assert_int_equal(passed[CHECK_BUSINESS], CHECK_OPEN);
}

static void
xml_that_is_wrong_in_a_message_that_was_read_is_the_business_document(void **state)
{
	struct db_journal_row row = row_of("refused", ERR_XML_DTD, "SCE001");
	enum run_passed passed[CHECKS];

	(void)state;
	row.business_standing = "";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_FORM], CHECK_PASSED);
	assert_int_equal(passed[CHECK_DOCUMENT], CHECK_FAILED);
	row.service_id = "";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_FORM], CHECK_FAILED);
	assert_int_equal(passed[CHECK_DOCUMENT], CHECK_OPEN);
}

static void
a_fault_of_ours_says_nothing_against_the_message(void **state)
{
	struct db_journal_row row = row_of("refused", ERR_DB_UNAVAILABLE, "SCE909");
	enum run_passed passed[CHECKS];

	(void)state;
	run_checks(&row, passed);
	for (int c = CHECK_NONE + 1; c < CHECKS; c++)
		assert_int_not_equal(passed[c], CHECK_FAILED);
	assert_int_equal(passed[CHECK_CONTRACT], CHECK_PASSED);
	assert_int_equal(passed[CHECK_BUSINESS], CHECK_PASSED);
	assert_int_equal(passed[CHECK_HANDLER], CHECK_OPEN);
}

static void
an_accepted_message_passed_all_but_what_its_service_refused(void **state)
{
	struct db_journal_row row = row_of("accepted", ERR_OK, "SCSS001");
	enum run_passed passed[CHECKS];

	(void)state;
	run_checks(&row, passed);
	for (int c = CHECK_NONE + 1; c < CHECKS; c++)
		assert_int_equal(passed[c], CHECK_PASSED);
	row.code = "HQ_DUPLICATE";
	row.business_serial = "";
	row.signer_standing = "off";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_HANDLER], CHECK_FAILED);
	assert_int_equal(passed[CHECK_BUSINESS], CHECK_NOT_NEEDED);
	assert_int_equal(passed[CHECK_REVOCATION], CHECK_NOT_NEEDED);
	row.endpoint = "/async-client"; /* its handler's turn comes later */
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_HANDLER], CHECK_OPEN);
}

static void
the_gateways_report_is_verified_and_has_no_business_document(void **state)
{
	struct db_journal_row row = row_of("notified", ERR_OK, "SCSS001");
	enum run_passed passed[CHECKS];
	char *text;

	(void)state;
	row.endpoint = "/async-client";
	row.operation = "changeMassageStatusNotification";
	row.service_id = row.business_serial = row.business_iin = row.business_standing = "";
	row.correlation_id = "777";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_VALUE], CHECK_PASSED);
	assert_int_equal(passed[CHECK_DOCUMENT], CHECK_NOT_NEEDED);
	assert_int_equal(passed[CHECK_HANDLER], CHECK_PASSED);
	text = told_row(&row, ERR_EN, false);
	has(text, "  the gateway reported what became of the message\n");
	has(text, "  speaks of message: 777\n");
	has(text, "    chain of certificates: passed; BIN 000140000012");
	free(text);
	row.verdict = "refused";
	row.code = "MSG_UNKNOWN";
	run_checks(&row, passed);
	assert_int_equal(passed[CHECK_ACCESS], CHECK_PASSED);
	assert_int_equal(passed[CHECK_HANDLER], CHECK_FAILED);
}

static void
a_receipt_is_told_with_every_check_and_who_signed(void **state)
{
	struct db_journal_row row = row_of("accepted", ERR_OK, "SCSS001");
	char *text = told_row(&row, ERR_EN, false);

	(void)state;
	has(text, "2026-02-10T11:00:00+05:00  received and answered\n");
	has(text, "  from: pep\n");
	has(text, "  channel: synchronous\n");
	has(text, "chain of certificates: passed; BIN 000140000012, certificate No. 1a2b\n");
	has(text, "(CRL) № 17, 2026-02-10T05:00:00+05:00\n");
	has(text, "business signature: passed; IIN 0001******19, certificate No. 3c4d; by an OCSP "
		  "answer, 2026-02-10T10:59:00+05:00\n");
	has(text, "rules of the service: passed\n");
	free(text);
}

static void
a_refusal_is_told_with_rule_reason_and_likely_cause_in_each_language(void **state)
{
	static const char *const wanted[3][3] = {
	    [ERR_EN] = {"refusal: SIG_DIGEST / SCE006: The signature is not right\n",
		"likely cause: written anew after signing", "received and refused\n"},
	    [ERR_RU] = {"отказ: SIG_DIGEST / SCE006: Неверная подпись\n",
		"вероятная причина: после подписания записано заново", "получено, отказано\n"},
	    [ERR_KK] = {"бас тарту: SIG_DIGEST / SCE006: Қолтаңба дұрыс емес\n",
		"ықтимал себебі: қол қойылғаннан кейін қайта жазылған", "бас тартылды\n"}};
	struct db_journal_row row = row_of("refused", ERR_SIG_DIGEST, "SCE006");

	(void)state;
	row.service_id = row.business_standing = row.business_serial = "";
	row.detail = "R-35: digest differs: changed after signing";
	for (int l = ERR_EN; l <= ERR_KK; l++) {
		char *text = told_row(&row, (enum err_language)l, false);
		for (int i = 0; i < 3; i++)
			has(text, wanted[l][i]);
		has(text, ": R-35\n");
		has(text, ": digest differs: changed after signing\n");
		free(text);
	}
}

static void
an_operators_act_is_told_with_who_and_why(void **state)
{
	struct db_journal_row row = row_of("operated", ERR_OK, "");
	char *text;

	(void)state;
	row.peer = "aigul";
	row.operation = "quarantine drop";
	row.detail = "asked for by IIN000101300029";
	text = told_row(&row, ERR_RU, false);
	has(text, "действие оператора\n  кто: aigul\n  действие: quarantine drop\n");
	has(text, "причина: asked for by IIN0001******29\n");
	free(text);
}

static void
a_delivery_is_told_with_attempts_next_attempt_and_last_error(void **state)
{
	struct db_journal_row row = row_of("failed", ERR_HTTP_UNREACHABLE, "");
	struct db_story_entry entry;
	struct db_outbox_row out = {.id = 7,
	    .created_at = fixture_instant("2026-02-10T06:00:00Z"),
	    .receiver = "gateway",
	    .operation = "sendMessage",
	    .service_id = "HQ_RESULT",
	    .message_type = "RESPONSE",
	    .message_id = "o-1",
	    .correlation_id = "c-1",
	    .gateway_message_id = "",
	    .about = "",
	    .inbox_id = 6,
	    .state = DB_WAITING,
	    .attempts = 3,
	    .next_at = fixture_instant("2026-02-10T06:10:00Z"),
	    .deadline_at = fixture_instant("2026-02-13T06:00:00Z"),
	    .last_error = "deadline: HTTP_UNREACHABLE: connection refused"};
	struct db_inbox_row in = {.id = 6,
	    .received_at = out.created_at,
	    .sender_id = "pep",
	    .service_id = "HQ_SUBMIT",
	    .message_type = "REQUEST",
	    .message_id = "m-1",
	    .correlation_id = "c-1",
	    .state = DB_HANDLED,
	    .last_error = ""};
	const struct db_story story = {&entry, &in, &out, 1, 1, 1};
	char *text;

	(void)state;
	row.endpoint = "https://gateway.example/bip-async-wss/";
	row.peer = "gateway";
	row.signer_bin = row.signer_serial = "";
	entry = (struct db_story_entry){1, row};
	text = told(&story, ERR_KK, false);
	has(text, "әрекет сәтсіз аяқталды\n");
	has(text, "  алушы: gateway\n");
	has(text, "мекенжай: https://gateway.example/bip-async-wss/\n");
	has(text, "кіріс хабарлама 6\n  күйі: HANDLED, өңделді\n");
	has(text, "шығыс хабарлама 7\n  күйі: WAITING, өз уақытын күтуде\n");
	has(text, "кіріс хабарламаға жауап: 6\n");
	has(text, "әрекеттер саны: 3\n");
	has(text, "келесі әрекет: 2026-02-10T11:10:00+05:00\n");
	has(text, "соңғы мерзімі: 2026-02-13T11:00:00+05:00\n");
	has(text, "соңғы қате: deadline: HTTP_UNREACHABLE: connection refused\n  ықтимал себебі: "
		  "екінші тарап жұмыс істемейді");
	free(text);
}

static void
every_verdict_has_a_text_in_each_language(void **state)
{
	static const char *const verdicts[] = {"accepted", "refused", "repeated", "delivered",
	    "failed", "quarantined", "notified", "pulled", "operated"};

	(void)state;
	for (int l = ERR_EN; l <= ERR_KK; l++)
		for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
			struct db_journal_row row = row_of(verdicts[i], ERR_OK, "");
			char *text = told_row(&row, (enum err_language)l, false);
			char *raw = arena_printf(arena, "+05:00  %s\n", verdicts[i]);
			lacks(text, raw);
			free(text);
		}
}

static void
expect_state(enum db_state s, enum err_language language)
{
	struct db_inbox_row in = {.sender_id = "",
	    .service_id = "",
	    .message_type = "",
	    .message_id = "",
	    .correlation_id = "",
	    .last_error = "",
	    .state = s};
	const struct db_story story = {.inbox = &in, .inbox_count = 1};
	char *text = told(&story, language, false);

	has(text, arena_printf(arena, ": %s, ", db_state_name(s)));
	lacks(text, "(null)");
	free(text);
}

static void
every_state_has_a_text_in_each_language(void **state)
{
	(void)state;
	for (int l = ERR_EN; l <= ERR_KK; l++)
		for (int s = DB_WAITING; s < DB_STATES; s++)
			expect_state((enum db_state)s, (enum err_language)l);
}

static void
times_follow_the_zone_that_was_in_force(void **state)
{
	struct db_journal_row row = row_of("accepted", ERR_OK, "SCSS001");
	char *text;

	(void)state;
	row.received_at = fixture_instant("2024-02-29T12:00:00Z");
	text = told_row(&row, ERR_RU, false);
	has(text, "2024-02-29T18:00:00+06:00  ");
	free(text);
	row.received_at = fixture_instant("2024-03-01T12:00:00Z");
	text = told_row(&row, ERR_RU, false);
	has(text, "2024-03-01T17:00:00+05:00  ");
	free(text);
}

static void
iins_are_masked_and_bins_and_ids_are_not(void **state)
{
	(void)state;
	assert_string_equal(run_mask("000101300019", arena), "0001******19");
	assert_string_equal(run_mask("signer 1: IIN000101300019/BIN000140000012, x", arena),
	    "signer 1: IIN0001******19/BIN000140000012, x");
	assert_string_equal(
	    run_mask("a 0001013000191 b 00010130001", arena), "a 0001013000191 b 00010130001");
	assert_string_equal(run_mask("6ba7b810-9dad-41d1-80b4-000101300019", arena),
	    "6ba7b810-9dad-41d1-80b4-000101300019");
	assert_string_equal(run_mask("no-000101300019", arena), "no-0001******19");
	assert_string_equal(run_mask("000101300019-000101300029-000101301805", arena),
	    "0001******19-0001******29-0001******05");
}

static void
octets_are_shown_when_asked_for_and_passwords_never(void **state)
{
	static const char message[] =
	    "<a xmlns:p='u'><p:password>s3cret</p:password><password\n>s3cret</password>"
	    "<password><![CDATA[s3cret]]></password><password/><passwords>shown</"
	    "passwords>\x01\xff";
	struct db_journal_row row = row_of("accepted", ERR_OK, "SCSS001");
	char *text;

	(void)state;
	row.received = octets_of(message);
	row.sent = octets_of("<sent/>");
	text = told_row(&row, ERR_EN, false);
	lacks(text, "shown");
	lacks(text, "<sent/>");
	free(text);
	text = told_row(&row, ERR_EN, true);
	has(text, "<p:password>***</p:password>");
	has(text, "<passwords>shown</passwords>\\x01\\xff");
	has(text, "  sent:\n<sent/>\n");
	lacks(text, "s3cret");
	free(text);
	row.received = octets_of("<a><password>s3cr");
	text = told_row(&row, ERR_EN, true);
	lacks(text, "s3cr");
	free(text);
}

static void
a_peers_text_stays_on_its_line(void **state)
{
	struct db_journal_row row = row_of("accepted", ERR_OK, "SCSS001");
	char *text;

	(void)state;
	row.sender_id = "pep\n  refusal: no\033[2J";
	text = told_row(&row, ERR_EN, false);
	has(text, "  from: pep\\x0a  refusal: no\\x1b[2J\n");
	free(text);
	/* U+009B is ESC [ for a terminal, U+202E turns the rest round; U+00A0 and letters are text
	 */
	row.sender_id = "a\xc2\x9b"
			"2J\xe2\x80\xae\xe2\x81\xa6\xff\xc2\xa0\xd2\x9b";
	row.received = octets_of("<a>\xc2\x9b"
				 "2J\xe2\x80\xae\n</a>");
	text = told_row(&row, ERR_EN, true);
	has(text, "  from: a\\xc2\\x9b2J\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xff\xc2\xa0\xd2\x9b\n");
	has(text, "<a>\\xc2\\x9b2J\\xe2\\x80\\xae\n</a>");
	free(text);
}

static void
the_algorithm_is_that_of_the_first_signature(void **state)
{
	(void)state;
	assert_string_equal(
	    run_algorithm_of(octets_of("<a xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>"
				       "<ds:SignatureMethod Algorithm='urn:one'/>"
				       "<ds:SignatureMethod Algorithm='urn:two'/></a>"),
		arena),
	    "urn:one");
	assert_string_equal(run_algorithm_of(octets_of("<a/>"), arena), "");
	assert_string_equal(run_algorithm_of(octets_of("<a"), arena), "");
}

static int
setup(void **state)
{
	struct err e = {0};

	(void)state;
	arena = arena_new();
	return arena != NULL && clock_init(&e) == 0 && dom_init(&e) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	dom_fini();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_of_err_def_has_a_cause_in_three_languages_or_says_why_none),
	    cmocka_unit_test(a_row_is_found_by_its_name_alone),
	    cmocka_unit_test(of_a_refusal_the_checks_before_it_passed_and_those_after_it_are_open),
	    cmocka_unit_test(a_refused_business_signature_is_not_taken_for_the_transport_signature),
	    cmocka_unit_test(xml_that_is_wrong_in_a_message_that_was_read_is_the_business_document),
	    cmocka_unit_test(a_fault_of_ours_says_nothing_against_the_message),
	    cmocka_unit_test(an_accepted_message_passed_all_but_what_its_service_refused),
	    cmocka_unit_test(the_gateways_report_is_verified_and_has_no_business_document),
	    cmocka_unit_test(a_receipt_is_told_with_every_check_and_who_signed),
	    cmocka_unit_test(a_refusal_is_told_with_rule_reason_and_likely_cause_in_each_language),
	    cmocka_unit_test(an_operators_act_is_told_with_who_and_why),
	    cmocka_unit_test(a_delivery_is_told_with_attempts_next_attempt_and_last_error),
	    cmocka_unit_test(every_verdict_has_a_text_in_each_language),
	    cmocka_unit_test(every_state_has_a_text_in_each_language),
	    cmocka_unit_test(times_follow_the_zone_that_was_in_force),
	    cmocka_unit_test(iins_are_masked_and_bins_and_ids_are_not),
	    cmocka_unit_test(octets_are_shown_when_asked_for_and_passwords_never),
	    cmocka_unit_test(a_peers_text_stays_on_its_line),
	    cmocka_unit_test(the_algorithm_is_that_of_the_first_signature),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
