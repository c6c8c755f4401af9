/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Verifying as xmlsec1's library does it out of the box: its OpenSSL back end, its own transforms,
 * the key preset. In a process of its own: ours takes out of xmlsec what it registers by itself.
 */
#ifndef TESTS_BENCH_STOCK_H
#define TESTS_BENCH_STOCK_H

#include "base/octets.h"

/* xmlsec and its back end; the key of the certificate in this PEM file verifies from now on. */
void stock_open(const char *certificate);

/* Parse, find the Signature and the Body's Id, verify; ends the program when it does not. */
void stock_verify(struct octets envelope);

#endif
