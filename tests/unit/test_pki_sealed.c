/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time stamps and signed files: those of the NCA's services and of its clients, and our own of
 * every wrong kind.
 */
#include "config.h"

#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include "fixture.h"
#include "gost/gost.h"
#include "pki/sealed.h"
#include "pki/shelf.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:00:00Z"
#define DATA "octets that were stamped or signed"

static struct {
	struct arena *arena;
	struct pki *pki; /* testpki with its CRLs */
} w;

static const char *
made(const char *relative)
{
	return arena_printf(w.arena, "%s/testpki/%s", fixture_builddir(), relative);
}

static int
make_world(void **state)
{
	(void)state;
	w.pki = forge_pki(&(struct pki_options){
	    .trust = made("trust"), .crl = made("crl"), .revocation = PKI_REVOCATION_CRL});
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

static X509 *
cert(const char *name)
{
	struct octets der = fixture_file(w.arena, made(arena_printf(w.arena, "%s.der", name)));
	const unsigned char *p = der.data;
	X509 *x = d2i_X509(NULL, &p, (long)der.len);

	assert_non_null(x);
	return x;
}

static EVP_PKEY *
key(const char *name)
{
	BIO *b = BIO_new_file(made(arena_printf(w.arena, "%s.key", name)), "r");
	EVP_PKEY *k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	assert_non_null(k);
	BIO_free(b);
	return k;
}

/* A copy with one octet changed. */
static struct octets
spoilt(struct octets o, size_t at)
{
	unsigned char *copy = arena_alloc(w.arena, o.len);

	memcpy(copy, o.data, o.len);
	copy[at] ^= 0x01;
	return (struct octets){copy, o.len};
}

/* --- time stamps -------------------------------------------------------------- */

static enum err_code
stamped(struct pki *p, struct octets der, const char *data, const char *at, struct pki_stamp *out)
{
	const struct octets octets = octets_of(data != NULL ? data : "");
	struct err e = {0};
	int rc = pki_tsp_judge(p, der, data != NULL ? &octets : NULL, fixture_instant(at), out, &e);

	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_int_equal(ERR_peek_error(), 0);
	if (rc != 0)
		assert_int_equal(out->time.seconds, 0);
	return e.code;
}

static int
stamp_time(TS_RESP_CTX *c, void *self, long *seconds, long *micros)
{
	(void)c;
	*seconds = (long)fixture_instant(self).seconds;
	*micros = 0;
	return 1;
}

static ASN1_INTEGER *
stamp_serial(TS_RESP_CTX *c, void *self)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	(void)c;
	(void)self;
	ASN1_INTEGER_set(n, 4711);
	return n;
}

struct stamping {
	X509 *tsa;
	EVP_PKEY *key;
	const char *policy, *time;
	const EVP_MD *md, *signed_by; /* of the imprint, of the signature; NULL = SHA-256 */
};

static TS_REQ *
request(const EVP_MD *md)
{
	TS_REQ *r = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	assert_int_equal(EVP_Digest(DATA, strlen(DATA), digest, &len, md, NULL), 1);
	X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL);
	assert_int_equal(TS_MSG_IMPRINT_set_algo(imprint, algorithm), 1);
	assert_int_equal(TS_MSG_IMPRINT_set_msg(imprint, digest, (int)len), 1);
	assert_int_equal(TS_REQ_set_version(r, 1), 1);
	assert_int_equal(TS_REQ_set_msg_imprint(r, imprint), 1);
	assert_int_equal(TS_REQ_set_cert_req(r, 1), 1);
	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(algorithm);
	return r;
}

