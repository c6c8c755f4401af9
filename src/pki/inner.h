/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of this room share: the structs behind pki.h and the calls between them.
 *
 * Nothing here is for other rooms. Instants are seconds of UTC throughout: certificates and CRLs
 * know no fractions. OpenSSL's error queue is emptied by every function that calls it (KZ keys
 * leave errors).
 */
#ifndef PKI_INNER_H
#define PKI_INNER_H

#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "pki/pki.h"

enum {
	PKI_SERIAL = 20,		  /* octets, RFC 5280 4.1.2.2 */
	PKI_CACHED = 4096,		  /* decoded certificates kept that were found good */
	PKI_STRANGERS = 256,		  /* and others; the bound of pki_decode() */
	PKI_OCTETS = 16 * 1024,		  /* of one certificate: the NCA's have some 2,000 */
	PKI_BUCKETS = 4096,		  /* power of two */
	PKI_WRITTEN = 256,		  /* texts that are remembered; power of two */
	PKI_FILE_MAX = 128 * 1024 * 1024, /* the NCA's full CRL is 22 MB (nca.md 7) */
	PKI_SECURITY_LEVEL = 2,		  /* 112 bits: no SHA-1, no RSA below 2048 */
	PKI_SECURITY_BITS = 112,
	PKI_DEPTH = 4 /* intermediates, R-40 */
};

/* Seconds for which a statement holds: from <= at < until. */
struct pki_span {
	int64_t from, until;
	bool doubtful; /* nobody can tell whether a CA of the path is revoked, and that passes */
};

/* Narrows the span round `at` by an instant at which something changes. */
void pki_span_cut(struct pki_span *, int64_t at, int64_t change);

/* A good verdict, kept beside the certificate; by == 0 means none. */
struct pki_verdict {
	uint64_t by; /* the struct pki that gave it: certificates may outlive one */
	struct pki_span span;
	bool pinned;
	const struct pki_cert *issuer; /* the loaded CA that speaks for it; NULL = none */
	struct pki_standing crl;       /* what the CRLs in force say: good, or nothing */
};

/* A key set up, by hash; made when first asked for. */
struct pki_verifiers {
	EVP_PKEY_CTX *by[PKI_HASHES];
};

struct pki_cert {
	X509 *x;
	EVP_PKEY *key; /* of x */
	struct pki_verifiers *verifiers;
	unsigned char *der;
	size_t der_len;
	unsigned char digest[32];
	unsigned char serial[PKI_SERIAL]; /* big-endian, left-padded */
	struct pki_signer who;
	uint32_t usage, extended; /* OpenSSL's KU_ and XKU_ bits; 0 = no such extension */
	bool for_people;	  /* its extended key usage, if any, is one of those of nca.md 5 */
	unsigned bits;
	bool ca;
	bool odd_serial;     /* negative or longer than PKI_SERIAL: serial is not filled */
	bool anchor, pinned; /* its place in the struct pki that owns it */
	bool proven;	     /* has been found good: in another list than strangers */
	size_t authority;    /* of a CA: the same number = the same name and key */
	unsigned char authority_id[32]; /* of a CA: SHA-256 of its name and key */
	struct pki_verdict *verdict;
	unsigned char *text; /* that it was last read from, when remembered (recall.c) */
	size_t text_len;
	struct pki_cert *next;		/* same bucket */
	struct pki_cert *newer, *older; /* by last use; pinned ones are not in that list */
};

/* One CRL: its facts and its serial numbers, sorted. */
struct pki_revoked {   /* 28 octets: the NCA's CRL has 422,000 of them */
	uint32_t date; /* seconds since 1970 */
	unsigned char serial[PKI_SERIAL];
	unsigned char reason; /* CRLReason; 0 unspecified, 8 removeFromCRL */
};
struct pki_crl {
	size_t authority;
	unsigned char number[PKI_SERIAL], base[PKI_SERIAL]; /* big-endian, left-padded */
	bool delta;
	bool covers_users, covers_cas; /* issuingDistributionPoint */
	int64_t this_update, next_update;
	struct pki_revoked *revoked;
	size_t n_revoked;
	unsigned char digest[32]; /* SHA-256 of its DER */
	bool shelved;		  /* stands on the shelf, which owns it */
};

