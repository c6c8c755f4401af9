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

/* The channels whose contract is served: shepd's are the sync one and the participant's end of the
 * async one, the gateway's end is for who plays the gateway. */
enum {
	RUN_WSDL_SYNC = 1u << 0,	/* /sync */
	RUN_WSDL_ASYNC = 1u << 1,	/* /async */
	RUN_WSDL_ASYNC_CLIENT = 1u << 2 /* /async-client */
};

/* Reads what data_dir/wsdl has of these channels. ERR_CONFIG when a file is missing, is no XML, or
 * has no place for an address. */
int run_wsdl_load(
    const char *data_dir, unsigned channels, struct run_wsdl **out, struct err *) MUSTCHECK;
void run_wsdl_free(struct run_wsdl *); /* takes NULL */

/* GET /sync?wsdl and GET /sync/xsd/NAME, alike for each channel: fills the reply and returns true.
 * Anything else, a name that is not in the table included: false, and the reply is untouched.
 * Addresses begin with public_url (with or without a channel's path at its end); where that is "",
 * with what the caller's Host header says. */
bool run_wsdl_get(const struct run_wsdl *, const struct door_request *, const char *public_url,
    struct arena *, struct door_reply *);

#endif
