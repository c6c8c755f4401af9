/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The individual identification number: twelve digits with birth date, century, check digit.
 */
#ifndef SERVICE_IIN_H
#define SERVICE_IIN_H

#include "cal/cal.h"

/* YYMMDD, a digit for century and sex (1 2: 18YY, 3 4: 19YY, 5 6: 20YY), four of serial, a check
 * digit (domain.md B5, HQ-04). false also when the birth date lies after today. */
bool service_iin_valid(const char *iin, struct cal_date today);

#endif
