/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What operators do to the store: quarantine, whole stories, months. For shepctl, with the role
 * that owns the schema (database.migrate).
 *
 * Each act commits together with its journal row, "operated": who, what, why. An act that the state
 * of things forbids is no error: *refused says why, in English, and nothing has changed.
 */
#ifndef DB_OPERATE_H
#define DB_OPERATE_H

#include "db/async.h"

struct db_act {
	const char *user; /* of the operating system */
	const char *reason;
	const char *transaction_id; /* ours, unique */
	struct instant at;
	struct arena *arena; /* of what is told */
};

/* --- quarantine --------------------------------------------------------------------------------
 */

/* A message of either box; exactly one of the two is set. */
struct db_held {
	const struct db_inbox_row *inbox;
	const struct db_outbox_row *outbox;
	struct instant settled_at; /* since when it is held */
};

/* What is in quarantine, in the order of its ids, at most `most` of each box; payload, evidence and
 * data are left out. */
int db_quarantine_list(struct db *, unsigned most, struct arena *, struct db_held **rows,
    size_t *count, struct err *) MUSTCHECK;

/* One message whatever its state, with all it holds; *found is false for nobody's id. */
int db_quarantine_show(struct db *, int64_t id, struct arena *, struct db_held *out, bool *found,
    struct err *) MUSTCHECK;

/* Back to WAITING, at once, its attempts counted anew. An outbox message gets the span of its
 * deadline once more. Refused:
 * unknown, or not in quarantine. */
int db_quarantine_requeue(
    struct db *, int64_t id, const struct db_act *, const char **refused, struct err *) MUSTCHECK;

/* NULL = as it is. */
struct db_route {
	const char *receiver; /* outbox only */
	const char *service_id;
	const char *route_id;
};

/* Another way for a message in quarantine, which stays there until it is requeued. Refused: as
 * above, a receiver for an inbox message, nothing to change. */
int db_quarantine_fix_route(struct db *, int64_t id, const struct db_route *, const struct db_act *,
    const char **refused, struct err *) MUSTCHECK;

/* To DROPPED, for ever; the row stays. */
int db_quarantine_drop(
    struct db *, int64_t id, const struct db_act *, const char **refused, struct err *) MUSTCHECK;

/* --- a message's whole story -------------------------------------------------------------------
 */

struct db_story_entry {
	int64_t id;
	struct db_journal_row row;
};

struct db_story {
	struct db_story_entry *journal;
	struct db_inbox_row *inbox;   /* payload and evidence are left out */
	struct db_outbox_row *outbox; /* data is left out */
	size_t journal_count, inbox_count, outbox_count;
};

/* Every row that belongs to a messageId (anybody's), correlationId, transaction id, registration
 * number or our id, in the order of time; at most 1,000 of each. Octets of the journal are left
 * out, but for `sent` and `received` up to 64 KiB. All empty: nobody's id. */
int db_story(
    struct db *, const char *id, struct arena *, struct db_story *out, struct err *) MUSTCHECK;

/* --- months ------------------------------------------------------------------------------------
 */

struct db_month {
	const char *name;		/* "2026-02"; "" = rows that no month was made for */
	int64_t journal, inbox, outbox; /* rows */
	int64_t unsettled;		/* WAITING or in quarantine */
	int64_t octets;			/* on disk, indexes included */
	const char *held_for;		/* reason of a legal hold; NULL = none */
};

int db_month_list(
    struct db *, struct arena *, struct db_month **months, size_t *count, struct err *) MUSTCHECK;

/* Drops a month ("2026-02", UTC) of journal, inbox and outbox. Refused: no month; not a month that
 * is here; `retention` months after its end are not over at act->at; a message in it is unsettled;
 * it is under legal hold. Claims stay. ERR_DB_UNAVAILABLE when writers did not let go in time. */
int db_month_drop(struct db *, const char *month, unsigned retention, const struct db_act *,
    const char **refused, struct err *) MUSTCHECK;

/* Legal hold: the month cannot be dropped until it is released. Refused: no month; held already. */
int db_month_hold(struct db *, const char *month, const struct db_act *, const char **refused,
    struct err *) MUSTCHECK;
int db_month_release(struct db *, const char *month, const struct db_act *, const char **refused,
    struct err *) MUSTCHECK;

#endif
