/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a signature says of its references, and what its value may have been made over: for
 * explanations (run/why.c). Nothing here gives a verdict, and no request comes by.
 */
#ifndef SIG_PROBE_H
#define SIG_PROBE_H

#include "sig/sig.h"

#define SIG_MOST_PROBES 4

/* A canonical form that a signer may have used. */
enum sig_reading {
	SIG_READ_AS_SAID,
	SIG_READ_INCLUSIVE,
	SIG_READ_EXCLUSIVE, /* without PrefixList */
	SIG_READ_COMMENTS,  /* as said, comments left in */
	SIG_READINGS
};

struct sig_probe {
	const char *uri;	    /* of the Reference, as written */
	struct dom_node *target;    /* of this document */
	const char *algorithm;	    /* of the digest */
	struct octets expected;	    /* the digest that the Reference says */
	struct dom_node *leave_out; /* the enveloped Signature, or NULL */
	const char *prefixes;	    /* PrefixList, or NULL */
	bool exclusive;		    /* what the transforms say */
	const struct sig_digest *digest;
};

/* The references of a message's signature: of the envelope's (env), or of the document's last one
 * but `skip` (env NULL; those behind it are taken out of the tree). ERR_SIG_*. */
int sig_probe_read(struct dom *, const struct env *, size_t skip, struct arena *,
    struct sig_probe out[SIG_MOST_PROBES], size_t *count, struct err *) MUSTCHECK;

/* The octets that the probe's target digests to when it is read so. ERR_SIG_STRUCTURE, ERR_NOMEM.
 */
int sig_probe_canonical(const struct sig_probe *, enum sig_reading, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

/* Would these octets give the digest that was expected? */
bool sig_probe_holds(const struct sig_probe *, struct octets canonical);

/* The digest of octets as base64, "" when memory is out. */
const char *sig_probe_digest(const struct sig_probe *, struct octets, struct arena *);

/* Octets as base64, "" when memory is out. */
const char *sig_probe_text(struct octets, struct arena *);

enum sig_value_cause {
	SIG_VALUE_HOLDS,
	SIG_VALUE_RESERIALISED, /* SignedInfo in another form: white space, namespaces, comments */
	SIG_VALUE_OTHER_KEY,	/* made with the key of a pinned partner that is not named */
	SIG_VALUE_OTHER_INFO,	/* made with this key, over another SignedInfo */
	SIG_VALUE_OTHER_HASH,	/* made with this key and another digest algorithm (RSA) */
	SIG_VALUE_UNEXPLAINED	/* another key, or a value that is damaged */
};

/* What the signature value was made over, and by whom (*other, only for SIG_VALUE_OTHER_KEY). The
 * tree is changed. ERR_SIG_*, ERR_PKI_*. */
int sig_probe_value(struct dom *, const struct env *, size_t skip, struct pki *, struct instant at,
    struct arena *, enum sig_value_cause *out, struct pki_signer *other, struct err *) MUSTCHECK;

#endif
