/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is held of revocations: the sources that a configuration names, the shelf they go to, and
 * the last good ones on disk.
 *
 * Shared by the daemon's start, its courier and `shepctl crl`. A file in state_dir is believed no
 * more than an answer of a server: it passes the same checks.
 */
#ifndef RUN_HOLD_H
#define RUN_HOLD_H

#include <sys/stat.h>

#include "conf/conf.h"
#include "pki/shelf.h"

/* One address, and what comes from it. */
struct run_source {
	const struct conf_issuer *issuer;
	const char *url;
	bool delta;
	const char *path; /* of the last good one; "" = it is not kept */
	const char *note; /* of what became of the last fetch; "" = it is not kept */
	struct stat seen; /* the file when it was last read or written */
};

struct run_hold {
	struct pki *pki;
	struct run_source *sources; /* full CRLs before deltas; its index is its place */
	size_t count;
	size_t most; /* octets of a CRL */
	struct arena *arena;
};

/* Tells of each authority that is asked for anything and is none of the trusted CAs, with its
 * place; how many there are. `complain` may be NULL. */
unsigned run_hold_check(const struct conf *, struct pki *, conf_complain *complain, void *self);

/* Opens the shelf in `pki` and puts there what state_dir has; what does not pass is told to the
 * log, for it is no mistake of the configuration. ERR_CONFIG: a CA that is not trusted, a folder
 * that others may write to or that cannot be made; ERR_NOMEM. */
int run_hold_open(const struct conf *, struct pki *, struct instant at, struct run_hold **out,
    struct err *) MUSTCHECK;
void run_hold_close(struct run_hold *); /* takes NULL; the shelf is the pki's */

/* Puts what was fetched on the shelf and, when it is new, on disk, in one step: the old file or the
 * new one, never half of it. A disk that is full is told to the log and costs only the copy.
 * Errors of pki_shelf_put(). */
int run_hold_put(struct run_hold *, size_t source, struct octets der, struct instant at,
    bool *changed, struct err *) MUSTCHECK;

/* Puts the file on the shelf when somebody else (shepctl crl --fetch) has written it. */
void run_hold_look(struct run_hold *, size_t source, struct instant at);

/* Writes and reads when the last fetch was and what it failed for ("" = it did not). */
struct run_note {
	char when[40]; /* "" = none was made */
	char failure[512];
};
void run_hold_note(const struct run_hold *, size_t source, struct instant when, const struct err *);
void run_hold_read_note(const struct run_hold *, size_t source, struct run_note *out);

#endif
