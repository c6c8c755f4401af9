/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * route: who may call what; what the peer is told, and what only the log says.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "route/route.h"

#define SALT "000102030405060708090a0b0c0d0e0f"
#define SECRET "machine-made-and-long"
#define PINNED "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222222222222222222222222222"

static char stored[98];
static const char *const pinned[] = {PINNED};
static struct route_sender senders[3];
static const char *const callers[] = {"pep"};
static struct route_service services[2];
static struct route_table table;
static struct msg_request request;
static struct pki_signer signer;
static const char *client;

/* A table with "pep" (pinned certificate and BIN), "open" (any certificate) and two services. */
static int
set_up(void **state)
{
	(void)state;
	senders[0] = (struct route_sender){.sender_id = "pep",
	    .secret = stored,
	    .fingerprints = pinned,
	    .fingerprint_count = 1,
	    .bin = "000140000012"};
	senders[1] = (struct route_sender){.sender_id = "open", .secret = stored, .bin = ""};
	senders[2] =
	    (struct route_sender){.sender_id = "broken", .secret = "not a hash", .bin = ""};
	services[0] = (struct route_service){.service_id = "HQ_SUBMIT",
	    .sync = true,
	    .enabled = true,
	    .callers = callers,
	    .caller_count = 1};
	services[1] = services[0];
	services[1].service_id = "HQ_LATER";
	table = (struct route_table){
	    .senders = senders, .sender_count = 3, .services = services, .service_count = 2};
	request = (struct msg_request){
	    .channel = MSG_SYNC, .service_id = "HQ_SUBMIT", .sender = {"pep", SECRET}};
	client = "";
	memset(&signer, 0, sizeof(signer));
	strcpy(signer.bin, "000140000012");
	strcpy(signer.fingerprint, PINNED);
	return 0;
}

static void
assert_refused(enum err_code code, const char *why, const char *told)
{
	struct err e = {0};
	struct route_choice choice = {&services[0], &senders[0]};

	assert_int_equal(route_find(&table, &request, &signer, client, &choice, &e), -1);
	assert_int_equal(e.code, code);
	assert_string_equal(e.detail, why);
	assert_string_equal(e.public_, told);
	assert_null(choice.service);
	assert_null(choice.sender);
}

static void
a_known_sender_reaches_its_service(void **state)
{
	struct err e = {0};
	struct route_choice choice;

	(void)state;
	assert_int_equal(route_find(&table, &request, &signer, client, &choice, &e), 0);
	assert_ptr_equal(choice.service, &services[0]);
	assert_ptr_equal(choice.sender, &senders[0]);
	assert_int_equal(e.code, ERR_OK);
}

static void
an_unknown_sender_is_refused_with_the_same_word_as_a_wrong_secret(void **state)
{
	(void)state;
	request.sender.sender_id = "nobody";
	assert_refused(ERR_ROUTE_ACCESS, "unknown sender", "ACCESS");
	request.sender.sender_id = "PEP";
	assert_refused(ERR_ROUTE_ACCESS, "unknown sender", "ACCESS");
	request.sender.sender_id = "pep";
	request.sender.password = "machine-made-and-lonh";
	assert_refused(ERR_ROUTE_ACCESS, "wrong secret", "ACCESS");
	request.sender.password = "";
	assert_refused(ERR_ROUTE_ACCESS, "wrong secret", "ACCESS");
	request.sender.password = stored; /* the stored form is no password */
	assert_refused(ERR_ROUTE_ACCESS, "wrong secret", "ACCESS");
}

static void
an_unknown_sender_is_not_told_which_services_there_are(void **state)
{
	(void)state;
	request.sender.sender_id = "nobody";
	request.service_id = "HQ_NOTHING";
	assert_refused(ERR_ROUTE_ACCESS, "unknown sender", "ACCESS");
}

static void
another_certificate_does_not_sign_for_a_pinned_sender(void **state)
{
	(void)state;
	strcpy(signer.fingerprint, OTHER);
	assert_refused(ERR_ROUTE_ACCESS, "this certificate does not sign for the sender", "ACCESS");
}

