/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See pki_forge.h. What it makes follows the profile of nca.md 5 unless a test asks for something
 * bad.
 */
#include "config.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "fixture.h"
#include "pki_forge.h"

static char *folders[64];
static size_t n_folders;
static EVP_PKEY **keys;
static size_t n_keys;
static X509 **certs;
static size_t n_certs;

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "forge: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(99);
}

static EVP_PKEY *
kept(EVP_PKEY *key)
{
	need(key != NULL, "key");
	keys = reallocarray(keys, n_keys + 1, sizeof(EVP_PKEY *));
	need(keys != NULL, "memory");
	return keys[n_keys++] = key;
}

EVP_PKEY *
forge_curve(const char *name)
{
	return kept(EVP_EC_gen(name));
}

EVP_PKEY *
forge_key(void)
{
	return forge_curve("P-256");
}

EVP_PKEY *
forge_rsa(unsigned bits)
{
	return kept(EVP_RSA_gen(bits));
}

EVP_PKEY *
forge_gost(const char *kind)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	EVP_PKEY *key = NULL;

	need(c != NULL && EVP_PKEY_keygen_init(c) == 1 && EVP_PKEY_generate(c, &key) == 1, kind);
	EVP_PKEY_CTX_free(c);
	return kept(key);
}

static void
set_name(X509_NAME *name, const char *text)
{
	char copy[512], *rest = copy;

	need(strlen(text) < sizeof(copy), "name too long");
	strcpy(copy, text);
	for (char *part; (part = strsep(&rest, "/")) != NULL;) {
		char *value = strchr(part, '=');
		need(value != NULL, part);
		*value++ = '\0';
		need(X509_NAME_add_entry_by_txt(
			 name, part, MBSTRING_UTF8, (unsigned char *)value, -1, -1, 0) == 1,
		    part);
	}
}

static ASN1_INTEGER *
integer(const char *decimal)
{
	BIGNUM *n = NULL;
	ASN1_INTEGER *i;

	need(BN_dec2bn(&n, decimal) > 0, decimal);
	i = BN_to_ASN1_INTEGER(n, NULL);
	need(i != NULL, "INTEGER");
	BN_free(n);
	return i;
}

static ASN1_TIME *
moment(const char *text, const char *otherwise)
{
	ASN1_TIME *t =
	    ASN1_TIME_set(NULL, fixture_instant(text != NULL ? text : otherwise).seconds);

	need(t != NULL, "time");
	return t;
}

static void
extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	CONF *empty;

	if (value == NULL)
		return;
	empty = NCONF_new(NULL); /* policies are not read without one */
	need(empty != NULL, "configuration");
	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	X509V3_set_nconf(&context, empty);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	need(extension != NULL && X509_add_ext(x, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
	NCONF_free(empty);
}

X509_EXTENSION *
forge_unknown(const char *oid)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *null = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	need(null != NULL && ASN1_OCTET_STRING_set(null, (const unsigned char *)"\x05", 2) == 1,
	    oid);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 1, null);
	need(extension != NULL, oid);
	ASN1_OCTET_STRING_free(null);
	ASN1_OBJECT_free(object);
	return extension;
}

static void
extend_critical(X509 *x, const char *oid)
{
	X509_EXTENSION *extension = forge_unknown(oid);

	need(X509_add_ext(x, extension, -1) == 1, oid);
	X509_EXTENSION_free(extension);
}

static const EVP_MD *
digest(const char *name)
{
	if (name == NULL)
		return EVP_sha256();
	return name[0] == '\0' ? NULL : EVP_get_digestbyname(name);
}

X509 *
forge_cert(const struct forge *f, EVP_PKEY *key)
{
	X509 *x = X509_new(), *issuer = f->issuer != NULL ? f->issuer : x;
	ASN1_INTEGER *serial = integer(f->serial != NULL ? f->serial : "1");
	ASN1_TIME *from = moment(f->from, "2026-01-01T00:00:00Z");
	ASN1_TIME *until = moment(f->until, "2027-01-01T00:00:00Z");

	need(x != NULL && X509_set_version(x, X509_VERSION_3) && X509_set_serialNumber(x, serial),
	    "cert");
	need(X509_set1_notBefore(x, from) && X509_set1_notAfter(x, until), "validity");
	set_name(X509_get_subject_name(x), f->subject);
	need(X509_set_issuer_name(x, X509_get_subject_name(issuer)) && X509_set_pubkey(x, key),
	    "issuer");
	extend(x, issuer, NID_basic_constraints, f->constraints);
	extend(x, issuer, NID_key_usage, f->usage);
	extend(x, issuer, NID_ext_key_usage, f->extended);
	extend(x, issuer, NID_certificate_policies, f->policies);
	extend(x, issuer, NID_subject_key_identifier, "hash");
	extend(x, issuer, NID_authority_key_identifier, "keyid:always");
	if (f->critical != NULL)
		extend_critical(x, f->critical);
	need(X509_sign(x, f->issuer_key != NULL ? f->issuer_key : key, digest(f->md)) > 0,
	    "signature");
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	certs = reallocarray(certs, n_certs + 1, sizeof(X509 *));
	need(certs != NULL, "memory");
	return certs[n_certs++] = x;
}

