/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki: revocation. Full CRLs and deltas in force, stale, tampered with, out of place; kept verdicts
 * end where a CRL does.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "fixture.h"
#include "pki/pki.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:00:00Z"

static struct {
	struct arena *arena;
	EVP_PKEY *root_key, *ca_key, *rogue_key, *leaf_key;
	X509 *root, *ca, *rogue, *leaf, *other;
	const char *trust, *crl;
} w;

static int
make_world(void **state)
{
	struct forge ca = {.subject = "C=KZ/CN=ROOT",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	struct forge leaf = {
	    .subject = "C=KZ/CN=ТЕСТ", .usage = "critical,digitalSignature", .serial = "100"};

	(void)state;
	w.arena = arena_new();
	w.root_key = forge_key();
	w.ca_key = forge_key();
	w.rogue_key = forge_key();
	w.leaf_key = forge_key();
	w.root = forge_cert(&ca, w.root_key);
	ca.subject = "C=KZ/CN=CA";
	ca.issuer = w.root;
	ca.issuer_key = w.root_key;
	ca.serial = "2";
	w.ca = forge_cert(&ca, w.ca_key);
	ca.issuer = NULL;
	ca.issuer_key = NULL;
	w.rogue = forge_cert(&ca, w.rogue_key);
	leaf.issuer = w.ca;
	leaf.issuer_key = w.ca_key;
	w.leaf = forge_cert(&leaf, w.leaf_key);
	leaf.serial = "200";
	w.other = forge_cert(&leaf, w.leaf_key);
	w.trust = forge_folder(w.arena);
	forge_write_pem(w.trust, "root.pem", w.root);
	forge_write_pem(w.trust, "ca.pem", w.ca);
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	forge_clean();
	arena_free(w.arena);
	return 0;
}

static int
new_folder(void **state)
{
	(void)state;
	w.crl = forge_folder(w.arena);
	return 0;
}

/* A CRL of the CA over one serial number (or none), written to the folder of this test. */
static void
write_crl(const char *file, struct forge_crl f, const char *serial, int reason)
{
	struct forge_revoked revoked = {.serial = serial, .reason = reason, .date = f.from};

	f.issuer = f.issuer != NULL ? f.issuer : w.ca;
	f.key = f.key != NULL ? f.key : w.ca_key;
	if (serial != NULL) {
		f.revoked = &revoked;
		f.n_revoked = 1;
	}
	forge_write(w.crl, file, forge_crl(w.arena, &f));
}

static int
try_open(const char *partners, struct pki **p, struct err *e)
{
	struct pki_options options = {
	    .trust = w.trust, .partners = partners, .crl = w.crl, .revocation = PKI_REVOCATION_CRL};

	return pki_open(&options, NULL, NULL, p, e);
}

static struct pki *
opened(void)
{
	struct err e = {0};
	struct pki *p;

	if (try_open(NULL, &p, &e) != 0)
		fail_msg("%s", e.detail);
	return p;
}

static enum err_code
judged(struct pki *p, const X509 *x, const char *at)
{
	const struct pki_cert *c;
	struct pki_signer who;
	struct err e = {0};

	assert_int_equal(pki_decode(p, forge_der(w.arena, x), &c, &e), 0);
	int rc = pki_judge(p, c, fixture_instant(at), &who, &e);
	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_int_equal(ERR_peek_error(), 0);
	return e.code;
}

static enum err_code
verdict(const char *at)
{
	struct pki *p = opened();
	enum err_code code = judged(p, w.leaf, at);

	pki_close(p);
	return code;
}

/* The folder must not load, and the reason must say so. */
static void
assert_not_loaded(const char *reason)
{
	struct err e = {0};
	struct pki *p;

	assert_int_equal(try_open(NULL, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	if (strstr(e.detail, reason) == NULL)
		fail_msg("%s", e.detail);
	assert_int_equal(ERR_peek_error(), 0);
}

/* Whoever asks about a message wants an answer: a forged CRL is told, and covers nobody. */
static void
where_some_crls_are_enough_a_bad_one_is_left_out(void **state)
{
	struct pki_options options = {
	    .trust = w.trust, .crl = w.crl, .revocation = PKI_REVOCATION_CRL, .some_crls = true};
	struct forge_crl f = {.issuer = w.ca, .key = w.rogue_key};
	struct err e = {0};
	struct pki *p;

	(void)state;
	forge_write(w.crl, "a.crl", forge_crl(w.arena, &f));
	assert_int_equal(pki_open(&options, NULL, NULL, &p, &e), 0);
	assert_int_equal(pki_census(p).crls, 0);
	assert_int_equal(judged(p, w.leaf, AT), ERR_PKI_REVOCATION_UNKNOWN);
	pki_close(p);
	write_crl("b.crl", (struct forge_crl){.number = "1"}, "200", 1);
	assert_int_equal(pki_open(&options, NULL, NULL, &p, &e), 0);
	assert_int_equal(judged(p, w.leaf, AT), ERR_OK);
	pki_close(p);
}

static void
without_any_crl_the_answer_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(verdict(AT), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
a_crl_in_force_clears_who_is_not_listed(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "1"}, "200", 1);
	struct pki *p = opened();
	assert_int_equal(pki_census(p).crls, 1);
	assert_int_equal(judged(p, w.leaf, AT), ERR_OK);
	assert_int_equal(judged(p, w.other, AT), ERR_PKI_REVOKED);
	pki_close(p);
}

static void
finds_each_of_many_serial_numbers(void **state)
{
	struct forge_revoked many[500];
	char serials[500][24];
	struct forge_crl f = {.issuer = w.ca, .key = w.ca_key, .number = "1", .revoked = many};

	(void)state;
	for (unsigned i = 0; i < 500; i++) { /* out of order; 100 and 200 among them only later */
		snprintf(serials[i], sizeof(serials[i]), "%u", 1000 + (i * 7919) % 5000);
		many[i] = (struct forge_revoked){.serial = serials[i]};
	}
	f.n_revoked = 500;
	forge_write(w.crl, "a.crl", forge_crl(w.arena, &f));
	assert_int_equal(verdict(AT), ERR_OK);
	many[321].serial = "100";
	forge_write(w.crl, "a.crl", forge_crl(w.arena, &f));
	assert_int_equal(verdict(AT), ERR_PKI_REVOKED);
}

static void
a_serial_number_that_no_certificate_may_have_stops_no_crl(void **state)
{
	struct forge_revoked two[] = {
	    {.serial = "2923003274661805836407369665432566039311865085952"}, {.serial = "100"}};
	struct forge_crl f = {.issuer = w.ca, .key = w.ca_key, .revoked = two, .n_revoked = 2};

	(void)state;
	forge_write(w.crl, "a.crl", forge_crl(w.arena, &f));
	assert_int_equal(verdict(AT), ERR_PKI_REVOKED);
}

static void
a_stale_or_future_crl_is_no_answer(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "1"}, NULL, 0);
	assert_int_equal(verdict("2026-05-31T23:59:59Z"), ERR_PKI_REVOCATION_UNKNOWN);
	assert_int_equal(verdict("2026-06-01T00:00:00Z"), ERR_OK);
	assert_int_equal(verdict("2026-06-08T00:00:00Z"), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
a_kept_verdict_ends_with_next_update(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "1"}, NULL, 0);
	struct pki *p = opened();
	assert_int_equal(judged(p, w.leaf, AT), ERR_OK);
	assert_int_equal(judged(p, w.leaf, "2026-06-07T23:59:59Z"), ERR_OK);
	assert_int_equal(judged(p, w.leaf, "2026-06-08T00:00:00Z"), ERR_PKI_REVOCATION_UNKNOWN);
	assert_int_equal(judged(p, w.leaf, "2026-05-31T00:00:00Z"), ERR_PKI_REVOCATION_UNKNOWN);
	pki_close(p);
}

