/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signatures: what is signed, by which key, and what that covers.
 *
 * Promise: a struct sig_part exists only after the structure was allow-listed, the
 * certificate judged, the signature verified and its coverage proved. Its octets are the ones that
 * were digested. xmlsec is known here only and does mechanics: one key, one signature node, an
 * allow-list of algorithms; trust and coverage are ours.
 */
#ifndef SIG_SIG_H
#define SIG_SIG_H

#include "env/env.h"
#include "pki/pki.h"

enum sig_verdict {
	SIG_UNCHECKED = 0,
	SIG_REFUSED,
	SIG_VERIFIED
};

enum sig_algorithm { /* bits, for the policy */
	SIG_NONE = 0,
	SIG_RSA_SHA256 = 1u << 0,
	SIG_RSA_SHA384 = 1u << 1,
	SIG_RSA_SHA512 = 1u << 2,
	SIG_GOST2015 = 1u << 3,
	SIG_GOST2004 = 1u << 4,
	SIG_ECDSA_SHA256 = 1u << 5, /* on P-256 */
	SIG_ECDSA_SHA384 = 1u << 6  /* on P-384 */
};

/* "rsa-sha256", "rsa-sha384", "rsa-sha512", "gost2015", "gost2004", "ecdsa-sha256", "ecdsa-sha384",
 * as configuration and inspection say it. SIG_NONE, and "-", for what is no algorithm. */
enum sig_algorithm sig_algorithm_named(const char *name);
const char *sig_algorithm_name(enum sig_algorithm);

struct sig_policy {
	unsigned algorithms;	       /* of enum sig_algorithm */
	unsigned rsa_bits;	       /* least key size, 2048 */
	struct instant gost2004_until; /* receipt at or after this instant refuses GOST 2004 */
	bool require_sign_capable;     /* an authentication-only certificate is ERR_PKI_USAGE */
};

/* RSA and both GOSTs, not ECDSA: the NCA issues no such keys, so a profile has to list it. 2048
 * bits, GOST 2004 without end, sign-capable required. */
extern const struct sig_policy sig_default_policy;

struct sig_part {
	enum sig_verdict verdict;
	const struct dom_node *node; /* transport: the Body; business: the document's root */
	struct octets digested;	     /* in the arena */
	struct pki_signer signer;
	enum sig_algorithm algorithm;
	/* for `inspect` and the log, filled as far as it came, also on refusal (then signer is who
	 * the certificate speaks of, and nothing is proved): */
	bool digest_ok; /* the digest of the Body, or of the document, is right */
};

/* Once per process before any fork; after dom_init() and gost_load(). */
int sig_init(struct err *) MUSTCHECK;
void sig_fini(void);

/* The transport signature: wsse:Security over the Body. Key by KeyIdentifier (X509v3),
 * X509Certificate, BinarySecurityToken, or IssuerSerial out of the partners. Exactly one Reference
 * to the Body; besides it only the Timestamp and the token of the same Security, four at most. A
 * Timestamp that is there must be signed and hold at `at`, five minutes of skew allowed. A
 * prefix in an xsi:type of the Body must be declared in the Body, stand in the PrefixList, or be
 * XML Schema's. Comments in the Body are let through: they are not in the digested octets.
 * ERR_SIG_*, ERR_PKI_*, ERR_ENV_DUPLICATE_ID. out->verdict is SIG_VERIFIED only when it returns 0.
 */
int sig_verify_transport(const struct env *, struct pki *, const struct sig_policy *,
    struct instant at, struct arena *, struct sig_part *out, struct err *) MUSTCHECK;

/* An enveloped signature over a whole stand-alone document (URI="", shep.md 4.2): the last child of
 * the root is the Signature, and nothing but white space stands behind or between signatures.
 * Stacked signatures are peeled from the last to the first: *count of them go to out[0 ..
 * *count-1], in that order, each with what it covered (the last one the payload without any
 * signature); at most `most`. All must hold; on a refusal out[*count-1] is the one that does not.
 * Errors carry level ERR_BUSINESS. The document's tree is changed (signatures taken out). */
#define SIG_MOST_SIGNERS 8
int sig_verify_document(struct dom *, struct pki *, const struct sig_policy *, struct instant at,
    struct arena *, size_t most, struct sig_part *out, size_t *count, struct err *) MUSTCHECK;

/* What signatures are judged by. */
struct sig_court {
	struct pki *pki;
	const struct sig_policy *policy;
	struct instant at;
	struct arena *arena;
};

/* The same for signatures at the end of `data` that cover it where it stands, in the document of
 * this envelope (placement in-place). A Reference is either "#id", id being data's own wsu:Id or
 * Id: it covers data with the namespaces around it; or "": it covers the whole message as it stood
 * before the transport signature was put in. That one is younger, covers this one, and is taken out
 * for the time, as a stacked signer is. out[].node is data, or the Envelope. The signatures are
 * taken out of data's tree. */
int sig_verify_in_place(const struct env *, const struct dom_node *data, const struct sig_court *,
    size_t most, struct sig_part *out, size_t *count, struct err *) MUSTCHECK;

/* true when the root's last child is a ds:Signature. */
bool sig_document_is_signed(const struct dom *);

enum sig_keyinfo {
	SIG_KEY_IDENTIFIER, /* the certificate in wsse:KeyIdentifier (NIT's form) */
	SIG_ISSUER_SERIAL   /* issuer and serial only */
};

/* Signs an envelope made by env_write(): returns the octets to send, the given ones with a
 * Signature put in. The algorithm follows the key: RSA-SHA256 or GOST 34.10-2015 (512); never GOST
 * 2004 (ERR_CONFIG). */
int sig_sign_envelope(struct octets envelope, const struct pki_identity *, enum sig_keyinfo,
    struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* Appends an enveloped signature as the last child of the root (NCALayer's form: inclusive C14N,
 * #WithComments transform, X509Certificate). */
int sig_sign_document(struct octets document, const struct pki_identity *, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

#endif
