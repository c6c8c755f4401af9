/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tables of digests and suites; see suite.h.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "sig/suite.h"

/* GOST digests are fetched by OID, so that this room need not know the provider's names. */
struct sig_digest sig_digests[SIG_DIGESTS] = {
    {SIG_KIN_SHA2, "sha256", SIG_ENC "sha256", "SHA256", 32, NULL},
    {SIG_KIN_SHA2, "sha384", SIG_MORE "sha384", "SHA384", 48, NULL},
    {SIG_KIN_SHA2, "sha512", SIG_ENC "sha512", "SHA512", 64, NULL},
    {SIG_KIN_2015, "gost34.11-2015-512", SIG_KZ "gostr34112015-512", "1.2.398.3.10.1.3.3", 64,
	NULL},
    {SIG_KIN_2004, "gost34.311", SIG_MORE "gost34311", "1.2.398.3.10.1.3.1.1.0", 32, NULL},
};

/* ECDSA's value is r and s side by side, each as long as the curve (XMLDSig 1.1 6.4.3): never DER.
 */
const struct sig_suite sig_suites[SIG_SUITES] = {
    {SIG_RSA_SHA256, PKI_RSA, "rsa-sha256", SIG_MORE "rsa-sha256", &sig_digests[0], PKI_SHA256, 0},
    {SIG_RSA_SHA384, PKI_RSA, "rsa-sha384", SIG_MORE "rsa-sha384", &sig_digests[1], PKI_SHA384, 0},
    {SIG_RSA_SHA512, PKI_RSA, "rsa-sha512", SIG_MORE "rsa-sha512", &sig_digests[2], PKI_SHA512, 0},
    {SIG_GOST2015, PKI_GOST2015, "gost2015", SIG_KZ "gostr34102015-gostr34112015-512",
	&sig_digests[3], PKI_SHA256, 0},
    {SIG_GOST2004, PKI_GOST2004, "gost2004", SIG_MORE "gost34310-gost34311", &sig_digests[4],
	PKI_SHA256, 0},
    {SIG_ECDSA_SHA256, PKI_EC256, "ecdsa-sha256", SIG_MORE "ecdsa-sha256", &sig_digests[0],
	PKI_SHA256, 64},
    {SIG_ECDSA_SHA384, PKI_EC384, "ecdsa-sha384", SIG_MORE "ecdsa-sha384", &sig_digests[1],
	PKI_SHA384, 96},
};

int
sig_suites_load(struct err *e)
{
	for (size_t i = 0; i < SIG_DIGESTS; i++) {
		struct sig_digest *d = &sig_digests[i];
		if (d->md == NULL)
			d->md = EVP_MD_fetch(NULL, d->fetch_name, NULL);
		ERR_clear_error();
		if (d->md == NULL || EVP_MD_get_size(d->md) != (int)d->len)
			return err_set(
			    e, ERR_INTERNAL, "no digest %s: is the provider loaded?", d->name);
	}
	return 0;
}

void
sig_suites_unload(void)
{
	for (size_t i = 0; i < SIG_DIGESTS; i++) {
		EVP_MD_free(sig_digests[i].md);
		sig_digests[i].md = NULL;
	}
}

const struct sig_suite *
sig_suite_by_uri(const char *uri)
{
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (strcmp(uri, sig_suites[i].uri) == 0)
			return &sig_suites[i];
	return NULL;
}

const struct sig_digest *
sig_digest_by_uri(const char *uri)
{
	for (size_t i = 0; i < SIG_DIGESTS; i++)
		if (strcmp(uri, sig_digests[i].uri) == 0)
			return &sig_digests[i];
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

enum sig_algorithm
sig_algorithm_named(const char *name)
{
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (strcmp(name, sig_suites[i].name) == 0)
			return sig_suites[i].algorithm;
	return SIG_NONE;
}

const char *
sig_algorithm_name(enum sig_algorithm algorithm)
{
	for (size_t i = 0; i < SIG_SUITES; i++)
		if (algorithm == sig_suites[i].algorithm)
			return sig_suites[i].name;
	return "-";
}