/* A response by OpenSSL's own authority. */
static struct octets
stamp(const struct stamping *s)
{
	TS_RESP_CTX *c = TS_RESP_CTX_new();
	ASN1_OBJECT *policy = OBJ_txt2obj(s->policy != NULL ? s->policy : "1.2.398.3.3.2.6.2", 1);
	const EVP_MD *md = s->md != NULL ? s->md : EVP_sha256();
	TS_REQ *r = request(md);
	BIO *in = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	TS_RESP *response;
	int len;

	assert_int_equal(i2d_TS_REQ_bio(in, r), 1);
	assert_int_equal(TS_RESP_CTX_set_signer_cert(c, s->tsa), 1);
	assert_int_equal(TS_RESP_CTX_set_signer_key(c, s->key), 1);
	assert_int_equal(TS_RESP_CTX_set_def_policy(c, policy), 1);
	assert_int_equal(TS_RESP_CTX_add_md(c, md), 1);
	assert_int_equal(
	    TS_RESP_CTX_set_signer_digest(c, s->signed_by != NULL ? s->signed_by : EVP_sha256()),
	    1);
	TS_RESP_CTX_set_time_cb(c, stamp_time, (void *)(uintptr_t)(s->time != NULL ? s->time : AT));
	TS_RESP_CTX_set_serial_cb(c, stamp_serial, NULL);
	response = TS_RESP_create_response(c, in);
	assert_non_null(response);
	len = i2d_TS_RESP(response, &der);
	assert_true(len > 0);
	struct octets out = {
	    (unsigned char *)arena_string(w.arena, (struct octets){der, (size_t)len}), (size_t)len};
	OPENSSL_free(der);
	TS_RESP_free(response);
	TS_REQ_free(r);
	BIO_free(in);
	ASN1_OBJECT_free(policy);
	TS_RESP_CTX_free(c);
	return out;
}

static void
a_time_stamp_of_our_own_authority_holds(void **state)
{
	struct stamping s = {.tsa = cert("rsa/tsa"), .key = key("rsa/tsa")};
	struct pki_stamp out;
	struct octets der = stamp(&s);

	(void)state;
	assert_int_equal(stamped(w.pki, der, DATA, AT, &out), ERR_OK);
	assert_int_equal(out.time.seconds, fixture_instant(AT).seconds);
	assert_string_equal(out.policy, "1.2.398.3.3.2.6.2");
	assert_string_equal(out.serial, "4711");
	assert_false(out.weak);
	assert_int_equal(strlen(out.tsa), 64);
	assert_int_equal(stamped(w.pki, der, DATA, "2040-01-01T00:00:00Z", &out), ERR_OK);
	X509_free(s.tsa);
	EVP_PKEY_free(s.key);
}

static void
a_time_stamp_of_something_else_is_refused(void **state)
{
	struct stamping s = {.tsa = cert("rsa/tsa"), .key = key("rsa/tsa")};
	struct pki_stamp out;

	(void)state;
	assert_int_equal(stamped(w.pki, stamp(&s), "other octets", AT, &out), ERR_SIG_DIGEST);
	s.md = EVP_sha1();
	assert_int_equal(stamped(w.pki, stamp(&s), DATA, AT, &out), ERR_SIG_ALGORITHM);
	s.md = NULL;
	s.signed_by = EVP_sha1(); /* */
	assert_int_equal(stamped(w.pki, stamp(&s), DATA, AT, &out), ERR_SIG_ALGORITHM);
	assert_int_equal(stamped(w.pki, stamp(&s), NULL, AT, &out), ERR_SIG_ALGORITHM);
	s.signed_by = NULL;
	s.policy = "1.2.398.3.3.2.7.1";
	assert_int_equal(stamped(w.pki, stamp(&s), DATA, AT, &out), ERR_PKI_CERTIFICATE);
	s.policy = NULL;
	s.time = "2026-06-02T12:05:01Z";
	assert_int_equal(stamped(w.pki, stamp(&s), DATA, AT, &out), ERR_SIG_TIMESTAMP);
	s.time = "2026-05-31T12:00:00Z"; /* a day before the authority was certified */
	assert_int_equal(stamped(w.pki, stamp(&s), DATA, AT, &out), ERR_PKI_NOT_YET_VALID);
	s.time = "2027-06-02T12:00:00Z";
	assert_int_equal(
	    stamped(w.pki, stamp(&s), DATA, "2027-06-03T12:00:00Z", &out), ERR_PKI_EXPIRED);
	assert_int_equal(stamped(w.pki, octets_of("no token"), DATA, AT, &out), ERR_SIG_STRUCTURE);
	X509_free(s.tsa);
	EVP_PKEY_free(s.key);
}

