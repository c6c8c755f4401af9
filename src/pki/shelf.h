/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The shelf: CRLs that come while the daemon runs, in memory that all its processes share.
 *
 * One process (the courier) puts; the others look up and cannot write. A CRL is checked whole
 * before it replaces the one held; the one held stays until then, whatever comes. Nothing waits: a
 * judgement during which a CRL was exchanged is made once more. The memory is a memfd passed by
 * inheritance, so nobody but the daemon's own processes can have written the index.
 */
#ifndef PKI_SHELF_H
#define PKI_SHELF_H

#include "pki/pki.h"

/* A place on the shelf: full or delta CRLs of one CA. */
struct pki_place {
	const char *certificate; /* file of the CA, which must be among the trusted ones */
	bool delta;
};

/* Room for the CRLs of these places, each of at most `octets` of DER, before the fork. Once, right
 * after pki_open(). ERR_CONFIG: no such CA, told with the file's name; ERR_NOMEM. */
int pki_shelf_open(
    struct pki *, const struct pki_place *, size_t count, size_t octets, struct err *) MUSTCHECK;

/* From now on this process can only look up. In every process that is not the courier. */
void pki_shelf_look_only(struct pki *);

/* What is known of a CRL. */
struct pki_crl_facts {
	char issuer[256]; /* RFC 2253 text */
	char number[64];  /* decimal; "" = it has none */
	bool delta;
	size_t entries;
	struct instant this_update, next_update;
};

enum pki_put {
	PKI_PUT_NEW, /* as it was fetched: it must be in force at `at` */
	PKI_PUT_KEPT /* the last good one of an earlier run: its number counts, its times need not
		      */
};

/* Checks a CRL (form, issuer, signature over the octets as they came, times, a number not below the
 * one held, a delta's base not above the full one held) and puts it in its place; *changed is false
 * when it is the very CRL that is held. ERR_CONFIG says what is wrong with it; ERR_NOMEM. What was
 * held stays then. */
int pki_shelf_put(struct pki *, size_t place, struct octets der, enum pki_put, struct instant at,
    bool *changed, struct err *) MUSTCHECK;

/* Puts what an older shelf holds of the same CAs, unless what is here is newer: a reload forgets no
 * revocation, whatever was kept on disk. Places are gone through in their order: full CRLs first.
 * ERR_CONFIG when one has more entries than there is room for now; ERR_NOMEM. */
int pki_shelf_take_over(struct pki *, struct pki *older, struct err *) MUSTCHECK;

/* What stands there; false = nothing. */
bool pki_shelf_facts(struct pki *, size_t place, struct pki_crl_facts *out);

/* Octets of memory that the shelf takes now, for all processes together. */
size_t pki_shelf_octets(const struct pki *);

/* The CRLs of the files in trust.crl, for those who list what is loaded; false = no such one. */
bool pki_crl_facts(const struct pki *, size_t i, struct pki_crl_facts *out);

#endif
