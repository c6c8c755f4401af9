/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See iin.h.
 */
#include "config.h"

#include <string.h>

#include "service/iin.h"

static int
two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* The sum of digit times weight modulo 11 over the first eleven; weights go round from `first`. */
static int
weighed(const char *iin, int first)
{
	int sum = 0;

	for (int i = 0; i < 11; i++)
		sum += (iin[i] - '0') * ((i + first - 1) % 11 + 1);
	return sum % 11;
}

/* Weights 1..11; if that gives 10, weights 3..11,1,2; if that gives 10, too, no such number exists.
 */
static bool
check_digit_holds(const char *iin)
{
	int digit = weighed(iin, 1);

	if (digit == 10)
		digit = weighed(iin, 3);
	return digit == iin[11] - '0';
}

bool
service_iin_valid(const char *iin, struct cal_date today)
{
	struct cal_date born;
	int century;

	if (strlen(iin) != 12 || strspn(iin, "0123456789") != 12)
		return false;
	century = iin[6] - '0';
	if (century < 1 || century > 6)
		return false;
	born = (struct cal_date){
	    1800 + (century - 1) / 2 * 100 + two(iin), two(iin + 2), two(iin + 4)};
	return cal_valid(born) && cal_compare(born, today) <= 0 && check_digit_holds(iin);
}
