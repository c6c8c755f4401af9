/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See tools.h.
 */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/call.h"
#include "run/story.h"

#define PATIENCE 600000 /* ms */

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
	for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
		n = 1;
		if (*text == '\t')
			fputs("\\t", stdout);
		else if (*text == '\n')
			fputs("\\n", stdout);
		else
			n = run_put_character(text, left, stdout);
	}
	putchar(end);
}

int
ctl_store(const char *file, struct conf **conf, struct db **db, struct err *e)
{
	unsigned mistakes = 0;

	*conf = NULL;
	*db = NULL;
	if (conf_load(file, ctl_complain, &mistakes, conf, e) != 0)
		return -1;
	if ((*conf)->database.migrate[0] == '\0')
		return err_set(e, ERR_CONFIG, "database.migrate is not set");
	return db_new((*conf)->database.migrate, PATIENCE, db, e);
}

int
ctl_language(const char *text, enum err_language *out)
{
	static const char *const known[] = {[ERR_EN] = "en", [ERR_RU] = "ru", [ERR_KK] = "kk"};

	for (int i = ERR_EN; i <= ERR_KK; i++)
		if (strcmp(text, known[i]) == 0) {
			*out = (enum err_language)i;
			return 0;
		}
	return -1;
}

int
ctl_act(struct arena *a, const char *reason, struct instant at, struct db_act *out, struct err *e)
{
	const struct passwd *entry = getpwuid(getuid());
	const char *name = entry != NULL ? entry->pw_name : "", *sudo = getenv("SUDO_USER");
	char uuid[37];

	if (run_uuid(uuid, e) != 0)
		return -1;
	*out = (struct db_act){
	    .user = name[0] == '\0'		    ? arena_printf(a, "uid %u", (unsigned)getuid())
		    : getuid() == 0 && sudo != NULL ? arena_printf(a, "%s (%s)", name, sudo)
						    : arena_strdup(a, name),
	    .reason = reason,
	    .transaction_id = arena_strdup(a, uuid),
	    .at = at,
	    .arena = a};
	return out->user != NULL && out->transaction_id != NULL ? 0 : err_set(e, ERR_NOMEM, "act");
}
