/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time stamps (RFC 3161) and signed files (CMS, RFC 5652) as the NCA's services and clients make
 * them.
 *
 * Trust is that of the struct pki: its anchors, its intermediates, its CRLs; a CA that comes with a
 * token or a file vouches for nobody.
 */
#ifndef PKI_SEALED_H
#define PKI_SEALED_H

#include "base/arena.h"
#include "pki/pki.h"

enum {
	PKI_STAMP_OCTETS = 64 * 1024,
	PKI_CMS_OCTETS = 64 * 1024 * 1024
};

/* What a time stamp says. Plain values. */
struct pki_stamp {
	struct instant time; /* genTime */
	char policy[64];     /* dotted; the NCA's are 1.2.398.3.3.2.6.1 to .4 (nca.md 6) */
	char serial[64];     /* decimal */
	char tsa[65];	     /* SHA-256 of the authority's certificate, hex */
	unsigned char imprint[64];
	size_t imprint_len;
	bool weak; /* the imprint is of a digest that proves nothing (SHA-1) */
};

/* Judges a TimeStampResp or a bare TimeStampToken in DER. data NULL: what it stamps is not looked
 * at; else the imprint must be of these octets, and of no weak digest. The token must be signed,
 * over no weak digest either, by one certificate that is only for time stamping (critical), that
 * leads to an anchor at genTime, that no CRL in force at `at` revokes, and that the token's own
 * ESSCertID names. genTime is at most five minutes after `at`; the policy is one of the NCA's. *out
 * is filled only when it returns 0. ERR_SIG_STRUCTURE, _TIMESTAMP, _DIGEST, _VALUE, _ALGORITHM;
 * ERR_PKI_*; ERR_NOMEM. */
int pki_tsp_judge(struct pki *, struct octets der, const struct octets *data, struct instant at,
    struct pki_stamp *out, struct err *) MUSTCHECK;

/* A signed file. */
struct pki_sealed {
	struct octets content; /* in the arena when attached, else as given */
	struct pki_signer signer;
	bool stamped;	    /* a time stamp of the signature is there and holds: stamp is filled */
	bool stamp_refused; /* one is there and does not; the signature stands without it */
	struct pki_stamp stamp;
};

/* Judges a SignedData in DER with exactly one signer: signed attributes with the digest of the
 * content, signature, and the certificate at `at` as pki_judge() does. detached NULL: the content
 * is inside; else these octets are it, up to PKI_CMS_OCTETS, and nothing may be inside.
 * ERR_SIG_MISSING, _STRUCTURE, _ALGORITHM, _DIGEST, _VALUE, _KEYINFO; ERR_PKI_*; ERR_NOMEM. */
int pki_cms_judge(struct pki *, struct octets der, const struct octets *detached, struct instant at,
    struct arena *, struct pki_sealed *out, struct err *) MUSTCHECK;

#endif
