/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The contract as it is served: WSDL and schemas with our own address in them.
 *
 * Promise: only the files named in a table are ever read, before the fork; a request chooses one of
 * them by its exact name and never names a file of the system.
 */
#ifndef RUN_WSDL_H
#define RUN_WSDL_H

#include "door/door.h"

struct run_wsdl;

/* Reads data_dir/wsdl. ERR_CONFIG when a file is missing, is no XML, or has no place for an
 * address. */
int run_wsdl_load(const char *data_dir, struct run_wsdl **out, struct err *) MUSTCHECK;
void run_wsdl_free(struct run_wsdl *); /* takes NULL */

/* GET /sync?wsdl and GET /sync/xsd/NAME: fills the reply and returns true. Anything else, a name
 * that is not in the table included: false, and the reply is untouched. Addresses begin with
 * public_url (with or without the channel's path at its end); where that is "", with what the
 * caller's Host header says. */
bool run_wsdl_get(const struct run_wsdl *, const struct door_request *, const char *public_url,
    struct arena *, struct door_reply *);

#endif
