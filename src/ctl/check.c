/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl check: reads a configuration as the daemon would and tells every mistake at once.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "db/db.h"
#include "run/run.h"

/* Our own certificate must be good today: a reply under an expired one helps nobody. */
static void
check_identity(const struct run_house *h, const struct conf *conf, unsigned *mistakes)
{
	struct pki_signer who;
	struct instant now = run_now();
	char text[CLOCK_TEXT], what[96];

	if (h->identity == NULL)
		return;
	pki_describe(pki_identity_certificate(h->identity), &who);
	bool early = clock_compare(now, who.not_before) < 0;
	if (!early && clock_compare(now, who.not_after) < 0)
		return;
	snprintf(what, sizeof(what), "the signing certificate is valid only %s %s",
	    early ? "from" : "until", clock_write(early ? who.not_before : who.not_after, text));
	ctl_complain(mistakes, conf->signing.at.file, conf->signing.at.line, what);
}

static void
check_listeners(const struct conf *conf, unsigned *mistakes)
{
	for (size_t i = 0; i < conf->listener_count; i++) {
		const struct conf_listener *l = &conf->listeners[i];
		struct pki_identity *id = NULL;
		struct err e = {0};

		if (!l->tls)
			continue;
		if (pki_identity_load(l->certificate, l->key, NULL, &id, &e) != 0)
			ctl_complain(mistakes, l->at.file, l->at.line, e.detail);
		pki_identity_free(id);
	}
}

static void
check_database(const struct conf *conf, unsigned *mistakes)
{
	struct err e = {0};

	if (db_check(conf->database.daemon, &e) != 0)
		ctl_complain(mistakes, conf->database.at.file, conf->database.at.line, e.detail);
}

static unsigned
check(const char *file, bool database, struct err *e)
{
	struct conf *conf = NULL;
	struct run_house *house = NULL;
	struct err ignored = {0};
	unsigned mistakes = 0, form = 0;

	if (conf_read(file, ctl_complain, &mistakes, &conf, &form, e) != 0)
		return 1;
	/* What the house finds wrong it has told; here only the count matters. */
	if (run_house_open(conf, ctl_complain, &mistakes, &house, &ignored) == 0)
		check_identity(house, conf, &mistakes);
	check_listeners(conf, &mistakes);
	if (database && conf->database.daemon[0] != '\0')
		check_database(conf, &mistakes);
	run_house_close(house);
	conf_free(conf);
	return mistakes;
}

static void
print_key(void *self, const struct conf_key *key)
{
	(void)self;
	printf("%s%s%s\t%s\t%s\t%s\t%s\n", key->group, key->group[0] == '\0' ? "" : ".", key->name,
	    key->type, key->range, key->value == NULL ? "(must be set)" : key->value, key->help);
}

int
ctl_check(int argc, char **argv)
{
	static const struct option options[] = {
	    {"no-database", no_argument, NULL, 'n'}, {"keys", no_argument, NULL, 'k'}, {0}};
	const char *file = CTL_CONFIG;
	bool database = true;
	struct err e = {0};

	for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 'n':
			database = false;
			break;
		case 'k':
			conf_each_key(print_key, NULL);
			return CTL_OK;
		default:
			return CTL_USAGE;
		}
	}
	if (optind != argc)
		return ctl_usage(argv[0], "takes no arguments but its options");
	if (run_init(&e) != 0)
		return ctl_fail(argv[0], &e);
	unsigned mistakes = check(file, database, &e);
	run_fini();
	if (e.code != ERR_OK)
		return ctl_fail(argv[0], &e);
	if (mistakes > 0)
		fprintf(stderr, "shepctl check: %u mistakes\n", mistakes);
	return mistakes == 0 ? CTL_OK : CTL_REFUSED;
}
