/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Trust: anchors and intermediates, pinned partner certificates, CRLs; who a certificate is.
 *
 * One struct pki is loaded before the fork and only read afterwards, but for its caches (decoded
 * certificates, the texts that brought them, verdicts), which are each process's own, and for what
 * shelf and book bring from the courier (shelf.h, ocsp.h).
 * OpenSSL's X.509 is known here. Certificates of KZ GOST work through the kzgost provider (gost/),
 * loaded first.
 */
#ifndef PKI_PKI_H
#define PKI_PKI_H

#include "base/clock.h"
#include "base/err.h"
#include "base/octets.h"

struct pki;
struct pki_cert;    /* decoded, with its public key; owned by the struct pki's cache */
struct evp_pkey_st; /* OpenSSL's EVP_PKEY, opaque: handed to sig/ */

/* Who is asked whether a certificate is revoked. Whatever is chosen, a source in hand that says
 * "revoked" is believed; an intermediate is asked about where a CRL of its issuer is loaded, or is
 * to come (pki/shelf.h). */
enum pki_revocation {
	PKI_REVOCATION_OFF,
	PKI_REVOCATION_CRL,  /* the leaf by a CRL in force */
	PKI_REVOCATION_OCSP, /* the leaf by a fresh OCSP answer */
	PKI_REVOCATION_ANY   /* by a fresh OCSP answer; while there is none, by a CRL in force. An
				answer that says "unknown", or that was a lie, is not overruled by a
				CRL (nca.md 7) */
};

/* What is known of a certificate's revocation. */
enum pki_status {
	PKI_UNKNOWN = 0,
	PKI_GOOD,
	PKI_REVOKED
};

enum pki_family {
	PKI_RSA,
	PKI_GOST2015,
	PKI_GOST2004,
	PKI_EC256, /* on P-256, for ECDSA with SHA-256 */
	PKI_EC384, /* on P-384, with SHA-384 */
	PKI_OTHER
};

/* How paths are judged beyond what always holds (RFC 5280 6.1.1). All zero: any policy will do. */
struct pki_path {
	const char *const *policies; /* initial policy set: OIDs, dotted, or "any", NULL-terminated;
					NULL = any */
	bool explicit_policy, inhibit_map, inhibit_any;
	bool alone; /* for pki_validate_file(): RFC 5280 6 and no more. With revocation by CRL each
		       link must be covered, and CRLs of any kind count: indirect, partitioned, of a
		       key of their own. basicConstraints of a CA need not be critical */
	const char
	    *untrusted; /* with alone: folder of certificates that paths may lead through, and
			   of CRL signers; what cannot be read there is told, and no mistake */
};

struct pki_options {
	const char *trust; /* folder of CA certificates, PEM or DER: self-signed = anchor, else
			      intermediate; NULL = none */
	const char *fingerprints; /* list of the CA certificates that may lie there, a line each:
				     name, SHA-256 and "anchor" or "intermediate", tabs between;
				     NULL = any may */
	const char *partners; /* folder of pinned end-entity certificates; NULL = none. A CA found
				 there is never an anchor */
	const char *const *pinned; /* further files of pinned certificates, NULL-terminated; or
				      NULL. A CA there is a mistake */
	const char *crl;	   /* folder of CRLs; NULL = none */
	enum pki_revocation revocation;
	struct pki_path path;
	const char *ocsp;      /* folder of OCSP answers, DER, as `inspect` gets them; or NULL */
	unsigned ocsp_seconds; /* for which an answer is fresh; 0 = 3600 */
	bool unknown_passes;   /* pki_judge() lets a certificate pass of whose revocation nothing is
				  known: the caller looks at its standing. Not pki_judge_client() */
	bool some_crls; /* a CRL that cannot be used is told, but is no mistake: whom it would
			   cover is unknown */
};

/* Reads everything. A file that is no certificate or CRL is ERR_CONFIG, with its name; every such
 * file is told to `complain` (may be NULL) and all are read before it fails. */
typedef void pki_complain(void *self, const char *file, const char *what);
int pki_open(const struct pki_options *, pki_complain *complain, void *self, struct pki **out,
    struct err *) MUSTCHECK;
void pki_close(struct pki *); /* takes NULL */

/* What is loaded, for `shepctl check` and the log. */
struct pki_census {
	size_t anchors, intermediates, partners, crls;
};
struct pki_census pki_census(const struct pki *);