/* An authority of a CA that is not trusted, then of one that has revoked it. */
static void
a_time_stamping_authority_must_be_ours_and_not_revoked(void **state)
{
	static const struct forge_revoked revoked[] = {{"9", NULL, 1}};
	const char *trust = forge_folder(w.arena), *crls = forge_folder(w.arena);
	EVP_PKEY *ca_key = forge_rsa(2048), *tsa_key = forge_rsa(2048);
	X509 *ca = forge_cert(&(struct forge){.subject = "C=KZ/CN=CA",
				  .usage = "critical,keyCertSign,cRLSign",
				  .constraints = "critical,CA:TRUE"},
	    ca_key);
	struct stamping s = {.key = tsa_key};
	struct pki_stamp out;
	struct pki *p;

	(void)state;
	s.tsa = forge_cert(&(struct forge){.subject = "C=KZ/CN=TSA",
			       .serial = "9",
			       .usage = "critical,digitalSignature",
			       .extended = "critical,timeStamping",
			       .issuer = ca,
			       .issuer_key = ca_key},
	    tsa_key);
	assert_int_equal(stamped(w.pki, stamp(&s), DATA, AT, &out), ERR_PKI_UNKNOWN_ISSUER);
	forge_write_pem(trust, "ca.pem", ca);
	p = forge_pki(&(struct pki_options){.trust = trust});
	assert_int_equal(stamped(p, stamp(&s), DATA, AT, &out), ERR_OK);
	pki_close(p);
	forge_write(crls, "crl",
	    forge_crl(w.arena, &(struct forge_crl){.issuer = ca,
				   .key = ca_key,
				   .number = "1",
				   .revoked = revoked,
				   .n_revoked = 1}));
	p = forge_pki(&(struct pki_options){.trust = trust, .crl = crls});
	assert_int_equal(stamped(p, stamp(&s), DATA, AT, &out), ERR_PKI_REVOKED);
	pki_close(p);
}

/* Another process puts the list that revokes the authority on the shelf, and what was looked at
 * before is gone. */
