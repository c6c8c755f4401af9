/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Messages in the spool by the gateway's numbers. A file's name is the number in twelve digits, so
 * that names sort as messages came; on the wire it has none of the zeros.
 */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "sim/sim.h"

/* A new number as the wire has it; NULL when memory is out. */
const char *sim_store_number(struct sim *, struct arena *);

/* The number of a file's name. */
const char *sim_store_id(const char *name, struct arena *);

/* A record (NULL = memory is out) of that number in a folder. What is no number is no file. */
int sim_store_put(struct sim *, const char *folder, const char *id, const char *record,
    struct arena *, struct err *) MUSTCHECK;
int sim_store_get(struct sim *, const char *folder, const char *id, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;
void sim_store_remove(struct sim *, const char *folder, const char *id, struct arena *);

/* The element data of a message, serialised. */
int sim_store_put_data(
    struct sim *, const char *id, struct octets element, struct arena *, struct err *) MUSTCHECK;

/* The whole message, as it is delivered. */
int sim_store_message(
    struct sim *, const char *id, struct msg_item *out, struct arena *, struct err *) MUSTCHECK;

#endif
