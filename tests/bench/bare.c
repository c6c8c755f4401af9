/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See bare.h.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/evp.h>

#include "bare.h"
#include "gost/gost.h"

#define OCTETS 720 /* a usual SignedInfo in canonical form */

void
bench_die(const char *what, const char *detail)
{
	fprintf(stderr, "bench: %s: %s\n", what, detail);
	exit(1);
}

void *
bench_need(void *p)
{
	if (p == NULL)
		bench_die("memory", "out");
	return p;
}

int64_t
bench_cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double
bench_median(double *values, size_t n)
{
	qsort(values, n, sizeof(values[0]), by_value);
	return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static bool
once(EVP_MD_CTX *ctx, EVP_PKEY *key, const char *md, bool sign, unsigned char *value, size_t *len)
{
	static const unsigned char octets[OCTETS];

	if (sign)
		return EVP_DigestSignInit_ex(ctx, NULL, md, NULL, NULL, key, NULL) == 1 &&
		       EVP_DigestSign(ctx, value, len, octets, sizeof(octets)) == 1;
	return EVP_DigestVerifyInit_ex(ctx, NULL, md, NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestVerify(ctx, value, *len, octets, sizeof(octets)) == 1;
}

double
bench_bare(const struct pki_identity *id, bool sign, unsigned rounds)
{
	bool rsa = pki_family(pki_identity_certificate(id)) == PKI_RSA;
	const char *md = rsa ? "SHA256" : GOST_MD_2015;
	unsigned char value[1024];
	size_t len = sizeof(value);
	EVP_MD_CTX *ctx = bench_need(EVP_MD_CTX_new());

	if (!once(ctx, pki_identity_key(id), md, true, value, &len))
		bench_die("bare", "sign");
	int64_t start = bench_cpu();
	for (unsigned i = 0; i < rounds; i++) {
		size_t again = sign ? sizeof(value) : len;
		EVP_MD_CTX_reset(ctx);
		if (!once(ctx, pki_identity_key(id), md, sign, value, &again))
			bench_die("bare", sign ? "sign" : "verify");
	}
	EVP_MD_CTX_free(ctx);
	return (double)(bench_cpu() - start) / rounds;
}
