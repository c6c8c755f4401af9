/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * kzgost: OpenSSL 3 provider for Kazakhstan's GOST algorithms over Nettle, linked in.
 *
 * After gost_load() OpenSSL's own X.509, CRL, OCSP, TSP, CMS and PKCS#12 functions work on keys of
 * GOST 34.10-2015 (512) and GOST 34.310-2004, in the default library context. The same sources
 * build kzgost.so for anybody's `openssl` (init function OSSL_provider_init).
 */
#ifndef GOST_GOST_H
#define GOST_GOST_H

#include "base/err.h"

/* Short names under which OpenSSL knows them: fetch and EVP_PKEY_is_a() by these (nca.md 1.2). */
#define GOST_KEY_2015 "kzgost2015-512"
#define GOST_KEY_2004 "kzgost2004"
#define GOST_MD_2015 "kzstreebog512"
#define GOST_MD_2004 "kzgost34311"

/* Loads `default` and kzgost (and `legacy` if the machine has it, for PKCS#12 of the NCA). Once per
 * process, before anything reads a certificate and before any fork or thread: certificates that
 * were decoded earlier have no key. A second call changes nothing. ERR_INTERNAL. */
int gost_load(struct err *) MUSTCHECK;

/* Gives back what gost_load() took; the last use of any key or digest must be over. */
void gost_unload(void);

#endif
