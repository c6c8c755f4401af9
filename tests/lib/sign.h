/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A signer that signs anything: hostile messages whose cryptography is right, so that a test meets
 * the check it is about and not a broken signature.
 */
#ifndef TESTS_LIB_SIGN_H
#define TESTS_LIB_SIGN_H

#include "base/arena.h"
#include "pki/pki.h"

/* text with every `from` replaced; the test fails when there is none. */
const char *sign_replace(struct arena *, const char *text, const char *from, const char *to);

/* Fills in a template: @CERT@ the certificate, @DIGEST:id@ the digest of the exc-c14n of the
 * element with that Id, @VALUE@ the signature over the exc-c14n of the first ds:SignedInfo. A
 * PrefixList that stands in the template is honoured, and so are its SignatureMethod and
 * DigestMethod where the key can do that; else they are the first of the key's family. */
const char *sign_template(struct arena *, const char *text, const struct pki_identity *);

/* base64 of the signature over octets, as XMLDSig has it. */
struct sig_suite;
const char *sign_value(
    struct arena *, const struct pki_identity *, const struct sig_suite *, struct octets);

/* An envelope whose <data> carries one signature more, in place, as its last child: over the
 * element with that Id, or with NULL over the whole message as it is. Canonical form inclusive or
 * exclusive. */
const char *sign_in_place(struct arena *, const char *envelope, const char *id, bool inclusive,
    const struct pki_identity *);

/* NAME of the test PKI: testpki/FAMILY/NAME.{pem,key}. */
struct pki_identity *sign_identity(struct arena *, const char *family, const char *name);

#endif
