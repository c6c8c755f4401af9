/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who signed and what that covers, in words: for the journal and for inspection.
 */
#ifndef RUN_SIGNERS_H
#define RUN_SIGNERS_H

#include "sig/sig.h"

/* "IIN000101300019/BIN000140000012", or "-". Returns text or a constant. */
const char *run_signer_name(const struct pki_signer *, char text[64]);

/* SHA-256 of the octets that the signature digested, hex; "-" when it did not verify. */
const char *run_covered(const struct sig_part *, char hex[65]);

/* All of them, "signer 2: ...; signer 1: ...", from the last to the first. "" without memory. */
const char *run_signers_text(const struct sig_part *, size_t count, struct arena *);

#endif
