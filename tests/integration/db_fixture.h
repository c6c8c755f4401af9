/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the programs that test against a real PostgreSQL share: connections, claims, plain SQL by
 * role, children that start at once. The cluster is named by PG_OWNER, PG_DAEMON, PG_ADMIN
 * (postgres.sh).
 */
#ifndef TESTS_INTEGRATION_DB_FIXTURE_H
#define TESTS_INTEGRATION_DB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/link.h"
#include "fixture.h"

#define IIN "000101300019"
#define OTHER_IIN "000101301805"
#define ALMATY_OBLAST "190000000"
#define NOW (fixture_instant("2026-02-10T11:00:00+05:00"))

/* Of the running program. */
extern struct arena *arena;

/* Written before a fork, read by the children. */
extern const char *shared_id;

/* Of a group of tests. */
int db_setup(void **state);
int db_teardown(void **state);

#define must(call)                                                                                 \
	do {                                                                                       \
		struct err e = {0};                                                                \
		if ((call) != 0)                                                                   \
			fail_msg("%s: %s", err_row(e.code)->name, e.detail);                       \
	} while (0)

#define must_fail(call, expected)                                                                  \
	do {                                                                                       \
		struct err e = {0};                                                                \
		assert_int_equal((call), -1);                                                      \
		if (e.code != (expected))                                                          \
			fail_msg("%s: %s", err_row(e.code)->name, e.detail);                       \
	} while (0)

/* Set, or the program ends. */
const char *environment(const char *name);

struct db *daemon_db(unsigned milliseconds);

/* One value as text, or the SQLSTATE when the server refuses. */
const char *sql_as(const char *role, const char *statement);

/* postgres.sh with this argument: "kill", "up". */
void cluster(const char *what);

const char *unique(const char *prefix);

/* A journal row about a message of "pep". */
struct db_journal_row row_of(const char *message_id, const char *verdict, const char *reply);

/* A claim of "pep" at NOW, to be sent. */
struct db_claimed claimed_of(enum db_channel, const char *id, const unsigned char digest[32]);

/* A claim of "pep" on the synchronous channel, sent and settled, the digest made of the body's
 * first letter. */
int claim(struct db *, const char *id, const char *body, enum db_claim *, struct octets *stored,
    struct err *);

/* Claims, expects `expected`; with NEW also finishes with the reply. */
void call_expecting(
    struct db *, const char *id, const char *body, const char *reply, enum db_claim expected);

/* Forks n children, lets them start at once, and returns how many exited with 0. */
int in_parallel(int n, int (*child)(int number));

/* Migrates with the shipped files and lets the daemon's login join their group. */
void migrate_and_grant(void);

#endif
