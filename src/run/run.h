/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order of everything: pipeline, master, worker, inspection.
 *
 * Only here is the time of day asked for, and only here do the rooms meet.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "codec/codec.h"
#include "conf/conf.h"
#include "db/db.h"
#include "door/door.h"
#include "pki/pki.h"
#include "route/route.h"
#include "service/service.h"
#include "sig/sig.h"

/* Who may be a TLS client of one listener. */
struct run_clients {
	struct pki *pki; /* the house's, or its own */
	bool own;
};

/* What is made before the fork and only read afterwards. */
struct run_house {
	const struct conf *conf;
	struct pki *pki;
	struct pki_identity *identity; /* the key that signs replies */
	enum sig_keyinfo keyinfo;
	struct sig_policy policy;
	struct route_table routes;
	struct run_clients *clients; /* one a listener, in the order of the configuration */
	size_t client_count;
	struct service_room *services;
	struct run_hold *hold; /* of CRLs that are fetched */
	struct run_wsdl *wsdl; /* contract files with the place of the address known */
	struct arena *arena;   /* of the tables above */
};

/* Process-wide libraries in their order: clock, gost, dom, sig. Once, before any fork. */
int run_init(struct err *) MUSTCHECK;
void run_fini(void);

/* "off", "crl", "ocsp", "any" of trust.revocation and of shepctl's --revocation. */
enum pki_revocation run_revocation(const char *choice);

/* Everything out of a configuration. complain is told of every mistake (files that do not load,
 * unknown handlers, profiles, callers); ERR_CONFIG when there was one. */
int run_house_open(const struct conf *, conf_complain *, void *self, struct run_house **out,
    struct err *) MUSTCHECK;
void run_house_close(struct run_house *);

/* One process's own tools; made after the fork. */
struct run_desk {
	const struct run_house *house;
	struct codec *codec;
	struct db *db;
	struct run_tally *tally;     /* refusals counted by peer (run/evidence.c) */
	int wake;		     /* dispatchers are woken by it; -1 = there is none */
	int64_t months_at;	     /* when the journal's months are looked after again, s */
	struct instant (*now)(void); /* tests own the clock */
	unsigned char chance[256];   /* drawn for the next UUIDs, by this process for itself */
	size_t chance_left;	     /* octets of it that were not used */
};

/* A worker calls these at its start and its end; closing writes the rows of refusals that were only
 * counted so far. */
int run_desk_open(const struct run_house *, struct instant (*now)(void), struct run_desk **out,
    struct err *) MUSTCHECK;
void run_desk_close(struct run_desk *); /* takes NULL */

/* The time of day: the only place that asks for it. */
struct instant run_now(void);

/* One request, forward only (design.md 4). Always gives a reply. */
void run_pipeline(
    struct run_desk *, const struct door_request *, struct arena *, struct door_reply *);

/* What the door refused by itself (framing, size, time): a log line, and a journal row where a
 * first line had been read (method is not ""). */
void run_refused(
    struct run_desk *, const char *peer, const char *method, const char *path, const struct err *);

/* The daemon's life: master, workers, signals. Once connections are accepted the ports are written
 * to ready_file, a line each in the order of the configuration, unless it is NULL. Returns the exit
 * status. */
int run_master(const char *conf_file, const char *ready_file);

/* shepctl inspect: the rooms from octets to verdict, no routing, no database. */
struct run_inspection {
	bool accepted;
	struct err err;
	struct sig_part part; /* transport, or the outermost signer of a document */
	struct sig_part signers[SIG_MOST_SIGNERS];
	size_t signer_count;
	const char *kind; /* "envelope", "document" */
};
void run_inspect(struct octets file, struct pki *, const struct sig_policy *, struct instant at,
    struct arena *, struct run_inspection *out);

#endif
