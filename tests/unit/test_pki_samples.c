/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki over the NCA's real material: production and test CAs, CRLs of four years, keys of its SDK,
 * signers of the sample documents; needs the kzgost provider.
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
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "fixture.h"
#include "gost/gost.h"
#include "pki/pki.h"
#include "pki_forge.h"

#define P12_PASSWORD "Qwerty12" /* published with the keys */

static struct {
	struct arena *arena;
	struct pki *off, *crl; /* ca-test; with all CRLs of crl-test */
} w;

static const char *
sample(const char *relative)
{
	return fixture_shared(w.arena, arena_printf(w.arena, "samples/%s", relative));
}

static int
make_world(void **state)
{
	(void)state;
	w.off = forge_pki(&(struct pki_options){.trust = sample("nca/ca-test")});
	w.crl = forge_pki(&(struct pki_options){.trust = sample("nca/ca-test"),
	    .crl = sample("nca/crl-test"),
	    .revocation = PKI_REVOCATION_CRL});
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	pki_close(w.off);
	pki_close(w.crl);
	forge_clean();
	return 0;
}

static enum err_code
judged(struct pki *p, const struct pki_cert *c, const char *at, struct pki_signer *who)
{
	struct err e = {0};
	int rc = pki_judge(p, c, fixture_instant(at), who, &e);

	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_int_equal(ERR_peek_error(), 0);
	return e.code;
}

static void
all_ca_certificates_of_the_nca_load(void **state)
{
	struct pki *p = forge_pki(&(struct pki_options){.trust = sample("nca/ca-prod")});
	struct pki_census prod = pki_census(p), test = pki_census(w.crl);

	(void)state;
	assert_int_equal(prod.anchors, 5);
	assert_int_equal(prod.intermediates, 7);
	assert_int_equal(test.anchors, 5);
	assert_int_equal(test.intermediates, 5);
	pki_close(p);
}

static void
the_lists_of_fingerprints_name_every_ca_certificate(void **state)
{
	static const char *const kinds[] = {"prod", "test"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *list =
		    arena_printf(w.arena, "%s/certs/nca-%s.tsv", fixture_srcdir(), kinds[i]);
		struct pki *p = forge_pki(&(struct pki_options){
		    .trust = sample(arena_printf(w.arena, "nca/ca-%s", kinds[i])),
		    .fingerprints = list});
		assert_int_equal(pki_census(p).anchors, 5);
		pki_close(p);
		/* but not those of the other one */
		struct pki_options swapped = {
		    .trust = sample(arena_printf(w.arena, "nca/ca-%s", kinds[1 - i])),
		    .fingerprints = list};
		struct err e = {0};
		assert_int_equal(pki_open(&swapped, NULL, NULL, &p, &e), -1);
		assert_non_null(strstr(e.detail, "is not listed"));
	}
}

/* The NCA's CA of 2022 and its certificates have one policy; a person's is not asked for elsewhere.
 */
static void
the_policy_of_2022_holds_along_the_path(void **state)
{
	static const char *const now[] = {"1.2.398.3.3.2", NULL}, *const before[] = {
								      "1.2.398.3.3.2.3", NULL};
	const char *path = sample("nca/p12-test/gost2015_individual_valid_to_2027-05-08.p12");
	struct pki_identity *id;
	struct pki_signer who;
	struct err e = {0};

	(void)state;
	assert_int_equal(pki_identity_load(path, NULL, P12_PASSWORD, &id, &e), 0);
	for (size_t i = 0; i < 2; i++) {
		struct pki *p = forge_pki(&(struct pki_options){.trust = sample("nca/ca-test"),
		    .path = {.policies = i == 0 ? now : before, .explicit_policy = true}});
		assert_int_equal(
		    judged(p, pki_identity_certificate(id), "2026-09-01T00:00:00Z", &who),
		    i == 0 ? ERR_OK : ERR_PKI_CERTIFICATE);
		pki_close(p);
	}
	pki_identity_free(id);
}

