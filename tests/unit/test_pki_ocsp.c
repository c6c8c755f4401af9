/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an OCSP answer is believed: forged ones of every kind, those of real `openssl ocsp`
 * responders with RSA and GOST keys, and the four that the NCA's test responder gave.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "fixture.h"
#include "gost/gost.h"
#include "ocsp_forge.h"
#include "pki/inner.h"
#include "pki/ocsp.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:10:00Z" /* ten minutes after a forged answer */
#define CA_USAGE "critical,keyCertSign,cRLSign"
#define CA_IS "critical,CA:TRUE"

static struct {
	struct arena *arena;
	EVP_PKEY *key, *ca_key, *other_key; /* of responders and leaves; of the CA; of its twin */
	X509 *ca, *twin, *responder, *leaf;
	struct pki *pki;
	struct pki_target target;
} w;

static X509 *
made(const char *subject, const char *serial, const char *extended, const char *until, X509 *issuer,
    EVP_PKEY *issuer_key)
{
	const struct forge f = {.subject = subject,
	    .serial = serial,
	    .until = until,
	    .usage = "critical,digitalSignature",
	    .extended = extended,
	    .issuer = issuer,
	    .issuer_key = issuer_key};

	return forge_cert(&f, w.key);
}

/* A certificate like it with id-pkix-ocsp-nocheck, signed again. */
static X509 *
unchecked(X509 *x, EVP_PKEY *issuer_key)
{
	ASN1_NULL *null = ASN1_NULL_new();

	assert_int_equal(X509_add1_ext_i2d(x, NID_id_pkix_OCSP_noCheck, null, 0, 0), 1);
	assert_true(X509_sign(x, issuer_key, EVP_sha256()) > 0);
	ASN1_NULL_free(null);
	return x;
}

static struct pki_target
target_of(struct pki *p, X509 *x)
{
	const struct pki_cert *c;
	struct pki_target t = {.authority = {0}};
	struct err e = {0};

	if (pki_decode(p, forge_der(w.arena, x), &c, &e) != 0 || pki_target_of(p, c, &t, &e) != 0)
		fail_msg("%s", e.detail);
	return t;
}

static int
make_world(void **state)
{
	const struct forge ca = {.subject = "C=KZ/CN=CA", .usage = CA_USAGE, .constraints = CA_IS};
	const char *trust = forge_folder(w.arena);

	(void)state;
	w.key = forge_key();
	w.ca_key = forge_key();
	w.other_key = forge_key();
	w.ca = forge_cert(&ca, w.ca_key);
	w.twin = forge_cert(&ca, w.other_key);
	w.responder =
	    unchecked(made("C=KZ/CN=OCSP", "900", "OCSPSigning", NULL, w.ca, w.ca_key), w.ca_key);
	w.leaf = made("C=KZ/CN=LEAF", "77", "emailProtection", NULL, w.ca, w.ca_key);
	forge_write_pem(trust, "ca.pem", w.ca);
	w.pki = forge_pki(&(struct pki_options){.trust = trust});
	w.target = target_of(w.pki, w.leaf);
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	pki_close(w.pki);
	forge_clean();
	return 0;
}

/* A good answer about the leaf by the delegated responder; tests change what they are about. */
static struct forge_ocsp
fine(void)
{
	return (struct forge_ocsp){.issuer = w.ca,
	    .serial = "77",
	    .signer = w.responder,
	    .key = w.key,
	    .status = V_OCSP_CERTSTATUS_GOOD,
	    .reason = -1};
}

static const struct pki_ocsp_rules rules = {.skew = 300, .max_age = 3600};

/* What is said of the leaf by these octets. */
static struct pki_ocsp_answer
heard(struct octets answer, const struct pki_nonce *nonce, const char *at,
    const struct pki_ocsp_rules *by)
{
	struct pki_ocsp_answer out;
	struct err e = {0};
	int rc = pki_ocsp_judge(w.pki, answer, &w.target, nonce, fixture_instant(at), by, &out, &e);

	assert_int_equal(rc, out.fault == PKI_OCSP_FINE ? 0 : -1);
	assert_int_equal(e.code, rc == 0 ? ERR_OK : ERR_PKI_REVOCATION_UNKNOWN);
	if (rc != 0)
		assert_int_equal(out.status, PKI_UNKNOWN);
	assert_int_equal(ERR_peek_error(), 0);
	return out;
}

