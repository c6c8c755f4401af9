/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Why a signature does not hold: the likely cause of a digest or a value that differs.
 *
 * Each cause that is named was tried: undo it, and the digest is the one that was signed. By the
 * operator's hand only (shepctl inspect --why), never on a request's way: it costs hundreds of
 * canonical forms. What is named is no proof that nothing else was changed by the same hand, and
 * no reason to accept the message.
 */
#ifndef RUN_WHY_H
#define RUN_WHY_H

#include "run/run.h"
#include "sig/probe.h"

enum run_why_cause {
	WHY_NONE = 0,
#define X(cause, name, en, ru, kk) WHY_##cause,
#include "run/why.def"
#undef X
	WHY_CAUSES
};

struct run_why_reference {
	const char *uri, *path, *id; /* of the Reference; of the element; "" for none */
	long line;
	const char *algorithm, *expected, *computed; /* digests in base64 */
	bool holds;
	enum run_why_cause causes[2]; /* undone together; WHY_NONE ends the list */
	const char *how[2];	      /* which charset, prefix, indent; "" */
};

struct run_why {
	struct run_why_reference references[SIG_MOST_PROBES];
	size_t count;
	enum run_why_cause value; /* of a signature value that differs, or of a message that is not
				     UTF-8; WHY_NONE */
	const char *other; /* the certificate whose key it is, the encoding that it is in, or "" */
	const char *place; /* where changed content is, as far as can be said, or "" */
};

/* For a message that run_inspect() refused with SIG_DIGEST, SIG_VALUE, SIG_ALGORITHM or
 * XML_ENCODING; for any other refusal there is nothing to try, and the count is 0. Strings live in
 * the arena. ERR_NOMEM and what the parse of the message gives. */
int run_why(struct octets message, struct pki *, const struct run_inspection *, struct instant at,
    struct arena *, struct run_why *out, struct err *) MUSTCHECK;

/* "re-indented", and what that means. */
const char *run_why_name(enum run_why_cause);
const char *run_why_text(enum run_why_cause, enum err_language);

/* --- between the files behind it ---------------------------------------------------------------
 */

/* Changes of the message's octets, of the tree, and of the canonical octets, each undoing one
 * cause. false: it changes nothing here. */
typedef bool why_octets(struct octets, const char *how, struct arena *, struct octets *out);
typedef bool why_tree(const struct sig_probe *, const char *how);
struct why_change {
	enum run_why_cause cause;
	const char *how; /* argument, and told; NULL for none */
	why_octets *octets;
	why_tree *tree;
	const char *told; /* instead of how */
};
extern const struct why_change why_messages[], why_trees[], why_forms[]; /* end with WHY_NONE */

/* Where changed content of the Body may be: inside or outside of a business document that is still
 * whole, or where characters are lost. "" when nothing can be said. */
const char *why_place(const struct dom_node *body, struct arena *);

#endif
