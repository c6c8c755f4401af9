/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki: the rules of a path, and path validation alone. PKITS is tests/vectors/pkits.py's.
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
#include <openssl/x509v3.h>

#include "fixture.h"
#include "pki/pki.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:00:00Z"
#define CA_USAGE "critical,keyCertSign,cRLSign"
#define SIGN_USAGE "critical,digitalSignature,nonRepudiation"
#define PERSON "1.2.398.3.3.2.3"
#define LEGAL "1.2.398.3.3.2.1"

static struct {
	struct arena *arena;
	EVP_PKEY *root_key, *ca_key, *crl_key, *leaf_key;
	X509 *root, *ca, *crl_signer, *leaf;
	const char *anchor, *between, *crl, *leaf_file;
} w;

static int
make_world(void **state)
{
	struct forge ca = {
	    .subject = "C=KZ/CN=ROOT", .usage = CA_USAGE, .constraints = "critical,CA:TRUE"};
	struct forge leaf = {.subject = "C=KZ/CN=ТЕСТ/serialNumber=IIN000101300019",
	    .usage = SIGN_USAGE,
	    .policies = PERSON,
	    .serial = "100"};

	(void)state;
	w.arena = arena_new();
	w.root_key = forge_key();
	w.ca_key = forge_key();
	w.crl_key = forge_key();
	w.leaf_key = forge_key();
	w.root = forge_cert(&ca, w.root_key);
	ca.subject = "C=KZ/CN=CA";
	ca.issuer = w.root;
	ca.issuer_key = w.root_key;
	ca.serial = "2";
	ca.policies = PERSON "," LEGAL;
	w.ca = forge_cert(&ca, w.ca_key);
	ca.usage = "critical,cRLSign";
	ca.constraints = NULL;
	ca.serial = "3";
	w.crl_signer = forge_cert(&ca, w.crl_key); /* the CA's name, a key of its own */
	leaf.issuer = w.ca;
	leaf.issuer_key = w.ca_key;
	w.leaf = forge_cert(&leaf, w.leaf_key);
	w.anchor = forge_folder(w.arena);
	w.between = forge_folder(w.arena);
	forge_write_pem(w.anchor, "root.pem", w.root);
	forge_write_pem(w.between, "ca.pem", w.ca);
	forge_write(w.between, "crl-signer.cer", forge_der(w.arena, w.crl_signer));
	forge_write(w.between, "text", octets_of("no certificate"));
	forge_write_pem(w.anchor, ".leaf.pem", w.leaf);
	w.leaf_file = arena_printf(w.arena, "%s/.leaf.pem", w.anchor);
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

static struct octets
made_crl(struct forge_crl f, const char *serial)
{
	struct forge_revoked revoked = {.serial = serial, .reason = 1};

	f.issuer = f.issuer != NULL ? f.issuer : w.ca;
	f.key = f.key != NULL ? f.key : w.ca_key;
	f.revoked = &revoked;
	f.n_revoked = serial != NULL;
	return forge_crl(w.arena, &f);
}

static void
write_crl(const char *file, struct forge_crl f, const char *serial)
{
	forge_write(w.crl, file, made_crl(f, serial));
}

static void
write_root_crl(void)
{
	write_crl("root.crl", (struct forge_crl){.issuer = w.root, .key = w.root_key}, NULL);
}

/* The verdict on the certificate of a file, by path validation alone. */
static enum err_code
validated(const char *file, const char *crl, struct pki_path path)
{
	struct pki_options options = {.trust = w.anchor,
	    .crl = crl,
	    .revocation = crl != NULL ? PKI_REVOCATION_CRL : PKI_REVOCATION_OFF,
	    .some_crls = true,
	    .path = path};
	struct pki_signer who;
	struct err e = {0};
	struct pki *p;

	options.path.alone = true;
	options.path.untrusted = w.between;
	if (pki_open(&options, NULL, NULL, &p, &e) != 0)
		fail_msg("%s", e.detail);
	int rc = pki_validate_file(p, file, fixture_instant(AT), &who, &e);
	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_true(e.code == ERR_OK || e.detail[0] != '\0');
	assert_int_equal(ERR_peek_error(), 0);
	pki_close(p);
	return e.code;
}

static enum err_code
revocation(void)
{
	return validated(w.leaf_file, w.crl, (struct pki_path){0});
}

static void
each_link_needs_a_crl_where_paths_are_validated_alone(void **state)
{
	(void)state;
	assert_int_equal(validated(w.leaf_file, NULL, (struct pki_path){0}), ERR_OK);
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	write_crl("ca.crl", (struct forge_crl){0}, "101");
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	write_root_crl();
	assert_int_equal(revocation(), ERR_OK);
	write_crl("ca.crl", (struct forge_crl){0}, "100");
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	write_crl("ca.crl", (struct forge_crl){0}, "101");
	write_crl("root.crl", (struct forge_crl){.issuer = w.root, .key = w.root_key}, "2");
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	write_root_crl();
	write_crl("ca.crl", (struct forge_crl){.until = "2026-06-02T00:00:00Z"}, NULL);
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
a_delta_that_openssl_ignores_still_revokes(void **state)
{
	(void)state;
	write_root_crl();
	write_crl("ca.crl", (struct forge_crl){.number = "14"}, NULL);
	write_crl("delta.crl", (struct forge_crl){.number = "10", .base = "14"}, "101");
	assert_int_equal(revocation(), ERR_OK);
	write_crl("delta.crl", (struct forge_crl){.number = "10", .base = "14"}, "100");
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
}

/* NULL as parameters of the outer AlgorithmIdentifier: the inner one has none. */
static struct octets
with_another_outer_form(struct octets crl)
{
	static const unsigned char ecdsa[] = {0x30, 0x0a, 0x06, 0x08};
	size_t at = 3;
	unsigned char *out = arena_alloc(w.arena, crl.len + 2);

	assert_non_null(out);
	assert_int_equal(crl.data[1], 0x81);
	assert_int_equal(crl.data[at + 1] & 0x80, crl.data[at + 1] > 0x7f ? 0x80 : 0);
	at +=
	    crl.data[at + 1] == 0x81 ? 3 + (size_t)crl.data[at + 2] : 2 + (size_t)crl.data[at + 1];
	assert_memory_equal(crl.data + at, ecdsa, sizeof(ecdsa));
	memcpy(out, crl.data, at + 12);
	memcpy(out + at + 12, "\x05", 2);
	memcpy(out + at + 14, crl.data + at + 12, crl.len - at - 12);
	out[at + 1] = (unsigned char)(out[at + 1] + 2);
	assert_true(out[2] < 254);
	out[2] = (unsigned char)(out[2] + 2);
	return (struct octets){out, crl.len + 2};
}

static void
a_crl_whose_form_openssl_refuses_still_counts(void **state)
{
	(void)state;
	write_root_crl();
	forge_write(w.crl, "ca.crl",
	    with_another_outer_form(made_crl((struct forge_crl){.number = "1"}, "101")));
	assert_int_equal(revocation(), ERR_OK);
	forge_write(w.crl, "ca.crl",
	    with_another_outer_form(made_crl((struct forge_crl){.number = "1"}, "100")));
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	/* an ended one beside it is no reason to know nothing */
	write_crl(
	    "old.crl", (struct forge_crl){.number = "0", .until = "2026-06-02T00:00:00Z"}, NULL);
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	forge_write(w.crl, "ca.crl",
	    with_another_outer_form(made_crl((struct forge_crl){.number = "1"}, "101")));
	assert_int_equal(revocation(), ERR_OK);
}

static void
a_crl_under_a_key_of_its_own_counts_where_paths_are_validated_alone(void **state)
{
	(void)state;
	write_root_crl();
	write_crl("ca.crl", (struct forge_crl){.key = w.crl_key, .signer = w.crl_signer}, "101");
	assert_int_equal(revocation(), ERR_OK);
	write_crl("ca.crl", (struct forge_crl){.key = w.crl_key, .signer = w.crl_signer}, "100");
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	/* but not under one that nobody vouches for */
	write_crl("ca.crl", (struct forge_crl){.key = w.leaf_key}, "101");
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
a_signer_of_crls_may_be_covered_by_its_own_crl(void **state)
{
	struct forge f = {.subject = "C=KZ/CN=CA",
	    .usage = "critical,cRLSign",
	    .serial = "50",
	    .issuer = w.ca,
	    .issuer_key = w.ca_key};
	EVP_PKEY *key = forge_key();
	X509 *signer = forge_cert(&f, key);
	struct forge_crl crl = {.key = key, .signer = signer};
	const char *between = w.between;

	(void)state;
	w.between = forge_folder(w.arena);
	forge_write_pem(w.between, "ca.pem", w.ca);
	write_root_crl();
	write_crl("ca.crl", crl, "101");
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	forge_write_pem(w.between, "signer.pem", signer);
	assert_int_equal(revocation(), ERR_OK);
	write_crl("ca.crl", crl, "50"); /* then it speaks for nobody */
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	write_crl("ca.crl", crl, "100");
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	w.between = between;
}

/* Our index refuses it; OpenSSL by itself would not. */
static void
a_crl_of_a_weak_digest_counts_for_nothing(void **state)
{
	(void)state;
	write_root_crl();
	write_crl("ca.crl", (struct forge_crl){.md = EVP_sha1()}, "101");
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	write_crl("ca.crl",
	    (struct forge_crl){.md = EVP_sha1(), .key = w.crl_key, .signer = w.crl_signer}, "101");
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	write_crl("whole.crl", (struct forge_crl){0}, "101");
	assert_int_equal(revocation(), ERR_OK);
}

static void
a_part_of_the_reasons_is_no_answer(void **state)
{
	(void)state;
	write_root_crl();
	write_crl(
	    "ca.crl", (struct forge_crl){.scope = "critical,onlysomereasons:keyCompromise"}, "101");
	assert_int_equal(revocation(), ERR_PKI_REVOCATION_UNKNOWN);
	write_crl(
	    "ca.crl", (struct forge_crl){.scope = "critical,onlysomereasons:keyCompromise"}, "100");
	assert_int_equal(revocation(), ERR_PKI_REVOKED);
	write_crl(
	    "ca.crl", (struct forge_crl){.scope = "critical,onlysomereasons:keyCompromise"}, "101");
	write_crl("whole.crl", (struct forge_crl){.number = "1"}, NULL);
	assert_int_equal(revocation(), ERR_OK);
}

static void
validation_alone_asks_neither_for_usage_nor_for_a_tidy_serial_number(void **state)
{
	struct forge odd = {.subject = "C=KZ/CN=ODD",
	    .usage = "critical,keyAgreement",
	    .extended = "serverAuth",
	    .serial = "-1",
	    .issuer = w.ca,
	    .issuer_key = w.ca_key};
	X509 *x = forge_cert(&odd, w.leaf_key);
	const char *file = arena_printf(w.arena, "%s/ca.pem", w.between);

	(void)state;
	assert_int_equal(validated(file, NULL, (struct pki_path){0}), ERR_OK);
	forge_write_pem(w.crl, ".odd.pem", x);
	file = arena_printf(w.arena, "%s/.odd.pem", w.crl);
	assert_int_equal(validated(file, NULL, (struct pki_path){0}), ERR_OK);
	/* 255 has the octet of -1 behind a zero */
	write_root_crl();
	write_crl("ca.crl", (struct forge_crl){0}, "255");
	assert_int_equal(validated(file, w.crl, (struct pki_path){0}), ERR_OK);
	write_crl("ca.crl", (struct forge_crl){0}, "-1");
	assert_int_equal(validated(file, w.crl, (struct pki_path){0}), ERR_PKI_REVOKED);
}

static void
certificates_between_are_never_anchors(void **state)
{
	struct forge rogue = {
	    .subject = "C=KZ/CN=ROGUE", .usage = CA_USAGE, .constraints = "critical,CA:TRUE"};
	struct forge leaf = {.subject = "C=KZ/CN=A", .usage = SIGN_USAGE};
	const char *file = arena_printf(w.arena, "%s/leaf.pem", w.crl);
	const char *between = w.between;

	(void)state;
	leaf.issuer = forge_cert(&rogue, w.leaf_key);
	leaf.issuer_key = w.leaf_key;
	X509 *x = forge_cert(&leaf, w.crl_key);
	forge_write_pem(w.crl, "leaf.pem", x);
	w.between = forge_folder(w.arena);
	forge_write_pem(w.between, "rogue.pem", leaf.issuer);
	assert_int_equal(validated(file, NULL, (struct pki_path){0}), ERR_PKI_UNKNOWN_ISSUER);
	w.between = between;
}

static const char *const person[] = {PERSON, NULL}, *const legal[] = {LEGAL, NULL},
			 *const both[] = {LEGAL, PERSON, NULL}, *const any[] = {"any", NULL};

static void
explicit_policy_asks_for_one_of_the_set(void **state)
{
	static const struct {
		struct pki_path path;
		enum err_code code;
	} cases[] = {
	    {{.policies = person}, ERR_OK},
	    {{.policies = legal}, ERR_OK},
	    {{.policies = person, .explicit_policy = true}, ERR_OK},
	    {{.policies = both, .explicit_policy = true}, ERR_OK},
	    {{.policies = any, .explicit_policy = true}, ERR_OK},
	    {{.explicit_policy = true}, ERR_OK},
	    {{.policies = legal, .explicit_policy = true}, ERR_PKI_CERTIFICATE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(validated(w.leaf_file, NULL, cases[i].path), cases[i].code);
}

static void
the_policies_of_the_configuration_bind_signers(void **state)
{
	const char *folder = forge_folder(w.arena);
	const char *const *sets[] = {NULL, person, both, legal};

	(void)state;
	forge_write_pem(folder, "root.pem", w.root);
	forge_write_pem(folder, "ca.pem", w.ca);
	for (size_t i = 0; i < 4; i++) {
		struct pki_options options = {.trust = folder,
		    .path = {.policies = sets[i], .explicit_policy = sets[i] != NULL}};
		const struct pki_cert *c;
		struct pki_signer who;
		struct err e = {0};
		struct pki *p;
		assert_int_equal(pki_open(&options, NULL, NULL, &p, &e), 0);
		assert_int_equal(pki_decode(p, forge_der(w.arena, w.leaf), &c, &e), 0);
		assert_int_equal(pki_judge(p, c, fixture_instant(AT), &who, &e), i < 3 ? 0 : -1);
		assert_int_equal(e.code, i < 3 ? ERR_OK : ERR_PKI_CERTIFICATE);
		pki_close(p);
	}
}

static void
a_policy_that_is_no_oid_is_a_mistake(void **state)
{
	static const char *const bad[] = {"1.2.398.3.3.2.3", "legal", NULL};
	struct pki_options options = {.trust = w.anchor, .path.policies = bad};
	struct err e = {0};
	struct pki *p;

	(void)state;
	assert_int_equal(pki_open(&options, NULL, NULL, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.detail, "legal"));
	assert_int_equal(ERR_peek_error(), 0);
}

static const char *
hex(const X509 *x, char out[65])
{
	struct octets der = forge_der(w.arena, x);
	unsigned char digest[32];

	assert_int_equal(EVP_Digest(der.data, der.len, digest, NULL, EVP_sha256(), NULL), 1);
	for (size_t i = 0; i < 32; i++)
		sprintf(out + 2 * i, "%02x", digest[i]);
	return out;
}

static unsigned told;

static void
count_told(void *self, const char *file, const char *what)
{
	const char *part = self;

	assert_non_null(file);
	if (strstr(what, part) == NULL)
		fail_msg("%s", what);
	told++;
}

/* How often a list makes the loading of root and CA complain, each time of this. */
static unsigned
complaints(const char *list, const char *part)
{
	const char *folder = forge_folder(w.arena), *lists = forge_folder(w.arena);
	struct pki_options options = {
	    .trust = folder, .fingerprints = arena_printf(w.arena, "%s/list", lists)};
	struct err e = {0};
	struct pki *p;

	forge_write_pem(folder, "root.pem", w.root);
	forge_write(folder, "ca.cer", forge_der(w.arena, w.ca));
	if (list != NULL)
		forge_write(lists, "list", octets_of(list));
	told = 0;
	int rc = pki_open(&options, count_told, (void *)(uintptr_t)part, &p, &e);
	assert_int_equal(rc, told == 0 ? 0 : -1);
	assert_int_equal(e.code, told == 0 ? ERR_OK : ERR_CONFIG);
	pki_close(p);
	return told;
}

static void
a_ca_that_is_not_listed_is_refused_with_its_name(void **state)
{
	char root[65], ca[65];

	(void)state;
	hex(w.root, root);
	hex(w.ca, ca);
	assert_int_equal(complaints(arena_printf(w.arena,
					"# CAs\n\nroot\t%s\tanchor\tfrom\tuntil\taddress\n"
					"ca\t%s\tintermediate\n",
					root, ca),
			     "-"),
	    0);
	assert_int_equal(complaints(arena_printf(w.arena, "root\t%s\tanchor", root),
			     "intermediate CN=CA,C=KZ, SHA-256 "),
	    1);
	assert_int_equal(
	    complaints(arena_printf(w.arena, "ca\t%s\tintermediate\n", ca), "anchor CN=ROOT,C=KZ"),
	    1);
	assert_int_equal(complaints("", "is not listed in trust.fingerprints"), 2);
	/* listed as what it is not */
	assert_int_equal(complaints(arena_printf(w.arena,
					"root\t%s\tintermediate\nca\t%s\tintermediate\n", root, ca),
			     "anchor CN=ROOT,C=KZ"),
	    1);
	assert_int_equal(
	    complaints(arena_printf(w.arena, "root\t%s\tanchor\nca\t%s\tanchor\n", root, ca),
		"intermediate CN=CA,C=KZ"),
	    1);
}

static void
a_list_of_fingerprints_that_is_malformed_is_told_by_line(void **state)
{
	static const char *const bad[] = {"ca", "ca\t%s", "ca\t%s\tca", "ca %s anchor",
	    "\t%s\tintermediate", "ca\t%s0\tintermediate", "ca\t0x%s\tintermediate",
	    "ca\tG%.63s\tintermediate", "ca\t%s\tintermediate\r", "ca\t%.63s\tintermediate"};
	char root[65], ca[65], line[200];

	(void)state;
	hex(w.root, root);
	hex(w.ca, ca);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(line, sizeof(line), bad[i], ca);
#pragma GCC diagnostic pop
		/* the line, and the CA that is not listed by it */
		if (complaints(arena_printf(w.arena, "root\t%s\tanchor\n%s\n", root, line), "") !=
		    2)
			fail_msg("%s", line);
	}
	assert_int_equal(complaints("x\n", "n"), 3);
	assert_int_equal(complaints(NULL, ""), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(
		each_link_needs_a_crl_where_paths_are_validated_alone, new_folder),
	    cmocka_unit_test_setup(a_delta_that_openssl_ignores_still_revokes, new_folder),
	    cmocka_unit_test_setup(a_crl_whose_form_openssl_refuses_still_counts, new_folder),
	    cmocka_unit_test_setup(
		a_crl_under_a_key_of_its_own_counts_where_paths_are_validated_alone, new_folder),
	    cmocka_unit_test_setup(a_signer_of_crls_may_be_covered_by_its_own_crl, new_folder),
	    cmocka_unit_test_setup(a_crl_of_a_weak_digest_counts_for_nothing, new_folder),
	    cmocka_unit_test_setup(a_part_of_the_reasons_is_no_answer, new_folder),
	    cmocka_unit_test_setup(
		validation_alone_asks_neither_for_usage_nor_for_a_tidy_serial_number, new_folder),
	    cmocka_unit_test_setup(certificates_between_are_never_anchors, new_folder),
	    cmocka_unit_test(explicit_policy_asks_for_one_of_the_set),
	    cmocka_unit_test(the_policies_of_the_configuration_bind_signers),
	    cmocka_unit_test(a_policy_that_is_no_oid_is_a_mistake),
	    cmocka_unit_test(a_ca_that_is_not_listed_is_refused_with_its_name),
	    cmocka_unit_test(a_list_of_fingerprints_that_is_malformed_is_told_by_line),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