static struct pki_ocsp_answer
said(const struct forge_ocsp *f)
{
	return heard(forge_ocsp(w.arena, f), NULL, AT, &rules);
}

static void
a_delegated_responder_is_believed(void **state)
{
	struct forge_ocsp f = fine();
	struct pki_ocsp_answer out;

	(void)state;
	out = said(&f);
	assert_int_equal(out.status, PKI_GOOD);
	assert_int_equal(out.this_update.seconds, fixture_instant("2026-06-02T12:00:00Z").seconds);
	assert_int_equal(out.fresh_until.seconds - out.this_update.seconds, 3600);
	f.flags = OCSP_RESPID_KEY;
	assert_int_equal(said(&f).status, PKI_GOOD);
	f.id = EVP_sha1();
	assert_int_equal(said(&f).status, PKI_GOOD);
}

static void
the_issuer_itself_is_believed(void **state)
{
	struct forge_ocsp f = fine();

	(void)state;
	f.signer = w.ca;
	f.key = w.ca_key;
	f.flags = OCSP_NOCERTS;
	assert_int_equal(said(&f).status, PKI_GOOD);
	f.key = w.ca_key;
	f.md = EVP_sha1(); /* weak */
	assert_int_equal(said(&f).fault, PKI_OCSP_UNTRUSTED);
}

static void
a_revocation_is_told_with_its_time_and_reason(void **state)
{
	struct forge_ocsp f = fine();
	struct pki_ocsp_answer out;

	(void)state;
	f.status = V_OCSP_CERTSTATUS_REVOKED;
	f.revoked = "2026-05-01T08:00:00Z";
	f.reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE;
	out = said(&f);
	assert_int_equal(out.status, PKI_REVOKED);
	assert_int_equal(out.reason, OCSP_REVOKED_STATUS_KEYCOMPROMISE);
	assert_int_equal(out.revoked_at.seconds, fixture_instant(f.revoked).seconds);
	assert_true(pki_ocsp_is_final(&out));
}

static void
unknown_to_the_responder_is_unknown(void **state)
{
	struct forge_ocsp f = fine();
	struct pki_ocsp_answer out;

	(void)state;
	f.status = V_OCSP_CERTSTATUS_UNKNOWN;
	out = said(&f);
	assert_int_equal(out.fault, PKI_OCSP_FINE);
	assert_int_equal(out.status, PKI_UNKNOWN);
	assert_false(out.never_issued);
}

/* RFC 6960 2.2 */
static void
on_hold_since_1970_means_never_issued(void **state)
{
	struct forge_ocsp f = fine();
	struct pki_ocsp_answer out;

	(void)state;
	f.status = V_OCSP_CERTSTATUS_REVOKED;
	f.revoked = "1970-01-01T00:00:00Z";
	f.reason = OCSP_REVOKED_STATUS_CERTIFICATEHOLD;
	out = said(&f);
	assert_int_equal(out.status, PKI_UNKNOWN);
	assert_true(out.never_issued);
	f.reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE;
	assert_int_equal(said(&f).status, PKI_REVOKED);
}

static void
an_answer_grows_old(void **state)
{
	struct forge_ocsp f = fine();
	struct octets answer = forge_ocsp(w.arena, &f);

	(void)state;
	assert_int_equal(heard(answer, NULL, "2026-06-02T12:59:59Z", &rules).status, PKI_GOOD);
	assert_int_equal(heard(answer, NULL, "2026-06-02T13:00:00Z", &rules).fault, PKI_OCSP_STALE);
	f.next_update = "2026-06-02T12:05:00Z"; /* shortens */
	assert_int_equal(said(&f).fault, PKI_OCSP_STALE);
	f.next_update = "2026-07-02T12:00:00Z"; /* does not lengthen */
	answer = forge_ocsp(w.arena, &f);
	assert_int_equal(heard(answer, NULL, AT, &rules).status, PKI_GOOD);
	assert_int_equal(heard(answer, NULL, "2026-06-02T13:00:00Z", &rules).fault, PKI_OCSP_STALE);
}

