/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See tools.h.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"

void
ctl_complain(void *self, const char *file, int line, const char *what)
{
	unsigned *mistakes = self;

	++*mistakes;
	if (line > 0)
		printf("%s:%d: %s\n", file, line, what);
	else
		printf("%s: %s\n", file, what);
}

int
ctl_fail(const char *command, const struct err *e)
{
	fprintf(stderr, "shepctl %s: %s: %s\n", command, err_row(e->code)->name, e->detail);
	return CTL_REFUSED;
}
