/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the handlers share, and the handlers by name.
 */
#ifndef SERVICE_INNER_H
#define SERVICE_INNER_H

#include "service/service.h"

struct service_room {
	struct rules *rules;
	struct dom_schema *hq; /* schemas/payload/hq.xsd */
};

service_handler housing_submit;
service_handler housing_status;
service_handler mailbox_keep;

/* The payload against its schema; its root must be this element of urn:shepd:hq:1.
 * ERR_PAYLOAD_FORMAT with path and reason. */
int housing_check_payload(const struct service_room *, const struct service_call *,
    const char *root, struct err *) MUSTCHECK;

#endif