static void
an_answer_from_the_future_is_none(void **state)
{
	struct forge_ocsp f = fine();

	(void)state;
	f.this_update = "2026-06-02T12:15:00Z"; /* five minutes ahead: the skew */
	assert_int_equal(said(&f).status, PKI_GOOD);
	f.this_update = "2026-06-02T12:15:01Z";
	assert_int_equal(said(&f).fault, PKI_OCSP_STALE);
}

static void
only_a_hold_grows_old(void **state)
{
	struct forge_ocsp f = fine();

	(void)state;
	f.status = V_OCSP_CERTSTATUS_REVOKED;
	f.revoked = "2026-01-02T00:00:00Z";
	f.this_update = "2026-01-03T00:00:00Z";
	assert_int_equal(said(&f).status, PKI_REVOKED);
	f.reason = OCSP_REVOKED_STATUS_CERTIFICATEHOLD;
	assert_int_equal(said(&f).fault, PKI_OCSP_STALE);
}

static void
an_answer_about_another_certificate_is_none(void **state)
{
	struct forge_ocsp f = fine();

	(void)state;
	f.serial = "78";
	assert_int_equal(said(&f).fault, PKI_OCSP_OTHER);
	f = fine();
	f.issuer = w.twin; /* the same name, another key */
	assert_int_equal(said(&f).fault, PKI_OCSP_OTHER);
	f = fine();
	f.id = EVP_sha512(); /* no digest that is taken in a CertID */
	assert_int_equal(said(&f).fault, PKI_OCSP_OTHER);
}

static void
more_than_one_answer_is_none(void **state)
{
	struct forge_ocsp f = fine(), also = fine();

	(void)state;
	f.copies = 2;
	assert_int_equal(said(&f).fault, PKI_OCSP_MALFORMED);
	f.copies = 1;
	also.serial = "78";
	f.also = &also;
	assert_int_equal(said(&f).fault, PKI_OCSP_MALFORMED);
}

static enum pki_ocsp_fault
fault_by(X509 *responder, EVP_PKEY *key, const char *at)
{
	struct forge_ocsp f = fine();

	f.signer = responder;
	f.key = key;
	f.this_update = at;
	return heard(forge_ocsp(w.arena, &f), NULL, at, &rules).fault;
}

static void
a_wrong_responder_is_not_believed(void **state)
{
	X509 *outside = forge_cert(&(struct forge){.subject = "C=KZ/CN=OCSP",
				       .usage = "critical,digitalSignature",
				       .extended = "OCSPSigning"},
	    w.key);

	(void)state;
	assert_int_equal(fault_by(outside, w.key, AT), PKI_OCSP_UNTRUSTED);
	/* another CA of the same name vouches for it */
	assert_int_equal(
	    fault_by(unchecked(made("C=KZ/CN=OCSP", "9", "OCSPSigning", NULL, w.twin, w.other_key),
			 w.other_key),
		w.key, AT),
	    PKI_OCSP_UNTRUSTED);
	/* that CA itself */
	X509_up_ref(w.twin);
	assert_int_equal(fault_by(w.twin, w.other_key, AT), PKI_OCSP_UNTRUSTED);
	/* the certificate in question speaks for itself */
	X509_up_ref(w.leaf);
	assert_int_equal(fault_by(w.leaf, w.key, AT), PKI_OCSP_UNTRUSTED);
}