/* kzgost-provider.md 3, trap 1: OpenSSL refuses the newest of them. */
static void
takes_all_crls_of_the_nca_the_newest_too(void **state)
{
	(void)state;
	assert_int_equal(pki_census(w.crl).crls, 12);
}

static void
no_crl_of_the_nca_loads_after_one_octet_was_changed(void **state)
{
	static const char *const files[] = {"2026_nca_gost2022_test.crl", "2022_nca_gost_test.crl",
	    "2022_nca_rsa_test.crl", "2025-04_nca_gost2022_d_test.crl"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct octets good = fixture_file(
		    w.arena, sample(arena_printf(w.arena, "nca/crl-test/%s", files[i])));
		const char *folder = forge_folder(w.arena);
		unsigned char *bad = arena_alloc(w.arena, good.len);
		struct pki_options options = {.trust = sample("nca/ca-test"), .crl = folder};

		memcpy(bad, good.data, good.len);
		/* in the middle of the signed part, in its times, in the signature */
		for (size_t at = 0; at < 3; at++) {
			size_t octet = at == 0 ? good.len / 2 : at == 1 ? 160 : good.len - 1;
			struct err e = {0};
			struct pki *p;

			bad[octet] ^= 1;
			forge_write(folder, "a.crl", (struct octets){bad, good.len});
			assert_int_equal(pki_open(&options, NULL, NULL, &p, &e), -1);
			assert_int_equal(e.code, ERR_CONFIG);
			bad[octet] ^= 1;
		}
		forge_write(folder, "a.crl", (struct octets){bad, good.len});
		pki_close(forge_pki(&options));
	}
}

struct p12_case {
	const char *file, *at;
	bool crl;
	enum err_code verdict;
	const char *iin, *bin;
	unsigned roles;
	enum pki_family family;
	bool sign_capable;
};

#define IIN1 "123456789011"
#define IIN2 "123456789012"
#define BIN1 "123456789021"
#define CEO (PKI_ROLE_LEGAL | PKI_ROLE_HEAD)

