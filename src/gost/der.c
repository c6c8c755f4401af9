/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See der.h. Forms: nca.md 1.3 (keys), RFC 5208 (PrivateKeyInfo).
 */
#include "config.h"

#include <openssl/crypto.h>

#include "gost/der.h"

#define INTEGER 0x02
#define BIT_STRING 0x03
#define OCTET_STRING 0x04
#define SEQUENCE 0x30
#define ATTRIBUTES 0xA0

/* One element with this tag from the front of *in; only the shortest definite lengths up to 65535.
 */
static bool
take(struct octets *in, unsigned char tag, struct octets *content)
{
	size_t header = 2, len;

	if (in->len < 2 || in->data[0] != tag)
		return false;
	len = in->data[1];
	if (len > 0x82 || len == 0x80)
		return false;
	if (len > 0x80) {
		header += len - 0x80;
		if (in->len < header)
			return false;
		len = header == 3 ? in->data[2] : (size_t)in->data[2] << 8 | in->data[3];
		if (len < (header == 3 ? 0x80u : 0x100u))
			return false;
	}
	if (len > in->len - header)
		return false;
	*content = (struct octets){in->data + header, len};
	*in = (struct octets){in->data + header + len, in->len - header - len};
	return true;
}

static bool
take_octets(struct octets *in, struct octets expected)
{
	if (in->len < expected.len || memcmp(in->data, expected.data, expected.len) != 0)
		return false;
	*in = (struct octets){in->data + expected.len, in->len - expected.len};
	return true;
}

struct gost_key *
gost_der_read_public(const struct gost_family *f, struct octets der)
{
	struct octets spki, bits, xy;
	struct gost_key *k;

	if (!take(&der, SEQUENCE, &spki) || der.len != 0 || !take_octets(&spki, f->key_algorithm) ||
	    !take(&spki, BIT_STRING, &bits) || spki.len != 0 ||
	    !take_octets(&bits, (struct octets){(const unsigned char *)"", 1}) /* no unused bits */
	    || !take(&bits, OCTET_STRING, &xy) || bits.len != 0)
		return NULL;
	k = gost_key_new(f);
	if (k != NULL && gost_key_set_public(k, xy))
		return k;
	gost_key_free(k);
	return NULL;
}

/* The content of a positive INTEGER as `size` octets, little-endian. */
static bool
integer_to_little_endian(struct octets i, unsigned char *le, size_t size)
{
	if (i.len == 0 || i.data[0] >= 0x80)
		return false;
	if (i.data[0] == 0) { /* only there to keep the number positive */
		i = (struct octets){i.data + 1, i.len - 1};
		if (i.len == 0 || i.data[0] < 0x80)
			return false;
	}
	if (i.len > size)
		return false;
	memset(le, 0, size);
	for (size_t n = 0; n < i.len; n++)
		le[n] = i.data[i.len - 1 - n];
	return true;
}

static bool
take_scalar(const struct gost_family *f, struct octets *in, unsigned char *d)
{
	struct octets content;

	if (f->private_is_integer)
		return take(in, INTEGER, &content) && integer_to_little_endian(content, d, f->size);
	if (!take(in, OCTET_STRING, &content) || content.len != f->size)
		return false;
	memcpy(d, content.data, f->size);
	return true;
}

struct gost_key *
gost_der_read_private(const struct gost_family *f, struct octets der)
{
	static const unsigned char version[] = {INTEGER, 1, 0};
	unsigned char d[GOST_MOST_SIZE];
	struct octets info, inner, attributes;
	struct gost_key *k = NULL;

	if (!take(&der, SEQUENCE, &info) || der.len != 0 ||
	    !take_octets(&info, (struct octets){version, sizeof(version)}) ||
	    !take_octets(&info, f->key_algorithm) || !take(&info, OCTET_STRING, &inner) ||
	    (info.len != 0 && (!take(&info, ATTRIBUTES, &attributes) || info.len != 0)) ||
	    !take_scalar(f, &inner, d) || inner.len != 0)
		goto out;
	k = gost_key_new(f);
	if (k != NULL && !gost_key_set_private(k, (struct octets){d, f->size})) {
		gost_key_free(k);
		k = NULL;
	}
out:
	OPENSSL_cleanse(d, sizeof(d));
	return k;
}

static void
put(struct gost_der *o, const void *data, size_t len)
{
	o->at -= len;
	memcpy(o->data + o->at, data, len);
}

static void
put_octet(struct gost_der *o, size_t value)
{
	o->data[--o->at] = (unsigned char)value;
}

/* The header of what was put since `end`; nothing here is longer than 255 octets. */
static void
put_header(struct gost_der *o, unsigned char tag, size_t end)
{
	size_t len = end - o->at;

	put_octet(o, len);
	if (len >= 0x80)
		put_octet(o, 0x81);
	put_octet(o, tag);
}

struct octets
gost_der_octets(const struct gost_der *o)
{
	return (struct octets){o->data + o->at, sizeof(o->data) - o->at};
}

void
gost_der_write_public(const struct gost_key *k, struct gost_der *o)
{
	const struct gost_family *f = gost_key_family(k);
	const size_t end = sizeof(o->data);

	o->at = end - 2 * f->size;
	gost_key_get_public(k, o->data + o->at);
	put_header(o, OCTET_STRING, end);
	put_octet(o, 0);
	put_header(o, BIT_STRING, end);
	put(o, f->key_algorithm.data, f->key_algorithm.len);
	put_header(o, SEQUENCE, end);
}

static void
put_scalar(const struct gost_key *k, struct gost_der *o)
{
	const struct gost_family *f = gost_key_family(k);
	const size_t end = sizeof(o->data);
	unsigned char d[GOST_MOST_SIZE];
	size_t len = f->size;

	gost_key_get_private(k, d);
	if (f->private_is_integer) {
		while (len > 1 && d[len - 1] == 0)
			len--;
		for (size_t n = 0; n < len; n++)
			put_octet(o, d[n]);
		if (d[len - 1] >= 0x80)
			put_octet(o, 0);
		put_header(o, INTEGER, end);
	} else {
		put(o, d, len);
		put_header(o, OCTET_STRING, end);
	}
	OPENSSL_cleanse(d, sizeof(d));
}

void
gost_der_write_private(const struct gost_key *k, struct gost_der *o)
{
	const struct gost_family *f = gost_key_family(k);
	const size_t end = sizeof(o->data);

	o->at = end;
	put_scalar(k, o);
	put_header(o, OCTET_STRING, end);
	put(o, f->key_algorithm.data, f->key_algorithm.len);
	put_octet(o, 0);
	put_octet(o, 1);
	put_octet(o, INTEGER);
	put_header(o, SEQUENCE, end);
}
