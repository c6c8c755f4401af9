/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What both signing functions share: digest, SignedInfo, KeyInfo and signature value as text.
 */
#ifndef SIG_SIGN_H
#define SIG_SIGN_H

#include "sig/suite.h"

/* The suite of our key; ERR_CONFIG for one that must not sign (GOST 2004, design.md 8). */
int sig_choose_suite(
    const struct pki_identity *, const struct sig_suite **out, struct err *) MUSTCHECK;

/* base64 of the digest, NUL-terminated in the arena. */
int sig_write_digest(const struct sig_digest *, struct octets, struct arena *, const char **out,
    struct err *) MUSTCHECK;

/* base64 of the signature over octets. */
int sig_write_value(const struct pki_identity *, const struct sig_suite *, struct octets,
    struct arena *, const char **out, struct err *) MUSTCHECK;

/* text with `piece` put in at `offset`. */
int sig_splice(struct octets text, size_t offset, struct octets piece, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

#endif