static void
add_revoked(X509_CRL *crl, const struct forge_revoked *r)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = integer(r->serial);
	ASN1_TIME *date = moment(r->date, "2026-02-01T00:00:00Z");
	ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

	need(X509_REVOKED_set_serialNumber(entry, serial) &&
		 X509_REVOKED_set_revocationDate(entry, date),
	    "entry");
	if (r->reason > 0)
		need(ASN1_ENUMERATED_set(reason, r->reason) &&
			 X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1,
		    "reason");
	need(X509_CRL_add0_revoked(crl, entry), "entry");
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(date);
	ASN1_ENUMERATED_free(reason);
}

static void
add_number(X509_CRL *crl, int nid, const char *decimal, int critical)
{
	ASN1_INTEGER *number;

	if (decimal == NULL)
		return;
	number = integer(decimal);
	need(X509_CRL_add1_ext_i2d(crl, nid, number, critical, 0) == 1, "number");
	ASN1_INTEGER_free(number);
}

static void
extend_crl(X509_CRL *crl, X509 *signer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, signer, NULL, NULL, crl, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	need(extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

struct octets
forge_crl(struct arena *a, const struct forge_crl *f)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = moment(f->from, "2026-06-01T00:00:00Z");
	ASN1_TIME *until = moment(f->until, "2026-06-08T00:00:00Z");
	unsigned char *der, *end;
	int len;

	need(crl != NULL && X509_CRL_set_version(crl, X509_CRL_VERSION_2), "CRL");
	need(X509_CRL_set_issuer_name(crl, X509_get_subject_name(f->issuer)), "CRL issuer");
	need(X509_CRL_set1_lastUpdate(crl, from) && X509_CRL_set1_nextUpdate(crl, until),
	    "CRL times");
	for (size_t i = 0; i < f->n_revoked; i++)
		add_revoked(crl, &f->revoked[i]);
	add_number(crl, NID_crl_number, f->number, 0);
	add_number(crl, NID_delta_crl, f->base, 1);
	extend_crl(crl, NULL, NID_issuing_distribution_point, f->scope);
	extend_crl(crl, f->signer, NID_authority_key_identifier,
	    f->signer != NULL ? "keyid:always" : NULL);
	need(X509_CRL_sign(crl, f->key, f->md != NULL ? f->md : EVP_sha256()) > 0, "CRL signature");
	len = i2d_X509_CRL(crl, NULL);
	need(len > 0, "CRL");
	end = der = arena_alloc(a, (size_t)len);
	need(der != NULL && i2d_X509_CRL(crl, &end) == len, "CRL");
	X509_CRL_free(crl);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return (struct octets){der, (size_t)len};
}

struct octets
forge_der(struct arena *a, const X509 *x)
{
	int len = i2d_X509(x, NULL);
	unsigned char *der, *end;

	need(len > 0, "DER");
	end = der = arena_alloc(a, (size_t)len);
	need(der != NULL && i2d_X509(x, &end) == len, "DER");
	return (struct octets){der, (size_t)len};
}

struct pki *
forge_pki(const struct pki_options *options)
{
	struct err e = {0};
	struct pki *p;

	need(pki_open(options, NULL, NULL, &p, &e) == 0, e.detail);
	need(ERR_peek_error() == 0, "errors that pki_open() left behind");
	return p;
}

const char *
forge_folder(struct arena *a)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = arena_printf(a, "%s/test-pki-XXXXXX", tmp != NULL ? tmp : "/tmp");

	need(folder != NULL && mkdtemp(folder) != NULL, "folder");
	need(n_folders < sizeof(folders) / sizeof(folders[0]), "folders");
	folders[n_folders++] = strdup(folder);
	return folder;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

void
forge_clean(void)
{
	while (n_keys > 0)
		EVP_PKEY_free(keys[--n_keys]);
	while (n_certs > 0)
		X509_free(certs[--n_certs]);
	free(keys);
	free(certs);
	keys = NULL;
	certs = NULL;
	while (n_folders > 0) {
		nftw(folders[--n_folders], remove_one, 8, FTW_DEPTH | FTW_PHYS);
		free(folders[n_folders]);
	}
}

static FILE *
create(const char *folder, const char *file)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "wb");
	need(f != NULL, path);
	return f;
}

void
forge_write(const char *folder, const char *file, struct octets octets)
{
	FILE *f = create(folder, file);

	need(fwrite(octets.data, 1, octets.len, f) == octets.len && fclose(f) == 0, file);
}

void
forge_write_pem(const char *folder, const char *file, const X509 *x)
{
	FILE *f = create(folder, file);

	need(PEM_write_X509(f, x) == 1 && fclose(f) == 0, file);
}

void
forge_write_key(const char *folder, const char *file, EVP_PKEY *key, const char *password)
{
	FILE *f = create(folder, file);

	need(PEM_write_PKCS8PrivateKey(f, key, password != NULL ? EVP_aes_256_cbc() : NULL,
		 password, password != NULL ? (int)strlen(password) : 0, NULL, NULL) == 1 &&
		 fclose(f) == 0,
	    file);
}

void
forge_write_p12(const char *folder, const char *file, EVP_PKEY *key, X509 *x, const char *password)
{
	FILE *f = create(folder, file);
	PKCS12 *p12 = PKCS12_create(password, "test", key, x, NULL, 0, 0, 0, 0, 0);

	need(p12 != NULL && i2d_PKCS12_fp(f, p12) == 1 && fclose(f) == 0, file);
	PKCS12_free(p12);
}