static void
a_responder_needs_its_purpose(void **state)
{
	static const char *const purposes[] = {NULL, "emailProtection", "serverAuth,clientAuth",
	    "timeStamping", "anyExtendedKeyUsage"};

	(void)state;
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		assert_int_equal(
		    fault_by(unchecked(made("C=KZ/CN=OCSP", "9", purposes[i], NULL, w.ca, w.ca_key),
				 w.ca_key),
			w.key, AT),
		    PKI_OCSP_UNTRUSTED);
	/* a CA below the CA is no responder */
	assert_int_equal(fault_by(unchecked(forge_cert(&(struct forge){.subject = "C=KZ/CN=OCSP",
							   .usage = "critical,digitalSignature,"
								    "keyCertSign",
							   .extended = "OCSPSigning",
							   .constraints = CA_IS,
							   .issuer = w.ca,
							   .issuer_key = w.ca_key},
						w.key),
				      w.ca_key),
			     w.key, AT),
	    PKI_OCSP_UNTRUSTED);
}

static void
a_responder_must_be_valid_itself(void **state)
{
	X509 *ended =
	    made("C=KZ/CN=OCSP", "9", "OCSPSigning", "2026-06-02T12:10:00Z", w.ca, w.ca_key);
	struct forge_ocsp f = fine();

	(void)state;
	f.signer = unchecked(ended, w.ca_key);
	assert_int_equal(said(&f).fault, PKI_OCSP_UNTRUSTED);
	assert_int_equal(
	    heard(forge_ocsp(w.arena, &f), NULL, "2026-06-02T12:09:59Z", &rules).status, PKI_GOOD);
	assert_int_equal(fault_by(forge_cert(&(struct forge){.subject = "C=KZ/CN=OCSP",
						 .usage = "critical,digitalSignature",
						 .extended = "OCSPSigning",
						 .critical = "1.2.3.4",
						 .issuer = w.ca,
						 .issuer_key = w.ca_key},
				      w.key),
			     w.key, AT),
	    PKI_OCSP_UNTRUSTED);
}

/* Without nocheck a CRL must say that the responder is good; one that a CRL revokes is no responder
 * either way. */
static void
a_responder_without_nocheck_needs_a_crl(void **state)
{
	static const struct forge_revoked revoked[] = {{"900", NULL, 1}};
	const char *trust = forge_folder(w.arena), *with = forge_folder(w.arena),
		   *against = forge_folder(w.arena);
	X509 *bare = made("C=KZ/CN=OCSP", "9", "OCSPSigning", NULL, w.ca, w.ca_key);
	struct forge_crl crl = {.issuer = w.ca, .key = w.ca_key, .number = "1"};
	struct forge_ocsp f = fine(), g = fine();
	struct pki *own = w.pki;

	(void)state;
	f.signer = bare;
	assert_int_equal(said(&f).fault, PKI_OCSP_UNTRUSTED);
	forge_write_pem(trust, "ca.pem", w.ca);
	forge_write(with, "crl", forge_crl(w.arena, &crl));
	crl.revoked = revoked;
	crl.n_revoked = 1;
	forge_write(against, "crl", forge_crl(w.arena, &crl));
	w.pki = forge_pki(&(struct pki_options){.trust = trust, .crl = with});
	assert_int_equal(said(&f).status, PKI_GOOD);
	pki_close(w.pki);
	w.pki = forge_pki(&(struct pki_options){.trust = trust, .crl = against});
	assert_int_equal(said(&g).fault, PKI_OCSP_UNTRUSTED);
	pki_close(w.pki);
	w.pki = own;
}

static void
an_answer_must_bring_its_responder(void **state)
{
	struct forge_ocsp f = fine();

	(void)state;
	f.flags = OCSP_NOCERTS;
	assert_int_equal(said(&f).fault, PKI_OCSP_UNTRUSTED);
}

