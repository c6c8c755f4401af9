/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What shepctl inspect --why says below a line: lines that begin with "# ", a field name, a colon.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/ctl.h"

static void
put(const char *name, const char *value)
{
	printf("# %s: ", name);
	for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++) {
		if (*p < ' ' || *p == 0x7F)
			printf("\\x%02x", *p);
		else
			putchar(*p);
	}
	putchar('\n');
}

static void
put_cause(enum run_why_cause cause, const char *how, enum err_language language)
{
	char text[600];

	snprintf(text, sizeof(text), "%s: %s%s%s%s", run_why_name(cause),
	    run_why_text(cause, language), how[0] == '\0' ? "" : " (", how,
	    how[0] == '\0' ? "" : ")");
	put("cause", text);
}

static void
put_reference(const struct run_why_reference *r, enum err_language language)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s, line %ld%s%s; URI=\"%s\"; %s; the digest %s", r->path,
	    r->line, r->id[0] == '\0' ? "" : ", Id ", r->id, r->uri, r->algorithm,
	    r->holds ? "holds" : "differs");
	put("reference", text);
	if (r->holds)
		return;
	put("expected", r->expected);
	put("computed", r->computed);
	for (size_t i = 0; i < 2 && r->causes[i] != WHY_NONE; i++)
		put_cause(r->causes[i], r->how[i], language);
}

void
ctl_put_why(const struct err *e, const struct run_why *why, enum err_language language)
{
	put("rule", err_rule_of(e));
	put("refusal", err_row(e->code)->text[language]);
	for (size_t i = 0; i < why->count; i++)
		put_reference(&why->references[i], language);
	if (why->value != WHY_NONE)
		put_cause(why->value, why->other, language);
	if (why->place[0] != '\0')
		put("place", why->place);
}