static void
another_organisation_does_not_sign_for_the_sender(void **state)
{
	(void)state;
	strcpy(signer.bin, "000140000304");
	assert_refused(ERR_ROUTE_ACCESS, "this certificate does not sign for the sender", "ACCESS");
	signer.bin[0] = '\0';
	assert_refused(ERR_ROUTE_ACCESS, "this certificate does not sign for the sender", "ACCESS");
}

static void
a_suspended_sender_is_refused(void **state)
{
	(void)state;
	senders[0].suspended = true;
	assert_refused(ERR_ROUTE_ACCESS, "the sender is suspended", "INT-SUSPENDED");
	request.sender.password = "wrong"; /* told only to the sender himself */
	assert_refused(ERR_ROUTE_ACCESS, "wrong secret", "ACCESS");
}

static void
a_sender_that_is_not_among_the_callers_is_refused(void **state)
{
	(void)state;
	request.sender.sender_id = "open";
	assert_refused(
	    ERR_ROUTE_ACCESS, "the sender is not among the callers of the service", "ACCESS");
	services[0].caller_count = 0;
	request.sender.sender_id = "pep";
	assert_refused(
	    ERR_ROUTE_ACCESS, "the sender is not among the callers of the service", "ACCESS");
}

static void
a_service_that_nobody_offers_on_this_channel_does_not_exist(void **state)
{
	static const char told[] = "serviceId is not offered on this channel";

	(void)state;
	request.service_id = "HQ_NOTHING";
	assert_refused(ERR_ROUTE_SERVICE, told, told);
	request.service_id = "hq_submit";
	assert_refused(ERR_ROUTE_SERVICE, told, told);
	request.service_id = "HQ_SUBMIT";
	request.channel = MSG_ASYNC_CLIENT;
	assert_refused(ERR_ROUTE_SERVICE, told, told);
	request.channel = MSG_SYNC;
	services[0].enabled = false;
	assert_refused(ERR_ROUTE_SERVICE, told, told);
}

static void
a_stored_secret_of_another_form_is_our_mistake(void **state)
{
	(void)state;
	request.sender.sender_id = "broken";
	assert_refused(ERR_CONFIG, "a stored secret is not salt$digest", "");
}

