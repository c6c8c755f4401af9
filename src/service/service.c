/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of back ends, and what they share.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/inner.h"

#define REQUEST (1u << MSG_REQUEST)
#define ANY (REQUEST | 1u << MSG_UPDATE | 1u << MSG_NOTIFICATION | 1u << MSG_RESPONSE)

static const struct service services[] = {
    {"housing.submit", housing_submit, true, REQUEST},
    {"housing.status", housing_status, false, REQUEST},
    {"mailbox.keep", mailbox_keep, false, ANY},
};

const struct service *
service_find(const char *name)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	return NULL;
}

bool
service_has_profile(const struct service_room *room, const struct service *s, const char *profile)
{
	if (s->handle == mailbox_keep)
		return strcmp(profile, "none") == 0;
	return strncmp(s->name, "housing.", 8) == 0 && rules_hq(room->rules, profile) != NULL;
}

int
service_open(const char *data_dir, struct service_room **out, struct err *e)
{
	struct service_room *room = calloc(1, sizeof(*room));
	char path[4096];
	int rc = -1;

	*out = NULL;
	if (room == NULL) {
		(void)err_set(e, ERR_NOMEM, "services");
		goto out;
	}
	if (snprintf(path, sizeof(path), "%s/schemas/payload/hq.xsd", data_dir) >=
	    (int)sizeof(path)) {
		(void)err_set(e, ERR_CONFIG, "the path of the data is too long");
		goto out;
	}
	if (rules_load(data_dir, &room->rules, e) != 0 || dom_schema_load(path, &room->hq, e) != 0)
		goto out;
	*out = room;
	room = NULL; /* moved */
	rc = 0;
out:
	service_close(room);
	return rc;
}

void
service_close(struct service_room *room)
{
	if (room == NULL)
		return;
	rules_free(room->rules);
	dom_schema_free(room->hq);
	free(room);
}