static void
a_nonce_must_be_the_one_that_was_sent(void **state)
{
	const struct pki_ocsp_rules strict = {.skew = 300, .max_age = 3600, .require_nonce = true};
	struct pki_nonce nonce;
	struct octets request, answer;
	struct forge_ocsp f = fine();
	struct err e = {0};

	(void)state;
	assert_int_equal(pki_ocsp_request(w.pki, &w.target, w.arena, &nonce, &request, &e), 0);
	answer = forge_ocsp(w.arena, &f);
	assert_int_equal(heard(answer, &nonce, AT, &rules).status, PKI_GOOD);
	assert_int_equal(heard(answer, &nonce, AT, &strict).fault, PKI_OCSP_NONCE);
	f.nonce = (struct octets){nonce.octets, nonce.len};
	answer = forge_ocsp(w.arena, &f);
	assert_int_equal(heard(answer, &nonce, AT, &strict).status, PKI_GOOD);
	assert_int_equal(heard(answer, NULL, AT, &rules).status, PKI_GOOD);
	f.nonce.len--;
	assert_int_equal(heard(forge_ocsp(w.arena, &f), &nonce, AT, &rules).fault, PKI_OCSP_NONCE);
	nonce.octets[3] ^= 1;
	assert_int_equal(heard(answer, &nonce, AT, &rules).fault, PKI_OCSP_NONCE);
}

static void
two_requests_have_two_nonces(void **state)
{
	struct pki_nonce a, b;
	struct octets request;
	struct err e = {0};

	(void)state;
	assert_int_equal(pki_ocsp_request(w.pki, &w.target, w.arena, &a, &request, &e), 0);
	assert_int_equal(pki_ocsp_request(w.pki, &w.target, w.arena, &b, &request, &e), 0);
	assert_true(a.len >= 8 && a.len <= 32 && a.len == b.len);
	assert_memory_not_equal(a.octets, b.octets, a.len);
}

static void
nobody_asks_about_a_ca_that_is_not_loaded(void **state)
{
	struct pki *empty = forge_pki(&(struct pki_options){0});
	struct forge_ocsp f = fine();
	struct pki_ocsp_answer out;
	struct pki_nonce nonce;
	struct octets request;
	struct err e = {0};

	(void)state;
	assert_int_equal(pki_ocsp_request(empty, &w.target, w.arena, &nonce, &request, &e), -1);
	assert_int_equal(e.code, ERR_PKI_UNKNOWN_ISSUER);
	err_clear(&e);
	assert_int_equal(pki_ocsp_judge(empty, forge_ocsp(w.arena, &f), &w.target, NULL,
			     fixture_instant(AT), &rules, &out, &e),
	    -1);
	assert_int_equal(out.fault, PKI_OCSP_OTHER);
	pki_close(empty);
}

static void
a_responder_that_is_busy_has_said_nothing(void **state)
{
	static const int statuses[] = {OCSP_RESPONSE_STATUS_TRYLATER,
	    OCSP_RESPONSE_STATUS_INTERNALERROR, OCSP_RESPONSE_STATUS_UNAUTHORIZED,
	    OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, OCSP_RESPONSE_STATUS_SIGREQUIRED};

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		assert_int_equal(
		    heard(forge_ocsp_status(w.arena, statuses[i]), NULL, AT, &rules).fault,
		    PKI_OCSP_BUSY);
}

static void
what_is_no_der_is_no_answer(void **state)
{
	struct forge_ocsp f = fine();
	struct octets answer = forge_ocsp(w.arena, &f);
	unsigned char *longer = arena_alloc(w.arena, PKI_OCSP_OCTETS + 1);

	(void)state;
	memcpy(longer, answer.data, answer.len);
	assert_int_equal(heard((struct octets){longer, answer.len + 1}, NULL, AT, &rules).fault,
	    PKI_OCSP_MALFORMED);
	assert_int_equal(
	    heard((struct octets){longer, PKI_OCSP_OCTETS + 1}, NULL, AT, &rules).fault,
	    PKI_OCSP_MALFORMED);
	assert_int_equal(
	    heard((struct octets){NULL, 0}, NULL, AT, &rules).fault, PKI_OCSP_MALFORMED);
	assert_int_equal(
	    heard(octets_of("<html>403</html>"), NULL, AT, &rules).fault, PKI_OCSP_MALFORMED);
	f.critical = "1.2.3.4";
	assert_int_equal(said(&f).fault, PKI_OCSP_MALFORMED);
}

