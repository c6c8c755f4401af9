/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One process's own tools, and the small things that touch the system: time, chance, digests.
 */
#include "config.h"

#include <sys/random.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "run/call.h"
#include "run/tally.h"

int64_t
run_monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
write_uuid(unsigned char b[16], char out[37])
{
	static const char hex[] = "0123456789abcdef";
	char *to = out;

	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex[b[i] >> 4];
		*to++ = hex[b[i] & 15];
	}
	*to = '\0';
	explicit_bzero(b, 16);
}

int
run_uuid(char out[37], struct err *e)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return err_set(e, ERR_INTERNAL, "getrandom");
	write_uuid(b, out);
	return 0;
}

int
run_desk_uuid(struct run_desk *d, char out[37], struct err *e)
{
	size_t size = sizeof(d->chance);

	/* up to 256 octets come whole or not at all: getrandom(2) */
	if (d->chance_left < 16) {
		d->chance_left = 0;
		if (getrandom(d->chance, size, 0) != (ssize_t)size)
			return err_set(e, ERR_INTERNAL, "getrandom");
		d->chance_left = size;
	}
	d->chance_left -= 16;
	write_uuid(d->chance + d->chance_left, out);
	return 0;
}

void
run_sha256(struct octets o, unsigned char out[32])
{
	static EVP_MD *md; /* fetched once: a fetch costs more than the digest of a small message */

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md == NULL || EVP_Digest(o.data, o.len, out, NULL, md, NULL) != 1)
		abort(); /* OpenSSL without SHA-256 is no OpenSSL that run_init() let through */
}

int
run_desk_open(const struct run_house *house, struct instant (*now)(void), struct run_desk **out,
    struct err *e)
{
	const struct conf *conf = house->conf;
	struct run_desk *d = calloc(1, sizeof(*d));

	*out = NULL;
	if (d == NULL)
		return err_set(e, ERR_NOMEM, "desk");
	d->house = house;
	d->now = now;
	d->wake = -1;
	if ((d->tally = run_tally_new(conf->limits.refusals_per_minute)) == NULL) {
		err_set(e, ERR_NOMEM, "tally");
		goto out;
	}
	if (codec_new(&d->codec, e) != 0 ||
	    db_new(conf->database.daemon, conf->database.milliseconds, &d->db, e) != 0)
		goto out;
	*out = d;
	return 0;
out:
	run_desk_close(d);
	return -1;
}

void
run_desk_close(struct run_desk *d)
{
	if (d == NULL)
		return;
	if (d->db != NULL)
		run_evidence_flush(d);
	db_free(d->db);
	codec_free(d->codec);
	run_tally_free(d->tally);
	explicit_bzero(d->chance, sizeof(d->chance));
	free(d);
}
