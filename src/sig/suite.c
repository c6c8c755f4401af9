/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of suites; see suite.h.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "sig/suite.h"

/* GOST digests are fetched by OID, so that this room need not know the provider's names. */
struct sig_suite sig_suites[SIG_SUITES] = {
    {SIG_RSA_SHA256, PKI_RSA, "rsa-sha256", SIG_URI_RSA_SHA256, SIG_URI_SHA256, "SHA256", 32, NULL},
    {SIG_GOST2015, PKI_GOST2015, "gost2015", SIG_URI_GOST2015, SIG_URI_DIGEST_2015,
	"1.2.398.3.10.1.3.3", 64, NULL},
    {SIG_GOST2004, PKI_GOST2004, "gost2004", SIG_URI_GOST2004, SIG_URI_DIGEST_2004,
	"1.2.398.3.10.1.3.1.1.0", 32, NULL},
};

int
sig_suites_load(struct err *e)
{
	for (size_t i = 0; i < SIG_SUITES; i++) {
		struct sig_suite *s = &sig_suites[i];
		if (s->digest == NULL)
			s->digest = EVP_MD_fetch(NULL, s->digest_name, NULL);
		ERR_clear_error();
		if (s->digest == NULL || EVP_MD_get_size(s->digest) != (int)s->digest_len)
			return err_set(
			    e, ERR_INTERNAL, "no digest for %s: is the provider loaded?", s->name);
	}
	return 0;
}

void
sig_suites_unload(void)
{
	for (size_t i = 0; i < SIG_SUITES; i++) {
		EVP_MD_free(sig_suites[i].digest);
		sig_suites[i].digest = NULL;
	}
}

const struct sig_suite *
sig_suite_by_uri(const char *signature_uri)
{
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (strcmp(signature_uri, sig_suites[i].signature_uri) == 0)
			return &sig_suites[i];
	return NULL;
}

const struct sig_suite *
sig_suite_by_family(enum pki_family family)
{
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (family == sig_suites[i].family)
			return &sig_suites[i];
	return NULL;
}
