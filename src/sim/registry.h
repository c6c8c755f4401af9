/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who takes part and who provides which service: the registry of the gateway, a file of lines.
 *
 *   participant NAME [secret-file FILE] [sync URL] [push URL] [password-file FILE]
 *   service ID provider NAME
 */
#ifndef SIM_REGISTRY_H
#define SIM_REGISTRY_H

#include "base/arena.h"
#include "base/err.h"

struct sim_participant {
	const char *name;     /* its senderId */
	const char *secret;   /* that it has to show; NULL = any */
	const char *sync;     /* where its sync services are; NULL = nowhere */
	const char *push;     /* where messages are brought to; NULL = it fetches them */
	const char *password; /* that stands in what is brought to it; "" = none */
};

struct sim_registry;

/* file NULL: an open registry, where each senderId takes part and each service is anybody's who
 * asks for its messages. ERR_CONFIG. */
int sim_registry_load(
    const char *file, struct arena *, struct sim_registry **out, struct err *) MUSTCHECK;

bool sim_registry_is_open(const struct sim_registry *);

/* The i-th; NULL behind the last. */
const struct sim_participant *sim_registry_at(const struct sim_registry *, size_t i);
const struct sim_participant *sim_registry_find(const struct sim_registry *, const char *name);

/* Who provides a service; NULL = nobody. */
const struct sim_participant *sim_registry_provider(
    const struct sim_registry *, const char *service);

#endif
