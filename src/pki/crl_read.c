/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading one CRL: DER walked in place, signature over the octets as they came, serials sorted.
 *
 * Not by X509_CRL: OpenSSL refuses a CRL of the NCA whose inner AlgorithmIdentifier lacks the NULL
 * that the outer one has, re-encodes what it hashes, and needs eight times the file in memory
 * (kzgost-provider.md 3, 4). Anything critical that is not known refuses the CRL (RFC
 * 5280 5.2, 5.3).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

struct cursor {
	const unsigned char *p, *end;
};

struct parts {
	struct cursor tbs;	    /* with its header: what was signed */
	struct cursor inner, outer; /* OIDs with their headers */
	struct cursor issuer, revoked, extensions;
	struct cursor signature;
	ASN1_TIME *time; /* scratch */
};

static size_t
left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static bool
same_octets(const struct cursor *a, const struct cursor *b)
{
	return left(a) == left(b) && memcmp(a->p, b->p, left(a)) == 0;
}

/* Takes one element of definite length if it has this tag; body gets its content, whole (may be
 * NULL) the element itself. */
static bool
take(struct cursor *in, int tag, int class, struct cursor *body, struct cursor *whole)
{
	const unsigned char *p = in->p;
	long len = 0;
	int found = 0, found_class = 0, form;

	if (p >= in->end)
		return false;
	form = ASN1_get_object(&p, &len, &found, &found_class, in->end - in->p);
	if ((form & 0x81) != 0 || found != tag || found_class != class || len > in->end - p)
		return false;
	*body = (struct cursor){p, p + len};
	if (whole != NULL)
		*whole = (struct cursor){in->p, p + len};
	in->p = p + len;
	return true;
}

static bool
take_universal(struct cursor *in, int tag, struct cursor *body)
{
	return take(in, tag, V_ASN1_UNIVERSAL, body, NULL);
}

/* AlgorithmIdentifier: the OID; parameters absent or NULL. */
static bool
take_algorithm(struct cursor *in, struct cursor *oid)
{
	struct cursor body, content, null;

	if (!take_universal(in, V_ASN1_SEQUENCE, &body) ||
	    !take(&body, V_ASN1_OBJECT, V_ASN1_UNIVERSAL, &content, oid))
		return false;
	return left(&body) == 0 ||
	       (take_universal(&body, V_ASN1_NULL, &null) && left(&null) == 0 && left(&body) == 0);
}

static bool
take_time(struct parts *parts, struct cursor *in, int64_t *out)
{
	struct cursor text;
	int type = V_ASN1_UTCTIME;

	if (!take_universal(in, type, &text)) {
		type = V_ASN1_GENERALIZEDTIME;
		if (!take_universal(in, type, &text))
			return false;
	}
	/* ASN1_TIME_set_string tells the two apart by their length; DER allows 13 and 15 octets
	 * only */
	if (left(&text) != (type == V_ASN1_UTCTIME ? 13 : 15))
		return false;
	char copy[16] = "";
	memcpy(copy, text.p, left(&text));
	return ASN1_TIME_set_string(parts->time, copy) == 1 && pki_seconds(parts->time, out);
}

static bool
split_tbs(struct parts *parts, struct cursor tbs, struct pki_crl *crl)
{
	struct cursor version, name, context;

	parts->revoked = parts->extensions = (struct cursor){NULL, NULL};
	if (!take_universal(&tbs, V_ASN1_INTEGER, &version) || left(&version) != 1 ||
	    version.p[0] != 1)
		return false; /* v2: without it there are no extensions, so no number and no AKI */
	if (!take_algorithm(&tbs, &parts->inner) ||
	    !take(&tbs, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &name, &parts->issuer) ||
	    !take_time(parts, &tbs, &crl->this_update) ||
	    !take_time(parts, &tbs, &crl->next_update))
		return false;
	take_universal(&tbs, V_ASN1_SEQUENCE, &parts->revoked);
	if (take(&tbs, 0, V_ASN1_CONTEXT_SPECIFIC, &context, NULL))
		parts->extensions = context;
	return left(&tbs) == 0;
}

static int
split(struct parts *parts, struct octets der, struct pki_crl *crl, struct err *e)
{
	struct cursor in = {der.data, der.data + der.len}, body, tbs;

	if (!take_universal(&in, V_ASN1_SEQUENCE, &body) || left(&in) != 0 ||
	    !take(&body, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &tbs, &parts->tbs) ||
	    !take_algorithm(&body, &parts->outer) ||
	    !take_universal(&body, V_ASN1_BIT_STRING, &parts->signature) || left(&body) != 0 ||
	    left(&parts->signature) < 2 || parts->signature.p[0] != 0 ||
	    !split_tbs(parts, tbs, crl))
		return err_set(e, ERR_CONFIG, "not a CRL of version 2 in DER with a nextUpdate");
	parts->signature.p++; /* unused bits: none */
	if (!same_octets(&parts->inner, &parts->outer))
		return err_set(e, ERR_CONFIG, "the CRL names two algorithms");
	return 0;
}

