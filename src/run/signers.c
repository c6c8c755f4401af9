/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is said of a signer; see signers.h.
 */
#include "config.h"

#include <stdio.h>

#include "run/call.h"
#include "run/signers.h"

const char *
run_signer_name(const struct pki_signer *s, char text[64])
{
	if (s->iin[0] == '\0' && s->bin[0] == '\0')
		return "-";
	snprintf(text, 64, "%s%s%s%s%s", s->iin[0] == '\0' ? "" : "IIN", s->iin,
	    s->iin[0] == '\0' || s->bin[0] == '\0' ? "" : "/", s->bin[0] == '\0' ? "" : "BIN",
	    s->bin);
	return text;
}

const char *
run_covered(const struct sig_part *p, char hex[65])
{
	unsigned char digest[32];

	if (p->verdict != SIG_VERIFIED)
		return "-";
	run_sha256(p->digested, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

const char *
run_signers_text(const struct sig_part *signers, size_t count, struct arena *a)
{
	const char *all = "";
	char name[64], hex[65];

	for (size_t i = 0; i < count && all != NULL; i++)
		all = arena_printf(a,
		    "%s%ssigner %zu: %s, %s, certificate %s, %zu octets, sha256 %s", all,
		    i == 0 ? "" : "; ", count - i, run_signer_name(&signers[i].signer, name),
		    sig_algorithm_name(signers[i].algorithm), signers[i].signer.serial,
		    signers[i].digested.len, run_covered(&signers[i], hex));
	return all == NULL ? "" : all;
}
