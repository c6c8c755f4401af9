/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The spool: all that the gateway in a box knows of messages, in files that a test can list.
 *
 * Folders: messages/ID (facts) and ID.data (the element data), chains/CORRELATION, answers/KEY
 * (what a repeated message is answered with), state/ID, queue/PARTICIPANT/ITEM (to be brought),
 * pull/PARTICIPANT/ID (to be fetched), events/NUMBER.KIND. A file appears whole, by rename; the
 * processes meet nowhere else but in the one counter of numbers.
 */
#ifndef SIM_SPOOL_H
#define SIM_SPOOL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/octets.h"

struct sim_spool;

/* Letters, digits and ._- that do not begin with a point: may be a file's name. */
bool sim_spool_is_name(const char *);

/* Makes what is missing of the folders; goes on counting where the files end. Before the fork.
 * ERR_CONFIG. */
int sim_spool_open(const char *folder, struct sim_spool **out, struct err *) MUSTCHECK;
void sim_spool_close(struct sim_spool *); /* takes NULL */

/* A folder more: "queue/shepd". ERR_CONFIG. */
int sim_spool_folder(struct sim_spool *, const char *name, struct err *) MUSTCHECK;

/* The next number: of a message, a chain, a notification, an event. */
uint64_t sim_spool_next(struct sim_spool *);

/* name: "messages/17". ERR_CONFIG with the reason. */
int sim_spool_put(struct sim_spool *, const char *name, struct octets, struct err *) MUSTCHECK;

/* *out.data is NULL when there is no such file; else a NUL stands behind the octets. */
int sim_spool_get(struct sim_spool *, const char *name, struct arena *, struct octets *out,
    struct err *) MUSTCHECK;
void sim_spool_remove(struct sim_spool *, const char *name);

/* Names in a folder, sorted; NULL-terminated. */
int sim_spool_list(struct sim_spool *, const char *folder, struct arena *, char ***names,
    size_t *count, struct err *) MUSTCHECK;

/* One process at a time is inside for a key; by what the key hashes to, so two keys may share. */
void sim_spool_lock(struct sim_spool *, const char *key);
void sim_spool_unlock(struct sim_spool *, const char *key);

/* "name: value" lines. A pair is (name, value), ended by NULL; a value is one line, what would
 * break it becomes a space, NULL is "". NULL when memory is out. */
char *sim_record(struct arena *, ...) __attribute__((sentinel));

/* The value of that name, "" when there is none; NULL when memory is out. */
const char *sim_record_get(struct octets record, const char *name, struct arena *);

/* Writes events/NUMBER.KIND; a record, as of sim_record(). Its failure is told to standard error:
 * an event is no reason to answer otherwise. */
void sim_spool_event(struct sim_spool *, const char *kind, const char *record);

#endif