static bool
read_number(X509_EXTENSION *extension, unsigned char out[PKI_SERIAL])
{
	ASN1_INTEGER *number = X509V3_EXT_d2i(extension);
	bool ok = number != NULL && pki_number(number, out);

	ASN1_INTEGER_free(number);
	return ok;
}

/* Partitions by reason or by distribution point, and CRLs for other issuers, would need rules of
 * their own: refused. */
static bool
read_scope(X509_EXTENSION *extension, struct pki_crl *crl)
{
	ISSUING_DIST_POINT *point = X509V3_EXT_d2i(extension);
	bool ok = point != NULL && point->distpoint == NULL && point->onlysomereasons == NULL &&
		  point->indirectCRL <= 0 && point->onlyattr <= 0;

	if (ok) {
		crl->covers_users = point->onlyCA <= 0;
		crl->covers_cas = point->onlyuser <= 0;
	}
	ISSUING_DIST_POINT_free(point);
	return ok;
}

static bool
read_extension(X509_EXTENSION *extension, struct pki_crl *crl)
{
	switch (OBJ_obj2nid(X509_EXTENSION_get_object(extension))) {
	case NID_crl_number:
		return read_number(extension, crl->number);
	case NID_delta_crl:
		crl->delta = true;
		return read_number(extension, crl->base);
	case NID_issuing_distribution_point:
		return read_scope(extension, crl);
	default:
		return X509_EXTENSION_get_critical(extension) == 0;
	}
}

static int
read_extensions(struct parts *parts, struct pki_crl *crl, struct err *e)
{
	const unsigned char *p = parts->extensions.p;
	X509_EXTENSIONS *all =
	    p != NULL ? d2i_X509_EXTENSIONS(NULL, &p, (long)left(&parts->extensions)) : NULL;
	bool ok = parts->extensions.p == NULL || (all != NULL && p == parts->extensions.end);

	crl->covers_users = crl->covers_cas = true;
	for (int i = 0; ok && i < sk_X509_EXTENSION_num(all); i++)
		ok = read_extension(sk_X509_EXTENSION_value(all, i), crl);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return ok ? 0
		  : err_set(e, ERR_CONFIG, "an extension of the CRL is malformed or not supported");
}

/* SEQ { OID, [critical], OCTET STRING }; takes the reason, refuses what is critical. */
static bool
read_entry_extension(struct cursor *in, struct pki_revoked *entry)
{
	static const unsigned char reason[] = {0x55, 0x1d, 0x15}; /* 2.5.29.21 */
	struct cursor body, oid, critical = {NULL, NULL}, value, code;

	if (!take_universal(in, V_ASN1_SEQUENCE, &body) ||
	    !take_universal(&body, V_ASN1_OBJECT, &oid))
		return false;
	take_universal(&body, V_ASN1_BOOLEAN, &critical);
	if (!take_universal(&body, V_ASN1_OCTET_STRING, &value))
		return false;
	if (left(&oid) != sizeof(reason) || memcmp(oid.p, reason, sizeof(reason)) != 0)
		return left(&critical) == 0 || critical.p[0] == 0;
	if (!take_universal(&value, V_ASN1_ENUMERATED, &code) || left(&code) != 1)
		return false;
	entry->reason = code.p[0];
	return true;
}

/* Octets of the INTEGER, left-padded; false when negative or longer than any certificate's that is
 * accepted. */
static bool
read_serial(struct cursor number, unsigned char out[PKI_SERIAL])
{
	if (left(&number) > 0 && (number.p[0] & 0x80))
		return false;
	while (left(&number) > 0 && number.p[0] == 0)
		number.p++;
	if (left(&number) > PKI_SERIAL)
		return false;
	memcpy(out + PKI_SERIAL - left(&number), number.p, left(&number));
	return true;
}

/* *fits: the serial number is one that a certificate may have (cert.c refuses longer ones). */
static bool
read_entry(struct parts *parts, struct pki_revoked *entry, bool *fits)
{
	struct cursor body, number, extensions = {NULL, NULL};

	int64_t date;

	if (!take_universal(&parts->revoked, V_ASN1_SEQUENCE, &body) ||
	    !take_universal(&body, V_ASN1_INTEGER, &number) || !take_time(parts, &body, &date))
		return false;
	entry->date = date < 0 ? 0 : date > UINT32_MAX ? UINT32_MAX : (uint32_t)date;
	*fits = read_serial(number, entry->serial);
	take_universal(&body, V_ASN1_SEQUENCE, &extensions);
	while (left(&extensions) > 0)
		if (!read_entry_extension(&extensions, entry))
			return false;
	return left(&body) == 0;
}

