/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl crl: which CRLs are loaded and how old they are; --fetch gets them first, once.
 *
 * One line a CRL, fields separated by tabs: state, issuer, kind, number, entries, thisUpdate,
 * nextUpdate, age in seconds, source, last fetch, what it failed for. What it shows is what the
 * daemon takes up: the folder trust.crl, and the last good ones in fetch.state_dir.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/courier.h"

struct listing {
	struct conf *conf;
	struct pki *pki;
	struct run_hold *hold;
	int64_t now;
	bool stale;
};

static void
complain(void *self, const char *file, const char *what)
{
	(void)self;
	fprintf(stderr, "shepctl crl: %s: %s\n", file, what);
}

static bool
in_force(const struct pki_crl_facts *f, int64_t now)
{
	return f->this_update.seconds <= now && now < f->next_update.seconds;
}

static bool
same_kind(const struct pki_crl_facts *a, const struct pki_crl_facts *b)
{
	return a->delta == b->delta && strcmp(a->issuer, b->issuer) == 0;
}

/* Is there another one of the same CA and kind in force? */
static bool
is_replaced(const struct listing *l, const struct pki_crl_facts *f)
{
	struct pki_crl_facts other;

	for (size_t i = 0; pki_crl_facts(l->pki, i, &other); i++)
		if (same_kind(f, &other) && in_force(&other, l->now))
			return true;
	for (size_t i = 0; i < l->hold->count; i++)
		if (pki_shelf_facts(l->pki, i, &other) && same_kind(f, &other) &&
		    in_force(&other, l->now))
			return true;
	return false;
}

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static void
put_crl(struct listing *l, const struct pki_crl_facts *f, const char *source,
    const struct run_note *note)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT];
	const char *state = in_force(f, l->now) ? "current"
			    : is_replaced(l, f) ? "replaced"
						: "stale";

	l->stale |= strcmp(state, "stale") == 0;
	printf("%s\t%s\t%s\t%s\t%zu\t%s\t%s\t%lld\t%s\t%s\t%s\n", state, f->issuer,
	    f->delta ? "delta" : "full", or_dash(f->number), f->entries,
	    clock_write_utc(f->this_update, from), clock_write_utc(f->next_update, until),
	    (long long)(l->now - f->this_update.seconds), source, or_dash(note->when),
	    or_dash(note->failure));
}

static void
put_source(struct listing *l, size_t i)
{
	const struct run_source *s = &l->hold->sources[i];
	struct pki_crl_facts f;
	struct run_note note;

	run_hold_read_note(l->hold, i, &note);
	if (pki_shelf_facts(l->pki, i, &f)) {
		put_crl(l, &f, s->url, &note);
		return;
	}
	l->stale = true;
	printf("missing\t%s\t%s\t-\t-\t-\t-\t-\t%s\t%s\t%s\n", s->issuer->name,
	    s->delta ? "delta" : "full", s->url, or_dash(note.when), or_dash(note.failure));
}

static void
put_all(struct listing *l)
{
	const struct run_note none = {"", ""};
	struct pki_crl_facts f;

	for (size_t i = 0; pki_crl_facts(l->pki, i, &f); i++)
		put_crl(l, &f, l->conf->trust.crl, &none);
	for (size_t i = 0; i < l->hold->count; i++)
		put_source(l, i);
}

static int
open_listing(struct listing *l, const char *file, struct err *e)
{
	unsigned mistakes = 0;

	l->now = run_now().seconds;
	if (run_init(e) != 0 || conf_load(file, ctl_complain, &mistakes, &l->conf, e) != 0)
		return -1;
	const struct pki_options options = {
	    .trust = l->conf->trust.anchors[0] != '\0' ? l->conf->trust.anchors : NULL,
	    .crl = l->conf->trust.crl[0] != '\0' ? l->conf->trust.crl : NULL,
	    .some_crls = true};
	if (pki_open(&options, complain, NULL, &l->pki, e) != 0)
		return -1;
	return run_hold_open(l->conf, l->pki, run_now(), &l->hold, e);
}

int
ctl_crl(int argc, char **argv)
{
	static const struct option options[] = {
	    {"fetch", no_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
	const char *file = CTL_CONFIG;
	struct listing l = {0};
	struct err e = {0};
	bool fetch = false;
	int o, failed = 0, status;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o != 'c' && o != 'f')
			return ctl_usage(argv[0], NULL);
		fetch |= o == 'f';
		file = o == 'c' ? optarg : file;
	}
	if (optind != argc)
		return ctl_usage(argv[0], NULL);
	if (open_listing(&l, file, &e) != 0 ||
	    (fetch && (failed = run_courier_once(l.conf, l.hold, &e)) < 0)) {
		status = ctl_fail(argv[0], &e);
	} else {
		put_all(&l);
		status = l.stale || failed > 0 ? CTL_REFUSED : CTL_OK;
	}
	run_hold_close(l.hold);
	pki_close(l.pki);
	conf_free(l.conf);
	return status;
}
