/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki: what is accepted as a certificate and as a signer, and for how long a verdict is kept.
 *
 * Certificates are made here, with elliptic curve keys for speed; the real ones are in
 * test_pki_samples.c.
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
#define CA_USAGE "critical,keyCertSign,cRLSign"
#define SIGN_USAGE "critical,digitalSignature,nonRepudiation"

/* root -> middle -> leaves; another root of the same name that is not trusted. */
static struct {
	struct arena *arena;
	EVP_PKEY *root_key, *middle_key, *leaf_key, *rogue_key;
	X509 *root, *middle, *leaf, *rogue;
	const char *trust;
} w;

static X509 *
leaf(const struct forge *like)
{
	struct forge f = *like;

	f.subject = f.subject != NULL ? f.subject : "C=KZ/CN=ТЕСТ/serialNumber=IIN000101300019";
	f.usage = f.usage != NULL ? f.usage : SIGN_USAGE;
	f.serial = f.serial != NULL ? f.serial : "100";
	f.issuer = f.issuer != NULL ? f.issuer : w.middle;
	f.issuer_key = f.issuer_key != NULL ? f.issuer_key : w.middle_key;
	return forge_cert(&f, w.leaf_key);
}

static int
make_world(void **state)
{
	struct forge root = {.subject = "C=KZ/CN=ROOT",
	    .usage = CA_USAGE,
	    .constraints = "critical,CA:TRUE",
	    .from = "2020-01-01T00:00:00Z",
	    .until = "2040-01-01T00:00:00Z"};
	struct forge middle = root;

	(void)state;
	w.arena = arena_new();
	w.root_key = forge_key();
	w.middle_key = forge_key();
	w.leaf_key = forge_key();
	w.rogue_key = forge_key();
	w.root = forge_cert(&root, w.root_key);
	w.rogue = forge_cert(&root, w.rogue_key);
	middle.subject = "C=KZ/CN=MIDDLE";
	middle.serial = "2";
	middle.issuer = w.root;
	middle.issuer_key = w.root_key;
	middle.from = "2024-01-01T00:00:00Z";
	middle.until = "2026-11-01T00:00:00Z";
	w.middle = forge_cert(&middle, w.middle_key);
	w.leaf = leaf(&(struct forge){0});
	w.trust = forge_folder(w.arena);
	forge_write_pem(w.trust, "root.pem", w.root);
	forge_write(w.trust, "middle.crt", forge_der(w.arena, w.middle));
	forge_write(w.trust, ".hidden", octets_of("no certificate"));
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

static struct pki *
opened_trust(void)
{
	return forge_pki(&(struct pki_options){.trust = w.trust});
}

static const struct pki_cert *
decoded(struct pki *p, const X509 *x)
{
	const struct pki_cert *c;
	struct err e = {0};

	if (pki_decode(p, forge_der(w.arena, x), &c, &e) != 0)
		fail_msg("%s", e.detail);
	return c;
}

static enum err_code
judged(struct pki *p, const struct pki_cert *c, const char *at)
{
	struct pki_signer who;
	struct err e = {0};
	int rc = pki_judge(p, c, fixture_instant(at), &who, &e);

	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_true(e.code == ERR_OK ? who.fingerprint[0] != '\0' : who.fingerprint[0] == '\0');
	assert_true(e.code == ERR_OK || e.detail[0] != '\0');
	assert_int_equal(ERR_peek_error(), 0);
	return e.code;
}

/* Judges a certificate against the trusted world, and frees it. */
static enum err_code
verdict_on(X509 *x, const char *at)
{
	struct pki *p = opened_trust();
	enum err_code code = judged(p, decoded(p, x), at);

	pki_close(p);
	return code;
}

static void
takes_pem_and_der_by_content_and_counts_them(void **state)
{
	struct pki *p = opened_trust();
	struct pki_census n = pki_census(p);

	(void)state;
	assert_int_equal(n.anchors, 1);
	assert_int_equal(n.intermediates, 1);
	assert_int_equal(n.partners + n.crls, 0);
	pki_close(p);
}

static void
a_named_file_gives_its_certificate(void **state)
{
	struct pki *p = opened_trust();
	const char *folder = forge_folder(w.arena);
	const struct pki_cert *cert;
	struct err e = {0};

	(void)state;
	forge_write_pem(folder, "leaf.pem", w.leaf);
	forge_write(folder, "leaf.cer", forge_der(w.arena, w.leaf));
	forge_write(folder, "text", octets_of("no certificate"));
	forge_write_key(folder, "key.pem", w.leaf_key, NULL);
	static const char *const good[] = {"leaf.pem", "leaf.cer"};
	static const char *const bad[] = {"text", "key.pem", "absent", "."};
	for (size_t i = 0; i < 2; i++) {
		const char *path = arena_printf(w.arena, "%s/%s", folder, good[i]);
		assert_int_equal(pki_decode_file(p, path, &cert, &e), 0);
		assert_ptr_equal(cert, decoded(p, w.leaf));
	}
	for (size_t i = 0; i < 4; i++) {
		const char *path = arena_printf(w.arena, "%s/%s", folder, bad[i]);
		assert_int_equal(pki_decode_file(p, path, &cert, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(cert);
		err_clear(&e);
	}
	pki_close(p);
}

static void
accepts_a_signer_with_a_path_to_an_anchor(void **state)
{
	struct pki *p = opened_trust();
	struct pki_signer who;
	struct err e = {0};

	(void)state;
	assert_int_equal(pki_judge(p, decoded(p, w.leaf), fixture_instant(AT), &who, &e), 0);
	assert_string_equal(who.iin, "000101300019");
	assert_string_equal(who.bin, "");
	assert_string_equal(who.name, "ТЕСТ");
	assert_string_equal(who.serial, "100");
	assert_int_equal(strlen(who.fingerprint), 64);
	assert_true(who.sign_capable);
	assert_false(who.pinned);
	assert_int_equal(who.family, PKI_EC256);
	pki_close(p);
}

/* A digest signed by the key, verified by what pki_verifier() has set up. */
static bool
verifies(const struct pki_cert *c, EVP_PKEY *key, const EVP_MD *digest)
{
	unsigned char hash[EVP_MAX_MD_SIZE] = {1, 2, 3}, value[256];
	size_t len = sizeof(value), n = (size_t)EVP_MD_get_size(digest);
	EVP_PKEY_CTX *signer = EVP_PKEY_CTX_new(key, NULL);

	assert_int_equal(EVP_PKEY_sign_init(signer), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(signer, digest), 1);
	assert_int_equal(EVP_PKEY_sign(signer, value, &len, hash, n), 1);
	EVP_PKEY_CTX_free(signer);
	bool ok = EVP_PKEY_verify(pki_verifier(c, PKI_SHA256), value, len, hash, n) == 1;
	hash[0] ^= 1;
	assert_int_not_equal(EVP_PKEY_verify(pki_verifier(c, PKI_SHA256), value, len, hash, n), 1);
	ERR_clear_error();
	return ok;
}

static void
a_curve_goes_with_its_own_digest(void **state)
{
	static const struct {
		const char *curve;
		enum pki_family family;
		bool sha256, sha384;
	} cases[] = {{"P-256", PKI_EC256, true, false}, {"P-384", PKI_EC384, false, true},
	    {"P-521", PKI_OTHER, false, false}, {"secp256k1", PKI_OTHER, false, false}};
	struct pki *p = opened_trust();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forge f = {.subject = "C=KZ/CN=EC",
		    .usage = SIGN_USAGE,
		    .issuer = w.middle,
		    .issuer_key = w.middle_key};
		EVP_PKEY *key = forge_curve(cases[i].curve);
		X509 *x = forge_cert(&f, key);
		const struct pki_cert *c = decoded(p, x);
		assert_int_equal(pki_family(c), cases[i].family);
		assert_int_equal(judged(p, c, AT), ERR_OK);
		assert_true(
		    (pki_verifier(c, PKI_SHA256) == NULL) == (cases[i].family == PKI_OTHER));
		if (pki_verifier(c, PKI_SHA256) != NULL) {
			assert_int_equal(verifies(c, key, EVP_sha256()), cases[i].sha256);
			assert_int_equal(verifies(c, key, EVP_sha384()), cases[i].sha384);
		}
	}
	pki_close(p);
}

static void
refuses_octets_that_are_not_exactly_one_certificate(void **state)
{
	struct pki *p = opened_trust();
	struct octets good = forge_der(w.arena, w.leaf);
	unsigned char *bad = arena_alloc(w.arena, good.len + 1);
	const struct pki_cert *c;
	const size_t lengths[] = {0, 1, good.len - 1, good.len + 1};

	(void)state;
	memcpy(bad, good.data, good.len);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct err e = {0};
		assert_int_equal(pki_decode(p, (struct octets){bad, lengths[i]}, &c, &e), -1);
		assert_int_equal(e.code, ERR_PKI_CERTIFICATE);
		assert_null(c);
		assert_int_equal(ERR_peek_error(), 0);
	}
	pki_close(p);
}

static void
refuses_a_certificate_that_is_not_der(void **state)
{
	struct pki *p = opened_trust();
	struct octets good = forge_der(w.arena, w.leaf);
	unsigned char *ber = arena_alloc(w.arena, good.len + 3);
	const struct pki_cert *c;
	struct err e = {0};

	(void)state;
	/* 30 82 xx xx -> 30 83 00 xx xx: a length in more octets than it needs */
	memcpy(ber, "\x30\x83\x00", 3);
	memcpy(ber + 3, good.data + 2, good.len - 2);
	assert_int_equal(good.data[1], 0x82);
	assert_int_equal(pki_decode(p, (struct octets){ber, good.len + 1}, &c, &e), -1);
	assert_int_equal(e.code, ERR_PKI_CERTIFICATE);
	pki_close(p);
}

static void
gives_the_same_pointer_for_the_same_octets(void **state)
{
	struct pki *p = opened_trust();
	const struct pki_cert *c = decoded(p, w.leaf);

	(void)state;
	assert_ptr_equal(c, decoded(p, w.leaf));
	assert_ptr_not_equal(c, decoded(p, w.middle));
	assert_true(octets_equal(pki_der(c), forge_der(w.arena, w.leaf)));
	assert_int_equal(pki_key_bits(c), 256);
	assert_int_equal(EVP_PKEY_eq(pki_key(c), w.leaf_key), 1);
	pki_close(p);
}

static void
keeps_a_pointer_for_256_other_certificates(void **state)
{
	struct pki *p = opened_trust();
	struct octets der = forge_der(w.arena, w.leaf);
	unsigned char *other = arena_alloc(w.arena, der.len);
	const struct pki_cert *first = decoded(p, w.leaf), *c;
	struct err e = {0};

	(void)state;
	memcpy(other, der.data, der.len);
	for (unsigned i = 0; i < 255; i++) { /* other signatures make other certificates */
		other[der.len - 1] = (unsigned char)(der.data[der.len - 1] + 1 + i % 255);
		other[der.len - 2] = (unsigned char)(der.data[der.len - 2] + i / 255);
		assert_int_equal(pki_decode(p, (struct octets){other, der.len}, &c, &e), 0);
	}
	assert_ptr_equal(first, decoded(p, w.leaf));
	assert_int_equal(EVP_PKEY_eq(pki_key(first), w.leaf_key), 1);
	for (unsigned i = 0; i < 5000; i++) { /* and the cache goes on when it is full */
		other[der.len - 3] = (unsigned char)(der.data[der.len - 3] + 1 + i % 255);
		other[der.len - 4] = (unsigned char)(der.data[der.len - 4] + i / 255);
		assert_int_equal(pki_decode(p, (struct octets){other, der.len}, &c, &e), 0);
	}
	pki_close(p);
}

/* Found good, it is not pushed out by any number of strangers. */
static void
keeps_a_good_certificate_whatever_strangers_send(void **state)
{
	struct pki *p = opened_trust();
	struct octets der = forge_der(w.arena, w.leaf);
	unsigned char *other = arena_alloc(w.arena, der.len);
	const struct pki_cert *first = decoded(p, w.leaf), *c;
	struct err e = {0};

	(void)state;
	assert_int_equal(judged(p, first, AT), ERR_OK);
	memcpy(other, der.data, der.len);
	for (unsigned i = 0; i < 1000; i++) {
		other[der.len - 1] = (unsigned char)(der.data[der.len - 1] + 1 + i % 255);
		other[der.len - 2] = (unsigned char)(der.data[der.len - 2] + i / 255);
		assert_int_equal(pki_decode(p, (struct octets){other, der.len}, &c, &e), 0);
	}
	assert_ptr_equal(first, decoded(p, w.leaf));
	assert_int_equal(judged(p, first, AT), ERR_OK);
	pki_close(p);
}

static void
recalls_a_good_certificate_by_the_text_that_brought_it(void **state)
{
	const struct octets text = octets_of("a text, longer than sixteen octets"),
			    same_end = octets_of("A text, longer than sixteen octets"),
			    other = octets_of("MII");
	struct pki *p = opened_trust();
	const struct pki_cert *c = decoded(p, w.leaf);

	(void)state;
	assert_null(pki_recall(p, text));
	pki_remember(p, text, c); /* a stranger: nobody has judged it */
	assert_null(pki_recall(p, text));
	assert_int_equal(judged(p, c, AT), ERR_OK);
	pki_remember(p, text, c);
	assert_ptr_equal(pki_recall(p, text), c);
	assert_null(pki_recall(p, same_end));
	assert_null(pki_recall(p, (struct octets){text.data, text.len - 1}));
	assert_null(pki_recall(p, (struct octets){text.data, 0}));
	pki_remember(p, other, c); /* the last text counts */
	assert_ptr_equal(pki_recall(p, other), c);
	assert_null(pki_recall(p, text));
	pki_close(p);
}

/* So many good certificates, from that serial number on. */
static void
judge_many(struct pki *p, unsigned serial, unsigned count)
{
	const struct pki_cert *c;
	struct forge f = {0};
	struct err e = {0};
	char text[16];

	for (f.serial = text; count > 0; count--, serial++) {
		struct arena *a = arena_new();
		snprintf(text, sizeof(text), "%u", serial);
		X509 *x = leaf(&f);
		assert_int_equal(pki_decode(p, forge_der(a, x), &c, &e), 0);
		assert_int_equal(judged(p, c, AT), ERR_OK);
		arena_free(a);
	}
}

/* 4,096 that were found good are kept; a text leads nowhere once its certificate has gone. */
static void
a_certificate_that_went_is_not_recalled(void **state)
{
	const struct octets text = octets_of("the text of one certificate");
	struct pki *p = opened_trust();
	const struct pki_cert *c = decoded(p, w.leaf);

	(void)state;
	assert_int_equal(judged(p, c, AT), ERR_OK);
	pki_remember(p, text, c);
	assert_ptr_equal(pki_recall(p, text), c);
	judge_many(p, 1000, 4096);
	assert_null(pki_recall(p, text));
	pki_close(p);
}

/* Decoded, 600 KB take 9 MB: nobody's certificate is so large. */
static void
refuses_a_certificate_of_more_than_16_kib(void **state)
{
	const size_t most = (size_t)16 * 1024;
	struct octets der = forge_der(w.arena, w.leaf);
	unsigned char *padded = arena_alloc(w.arena, most + 1);
	struct pki *p = opened_trust();
	const struct pki_cert *c;
	struct err e = {0};

	(void)state;
	memset(padded, 0, most + 1);
	memcpy(padded, der.data, der.len);
	assert_int_equal(pki_decode(p, (struct octets){padded, most + 1}, &c, &e), -1);
	assert_int_equal(e.code, ERR_PKI_CERTIFICATE);
	assert_string_equal(e.detail, "a certificate of 16385 octets");
	err_clear(&e);
	assert_int_equal(pki_decode(p, (struct octets){padded, most}, &c, &e), -1);
	assert_string_equal(e.detail, "octets behind the certificate");
	pki_close(p);
}

static void
tells_not_yet_valid_from_expired(void **state)
{
	struct pki *p = opened_trust();
	const struct pki_cert *c = decoded(p, w.leaf);

	(void)state;
	assert_int_equal(judged(p, c, "2025-12-31T23:59:59Z"), ERR_PKI_NOT_YET_VALID);
	assert_int_equal(judged(p, c, "2026-01-01T00:00:00Z"), ERR_OK);
	assert_int_equal(judged(p, c, "2027-01-01T00:00:00Z"), ERR_PKI_EXPIRED);
	pki_close(p);
}

static void
a_kept_verdict_ends_with_the_first_link_of_the_path(void **state)
{
	struct pki *p = opened_trust();
	const struct pki_cert *c = decoded(p, w.leaf);

	(void)state;
	assert_int_equal(judged(p, c, AT), ERR_OK);
	assert_int_equal(judged(p, c, "2026-10-31T23:59:59Z"), ERR_OK);
	/* the intermediate ends before the leaf does */
	assert_int_equal(judged(p, c, "2026-11-01T00:00:00Z"), ERR_PKI_EXPIRED);
	assert_int_equal(judged(p, c, "2025-12-31T23:59:59Z"), ERR_PKI_NOT_YET_VALID);
	assert_int_equal(judged(p, c, AT), ERR_OK);
	pki_close(p);
}

static void
a_verdict_of_one_trust_is_not_taken_by_another(void **state)
{
	struct pki *trusting = opened_trust(), *empty = forge_pki(&(struct pki_options){0});
	const struct pki_cert *c = decoded(trusting, w.leaf);

	(void)state;
	assert_int_equal(judged(trusting, c, AT), ERR_OK);
	assert_int_equal(judged(empty, c, AT), ERR_PKI_UNKNOWN_ISSUER);
	pki_close(trusting);
	pki_close(empty);
}

static void
refuses_a_signer_of_an_unknown_ca(void **state)
{
	struct forge f = {.issuer = w.rogue, .issuer_key = w.rogue_key};

	(void)state;
	/* the rogue root has the name of the trusted one, another key */
	assert_int_equal(verdict_on(leaf(&f), AT), ERR_PKI_UNKNOWN_ISSUER);
	/* issuer's name and key identifier of the trusted CA, signature by another key */
	f.issuer = w.middle;
	assert_int_equal(verdict_on(leaf(&f), AT), ERR_PKI_UNKNOWN_ISSUER);
	/* nobody but itself */
	struct forge own = {.subject = "C=KZ/CN=SELF", .usage = SIGN_USAGE};
	assert_int_equal(verdict_on(forge_cert(&own, w.leaf_key), AT), ERR_PKI_UNKNOWN_ISSUER);
}

static void
an_intermediate_without_its_root_is_no_anchor(void **state)
{
	const char *trust = forge_folder(w.arena);

	(void)state;
	forge_write_pem(trust, "middle.pem", w.middle);
	struct pki *p = forge_pki(&(struct pki_options){.trust = trust});
	assert_int_equal(pki_census(p).anchors, 0);
	assert_int_equal(judged(p, decoded(p, w.leaf), AT), ERR_PKI_UNKNOWN_ISSUER);
	pki_close(p);
}

static void
refuses_a_leaf_as_issuer(void **state)
{
	struct forge f = {
	    .issuer = w.leaf, .issuer_key = w.leaf_key, .serial = "101", .subject = "C=KZ/CN=X"};

	(void)state;
	assert_int_equal(verdict_on(leaf(&f), AT), ERR_PKI_UNKNOWN_ISSUER);
}

static void
refuses_a_ca_as_signer(void **state)
{
	struct forge f = {
	    .constraints = "critical,CA:TRUE", .usage = "critical,keyCertSign,digitalSignature"};

	(void)state;
	assert_int_equal(verdict_on(leaf(&f), AT), ERR_PKI_USAGE);
	f.usage = SIGN_USAGE; /* says that it is a CA and cannot be one */
	assert_int_equal(verdict_on(leaf(&f), AT), ERR_PKI_USAGE);
	struct pki *p = opened_trust();
	assert_int_equal(judged(p, decoded(p, w.root), AT), ERR_PKI_USAGE);
	assert_int_equal(judged(p, decoded(p, w.middle), AT), ERR_PKI_USAGE);
	pki_close(p);
}

static void
refuses_a_signer_without_digital_signature(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(leaf(&(struct forge){.usage = "critical,keyEncipherment"}), AT),
	    ERR_PKI_USAGE);
	struct forge none = {
	    .subject = "C=KZ/CN=NO USAGE", .issuer = w.middle, .issuer_key = w.middle_key};
	assert_int_equal(verdict_on(forge_cert(&none, w.leaf_key), AT), ERR_PKI_USAGE);
}

