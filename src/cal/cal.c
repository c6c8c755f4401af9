/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Dates by day numbers of the proleptic Gregorian calendar; see cal.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cal/cal.h"

#define DAYS_400_YEARS 146097 /* the calendar repeats after these */

struct cal_date
cal_date_of(struct instant at)
{
	struct civil c = clock_astana(at);

	return (struct cal_date){c.year, c.month, c.day};
}

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

bool
cal_valid(struct cal_date d)
{
	return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
	       d.day <= days_in(d.year, d.month);
}

/* Days since 0000-03-01; years begin in March, so that the leap day is the last of a year. */
static long
number_of(struct cal_date d)
{
	long y = d.month > 2 ? d.year : d.year - 1;
	long m = d.month > 2 ? d.month - 3 : d.month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + d.day - 1;
}

static struct cal_date
date_of(long n)
{
	long era = n / DAYS_400_YEARS, day = n % DAYS_400_YEARS;
	long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	long m;

	day -= 365 * year + year / 4 - year / 100;
	m = (5 * day + 2) / 153;
	return (struct cal_date){(int)(era * 400 + year + (m >= 10)), (int)(m < 10 ? m + 3 : m - 9),
	    (int)(day - (153 * m + 2) / 5 + 1)};
}

struct cal_date
cal_add_days(struct cal_date d, int days)
{
	return date_of(number_of(d) + days);
}

const char *
cal_write(struct cal_date d, char text[11])
{
	/* bounded for the compiler's sake: a valid date has no larger parts */
	snprintf(text, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100,
	    (unsigned)d.day % 100);
	return text;
}

/* n digits at p, or -1. */
static int
digits(const char *p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

bool
cal_read(const char *text, struct cal_date *out)
{
	struct cal_date d;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	d = (struct cal_date){digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)};
	if (!cal_valid(d))
		return false;
	*out = d;
	return true;
}

int
cal_compare(struct cal_date a, struct cal_date b)
{
	long x = number_of(a), y = number_of(b);

	return x < y ? -1 : x > y;
}
