/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The back ends: one interface for all of them. A handler sees what was signed, and nothing else.
 *
 * A handler runs inside the request's transaction. It answers with a payload (a business refusal is
 * a payload, too: messageResult/code, no state change; domain.md D0) or fails with an error, which
 * rolls everything back and becomes a fault.
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "db/db.h"
#include "dom/dom.h"
#include "msg/msg.h"
#include "rules/rules.h"

struct service_call {
	const struct msg_request *request;
	const struct dom *payload;    /* the document that was verified, or the one cut from data */
	struct octets payload_octets; /* its octets */
	struct octets evidence;	      /* the document as it came, signature included */
	const struct msg_signer
	    *signer;	     /* the business signer; NULL where the service asks for none */
	const char *profile; /* the service's rule profile by name */
	struct instant now;
	struct arena *arena;
	struct db *db;
};

struct service_answer {
	struct octets payload; /* serialised payload element, to stand in responseData/data */
	enum err_code code;    /* ERR_OK, or the TRADE row of the refusal, for journal and log */
	const char *status_message; /* NULL = the table's text of ERR_OK */
};

struct service_room; /* what all handlers share: rules, payload schemas; made before the fork */

int service_open(const char *data_dir, struct service_room **out, struct err *) MUSTCHECK;
void service_close(struct service_room *);

typedef int service_handler(const struct service_room *, const struct service_call *,
    struct service_answer *, struct err *);

struct service {
	const char *name; /* "housing.submit", as the configuration calls it */
	service_handler *handle;
	bool signs; /* needs a business signature; `shepctl check` compares */
	unsigned
	    types; /* 1u << enum msg_type: which messages of the asynchronous channel it takes */
};

/* NULL when there is none of that name. */
const struct service *service_find(const char *name);

/* true when the room has this rule profile for that service. */
bool service_has_profile(const struct service_room *, const struct service *, const char *profile);

#endif
