/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl check: a whole configuration, every mistake at once: form, certificates, keys, handlers,
 * rule data, contract files, the database. `--keys` lists what may be set.
 *
 * One line a mistake on standard output, "file:line: what". The daemon makes the same checks,
 * except whether its certificates are valid today and whether the database answers.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/file.h"
#include "run/run.h"

static void
print_key(void *self, const struct conf_key *key)
{
	(void)self;
	printf("%s%s%s\t%s\t%s\t%s\t%s\n", key->group, key->group[0] != '\0' ? "." : "", key->name,
	    key->type, key->range, key->value != NULL ? key->value : "(must be set)", key->help);
}

/* A certificate of ours that is not valid today. One that does not load was told by the house. */
static void
check_today(const char *certificate, const char *key, const char *password, struct conf_place at,
    unsigned *mistakes)
{
	struct pki_identity *identity = NULL;
	struct pki_signer who;
	struct err e = {0};
	struct instant now = run_now();
	char from[CLOCK_TEXT], until[CLOCK_TEXT], what[512];

	if (pki_identity_load(certificate, key, password, &identity, &e) != 0)
		return;
	pki_describe(pki_identity_certificate(identity), &who);
	pki_identity_free(identity);
	if (clock_compare(now, who.not_before) >= 0 && clock_compare(now, who.not_after) <= 0)
		return;
	snprintf(what, sizeof(what), "%s: not valid today, only from %s to %s", certificate,
	    clock_write_utc(who.not_before, from), clock_write_utc(who.not_after, until));
	ctl_complain(mistakes, at.file, at.line, what);
}

static void
check_dates(const struct conf *c, unsigned *mistakes)
{
	struct arena *a = arena_new();
	const char *password = NULL;
	struct err e = {0};

	for (size_t i = 0; i < c->listener_count; i++)
		if (c->listeners[i].tls && c->listeners[i].key[0] != '\0')
			check_today(c->listeners[i].certificate, c->listeners[i].key, NULL,
			    c->listeners[i].at, mistakes);
	if (a == NULL || !c->signing.set || c->signing.key[0] == '\0' ||
	    (c->signing.password_file[0] != '\0' &&
		run_file_secret(c->signing.password_file, a, &password, &e) != 0)) {
		arena_free(a);
		return;
	}
	if (c->signing.certificate[0] != '\0')
		check_today(
		    c->signing.certificate, c->signing.key, password, c->signing.at, mistakes);
	else
		check_today(c->signing.key, NULL, password, c->signing.at, mistakes);
	arena_free(a);
}

static void
check_database(const struct conf *c, unsigned *mistakes)
{
	struct err e = {0};

	if (c->database.daemon[0] != '\0' && db_check(c->database.daemon, &e) != 0)
		ctl_complain(mistakes, c->database.at.file, c->database.at.line, e.detail);
}

static void
check_house(const struct conf *c, unsigned *mistakes)
{
	struct run_house *house = NULL;
	struct err e = {0};
	unsigned before = *mistakes;

	if (run_house_open(c, ctl_complain, mistakes, &house, &e) != 0) {
		if (*mistakes == before)
			ctl_complain(mistakes, c->file, 0, e.detail);
		return;
	}
	struct pki_census n = pki_census(house->pki);
	printf(
	    "%zu anchors, %zu intermediates, %zu pinned certificates, %zu CRLs; %zu senders, %zu "
	    "services\n",
	    n.anchors, n.intermediates, n.partners, n.crls, c->sender_count, c->service_count);
	run_house_close(house);
}

static unsigned
check_file(const char *file, bool database)
{
	struct conf *conf = NULL;
	struct err e = {0};
	unsigned form, mistakes = 0;

	if (conf_read(file, ctl_complain, &mistakes, &conf, &form, &e) != 0) {
		if (mistakes == 0)
			ctl_complain(&mistakes, file, 0, e.detail);
		return mistakes;
	}
	check_house(conf, &mistakes);
	check_dates(conf, &mistakes);
	if (database)
		check_database(conf, &mistakes);
	conf_free(conf);
	return mistakes;
}

int
ctl_check(int argc, char **argv)
{
	static const struct option options[] = {{"no-database", no_argument, NULL, 'n'},
	    {"keys", no_argument, NULL, 'k'}, {NULL, 0, NULL, 0}};
	const char *file = CTL_CONFIG;
	bool database = true, keys = false;
	struct err e = {0};
	int o;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c')
			file = optarg;
		else if (o == 'n')
			database = false;
		else if (o == 'k')
			keys = true;
		else
			return ctl_usage(argv[0], NULL);
	}
	if (optind != argc)
		return ctl_usage(argv[0], NULL);
	if (keys) {
		conf_each_key(print_key, NULL);
		return CTL_OK;
	}
	if (run_init(&e) != 0)
		return ctl_fail(argv[0], &e);
	unsigned mistakes = check_file(file, database);
	run_fini();
	printf("%s: %u mistake%s\n", file, mistakes, mistakes == 1 ? "" : "s");
	return mistakes == 0 ? CTL_OK : CTL_REFUSED;
}