/* A CA certificate that may be loaded, see listed.c. */
struct pki_listed {
	unsigned char digest[32]; /* SHA-256 of its DER */
	bool anchor;
};

struct pki_list {
	struct pki_cert *newest, *oldest;
	size_t n;
};

struct pki {
	uint64_t id; /* unique in the process */
	enum pki_revocation revocation;
	STACK_OF(ASN1_OBJECT) * policies; /* NULL = any */
	unsigned long path_flags;	  /* X509_V_FLAG_* beyond those that are always set */
	bool alone;			  /* struct pki_path */
	struct pki_listed *listed;	  /* NULL = any CA may be loaded */
	size_t n_listed;
	STACK_OF(X509_CRL) * every_crl; /* with alone: those of other kinds, too */
	X509_STORE *store;
	struct pki_book *book;	/* borrowed; NULL = none */
	struct octets *answers; /* stored ones, malloc'ed each */
	size_t n_answers;
	int64_t ocsp_seconds;
	bool unknown_passes;
	STACK_OF(X509) * intermediates; /* borrowed from cas */
	struct pki_cert **cas;
	size_t n_cas, n_authorities;
	struct pki_cert **partners; /* also in the table */
	size_t n_partners;
	struct pki_crl **crls; /* oldest first */
	size_t n_crls;
	struct pki_shelf *shelf; /* NULL = none */
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
	struct pki_cert *bucket[PKI_BUCKETS];
	struct pki_cert *written[PKI_WRITTEN];
	struct pki_list proven, strangers;
};

/* --- cert.c: one certificate ----------------------------------------------- */

/* Decodes and describes. ERR_PKI_CERTIFICATE, ERR_NOMEM. */
int pki_cert_new(struct octets der, struct pki_cert **out, struct err *) MUSTCHECK;
/* The same, odd serial numbers accepted. */
int pki_cert_read(struct octets der, struct pki_cert **out, struct err *) MUSTCHECK;
void pki_cert_free(struct pki_cert *); /* takes NULL */

/* The key set up by init for digests of the family, see pki_verifier(). -1 = memory is out. */
int pki_set_up(EVP_PKEY *, enum pki_family, enum pki_hash, int (*init)(EVP_PKEY_CTX *),
    EVP_PKEY_CTX **out) MUSTCHECK;

/* A positive INTEGER of at most 20 octets, left-padded; false when it is none. */
bool pki_number(const ASN1_INTEGER *, unsigned char out[PKI_SERIAL]);

/* Seconds since 1970; false when it is no time. */
bool pki_seconds(const ASN1_TIME *, int64_t *out);

/* A name as RFC 2253 text in UTF-8, cut to size. Returns into. */
const char *pki_name(const X509_NAME *, char *into, size_t size);

/* --- who.c: fills cert->who and the usage bits ------------------------------ */
void pki_fill_who(struct pki_cert *);

/* --- cache.c: decoded certificates by digest -------------------------------- */
int pki_cache_digest(
    struct pki *, struct octets der, unsigned char out[32], struct err *) MUSTCHECK;
struct pki_cert *pki_cache_find(struct pki *, const unsigned char digest[32]);
void pki_cache_pin(struct pki *, struct pki_cert *); /* never evicted */
void pki_cache_prove(struct pki *, const unsigned char digest[32]);
void pki_cache_use(struct pki *, struct pki_cert *); /* the last one used */
void pki_cache_clear(struct pki *);

/* --- recall.c: certificates by the text that brought them --------------------- */
void pki_forget(struct pki *, struct pki_cert *); /* before it is freed */

