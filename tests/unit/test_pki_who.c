/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki: who a certificate is, partners by name and serial number, our own identity.
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
#include "pki/pki.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:00:00Z"
#define SIGN_USAGE "critical,digitalSignature,nonRepudiation"
/* the issuer, as RFC 4514 writes its values */
#define O "РМК «ОРТАЛЫҚ»\\, ЖШС"
#define CN_ "ҰЛТТЫҚ  КУӘЛАНДЫРУШЫ \\+ ОРТАЛЫҚ (GOST) "
#define CN CN_ "2022"
#define ISSUER "C=KZ,O=" O ",CN=" CN
#define SERIAL "560839106098436748529571239856102938475610293847"

static struct {
	struct arena *arena;
	EVP_PKEY *key, *ca_key;
	X509 *ca;
	struct pki *pki; /* trusts nobody */
} w;

static int
make_world(void **state)
{
	struct forge ca = {
	    .subject = "C=KZ/O=РМК «ОРТАЛЫҚ», ЖШС/CN=ҰЛТТЫҚ  КУӘЛАНДЫРУШЫ + ОРТАЛЫҚ (GOST) 2022",
	    .usage = "critical,keyCertSign",
	    .constraints = "critical,CA:TRUE"};
	struct err e = {0};

	(void)state;
	w.arena = arena_new();
	w.key = forge_key();
	w.ca_key = forge_key();
	w.ca = forge_cert(&ca, w.ca_key);
	return pki_open(&(struct pki_options){0}, NULL, NULL, &w.pki, &e);
}

static int
end_world(void **state)
{
	(void)state;
	pki_close(w.pki);
	forge_clean();
	arena_free(w.arena);
	return 0;
}

static X509 *
issued(const char *serial, const char *from, const char *until)
{
	struct forge f = {.subject = "C=KZ/CN=PARTNER",
	    .usage = SIGN_USAGE,
	    .serial = serial,
	    .from = from,
	    .until = until,
	    .issuer = w.ca,
	    .issuer_key = w.ca_key};

	return forge_cert(&f, w.key);
}

static struct pki_signer
described(const char *subject, const char *usage, const char *extended)
{
	struct forge f = {.subject = subject, .usage = usage, .extended = extended};
	X509 *x = forge_cert(&f, w.key);
	const struct pki_cert *c;
	struct pki_signer who;
	struct err e = {0};

	assert_int_equal(pki_decode(w.pki, forge_der(w.arena, x), &c, &e), 0);
	pki_describe(c, &who);
	return who;
}