/* Whatever octet is changed, nothing good comes of it. */
static void
a_changed_octet_spoils_the_answer(void **state)
{
	struct forge_ocsp f = fine();
	struct octets answer = forge_ocsp(w.arena, &f);
	unsigned char *copy = arena_alloc(w.arena, answer.len);

	(void)state;
	memcpy(copy, answer.data, answer.len);
	for (size_t i = 0; i < answer.len; i++) {
		copy[i] ^= 0x01;
		if (heard((struct octets){copy, answer.len}, NULL, AT, &rules).fault ==
		    PKI_OCSP_FINE)
			fail_msg("octet %zu of %zu, %02x", i, answer.len, answer.data[i]);
		copy[i] ^= 0x01;
	}
	for (size_t n = 0; n < answer.len; n += 7)
		assert_int_not_equal(
		    heard((struct octets){copy, n}, NULL, AT, &rules).fault, PKI_OCSP_FINE);
}

/* --- real responders: the openssl program ----------------------------------- */

/* A hierarchy of one kind of key in a folder, as `openssl ocsp` wants it. */
struct house {
	const char *folder;
	struct pki *pki;
	X509 *ca, *good, *revoked, *absent;
	EVP_PKEY *ca_key, *key;
};

static X509 *
issued(struct house *h, const char *subject, const char *serial, const char *extended)
{
	const struct forge f = {.subject = subject,
	    .serial = serial,
	    .from = "2020-01-01T00:00:00Z",
	    .until = "2049-01-01T00:00:00Z",
	    .usage = "critical,digitalSignature",
	    .extended = extended,
	    .md = "",
	    .issuer = h->ca,
	    .issuer_key = h->ca_key};
	X509 *x = forge_cert(&f, h->key);

	if (strcmp(extended, "OCSPSigning") == 0) {
		ASN1_NULL *null = ASN1_NULL_new();
		assert_int_equal(X509_add1_ext_i2d(x, NID_id_pkix_OCSP_noCheck, null, 0, 0), 1);
		assert_true(X509_sign(x, h->ca_key, NULL) > 0);
		ASN1_NULL_free(null);
	}
	return x;
}

static void
build(struct house *h, EVP_PKEY *ca_key, EVP_PKEY *key)
{
	const struct forge ca = {.subject = "C=KZ/CN=OPENSSL",
	    .from = "2020-01-01T00:00:00Z",
	    .until = "2049-01-01T00:00:00Z",
	    .usage = CA_USAGE,
	    .constraints = CA_IS,
	    .md = ""};
	static const char index[] = "V\t490101000000Z\t\t10\tunknown\t/CN=GOOD\n"
				    "R\t490101000000Z\t260501080000Z,keyCompromise\t11\tunknown\t"
				    "/CN=REVOKED\n";
	X509 *responder;
	const char *trust = forge_folder(w.arena);

	h->folder = forge_folder(w.arena);
	h->ca_key = ca_key;
	h->key = key;
	h->ca = forge_cert(&ca, ca_key);
	h->good = issued(h, "C=KZ/CN=GOOD", "16", "emailProtection");
	h->revoked = issued(h, "C=KZ/CN=REVOKED", "17", "emailProtection");
	h->absent = issued(h, "C=KZ/CN=ABSENT", "18", "emailProtection");
	responder = issued(h, "C=KZ/CN=RESPONDER", "19", "OCSPSigning");
	forge_write_pem(trust, "ca.pem", h->ca);
	forge_write_pem(h->folder, "ca.pem", h->ca);
	forge_write_pem(h->folder, "responder.pem", responder);
	forge_write_key(h->folder, "responder.key", key, NULL);
	forge_write(h->folder, "index.txt", octets_of(index));
	h->pki = forge_pki(&(struct pki_options){.trust = trust});
}

/* What the program answers to our own request; it takes the machine's time. */
static struct octets
program_answers(const struct house *h, struct octets request)
{
	char command[2048];

	forge_write(h->folder, "request", request);
	snprintf(command, sizeof(command),
	    "cd '%s' && printf '%%s\\n' 'openssl_conf = start' '[start]' 'providers = providers' "
	    "'[providers]' 'default = plain' 'kzgost = kzgost' '[plain]' 'activate = 1' "
	    "'[kzgost]' 'module = %s/kzgost.so' 'activate = 1' >openssl.cnf && "
	    "OPENSSL_CONF=openssl.cnf openssl ocsp -index index.txt -CA ca.pem -rsigner "
	    "responder.pem -rkey responder.key -reqin request -respout answer -noverify >out 2>&1 "
	    "|| { cat out; exit 1; }",
	    h->folder, fixture_builddir());
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): its folder is ours */
	return fixture_file(w.arena, arena_printf(w.arena, "%s/answer", h->folder));
}