/* A certificate out of DER: all octets must be one certificate. The same octets give the
 * same pointer (cache by SHA-256). It stays good until 256 other certificates have been decoded
 * since it was last asked for (4,096 good ones, once it was found good); a pinned one until
 * pki_close(). At most 16 KiB. ERR_PKI_CERTIFICATE. */
int pki_decode(
    struct pki *, struct octets der, const struct pki_cert **out, struct err *) MUSTCHECK;

/* What pki_decode() would give, by the text that the certificate was written in; NULL when it is
 * not known. To decode the text and to hash the octets costs half an RSA verification, and a sender
 * writes the same in each message. pki_remember(): that text, octet for octet, is how this
 * certificate was written; kept when it was found good before, and while no other text needs its
 * place. */
const struct pki_cert *pki_recall(struct pki *, struct octets text);
void pki_remember(struct pki *, struct octets text, const struct pki_cert *);

/* The same out of a file, PEM (the first one in it) or DER by content. Also ERR_CONFIG. */
int pki_decode_file(
    struct pki *, const char *path, const struct pki_cert **out, struct err *) MUSTCHECK;

/* A pinned partner by issuer (RFC 2253-like text, order free: compared as a set of RDNs) and serial
 * (decimal text, up to 48 digits). Of several with that name the one valid at `at` is taken.
 * ERR_PKI_UNKNOWN_SIGNER. */
int pki_find_partner(struct pki *, const char *issuer, const char *serial, struct instant at,
    const struct pki_cert **out, struct err *) MUSTCHECK;

/* The pinned partners one after the other; NULL behind the last. For explanations: whoever signs
 * names the certificate. */
const struct pki_cert *pki_partner(const struct pki *, size_t i);

/* Is this the certificate of that issuer and serial, both written as above? */
bool pki_is_named(const struct pki_cert *, const char *issuer, const char *serial);

/* The public key; valid as long as the certificate. */
struct evp_pkey_st *pki_key(const struct pki_cert *);

enum pki_hash { /* that RSA signs */
	PKI_SHA256,
	PKI_SHA384,
	PKI_SHA512,
	PKI_HASHES
};

/* The key, set up for EVP_PKEY_verify() over finished digests, as often as wanted: RSA with PKCS #1
 * v1.5 and that hash, GOST with its family's digest, EC with that of its curve (the signature in
 * DER, as X9.62 has it). To set one up for each signature costs up to an RSA verification: they are
 * made once. Valid as long as the certificate; NULL for a key of another family, and when memory is
 * out. */
struct evp_pkey_ctx_st *pki_verifier(const struct pki_cert *, enum pki_hash);
enum pki_family pki_family(const struct pki_cert *);
unsigned pki_key_bits(const struct pki_cert *);
struct octets pki_der(const struct pki_cert *);

/* The issuer's name as RFC 2253 text in UTF-8, cut to size. Returns into. */
const char *pki_issuer(const struct pki_cert *, char *into, size_t size);

/* Roles out of extended key usage (nca.md 5). */
enum {
	PKI_ROLE_PERSON = 1u << 0, /* 1.2.398.3.3.4.1.1 */
	PKI_ROLE_LEGAL = 1u << 1,  /* ...4.1.2 */
	PKI_ROLE_HEAD = 1u << 2,   /* ...4.1.2.1 */
	PKI_ROLE_SIGNRIGHT = 1u << 3,
	PKI_ROLE_FINANCE = 1u << 4,
	PKI_ROLE_HR = 1u << 5,
	PKI_ROLE_EMPLOYEE = 1u << 6,
	PKI_ROLE_SYSTEM = 1u << 7,   /* ...4.1.2.6, ...4.1.1.1; before 2026 PKI_ROLE_LEGAL alone */
	PKI_ROLE_TREASURY = 1u << 8, /* client of the Treasury's system */
	PKI_ROLE_STATE = 1u << 9,    /* of the CA of state bodies: civil servants, archives */
	PKI_ROLE_NCA = 1u << 10,     /* staff of the NCA */
	/* how the holder was identified */
	PKI_ROLE_IN_PERSON = 1u << 11, /* at a service centre */
	PKI_ROLE_REMOTE = 1u << 12     /* remotely: Digital ID, AI Platform */
};

/* What an OCSP answer is asked about: a certificate by the authority that issued it and its serial
 * number. Plain octets, the same in every process and after every reload. */
