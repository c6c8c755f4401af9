/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What test programs share: files, instants, and the find-or-count of ../shared.
 */
#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/octets.h"

/* Environment set by the makefile; the test fails when it is missing. */
const char *fixture_srcdir(void);
const char *fixture_builddir(void);

/* A path below ../shared, in the arena; NULL when the folder is not there. The caller counts what
 * it skips and says so with fixture_skipped(). */
const char *fixture_shared(struct arena *, const char *relative);

/* Prints "SKIPPED n: why", which the tiers count. */
void fixture_skipped(unsigned n, const char *why);

/* The whole file, in the arena; the test fails when it cannot be read. */
struct octets fixture_file(struct arena *, const char *path);

/* "2026-02-10T11:00:00+05:00"; the test fails when it is no dateTime. */
struct instant fixture_instant(const char *text);

#endif