static void
iin_and_bin_need_their_prefix_their_field_and_to_be_the_only_one(void **state)
{
	static const struct {
		const char *subject, *iin, *bin;
	} cases[] = {
	    {"C=KZ/CN=A/serialNumber=IIN000101300019", "000101300019", ""},
	    {"C=KZ/O=B/OU=BIN000140000012/serialNumber=IIN000101301805/CN=A", "000101301805",
		"000140000012"},
	    {"C=KZ/O=B/OU=DEPARTMENT/OU=BIN000140000012/CN=A", "", "000140000012"},
	    {"C=KZ/CN=A/serialNumber=000101300019", "", ""},
	    {"C=KZ/CN=A/serialNumber=IIN00010130001", "", ""},
	    {"C=KZ/CN=A/serialNumber=IIN0001013000190", "", ""},
	    {"C=KZ/CN=A/serialNumber=IIN00010130001a", "", ""},
	    {"C=KZ/CN=A/serialNumber= IIN000101300019", "", ""},
	    {"C=KZ/CN=A/serialNumber=iin000101300019", "", ""},
	    {"C=KZ/CN=A/serialNumber=BIN000140000012/OU=IIN000101300019", "", ""},
	    {"C=KZ/CN=IIN000101300019/O=BIN000140000012/emailAddress=IIN000101300019", "", ""},
	    {"C=KZ/CN=A/serialNumber=IIN000101300019/serialNumber=IIN000101300029", "", ""},
	    {"C=KZ/CN=A/serialNumber=IIN000101300019/serialNumber=IINx", "", ""},
	    {"C=KZ/CN=A/OU=BIN000140000012/OU=BIN000140000304", "", ""},
	    {"C=KZ/CN=A/serialNumber=IIN000101300019/serialNumber=0", "", ""},
	    {"C=KZ/CN=A/serialNumber=0/serialNumber=IIN000101300019", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_signer who = described(cases[i].subject, SIGN_USAGE, NULL);
		assert_string_equal(who.iin, cases[i].iin);
		assert_string_equal(who.bin, cases[i].bin);
	}
}

/* The IIN of a certificate whose serialNumber is written in this type of string. */
static struct pki_signer
written_as(int type, const void *text, int len)
{
	struct forge f = {.subject = "C=KZ/CN=A", .usage = SIGN_USAGE};
	X509 *x = forge_cert(&f, w.key);
	X509_NAME *name = X509_NAME_dup(X509_get_subject_name(x));
	X509_NAME_ENTRY *entry;
	const struct pki_cert *c;
	struct pki_signer who;
	struct err e = {0};

	entry = X509_NAME_ENTRY_create_by_NID(
	    NULL, NID_serialNumber, V_ASN1_UTF8STRING, (const unsigned char *)"x", 1);
	assert_int_equal(X509_NAME_ENTRY_set_data(entry, type, text, len), 1);
	assert_int_equal(X509_NAME_add_entry(name, entry, -1, 0), 1);
	assert_int_equal(X509_set_subject_name(x, name), 1);
	assert_true(X509_sign(x, w.key, EVP_sha256()) > 0);
	assert_int_equal(pki_decode(w.pki, forge_der(w.arena, x), &c, &e), 0);
	pki_describe(c, &who);
	X509_NAME_ENTRY_free(entry);
	X509_NAME_free(name);
	return who;
}

static void
a_number_is_written_in_utf8_or_printable_strings_only(void **state)
{
	static const char iin[] = "IIN000101300019";
	char wide[2 * sizeof(iin)] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(iin) - 1; i++)
		wide[2 * i + 1] = iin[i];
	assert_string_equal(written_as(V_ASN1_UTF8STRING, iin, 15).iin, "000101300019");
	assert_string_equal(written_as(V_ASN1_PRINTABLESTRING, iin, 15).iin, "000101300019");
	assert_string_equal(written_as(V_ASN1_T61STRING, iin, 15).iin, "");
	assert_string_equal(written_as(V_ASN1_IA5STRING, iin, 15).iin, "");
	assert_string_equal(written_as(V_ASN1_BMPSTRING, wide, 30).iin, "");
	assert_string_equal(written_as(V_ASN1_UTF8STRING, iin, 16).iin, "");
}

