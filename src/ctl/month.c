/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl month: the months of journal, inbox and outbox; one that is over is dropped, a legal hold
 * keeps it.
 *
 * list prints one line a month, fields separated by tabs: month ("-" for rows that no month was
 * made for), rows of journal, inbox and outbox, messages that are open, octets on disk, what it is
 * held for. Each act stands in the journal with who and why.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/run.h"

struct wish {
	const char *file, *action, *month;
	const char *at, *reason;
};

static int
list(struct db *db, struct arena *a, struct err *e)
{
	struct db_month *months;
	size_t count;

	if (db_month_list(db, a, &months, &count, e) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct db_month *m = &months[i];
		printf("%s\t%lld\t%lld\t%lld\t%lld\t%lld\t", m->name[0] != '\0' ? m->name : "-",
		    (long long)m->journal, (long long)m->inbox, (long long)m->outbox,
		    (long long)m->unsettled, (long long)m->octets);
		ctl_put_field(m->held_for != NULL ? m->held_for : "-", '\n');
	}
	return 0;
}

/* *refused: why it was not done. */
static int
act(const struct wish *w, struct db *db, unsigned retention, struct arena *a, const char **refused,
    struct err *e)
{
	struct db_act act;
	struct instant at = run_now();

	if (w->at != NULL && !clock_read(w->at, &at))
		return err_set(e, ERR_CONFIG, "--at %s is no time", w->at);
	if (ctl_act(a, w->reason, at, &act, e) != 0)
		return -1;
	if (strcmp(w->action, "hold") == 0)
		return db_month_hold(db, w->month, &act, refused, e);
	if (strcmp(w->action, "release") == 0)
		return db_month_release(db, w->month, &act, refused, e);
	return db_month_drop(db, w->month, retention, &act, refused, e);
}

static int
run(const struct wish *w, const char **refused, struct arena *a, struct err *e)
{
	struct conf *conf = NULL;
	struct db *db = NULL;
	int rc = -1;

	if (ctl_store(w->file, &conf, &db, e) == 0)
		rc = strcmp(w->action, "list") == 0
			 ? list(db, a, e)
			 : act(w, db, conf->retention.months, a, refused, e);
	db_free(db);
	conf_free(conf);
	return rc;
}

/* What is wrong with the command line, or NULL. */
static const char *
judge(const struct wish *w, int arguments)
{
	static const char *const actions[] = {"list", "drop", "hold", "release"};
	bool known = false, listing = strcmp(w->action, "list") == 0;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		known = known || strcmp(w->action, actions[i]) == 0;
	if (!known)
		return "list, drop, hold or release";
	if (arguments != (listing ? 1 : 2))
		return listing ? "list takes no month" : "which month?";
	if (listing && (w->at != NULL || w->reason != NULL))
		return "list takes no --at and no --reason";
	if (!listing && (w->reason == NULL || w->reason[0] == '\0'))
		return "--reason is missing";
	return NULL;
}

int
ctl_month(int argc, char **argv)
{
	static const struct option options[] = {{"at", required_argument, NULL, 'a'},
	    {"reason", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
	struct wish w = {.file = CTL_CONFIG};
	const char *refused = NULL, *wrong;
	struct arena *a = NULL;
	struct err e = {0};
	int rc = -1;

	for (int o; (o = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
		if (o == 'c')
			w.file = optarg;
		else if (o == 'a')
			w.at = optarg;
		else if (o == 'r')
			w.reason = optarg;
		else
			return ctl_usage(argv[0], NULL);
	}
	w.action = optind < argc ? argv[optind] : "";
	w.month = optind + 1 < argc ? argv[optind + 1] : "";
	if ((wrong = judge(&w, argc - optind)) != NULL)
		return ctl_usage(argv[0], wrong);
	if ((a = arena_new()) == NULL)
		err_set(&e, ERR_NOMEM, "month");
	else if (clock_init(&e) == 0)
		rc = run(&w, &refused, a, &e);
	if (rc != 0)
		rc = ctl_fail(argv[0], &e);
	else if (refused != NULL)
		rc = CTL_REFUSED;
	if (refused != NULL)
		fprintf(stderr, "shepctl month: %s\n", refused);
	arena_free(a);
	return rc;
}
