/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Calendar: terms in days, over plain structs; pure functions. (The working calendar joins here.)
 */
#ifndef CAL_CAL_H
#define CAL_CAL_H

#include "base/clock.h"

struct cal_date {
	int year, month, day; /* month and day from 1 */
};

/* The date in Astana at an instant. */
struct cal_date cal_date_of(struct instant);

/* date + days, proleptic Gregorian; the result lies in the years 1 to 9999. Terms in calendar days
 * are counted so: the day of registration is day 0 (domain.md F-15, SC-01). */
struct cal_date cal_add_days(struct cal_date, int days);

/* "2026-03-12". Returns text. */
const char *cal_write(struct cal_date, char text[11]);

/* false unless text is exactly such a date and the date exists. */
bool cal_read(const char *text, struct cal_date *out);
bool cal_valid(struct cal_date);

/* -1, 0, 1 */
int cal_compare(struct cal_date, struct cal_date);

#endif