static int
by_serial_and_date(const void *a, const void *b)
{
	const struct pki_revoked *x = a, *y = b;

	int order = memcmp(x->serial, y->serial, PKI_SERIAL);

	return order != 0 ? order : (x->date > y->date) - (x->date < y->date);
}

/* A serial that is listed twice keeps its first date. */
static void
sort_revoked(struct pki_crl *crl)
{
	size_t n = 0;

	if (crl->n_revoked > 0)
		qsort(crl->revoked, crl->n_revoked, sizeof(*crl->revoked), by_serial_and_date);
	for (size_t i = 0; i < crl->n_revoked; i++)
		if (n == 0 ||
		    memcmp(crl->revoked[n - 1].serial, crl->revoked[i].serial, PKI_SERIAL) != 0)
			crl->revoked[n++] = crl->revoked[i];
	crl->n_revoked = n;
}

static int
read_revoked(struct parts *parts, struct pki_crl *crl, struct err *e)
{
	size_t room = 0;

	while (left(&parts->revoked) > 0) {
		if (crl->n_revoked == room) {
			room = room * 2 + 64;
			struct pki_revoked *more = reallocarray(crl->revoked, room, sizeof(*more));
			if (more == NULL)
				return err_set(e, ERR_NOMEM, "no memory for a CRL");
			crl->revoked = more;
		}
		struct pki_revoked *entry = &crl->revoked[crl->n_revoked];
		bool fits = false;
		memset(entry, 0, sizeof(*entry));
		if (!read_entry(parts, entry, &fits))
			return err_set(e, ERR_CONFIG,
			    "entry %zu of the CRL is malformed or not supported",
			    crl->n_revoked + 1);
		crl->n_revoked += fits;
	}
	sort_revoked(crl);
	return 0;
}

static bool
verifies(const struct parts *parts, EVP_PKEY *key)
{
	const unsigned char *p = parts->outer.p;
	ASN1_OBJECT *algorithm = d2i_ASN1_OBJECT(NULL, &p, (long)left(&parts->outer));
	bool ok = pki_octets_verify(key, algorithm,
	    (struct octets){parts->signature.p, left(&parts->signature)},
	    (struct octets){parts->tbs.p, left(&parts->tbs)});

	ASN1_OBJECT_free(algorithm);
	return ok;
}

/* Of all CAs with the issuer's name, the one under whose key it verifies; it must sign CRLs. */
static int
find_authority(const struct pki *p, const struct parts *parts, struct pki_crl *crl, struct err *e)
{
	const unsigned char *der = parts->issuer.p;
	X509_NAME *name = d2i_X509_NAME(NULL, &der, (long)left(&parts->issuer));
	unsigned named = 0;
	int rc = -1;

	for (size_t i = 0; name != NULL && rc != 0 && i < p->n_cas; i++) {
		const struct pki_cert *ca = p->cas[i];
		if (X509_NAME_cmp(X509_get_subject_name(ca->x), name) != 0 ||
		    !(ca->usage & KU_CRL_SIGN))
			continue;
		named++;
		if (!verifies(parts, ca->key))
			continue;
		crl->authority = ca->authority;
		rc = 0;
	}
	X509_NAME_free(name);
	if (rc != 0)
		err_set(e, ERR_CONFIG, "%s",
		    named > 0 ? "the signature of the CRL does not verify"
			      : "the issuer of the CRL is not among the CAs, or may not sign CRLs");
	return rc;
}

int
pki_crl_read(const struct pki *p, struct octets der, struct pki_crl **out, struct err *e)
{
	struct pki_crl *crl = calloc(1, sizeof(*crl));
	struct parts parts = {.time = ASN1_TIME_new()};
	int rc = -1;

	*out = NULL;
	if (crl == NULL || parts.time == NULL) {
		err_set(e, ERR_NOMEM, "no memory for a CRL");
		goto out;
	}
	if (EVP_Digest(der.data, der.len, crl->digest, NULL, p->sha256, NULL) != 1) {
		err_set(e, ERR_NOMEM, "no memory for a digest");
		goto out;
	}
	if (split(&parts, der, crl, e) != 0 || find_authority(p, &parts, crl, e) != 0 ||
	    read_extensions(&parts, crl, e) != 0 || read_revoked(&parts, crl, e) != 0)
		goto out;
	*out = crl;
	crl = NULL; /* moved */
	rc = 0;
out:
	ASN1_TIME_free(parts.time);
	pki_crl_free(crl);
	ERR_clear_error();
	return rc;
}

void
pki_crl_free(struct pki_crl *crl)
{
	if (crl == NULL || crl->shelved)
		return;
	free(crl->revoked);
	free(crl);
}