/* --- files.c: folders of PEM and DER ---------------------------------------- */

/* Whom to tell about a file that is not right; counts them and keeps the first for the error. */
struct pki_told {
	pki_complain *complain;
	void *self;
	size_t wrong;
	char first[400];
};
void pki_tell(struct pki_told *, const char *file, const char *what);

/* Takes one DER object of a file; its error is told with the file's name. */
typedef int pki_take(struct pki *, struct octets der, struct err *);

/* Every object of a file, DER or PEM by content, pem being the label that is expected. */
void pki_each_in_file(
    struct pki *, const char *path, const char *pem, pki_take *, struct pki_told *);
/* Every file of a folder in the order of names but those that begin with a dot; NULL = nothing. */
void pki_each_in_folder(
    struct pki *, const char *folder, const char *pem, pki_take *, struct pki_told *);
/* The whole file; *out is malloc'ed. ERR_CONFIG, without the file's name. */
int pki_read_file(const char *path, unsigned char **out, size_t *len, struct err *) MUSTCHECK;

/* The one certificate of a file, PEM (the first one in it) or DER by content; *out is malloc'ed.
 * ERR_CONFIG, ERR_NOMEM. */
int pki_read_certificate(
    const char *path, unsigned char **out, size_t *len, struct err *) MUSTCHECK;

/* --- listed.c: CA certificates by fingerprint -------------------------------- */

/* Reads the list; NULL = there is none, and any CA may be loaded. What is wrong is told. */
void pki_listed_read(struct pki *, const char *path, struct pki_told *);

/* Is it listed, and as what it is? ERR_CONFIG. */
int pki_listed_check(const struct pki *, const struct pki_cert *ca, struct err *) MUSTCHECK;

/* --- dn.c: names as sets of RDNs -------------------------------------------- */

/* Is the text (RFC 2253, 4514, 1779) this name, the order of RDNs aside? */
bool pki_name_is(const X509_NAME *, const char *text);

/* --- signed.c: signatures over octets as they came ---------------------------- */

/* Does this algorithm, its parameters absent or NULL, belong to the key, and is neither weak? */
bool pki_is_strong(const X509_ALGOR *, const EVP_PKEY *);

/* Does the signature over exactly these octets hold under the key, by an algorithm that belongs to
 * it, neither of them weak? */
bool pki_octets_verify(
    EVP_PKEY *, const ASN1_OBJECT *algorithm, struct octets signature, struct octets signed_);

/* --- crl_read.c, crl.c ------------------------------------------------------ */

/* Reads one CRL and checks its signature, over the octets as they came, under a CA of its issuer's
 * name; fills the authority and sorts the serial numbers. ERR_CONFIG, ERR_NOMEM. */
int pki_crl_read(
    const struct pki *, struct octets der, struct pki_crl **out, struct err *) MUSTCHECK;
void pki_crl_free(struct pki_crl *); /* takes NULL */

/* Is this certificate of that authority good by the CRLs in force at `at`? For a CA whose issuer
 * has no CRL loaded, nor a place on the shelf, the answer is yes. Narrows the span.
 * ERR_PKI_REVOKED, ERR_PKI_REVOCATION_UNKNOWN. */
int pki_crl_judge(const struct pki *, const struct pki_cert *, size_t authority, int64_t at,
    struct pki_span *, struct err *) MUSTCHECK;

/* The full CRL that decides about this certificate: its time, number and digest; false = there is
 * none in force. */
bool pki_crl_basis(const struct pki *, const struct pki_cert *, size_t authority, int64_t at,
    struct pki_standing *out);

struct pki_crl_facts;
void pki_crl_describe(const struct pki *, const struct pki_crl *, struct pki_crl_facts *out);

/* --- store.c ---------------------------------------------------------------- */

/* Brings the CRLs into their order. */
void pki_crl_sort(struct pki *);

/* From now on no kept verdict counts. */
void pki_forget_verdicts(struct pki *);

