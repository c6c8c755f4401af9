/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Instants and Astana's civil time over the C library's tz data; see clock.h.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define ZONE "Asia/Almaty"
#define MARCH_2_2024 1709316000 /* 2024-03-01T18:00:00Z: 2024-03-02 in Astana at either offset */

int
clock_init(struct err *e)
{
	if (setenv("TZ", ZONE, 1) != 0)
		return err_set(e, ERR_CONFIG, "cannot set TZ=%s", ZONE);
	tzset();
	if (clock_astana((struct instant){MARCH_2_2024, 0}).offset != 5 * 3600)
		return err_set(e, ERR_CONFIG,
		    "tz data are missing or older than 2024a: %s is not +05:00 on 2024-03-02",
		    ZONE);
	return 0;
}

struct civil
clock_astana(struct instant at)
{
	time_t t = (time_t)at.seconds;
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	localtime_r(&t, &tm);
	return (struct civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)tm.tm_gmtoff};
}

/* At least so many digits; returns what is behind them. By hand, because every line of the log and
 * every answer has such a text, and snprintf() costs more than the rest of it. */
static char *
put_number(char *to, int value, unsigned width)
{
	char digit[10]; /* of 32 bits */
	unsigned n = 0, rest = (unsigned)value;

	do {
		digit[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0 || n < width);
	while (n > 0)
		*to++ = digit[--n];
	return to;
}

static char *
put_civil(char *to, const struct civil *c)
{
	const struct {
		int value;
		unsigned width;
		char behind;
	} parts[] = {{c->year, 4, '-'}, {c->month, 2, '-'}, {c->day, 2, 'T'}, {c->hour, 2, ':'},
	    {c->minute, 2, ':'}, {c->second, 2, '\0'}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		to = put_number(to, parts[i].value, parts[i].width);
		*to++ = parts[i].behind;
	}
	return to - 1; /* where the NUL is */
}

const char *
clock_write(struct instant at, char text[CLOCK_TEXT])
{
	struct civil c = clock_astana(at);
	int o = abs(c.offset) / 60;
	char *to = put_civil(text, &c);

	*to++ = c.offset < 0 ? '-' : '+';
	to = put_number(to, o / 60, 2);
	*to++ = ':';
	*put_number(to, o % 60, 2) = '\0';
	return text;
}

const char *
clock_write_utc(struct instant at, char text[CLOCK_TEXT])
{
	time_t t = (time_t)at.seconds;
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	gmtime_r(&t, &tm);
	const struct civil c = {
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, 0};
	memcpy(put_civil(text, &c), "Z", sizeof("Z"));
	return text;
}

/* Exactly n digits at *p; moves *p behind them. */
static bool
digits(const char **p, int n, int low, int high, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	return v >= low && v <= high;
}

static bool
take(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
read_time(const char **p, struct tm *tm, int32_t *nanos)
{
	int32_t scale = 100000000;

	if (!digits(p, 2, 0, 23, &tm->tm_hour) || !take(p, ':') ||
	    !digits(p, 2, 0, 59, &tm->tm_min) || !take(p, ':') || !digits(p, 2, 0, 59, &tm->tm_sec))
		return false;
	if (!take(p, '.'))
		return true;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++, scale /= 10)
		*nanos += (**p - '0') * scale;
	return true;
}

/* "Z", "+05:00" or nothing; *given says which. */
static bool
read_zone(const char **p, bool *given, int *offset)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	*given = **p != '\0';
	*offset = 0;
	if (!*given || take(p, 'Z'))
		return **p == '\0';
	if (!take(p, '+') && !take(p, '-'))
		return false;
	if (!digits(p, 2, 0, 14, &hours) || !take(p, ':') || !digits(p, 2, 0, 59, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return **p == '\0';
}

bool
clock_read(const char *text, struct instant *out)
{
	const char *p = text;
	struct tm tm, same;
	int offset;
	bool given;
	int32_t nanos = 0;

	memset(&tm, 0, sizeof(tm));
	if (!digits(&p, 4, 1, 9999, &tm.tm_year) || !take(&p, '-') ||
	    !digits(&p, 2, 1, 12, &tm.tm_mon) || !take(&p, '-') ||
	    !digits(&p, 2, 1, 31, &tm.tm_mday))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (take(&p, 'T') && !read_time(&p, &tm, &nanos))
		return false;
	if (!read_zone(&p, &given, &offset))
		return false;
	same = tm;
	tm.tm_isdst = -1;
	int64_t seconds = timegm(&same);
	if (same.tm_mday != tm.tm_mday) /* 31 April and the like */
		return false;
	*out = (struct instant){given ? seconds - offset : (int64_t)mktime(&tm), nanos};
	return true;
}

int
clock_compare(struct instant a, struct instant b)
{
	if (a.seconds != b.seconds)
		return a.seconds < b.seconds ? -1 : 1;
	return a.nanos == b.nanos ? 0 : a.nanos < b.nanos ? -1 : 1;
}