static struct pki_ocsp_answer
program_says(const struct house *h, X509 *about)
{
	const struct pki_ocsp_rules strict = {.skew = 300, .max_age = 3600, .require_nonce = true};
	struct pki_target t = target_of(h->pki, about);
	struct pki_ocsp_answer out;
	struct pki_nonce nonce;
	struct octets request, answer;
	struct err e = {0};

	assert_int_equal(pki_ocsp_request(h->pki, &t, w.arena, &nonce, &request, &e), 0);
	answer = program_answers(h, request);
	/* first to learn its time, then in that second */
	if (pki_ocsp_judge(h->pki, answer, &t, &nonce, (struct instant){2000000000, 0}, &strict,
		&out, &e) != 0)
		assert_int_equal(out.fault, PKI_OCSP_STALE);
	err_clear(&e);
	if (pki_ocsp_judge(h->pki, answer, &t, &nonce, out.this_update, &strict, &out, &e) != 0)
		fail_msg("%s", e.detail);
	return out;
}

static void
responders_of_openssl_are_believed(EVP_PKEY *ca_key, EVP_PKEY *key)
{
	struct house h;
	struct pki_ocsp_answer out;

	build(&h, ca_key, key);
	assert_int_equal(program_says(&h, h.good).status, PKI_GOOD);
	out = program_says(&h, h.revoked);
	assert_int_equal(out.status, PKI_REVOKED);
	assert_int_equal(out.reason, OCSP_REVOKED_STATUS_KEYCOMPROMISE);
	assert_int_equal(program_says(&h, h.absent).status, PKI_UNKNOWN);
	pki_close(h.pki);
}

static void
a_responder_of_openssl_with_rsa_is_believed(void **state)
{
	(void)state;
	responders_of_openssl_are_believed(forge_rsa(2048), forge_rsa(2048));
}

static void
a_responder_of_openssl_with_gost_2015_is_believed(void **state)
{
	(void)state;
	responders_of_openssl_are_believed(forge_gost(GOST_KEY_2015), forge_gost(GOST_KEY_2015));
}

static void
a_responder_of_openssl_with_gost_2004_is_believed(void **state)
{
	(void)state;
	responders_of_openssl_are_believed(forge_gost(GOST_KEY_2004), forge_gost(GOST_KEY_2004));
}

/* --- the NCA's own answers --------------------------------------------------- */

