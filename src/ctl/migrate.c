/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl migrate: brings the database's schema up to this program (schemas/sql/).
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "db/db.h"
#include "run/run.h"

static void
say(void *self, const char *line)
{
	(void)self;
	puts(line);
}

static int
migrate(const char *file, struct err *e)
{
	struct conf *conf = NULL;
	struct arena *a = arena_new();
	unsigned mistakes = 0;
	int rc = -1;

	if (a == NULL) {
		err_set(e, ERR_NOMEM, "migrate");
		goto out;
	}
	if (conf_load(file, ctl_complain, &mistakes, &conf, e) != 0)
		goto out;
	if (conf->database.migrate[0] == '\0') {
		err_set(e, ERR_CONFIG, "database.migrate is not set");
		goto out;
	}
	const char *folder = arena_printf(a, "%s/schemas/sql", conf->data_dir);
	rc = folder == NULL ? err_set(e, ERR_NOMEM, "migrate")
			    : db_migrate(conf->database.migrate, folder, run_now(), say, NULL, e);
out:
	conf_free(conf);
	arena_free(a);
	return rc;
}

int
ctl_migrate(int argc, char **argv)
{
	const char *file = CTL_CONFIG;
	struct err e = {0};

	for (int option; (option = getopt(argc, argv, "c:")) != -1;) {
		if (option != 'c')
			return ctl_usage(argv[0], NULL);
		file = optarg;
	}
	if (optind != argc)
		return ctl_usage(argv[0], NULL);
	if (clock_init(&e) != 0 || migrate(file, &e) != 0)
		return ctl_fail(argv[0], &e);
	return CTL_OK;
}
