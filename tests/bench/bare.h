/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What every figure of `make bench` is held against: signature operations and nothing else.
 *
 * A machine that others use, too, changes its pace from one second to the next. So the bare
 * operations and the load are timed in short turns, each load between two bare ones, and the figure
 * is the median of the turns' own ratios.
 */
#ifndef TESTS_BENCH_BARE_H
#define TESTS_BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pki/pki.h"

/* Ends the program. */
void bench_die(const char *what, const char *detail) __attribute__((noreturn));
void *bench_need(void *); /* not NULL, or the end */

/* CPU time of this process, ns. */
int64_t bench_cpu(void);

double bench_median(double *values, size_t n); /* sorts them */

/* Nanoseconds of CPU of one operation over a usual SignedInfo with this key, context set up
 * included. */
double bench_bare(const struct pki_identity *, bool sign, unsigned rounds);

#endif
