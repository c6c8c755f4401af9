/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pinned partner certificates by issuer and serial number: a ShEP answer names its signer like that
 * and sends no certificate (shep.md 4.1).
 *
 * Finds only; whether the certificate is good is judged afterwards.
 */
#include "config.h"

#include <string.h>

#include "pki/inner.h"

/* Decimal without spaces and leading zeros; false when it is no number or too long for a serial. */
static bool
tidy_serial(const char *serial, char *out, size_t size)
{
	size_t n;

	serial += strspn(serial, " \t\r\n");
	serial += strspn(serial, "0");
	n = strspn(serial, "0123456789");
	if (n >= size || serial[n + strspn(serial + n, " \t\r\n")] != '\0')
		return false;
	memcpy(out, n > 0 ? serial : "0", n > 0 ? n : 1);
	out[n > 0 ? n : 1] = '\0';
	return true;
}

static bool
valid_at(const struct pki_cert *c, int64_t at)
{
	return c->who.not_before.seconds <= at && at < c->who.not_after.seconds;
}

/* Issuer and serial name one certificate, unless a CA used a number twice: then the one that is
 * valid, of two that are the one that began last, whatever their files are called. */
static bool
is_better(const struct pki_cert *c, const struct pki_cert *found, int64_t at)
{
	if (found == NULL || valid_at(c, at) != valid_at(found, at))
		return found == NULL || valid_at(c, at);
	return c->who.not_before.seconds > found->who.not_before.seconds;
}

static bool
has_name(const struct pki_cert *c, const char *issuer, const char *number)
{
	return strcmp(c->who.serial, number) == 0 &&
	       pki_name_is(X509_get_issuer_name(c->x), issuer);
}

bool
pki_is_named(const struct pki_cert *c, const char *issuer, const char *serial)
{
	char number[64] = "";

	return tidy_serial(serial, number, sizeof(number)) && has_name(c, issuer, number);
}

int
pki_find_partner(struct pki *p, const char *issuer, const char *serial, struct instant at,
    const struct pki_cert **out, struct err *e)
{
	char number[64] = "";
	const struct pki_cert *found = NULL;

	*out = NULL;
	if (!tidy_serial(serial, number, sizeof(number)))
		return err_set(e, ERR_PKI_UNKNOWN_SIGNER, "the serial number is no decimal number");
	for (size_t i = 0; i < p->n_partners; i++) {
		const struct pki_cert *c = p->partners[i];
		if (!has_name(c, issuer, number))
			continue;
		if (is_better(c, found, at.seconds))
			found = c;
	}
	if (found == NULL)
		return err_set(
		    e, ERR_PKI_UNKNOWN_SIGNER, "no pinned certificate %s of %s", number, issuer);
	*out = found;
	return 0;
}

const struct pki_cert *
pki_partner(const struct pki *p, size_t i)
{
	return i < p->n_partners ? p->partners[i] : NULL;
}
