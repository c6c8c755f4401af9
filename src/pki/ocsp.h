/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Revocation by OCSP (RFC 6960): requests, the judgement over answers, and the book in which all
 * processes read what the last answers said.
 *
 * Nothing here connects to anybody: who fetches asks for a request, carries it, and lets the
 * answer be judged. What cannot be judged good is unknown, never good.
 */
#ifndef PKI_OCSP_H
#define PKI_OCSP_H

#include "base/arena.h"
#include "pki/pki.h"

enum {
	PKI_OCSP_OCTETS = 64 * 1024, /* of an answer; the NCA's have some 2,300 */
	PKI_BOOK_OCTETS = 6 * 1024   /* of an answer that the book keeps with its verdict */
};

/* The target of a certificate of a loaded CA, by the CA's key. ERR_PKI_UNKNOWN_ISSUER. */
int pki_target_of(
    const struct pki *, const struct pki_cert *, struct pki_target *out, struct err *) MUSTCHECK;

/* The authority of a CA by the file of its certificate, which must be among the trusted ones.
 * ERR_CONFIG, with the file's name. */
int pki_authority_of_file(
    struct pki *, const char *file, unsigned char out[32], struct err *) MUSTCHECK;

/* The issuer's name as RFC 2253 text, cut to size, for a log; "" when no such CA is loaded.
 * Returns into. */
const char *pki_target_issuer(
    const struct pki *, const struct pki_target *, char *into, size_t size);

struct pki_nonce {
	unsigned char octets[32];
	size_t len; /* 0 = none */
};

/* An OCSPRequest in DER, in the arena: one CertID of SHA-256, a fresh nonce, not signed.
 * ERR_PKI_UNKNOWN_ISSUER when the authority is not loaded (any more), ERR_INTERNAL without
 * randomness, ERR_NOMEM. */
int pki_ocsp_request(const struct pki *, const struct pki_target *, struct arena *,
    struct pki_nonce *nonce, struct octets *out, struct err *) MUSTCHECK;

struct pki_ocsp_rules {
	int64_t skew;	    /* seconds that a responder's clock may go ahead; 300 */
	int64_t max_age;    /* seconds from thisUpdate for which an answer speaks; a nextUpdate can
			       only shorten it. The NCA gives none */
	bool require_nonce; /* an answer without the nonce that was asked with is refused */
};

/* Why an answer says nothing. The first two leave a CRL its word, as if nobody had answered; the
 * others are somebody's lie or fault, and no other source makes good out of them (nca.md 7). */
enum pki_ocsp_fault {
	PKI_OCSP_FINE = 0,
	PKI_OCSP_BUSY,	    /* tryLater, internalError, unauthorized, ...: no answer was given */
	PKI_OCSP_STALE,	    /* not fresh at that time, or from the future */
	PKI_OCSP_MALFORMED, /* no DER, octets behind it, too long, several answers; in the book one
			       that is half written */
	PKI_OCSP_OTHER,	    /* speaks of another certificate */
	PKI_OCSP_NONCE,	    /* another nonce, or none where one is required */
	PKI_OCSP_UNTRUSTED  /* signature or responder */
};

struct pki_ocsp_answer {
	enum pki_status status;
	enum pki_ocsp_fault fault;
	bool never_issued; /* status unknown: "revoked 1970-01-01, certificateHold", that is, the
			      issuer never issued it (RFC 6960 2.2): forged, or not known yet */
	struct instant this_update, fresh_until; /* fresh while < fresh_until */
	struct instant revoked_at;
	int reason;		  /* CRLReason, -1 = none was given */
	unsigned char digest[32]; /* SHA-256 of the answer's octets */
};

/* A revocation that nobody takes back: any but a certificateHold. It counts however old it is. */
bool pki_ocsp_is_final(const struct pki_ocsp_answer *);

/* What an answer (OCSPResponse in DER) says of the target at `at`. It must be DER, speak of that
 * one certificate alone (CertID of SHA-256 or SHA-1, all its fields), be signed over its own octets
 * by the issuer's key or by a certificate that this key issued for OCSPSigning and that is valid at
 * `at` (with id-pkix-ocsp-nocheck, or good by the CRLs; never one that a CRL revokes), and be
 * fresh. nonce NULL or empty = none was sent. *out is filled in any case: on a refusal fault says
 * why and status is unknown; times and digest are what the answer itself claims.
 * ERR_PKI_REVOCATION_UNKNOWN, ERR_NOMEM. */
int pki_ocsp_judge(const struct pki *, struct octets answer, const struct pki_target *,
    const struct pki_nonce *nonce, struct instant at, const struct pki_ocsp_rules *,
    struct pki_ocsp_answer *out, struct err *) MUSTCHECK;

/* --- the book ---------------------------------------------------------------
 *
 * Made before the fork, shared by all processes, of a fixed size. Reading takes no lock and makes
 * no system call. Writers share a robust mutex: one that dies with it held stops nobody. What does
 * not fit, was half written or is not there is unknown; what was half written is so whatever a CRL
 * says. */
struct pki_book;

/* Places for answers, rounded up; 16,384 take 100 MiB of address space, of memory what is used.
 * ERR_NOMEM. */
int pki_book_open(size_t places, struct pki_book **out, struct err *) MUSTCHECK;
void pki_book_close(struct pki_book *); /* takes NULL; in the process that opened it, last */

/* From now on pki_judge() reads this book and posts in it what it wants to know; borrowed. */
void pki_use_book(struct pki *, struct pki_book *);

/* Is there an answer? Copies it to *out (status is never more than what was put) and, where octets
 * is not NULL, its octets to the arena (len 0 when they were too long to keep). Whether it is fresh
 * is the caller's to compare. */
bool pki_book_look(const struct pki_book *, const struct pki_target *, struct pki_ocsp_answer *out,
    struct arena *, struct octets *octets);

/* The octets of the very answer that a standing by OCSP rests on, in the arena; false when the book
 * holds another one by now, or none, or has not kept its octets. */
bool pki_ocsp_evidence(
    const struct pki *, const struct pki_standing *, struct arena *, struct octets *out);

/* Keeps an answer that was judged. Refused (false) when what is held is newer (thisUpdate) and the
 * answer is no final revocation, when it would undo a final revocation, when there is no room
 * (places of answers that are over at `at` are given away first, then the oldest; never that of a
 * revoked one), or when the answer has a fault. */
bool pki_book_put(struct pki_book *, const struct pki_target *, const struct pki_ocsp_answer *,
    struct octets octets, struct instant at);

/* Notes that an answer about the target was a lie (any fault from PKI_OCSP_MALFORMED on): until
 * `until` the state is unknown and a CRL does not make it good. A fresh answer that is held stays.
 */
void pki_book_distrust(
    struct pki_book *, const struct pki_target *, struct instant at, struct instant until);

/* Posts what somebody wants to know; never waits: when another process is writing, or the list is
 * full, nothing is posted, and the next message posts it again. */
void pki_book_want(struct pki_book *, const struct pki_target *);

/* Takes up to `most` of what is wanted off the list. */
size_t pki_book_take_wanted(struct pki_book *, struct pki_target *out, size_t most);

/* How many answers are held, for a log. */
size_t pki_book_count(const struct pki_book *);

#endif
