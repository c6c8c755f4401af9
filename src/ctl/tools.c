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

void
ctl_put_field(const char *text, char end)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p == '\t')
			fputs("\\t", stdout);
		else if (*p == '\n')
			fputs("\\n", stdout);
		else if (*p < ' ' || *p == 0x7F)
			printf("\\x%02x", *p);
		else
			putchar(*p);
	}
	putchar(end);
}