static void
a_time_stamping_authority_is_revoked_while_we_run(void **state)
{
	static const struct forge_revoked revoked[] = {{"9", NULL, 1}};
	const char *trust = forge_folder(w.arena);
	EVP_PKEY *tsa_key = forge_rsa(2048);
	X509 *ca = forge_cert(&(struct forge){.subject = "C=KZ/CN=CA",
				  .usage = "critical,keyCertSign,cRLSign",
				  .constraints = "critical,CA:TRUE"},
	    tsa_key);
	struct stamping s = {.key = tsa_key};
	struct forge_crl crl = {.issuer = ca, .key = tsa_key, .number = "1"};
	struct pki_stamp out;
	struct err e = {0};
	int gate[2], status;
	char go;
	bool changed;

	(void)state;
	s.tsa = forge_cert(&(struct forge){.subject = "C=KZ/CN=TSA",
			       .serial = "9",
			       .usage = "critical,digitalSignature",
			       .extended = "critical,timeStamping",
			       .issuer = ca,
			       .issuer_key = tsa_key},
	    tsa_key);
	struct octets der = stamp(&s);
	forge_write_pem(trust, "ca.pem", ca);
	struct pki *p = forge_pki(&(struct pki_options){.trust = trust});
	const struct pki_place place = {arena_printf(w.arena, "%s/ca.pem", trust), false};
	assert_int_equal(pki_shelf_open(p, &place, 1, 4096, &e), 0);
	assert_int_equal(pki_shelf_put(p, 0, forge_crl(w.arena, &crl), PKI_PUT_NEW,
			     fixture_instant(AT), &changed, &e),
	    0);
	assert_int_equal(stamped(p, der, DATA, AT, &out), ERR_OK);
	assert_int_equal(pipe(gate), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		pki_shelf_look_only(p);
		close(gate[1]);
		_exit(read(gate[0], &go, 1) != 0 ||
		      stamped(p, der, DATA, AT, &out) != ERR_PKI_REVOKED);
	}
	crl.number = "2";
	crl.revoked = revoked;
	crl.n_revoked = 1;
	assert_int_equal(pki_shelf_put(p, 0, forge_crl(w.arena, &crl), PKI_PUT_NEW,
			     fixture_instant(AT), &changed, &e),
	    0);
	close(gate[0]);
	close(gate[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	pki_close(p);
}

/* A token that somebody signed who is certified for other things. */
static void
only_a_time_stamping_authority_stamps(void **state)
{
	struct stamping s = {.tsa = cert("rsa/tsa"), .key = key("rsa/tsa")};
	X509 *person = cert("rsa/person");
	EVP_PKEY *person_key = key("rsa/person");
	struct octets response = stamp(&s);
	const unsigned char *p = response.data;
	TS_RESP *r = d2i_TS_RESP(NULL, &p, (long)response.len);
	unsigned char *info = NULL, *der = NULL;
	int n = i2d_TS_TST_INFO(TS_RESP_get_tst_info(r), &info), len;
	BIO *content = BIO_new_mem_buf(info, n);
	CMS_ContentInfo *cms = CMS_sign(
	    person, person_key, NULL, NULL, CMS_PARTIAL | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP);
	struct pki_stamp out;

	(void)state;
	assert_non_null(cms);
	assert_int_equal(CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)), 1);
	assert_int_equal(CMS_final(cms, content, NULL, CMS_BINARY), 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_int_equal(
	    stamped(w.pki, (struct octets){der, (size_t)len}, DATA, AT, &out), ERR_PKI_USAGE);
	OPENSSL_free(der);
	OPENSSL_free(info);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	TS_RESP_free(r);
	X509_free(s.tsa);
	X509_free(person);
	EVP_PKEY_free(s.key);
	EVP_PKEY_free(person_key);
}

static void
the_ncas_time_stamp_gets_its_verdict(void **state)
{
	static const char *const files[] = {"tsp_response.bin", "tsp_token.bin"};
	const char *folder = fixture_shared(w.arena, "samples/nca");
	struct pki_stamp out;
	struct pki *p;

	(void)state;
	if (folder == NULL) {
		fixture_skipped(2, "samples/nca is not there");
		return;
	}
	p = forge_pki(&(struct pki_options){.trust = arena_printf(w.arena, "%s/ca-test", folder)});
	for (size_t i = 0; i < 2; i++) {
		struct octets der = fixture_file(
		    w.arena, arena_printf(w.arena, "%s/tsp-test/%s", folder, files[i]));
		assert_int_equal(stamped(p, der, NULL, "2022-09-18T13:21:00Z", &out), ERR_OK);
		assert_int_equal(out.time.seconds, fixture_instant("2022-09-18T13:20:14Z").seconds);
		assert_string_equal(out.policy, "1.2.398.3.3.2.6.1");
		assert_true(out.weak); /* the imprint is SHA-1 */
		assert_int_equal(out.imprint_len, 20);
		assert_int_equal(
		    stamped(p, der, DATA, "2022-09-18T13:21:00Z", &out), ERR_SIG_ALGORITHM);
		assert_int_equal(
		    stamped(p, der, NULL, "2022-09-18T13:00:00Z", &out), ERR_SIG_TIMESTAMP);
		assert_int_equal(stamped(w.pki, der, NULL, AT, &out), ERR_PKI_UNKNOWN_ISSUER);
		struct pki_stamp whole;
		assert_int_equal(stamped(p, der, NULL, "2022-09-18T13:21:00Z", &whole), ERR_OK);
		/* what is believed all the same says the same */
		for (size_t at = i; at < der.len; at += 11)
			if (stamped(p, spoilt(der, at), NULL, "2022-09-18T13:21:00Z", &out) ==
			    ERR_OK)
				assert_memory_equal(&out, &whole, sizeof(out));
	}
	pki_close(p);
}

/* --- signed files --------------------------------------------------------------- */

static enum err_code
sealed(struct pki *p, struct octets der, const struct octets *detached, const char *at,
    struct pki_sealed *out)
{
	struct err e = {0};
	int rc = pki_cms_judge(p, der, detached, fixture_instant(at), w.arena, out, &e);

	assert_int_equal(rc, e.code == ERR_OK ? 0 : -1);
	assert_int_equal(ERR_peek_error(), 0);
	if (rc != 0)
		assert_null(out->content.data);
	return e.code;
}

/* Signs DATA; GOST needs its signature algorithm named (kzgost-provider.md 1). */
static struct octets
seal(const char *signer, const char *second, unsigned flags, const EVP_MD *md)
{
	const char *names[] = {signer, second};
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY | flags);
	BIO *content = BIO_new_mem_buf(DATA, (int)strlen(DATA));
	unsigned char *der = NULL;
	int len;

	assert_non_null(cms);
	for (int i = 0; i < 2 && names[i] != NULL; i++) {
		X509 *x = cert(names[i]);
		EVP_PKEY *k = key(names[i]);
		CMS_SignerInfo *si = CMS_add1_signer(
		    cms, x, k, md, CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | flags);
		assert_non_null(si);
		if (strncmp(names[i], "gost/", 5) == 0) {
			X509_ALGOR *algorithm = NULL;
			CMS_SignerInfo_get0_algs(si, NULL, NULL, NULL, &algorithm);
			X509_ALGOR_set0(
			    algorithm, OBJ_txt2obj("1.2.398.3.10.1.1.2.3.2", 1), V_ASN1_NULL, NULL);
		}
		X509_free(x);
		EVP_PKEY_free(k);
	}
	assert_int_equal(CMS_final(cms, content, NULL, CMS_BINARY | flags), 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	struct octets out = {
	    (unsigned char *)arena_string(w.arena, (struct octets){der, (size_t)len}), (size_t)len};
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	return out;
}

/* Certificates, and nobody who signed. */
static struct octets
unsigned_file(void)
{
	PKCS7 *p7 = PKCS7_new();
	unsigned char *der = NULL;
	X509 *x = cert("rsa/person");
	int len;

	assert_int_equal(PKCS7_set_type(p7, NID_pkcs7_signed), 1);
	assert_int_equal(PKCS7_content_new(p7, NID_pkcs7_data), 1);
	assert_int_equal(PKCS7_set_detached(p7, 1), 1);
	assert_int_equal(PKCS7_add_certificate(p7, x), 1);
	len = i2d_PKCS7(p7, &der);
	assert_true(len > 0);
	struct octets out = {
	    (unsigned char *)arena_string(w.arena, (struct octets){der, (size_t)len}), (size_t)len};
	OPENSSL_free(der);
	PKCS7_free(p7);
	X509_free(x);
	return out;
}

static void
a_signed_file_holds(void **state)
{
	static const char *const signers[] = {"rsa/person", "gost/person"};
	const struct octets data = octets_of(DATA);
	struct pki_sealed out;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const EVP_MD *md = i == 0 ? EVP_sha256() : EVP_get_digestbyname(GOST_MD_2015);
		struct octets der = seal(signers[i], NULL, 0, md);
		assert_int_equal(sealed(w.pki, der, NULL, AT, &out), ERR_OK);
		assert_true(octets_is(out.content, DATA));
		assert_string_equal(out.signer.iin, "000101300019");
		assert_false(out.stamped || out.stamp_refused);
		assert_int_equal(sealed(w.pki, der, &data, AT, &out), ERR_SIG_STRUCTURE);
		der = seal(signers[i], NULL, CMS_DETACHED, md);
		assert_int_equal(sealed(w.pki, der, &data, AT, &out), ERR_OK);
		assert_true(octets_equal(out.content, data));
		assert_int_equal(sealed(w.pki, der, NULL, AT, &out), ERR_SIG_STRUCTURE);
		const struct octets other = octets_of("other octets");
		assert_int_equal(sealed(w.pki, der, &other, AT, &out), ERR_SIG_DIGEST);
	}
}