static void
a_kept_verdict_ends_where_a_newer_crl_begins(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "1"}, NULL, 0);
	write_crl("b.crl",
	    (struct forge_crl){
		.number = "2", .from = "2026-06-05T00:00:00Z", .until = "2026-06-12T00:00:00Z"},
	    "100", 0);
	struct pki *p = opened();
	assert_int_equal(judged(p, w.leaf, AT), ERR_OK);
	assert_int_equal(judged(p, w.leaf, "2026-06-05T00:00:00Z"), ERR_PKI_REVOKED);
	assert_int_equal(judged(p, w.leaf, AT), ERR_OK);
	pki_close(p);
}

static void
of_several_crls_in_force_the_highest_number_counts(void **state)
{
	(void)state;
	/* a hold of number 9 was lifted in number 10; names of files sort the other way */
	write_crl("b.crl", (struct forge_crl){.number = "9"}, "100", 6);
	write_crl("a.crl", (struct forge_crl){.number = "10"}, NULL, 0);
	assert_int_equal(verdict(AT), ERR_OK);
}

static void
an_entry_in_a_crl_in_force_revokes_whatever_its_date(void **state)
{
	struct forge_revoked r = {.serial = "100", .date = "2026-06-03T00:00:00Z"};

	(void)state;
	forge_write(w.crl, "a.crl",
	    forge_crl(
		w.arena, &(struct forge_crl){
			     .issuer = w.ca, .key = w.ca_key, .revoked = &r, .n_revoked = 1}));
	struct pki *p = opened();
	assert_int_equal(judged(p, w.leaf, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(p, w.leaf, "2026-06-03T00:00:00Z"), ERR_PKI_REVOKED);
	pki_close(p);
}

static void
who_is_revoked_in_a_delta_is_revoked_whatever_its_number(void **state)
{
	(void)state;
	/* the NCA's deltas count for themselves: 10 over base 14 */
	write_crl("a.crl", (struct forge_crl){.number = "14"}, NULL, 0);
	write_crl("d.crl", (struct forge_crl){.number = "10", .base = "14"}, "100", 1);
	assert_int_equal(verdict(AT), ERR_PKI_REVOKED);
}

static void
a_delta_alone_covers_nobody_but_still_revokes(void **state)
{
	(void)state;
	write_crl("d.crl", (struct forge_crl){.number = "10", .base = "14"}, "100", 1);
	struct pki *p = opened();
	assert_int_equal(judged(p, w.leaf, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(p, w.other, AT), ERR_PKI_REVOCATION_UNKNOWN);
	pki_close(p);
}

static void
a_delta_lifts_a_hold_and_a_newer_full_crl_supersedes_it(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "14"}, "100", 6);
	assert_int_equal(verdict(AT), ERR_PKI_REVOKED);
	write_crl("d.crl",
	    (struct forge_crl){.number = "1", .base = "14", .from = "2026-06-02T00:00:00Z"}, "100",
	    8);
	assert_int_equal(verdict("2026-06-01T12:00:00Z"), ERR_PKI_REVOKED);
	assert_int_equal(verdict(AT), ERR_OK);
	write_crl(
	    "b.crl", (struct forge_crl){.number = "15", .from = "2026-06-03T00:00:00Z"}, "100", 1);
	assert_int_equal(verdict("2026-06-04T00:00:00Z"), ERR_PKI_REVOKED);
}