struct pki_target {
	unsigned char authority[32]; /* SHA-256 of the CA's name and public key */
	unsigned char serial[20];    /* big-endian, left-padded */
};

enum pki_source {
	PKI_NOT_ASKED = 0, /* revocation is off, or not judged */
	PKI_NO_SOURCE,	   /* nobody could tell */
	PKI_BY_CRL,
	PKI_BY_OCSP
};

/* What is known of a certificate's revocation, and what that rests on. Plain values. */
struct pki_standing {
	enum pki_status status; /* never PKI_REVOKED: that is a refusal */
	enum pki_source source;
	struct instant this_update; /* of the CRL or the answer */
	char number[64];	    /* of the CRL, decimal; "" = none */
	unsigned char digest[32];   /* SHA-256 of its octets */
	struct pki_target target;   /* by OCSP: what was asked about */
};

/* Who a certificate is. Plain values, may be copied. */
struct pki_signer {
	char iin[13];	      /* serialNumber "IIN" + 12 digits, exactly one; "" if none */
	char bin[13];	      /* OU "BIN" + 12 digits, exactly one; "" if none */
	char name[256];	      /* CN, UTF-8, cut */
	char serial[64];      /* decimal */
	char fingerprint[65]; /* SHA-256 of the DER, hex */
	unsigned roles;
	bool sign_capable; /* digitalSignature and nonRepudiation, and not an authentication-only
			      certificate (clientAuth without emailProtection) */
	bool pinned;
	enum pki_family family;
	struct instant not_before, not_after;
	struct pki_standing standing; /* filled by pki_judge() */
};

void pki_describe(const struct pki_cert *, struct pki_signer *out);

/* Is the certificate good at `at`? Pinned (octet equality) replaces the chain, not validity, key
 * usage or revocation. Chain by OpenSSL's path validation, strict, depth 4, security level 2 (GOST
 * 2004 has 128 bits), CRL signatures over the raw octets. Needs digitalSignature; does not ask for
 * sign_capable: that is the caller's rule (HQ-E014 is not a fault). Not a CA.
 * A certificate for OCSP answers, time stamps, servers or programs is refused too. Times:
 * not_before <= at < not_after, to the second, as OpenSSL has it. A good verdict is kept for the
 * time in which nothing it rests on changes; OCSP answers are looked up each time. *out is filled
 * only when it returns 0. ERR_PKI_UNKNOWN_ISSUER, _NOT_YET_VALID, _EXPIRED, _REVOKED, _NOT_ISSUED,
 * _USAGE, _CERTIFICATE, _REVOCATION_UNKNOWN. */
int pki_judge(struct pki *, const struct pki_cert *, struct instant at, struct pki_signer *out,
    struct err *) MUSTCHECK;

/* The same for the certificate of a TLS client: its extended key usage, where it has one, must name
 * clientAuth (RFC 5280 4.2.1.12), which a certificate for signing alone does not; and of whose
 * revocation nothing is known is refused always, for no service is chosen yet that could accept it.
 */
int pki_judge_client(struct pki *, const struct pki_cert *, struct instant at,
    struct pki_signer *out, struct err *) MUSTCHECK;

/* Path validation alone, of the certificate in a file (as pki_decode_file() reads it), which may be
 * a CA's or have any usage; nothing is kept. *out tells who it is whatever is returned, as far as
 * it could be read. Errors as of pki_judge() but for _USAGE, and ERR_CONFIG. */
int pki_validate_file(struct pki *, const char *path, struct instant at, struct pki_signer *out,
    struct err *) MUSTCHECK;

/* Our own certificate and private key for signing and TLS. key == NULL: `certificate` is PKCS#12;
 * else it is a certificate in PEM or DER and `key` a private key in PEM. password may be NULL; no
 * terminal is ever asked. The key must belong to the certificate. ERR_CONFIG. */
struct pki_identity;
int pki_identity_load(const char *certificate, const char *key, const char *password,
    struct pki_identity **out, struct err *) MUSTCHECK;
void pki_identity_free(struct pki_identity *);
struct evp_pkey_st *pki_identity_key(const struct pki_identity *);
struct evp_pkey_ctx_st *pki_identity_signer(
    const struct pki_identity *); /* for EVP_PKEY_sign(), as pki_verifier() */
const struct pki_cert *pki_identity_certificate(const struct pki_identity *);
const char *pki_identity_base64(const struct pki_identity *); /* the certificate's DER, one line */

#endif
