/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The decision over a certificate's revocation: every combination of what OCSP and CRLs say, under
 * every choice of trust.revocation; what a verdict rests on; what is asked for.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "fixture.h"
#include "ocsp_forge.h"
#include "pki/ocsp.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:10:00Z"

enum said { /* by OCSP */
	NOTHING,
	GOOD,
	OLD_GOOD,
	REVOKED,
	OLD_REVOKED,
	HOLD,
	OLD_HOLD,
	UNKNOWN,
	NEVER_ISSUED,
	LIE,
	SAIDS
};

enum listed { /* by the CRL */
	NO_CRL,
	CLEAN,
	LISTED,
	EXPIRED,
	LISTEDS
};

static struct {
	struct arena *arena;
	EVP_PKEY *ca_key, *key;
	X509 *ca, *leaf, *client; /* of the same key and number, to be asked about as one */
	const char *trust, *partners, *crl[LISTEDS];
} w;

static int
make_world(void **state)
{
	static const struct forge_revoked revoked[] = {{"77", "2026-05-01T00:00:00Z", 1}};
	const struct forge ca = {.subject = "C=KZ/CN=CA",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	struct forge_crl crl = {.number = "4711", .from = "2026-06-01T00:00:00Z"};

	(void)state;
	w.ca_key = crl.key = forge_key();
	w.key = forge_key();
	w.ca = crl.issuer = forge_cert(&ca, w.ca_key);
	w.leaf = forge_cert(&(struct forge){.subject = "C=KZ/CN=LEAF",
				.serial = "77",
				.usage = "critical,digitalSignature,nonRepudiation",
				.extended = "emailProtection",
				.issuer = w.ca,
				.issuer_key = w.ca_key},
	    w.key);
	w.client = forge_cert(&(struct forge){.subject = "C=KZ/CN=CLIENT",
				  .serial = "77",
				  .usage = "critical,digitalSignature",
				  .extended = "clientAuth",
				  .issuer = w.ca,
				  .issuer_key = w.ca_key},
	    w.key);
	w.trust = forge_folder(w.arena);
	w.partners = forge_folder(w.arena);
	for (int i = CLEAN; i < LISTEDS; i++)
		w.crl[i] = forge_folder(w.arena);
	forge_write_pem(w.trust, "ca.pem", w.ca);
	forge_write_pem(w.partners, "leaf.pem", w.leaf);
	forge_write(w.crl[CLEAN], "crl", forge_crl(w.arena, &crl));
	crl.revoked = revoked;
	crl.n_revoked = 1;
	forge_write(w.crl[LISTED], "crl", forge_crl(w.arena, &crl));
	crl.n_revoked = 0;
	crl.until = "2026-06-02T00:00:00Z";
	forge_write(w.crl[EXPIRED], "crl", forge_crl(w.arena, &crl));
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	forge_clean();
	return 0;
}

static const struct pki_cert *
cert_of(struct pki *p, X509 *x)
{
	const struct pki_cert *c;
	struct err e = {0};

	if (pki_decode(p, forge_der(w.arena, x), &c, &e) != 0)
		fail_msg("%s", e.detail);
	return c;
}

static const struct pki_cert *
leaf_of(struct pki *p)
{
	return cert_of(p, w.leaf);
}

static enum err_code
judged(struct pki *p, struct pki_standing *standing)
{
	struct pki_signer who;
	struct err e = {0};
	int rc = pki_judge(p, leaf_of(p), fixture_instant(AT), &who, &e);

	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_int_equal(ERR_peek_error(), 0);
	*standing = who.standing;
	return e.code;
}

/* The answer in octets; as it was ten minutes ago, or two days. */
static struct octets
forged(enum said said)
{
	bool old = said == OLD_GOOD || said == OLD_REVOKED || said == OLD_HOLD;
	bool hold = said == HOLD || said == OLD_HOLD || said == NEVER_ISSUED;
	const struct forge_ocsp f = {.issuer = w.ca,
	    .serial = "77",
	    .signer = w.ca,
	    .key = w.ca_key,
	    .flags = OCSP_NOCERTS,
	    .this_update = old ? "2026-05-31T12:00:00Z" : "2026-06-02T12:00:00Z",
	    .status = said == GOOD || said == OLD_GOOD ? V_OCSP_CERTSTATUS_GOOD
		      : said == UNKNOWN		       ? V_OCSP_CERTSTATUS_UNKNOWN
						       : V_OCSP_CERTSTATUS_REVOKED,
	    .revoked = said == NEVER_ISSUED ? "1970-01-01T00:00:00Z" : "2026-05-01T00:00:00Z",
	    .reason =
		hold ? OCSP_REVOKED_STATUS_CERTIFICATEHOLD : OCSP_REVOKED_STATUS_KEYCOMPROMISE};

	return forge_ocsp(w.arena, &f);
}

/* Puts it in the book as the courier would have when it was new. */
static void
tell(struct pki *p, struct pki_book *b, enum said said)
{
	const struct pki_ocsp_rules rules = {.skew = 300, .max_age = 3600};
	struct instant then = fixture_instant(
	    said == OLD_GOOD || said == OLD_REVOKED || said == OLD_HOLD ? "2026-05-31T12:00:00Z"
									: AT);
	struct pki_ocsp_answer answer;
	struct pki_target t;
	struct err e = {0};

	assert_int_equal(pki_target_of(p, leaf_of(p), &t, &e), 0);
	if (said == NOTHING)
		return;
	if (said == LIE) {
		pki_book_distrust(b, &t, then, (struct instant){then.seconds + 60, 0});
		return;
	}
	struct octets octets = forged(said);
	if (pki_ocsp_judge(p, octets, &t, NULL, then, &rules, &answer, &e) != 0)
		fail_msg("%s", e.detail);
	assert_true(pki_book_put(b, &t, &answer, octets, then));
}

static enum err_code
verdict(enum pki_revocation by, enum said said, enum listed listed, bool passes,
    struct pki_standing *standing)
{
	struct pki *p = forge_pki(&(struct pki_options){
	    .trust = w.trust, .crl = w.crl[listed], .revocation = by, .unknown_passes = passes});
	struct err e = {0};
	struct pki_book *b;
	enum err_code code;

	assert_int_equal(pki_book_open(16, &b, &e), 0);
	pki_use_book(p, b);
	tell(p, b, said);
	code = judged(p, standing);
	assert_int_equal(judged(p, standing), code); /* and so it stays */
	pki_close(p);
	pki_book_close(b);
	return code;
}

/* o good by OCSP, c good by a CRL, ? unknown, R revoked, N never issued; by what the CRL says. */
static const struct {
	enum said said;
	const char *crl, *ocsp, *any;
} cases[] = {
    /*               no CRL, clean, listed, expired */
    {NOTHING, "?cR?", "??R?", "?cR?"},
    {GOOD, "?cR?", "ooRo", "ooRo"},
    {OLD_GOOD, "?cR?", "??R?", "?cR?"},
    {REVOKED, "RRRR", "RRRR", "RRRR"},
    {OLD_REVOKED, "RRRR", "RRRR", "RRRR"},
    {HOLD, "RRRR", "RRRR", "RRRR"},
    {OLD_HOLD, "?cR?", "RRRR", "RRRR"},
    {UNKNOWN, "?cR?", "??R?", "??R?"},
    {NEVER_ISSUED, "?cR?", "NNRN", "NNRN"},
    {LIE, "?cR?", "??R?", "??R?"},
};

static char
letter(enum err_code code, const struct pki_standing *s)
{
	switch (code) {
	case ERR_OK:
		return s->status != PKI_GOOD ? '?' : s->source == PKI_BY_OCSP ? 'o' : 'c';
	case ERR_PKI_REVOKED:
		return 'R';
	case ERR_PKI_NOT_ISSUED:
		return 'N';
	case ERR_PKI_REVOCATION_UNKNOWN:
		return '?';
	default:
		return '!';
	}
}

static void
every_combination_has_its_verdict(void **state)
{
	(void)state;
	assert_int_equal(sizeof(cases) / sizeof(cases[0]), SAIDS);
	for (int i = 0; i < SAIDS; i++)
		for (int listed = 0; listed < LISTEDS; listed++)
			for (int by = PKI_REVOCATION_CRL; by <= PKI_REVOCATION_ANY; by++)
				for (int passes = 0; passes < 2; passes++) {
					const char *row = by == PKI_REVOCATION_CRL ? cases[i].crl
							  : by == PKI_REVOCATION_OCSP
							      ? cases[i].ocsp
							      : cases[i].any;
					struct pki_standing s;
					enum err_code code = verdict((enum pki_revocation)by,
					    cases[i].said, (enum listed)listed, passes != 0, &s);

					if (letter(code, &s) != row[listed])
						fail_msg("OCSP %d, CRL %d, by %d: %s", i, listed,
						    by, err_row(code)->name);
					/* unknown passes for one thing only */
					if (row[listed] == '?')
						assert_int_equal(code,
						    passes ? ERR_OK : ERR_PKI_REVOCATION_UNKNOWN);
				}
}

static void
with_revocation_off_nobody_is_asked(void **state)
{
	struct pki_standing s;

	(void)state;
	assert_int_equal(verdict(PKI_REVOCATION_OFF, REVOKED, LISTED, false, &s), ERR_OK);
	assert_int_equal(s.source, PKI_NOT_ASKED);
	assert_int_equal(s.status, PKI_UNKNOWN);
}

/* */
static void
a_verdict_says_what_it_rests_on(void **state)
{
	unsigned char digest[32];
	struct octets crl = fixture_file(w.arena, arena_printf(w.arena, "%s/crl", w.crl[CLEAN]));
	struct pki_standing s;

	(void)state;
	assert_int_equal(verdict(PKI_REVOCATION_ANY, NOTHING, CLEAN, false, &s), ERR_OK);
	assert_int_equal(s.source, PKI_BY_CRL);
	assert_string_equal(s.number, "4711");
	assert_int_equal(s.this_update.seconds, fixture_instant("2026-06-01T00:00:00Z").seconds);
	assert_int_equal(EVP_Digest(crl.data, crl.len, digest, NULL, EVP_sha256(), NULL), 1);
	assert_memory_equal(s.digest, digest, sizeof(digest));
	assert_int_equal(verdict(PKI_REVOCATION_ANY, GOOD, CLEAN, false, &s), ERR_OK);
	assert_int_equal(s.source, PKI_BY_OCSP);
	assert_string_equal(s.number, "");
	assert_int_equal(s.this_update.seconds, fixture_instant("2026-06-02T12:00:00Z").seconds);
}

/* A service may let messages of unknown standing pass; no service answers for a door. */
static void
a_client_of_unknown_standing_is_refused_whatever_services_accept(void **state)
{
	static const struct {
		enum said said;
		enum pki_revocation by;
		enum err_code wanted;
	} clients[] = {
	    {NOTHING, PKI_REVOCATION_OCSP, ERR_PKI_REVOCATION_UNKNOWN},
	    {UNKNOWN, PKI_REVOCATION_ANY, ERR_PKI_REVOCATION_UNKNOWN},
	    {NOTHING, PKI_REVOCATION_CRL, ERR_PKI_REVOCATION_UNKNOWN},
	    {REVOKED, PKI_REVOCATION_ANY, ERR_PKI_REVOKED},
	    {GOOD, PKI_REVOCATION_ANY, ERR_OK},
	    {NOTHING, PKI_REVOCATION_OFF, ERR_OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		struct pki *p = forge_pki(&(struct pki_options){
		    .trust = w.trust, .revocation = clients[i].by, .unknown_passes = true});
		struct pki_signer who;
		struct pki_book *b;
		struct err e = {0};

		assert_int_equal(pki_book_open(16, &b, &e), 0);
		pki_use_book(p, b);
		tell(p, b, clients[i].said);
		int rc = pki_judge_client(p, cert_of(p, w.client), fixture_instant(AT), &who, &e);
		assert_int_equal(e.code, clients[i].wanted);
		assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
		assert_string_equal(
		    who.fingerprint[0] == '\0' ? "" : "known", e.code == ERR_OK ? "known" : "");
		pki_close(p);
		pki_book_close(b);
	}
}

/* Each judgement says what was said last. */
static void
follows_the_book(const struct pki_options *options)
{
	struct pki *p = forge_pki(options);
	struct pki_standing s;
	struct pki_book *b;
	struct err e = {0};

	assert_int_equal(pki_book_open(16, &b, &e), 0);
	pki_use_book(p, b);
	assert_int_equal(judged(p, &s), ERR_PKI_REVOCATION_UNKNOWN);
	tell(p, b, GOOD);
	assert_int_equal(judged(p, &s), ERR_OK);
	tell(p, b, REVOKED);
	assert_int_equal(judged(p, &s), ERR_PKI_REVOKED);
	pki_close(p);
	pki_book_close(b);
}

/* A certificate that was found good and is revoked since: the next look-up says so. */
static void
a_kept_verdict_does_not_outlive_a_revocation(void **state)
{
	(void)state;
	follows_the_book(
	    &(struct pki_options){.trust = w.trust, .revocation = PKI_REVOCATION_OCSP});
}

static size_t
wanted_after(enum said said)
{
	struct pki *p =
	    forge_pki(&(struct pki_options){.trust = w.trust, .revocation = PKI_REVOCATION_ANY});
	struct pki_target out[4];
	struct pki_standing s;
	struct pki_book *b;
	struct err e = {0};
	size_t n;

	assert_int_equal(pki_book_open(16, &b, &e), 0);
	pki_use_book(p, b);
	tell(p, b, said);
	judged(p, &s);
	judged(p, &s);
	n = pki_book_take_wanted(b, out, 4);
	pki_close(p);
	pki_book_close(b);
	return n;
}

static void
what_is_not_known_is_asked_for_once(void **state)
{
	(void)state;
	assert_int_equal(wanted_after(NOTHING), 1);
	assert_int_equal(wanted_after(OLD_GOOD), 1);
	assert_int_equal(wanted_after(NEVER_ISSUED), 1); /* it may be by now */
	assert_int_equal(wanted_after(GOOD), 0);
	assert_int_equal(wanted_after(REVOKED), 0);
	assert_int_equal(wanted_after(OLD_REVOKED), 0);
}

/* A pin replaces the chain, not revocation (design.md 8). */
static void
a_pinned_certificate_is_asked_about_too(void **state)
{
	struct pki *alone = forge_pki(
	    &(struct pki_options){.partners = w.partners, .revocation = PKI_REVOCATION_ANY});
	struct pki_standing s;

	(void)state;
	follows_the_book(&(struct pki_options){
	    .trust = w.trust, .partners = w.partners, .revocation = PKI_REVOCATION_OCSP});
	assert_int_equal(judged(alone, &s), ERR_PKI_REVOCATION_UNKNOWN);
	pki_close(alone);
}

/* What `shepctl inspect --ocsp` does. */
static enum err_code
by_folder(const enum said *said, size_t n, enum listed listed)
{
	const char *folder = forge_folder(w.arena);
	struct pki_standing s;
	enum err_code code;
	struct pki *p;

	for (size_t i = 0; i < n; i++) {
		struct octets answer = forged(said[i] == LIE ? GOOD : said[i]);
		unsigned char *copy = arena_alloc(w.arena, answer.len);
		memcpy(copy, answer.data, answer.len);
		copy[answer.len - 1] ^= said[i] == LIE; /* in the signature */
		forge_write(
		    folder, arena_printf(w.arena, "%zu.der", i), (struct octets){copy, answer.len});
	}
	p = forge_pki(&(struct pki_options){.trust = w.trust,
	    .crl = w.crl[listed],
	    .ocsp = folder,
	    .revocation = PKI_REVOCATION_ANY});
	code = judged(p, &s);
	pki_close(p);
	return code;
}

static void
stored_answers_count_like_fetched_ones(void **state)
{
	(void)state;
#define SAY(listed, ...)                                                                           \
	by_folder((const enum said[]){__VA_ARGS__},                                                \
	    sizeof((const enum said[]){__VA_ARGS__}) / sizeof(enum said), listed)
	assert_int_equal(SAY(NO_CRL, GOOD), ERR_OK);
	assert_int_equal(SAY(NO_CRL, OLD_GOOD), ERR_PKI_REVOCATION_UNKNOWN);
	assert_int_equal(SAY(CLEAN, OLD_GOOD), ERR_OK);
	assert_int_equal(SAY(CLEAN, REVOKED), ERR_PKI_REVOKED);
	assert_int_equal(SAY(CLEAN, OLD_REVOKED, GOOD), ERR_PKI_REVOKED);
	assert_int_equal(SAY(CLEAN, GOOD, OLD_REVOKED), ERR_PKI_REVOKED);
	assert_int_equal(SAY(CLEAN, NEVER_ISSUED), ERR_PKI_NOT_ISSUED);
	assert_int_equal(SAY(CLEAN, UNKNOWN), ERR_PKI_REVOCATION_UNKNOWN);
	assert_int_equal(SAY(CLEAN, LIE), ERR_PKI_REVOCATION_UNKNOWN);
	assert_int_equal(SAY(CLEAN, LIE, GOOD), ERR_OK);
	assert_int_equal(SAY(CLEAN, GOOD, LIE), ERR_OK);
#undef SAY
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_combination_has_its_verdict),
	    cmocka_unit_test(with_revocation_off_nobody_is_asked),
	    cmocka_unit_test(a_verdict_says_what_it_rests_on),
	    cmocka_unit_test(a_client_of_unknown_standing_is_refused_whatever_services_accept),
	    cmocka_unit_test(a_kept_verdict_does_not_outlive_a_revocation),
	    cmocka_unit_test(what_is_not_known_is_asked_for_once),
	    cmocka_unit_test(a_pinned_certificate_is_asked_about_too),
	    cmocka_unit_test(stored_answers_count_like_fetched_ones),
	};
	struct err e = {0};
	int failed;

	w.arena = arena_new();
	if (w.arena == NULL || clock_init(&e) != 0)
		return 99;
	failed = cmocka_run_group_tests(tests, make_world, end_world);
	arena_free(w.arena);
	return failed;
}