static const struct p12_case p12_cases[] = {
    {"gost2015_individual_valid_to_2027-05-08", "2026-09-01T00:00:00Z", true, ERR_OK, IIN1, "",
	PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_individual_valid_to_2027-05-08", "2027-06-01T00:00:00Z", false, ERR_PKI_EXPIRED,
	IIN1, "", PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_individual_valid_to_2027-05-08", "2027-03-01T00:00:00Z", true,
	ERR_PKI_REVOCATION_UNKNOWN, IIN1, "", PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_individual_expired_2024-11-08", "2024-03-01T00:00:00Z", true, ERR_OK, IIN1, "",
	PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_individual_expired_2024-11-08", "2026-09-01T00:00:00Z", false, ERR_PKI_EXPIRED, IIN1,
	"", PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_individual_revoked_to_2027-05-08", "2026-09-01T00:00:00Z", true, ERR_PKI_REVOKED,
	IIN1, "", PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_individual_revoked_to_2027-05-08", "2026-09-01T00:00:00Z", false, ERR_OK, IIN1, "",
	PKI_ROLE_PERSON, PKI_GOST2015, true},
    {"gost2015_infosystem_valid_to_2029-05-07", "2026-09-01T00:00:00Z", true, ERR_OK, "", BIN1,
	PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, PKI_GOST2015, true},
    {"gost2015_infosystem_revoked", "2026-09-01T00:00:00Z", true, ERR_PKI_REVOKED, "", BIN1,
	PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, PKI_GOST2015, true},
    {"gost2015_legal_ceo_valid_to_2027-05-08", "2026-09-01T00:00:00Z", true, ERR_OK, IIN1, BIN1,
	CEO, PKI_GOST2015, true},
    {"gost2015_legal_ceo_revoked", "2026-09-01T00:00:00Z", true, ERR_PKI_REVOKED, IIN1, BIN1, CEO,
	PKI_GOST2015, true},
    {"gost2015_legal_employee_to_2027-05-08_REVOKED_2026-06-02", "2026-09-01T00:00:00Z", true,
	ERR_PKI_REVOKED, IIN2, BIN1, PKI_ROLE_LEGAL | PKI_ROLE_EMPLOYEE, PKI_GOST2015, true},
    {"gost2015_legal_signright_valid_to_2027-06-16", "2026-09-01T00:00:00Z", true, ERR_OK, IIN2,
	BIN1, PKI_ROLE_LEGAL | PKI_ROLE_SIGNRIGHT, PKI_GOST2015, true},
    {"gost2015_treasuryclient_to_2027-05-08_REVOKED_2026-06-02", "2026-09-01T00:00:00Z", true,
	ERR_PKI_REVOKED, IIN2, BIN1, PKI_ROLE_LEGAL | PKI_ROLE_TREASURY, PKI_GOST2015, true},
    {"gost2015_treasuryclient_revoked", "2026-09-01T00:00:00Z", true, ERR_PKI_REVOKED, IIN2, BIN1,
	PKI_ROLE_LEGAL | PKI_ROLE_TREASURY, PKI_GOST2015, true},
    {"gost2004_legal_ceo_expired_2024-11-15", "2024-06-01T00:00:00Z", false, ERR_OK, IIN1, BIN1,
	CEO, PKI_GOST2004, true},
    {"gost2004_legal_ceo_expired_2024-11-15", "2024-03-01T00:00:00Z", true, ERR_OK, IIN1, BIN1, CEO,
	PKI_GOST2004, true},
    {"rsa_individual_auth_expired_2024-11-15", "2024-03-01T00:00:00Z", true, ERR_OK, IIN1, "",
	PKI_ROLE_PERSON, PKI_RSA, false},
    {"rsa_individual_sign_expired_2024-11-15", "2024-03-01T00:00:00Z", true, ERR_OK, IIN1, "",
	PKI_ROLE_PERSON, PKI_RSA, true},
    {"rsa_individual_sign_expired_2024-11-15", "2024-11-16T00:00:00Z", false, ERR_PKI_EXPIRED, IIN1,
	"", PKI_ROLE_PERSON, PKI_RSA, true},
};

static void
judge_p12(const struct p12_case *k)
{
	const char *path = sample(arena_printf(w.arena, "nca/p12-test/%s.p12", k->file));
	struct pki_identity *id;
	struct pki_signer who;
	struct err e = {0};

	if (pki_identity_load(path, NULL, P12_PASSWORD, &id, &e) != 0)
		fail_msg("%s", e.detail);
	assert_int_equal(ERR_peek_error(), 0);
	pki_describe(pki_identity_certificate(id), &who);
	if (strcmp(who.iin, k->iin) != 0 || strcmp(who.bin, k->bin) != 0 || who.roles != k->roles ||
	    who.family != k->family || who.sign_capable != k->sign_capable)
		fail_msg("%s: IIN %s BIN %s roles %x family %d capable %d", k->file, who.iin,
		    who.bin, who.roles, (int)who.family, who.sign_capable);
	enum err_code code =
	    judged(k->crl ? w.crl : w.off, pki_identity_certificate(id), k->at, &who);
	if (code != k->verdict)
		fail_msg("%s at %s: %s", k->file, k->at, err_row(code)->name);
	pki_identity_free(id);
}

static void
keys_of_the_sdk_get_the_verdicts_that_the_crls_give(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(p12_cases) / sizeof(p12_cases[0]); i++)
		judge_p12(&p12_cases[i]);
}

/* kzgost-provider.md 3, trap 7: a key in another vendor's form. */
static void
a_key_that_cannot_be_the_certificates_is_refused(void **state)
{
	struct pki_identity *id;
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    pki_identity_load(sample("nca/p12-test/gost2004_infosystem_expired_2024-11-30.p12"),
		NULL, P12_PASSWORD, &id, &e),
	    -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(ERR_peek_error(), 0);
}

