/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Certificates and CRLs made for one test run, good and bad ones, with keys that are never kept.
 *
 * Any failure ends the program. Keys, certificates and folders are the forge's own until
 * forge_clean().
 */
#ifndef TESTS_UNIT_PKI_FORGE_H
#define TESTS_UNIT_PKI_FORGE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/octets.h"
#include "pki/pki.h"

struct forge {
	const char *subject;	  /* "C=KZ/CN=NAME/serialNumber=IIN..." in this order */
	const char *serial;	  /* decimal */
	const char *from, *until; /* dateTime; NULL = 2026-01-01 and 2027-01-01 */
	const char *usage, *extended,
	    *constraints;     /* OpenSSL's configuration syntax; NULL = none */
	const char *policies; /* certificatePolicies in the same syntax, or NULL */
	const char *critical; /* OID of an unknown critical extension, or NULL */
	const char *md;	      /* digest of the signature, NULL = SHA256, "" = the key's own */
	X509 *issuer;	      /* NULL = self-signed */
	EVP_PKEY *issuer_key;
};

struct forge_revoked {
	const char *serial, *date;
	int reason;
};

struct forge_crl {
	X509 *issuer;
	EVP_PKEY *key;
	X509 *signer; /* whose key identifier it names; NULL = none */
	const char *from, *until;
	const char *number, *base; /* decimal; base = a delta; NULL = none */
	const char *scope;	   /* issuingDistributionPoint, or NULL */
	const EVP_MD *md;	   /* NULL = SHA-256 */
	const struct forge_revoked *revoked;
	size_t n_revoked;
};

/* Frees every key and certificate that was made, and removes every folder with all that is in it.
 */
void forge_clean(void);

EVP_PKEY *forge_key(void); /* P-256 */
EVP_PKEY *forge_curve(const char *name);
EVP_PKEY *forge_rsa(unsigned bits);
EVP_PKEY *forge_gost(const char *kind); /* GOST_KEY_2015, GOST_KEY_2004; after gost_load() */
X509 *forge_cert(const struct forge *, EVP_PKEY *key);
struct octets forge_crl(struct arena *, const struct forge_crl *);
struct octets forge_der(struct arena *, const X509 *);

/* An extension that nobody knows, critical; to be freed. */
X509_EXTENSION *forge_unknown(const char *oid);

/* pki_open(), which must not fail, nor leave errors in OpenSSL's queue; to be closed. */
struct pki *forge_pki(const struct pki_options *);

/* A new folder below TMPDIR. */
const char *forge_folder(struct arena *);
void forge_write(const char *folder, const char *file, struct octets);
void forge_write_pem(const char *folder, const char *file, const X509 *);
void forge_write_key(const char *folder, const char *file, EVP_PKEY *, const char *password);
void forge_write_p12(
    const char *folder, const char *file, EVP_PKEY *, X509 *, const char *password);

#endif
