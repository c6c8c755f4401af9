/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Questions to loaded rules: find, required by, number. Reading them is rules.c.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules/inner.h"

const struct rules_hq_profile *
rules_hq(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->hq_count; i++)
		if (strcmp(rules->hq[i].name, name) == 0)
			return &rules->hq[i];
	return NULL;
}

const struct rules_item *
rules_item(const struct rules_list *list, const char *code)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].code, code) == 0)
			return &list->items[i];
	return NULL;
}

bool
rules_asked_by(const struct rules_item *item, const char *category)
{
	size_t n = strlen(category);

	for (const char *p = item->required_for; *p != '\0'; p += strspn(p, " ")) {
		size_t length = strcspn(p, " ");
		if (length == n && memcmp(p, category, n) == 0)
			return true;
		p += length;
	}
	return false;
}

const char *
rules_counter(const struct rules_hq_profile *p, int year, struct arena *a)
{
	if (strstr(p->number_template, "{yyyy}") == NULL)
		return p->name;
	return arena_printf(a, "%s/%04d", p->name, year);
}

/* The template's field at *t, moved past; the schema knows no others. */
static const char *
expand(const char **t, const struct rules_hq_profile *p, int year, int64_t seq, struct arena *a)
{
	const char *field = *t;

	*t = strchr(field, '}') + 1;
	if (strncmp(field, "{provider}", 10) == 0)
		return p->provider;
	if (strncmp(field, "{yyyy}", 6) == 0)
		return arena_printf(a, "%04d", year);
	return arena_printf(a, "%0*" PRId64, field[5] - '0', seq); /* {seq:N} */
}

const char *
rules_number(const struct rules_hq_profile *p, int year, int64_t seq, struct arena *a)
{
	const char *number = "", *t = p->number_template;

	while (*t != '\0' && number != NULL) {
		size_t n = strcspn(t, "{");
		const char *piece = "";

		number = arena_printf(a, "%s%.*s", number, (int)n, t);
		t += n;
		if (*t == '{')
			piece = expand(&t, p, year, seq, a);
		number =
		    number == NULL || piece == NULL ? NULL : arena_printf(a, "%s%s", number, piece);
	}
	return number;
}