/* --- shelf.c ---------------------------------------------------------------- */

/* Takes up what was put on the shelf since the last call, and forgets the verdicts then; one load
 * when nothing was. Returns the generation that is looked at now; 0 without a shelf. */
uint64_t pki_shelf_notice(struct pki *);

/* Has it a place for the full CRLs of this authority? Until one stands there nothing is known. */
bool pki_shelf_awaits(const struct pki *, size_t authority);

/* Was all that was looked up since then of that generation? */
bool pki_shelf_settled(const struct pki *, uint64_t generation);
void pki_shelf_close(struct pki *);

/* --- authority.c ------------------------------------------------------------ */

/* Fills authority_id: octets that name the CA in every process and after every reload. */
int pki_authority_identify(struct pki_cert *ca, struct err *) MUSTCHECK;

/* The loaded CA whose certificate stands in this file. ERR_CONFIG, with the file's name. */
int pki_ca_of_file(
    struct pki *, const char *file, const struct pki_cert **out, struct err *) MUSTCHECK;

/* The loaded CA whose key signed this certificate, or NULL. */
const struct pki_cert *pki_issuer_of(const struct pki *, const struct pki_cert *);

/* The first loaded CA of that authority, or NULL. */
const struct pki_cert *pki_authority_find(const struct pki *, const unsigned char id[32]);

/* --- responder.c ------------------------------------------------------------ */

/* Is the answer, tbs being the octets of its ResponseData, signed by somebody who may speak for the
 * CA at `at`? ERR_PKI_REVOCATION_UNKNOWN, ERR_NOMEM. */
int pki_responder_judge(const struct pki *, const OCSP_BASICRESP *, struct octets tbs,
    const struct pki_cert *ca, int64_t at, struct err *) MUSTCHECK;

/* --- chain.c ---------------------------------------------------------------- */

/* Builds and checks the path of an end-entity certificate, with the revocation of its CAs; its own
 * is revocation.c's. *issuer is the CA next to it. Narrows the span. ERR_PKI_*. */
int pki_chain_judge(const struct pki *, const struct pki_cert *, int64_t at, struct pki_span *,
    const struct pki_cert **issuer, struct err *) MUSTCHECK;

/* The loaded CA that is this certificate, or NULL. */
const struct pki_cert *pki_chain_ca(const struct pki *, const X509 *);

/* --- revocation.c ------------------------------------------------------------ */

/* What the CRLs in force say of an end-entity certificate; issuer NULL = nobody speaks for it.
 * Narrows the span. out->status unknown is no error here. ERR_PKI_REVOKED. */
int pki_revocation_by_crl(const struct pki *, const struct pki_cert *,
    const struct pki_cert *issuer, int64_t at, struct pki_span *, struct pki_standing *out,
    struct err *) MUSTCHECK;

/* The decision, with what OCSP has said until now; asks for an answer where one is needed.
 * ERR_PKI_REVOKED, ERR_PKI_NOT_ISSUED, ERR_PKI_REVOCATION_UNKNOWN. */
int pki_revocation_decide(const struct pki *, const struct pki_cert *, const struct pki_verdict *,
    int64_t at, struct pki_standing *out, struct err *) MUSTCHECK;

/* --- path.c ----------------------------------------------------------------- */

/* Takes over the rules of the options; what is no OID is told. */
void pki_path_set(struct pki *, const struct pki_path *, struct pki_told *);

/* A path that is about to be judged: its rules, and who answers what OpenSSL does not know. The
 * walk must live as long as the path. */
struct pki_walk {
	const struct pki *p;
	const struct pki_cert *leaf;
	int64_t at;
};
void pki_path_rules(X509_STORE_CTX *, struct pki_walk *);

/* Hands a CRL whose signature holds to OpenSSL's own machinery; taken: our index has it, too. False
 * when it is of no use there. */
bool pki_path_take_crl(struct pki *, struct octets der, bool taken);

#endif