static void
roles_are_read_from_extended_key_usage(void **state)
{
	static const struct {
		const char *extended;
		unsigned roles;
	} cases[] = {
	    {NULL, 0},
	    {"emailProtection", 0},
	    {"emailProtection,1.2.398.3.3.4.1.1", PKI_ROLE_PERSON},
	    {"1.2.398.3.3.4.1.1.1", PKI_ROLE_SYSTEM},
	    {"1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.1", PKI_ROLE_LEGAL | PKI_ROLE_HEAD},
	    {"1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.2", PKI_ROLE_LEGAL | PKI_ROLE_SIGNRIGHT},
	    {"1.2.398.3.3.4.1.2.3,1.2.398.3.3.4.1.2.4", PKI_ROLE_FINANCE | PKI_ROLE_HR},
	    {"1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.5", PKI_ROLE_LEGAL | PKI_ROLE_EMPLOYEE},
	    {"1.2.398.3.3.4.1.2.6", PKI_ROLE_SYSTEM},
	    {"1.2.398.3.3.4.1.2.6.3", PKI_ROLE_SYSTEM},
	    {"1.2.398.3.3.4.1.2.60", 0},
	    {"1.2.398.3.3.4.1.2.1.1", 0},
	    {"1.2.398.3.17.3.2,1.2.398.3.17.3.3", PKI_ROLE_LEGAL | PKI_ROLE_HEAD},
	    {"1.2.398.3.17.3.1", PKI_ROLE_PERSON},
	    {"1.2.398.3.17.3.4,1.2.398.3.17.3.5", PKI_ROLE_SIGNRIGHT | PKI_ROLE_FINANCE},
	    {"1.2.398.3.17.3.6,1.2.398.3.17.3.7", PKI_ROLE_HR | PKI_ROLE_EMPLOYEE},
	    {"1.2.398.3.17.3.8", 0},
	    {"1.2.398.3.3.4.1.2,1.2.398.5.19.1.2.2.1", PKI_ROLE_LEGAL | PKI_ROLE_TREASURY},
	    {"1.2.398.3.2.3.1", PKI_ROLE_STATE},
	    {"1.2.398.3.2.3.2", PKI_ROLE_STATE},
	    {"1.2.398.3.2.3.3,1.2.398.3.2.3.4", PKI_ROLE_STATE},
	    {"1.2.398.3.2.3.5", 0},
	    {"1.2.398.3.2.3", 0},
	    {"1.2.398.3.3.4.2", PKI_ROLE_NCA},
	    {"1.2.398.3.3.4.2.3", PKI_ROLE_NCA},
	    {"1.2.398.3.3.4.3", 0},
	    {"1.2.398.3.3.4.3.1,1.2.398.3.3.4.1.1", PKI_ROLE_IN_PERSON | PKI_ROLE_PERSON},
	    {"1.2.398.3.3.4.3.2", PKI_ROLE_REMOTE},
	    {"1.2.398.3.3.4.3.2.1", PKI_ROLE_REMOTE},
	    {"1.2.398.3.3.4.3.2.2", PKI_ROLE_REMOTE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    described("C=KZ/CN=A", SIGN_USAGE, cases[i].extended).roles, cases[i].roles);
}

static void
an_authentication_only_certificate_cannot_sign(void **state)
{
	(void)state;
	assert_true(described("CN=A", SIGN_USAGE ",keyAgreement", "emailProtection").sign_capable);
	assert_true(described("CN=A", SIGN_USAGE, NULL).sign_capable);
	assert_true(described("CN=A", SIGN_USAGE, "clientAuth,emailProtection").sign_capable);
	assert_false(described("CN=A", "critical,digitalSignature,keyEncipherment", "clientAuth")
			 .sign_capable);
	assert_false(described("CN=A", SIGN_USAGE, "clientAuth").sign_capable);
	assert_false(described("CN=A", "critical,digitalSignature", NULL).sign_capable);
	assert_false(described("CN=A", "critical,nonRepudiation", NULL).sign_capable);
	assert_false(described("CN=A", NULL, NULL).sign_capable);
}

static struct pki *
opened_partners(const char *partners)
{
	struct err e = {0};
	struct pki *p;

	if (pki_open(&(struct pki_options){.partners = partners}, NULL, NULL, &p, &e) != 0)
		fail_msg("%s", e.detail);
	return p;
}

static bool
finds(struct pki *p, const char *issuer, const char *serial, const struct pki_cert **out)
{
	struct err e = {0};
	int rc = pki_find_partner(p, issuer, serial, fixture_instant(AT), out, &e);

	assert_true(rc == 0 ? *out != NULL : *out == NULL && e.code == ERR_PKI_UNKNOWN_SIGNER);
	assert_int_equal(ERR_peek_error(), 0);
	return rc == 0;
}

static void
a_partner_is_found_by_any_way_to_write_its_issuer(void **state)
{
	static const char *const same[] = {
	    (ISSUER),
	    ("CN=" CN ",O=" O ",C=KZ"),
	    (" cn = \"ҰЛТТЫҚ  КУӘЛАНДЫРУШЫ + ОРТАЛЫҚ (GOST) 2022\" "
	     ", o=\"РМК «ОРТАЛЫҚ», ЖШС\" ; c=KZ "),
	    ("2.5.4.6=KZ, OID.2.5.4.10=РМК «ОРТАЛЫҚ»\\2C ЖШС, CN=" CN),
	    ("C=KZ,O=" O ",CN=\\D2\\B0ЛТТЫҚ  КУӘЛАНДЫРУШЫ \\+ ОРТАЛЫҚ (GOST) 2022"),
	    ("2.5.4.6=#13024b5a,O=" O ",CN=" CN),
	    ("2.5.4.6=#0c024b5a,O=" O ",CN=" CN),
	    ("c=kz,O=" O ",CN=" CN),
	    ("C=KZ,\n   O=" O ",\n\tCN=ҰЛТТЫҚ КУӘЛАНДЫРУШЫ \\+\n ОРТАЛЫҚ (gost) 2022"),
	};
	static const char *const other[] = {
	    "",
	    "C=KZ",
	    ("C=KZ,O=" O),
	    ("C=KZ,O=" O ",CN=" CN_ "2020"),
	    ("C=KZ,OU=" O ",CN=" CN),
	    ("C=KZ," ISSUER),
	    ("C=KZ,C=KZ,CN=" CN),
	    ("C=KZ+O=" O ",CN=" CN),
	    ("C=KZ,O=РМК «ОРТАЛЫҚ», ЖШС,CN=" CN),
	    ("C=KZ,O=" O ",CN=ҰЛТТЫҚ  КУӘЛАНДЫРУШЫ + ОРТАЛЫҚ (GOST) 2022"),
	};
	const char *partners = forge_folder(w.arena);
	X509 *x = issued(SERIAL, NULL, NULL);
	const struct pki_cert *c;

	(void)state;
	forge_write_pem(partners, "partner.pem", x);
	forge_write_pem(partners, "its-ca.pem", w.ca);
	struct pki *p = opened_partners(partners);
	assert_int_equal(pki_census(p).partners, 1);
	assert_int_equal(pki_census(p).anchors, 0);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!finds(p, same[i], SERIAL, &c))
			fail_msg("not found by %s", same[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (finds(p, other[i], SERIAL, &c))
			fail_msg("found by %s", other[i]);
	pki_close(p);
}

/* A certificate whose issuer has one RDN of three attributes, and types of string of all kinds. */
static X509 *
issued_by_many(const char *serial)
{
	static const struct {
		const char *attribute, *value;
		int type, set;
	} entries[] = {
	    {"C", "KZ", V_ASN1_PRINTABLESTRING, 0},
	    {"DC", "gov", V_ASN1_IA5STRING, 0},
	    {"O", "A B", V_ASN1_T61STRING, 0},
	    {"CN", "CENTRE", V_ASN1_PRINTABLESTRING, 0},
	    {"serialNumber", "BIN000140000012", V_ASN1_PRINTABLESTRING, -1},
	    {"emailAddress", "ca@example.kz", V_ASN1_IA5STRING, -1},
	};
	X509_NAME *name = X509_NAME_new();
	X509 *ca = X509_dup(w.ca);
	struct forge f = {.subject = "C=KZ/CN=PARTNER",
	    .usage = SIGN_USAGE,
	    .serial = serial,
	    .issuer = ca,
	    .issuer_key = w.ca_key};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		assert_int_equal(
		    X509_NAME_add_entry_by_txt(name, entries[i].attribute, entries[i].type,
			(const unsigned char *)entries[i].value, -1, -1, entries[i].set),
		    1);
	assert_int_equal(X509_set_subject_name(ca, name), 1);
	X509 *x = forge_cert(&f, w.key);
	X509_NAME_free(name);
	X509_free(ca);
	return x;
}

static void
an_issuer_with_an_rdn_of_several_attributes_is_found_by_all_of_them_together(void **state)
{
	static const char *const same[] = {
	    "C=KZ,DC=gov,O=A B,CN=CENTRE+SERIALNUMBER=BIN000140000012+EMAILADDRESS=ca@example.kz",
	    "E=ca@example.kz+2.5.4.5=BIN000140000012+CN=CENTRE,O=a  b,DC=GOV,C=KZ",
	    ("OID.2.5.4.3=Centre + oid.1.2.840.113549.1.9.1=#160d6361406578616d706c652e6b7a + "
	     "SerialNumber=bin000140000012; O=\"A B\"; DC=gov; C=KZ"),
	};
	static const char *const other[] = {
	    "C=KZ,DC=gov,O=A B,CN=CENTRE,SERIALNUMBER=BIN000140000012,E=ca@example.kz",
	    "C=KZ,DC=gov,O=A B+CN=CENTRE,SERIALNUMBER=BIN000140000012+E=ca@example.kz",
	    "C=KZ,DC=gov,O=A B,CN=CENTRE+SERIALNUMBER=BIN000140000012",
	    "C=KZ,DC=gov,O=A C,CN=CENTRE+SERIALNUMBER=BIN000140000012+E=ca@example.kz",
	    "C=KZ,DC=gov,O=AB,CN=CENTRE+SERIALNUMBER=BIN000140000012+E=ca@example.kz",
	    "C=KZ,DC=gov,O=A B,CN=CENTRE+SERIALNUMBER=BIN000140000012+CN=ca@example.kz",
	};
	const char *partners = forge_folder(w.arena);
	X509 *x = issued_by_many("7");
	const struct pki_cert *c;

	(void)state;
	forge_write_pem(partners, "partner.pem", x);
	struct pki *p = opened_partners(partners);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!finds(p, same[i], "7", &c))
			fail_msg("not found by %s", same[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (finds(p, other[i], "7", &c))
			fail_msg("found by %s", other[i]);
	pki_close(p);
}

/* The old certificate of a partner and the new one side by side: each is found by its own number at
 * any time, and judged by its own validity. */
static void
old_and_new_certificates_overlap(void **state)
{
	static const struct {
		const char *serial, *at;
		enum err_code verdict;
	} cases[] = {
	    {"7", "2026-01-15T00:00:00Z", ERR_OK},
	    {"8", "2026-01-15T00:00:00Z", ERR_PKI_NOT_YET_VALID},
	    {"7", "2026-02-15T00:00:00Z", ERR_OK},
	    {"8", "2026-02-15T00:00:00Z", ERR_OK},
	    {"7", "2026-03-15T00:00:00Z", ERR_PKI_EXPIRED},
	    {"8", "2026-03-15T00:00:00Z", ERR_OK},
	};
	const char *partners = forge_folder(w.arena);
	X509 *old = issued("7", "2024-01-01T00:00:00Z", "2026-03-01T00:00:00Z");
	X509 *new = issued("8", "2026-02-01T00:00:00Z", "2028-01-01T00:00:00Z");

	(void)state;
	forge_write_pem(partners, "partner.pem", old);
	forge_write_pem(partners, "partner-2026.pem", new);
	struct pki *p = opened_partners(partners);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct instant at = fixture_instant(cases[i].at);
		const struct pki_cert *c;
		struct pki_signer who;
		struct err e = {0};

		assert_int_equal(pki_find_partner(p, ISSUER, cases[i].serial, at, &c, &e), 0);
		(void)!pki_judge(p, c, at, &who, &e);
		assert_int_equal(e.code, cases[i].verdict);
	}
	pki_close(p);
}

static void
of_two_valid_partners_with_one_name_the_newer_one_is_taken(void **state)
{
	X509 *old = issued("7", "2024-01-01T00:00:00Z", "2027-03-01T00:00:00Z");
	X509 *new = issued("7", "2026-02-01T00:00:00Z", "2028-01-01T00:00:00Z");

	(void)state;
	for (int order = 0; order < 2; order++) {
		const char *partners = forge_folder(w.arena);
		const struct pki_cert *c;

		forge_write_pem(partners, order == 0 ? "a.pem" : "b.pem", old);
		forge_write_pem(partners, order == 0 ? "b.pem" : "a.pem", new);
		struct pki *p = opened_partners(partners);
		assert_true(finds(p, ISSUER, "7", &c));
		assert_true(octets_equal(pki_der(c), forge_der(w.arena, new)));
		pki_close(p);
	}
}

static void
a_malformed_issuer_names_nobody(void **state)
{
	static const char *const bad[] = {"CN", "=x", "CN=x\\", "CN=\"x", "CN=\"x\"y", "CN=#0",
	    "CN=#", "CN=#1302", "CN=#0201054", "CN=a\"b", "CN=\\zz", "CN=x,", "CN=x,,C=KZ",
	    "NOBODY=x", "CN=\\00", "1.2.x=y", "C=KZ,CN=#04024b5a"};
	const char *partners = forge_folder(w.arena);
	char *longest = arena_alloc(w.arena, 20001);
	X509 *x = issued("7", NULL, NULL);
	const struct pki_cert *c;

	(void)state;
	forge_write_pem(partners, "partner.pem", x);
	struct pki *p = opened_partners(partners);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(finds(p, bad[i], "7", &c));
	memset(longest, 'x', 20000);
	memcpy(longest, "CN=", 3);
	assert_false(finds(p, longest, "7", &c));
	for (size_t i = 0; i < 20000; i += 5)
		memcpy(longest + i, "CN=x,", 5);
	assert_false(finds(p, longest, "7", &c));
	pki_close(p);
}

static void
a_serial_number_is_a_big_decimal(void **state)
{
	static const char *const bad[] = {"", " ", "-7", "0x07", "7a", "7 7", "8", "70",
	    "70000000000000000000000000000000000000000000000000000000000000000000000"};
	const char *partners = forge_folder(w.arena);
	X509 *big = issued(SERIAL, NULL, NULL), *small = issued("7", NULL, NULL);
	const struct pki_cert *c;
	struct pki_signer who;

	(void)state;
	forge_write_pem(partners, "big.pem", big);
	forge_write_pem(partners, "small.pem", small);
	struct pki *p = opened_partners(partners);
	assert_true(finds(p, ISSUER, " " SERIAL "\n", &c));
	pki_describe(c, &who);
	assert_string_equal(who.serial, SERIAL);
	assert_true(finds(p, ISSUER, "007", &c));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(finds(p, ISSUER, bad[i], &c));
	pki_close(p);
}

static void
of_two_partners_with_one_name_the_valid_one_is_taken(void **state)
{
	const char *partners = forge_folder(w.arena);
	X509 *old = issued("7", "2024-01-01T00:00:00Z", "2026-03-01T00:00:00Z");
	X509 *new = issued("7", "2026-02-01T00:00:00Z", "2028-01-01T00:00:00Z");
	static const struct {
		const char *at;
		enum err_code verdict;
	} cases[] = {
	    {"2023-06-01T00:00:00Z", ERR_PKI_NOT_YET_VALID},
	    {"2025-06-01T00:00:00Z", ERR_OK},
	    {"2026-02-15T00:00:00Z", ERR_OK},
	    {AT, ERR_OK},
	    {"2028-06-01T00:00:00Z", ERR_PKI_EXPIRED},
	};

	(void)state;
	forge_write_pem(partners, "a-new.pem", new);
	forge_write_pem(partners, "b-old.pem", old);
	struct pki *p = opened_partners(partners);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct instant at = fixture_instant(cases[i].at);
		const struct pki_cert *c;
		struct pki_signer who;
		struct err e = {0};

		assert_int_equal(pki_find_partner(p, ISSUER, "7", at, &c, &e), 0);
		(void)!pki_judge(p, c, at, &who, &e);
		assert_int_equal(e.code, cases[i].verdict);
	}
	pki_close(p);
}

static void
a_pin_replaces_the_path_not_validity_nor_usage(void **state)
{
	static const struct {
		const char *usage, *at;
		enum err_code verdict;
	} cases[] = {
	    {SIGN_USAGE, AT, ERR_OK},
	    {SIGN_USAGE, "2027-06-01T00:00:00Z", ERR_PKI_EXPIRED},
	    {SIGN_USAGE, "2025-06-01T00:00:00Z", ERR_PKI_NOT_YET_VALID},
	    {"critical,keyEncipherment", AT, ERR_PKI_USAGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forge f = {.subject = "CN=A",
		    .usage = cases[i].usage,
		    .issuer = w.ca,
		    .issuer_key = w.ca_key};
		X509 *x = forge_cert(&f, w.key);
		const char *partners = forge_folder(w.arena);
		const struct pki_cert *c;
		struct pki_signer who;
		struct err e = {0};

		forge_write(partners, "a.cer", forge_der(w.arena, x));
		struct pki *p = opened_partners(partners);
		assert_int_equal(pki_decode(p, forge_der(w.arena, x), &c, &e), 0);
		(void)!pki_judge(p, c, fixture_instant(cases[i].at), &who, &e);
		assert_int_equal(e.code, cases[i].verdict);
		assert_int_equal(who.pinned, e.code == ERR_OK);
		pki_close(p);
	}
}

static void
a_pin_means_the_same_octets_not_the_same_name_and_key(void **state)
{
	const char *partners = forge_folder(w.arena);
	X509 *x = issued("7", NULL, NULL), *twin = issued("7", NULL, "2027-02-01T00:00:00Z");
	const struct pki_cert *c;
	struct pki_signer who;
	struct err e = {0};

	(void)state;
	forge_write_pem(partners, "a.pem", x);
	forge_write_pem(partners, "its-ca.pem", w.ca); /* must not make an anchor */
	struct pki *p = opened_partners(partners);
	assert_int_equal(pki_decode(p, forge_der(w.arena, twin), &c, &e), 0);
	assert_int_equal(pki_judge(p, c, fixture_instant(AT), &who, &e), -1);
	assert_int_equal(e.code, ERR_PKI_UNKNOWN_ISSUER);
	pki_close(p);
}

static void
a_ca_among_the_partners_is_refused_as_signer(void **state)
{
	const char *partners = forge_folder(w.arena);
	const struct pki_cert *c;
	struct pki_signer who;
	struct err e = {0};

	(void)state;
	forge_write_pem(partners, "ca.pem", w.ca);
	struct pki *p = opened_partners(partners);
	assert_int_equal(pki_decode(p, forge_der(w.arena, w.ca), &c, &e), 0);
	assert_int_equal(pki_judge(p, c, fixture_instant(AT), &who, &e), -1);
	assert_int_equal(e.code, ERR_PKI_USAGE);
	pki_close(p);
	/* named one by one it is a mistake */
	const char *file = arena_printf(w.arena, "%s/ca.pem", partners), *pinned[] = {file, NULL};
	err_clear(&e);
	assert_int_equal(pki_open(&(struct pki_options){.pinned = pinned}, NULL, NULL, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static int
load(const char *folder, const char *certificate, const char *key, const char *password,
    struct pki_identity **id)
{
	const char *a = arena_printf(w.arena, "%s/%s", folder, certificate);
	const char *b = key != NULL ? arena_printf(w.arena, "%s/%s", folder, key) : NULL;
	struct err e = {0};
	int rc = pki_identity_load(a, b, password, id, &e);

	assert_true(rc == 0 ? *id != NULL : *id == NULL && e.code == ERR_CONFIG);
	assert_true(rc == 0 || strstr(e.detail, folder) != NULL);
	assert_int_equal(ERR_peek_error(), 0);
	return rc;
}

static void
an_identity_is_read_from_pem_or_pkcs12(void **state)
{
	static const struct {
		const char *certificate, *key, *password;
	} forms[] = {
	    {"cert.pem", "plain.pem", NULL},
	    {"cert.der", "plain.pem", "not needed"},
	    {"cert.pem", "locked.pem", "Secret1"},
	    {"both.p12", NULL, "Secret1"},
	};
	const char *folder = forge_folder(w.arena);
	X509 *x = issued("7", NULL, NULL);
	struct pki_identity *id;

	(void)state;
	forge_write_pem(folder, "cert.pem", x);
	forge_write(folder, "cert.der", forge_der(w.arena, x));
	forge_write_key(folder, "plain.pem", w.key, NULL);
	forge_write_key(folder, "locked.pem", w.key, "Secret1");
	forge_write_p12(folder, "both.p12", w.key, x, "Secret1");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		assert_int_equal(
		    load(folder, forms[i].certificate, forms[i].key, forms[i].password, &id), 0);
		assert_int_equal(EVP_PKEY_eq(pki_identity_key(id), w.key), 1);
		assert_true(
		    octets_equal(pki_der(pki_identity_certificate(id)), forge_der(w.arena, x)));
		pki_identity_free(id);
	}
}

static void
an_identity_that_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *certificate, *key, *password;
	} forms[] = {
	    {"cert.pem", "other.pem", NULL},
	    {"cert.pem", "locked.pem", "wrong"},
	    {"cert.pem", "locked.pem", ""},
	    {"cert.pem", "locked.pem", NULL},
	    {"cert.pem", "cert.pem", NULL},
	    {"cert.pem", "missing.pem", NULL},
	    {"plain.pem", "plain.pem", NULL},
	    {"empty", "plain.pem", NULL},
	    {"both.p12", NULL, "wrong"},
	    {"both.p12", NULL, NULL},
	    {"cert.pem", NULL, "Secret1"},
	    {"empty", NULL, "Secret1"},
	};
	const char *folder = forge_folder(w.arena);
	X509 *x = issued("7", NULL, NULL);
	struct pki_identity *id;

	(void)state;
	forge_write_pem(folder, "cert.pem", x);
	forge_write_key(folder, "plain.pem", w.key, NULL);
	forge_write_key(folder, "other.pem", w.ca_key, NULL);
	forge_write_key(folder, "locked.pem", w.key, "Secret1");
	forge_write_p12(folder, "both.p12", w.key, x, "Secret1");
	forge_write(folder, "empty", octets_of(""));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (load(folder, forms[i].certificate, forms[i].key, forms[i].password, &id) == 0)
			fail_msg("accepted: case %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(iin_and_bin_need_their_prefix_their_field_and_to_be_the_only_one),
	    cmocka_unit_test(a_number_is_written_in_utf8_or_printable_strings_only),
	    cmocka_unit_test(roles_are_read_from_extended_key_usage),
	    cmocka_unit_test(an_authentication_only_certificate_cannot_sign),
	    cmocka_unit_test(a_partner_is_found_by_any_way_to_write_its_issuer),
	    cmocka_unit_test(
		an_issuer_with_an_rdn_of_several_attributes_is_found_by_all_of_them_together),
	    cmocka_unit_test(old_and_new_certificates_overlap),
	    cmocka_unit_test(of_two_valid_partners_with_one_name_the_newer_one_is_taken),
	    cmocka_unit_test(a_malformed_issuer_names_nobody),
	    cmocka_unit_test(a_serial_number_is_a_big_decimal),
	    cmocka_unit_test(of_two_partners_with_one_name_the_valid_one_is_taken),
	    cmocka_unit_test(a_pin_replaces_the_path_not_validity_nor_usage),
	    cmocka_unit_test(a_pin_means_the_same_octets_not_the_same_name_and_key),
	    cmocka_unit_test(a_ca_among_the_partners_is_refused_as_signer),
	    cmocka_unit_test(an_identity_is_read_from_pem_or_pkcs12),
	    cmocka_unit_test(an_identity_that_does_not_fit_is_refused),
	};
	struct err e = {0};

	if (clock_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, make_world, end_world);
}
