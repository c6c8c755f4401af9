/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a CRL of 422,000 entries costs: CPU of loading with all its checks and of a look-up, memory,
 * and the longest look-up while another process exchanges it (time, so other load shows in it).
 *
 *     crl PKI    PKI/trust and PKI/gost/nca.{pem,key} of the test PKI
 *
 * It is written here, octet by octet in the form of the NCA's own (serial numbers of 20 octets, a
 * reason each), and signed by GOST 34.10-2015 as that is.
 */
#include "config.h"

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "pki/inner.h"
#include "pki/shelf.h"
#include "run/run.h"

enum {
	ENTRIES = 422000,
	ENTRY = 53, /* octets of DER */
	HEADER = 6, /* of what is long */
	ROOM = 64 * 1024 * 1024,
	LOOKS = 2000000
};

static unsigned char *der, *at; /* of the CRL, and where it is written */
static struct err err;

static void
need(bool good)
{
	if (good)
		return;
	fprintf(stderr, "crl: %s\n", err.detail);
	exit(1);
}

/* CPU of this process, or time that has gone by. */
static double
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Numbers that are the same in each run. */
static uint64_t
next_number(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void
next_serial(uint64_t *state, unsigned char out[PKI_SERIAL])
{
	for (size_t i = 0; i < PKI_SERIAL; i++)
		out[i] = (unsigned char)(next_number(state) >> 32);
	out[0] = (unsigned char)((out[0] & 0x7F) | 0x40);
}

static void
put(const void *octets, size_t len)
{
	memcpy(at, octets, len);
	at += len;
}

static void
put_header(unsigned char tag, size_t len)
{
	const unsigned char header[HEADER] = {tag, 0x84, (unsigned char)(len >> 24),
	    (unsigned char)(len >> 16), (unsigned char)(len >> 8), (unsigned char)len};

	if (len < 128) {
		*at++ = tag;
		*at++ = (unsigned char)len;
	} else {
		put(header, sizeof(header));
	}
}

static void
put_time(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	put_header(0x17, 13);
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	put(text + 2, 13);
}

static void
put_entry(uint64_t *state)
{
	static const unsigned char reason[] = {
	    0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55, 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01, 0x04};
	unsigned char serial[PKI_SERIAL];

	next_serial(state, serial);
	put_header(0x30, ENTRY - 2);
	put_header(0x02, PKI_SERIAL);
	put(serial, PKI_SERIAL);
	put("\x17\x0D"
	    "260101000000Z",
	    15);
	put(reason, sizeof(reason));
}

/* The whole CRL; its length. */
static size_t
make(X509 *ca, EVP_PKEY *key, unsigned char number, int64_t today)
{
	static const unsigned char version[] = {0x02, 0x01, 0x01};
	unsigned char *name = NULL, *algorithm = NULL, *begin, signature[512],
		      numbers[] = {0xA0, 0x0E, 0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55, 0x1D, 0x14,
			  0x04, 0x03, 0x02, 0x01, number};
	const X509_ALGOR *alg = X509_get0_tbs_sigalg(ca);
	size_t name_len = (size_t)i2d_X509_NAME(X509_get_subject_name(ca), &name),
	       algorithm_len = (size_t)i2d_X509_ALGOR(alg, &algorithm),
	       entries = (size_t)ENTRIES * ENTRY,
	       body = sizeof(version) + algorithm_len + name_len + 30 + HEADER + entries +
		      sizeof(numbers),
	       len = sizeof(signature);
	uint64_t state = 0x9E3779B97F4A7C15U;
	EVP_MD_CTX *sign = EVP_MD_CTX_new();

	at = der + HEADER;
	begin = at;
	put_header(0x30, body);
	put(version, sizeof(version));
	put(algorithm, algorithm_len);
	put(name, name_len);
	put_time(today - 3600);
	put_time(today + 86400);
	put_header(0x30, entries);
	for (unsigned i = 0; i < ENTRIES; i++)
		put_entry(&state);
	put(numbers, sizeof(numbers));
	need(EVP_DigestSignInit(sign, NULL, NULL, NULL, key) == 1 &&
	     EVP_DigestSign(sign, signature, &len, begin, (size_t)(at - begin)) == 1);
	put(algorithm, algorithm_len);
	put_header(0x03, len + 1);
	*at++ = 0;
	put(signature, len);
	len = (size_t)(at - begin);
	at = der;
	put_header(0x30, len);
	OPENSSL_free(name);
	OPENSSL_free(algorithm);
	EVP_MD_CTX_free(sign);
	return len + HEADER;
}

static EVP_PKEY *
read_key(const char *file)
{
	FILE *f = fopen(file, "re");
	EVP_PKEY *key = f != NULL ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	need(key != NULL);
	fclose(f);
	return key;
}

/* Seconds of a look-up, each for another serial number. */
static double
look(struct pki *p, const struct pki_cert *like, size_t authority, int64_t today, unsigned looks,
    clockid_t clock)
{
	struct pki_cert c = *like;
	uint64_t state = 0x123456789ABCDEFU;
	unsigned found = 0;
	double begin = now(clock);

	for (unsigned i = 0; i < looks; i++) {
		struct pki_span span = {.until = INT64_MAX};
		struct err e = {0};
		next_serial(&state, c.serial);
		pki_shelf_notice(p);
		found += pki_crl_judge(p, &c, authority, today, &span, &e) != 0;
	}
	double each = (now(clock) - begin) / looks;
	need(found == 0);
	return each;
}

/* The longest that one look-up takes while the CRL is exchanged by another process. */
static double
worst_look(struct pki *p, const struct pki_cert *like, size_t authority, int64_t today, pid_t other)
{
	double worst = 0;
	int status;

	while (waitpid(other, &status, WNOHANG) == 0) {
		double took = look(p, like, authority, today, 1, CLOCK_MONOTONIC);
		worst = took > worst ? took : worst;
	}
	need(status == 0);
	return worst;
}

static void
load(struct pki *p, size_t len, int64_t today)
{
	bool changed;

	need(pki_shelf_put(p, 0, (struct octets){der, len}, PKI_PUT_NEW, (struct instant){today, 0},
		 &changed, &err) == 0 &&
	     changed);
}

int
main(int argc, char **argv)
{
	char trust[512], ca_file[512], key_file[512];
	struct pki_options options = {.trust = trust, .revocation = PKI_REVOCATION_CRL};
	const struct pki_place place = {ca_file, false};
	const struct pki_cert *ca = NULL;
	struct pki *p = NULL;
	int64_t today = run_now().seconds;

	if (argc != 2)
		return 2;
	snprintf(trust, sizeof(trust), "%s/trust", argv[1]);
	snprintf(ca_file, sizeof(ca_file), "%s/gost/nca.pem", argv[1]);
	snprintf(key_file, sizeof(key_file), "%s/gost/nca.key", argv[1]);
	der = malloc(ROOM);
	need(der != NULL && run_init(&err) == 0 && pki_open(&options, NULL, NULL, &p, &err) == 0 &&
	     pki_shelf_open(p, &place, 1, ROOM, &err) == 0 &&
	     pki_decode_file(p, ca_file, &ca, &err) == 0);
	EVP_PKEY *key = read_key(key_file);
	size_t len = make(ca->x, key, 1, today), authority = 0;
	while (authority < p->n_cas && memcmp(p->cas[authority]->digest, ca->digest, 32) != 0)
		authority++;
	authority = p->cas[authority]->authority;

	double begin = now(CLOCK_PROCESS_CPUTIME_ID);
	load(p, len, today);
	printf("crl_load_422k\t%.3f\ts\n", now(CLOCK_PROCESS_CPUTIME_ID) - begin);
	printf("crl_resident\t%.1f\tMB\n", (double)pki_shelf_octets(p) / 1e6);
	struct pki_cert user = *ca;
	user.ca = false;
	printf("crl_lookup\t%.0f\tns\n",
	    look(p, &user, authority, today, LOOKS, CLOCK_PROCESS_CPUTIME_ID) * 1e9);
	len = make(ca->x, key, 2, today);
	pid_t other = fork();
	if (other == 0) {
		load(p, len, today);
		_exit(0);
	}
	printf("crl_swap_worst_lookup\t%.0f\tus\n",
	    worst_look(p, &user, authority, today, other) * 1e6);
	printf("crl_resident_after_swap\t%.1f\tMB\n", (double)pki_shelf_octets(p) / 1e6);
	EVP_PKEY_free(key);
	pki_close(p);
	run_fini();
	free(der);
	return 0;
}
