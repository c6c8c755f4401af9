/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The signature methods and digests that exist here, and which go together.
 *
 * A URI that is not in the tables is refused. A reference's digest must be of the method's kin: any
 * SHA-2 of the table under RSA and ECDSA (WSS4J digests with SHA-256 whatever the method), the one
 * digest of its standard under GOST (R-23, shep.md 4.1). Algorithms are fetched from OpenSSL once
 * per process, because a fetch costs as much as an RSA verification.
 */
#ifndef SIG_SUITE_H
#define SIG_SUITE_H

#include <openssl/evp.h>

#include "sig/sig.h"

enum sig_kin {
	SIG_KIN_SHA2,
	SIG_KIN_2015,
	SIG_KIN_2004
};

struct sig_digest {
	enum sig_kin kin;
	const char *name; /* for messages */
	const char *uri;
	const char *fetch_name; /* for EVP_MD_fetch() */
	size_t len;
	EVP_MD *md; /* fetched by sig_suites_load() */
};

struct sig_suite {
	enum sig_algorithm algorithm;
	enum pki_family family;
	const char *name; /* in configuration and messages */
	const char *uri;
	const struct sig_digest *digest; /* of SignedInfo; when signing, of the content, too */
	enum pki_hash hash;		 /* the same for pki_verifier() */
	size_t value_len;		 /* octets of its value; 0 = the key's size decides */
};

#define SIG_DIGESTS 5
#define SIG_SUITES 7

/* shep.md 4.1; RFC 6931 2.1.3 and 2.3.3 to 2.3.4; XML Encryption 1.1, 5.8 */
#define SIG_MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define SIG_ENC "http://www.w3.org/2001/04/xmlenc#"
#define SIG_KZ "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"

extern struct sig_digest sig_digests[SIG_DIGESTS];
extern const struct sig_suite sig_suites[SIG_SUITES];

int sig_suites_load(struct err *) MUSTCHECK;
void sig_suites_unload(void);

/* NULL when there is none. */
const struct sig_suite *sig_suite_by_uri(const char *uri);
const struct sig_digest *sig_digest_by_uri(const char *uri);

/* The one to sign with: the first of the key's family; NULL when there is none. */
const struct sig_suite *sig_suite_by_family(enum pki_family);

#endif