static void
the_ncas_answers_get_their_verdicts(void **state)
{
	static const struct {
		const char *file, *ca, *serial, *at, *revoked;
		enum pki_status status;
		bool never_issued;
		int reason;
	} cases[] = {
	    {"individual_sign_2004", "nca_rsa_test_old.crt",
		"4279390A141F5353A62947B61ED65E81741467D1", "2022-09-02T16:54:30Z", NULL, PKI_GOOD,
		false, -1},
	    {"ceo_sign_2004_revoked", "nca_gost_test_old.crt",
		"12E3E7B9966D09EB9CDA64251457E815C2A8DDED", "2022-09-02T16:57:30Z",
		"2022-01-18T06:30:55Z", PKI_REVOKED, false, 4},
	    {"ceo_2015_revoked", "nca_gost2022_test.cer",
		"3A90343E720594C55204B19CB9A402422EF0E622", "2022-09-02T16:59:30Z",
		"2022-07-27T10:25:30Z", PKI_REVOKED, false, 6},
	    {"individual_2015", "nca_gost2022_test.cer", "0FF06211DC82BEB00253FFA000F1DE84ABEF454F",
		"2022-09-02T16:59:00Z", "1970-01-01T00:00:00Z", PKI_UNKNOWN, true, 6},
	};
	const char *folder = fixture_shared(w.arena, "samples/nca");
	struct pki *p;

	(void)state;
	if (folder == NULL) {
		fixture_skipped(4, "samples/nca is not there");
		return;
	}
	p = forge_pki(&(struct pki_options){.trust = arena_printf(w.arena, "%s/ca-test", folder)});
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct octets answer =
		    fixture_file(w.arena, arena_printf(w.arena, "%s/ocsp-test/ocsp_response_%s.bin",
					      folder, cases[i].file));
		const struct pki_cert *ca;
		struct pki_target t;
		struct pki_ocsp_answer out;
		struct err e = {0};
		size_t n = 0;

		assert_int_equal(
		    pki_decode_file(
			p, arena_printf(w.arena, "%s/ca-test/%s", folder, cases[i].ca), &ca, &e),
		    0);
		for (size_t k = 0; k < p->n_cas; k++)
			if (memcmp(p->cas[k]->digest, ca->digest, 32) == 0)
				memcpy(t.authority, p->cas[k]->authority_id, 32);
		assert_int_equal(
		    OPENSSL_hexstr2buf_ex(t.serial, sizeof(t.serial), &n, cases[i].serial, '\0'),
		    1);
		assert_int_equal(n, sizeof(t.serial));
		if (pki_ocsp_judge(
			p, answer, &t, NULL, fixture_instant(cases[i].at), &rules, &out, &e) != 0)
			fail_msg("%s: %s", cases[i].file, e.detail);
		assert_int_equal(out.status, cases[i].status);
		assert_int_equal(out.never_issued, cases[i].never_issued);
		assert_int_equal(out.reason, cases[i].reason);
		if (cases[i].revoked != NULL)
			assert_int_equal(
			    out.revoked_at.seconds, fixture_instant(cases[i].revoked).seconds);
		/* a day later: no nextUpdate, so our own bound */
		int rc = pki_ocsp_judge(
		    p, answer, &t, NULL, fixture_instant("2022-09-03T18:00:00Z"), &rules, &out, &e);
		assert_int_equal(rc, cases[i].reason == 4 ? 0 : -1);
	}
	pki_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_delegated_responder_is_believed),
	    cmocka_unit_test(the_issuer_itself_is_believed),
	    cmocka_unit_test(a_revocation_is_told_with_its_time_and_reason),
	    cmocka_unit_test(unknown_to_the_responder_is_unknown),
	    cmocka_unit_test(on_hold_since_1970_means_never_issued),
	    cmocka_unit_test(an_answer_grows_old),
	    cmocka_unit_test(an_answer_from_the_future_is_none),
	    cmocka_unit_test(only_a_hold_grows_old),
	    cmocka_unit_test(an_answer_about_another_certificate_is_none),
	    cmocka_unit_test(more_than_one_answer_is_none),
	    cmocka_unit_test(a_wrong_responder_is_not_believed),
	    cmocka_unit_test(a_responder_needs_its_purpose),
	    cmocka_unit_test(a_responder_must_be_valid_itself),
	    cmocka_unit_test(a_responder_without_nocheck_needs_a_crl),
	    cmocka_unit_test(an_answer_must_bring_its_responder),
	    cmocka_unit_test(a_nonce_must_be_the_one_that_was_sent),
	    cmocka_unit_test(two_requests_have_two_nonces),
	    cmocka_unit_test(nobody_asks_about_a_ca_that_is_not_loaded),
	    cmocka_unit_test(a_responder_that_is_busy_has_said_nothing),
	    cmocka_unit_test(what_is_no_der_is_no_answer),
	    cmocka_unit_test(a_changed_octet_spoils_the_answer),
	    cmocka_unit_test(a_responder_of_openssl_with_rsa_is_believed),
	    cmocka_unit_test(a_responder_of_openssl_with_gost_2015_is_believed),
	    cmocka_unit_test(a_responder_of_openssl_with_gost_2004_is_believed),
	    cmocka_unit_test(the_ncas_answers_get_their_verdicts),
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
