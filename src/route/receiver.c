/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whom we call, who answers for it, and how messages of a service are carried.
 */
#include "config.h"

#include <string.h>

#include "route/route.h"

const struct route_receiver *
route_receiver_find(const struct route_table *t, const char *name)
{
	for (size_t i = 0; i < t->receiver_count; i++)
		if (strcmp(t->receivers[i].name, name) == 0)
			return &t->receivers[i];
	return NULL;
}

bool
route_signs_for(const struct route_receiver *receiver, const struct pki_signer *signer)
{
	for (size_t i = 0; i < receiver->fingerprint_count; i++)
		if (strcmp(receiver->fingerprints[i], signer->fingerprint) == 0)
			return true;
	return false;
}

const struct route_receiver *
route_receiver_of(const struct route_table *t, const struct pki_signer *signer)
{
	for (size_t i = 0; i < t->receiver_count; i++)
		if (route_signs_for(&t->receivers[i], signer))
			return &t->receivers[i];
	return NULL;
}

const struct route_profile *
route_profile_find(const struct route_table *t, const char *service_id, const char *sender_id,
    enum route_direction direction)
{
	const struct route_profile *any = NULL;

	for (size_t i = 0; i < t->profile_count; i++) {
		const struct route_profile *p = &t->profiles[i];
		if (p->direction != direction || strcmp(p->service_id, service_id) != 0)
			continue;
		if (strcmp(p->sender_id, sender_id) == 0)
			return p;
		if (strcmp(p->sender_id, "*") == 0)
			any = p;
	}
	return any;
}
