/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The likely causes (cause.def), and what a row of the journal says about each check.
 */
#include "config.h"

#include <string.h>

#include "run/story.h"

static const struct {
	enum run_check check;
	const char *text[3], *none;
} causes[ERR_CODES] = {
#define X(code, check, en, ru, kk) [ERR_##code] = {CHECK_##check, {en, ru, kk}, NULL},
#define NONE(code, check, why) [ERR_##code] = {CHECK_##check, {NULL, NULL, NULL}, why},
#include "run/cause.def"
#undef X
#undef NONE
};

const char *
run_cause(enum err_code code, enum err_language language, const char **why_none)
{
	if (why_none != NULL)
		*why_none = code < ERR_CODES ? causes[code].none : NULL;
	return code < ERR_CODES ? causes[code].text[language] : NULL;
}

enum run_check
run_cause_check(enum err_code code)
{
	return code < ERR_CODES ? causes[code].check : CHECK_NONE;
}

enum err_code
run_code_named(const char *name)
{
	for (int i = ERR_OK + 1; i < ERR_CODES; i++)
		if (strcmp(err_row((enum err_code)i)->name, name) == 0)
			return (enum err_code)i;
	return ERR_OK;
}

/* A signature that is read in one piece: of what is told together, neither comes before the other.
 */
static int
rank(enum run_check check)
{
	switch (check) {
	case CHECK_ALGORITHM:
		return CHECK_SIGNATURE;
	case CHECK_REVOCATION:
		return CHECK_CHAIN;
	case CHECK_BUSINESS:
		return CHECK_DOCUMENT;
	default:
		return (int)check;
	}
}

/* Which check a refusal failed: the same row speaks of the message and of the business document
 * inside, and its code on the wire, or how far the message came, says which. */
static enum run_check
failed_check(const struct db_journal_row *row, enum err_code code)
{
	const struct err_row *e = err_row(code);
	enum run_check check = run_cause_check(code);

	if (e->wire_business[0] != '\0' && strcmp(row->wire, e->wire_business) == 0)
		return CHECK_BUSINESS;
	/* a service is known only of a message that was read whole */
	if (check == CHECK_FORM && row->service_id[0] != '\0')
		return CHECK_DOCUMENT;
	return check;
}

/* The gateway's report about a message of ours: no service, no business document. */
static bool
is_report(const struct db_journal_row *row)
{
	return strcmp(row->operation, "changeMassageStatusNotification") == 0;
}

static enum run_passed
business(const struct db_journal_row *row)
{
	return row->business_serial[0] != '\0' ? CHECK_PASSED : CHECK_NOT_NEEDED;
}

static void
checks_of_refusal(const struct db_journal_row *row, enum run_passed passed[CHECKS])
{
	enum run_check failed = failed_check(row, run_code_named(row->code));
	bool was_read = row->service_id[0] != '\0';

	for (int c = CHECK_NONE + 1; c < CHECKS; c++) {
		enum run_check check = (enum run_check)c;
		if (rank(check) < rank(failed) || (was_read && check <= CHECK_CONTRACT))
			passed[c] = CHECK_PASSED;
	}
	/* its standing is written down only once it is verified */
	if (row->business_standing[0] != '\0')
		passed[CHECK_BUSINESS] = CHECK_PASSED;
	else if (rank(failed) > rank(CHECK_BUSINESS))
		passed[CHECK_BUSINESS] = business(row);
	if (failed != CHECK_NONE)
		passed[failed] = CHECK_FAILED;
}

static void
checks_of_acceptance(const struct db_journal_row *row, enum run_passed passed[CHECKS])
{
	for (int c = CHECK_NONE + 1; c < CHECKS; c++)
		passed[c] = CHECK_PASSED;
	passed[CHECK_BUSINESS] = business(row);
	if (strcmp(row->signer_standing, "off") == 0)
		passed[CHECK_REVOCATION] = CHECK_NOT_NEEDED;
	if (strcmp(row->verdict, "repeated") == 0)
		passed[CHECK_HANDLER] = CHECK_NOT_NEEDED;
	else if (strcmp(row->endpoint, "/sync") != 0 && !is_report(row))
		passed[CHECK_HANDLER] = CHECK_OPEN;
	else if (run_code_named(row->code) != ERR_OK)
		passed[CHECK_HANDLER] = CHECK_FAILED;
}

void
run_checks(const struct db_journal_row *row, enum run_passed passed[CHECKS])
{
	memset(passed, 0, sizeof(*passed) * CHECKS);
	if (strcmp(row->verdict, "refused") == 0)
		checks_of_refusal(row, passed);
	else
		checks_of_acceptance(row, passed);
	if (is_report(row))
		passed[CHECK_DOCUMENT] = passed[CHECK_BUSINESS] = CHECK_NOT_NEEDED;
}