static void
a_stale_delta_says_nothing(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "14"}, NULL, 0);
	write_crl("d.crl",
	    (struct forge_crl){.number = "1", .base = "14", .until = "2026-06-02T00:00:00Z"}, "100",
	    1);
	assert_int_equal(verdict("2026-06-01T12:00:00Z"), ERR_PKI_REVOKED);
	assert_int_equal(verdict(AT), ERR_OK);
}

static void
an_intermediate_is_asked_for_where_its_issuers_crl_is_loaded(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.number = "1"}, NULL, 0);
	assert_int_equal(verdict(AT), ERR_OK);
	write_crl("r.crl", (struct forge_crl){.issuer = w.root, .key = w.root_key}, NULL, 0);
	assert_int_equal(verdict(AT), ERR_OK);
	write_crl("r.crl", (struct forge_crl){.issuer = w.root, .key = w.root_key}, "2", 1);
	assert_int_equal(verdict(AT), ERR_PKI_REVOKED);
	/* loaded, but not in force: then nobody knows */
	write_crl("r.crl",
	    (struct forge_crl){
		.issuer = w.root, .key = w.root_key, .until = "2026-06-02T00:00:00Z"},
	    NULL, 0);
	assert_int_equal(verdict(AT), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
a_crl_for_ca_certificates_does_not_cover_a_leaf(void **state)
{
	(void)state;
	write_crl(
	    "a.crl", (struct forge_crl){.number = "1", .scope = "critical,onlyCA:TRUE"}, NULL, 0);
	assert_int_equal(verdict(AT), ERR_PKI_REVOCATION_UNKNOWN);
	write_crl(
	    "b.crl", (struct forge_crl){.number = "1", .scope = "critical,onlyuser:TRUE"}, NULL, 0);
	assert_int_equal(verdict(AT), ERR_OK);
}

static void
a_crl_with_a_scope_of_its_own_kind_is_not_loaded(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.scope = "critical,onlysomereasons:keyCompromise"},
	    NULL, 0);
	assert_not_loaded("a.crl: an extension of the CRL");
	write_crl("a.crl", (struct forge_crl){.scope = "critical,indirectCRL:TRUE"}, NULL, 0);
	assert_not_loaded("a.crl: an extension of the CRL");
	write_crl("a.crl",
	    (struct forge_crl){.scope = "critical,fullname:URI:http://127.0.0.1/part"}, NULL, 0);
	assert_not_loaded("a.crl: an extension of the CRL");
}

