/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Is a certificate revoked: the decision over what CRLs and OCSP answers in hand say.
 *
 * Three answers. Whoever says "revoked" is believed. "Good" needs a source that was chosen: OCSP
 * before CRL. Nobody there changes nothing: an unreachable responder neither revokes nor clears. An
 * authority's "unknown", and an answer that was a lie, leave the state unknown whatever a CRL says
 * (nca.md 7).
 */
#include "config.h"

#include <string.h>

#include "pki/inner.h"
#include "pki/ocsp.h"

enum {
	SKEW = 300, /* seconds, R-42 */
	NEWS = 60   /* seconds after which a certificate that was never issued may be issued */
};

int
pki_revocation_by_crl(const struct pki *p, const struct pki_cert *c, const struct pki_cert *issuer,
    int64_t at, struct pki_span *span, struct pki_standing *out, struct err *e)
{
	struct err why = {0};

	*out = (struct pki_standing){.source = PKI_NO_SOURCE};
	if (p->revocation == PKI_REVOCATION_OFF || p->alone) { /* path.c has asked for it */
		out->source = PKI_NOT_ASKED;
		return 0;
	}
	if (issuer == NULL)
		return 0;
	if (pki_crl_judge(p, c, issuer->authority, at, span, &why) == 0) {
		out->status = PKI_GOOD;
		out->source = PKI_BY_CRL;
		pki_crl_basis(p, c, issuer->authority, at, out);
		return 0;
	}
	return why.code == ERR_PKI_REVOCATION_UNKNOWN ? 0 : err_set(e, why.code, "%s", why.detail);
}

static bool
is_fresh(const struct pki_ocsp_answer *a, int64_t at)
{
	return a->fresh_until.seconds > at;
}

/* Of the stored answers the one that counts: a final revocation, then the newest. One that lies
 * about this certificate counts when no other does. */
static bool
look_in_folder(
    const struct pki *p, const struct pki_target *t, int64_t at, struct pki_ocsp_answer *out)
{
	const struct pki_ocsp_rules rules = {.skew = SKEW, .max_age = p->ocsp_seconds};
	bool found = false;

	for (size_t i = 0; i < p->n_answers; i++) {
		struct pki_ocsp_answer a;
		struct err why = {0};
		int rc = pki_ocsp_judge(
		    p, p->answers[i], t, NULL, (struct instant){at, 0}, &rules, &a, &why);

		if (rc != 0 && a.fault != PKI_OCSP_UNTRUSTED && a.fault != PKI_OCSP_NONCE)
			continue; /* nobody's, or about another certificate */
		a.fresh_until.seconds = rc != 0 ? INT64_MAX : a.fresh_until.seconds;
		if (!found || pki_ocsp_is_final(&a) ||
		    (!pki_ocsp_is_final(out) && rc == 0 &&
			(out->fault != PKI_OCSP_FINE ||
			    a.this_update.seconds >= out->this_update.seconds)))
			*out = a;
		found = true;
	}
	return found;
}

static bool
in_hand(const struct pki *p, const struct pki_target *t, int64_t at, struct pki_ocsp_answer *out)
{
	return p->book == NULL ? look_in_folder(p, t, at, out)
			       : pki_book_look(p->book, t, out, NULL, NULL);
}

/* What OCSP has said; and whether it should be asked (again): in good time before what it said is
 * over. */
static bool
look(const struct pki *p, const struct pki_target *t, int64_t at, struct pki_ocsp_answer *out)
{
	bool found = in_hand(p, t, at, out);

	if (p->book == NULL)
		return found;
	int64_t whole = out->fresh_until.seconds - out->this_update.seconds;
	if (!found || (!pki_ocsp_is_final(out) && out->fresh_until.seconds - at <= whole / 4) ||
	    out->fault == PKI_OCSP_MALFORMED ||
	    (out->never_issued && at - out->this_update.seconds >= NEWS))
		pki_book_want(p->book, t);
	return found;
}

/* Nobody could tell, or somebody may not be believed. */
static int
unknown(const struct pki *p, const struct pki_cert *c, const char *why, struct pki_standing *out,
    struct err *e)
{
	*out = (struct pki_standing){.source = PKI_NO_SOURCE};
	if (p->unknown_passes)
		return 0;
	return err_set(e, ERR_PKI_REVOCATION_UNKNOWN, "%s for certificate %s", why, c->who.serial);
}

