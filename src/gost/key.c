/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Keys and bare signatures over Nettle's curves; see key.h.
 *
 * Random octets come from OpenSSL and are drawn before Nettle asks: its callback cannot report a
 * failure, and a signature made with a known nonce would give the key away.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdint.h>

#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/gostdsa.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "gost/key.h"

struct gost_key {
	const struct gost_family *family;
	atomic_uint holders;
	bool has_public, has_private;
	struct ecc_point point;
	struct ecc_scalar scalar;
};

/* A draw outside 1 .. q-1 happens about once in 2^256 times: one spare is more than enough. */
#define DRAWS 2

struct drawn {
	unsigned char octets[DRAWS * GOST_MOST_SIZE];
	size_t len, used;
	bool exhausted;
};

static const struct ecc_curve *
curve_of(const struct gost_family *f)
{
	return f == &gost_family_2015 ? nettle_get_gost_gc512a() : nettle_get_gost_gc256b();
}

static void
import_number(mpz_t z, const unsigned char *le, size_t len)
{
	mpz_import(z, len, -1, 1, 0, 0, le);
}

static void
export_number(unsigned char *le, size_t len, const mpz_t z)
{
	memset(le, 0, len);
	mpz_export(le, NULL, -1, 1, 0, 0, z);
}

static void
clear_secret(mpz_t z)
{
	size_t limbs = mpz_size(z);

	if (limbs > 0)
		OPENSSL_cleanse(mpz_limbs_modify(z, (mp_size_t)limbs), limbs * sizeof(mp_limb_t));
	mpz_clear(z);
}

struct gost_key *
gost_key_new(const struct gost_family *f)
{
	struct gost_key *k = OPENSSL_zalloc(sizeof(*k));

	if (k == NULL)
		return NULL;
	k->family = f;
	atomic_init(&k->holders, 1);
	ecc_point_init(&k->point, curve_of(f));
	ecc_scalar_init(&k->scalar, curve_of(f));
	return k;
}

struct gost_key *
gost_key_share(struct gost_key *k)
{
	atomic_fetch_add(&k->holders, 1);
	return k;
}

void
gost_key_free(struct gost_key *k)
{
	if (k == NULL || atomic_fetch_sub(&k->holders, 1) != 1)
		return;
	OPENSSL_cleanse(k->scalar.p, (size_t)ecc_size(k->scalar.ecc) * sizeof(mp_limb_t));
	ecc_scalar_clear(&k->scalar);
	ecc_point_clear(&k->point);
	OPENSSL_free(k);
}

const struct gost_family *
gost_key_family(const struct gost_key *k)
{
	return k->family;
}

bool
gost_key_has_public(const struct gost_key *k)
{
	return k->has_public;
}

bool
gost_key_has_private(const struct gost_key *k)
{
	return k->has_private;
}

bool
gost_key_set_public(struct gost_key *k, struct octets xy)
{
	size_t size = k->family->size;
	mpz_t x, y;

	if (k->has_public || xy.len != 2 * size)
		return false;
	mpz_init(x);
	mpz_init(y);
	import_number(x, xy.data, size);
	import_number(y, xy.data + size, size);
	k->has_public = ecc_point_set(&k->point, x, y) == 1;
	mpz_clear(x);
	mpz_clear(y);
	return k->has_public;
}

/* The point of the scalar becomes the public key, or has to be it. */
static bool
settle_public(struct gost_key *k)
{
	struct gost_key *own;
	bool ok;

	if (!k->has_public) {
		ecc_point_mul_g(&k->point, &k->scalar);
		k->has_public = true;
		return true;
	}
	own = gost_key_new(k->family);
	if (own == NULL)
		return false;
	ecc_point_mul_g(&own->point, &k->scalar);
	own->has_public = true;
	ok = gost_key_equal_public(k, own);
	gost_key_free(own);
	return ok;
}

bool
gost_key_set_private(struct gost_key *k, struct octets d)
{
	mpz_t z;

	if (k->has_private || d.len != k->family->size)
		return false;
	mpz_init(z);
	import_number(z, d.data, d.len);
	k->has_private = ecc_scalar_set(&k->scalar, z) == 1 && settle_public(k);
	clear_secret(z);
	return k->has_private;
}

bool
gost_key_generate(struct gost_key *k)
{
	unsigned char d[GOST_MOST_SIZE];

	for (int draw = 0; draw < DRAWS && !k->has_private; draw++)
		if (RAND_priv_bytes(d, (int)k->family->size) != 1 ||
		    gost_key_set_private(k, (struct octets){d, k->family->size}))
			break;
	OPENSSL_cleanse(d, sizeof(d));
	return k->has_private;
}

void
gost_key_get_public(const struct gost_key *k, unsigned char *xy)
{
	size_t size = k->family->size;
	mpz_t x, y;

	mpz_init(x);
	mpz_init(y);
	ecc_point_get(&k->point, x, y);
	export_number(xy, size, x);
	export_number(xy + size, size, y);
	mpz_clear(x);
	mpz_clear(y);
}

void
gost_key_get_private(const struct gost_key *k, unsigned char *d)
{
	mpz_t z;

	mpz_init(z);
	ecc_scalar_get(&k->scalar, z);
	export_number(d, k->family->size, z);
	clear_secret(z);
}

bool
gost_key_equal_public(const struct gost_key *a, const struct gost_key *b)
{
	unsigned char pa[GOST_MOST_PUBLIC], pb[GOST_MOST_PUBLIC];

	if (a->family != b->family || !a->has_public || !b->has_public)
		return false;
	gost_key_get_public(a, pa);
	gost_key_get_public(b, pb);
	return memcmp(pa, pb, 2 * a->family->size) == 0;
}

/* nettle_random_func. When nothing is left any valid nonce ends Nettle's loop; the signature is
 * then thrown away. */
static void
hand_out(void *self, size_t len, uint8_t *out)
{
	struct drawn *d = self;

	if (len > d->len - d->used) {
		d->exhausted = true;
		memset(out, 1, len);
		return;
	}
	memcpy(out, d->octets + d->used, len);
	d->used += len;
}

bool
gost_key_sign(const struct gost_key *k, const unsigned char *digest, unsigned char *sig)
{
	size_t size = k->family->size;
	struct drawn d = {.len = DRAWS * size};
	struct dsa_signature s;

	if (!k->has_private || RAND_priv_bytes(d.octets, (int)d.len) != 1)
		return false;
	dsa_signature_init(&s);
	gostdsa_sign(&k->scalar, &d, hand_out, size, digest, &s);
	if (!d.exhausted) {
		export_number(sig, size, s.r);
		export_number(sig + size, size, s.s);
	}
	dsa_signature_clear(&s);
	OPENSSL_cleanse(d.octets, sizeof(d.octets));
	return !d.exhausted;
}

bool
gost_key_verify(const struct gost_key *k, const unsigned char *digest, const unsigned char *sig)
{
	size_t size = k->family->size;
	struct dsa_signature s;
	bool ok;

	if (!k->has_public)
		return false;
	dsa_signature_init(&s);
	import_number(s.r, sig, size);
	import_number(s.s, sig + size, size);
	ok = gostdsa_verify(&k->point, size, digest, &s) == 1;
	dsa_signature_clear(&s);
	return ok;
}
