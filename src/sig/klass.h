/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The algorithms that xmlsec knows here: ours, and no others.
 *
 * xmlsec's OpenSSL back end is not linked: it knows neither keys from providers (their EVP_PKEY has
 * no legacy id, so its adopt function refuses them) nor the national URIs, and would bring HMAC,
 * MD5 and DSA along. Each suite is one digest and one signature klass over EVP; a key is what
 * pki_verifier() gives.
 */
#ifndef SIG_KLASS_H
#define SIG_KLASS_H

#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include "sig/suite.h"

/* Puts the klasses in the place of all that xmlsec registered by itself; after xmlSecInit(). */
int sig_klasses_register(struct err *) MUSTCHECK;

xmlSecTransformId sig_c14n_klass(void); /* exclusive, without comments */
xmlSecTransformId sig_inclusive_klass(bool comments);
xmlSecTransformId sig_digest_klass(const struct sig_digest *);
xmlSecTransformId sig_signature_klass(const struct sig_suite *);

/* An xmlsec key around a borrowed verifier; xmlSecKeyDestroy() ends it. NULL when memory is out. */
xmlSecKeyPtr sig_key_new(EVP_PKEY_CTX *verifier);

/* Is it the value of the suite over what has this digest? -1 when memory is out. */
int sig_value_is_right(const struct sig_suite *, EVP_PKEY_CTX *verifier, struct octets value,
    const unsigned char *digest, bool *right) MUSTCHECK;

/* Did OpenSSL refuse to work, not to accept, since the last sig_klasses_watch()? With these suites
 * and keys of their families that is want of memory. */
void sig_klasses_watch(struct arena *); /* where canonical forms go until the next call */
bool sig_klasses_failed(void);

/* For the klasses. */
struct arena *sig_klasses_arena(void);
int sig_klasses_note(bool ok); /* 0 when OpenSSL and the arena gave what was asked, else -1 */

#endif
