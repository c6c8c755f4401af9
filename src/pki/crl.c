/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Revocation by the CRLs that are in force at an instant.
 *
 * Of several full CRLs in force the one with the highest number counts; deltas by our own rule,
 * because the NCA numbers them in a sequence of their own and OpenSSL ignores them
 * (kzgost-provider.md 3): who is revoked in a delta in force is revoked. The entry's date does not
 * matter: a CRL in force speaks of now.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "pki/inner.h"
#include "pki/shelf.h"

enum {
	REMOVE_FROM_CRL = 8 /* RFC 5280 5.3.1, in deltas only: a hold was lifted */
};

static int
key_to_entry(const void *key, const void *entry)
{
	return memcmp(key, ((const struct pki_revoked *)entry)->serial, PKI_SERIAL);
}

static const struct pki_revoked *
find(const struct pki_crl *crl, const unsigned char serial[PKI_SERIAL])
{
	if (crl->n_revoked == 0)
		return NULL;
	return bsearch(serial, crl->revoked, crl->n_revoked, sizeof(*crl->revoked), key_to_entry);
}

static bool
covers(const struct pki_crl *crl, const struct pki_cert *c, size_t authority)
{
	return crl->authority == authority && (c->ca ? crl->covers_cas : crl->covers_users);
}

static bool
in_force(const struct pki_crl *crl, int64_t at)
{
	return crl->this_update <= at && at < crl->next_update;
}

/* The full one to go by, or NULL; *loaded: there is any, in force or not. The span ends wherever
 * another choice might be made. */
static const struct pki_crl *
choose_full(const struct pki *p, const struct pki_cert *c, size_t authority, int64_t at,
    struct pki_span *span, bool *loaded)
{
	const struct pki_crl *best = NULL;

	for (size_t i = 0; i < p->n_crls; i++) {
		const struct pki_crl *crl = p->crls[i];

		if (!covers(crl, c, authority))
			continue;
		pki_span_cut(span, at, crl->this_update);
		pki_span_cut(span, at, crl->next_update);
		*loaded |= !crl->delta;
		if (!crl->delta && in_force(crl, at) &&
		    (best == NULL || memcmp(crl->number, best->number, PKI_SERIAL) >= 0))
			best = crl;
	}
	return best;
}

/* What the full one says, then each delta in force, oldest first; those issued before the full one
 * are superseded by it. */
static const struct pki_revoked *
deciding_entry(const struct pki *p, const struct pki_crl *full, const struct pki_cert *c,
    size_t authority, int64_t at)
{
	const struct pki_revoked *entry = full != NULL ? find(full, c->serial) : NULL, *found;

	for (size_t i = 0; i < p->n_crls; i++) {
		const struct pki_crl *crl = p->crls[i];

		if (!crl->delta || !covers(crl, c, authority) || !in_force(crl, at) ||
		    (full != NULL && crl->this_update < full->this_update) ||
		    (found = find(crl, c->serial)) == NULL)
			continue;
		if (found->reason == REMOVE_FROM_CRL)
			entry = NULL;
		else if (entry == NULL || found->date < entry->date)
			entry = found;
	}
	return entry;
}

int
pki_crl_judge(const struct pki *p, const struct pki_cert *c, size_t authority, int64_t at,
    struct pki_span *span, struct err *e)
{
	bool loaded = false;
	const struct pki_crl *full = choose_full(p, c, authority, at, span, &loaded);
	const struct pki_revoked *entry = deciding_entry(p, full, c, authority, at);
	char text[CLOCK_TEXT];

	if (c->odd_serial)
		return err_set(e, ERR_PKI_REVOCATION_UNKNOWN, "no CRL of ours has such numbers");
	if (entry != NULL)
		return err_set(e, ERR_PKI_REVOKED, "certificate %s revoked on %s, reason %u",
		    c->who.serial, clock_write_utc((struct instant){entry->date, 0}, text),
		    entry->reason);
	if (full != NULL || (c->ca && !loaded && !p->alone && !pki_shelf_awaits(p, authority)))
		return 0;
	return err_set(e, ERR_PKI_REVOCATION_UNKNOWN, "%s for certificate %s",
	    loaded ? "no CRL is in force" : "no CRL is loaded", c->who.serial);
}

bool
pki_crl_basis(const struct pki *p, const struct pki_cert *c, size_t authority, int64_t at,
    struct pki_standing *out)
{
	struct pki_span span = {.from = INT64_MIN, .until = INT64_MAX};
	bool loaded = false;
	const struct pki_crl *full = choose_full(p, c, authority, at, &span, &loaded);
	BIGNUM *number = full != NULL ? BN_bin2bn(full->number, PKI_SERIAL, NULL) : NULL;
	char *text = number != NULL ? BN_bn2dec(number) : NULL;

	if (full != NULL) {
		out->this_update = (struct instant){full->this_update, 0};
		memcpy(out->digest, full->digest, sizeof(out->digest));
		snprintf(out->number, sizeof(out->number), "%s", text != NULL ? text : "");
	}
	OPENSSL_free(text);
	BN_free(number);
	return full != NULL;
}

void
pki_crl_describe(const struct pki *p, const struct pki_crl *crl, struct pki_crl_facts *out)
{
	BIGNUM *number = BN_bin2bn(crl->number, PKI_SERIAL, NULL);
	char *text = number != NULL ? BN_bn2dec(number) : NULL;

	*out = (struct pki_crl_facts){.delta = crl->delta,
	    .entries = crl->n_revoked,
	    .this_update = {crl->this_update, 0},
	    .next_update = {crl->next_update, 0}};
	snprintf(out->number, sizeof(out->number), "%s", text != NULL ? text : "");
	for (size_t i = 0; i < p->n_cas; i++)
		if (p->cas[i]->authority == crl->authority)
			pki_name(
			    X509_get_subject_name(p->cas[i]->x), out->issuer, sizeof(out->issuer));
	OPENSSL_free(text);
	BN_free(number);
	ERR_clear_error();
}

bool
pki_crl_facts(const struct pki *p, size_t i, struct pki_crl_facts *out)
{
	for (size_t k = 0; k < p->n_crls; k++)
		if (!p->crls[k]->shelved && i-- == 0) {
			pki_crl_describe(p, p->crls[k], out);
			return true;
		}
	return false;
}