/* The first certificate in the document's ds:X509Certificate or wsse:KeyIdentifier. */
static struct octets
certificate_in(const char *file)
{
	struct octets text = fixture_file(w.arena, sample(arena_printf(w.arena, "nca/%s", file)));
	char *copy = arena_string(w.arena, text), *from, *to, *base64, *out;
	int len;

	from = strstr(copy, "X509Certificate>");
	if (from == NULL)
		from = strstr(copy, "KeyIdentifier ");
	assert_non_null(from);
	base64 = out = from = strchr(from, '>') + 1;
	to = strchr(from, '<');
	while (from < to) {
		if (strncmp(from, "&#13;", 5) == 0)
			from += 5;
		else if (strchr(" \r\n\t", *from) != NULL)
			from++;
		else
			*out++ = *from++;
	}
	*out = '\0';
	unsigned char *der = arena_alloc(w.arena, strlen(base64));
	len = EVP_DecodeBlock(der, (const unsigned char *)base64, (int)strlen(base64));
	assert_true(len > 0);
	while (base64[strlen(base64) - 1] == '=') {
		base64[strlen(base64) - 1] = '\0';
		len--;
	}
	return (struct octets){der, (size_t)len};
}

static void
signers_of_the_sample_documents_get_their_verdicts(void **state)
{
	static const struct {
		const char *file, *at;
		bool crl;
		enum err_code verdict;
		bool sign_capable;
	} cases[] = {
	    {"xml-test-collected/mitwork_gost2015_individual_enveloped.xml", "2025-01-15T12:00:00Z",
		false, ERR_OK, true},
	    {"xml-test-collected/ncanode-go2020_organization_active_GOSTKNCA.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, true},
	    {"xml-test-collected/ncanode-go2020_organization_revoked_GOSTKNCA.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, true},
	    {"xml-test-collected/ncanode-go2020_organization_active_AUTH_RSA256.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, false},
	    {"xml-test-collected/ncanode-go2020_organization_revoked_AUTH_RSA256.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, false},
	    {"xml-test-collected/ncanode-go2020_personal_active_RSA256.xml", "2020-06-01T00:00:00Z",
		false, ERR_OK, true},
	    {"xml-test-collected/ncanode-go2020_personal_active_RSA256.xml", "2026-09-01T00:00:00Z",
		false, ERR_PKI_EXPIRED, true},
	    {"xml-test-collected/ncanode-go2020_personal_active_AUTH_RSA256.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, false},
	    {"xml-test-collected/ncanode-go2020_personal_revoked_RSA256.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, true},
	    {"xml-test-collected/ncanode-go2020_personal_revoked_AUTH_RSA256.xml",
		"2020-06-01T00:00:00Z", false, ERR_OK, false},
	    {"xml-test-collected/ncanode_rsa256_individual_enveloped.xml", "2021-06-01T00:00:00Z",
		false, ERR_OK, true},
	    {"xml-test-collected/ncanode_two_signers_rsa256_then_gost2015.xml",
		"2022-09-01T00:00:00Z", false, ERR_PKI_EXPIRED, true},
	    {"xml-test-generated/gost2015_individual_enveloped.xml", "2026-09-01T00:00:00Z", true,
		ERR_OK, true},
	    {"xml-test-generated/gost2015_individual_enveloped.xml", "2027-06-01T00:00:00Z", false,
		ERR_PKI_EXPIRED, true},
	    {"xml-test-generated/gost2015_infosystem_wsse.xml", "2026-09-01T00:00:00Z", true,
		ERR_OK, true},
	    {"xml-test-generated/gost2004_ceo_enveloped.xml", "2024-06-01T00:00:00Z", false, ERR_OK,
		true},
	    {"xml-test-generated/gost2004_ceo_enveloped.xml", "2026-09-01T00:00:00Z", false,
		ERR_PKI_EXPIRED, true},
	    {"xml-test-generated/gost2015_EXPIRED_2024_individual_enveloped.xml",
		"2026-09-01T00:00:00Z", false, ERR_PKI_EXPIRED, true},
	    {"xml-test-generated/gost2015_REVOKED_individual_enveloped.xml", "2026-09-01T00:00:00Z",
		true, ERR_PKI_REVOKED, true},
	    {"xml-test-generated/gost2015_REVOKED_individual_enveloped.xml", "2026-09-01T00:00:00Z",
		false, ERR_OK, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki *p = cases[i].crl ? w.crl : w.off;
		const struct pki_cert *c;
		struct pki_signer who;
		struct err e = {0};

		if (pki_decode(p, certificate_in(cases[i].file), &c, &e) != 0)
			fail_msg("%s: %s", cases[i].file, e.detail);
		pki_describe(c, &who);
		assert_int_equal(who.sign_capable, cases[i].sign_capable);
		enum err_code code = judged(p, c, cases[i].at, &who);
		if (code != cases[i].verdict)
			fail_msg("%s at %s: %s", cases[i].file, cases[i].at, err_row(code)->name);
	}
}

static void
the_gateways_test_partners_are_found_and_accepted(void **state)
{
	static const char *const issuers[] = {
	    "C=KZ,CN=ТЕСТ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA TEST TWIN)",
	    "CN=ТЕСТ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA TEST TWIN),C=KZ",
	};
	static const char *const files[] = {"person.pem", "sender.pem", "shep.pem"};
	struct pki *p = forge_pki(&(struct pki_options){.partners = sample("shep/twin-certs")});

	(void)state;
	assert_int_equal(pki_census(p).partners, 3);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *path = sample(arena_printf(w.arena, "shep/twin-certs/%s", files[i]));
		struct instant at = fixture_instant("2026-06-01T00:00:00Z");
		struct pki_identity *none;
		const struct pki_cert *c, *again;
		struct pki_signer who;
		struct err e = {0};
		BIO *pem = BIO_new_file(path, "r");
		X509 *x = PEM_read_bio_X509(pem, NULL, NULL, NULL);

		assert_int_equal(pki_decode(p, forge_der(w.arena, x), &c, &e), 0);
		assert_int_equal(judged(p, c, "2026-06-01T00:00:00Z", &who), ERR_OK);
		assert_true(who.pinned && who.sign_capable);
		for (size_t k = 0; k < 2; k++) {
			assert_int_equal(
			    pki_find_partner(p, issuers[k], who.serial, at, &again, &e), 0);
			assert_ptr_equal(again, c);
		}
		assert_int_equal(pki_identity_load(path, path, NULL, &none, &e), -1);
		X509_free(x);
		BIO_free(pem);
	}
	pki_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_ca_certificates_of_the_nca_load),
	    cmocka_unit_test(the_lists_of_fingerprints_name_every_ca_certificate),
	    cmocka_unit_test(the_policy_of_2022_holds_along_the_path),
	    cmocka_unit_test(takes_all_crls_of_the_nca_the_newest_too),
	    cmocka_unit_test(no_crl_of_the_nca_loads_after_one_octet_was_changed),
	    cmocka_unit_test(keys_of_the_sdk_get_the_verdicts_that_the_crls_give),
	    cmocka_unit_test(a_key_that_cannot_be_the_certificates_is_refused),
	    cmocka_unit_test(signers_of_the_sample_documents_get_their_verdicts),
	    cmocka_unit_test(the_gateways_test_partners_are_found_and_accepted),
	};
	struct err e = {0};
	int failed;

	w.arena = arena_new();
	if (w.arena == NULL || clock_init(&e) != 0 || gost_load(&e) != 0)
		return 99;
	if (fixture_shared(w.arena, "samples/nca") == NULL) {
		fixture_skipped(sizeof(tests) / sizeof(tests[0]), "samples/nca is not there");
		arena_free(w.arena);
		return 77;
	}
	failed = cmocka_run_group_tests(tests, make_world, end_world);
	gost_unload();
	arena_free(w.arena);
	return failed;
}
