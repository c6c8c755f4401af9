/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The asynchronous channel's store: inbox, outbox, and who delivers (006_async.sql).
 *
 * Adding is queued and goes out with the open transaction's next statement. Handling keeps one
 * transaction open for one message; delivering takes rows under a dispatcher's number and settles
 * them later. Order is kept within a chain, and no clock decides who delivers.
 */
#ifndef DB_ASYNC_H
#define DB_ASYNC_H

#include "db/db.h"
#include "msg/msg.h"

enum db_state {
	DB_WAITING,	  /* to be handled, or to be delivered, when its time has come */
	DB_HANDLED,	  /* inbox: its handler's work is committed */
	DB_ACCEPTED,	  /* outbox: the receiver's answer is here */
	DB_DELIVERED,	  /* outbox: so the gateway reported; final */
	DB_NOT_DELIVERED, /* outbox: likewise */
	DB_STOPPED,	  /* outbox: likewise (DELIVERY_STOPPED) */
	DB_QUARANTINED,	  /* waits for an operator; blocks nobody */
	DB_DROPPED,	  /* by an operator */
	DB_STATES
};

/* "WAITING", "NOT_DELIVERED": as the database keeps it. */
const char *db_state_name(enum db_state);

/* --- inbox -------------------------------------------------------------------------------------
 */

/* Texts are "" where there is none; what was taken lives in the arena. */
struct db_inbox_row {
	int64_t id;		    /* unique over inbox and outbox; db_inbox_add() makes it */
	struct instant received_at; /* the claim's */
	enum db_channel channel;
	const char *sender_id, *message_id, *correlation_id, *session_id;
	const char *service_id, *message_type; /* "REQUEST", "UPDATE", "NOTIFICATION", "RESPONSE" */
	const char *route_id;
	struct instant message_date;
	int64_t journal_id;	  /* of its receipt; db_inbox_add() knows it */
	struct octets payload;	  /* what the handler gets: verified octets */
	struct octets evidence;	  /* the document with its signature */
	bool has_signer;	  /* false: no business signature */
	struct msg_signer signer; /* of the business signature; texts NULL without one */
	enum db_state state;
	unsigned attempts; /* that failed or were settled so far */
	struct instant next_at;
	const char *last_error;
};

/* One more message to handle; behind db_send_claim(), which it belongs to: received_at and
 * journal_id are the claim's, the state is WAITING, its time has come at once. Queued: db_finish()
 * fails when the server refuses it. What the row points to must live until then. */
int db_inbox_add(struct db *, const struct db_inbox_row *, struct err *) MUSTCHECK;

/* BEGIN and the message whose time came first, locked; *found is false when there is none, and then
 * no transaction is open. A message waits while an earlier one of its sender and correlation_id is
 * WAITING (a message without correlation_id is alone); one that another process handles is passed
 * over. The transaction stays open for the handler: db_inbox_settle() ends it, db_abandon() gives
 * the message back. PostgreSQL ends it, too, when the handler asks nothing for as long as db_new()
 * allows one statement. */
int db_inbox_take(struct db *, struct instant now, struct arena *, struct db_inbox_row *out,
    bool *found, struct err *) MUSTCHECK;

/* Undoes what the handler did; the message stays ours and the transaction open, for a refusal that
 * goes out by db_outbox_add(). Queued. */
int db_inbox_undo(struct db *, struct err *) MUSTCHECK;

struct db_inbox_verdict {
	const struct db_inbox_row *row; /* id, received_at, sender_id, correlation_id count */
	enum db_state state;		/* HANDLED, WAITING (try again) or QUARANTINED */
	const char *reason;		/* last_error; "" for HANDLED */
	struct instant at;		/* now */
	struct instant next_at;		/* of WAITING: not before; nor later ones of its chain */
	const struct db_journal_row *journal; /* the run of the handler, "handled", "failed", ... */
};

/* State, journal row, COMMIT. For a state other than HANDLED what the handler did is undone first,
 * if db_inbox_undo() has not been called. Without an open transaction (after db_abandon(), a lost
 * connection, a process that died of the message) in one of its own, and only when nobody has
 * settled the message meanwhile; the journal row is written all the same. No transaction is open
 * afterwards. */
int db_inbox_settle(struct db *, const struct db_inbox_verdict *, struct err *) MUSTCHECK;

/* --- outbox ------------------------------------------------------------------------------------
 */