static void
a_crl_that_was_tampered_with_is_not_loaded(void **state)
{
	struct forge_revoked r = {.serial = "100"};
	struct forge_crl f = {.issuer = w.ca, .key = w.ca_key, .revoked = &r, .n_revoked = 1};
	struct octets der = forge_crl(w.arena, &f);
	unsigned char *bad = arena_alloc(w.arena, der.len);

	(void)state;
	memcpy(bad, der.data, der.len);
	unsigned char *serial = memmem(bad, der.len, "\x02\x01\x64", 3);
	assert_non_null(serial);
	serial[2] = 0x65; /* another serial number is revoked */
	forge_write(w.crl, "a.crl", (struct octets){bad, der.len});
	assert_not_loaded("a.crl: the signature of the CRL does not verify");
}

static void
no_octet_of_a_crl_can_be_changed(void **state)
{
	struct forge_crl f = {.issuer = w.ca, .key = w.ca_key, .number = "1"};
	struct octets der = forge_crl(w.arena, &f);
	unsigned char *bad = arena_alloc(w.arena, der.len);
	struct err e;
	struct pki *p;

	(void)state;
	for (size_t i = 0; i < der.len; i++) {
		memcpy(bad, der.data, der.len);
		bad[i] ^= 1;
		forge_write(w.crl, "a.crl", (struct octets){bad, der.len});
		memset(&e, 0, sizeof(e));
		if (try_open(NULL, &p, &e) == 0)
			fail_msg("octet %zu changed, accepted", i);
	}
	for (size_t n = 0; n < der.len; n++) {
		forge_write(w.crl, "a.crl", (struct octets){der.data, n});
		memset(&e, 0, sizeof(e));
		if (try_open(NULL, &p, &e) == 0)
			fail_msg("cut to %zu octets, accepted", n);
	}
}

static void
a_crl_of_a_ca_with_the_same_name_is_not_loaded(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.issuer = w.rogue, .key = w.rogue_key}, NULL, 0);
	assert_not_loaded("a.crl: the signature of the CRL does not verify");
}

