/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki over the test PKI that the build makes (certs/make-test-pki): every kind of certificate of
 * the NCA's profile, in RSA and in GOST, gets the verdict that it was made for.
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
#include "gost/gost.h"
#include "pki/pki.h"

#define AT "2026-06-02T12:00:00Z" /* a day after the PKI's date */

static struct {
	struct arena *arena;
	struct pki *pki; /* trusts all three hierarchies, with their CRLs */
} w;

static const char *
made(const char *relative)
{
	const char *path = arena_printf(w.arena, "%s/testpki/%s", fixture_builddir(), relative);

	assert_non_null(path);
	return path;
}

static int
make_world(void **state)
{
	struct pki_options options = {
	    .trust = made("trust"), .crl = made("crl"), .revocation = PKI_REVOCATION_CRL};
	struct err e = {0};

	(void)state;
	if (pki_open(&options, NULL, NULL, &w.pki, &e) != 0)
		fail_msg("%s", e.detail);
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	pki_close(w.pki);
	return 0;
}

static enum err_code
judged(const char *name, const char *at, struct pki_signer *who)
{
	struct octets der = fixture_file(w.arena, made(arena_printf(w.arena, "%s.der", name)));
	const struct pki_cert *c;
	struct pki_signer described;
	struct err e = {0};

	if (pki_decode(w.pki, der, &c, &e) != 0)
		fail_msg("%s: %s", name, e.detail);
	pki_describe(c, &described);
	int rc = pki_judge(w.pki, c, fixture_instant(at), who, &e);
	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_int_equal(ERR_peek_error(), 0);
	if (rc == 0) {
		assert_int_equal(who->standing.status, PKI_GOOD);
		assert_int_equal(who->standing.source, PKI_BY_CRL);
		assert_string_not_equal(who->standing.number, "");
		memset(&who->standing, 0, sizeof(who->standing));
	}
	if (rc == 0)
		assert_memory_equal(&described, who, sizeof(described));
	*who = described;
	return e.code;
}

static void
every_kind_of_certificate_gets_its_verdict(void **state)
{
	static const struct {
		const char *name;
		enum err_code verdict;
		const char *iin, *bin;
		unsigned roles;
		bool sign_capable;
	} cases[] = {
	    {"person", ERR_OK, "000101300019", "", PKI_ROLE_PERSON, true},
	    {"person2", ERR_OK, "000101300029", "", PKI_ROLE_PERSON, true},
	    {"person-auth", ERR_OK, "000101300019", "", PKI_ROLE_PERSON, false},
	    {"head", ERR_OK, "000101300019", "000140000012", PKI_ROLE_LEGAL | PKI_ROLE_HEAD, true},
	    {"signright", ERR_OK, "000101301805", "000140000012",
		PKI_ROLE_LEGAL | PKI_ROLE_SIGNRIGHT, true},
	    {"employee", ERR_OK, "000101301817", "000140000012", PKI_ROLE_LEGAL | PKI_ROLE_EMPLOYEE,
		true},
	    {"system", ERR_OK, "", "000140000012", PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, true},
	    {"gateway", ERR_OK, "", "000140000304", PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, true},
	    {"person-expired", ERR_PKI_EXPIRED, "000101300019", "", PKI_ROLE_PERSON, true},
	    {"person-future", ERR_PKI_NOT_YET_VALID, "000101300019", "", PKI_ROLE_PERSON, true},
	    {"person-revoked", ERR_PKI_REVOKED, "000101300019", "", PKI_ROLE_PERSON, true},
	    {"gateway-expired", ERR_PKI_EXPIRED, "", "000140000304",
		PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, true},
	    {"gateway-revoked", ERR_PKI_REVOKED, "", "000140000304",
		PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, true},
	    {"other-person", ERR_PKI_UNKNOWN_ISSUER, "000101300019", "", PKI_ROLE_PERSON, true},
	    {"other-gateway", ERR_PKI_UNKNOWN_ISSUER, "", "000140000304",
		PKI_ROLE_LEGAL | PKI_ROLE_SYSTEM, true},
	    {"other-root", ERR_PKI_USAGE, "", "", 0, false},
	    {"nca", ERR_PKI_USAGE, "", "", 0, false},
	    {"ocsp", ERR_PKI_USAGE, "", "", 0, false},
	    {"tsa", ERR_PKI_USAGE, "", "", 0, false},
	};
	static const char *const families[] = {"rsa", "gost"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t k = 0; k < 2; k++) {
			const char *name =
			    arena_printf(w.arena, "%s/%s", families[k], cases[i].name);
			struct pki_signer who;
			enum err_code code = judged(name, AT, &who);

			if (code != cases[i].verdict)
				fail_msg("%s: %s", name, err_row(code)->name);
			if (cases[i].roles == 0)
				continue;
			if (strcmp(who.iin, cases[i].iin) != 0 ||
			    strcmp(who.bin, cases[i].bin) != 0 || who.roles != cases[i].roles ||
			    who.sign_capable != cases[i].sign_capable ||
			    who.family != (k == 0 ? PKI_RSA : PKI_GOST2015))
				fail_msg("%s: IIN %s BIN %s roles %x capable %d", name, who.iin,
				    who.bin, who.roles, who.sign_capable);
		}
}

static void
a_signer_of_gost_2004_is_accepted(void **state)
{
	struct pki_signer who;

	(void)state;
	assert_int_equal(judged("gost2004/person", AT, &who), ERR_OK);
	assert_int_equal(who.family, PKI_GOST2004);
	assert_int_equal(judged("gost2004/gateway", AT, &who), ERR_OK);
}

static void
when_the_crls_have_ended_nobody_knows(void **state)
{
	struct pki_signer who;

	(void)state;
	assert_int_equal(judged("gost/person", AT, &who), ERR_OK);
	assert_int_equal(
	    judged("gost/person", "2027-01-01T00:00:00Z", &who), ERR_PKI_REVOCATION_UNKNOWN);
	assert_int_equal(
	    judged("rsa/person", "2027-01-01T00:00:00Z", &who), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
keys_belong_to_their_own_certificate_only(void **state)
{
	static const char *const families[] = {"rsa", "gost"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		const char *certificate =
		    made(arena_printf(w.arena, "%s/gateway.pem", families[k]));
		const char *key = made(arena_printf(w.arena, "%s/gateway.key", families[k]));
		const char *other = made(arena_printf(w.arena, "%s/person.key", families[k]));
		struct pki_identity *id;
		struct err e = {0};

		if (pki_identity_load(certificate, key, NULL, &id, &e) != 0)
			fail_msg("%s", e.detail);
		pki_identity_free(id);
		assert_int_equal(pki_identity_load(certificate, other, NULL, &id, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_of_certificate_gets_its_verdict),
	    cmocka_unit_test(a_signer_of_gost_2004_is_accepted),
	    cmocka_unit_test(when_the_crls_have_ended_nobody_knows),
	    cmocka_unit_test(keys_belong_to_their_own_certificate_only),
	};
	struct err e = {0};
	int failed;

	w.arena = arena_new();
	if (w.arena == NULL || clock_init(&e) != 0 || gost_load(&e) != 0)
		return 99;
	failed = cmocka_run_group_tests(tests, make_world, end_world);
	gost_unload();
	arena_free(w.arena);
	return failed;
}