struct db_outbox_row {
	int64_t id; /* unique over inbox and outbox; db_outbox_add() makes it */
	struct instant created_at;
	const char *receiver;  /* name of the configuration */
	const char *operation; /* "sendMessage", "sendDeliveryNotification", ... */
	const char *service_id, *message_type, *route_id;
	const char *message_id;	    /* ours, the same in every attempt */
	const char *correlation_id; /* "" until the gateway has given one */
	const char *chain; /* "" = correlation_id, or message_id where that is empty, too */
	const char *session_id;
	const char *gateway_message_id; /* what the gateway calls it; "" until it has answered */
	const char *about;		/* messageId that a notification speaks of */
	int64_t inbox_id;		/* message that it answers; 0 = none */
	struct octets data;
	const char *error; /* of a notification: what went wrong, in the writer's own form */
	enum db_state state;
	unsigned attempts;
	struct instant next_at, deadline_at;
	const char *last_error;
	int64_t taken_by; /* number of the dispatcher that took it */
};

/* One more message to deliver, in the open transaction (or with BEGIN of a claim that is still
 * queued); state, attempts and what the gateway gives are not looked at. chain may be the
 * message_id of a REQUEST whose correlation_id the gateway gives later: the message joins that
 * chain, whichever of both comes first. Queued; what the row points to must live until the next
 * statement. */
int db_outbox_add(struct db *, const struct db_outbox_row *, struct err *) MUSTCHECK;

/* A transaction around db_outbox_add() alone, for what answers no claim. After an error of either
 * db_abandon() is due. */
int db_outbox_open(struct db *, struct err *) MUSTCHECK;
int db_outbox_close(struct db *, struct err *) MUSTCHECK;

struct db_outbox_moved {
	const char *receiver;	/* only messages to this one; NULL = any */
	const char *message_id; /* the gateway's or ours */
	enum db_state state;	/* ACCEPTED (ON_DELIVERY), DELIVERED, NOT_DELIVERED, STOPPED */
	const char *reason;
	struct instant at;
};

/* What changeMassageStatusNotification says, in the open transaction. DELIVERED is final, and
 * nothing becomes merely ACCEPTED again; what is in quarantine or dropped keeps its state unless it
 * was DELIVERED. *found: the message is one of ours, moved or not. */
int db_outbox_move(
    struct db *, const struct db_outbox_moved *, bool *found, struct err *) MUSTCHECK;

/* --- who delivers ------------------------------------------------------------------------------
 */

/* Takes part in delivering: a number of its own that is never given again, and the session's lock
 * on it, which PostgreSQL gives up when the session ends and not before. Needs a session of its own
 * (no pooling by transaction). Again after every loss of the connection; what was under way then
 * must be dropped before, because others may deliver it from that moment. */
int db_dispatcher_enter(struct db *, const char *node, struct instant now, struct err *) MUSTCHECK;

/* The number of this session, 0 when db_dispatcher_enter() is due (again). Looks whether the
 * connection is still there, without asking the server. */
int64_t db_dispatcher_number(struct db *);

struct db_outbox_wish {
	const char *receiver;
	struct instant now;
	unsigned most; /* rows, 1 .. 64 */
};

/* Takes messages of one receiver whose time has come, committed: nobody else takes them until they
 * are settled or this session ends. Messages of sessions that have ended are free again. At most
 * one of a chain, and only its first that is WAITING. ERR_DB_UNAVAILABLE when
 * db_dispatcher_number() is 0. */
int db_outbox_take(struct db *, const struct db_outbox_wish *, struct arena *,
    struct db_outbox_row **rows, size_t *count, struct err *) MUSTCHECK;

/* Which receivers have messages that are WAITING; for those that the configuration no longer names.
 */
int db_outbox_receivers(
    struct db *, struct arena *, const char ***names, size_t *count, struct err *) MUSTCHECK;

struct db_outbox_result {
	const struct db_outbox_row *row; /* as taken */
	enum db_state state;		 /* ACCEPTED, WAITING (try again), QUARANTINED */
	const char *reason;		 /* last_error; "" for ACCEPTED */
	struct instant at;		 /* now */
	struct instant next_at;		 /* of WAITING: not before; nor later ones of its chain */
	/* what a verified answer gave, NULL or "" = nothing; correlation_id goes to the whole chain
	 */
	const char *gateway_message_id, *correlation_id, *session_id;
	const struct db_journal_row *journal; /* the attempt: "delivered", "failed", ... */
};

/* State, attempts, what the gateway gave and a journal row each, in one transaction. A message that
 * another session has taken since, or that has been moved, keeps its state; its journal row is
 * written. After an error nothing is settled and the same results may be given again. */
int db_outbox_settle(
    struct db *, const struct db_outbox_result *, size_t count, struct err *) MUSTCHECK;

/* Gives back what was taken and not sent; no attempt is counted. */
int db_outbox_give_back(
    struct db *, const struct db_outbox_row *const *rows, size_t count, struct err *) MUSTCHECK;

#endif
