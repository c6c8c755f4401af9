/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What several subcommands share: the usual configuration file, telling of mistakes, failing, TSV.
 */
#ifndef CTL_TOOLS_H
#define CTL_TOOLS_H

#include "conf/conf.h"
#include "db/operate.h"
#include "pki/pki.h"

#define CTL_CONFIG SYSCONFDIR "/shepd/shepd.conf"

/* A conf_complain that prints "file:line: what" to standard output; self is an unsigned counter. */
void ctl_complain(void *self, const char *file, int line, const char *what);

/* Prints an error with its row's name to standard error; returns CTL_REFUSED. */
int ctl_fail(const char *command, const struct err *);

/* A field of a TSV line to standard output, what would break the line escaped, and what follows. */
void ctl_put_field(const char *text, char end);

/* The configuration, and a connection by the role that owns the schema (database.migrate), patient:
 * counting and looking through many months takes its time. Both are the caller's, NULL where it
 * failed. ERR_CONFIG. */
int ctl_store(const char *file, struct conf **, struct db **, struct err *) MUSTCHECK;

/* "en", "ru", "kk"; -1 for anything else. */
int ctl_language(const char *text, enum err_language *out) MUSTCHECK;

/* An operator's act of now or another time: who runs this program (by the system's name of the
 * user, and whoever became it by sudo), and an id of its own. reason is borrowed. ERR_INTERNAL. */
int ctl_act(struct arena *, const char *reason, struct instant at, struct db_act *out,
    struct err *) MUSTCHECK;

#endif