/* A hold whose time is over is a hold until an answer lifts it. */
static int
refuse(const struct pki_cert *c, const struct pki_ocsp_answer *a, struct err *e)
{
	char text[CLOCK_TEXT];

	if (a->never_issued)
		return err_set(e, ERR_PKI_NOT_ISSUED,
		    "the issuer's responder knows of no certificate %s: forged, or newer than its "
		    "answer",
		    c->who.serial);
	return err_set(e, ERR_PKI_REVOKED, "certificate %s revoked on %s, reason %d, by OCSP",
	    c->who.serial, clock_write_utc(a->revoked_at, text), a->reason);
}

static struct pki_target
target_of(const struct pki_cert *c, const struct pki_verdict *v)
{
	struct pki_target t;

	memcpy(t.authority, v->issuer->authority_id, sizeof(t.authority));
	memcpy(t.serial, c->serial, sizeof(t.serial));
	return t;
}

static int
decide_by_ocsp(const struct pki *p, const struct pki_cert *c, const struct pki_verdict *v,
    int64_t at, struct pki_standing *out, struct err *e)
{
	struct pki_ocsp_answer a = {.reason = -1};
	const struct pki_target t = target_of(c, v);
	bool found = look(p, &t, at, &a), fresh = found && is_fresh(&a, at);

	if (a.status == PKI_REVOKED || (fresh && a.never_issued))
		return refuse(c, &a, e);
	if (fresh && a.status == PKI_GOOD) {
		*out = (struct pki_standing){.status = PKI_GOOD,
		    .source = PKI_BY_OCSP,
		    .this_update = a.this_update,
		    .target = t};
		memcpy(out->digest, a.digest, sizeof(out->digest));
		return 0;
	}
	if (fresh)
		return unknown(p, c,
		    a.fault != PKI_OCSP_FINE ? "an OCSP answer that is not to be believed"
					     : "the OCSP responder says unknown",
		    out, e);
	if (p->revocation == PKI_REVOCATION_ANY && v->crl.status == PKI_GOOD) {
		*out = v->crl;
		return 0;
	}
	return unknown(p, c,
	    p->revocation == PKI_REVOCATION_ANY ? "no fresh OCSP answer and no CRL in force"
						: "no fresh OCSP answer",
	    out, e);
}

/* No responder is asked, but the book may hold what one said under another choice of
 * trust.revocation. A hold that nobody would lift any more is over with its time. */
static int
decide_by_crl(const struct pki *p, const struct pki_cert *c, const struct pki_verdict *v,
    int64_t at, struct pki_standing *out, struct err *e)
{
	struct pki_ocsp_answer a = {.reason = -1};
	const struct pki_target t = target_of(c, v);

	if (in_hand(p, &t, at, &a) && a.status == PKI_REVOKED &&
	    (pki_ocsp_is_final(&a) || is_fresh(&a, at)))
		return refuse(c, &a, e);
	if (v->crl.status != PKI_GOOD)
		return unknown(p, c, "no CRL in force", out, e);
	*out = v->crl;
	return 0;
}

static int
decide(const struct pki *p, const struct pki_cert *c, const struct pki_verdict *v, int64_t at,
    struct pki_standing *out, struct err *e)
{
	if (v->crl.source == PKI_NOT_ASKED) {
		*out = v->crl;
		return 0;
	}
	if (v->issuer == NULL)
		return unknown(p, c, "no CA is loaded that could tell", out, e);
	return (p->revocation == PKI_REVOCATION_CRL ? decide_by_crl : decide_by_ocsp)(
	    p, c, v, at, out, e);
}

int
pki_revocation_decide(const struct pki *p, const struct pki_cert *c, const struct pki_verdict *v,
    int64_t at, struct pki_standing *out, struct err *e)
{
	if (decide(p, c, v, at, out, e) != 0)
		return -1;
	if (v->span.doubtful)
		*out = (struct pki_standing){.source = PKI_NO_SOURCE};
	return 0;
}

bool
pki_ocsp_evidence(
    const struct pki *p, const struct pki_standing *s, struct arena *a, struct octets *out)
{
	struct pki_ocsp_answer held;

	*out = (struct octets){NULL, 0};
	return p->book != NULL && s->source == PKI_BY_OCSP &&
	       pki_book_look(p->book, &s->target, &held, a, out) && out->len > 0 &&
	       memcmp(held.digest, s->digest, sizeof(held.digest)) == 0;
}