static void
refuses_the_certificates_of_ocsp_and_time_stamp_services(void **state)
{
	(void)state;
	assert_int_equal(
	    verdict_on(leaf(&(struct forge){.extended = "OCSPSigning"}), AT), ERR_PKI_USAGE);
	assert_int_equal(verdict_on(leaf(&(struct forge){.extended = "critical,timeStamping"}), AT),
	    ERR_PKI_USAGE);
}

/* the usages of nca.md 5 and no others; none at all is what some CAs issue. */
static void
refuses_certificates_that_are_for_servers_or_programs(void **state)
{
	static const struct {
		const char *usage;
		enum err_code code;
	} rows[] = {
	    {"serverAuth", ERR_PKI_USAGE},
	    {"codeSigning", ERR_PKI_USAGE},
	    {"1.2.3.4", ERR_PKI_USAGE},
	    {"1.2.3980.1", ERR_PKI_USAGE},
	    {"serverAuth,emailProtection", ERR_OK},
	    {"1.2.398.3.3.4.1.2", ERR_OK},
	    {"1.2.398.3.2.3.2", ERR_OK},
	    {"anyExtendedKeyUsage", ERR_OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    verdict_on(leaf(&(struct forge){.extended = rows[i].usage}), AT), rows[i].code);
}

static void
refuses_an_unknown_critical_extension(void **state)
{
	(void)state;
	assert_int_equal(
	    verdict_on(leaf(&(struct forge){.critical = "1.2.3.4.5"}), AT), ERR_PKI_CERTIFICATE);
}

static void
refuses_weak_keys_and_digests(void **state)
{
	EVP_PKEY *weak = forge_rsa(1024);
	struct forge f = {.subject = "C=KZ/CN=WEAK",
	    .usage = SIGN_USAGE,
	    .issuer = w.middle,
	    .issuer_key = w.middle_key};

	(void)state;
	assert_int_equal(verdict_on(forge_cert(&f, weak), AT), ERR_PKI_CERTIFICATE);
	assert_int_equal(verdict_on(leaf(&(struct forge){.md = "SHA1"}), AT), ERR_PKI_CERTIFICATE);
}

static void
refuses_a_serial_number_longer_than_20_octets(void **state)
{
	X509 *x =
	    leaf(&(struct forge){.serial = "2923003274661805836407369665432566039311865085952"});
	struct pki *p = opened_trust();
	const struct pki_cert *c;
	struct err e = {0};

	(void)state;
	assert_int_equal(pki_decode(p, forge_der(w.arena, x), &c, &e), -1);
	assert_int_equal(e.code, ERR_PKI_CERTIFICATE);
	x = leaf(&(struct forge){.serial = "1461501637330902918203684832716283019655932542975"});
	assert_int_equal(judged(p, decoded(p, x), AT), ERR_OK);
	pki_close(p);
}

static void
refuses_a_path_longer_than_the_ca_allows(void **state)
{
	struct forge f = {.subject = "C=KZ/CN=SHORT",
	    .usage = CA_USAGE,
	    .serial = "3",
	    .issuer = w.root,
	    .issuer_key = w.root_key,
	    .constraints = "critical,CA:TRUE,pathlen:0",
	    .from = "2024-01-01T00:00:00Z",
	    .until = "2030-01-01T00:00:00Z"};
	X509 *brief = forge_cert(&f, w.middle_key), *below, *x;
	const char *trust = forge_folder(w.arena);

	(void)state;
	f.subject = "C=KZ/CN=BELOW";
	f.issuer = brief;
	f.issuer_key = w.middle_key;
	below = forge_cert(&f, w.rogue_key);
	x = leaf(&(struct forge){.issuer = below, .issuer_key = w.rogue_key});
	forge_write_pem(trust, "1.pem", w.root);
	forge_write_pem(trust, "2.pem", brief);
	forge_write_pem(trust, "3.pem", below);
	struct pki *p = forge_pki(&(struct pki_options){.trust = trust});
	assert_int_equal(judged(p, decoded(p, x), AT), ERR_PKI_CERTIFICATE);
	pki_close(p);
}

static void
validity_of_a_ca_need_not_lie_within_its_issuers(void **state)
{
	struct forge f = {.subject = "C=KZ/CN=EARLY",
	    .usage = CA_USAGE,
	    .serial = "4",
	    .issuer = w.root,
	    .issuer_key = w.root_key,
	    .constraints = "critical,CA:TRUE",
	    .from = "2019-01-01T00:00:00Z",
	    .until = "2050-01-01T00:00:00Z"};
	X509 *early = forge_cert(&f, w.middle_key);
	X509 *x = leaf(&(struct forge){.issuer = early});
	const char *trust = forge_folder(w.arena);

	(void)state;
	forge_write_pem(trust, "1.pem", w.root);
	forge_write_pem(trust, "2.pem", early);
	struct pki *p = forge_pki(&(struct pki_options){.trust = trust});
	assert_int_equal(judged(p, decoded(p, x), AT), ERR_OK);
	pki_close(p);
}

struct told {
	char text[2000];
	unsigned n;
};

static void
note(void *self, const char *file, const char *what)
{
	struct told *told = self;
	size_t used = strlen(told->text);

	snprintf(
	    told->text + used, sizeof(told->text) - used, "%s: %s\n", strrchr(file, '/') + 1, what);
	told->n++;
}

static void
names_every_file_that_does_not_belong_into_the_trust_folder(void **state)
{
	const char *trust = forge_folder(w.arena);
	struct told told = {"", 0};
	struct pki *p;
	struct err e = {0};
	struct octets der = forge_der(w.arena, w.root);
	unsigned char *broken = arena_alloc(w.arena, der.len);

	(void)state;
	memcpy(broken, der.data, der.len);
	broken[der.len - 1] ^= 1;
	forge_write_pem(trust, "good.pem", w.root);
	forge_write(trust, "good-again.der", der);
	forge_write_pem(trust, "leaf.pem", w.leaf);
	forge_write_key(trust, "key.pem", w.leaf_key, NULL);
	forge_write(trust, "readme.txt", octets_of("put certificates here\n"));
	forge_write(trust, "cut.der", (struct octets){der.data, der.len - 10});
	forge_write(trust, "broken.der", (struct octets){broken, der.len});
	forge_write(trust, "empty", octets_of(""));
	assert_int_equal(pki_open(&(struct pki_options){.trust = trust}, note, &told, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(p);
	assert_string_equal(told.text, "broken.der: its own signature does not verify\n"
				       "cut.der: not a certificate in DER\n"
				       "empty: not a CERTIFICATE in PEM or DER\n"
				       "key.pem: holds a PRIVATE KEY where a CERTIFICATE belongs\n"
				       "leaf.pem: not a certificate of a CA\n"
				       "readme.txt: not a CERTIFICATE in PEM or DER\n");
	assert_non_null(strstr(e.detail, "broken.der"));
	assert_non_null(strstr(e.detail, "6 in all"));
	assert_int_equal(ERR_peek_error(), 0);
}

static void
a_missing_folder_is_a_mistake_of_configuration(void **state)
{
	struct err e = {0};
	struct pki *p;

	(void)state;
	assert_int_equal(
	    pki_open(&(struct pki_options){.crl = "/nonexistent/crl"}, NULL, NULL, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.detail, "/nonexistent/crl"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_pem_and_der_by_content_and_counts_them),
	    cmocka_unit_test(a_named_file_gives_its_certificate),
	    cmocka_unit_test(accepts_a_signer_with_a_path_to_an_anchor),
	    cmocka_unit_test(a_curve_goes_with_its_own_digest),
	    cmocka_unit_test(refuses_octets_that_are_not_exactly_one_certificate),
	    cmocka_unit_test(refuses_a_certificate_that_is_not_der),
	    cmocka_unit_test(gives_the_same_pointer_for_the_same_octets),
	    cmocka_unit_test(keeps_a_pointer_for_256_other_certificates),
	    cmocka_unit_test(keeps_a_good_certificate_whatever_strangers_send),
	    cmocka_unit_test(recalls_a_good_certificate_by_the_text_that_brought_it),
	    cmocka_unit_test(a_certificate_that_went_is_not_recalled),
	    cmocka_unit_test(refuses_a_certificate_of_more_than_16_kib),
	    cmocka_unit_test(tells_not_yet_valid_from_expired),
	    cmocka_unit_test(a_kept_verdict_ends_with_the_first_link_of_the_path),
	    cmocka_unit_test(a_verdict_of_one_trust_is_not_taken_by_another),
	    cmocka_unit_test(refuses_a_signer_of_an_unknown_ca),
	    cmocka_unit_test(an_intermediate_without_its_root_is_no_anchor),
	    cmocka_unit_test(refuses_a_leaf_as_issuer),
	    cmocka_unit_test(refuses_a_ca_as_signer),
	    cmocka_unit_test(refuses_a_signer_without_digital_signature),
	    cmocka_unit_test(refuses_the_certificates_of_ocsp_and_time_stamp_services),
	    cmocka_unit_test(refuses_certificates_that_are_for_servers_or_programs),
	    cmocka_unit_test(refuses_an_unknown_critical_extension),
	    cmocka_unit_test(refuses_weak_keys_and_digests),
	    cmocka_unit_test(refuses_a_serial_number_longer_than_20_octets),
	    cmocka_unit_test(refuses_a_path_longer_than_the_ca_allows),
	    cmocka_unit_test(validity_of_a_ca_need_not_lie_within_its_issuers),
	    cmocka_unit_test(names_every_file_that_does_not_belong_into_the_trust_folder),
	    cmocka_unit_test(a_missing_folder_is_a_mistake_of_configuration),
	};
	struct err e = {0};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, make_world, end_world);
}
