/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The suites that exist here: a signature method with its only digest and key family.
 *
 * A URI that is not in the table is refused; nothing is mixed (R-23, shep.md 4.1). Algorithms are
 * fetched from OpenSSL once per process, because a fetch costs as much as an RSA verification.
 */
#ifndef SIG_SUITE_H
#define SIG_SUITE_H

#include <openssl/evp.h>

#include "sig/sig.h"

struct sig_suite {
	enum sig_algorithm algorithm;
	enum pki_family family;
	const char *name; /* for messages */
	const char *signature_uri, *digest_uri;
	const char *digest_name; /* for EVP_MD_fetch() */
	size_t digest_len;
	EVP_MD *digest; /* fetched by sig_suites_load() */
};

#define SIG_SUITES 3

/* shep.md 4.1 */
#define SIG_MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define SIG_KZ "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
#define SIG_URI_RSA_SHA256 SIG_MORE "rsa-sha256"
#define SIG_URI_SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define SIG_URI_GOST2015 SIG_KZ "gostr34102015-gostr34112015-512"
#define SIG_URI_DIGEST_2015 SIG_KZ "gostr34112015-512"
#define SIG_URI_GOST2004 SIG_MORE "gost34310-gost34311"
#define SIG_URI_DIGEST_2004 SIG_MORE "gost34311"

extern struct sig_suite sig_suites[SIG_SUITES];

int sig_suites_load(struct err *) MUSTCHECK;
void sig_suites_unload(void);

/* NULL when there is none. */
const struct sig_suite *sig_suite_by_uri(const char *signature_uri);
const struct sig_suite *sig_suite_by_family(enum pki_family);

#endif
