/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl explain: a message's whole story for people, by whatever it is called.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/story.h"

static int
tell(const char *file, const char *id, const struct run_telling *how, bool *known, struct err *e)
{
	struct run_telling t = *how;
	struct db_story story;
	struct conf *conf = NULL;
	struct db *db = NULL;
	int rc = -1;

	if (ctl_store(file, &conf, &db, e) != 0 || db_story(db, id, t.arena, &story, e) != 0)
		goto out;
	*known = story.journal_count + story.inbox_count + story.outbox_count > 0;
	t.story = &story;
	if (*known)
		run_story_tell(&t);
	rc = 0;
out:
	db_free(db);
	conf_free(conf);
	return rc;
}

static int
explain(const char *file, const char *id, const struct run_telling *t)
{
	struct err e = {0};
	bool known = false;

	if (run_init(&e) != 0 || tell(file, id, t, &known, &e) != 0)
		return ctl_fail("explain", &e);
	if (known)
		return CTL_OK;
	fprintf(stderr, "shepctl explain: nothing is known of %s\n", run_mask(id, t->arena));
	return CTL_REFUSED;
}

int
ctl_explain(int argc, char **argv)
{
	static const struct option options[] = {{"language", required_argument, NULL, 'l'},
	    {"payload", no_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
	struct run_telling t = {.language = ERR_EN, .to = stdout};
	const char *file = CTL_CONFIG;
	int status;

	for (int o; (o = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
		if (o == 'c')
			file = optarg;
		else if (o == 'p')
			t.payload = true;
		else if (o != 'l')
			return ctl_usage(argv[0], NULL);
		else if (ctl_language(optarg, &t.language) != 0)
			return ctl_usage(argv[0], "--language en, ru or kk");
	}
	if (argc - optind != 1 || argv[optind][0] == '\0')
		return ctl_usage(argv[0], "which message?");
	if ((t.arena = arena_new()) == NULL)
		return CTL_REFUSED;
	status = explain(file, argv[optind], &t);
	arena_free(t.arena);
	return status;
}
