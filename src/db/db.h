/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * PostgreSQL: every statement by name, the journal, replay protection, the domain's repositories.
 *
 * One connection a process, opened on first use, reopened with back-off after a loss. Statements
 * are prepared once per connection and pipelined where the order allows. A lost connection,
 * time-out or shutdown is ERR_DB_UNAVAILABLE (retriable, nothing half done); any other failure
 * ERR_DB_STATEMENT. No now() in SQL: times are arguments. libpq is known here only.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/octets.h"

struct db;

/* Remembers how to connect; does not connect. milliseconds: the longest that any one statement or
 * connect may take. */
int db_new(const char *conninfo, unsigned milliseconds, struct db **out, struct err *) MUSTCHECK;
void db_free(struct db *); /* takes NULL */

/* The monotonic instant (CLOCK_MONOTONIC, ns) by which the current request must end; 0 = none. */
void db_set_deadline(struct db *, int64_t monotonic_ns);

/* --- the transaction of one request ------------------------------------------------------------
 */

enum db_claim {
	DB_CLAIM_NEW,	   /* ours to handle, inside the open transaction */
	DB_CLAIM_REPEATED, /* answered before: *stored is the reply, octet for octet */
	DB_CLAIM_MISUSED   /* the same messageId with another body */
};

/* Ids of different channels are different ids: a sender makes its own, the gateway counts. */
enum db_channel {
	DB_SYNC,
	DB_ASYNC_CLIENT, /* messages that the gateway pushes, or that were pulled from it */
	DB_NOTIFICATIONS /* changes of state; the message_id is their notificationId */
};

struct db_claimed {
	enum db_channel channel;
	const char *sender_id;
	const char *message_id;
	const unsigned char *body_sha256; /* 32 octets: of the signed operation */
	struct instant at; /* received_at of the journal row that will hold the reply */
};

/* BEGIN and claim (channel, sender_id, message_id) with the SHA-256 of the signed operation. Both
 * go out with the first statement that follows, which saves a round trip; until the claim is
 * settled nothing but this transaction may rest on it being ours. When it is not, that statement
 * fails. What the claim points to must live until then. The message_id is compared without white
 * space at its ends and without regard to ASCII case (security.md F17: variants of one id are one
 * id). ERR_MSG_FORMAT when it is empty or longer than 256 octets. */
int db_send_claim(struct db *, const struct db_claimed *, struct err *) MUSTCHECK;

/* Whose the claim is; always called after db_send_claim(), whatever the statements between said. A
 * concurrent holder of the same claim is waited for. After REPEATED, MISUSED or an error no
 * transaction is open, and what the statements between did is undone. ERR_MSG_FORGOTTEN: it was
 * answered before, and the month that held the reply has been dropped; the claim stays for ever. */
int db_settle_claim(
    struct db *, struct arena *, enum db_claim *out, struct octets *stored, struct err *) MUSTCHECK;

struct db_journal_row {
	struct instant received_at, finished_at;
	const char *transaction_id; /* ours, unique */
	const char *peer;
	const char *endpoint, *operation, *service_id, *sender_id, *message_id, *correlation_id;
	const char *signer_iin, *signer_bin, *signer_serial, *signer_fingerprint;
	const char *business_iin, *business_bin, *business_serial, *business_fingerprint;
	const char *signer_standing, *business_standing; /* of revocation, and by what */
	const char *verdict; /* "accepted", "refused", "repeated", ... (005_months.sql) */
	const char *code;    /* row name of err.def */
	const char *wire;    /* code on the wire */
	const char *detail;
	const char *deviations;
	unsigned char received_sha256[32];
	struct octets received; /* may be empty: kept up to 64 KiB for refusals */
	size_t received_octets; /* full size */
	struct octets sent;
	unsigned count; /* rows this one stands for (rate limit), usually 1 */
};

/* Keeps octets that a verdict rests on, once by their SHA-256; inside the open transaction. Goes
 * out with the next statement; db_finish() fails when the server refuses it. The octets must live
 * until then. */
int db_keep_evidence(struct db *, const unsigned char sha256[32], const char *kind,
    struct octets octets, struct instant now, struct err *) MUSTCHECK;

/* Journal row, the claim's answer, COMMIT; 0 only after the server said COMMIT (F05). The row is
 * received when the claim said. No transaction is open afterwards. After ERR_DB_UNAVAILABLE it may
 * have been committed all the same (F03): nothing is acknowledged then, and the peer's resend finds
 * out. */
int db_finish(struct db *, const struct db_journal_row *, struct err *) MUSTCHECK;

/* ROLLBACK if a transaction is open; never fails. */
void db_abandon(struct db *);

/* A refusal's or a repetition's row in a transaction of its own. */
int db_journal(struct db *, const struct db_journal_row *, struct err *) MUSTCHECK;

/* The partitions of this month and the next three, where they are missing; outside a transaction.
 * They are made ahead of their time, and rows without a month have a place, too: after an error the
 * next attempt may come hours later. ERR_DB_UNAVAILABLE also when a lock was not to be had. */
int db_keep_months(struct db *, struct instant now, struct err *) MUSTCHECK;

/* --- the housing queue (inside the open transaction) -------------------------------------------
 */

struct db_hq_application {
	const char *number;   /* registration number */
	const char *iin;      /* applicant */
	const char *locality; /* KATO */
	const char *channel;
	const char *profile;
	const char *state; /* "REGISTERED" */
	struct instant registered_at;
	const char *term; /* "2026-03-12" */
	const char *message_id, *sender_id;
	struct octets
	    document; /* the signed application (evidence); db_hq_status() leaves it empty */
	const char *phone, *email, *rca, *address_kato,
	    *categories;       /* categories: comma-separated */
	const char *result_at; /* "" = no result yet */
};

/* The number of an open application of this IIN in this locality, or NULL. Takes the lock under
 * which a second one cannot register meanwhile. */
int db_hq_find_open(struct db *, const char *iin, const char *locality, struct arena *,
    const char **number, struct err *) MUSTCHECK;

/* The next value of a counter ("2012-almaty-oblast/2026"), from 1, gap-free because it commits with
 * the registration. */
int db_hq_next(struct db *, const char *counter, int64_t *out, struct err *) MUSTCHECK;

/* Goes out with the next statement; db_finish() fails when the server refuses it. */
int db_hq_register(struct db *, const struct db_hq_application *, struct err *) MUSTCHECK;

/* *found is false for nobody's number and for somebody else's alike. */
int db_hq_status(struct db *, const char *iin, const char *number, struct arena *,
    struct db_hq_application *out, bool *found, struct err *) MUSTCHECK;

/* --- migrations (shepctl migrate) --------------------------------------------------------------
 */

/* Applies the numbered files NNN_name.sql of a folder that are not yet applied, each in one
 * transaction, in order; refuses when an applied file has changed since. say() is told of each.
 * Then makes the months that db_keep_months() makes. */
int db_migrate(const char *conninfo, const char *folder, struct instant now,
    void (*say)(void *self, const char *line), void *self, struct err *) MUSTCHECK;

/* The connection works, the schema is as new as this program needs, and the role can add to the
 * journal but not change it. ERR_CONFIG, ERR_DB_UNAVAILABLE. */
int db_check(const char *conninfo, struct err *) MUSTCHECK;

#endif
