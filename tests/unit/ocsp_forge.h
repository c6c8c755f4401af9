/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * OCSP answers made for one test, good and bad ones.
 *
 * Any failure ends the program.
 */
#ifndef TESTS_UNIT_OCSP_FORGE_H
#define TESTS_UNIT_OCSP_FORGE_H

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/octets.h"

struct forge_ocsp {
	X509 *issuer;	    /* of the certificate in question */
	const char *serial; /* decimal */
	X509 *signer;
	EVP_PKEY *key;
	const EVP_MD *md;	       /* NULL = SHA-256; EVP_md_null() = the key's own */
	const EVP_MD *id;	       /* of the CertID; NULL = SHA-256 */
	int status;		       /* V_OCSP_CERTSTATUS_* */
	const char *revoked;	       /* dateTime, with status revoked */
	int reason;		       /* with status revoked; -1 = none */
	const char *this_update;       /* NULL = 2026-06-02T12:00:00Z */
	const char *next_update;       /* NULL = none */
	struct octets nonce;	       /* as the request had it */
	const char *critical;	       /* OID of an unknown critical extension, or NULL */
	unsigned long flags;	       /* OCSP_NOCERTS, OCSP_RESPID_KEY */
	unsigned copies;	       /* of the single answer; 0 = 1 */
	const struct forge_ocsp *also; /* one more single answer, about another certificate */
};

struct octets forge_ocsp(struct arena *, const struct forge_ocsp *);

/* An answer without an answer: OCSP_RESPONSE_STATUS_TRYLATER and the like. */
struct octets forge_ocsp_status(struct arena *, int status);

#endif
