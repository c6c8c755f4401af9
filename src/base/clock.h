/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Clock types: an instant of UTC, and civil time in Astana.
 *
 * Time is an argument below run/: nothing here asks the system what time it is. Civil time follows
 * the zone Asia/Almaty of the system's tz data (UTC+6 until 2024-02-29, UTC+5 from 2024-03-01,
 * domain.md B2), never a fixed offset.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct instant {
	int64_t seconds; /* since 1970-01-01T00:00:00Z, no leap seconds */
	int32_t nanos;	 /* 0 .. 999,999,999 */
};

struct civil {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
	int offset; /* seconds east of UTC that were in force */
};

#define CLOCK_TEXT 40 /* room for any text written here, NUL included */

/* Binds civil time to Asia/Almaty for this process; once, before any other thread or fork.
 * ERR_CONFIG when the tz data do not know the change of 2024-03-01. */
int clock_init(struct err *) MUSTCHECK;

/* Civil time in Astana. */
struct civil clock_astana(struct instant);

/* "2026-02-10T11:00:00+05:00", the contract's dateTime, in Astana. Returns text. */
const char *clock_write(struct instant, char text[CLOCK_TEXT]);

/* "2026-02-10T06:00:00Z". Returns text. */
const char *clock_write_utc(struct instant, char text[CLOCK_TEXT]);

/* xsd:dateTime, with fraction or none; with Z, an offset, or none (then Astana, shep.md 5.4); also
 * a date with or without an offset (then its first instant). false when it is none of these. */
bool clock_read(const char *text, struct instant *out);

/* -1, 0, 1 */
int clock_compare(struct instant, struct instant);

#endif