static void
a_file_signed_in_a_wrong_way_is_refused(void **state)
{
	struct pki_sealed out;

	(void)state;
	assert_int_equal(
	    sealed(w.pki, seal("rsa/person", NULL, CMS_NOATTR, EVP_sha256()), NULL, AT, &out),
	    ERR_SIG_STRUCTURE);
	assert_int_equal(
	    sealed(w.pki, seal("rsa/person", "rsa/person2", 0, EVP_sha256()), NULL, AT, &out),
	    ERR_SIG_STRUCTURE);
	const struct octets data = octets_of(DATA);
	assert_int_equal(sealed(w.pki, unsigned_file(), &data, AT, &out), ERR_SIG_MISSING);
	assert_int_equal(
	    sealed(w.pki, seal("rsa/person", NULL, CMS_NOCERTS, EVP_sha256()), NULL, AT, &out),
	    ERR_SIG_KEYINFO);
	assert_int_equal(sealed(w.pki, seal("rsa/person", NULL, 0, EVP_sha1()), NULL, AT, &out),
	    ERR_SIG_ALGORITHM);
	assert_int_equal(sealed(w.pki, octets_of("no file"), NULL, AT, &out), ERR_SIG_STRUCTURE);
	const struct octets huge = {data.data, PKI_CMS_OCTETS + 1},
			    more = {data.data, SIZE_MAX / 2};
	struct octets apart = seal("rsa/person", NULL, CMS_DETACHED, EVP_sha256());
	assert_int_equal(sealed(w.pki, apart, &huge, AT, &out), ERR_SIG_STRUCTURE);
	assert_int_equal(sealed(w.pki, apart, &more, AT, &out), ERR_SIG_STRUCTURE);
	assert_int_equal(
	    sealed(w.pki, (struct octets){NULL, 0}, NULL, AT, &out), ERR_SIG_STRUCTURE);
}

