/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Records: "name: value" lines, one file each, and the events made of them.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/spool.h"

/* One line, whatever a peer has put into it. */
static char *
one_line(struct arena *a, const char *value)
{
	char *made = arena_strdup(a, value == NULL ? "" : value);

	for (char *p = made; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
	return made;
}

char *
sim_record(struct arena *a, ...)
{
	char *made = arena_strdup(a, "");
	const char *name;
	va_list ap;

	va_start(ap, a);
	while (made != NULL && (name = va_arg(ap, const char *)) != NULL) {
		const char *value = one_line(a, va_arg(ap, const char *));
		made = value == NULL ? NULL : arena_printf(a, "%s%s: %s\n", made, name, value);
	}
	va_end(ap);
	return made;
}

const char *
sim_record_get(struct octets record, const char *name, struct arena *a)
{
	size_t n = strlen(name);
	const char *at = record.data == NULL ? "" : (const char *)record.data;

	for (; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
		if (strncmp(at, name, n) == 0 && strncmp(at + n, ": ", 2) == 0)
			return arena_string(a, (struct octets){(const unsigned char *)at + n + 2,
						   strcspn(at + n + 2, "\n")});
	return "";
}

void
sim_spool_event(struct sim_spool *s, const char *kind, const char *record)
{
	struct err e = {0};
	char name[80];

	snprintf(
	    name, sizeof(name), "events/%012llu.%s", (unsigned long long)sim_spool_next(s), kind);
	if (record == NULL || sim_spool_put(s, name, octets_of(record), &e) != 0)
		fprintf(stderr, "shepsim: %s: %s\n", name, record == NULL ? "no memory" : e.detail);
}