static void
a_crl_of_a_weak_digest_or_key_is_not_loaded(void **state)
{
	struct forge weak = {.subject = "C=KZ/CN=WEAK",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	EVP_PKEY *key = forge_rsa(1024);
	X509 *ca = forge_cert(&weak, key);
	const char *trust = w.trust;

	(void)state;
	write_crl("a.crl", (struct forge_crl){.md = EVP_sha1()}, NULL, 0);
	assert_not_loaded("a.crl: the signature of the CRL does not verify");
	w.trust = forge_folder(w.arena);
	forge_write_pem(w.trust, "weak.pem", ca);
	write_crl("a.crl", (struct forge_crl){.issuer = ca, .key = key}, NULL, 0);
	assert_not_loaded("a.crl: the signature of the CRL does not verify");
	w.trust = trust;
}

static void
a_crl_of_an_unknown_issuer_is_not_loaded(void **state)
{
	(void)state;
	write_crl("a.crl", (struct forge_crl){.issuer = w.leaf, .key = w.leaf_key}, NULL, 0);
	assert_not_loaded("a.crl: the issuer of the CRL is not among the CAs");
}

static void
a_file_that_is_no_crl_is_named(void **state)
{
	(void)state;
	forge_write_pem(w.crl, "a.crl", w.ca);
	assert_not_loaded("a.crl: holds a CERTIFICATE where a X509 CRL belongs");
	forge_write(w.crl, "a.crl", forge_der(w.arena, w.ca));
	assert_not_loaded("a.crl: not a CRL of version 2 in DER");
}

static void
a_pinned_certificate_is_asked_for_too(void **state)
{
	const char *partners = forge_folder(w.arena);
	struct err e = {0};
	struct pki *p;

	(void)state;
	forge_write_pem(partners, "leaf.pem", w.leaf);
	assert_int_equal(try_open(partners, &p, &e), 0);
	assert_int_equal(judged(p, w.leaf, AT), ERR_PKI_REVOCATION_UNKNOWN);
	pki_close(p);
	write_crl("a.crl", (struct forge_crl){.number = "1"}, NULL, 0);
	assert_int_equal(try_open(partners, &p, &e), 0);
	assert_int_equal(judged(p, w.leaf, AT), ERR_OK);
	pki_close(p);
	write_crl("a.crl", (struct forge_crl){.number = "1"}, "100", 1);
	assert_int_equal(try_open(partners, &p, &e), 0);
	assert_int_equal(judged(p, w.leaf, AT), ERR_PKI_REVOKED);
	pki_close(p);
}

static void
a_pinned_certificate_of_an_unknown_ca_has_no_known_state(void **state)
{
	struct forge f = {.subject = "C=KZ/CN=SELF", .usage = "critical,digitalSignature"};
	X509 *own = forge_cert(&f, w.leaf_key);
	const char *partners = forge_folder(w.arena);
	struct err e = {0};
	struct pki *p;

	(void)state;
	forge_write_pem(partners, "own.pem", own);
	write_crl("a.crl", (struct forge_crl){.number = "1"}, NULL, 0);
	assert_int_equal(try_open(partners, &p, &e), 0);
	assert_int_equal(judged(p, own, AT), ERR_PKI_REVOCATION_UNKNOWN);
	pki_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(where_some_crls_are_enough_a_bad_one_is_left_out, new_folder),
	    cmocka_unit_test_setup(without_any_crl_the_answer_is_unknown, new_folder),
	    cmocka_unit_test_setup(a_crl_in_force_clears_who_is_not_listed, new_folder),
	    cmocka_unit_test_setup(finds_each_of_many_serial_numbers, new_folder),
	    cmocka_unit_test_setup(
		a_serial_number_that_no_certificate_may_have_stops_no_crl, new_folder),
	    cmocka_unit_test_setup(a_stale_or_future_crl_is_no_answer, new_folder),
	    cmocka_unit_test_setup(a_kept_verdict_ends_with_next_update, new_folder),
	    cmocka_unit_test_setup(a_kept_verdict_ends_where_a_newer_crl_begins, new_folder),
	    cmocka_unit_test_setup(of_several_crls_in_force_the_highest_number_counts, new_folder),
	    cmocka_unit_test_setup(
		an_entry_in_a_crl_in_force_revokes_whatever_its_date, new_folder),
	    cmocka_unit_test_setup(
		who_is_revoked_in_a_delta_is_revoked_whatever_its_number, new_folder),
	    cmocka_unit_test_setup(a_delta_alone_covers_nobody_but_still_revokes, new_folder),
	    cmocka_unit_test_setup(
		a_delta_lifts_a_hold_and_a_newer_full_crl_supersedes_it, new_folder),
	    cmocka_unit_test_setup(a_stale_delta_says_nothing, new_folder),
	    cmocka_unit_test_setup(
		an_intermediate_is_asked_for_where_its_issuers_crl_is_loaded, new_folder),
	    cmocka_unit_test_setup(a_crl_for_ca_certificates_does_not_cover_a_leaf, new_folder),
	    cmocka_unit_test_setup(a_crl_with_a_scope_of_its_own_kind_is_not_loaded, new_folder),
	    cmocka_unit_test_setup(a_crl_that_was_tampered_with_is_not_loaded, new_folder),
	    cmocka_unit_test_setup(no_octet_of_a_crl_can_be_changed, new_folder),
	    cmocka_unit_test_setup(a_crl_of_a_ca_with_the_same_name_is_not_loaded, new_folder),
	    cmocka_unit_test_setup(a_crl_of_a_weak_digest_or_key_is_not_loaded, new_folder),
	    cmocka_unit_test_setup(a_crl_of_an_unknown_issuer_is_not_loaded, new_folder),
	    cmocka_unit_test_setup(a_file_that_is_no_crl_is_named, new_folder),
	    cmocka_unit_test_setup(a_pinned_certificate_is_asked_for_too, new_folder),
	    cmocka_unit_test_setup(
		a_pinned_certificate_of_an_unknown_ca_has_no_known_state, new_folder),
	};
	struct err e = {0};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, make_world, end_world);
}