static void
a_secret_is_hashed_with_its_salt(void **state)
{
	struct err e = {0};
	char out[98];

	(void)state;
	/* printf '%s' SALT SECRET | sha256sum, by coreutils */
	assert_int_equal(route_secret_hash("abc", SALT, out, &e), 0);
	assert_string_equal(out,
	    SALT "$"
		 "2c5ea440d4dc70305f8e284a862fc881ac8585b3cd52be94fab43b46d03b3591");
	assert_int_equal(route_secret_hash("abc", "00", out, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	err_clear(&e);
	assert_int_equal(route_secret_hash("abc", "000102030405060708090A0B0C0D0E0F", out, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void
a_sender_with_tls_clients_is_called_over_their_connections_only(void **state)
{
	static const char *const mine[] = {OTHER, PINNED};
	static const char why[] = "the TLS client's certificate is not the sender's";
	struct err e = {0};
	struct route_choice choice;

	(void)state;
	senders[0].clients = mine;
	senders[0].client_count = 2;
	assert_refused(ERR_ROUTE_ACCESS, why, "ACCESS");
	client = NULL;
	assert_refused(ERR_ROUTE_ACCESS, why, "ACCESS");
	client = "3333333333333333333333333333333333333333333333333333333333333333";
	assert_refused(ERR_ROUTE_ACCESS, why, "ACCESS");
	client = PINNED;
	assert_int_equal(route_find(&table, &request, &signer, client, &choice, &e), 0);
	client = OTHER;
	assert_int_equal(route_find(&table, &request, &signer, client, &choice, &e), 0);
}

static void
a_tls_client_of_one_sender_does_not_call_for_another(void **state)
{
	static const char *const theirs[] = {OTHER};
	struct err e = {0};
	struct route_choice choice;

	(void)state;
	senders[1].clients = theirs;
	senders[1].client_count = 1;
	client = PINNED;
	assert_int_equal(route_find(&table, &request, &signer, client, &choice, &e), 0);
	client = OTHER;
	assert_refused(
	    ERR_ROUTE_ACCESS, "the TLS client's certificate is not the sender's", "ACCESS");
}

static void
a_certificate_answers_for_the_receiver_that_lists_it(void **state)
{
	static const char *const theirs[] = {OTHER};
	const struct route_receiver receivers[] = {{.name = "nobody"},
	    {.name = "a", .fingerprints = pinned, .fingerprint_count = 1},
	    {.name = "b", .fingerprints = theirs, .fingerprint_count = 1}};

	(void)state;
	table.receivers = receivers;
	table.receiver_count = 3;
	assert_ptr_equal(route_receiver_of(&table, &signer), &receivers[1]);
	assert_true(route_signs_for(&receivers[1], &signer));
	assert_false(route_signs_for(&receivers[2], &signer));
	assert_false(route_signs_for(&receivers[0], &signer));
	strcpy(signer.fingerprint, OTHER);
	assert_ptr_equal(route_receiver_of(&table, &signer), &receivers[2]);
	signer.fingerprint[0] = '3';
	assert_null(route_receiver_of(&table, &signer));
	assert_ptr_equal(route_receiver_find(&table, "b"), &receivers[2]);
	assert_null(route_receiver_find(&table, "c"));
}

static void
a_profile_for_one_sender_comes_before_the_one_for_any(void **state)
{
	const struct route_profile profiles[] = {
	    {.service_id = "S", .sender_id = "*", .direction = ROUTE_IN},
	    {.service_id = "S", .sender_id = "pep", .direction = ROUTE_IN},
	    {.service_id = "S", .sender_id = "we", .direction = ROUTE_OUT},
	    {.service_id = "T", .sender_id = "pep", .direction = ROUTE_IN}};

	(void)state;
	table.profiles = profiles;
	table.profile_count = 4;
	assert_ptr_equal(route_profile_find(&table, "S", "pep", ROUTE_IN), &profiles[1]);
	assert_ptr_equal(route_profile_find(&table, "S", "other", ROUTE_IN), &profiles[0]);
	assert_ptr_equal(route_profile_find(&table, "S", "we", ROUTE_OUT), &profiles[2]);
	assert_null(route_profile_find(&table, "S", "pep", ROUTE_OUT));
	assert_null(route_profile_find(&table, "T", "other", ROUTE_IN));
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_known_sender_reaches_its_service, set_up),
	    cmocka_unit_test_setup(
		an_unknown_sender_is_refused_with_the_same_word_as_a_wrong_secret, set_up),
	    cmocka_unit_test_setup(an_unknown_sender_is_not_told_which_services_there_are, set_up),
	    cmocka_unit_test_setup(another_certificate_does_not_sign_for_a_pinned_sender, set_up),
	    cmocka_unit_test_setup(another_organisation_does_not_sign_for_the_sender, set_up),
	    cmocka_unit_test_setup(
		a_sender_with_tls_clients_is_called_over_their_connections_only, set_up),
	    cmocka_unit_test_setup(a_tls_client_of_one_sender_does_not_call_for_another, set_up),
	    cmocka_unit_test_setup(a_suspended_sender_is_refused, set_up),
	    cmocka_unit_test_setup(a_sender_that_is_not_among_the_callers_is_refused, set_up),
	    cmocka_unit_test_setup(
		a_service_that_nobody_offers_on_this_channel_does_not_exist, set_up),
	    cmocka_unit_test_setup(a_stored_secret_of_another_form_is_our_mistake, set_up),
	    cmocka_unit_test(a_secret_is_hashed_with_its_salt),
	    cmocka_unit_test_setup(a_certificate_answers_for_the_receiver_that_lists_it, set_up),
	    cmocka_unit_test_setup(a_profile_for_one_sender_comes_before_the_one_for_any, set_up),
	};

	if (route_secret_hash(SECRET, SALT, stored, &e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