static void
a_file_of_a_wrong_signer_is_refused(void **state)
{
	static const struct {
		const char *signer;
		enum err_code code;
	} cases[] = {{"rsa/person-revoked", ERR_PKI_REVOKED},
	    {"rsa/person-expired", ERR_PKI_EXPIRED}, {"rsa/other-person", ERR_PKI_UNKNOWN_ISSUER},
	    {"rsa/tsa", ERR_PKI_USAGE}, {"gost/person-revoked", ERR_PKI_REVOKED}};
	struct pki_sealed out;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const EVP_MD *md =
		    cases[i].signer[0] == 'r' ? EVP_sha256() : EVP_get_digestbyname(GOST_MD_2015);
		assert_int_equal(sealed(w.pki, seal(cases[i].signer, NULL, 0, md), NULL, AT, &out),
		    cases[i].code);
	}
}

static void
a_changed_octet_spoils_a_signed_file(void **state)
{
	struct octets der = seal("rsa/person", NULL, 0, EVP_sha256());
	struct pki_sealed out;

	(void)state;
	/* whatever is believed all the same has the very content and signer */
	for (size_t i = 0; i < der.len; i++)
		if (sealed(w.pki, spoilt(der, i), NULL, AT, &out) == ERR_OK &&
		    (!octets_is(out.content, DATA) || strcmp(out.signer.iin, "000101300019") != 0))
			fail_msg("octet %zu of %zu", i, der.len);
}

