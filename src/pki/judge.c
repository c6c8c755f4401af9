/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The judgement over a certificate: own rules first, then path or pin, then revocation; and the
 * memory of good verdicts.
 *
 * A good verdict is kept with the span of time in which nothing it rests on changes: validity of
 * every link, thisUpdate and nextUpdate of the CRLs. Refusals are not kept. The last second of a
 * validity counts as expired, as OpenSSL has it.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

static int
judge_times(const struct pki_cert *c, int64_t at, struct err *e)
{
	char text[CLOCK_TEXT];

	if (at < c->who.not_before.seconds)
		return err_set(e, ERR_PKI_NOT_YET_VALID, "certificate %s begins on %s",
		    c->who.serial, clock_write_utc(c->who.not_before, text));
	if (at >= c->who.not_after.seconds)
		return err_set(e, ERR_PKI_EXPIRED, "certificate %s ended on %s", c->who.serial,
		    clock_write_utc(c->who.not_after, text));
	return 0;
}

/* R-41, and what OpenSSL's path validation would have said of a pinned one. The certificates of
 * OCSP and time stamp services sign answers of their own kind only (RFC 6960 4.2.2.2, RFC
 * 3161 2.3). */
static int
judge_form(const struct pki_cert *c, struct err *e)
{
	if (c->ca || (X509_get_extension_flags(c->x) & EXFLAG_CA))
		return err_set(e, ERR_PKI_USAGE, "certificate %s is a CA's", c->who.serial);
	if (!(c->usage & KU_DIGITAL_SIGNATURE))
		return err_set(e, ERR_PKI_USAGE, "certificate %s has no usage digitalSignature",
		    c->who.serial);
	if (c->extended & (XKU_OCSP_SIGN | XKU_TIMESTAMP))
		return err_set(e, ERR_PKI_USAGE,
		    "certificate %s is for OCSP answers or time stamps", c->who.serial);
	if (!c->for_people)
		return err_set(e, ERR_PKI_USAGE, "certificate %s is for no purpose of a signer's",
		    c->who.serial);
	if (X509_get_extension_flags(c->x) & EXFLAG_CRITICAL)
		return err_set(e, ERR_PKI_CERTIFICATE,
		    "certificate %s has a critical extension that is not known", c->who.serial);
	if (EVP_PKEY_get_security_bits(c->key) < PKI_SECURITY_BITS)
		return err_set(e, ERR_PKI_CERTIFICATE,
		    "certificate %s: a key of %u bits is too weak", c->who.serial, c->bits);
	return 0;
}

static bool
is_pinned(struct pki *p, const struct pki_cert *c)
{
	const struct pki_cert *same = c->pinned ? c : pki_cache_find(p, c->digest);

	return same != NULL && same->pinned;
}

static int
judge_anew(struct pki *p, const struct pki_cert *c, int64_t at, struct err *e)
{
	struct pki_verdict v = {.by = p->id,
	    .span = {.from = c->who.not_before.seconds, .until = c->who.not_after.seconds},
	    .pinned = is_pinned(p, c)};

	if (judge_form(c, e) != 0 || judge_times(c, at, e) != 0)
		return -1;
	if (v.pinned)
		v.issuer = pki_issuer_of(p, c);
	else if (pki_chain_judge(p, c, at, &v.span, &v.issuer, e) != 0)
		return -1;
	if (pki_revocation_by_crl(p, c, v.issuer, at, &v.span, &v.crl, e) != 0)
		return -1;
	*c->verdict = v;
	pki_cache_prove(p, c->digest);
	return 0;
}

/* Once more where a CRL was exchanged meanwhile: its index may have gone under the look-up. */
static int
judge_settled(struct pki *p, const struct pki_cert *c, int64_t at, struct err *e)
{
	uint64_t generation = pki_shelf_notice(p);
	struct err found = {0};
	int rc = judge_anew(p, c, at, &found);

	while (!pki_shelf_settled(p, generation)) {
		generation = pki_shelf_notice(p);
		err_clear(&found);
		rc = judge_anew(p, c, at, &found);
	}
	if (rc != 0 && e->code == ERR_OK)
		*e = found;
	return rc;
}

int
pki_judge(struct pki *p, const struct pki_cert *c, struct instant at, struct pki_signer *out,
    struct err *e)
{
	const struct pki_verdict *v = c->verdict;
	struct pki_standing standing;

	memset(out, 0, sizeof(*out));
	pki_shelf_notice(p);
	bool known = v->by == p->id && v->span.from <= at.seconds && at.seconds < v->span.until;
	if (!known && judge_settled(p, c, at.seconds, e) != 0)
		return -1;
	if (pki_revocation_decide(p, c, v, at.seconds, &standing, e) != 0)
		return -1;
	*out = c->who;
	out->pinned = v->pinned;
	out->standing = standing;
	return 0;
}

int
pki_judge_client(struct pki *p, const struct pki_cert *c, struct instant at, struct pki_signer *out,
    struct err *e)
{
	bool limited = X509_get_extension_flags(c->x) & EXFLAG_XKUSAGE;

	memset(out, 0, sizeof(*out));
	if (limited && !(c->extended & (XKU_SSL_CLIENT | XKU_ANYEKU)))
		return err_set(
		    e, ERR_PKI_USAGE, "certificate %s is not for TLS clients", c->who.serial);
	if (pki_judge(p, c, at, out, e) != 0)
		return -1;
	if (out->standing.source == PKI_NOT_ASKED || out->standing.status == PKI_GOOD)
		return 0;
	memset(out, 0, sizeof(*out));
	return err_set(e, ERR_PKI_REVOCATION_UNKNOWN,
	    "nothing in hand tells whether certificate %s is revoked", c->who.serial);
}
