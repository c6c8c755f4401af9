/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The courier: fetches what revocation rests on, so that no worker ever waits for anybody.
 *
 * A process of its own: no connection to the database, no message, no listener. It asks the
 * addresses of the configuration and no others, one at a time for each CA.
 */
#ifndef RUN_COURIER_H
#define RUN_COURIER_H

#include "pki/ocsp.h"
#include "run/hold.h"
#include "run/life.h"

/* The process's whole life, until SIGTERM or SIGUSR1; returns its exit status. book NULL = no
 * responder is asked. */
int run_courier(const struct run_house *, struct pki_book *, struct run_beat *);

/* Each source once, in the foreground, full CRLs before deltas; notes and keeps as the process
 * does. Returns how many of them failed. ERR_CONFIG, ERR_NOMEM as -1. */
int run_courier_once(const struct conf *, struct run_hold *, struct err *) MUSTCHECK;

#endif