static void
the_ncas_signed_files_get_their_verdicts(void **state)
{
	static const char *const names[] = {"individual", "legal_entity"};
	const char *folder = fixture_shared(w.arena, "samples/nca"), *both = forge_folder(w.arena);
	const char *at = "2026-07-21T00:00:00Z";
	struct pki_sealed out;
	struct pki *test, *all;

	(void)state;
	if (folder == NULL) {
		fixture_skipped(4, "samples/nca is not there");
		return;
	}
	test =
	    forge_pki(&(struct pki_options){.trust = arena_printf(w.arena, "%s/ca-test", folder)});
	forge_write(both, "a",
	    fixture_file(
		w.arena, arena_printf(w.arena, "%s/ca-test/root_test_gost_2022.cer", folder)));
	forge_write(both, "b",
	    fixture_file(
		w.arena, arena_printf(w.arena, "%s/ca-test/nca_gost2022_test.cer", folder)));
	forge_write(both, "c",
	    fixture_file(w.arena, arena_printf(w.arena, "%s/ca-prod/root_gost_2022.pem", folder)));
	forge_write(both, "d",
	    fixture_file(w.arena, arena_printf(w.arena, "%s/ca-prod/nca_gost_2022.pem", folder)));
	all = forge_pki(&(struct pki_options){.trust = both});
	for (size_t i = 0; i < 2; i++) {
		const char *base = arena_printf(w.arena, "%s/cms-test/%s", folder, names[i]);
		struct octets inside =
		    fixture_file(w.arena, arena_printf(w.arena, "%s_attached.der", base));
		struct octets apart =
		    fixture_file(w.arena, arena_printf(w.arena, "%s_detached.der", base));
		struct octets text =
		    fixture_file(w.arena, arena_printf(w.arena, "%s_document.txt", base));
		struct octets other = spoilt(text, 0);

		assert_int_equal(sealed(all, inside, NULL, at, &out), ERR_OK);
		assert_true(octets_equal(out.content, text));
		assert_string_equal(out.signer.iin, "123456789011");
		assert_string_equal(out.signer.bin, i == 0 ? "" : "123456789021");
		assert_true(out.stamped); /* by the production TSA, over Streebog */
		assert_string_equal(out.stamp.policy, "1.2.398.3.3.2.6.4");
		assert_int_equal(sealed(all, apart, &text, at, &out), ERR_OK);
		assert_true(out.stamped);
		assert_int_equal(sealed(all, apart, &other, at, &out), ERR_SIG_DIGEST);
		assert_int_equal(sealed(test, inside, NULL, at, &out), ERR_OK);
		assert_true(out.stamp_refused && !out.stamped); /* its CA is not trusted there */
		assert_int_equal(sealed(w.pki, inside, NULL, at, &out), ERR_PKI_UNKNOWN_ISSUER);
		assert_int_equal(
		    sealed(all, inside, NULL, "2030-01-01T00:00:00Z", &out), ERR_PKI_EXPIRED);
	}
	pki_close(all);
	pki_close(test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_time_stamp_of_our_own_authority_holds),
	    cmocka_unit_test(a_time_stamp_of_something_else_is_refused),
	    cmocka_unit_test(a_time_stamping_authority_must_be_ours_and_not_revoked),
	    cmocka_unit_test(a_time_stamping_authority_is_revoked_while_we_run),
	    cmocka_unit_test(only_a_time_stamping_authority_stamps),
	    cmocka_unit_test(the_ncas_time_stamp_gets_its_verdict),
	    cmocka_unit_test(a_signed_file_holds),
	    cmocka_unit_test(a_file_signed_in_a_wrong_way_is_refused),
	    cmocka_unit_test(a_file_of_a_wrong_signer_is_refused),
	    cmocka_unit_test(a_changed_octet_spoils_a_signed_file),
	    cmocka_unit_test(the_ncas_signed_files_get_their_verdicts),
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
