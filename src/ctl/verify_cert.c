/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl verify-cert: path validation alone, by the function that judges signers, one TSV line a
 * certificate: file, verdict, row of err.def, holder, detail. What the holder may sign is not
 * asked.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/run.h"
#include "run/signers.h"

enum {
	POLICIES = 64
};

struct options {
	struct pki_options pki;
	const char *policies[POLICIES + 1];
	struct instant at;
};

/* One OID or several with commas between. */
static bool
add_policies(struct options *o, char *text)
{
	size_t n = 0;

	while (o->policies[n] != NULL)
		n++;
	for (char *one; (one = strsep(&text, ",")) != NULL; o->policies[n++] = one)
		if (n == POLICIES || *one == '\0')
			return false;
	o->pki.path.policies = o->policies;
	return true;
}

static bool
take_option(struct options *o, int c, bool *off)
{
	switch (c) {
	case 'a':
		return clock_read(optarg, &o->at);
	case 't':
		o->pki.trust = optarg;
		return true;
	case 'u':
		o->pki.path.untrusted = optarg;
		return true;
	case 'c':
		o->pki.crl = optarg;
		return true;
	case 'p':
		return add_policies(o, optarg);
	case 'e':
		return o->pki.path.explicit_policy = true;
	case 'm':
		return o->pki.path.inhibit_map = true;
	case 'n':
		return o->pki.path.inhibit_any = true;
	case 'r':
		*off = strcmp(optarg, "off") == 0;
		return *off || strcmp(optarg, "crl") == 0;
	default:
		return false;
	}
}

/* With CRLs given they are used, unless --revocation says otherwise. Returns the first file's
 * index, or -1 when the command line is wrong. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option table[] = {{"at", required_argument, NULL, 'a'},
	    {"trust", required_argument, NULL, 't'}, {"untrusted", required_argument, NULL, 'u'},
	    {"crl", required_argument, NULL, 'c'}, {"policy", required_argument, NULL, 'p'},
	    {"explicit-policy", no_argument, NULL, 'e'}, {"inhibit-map", no_argument, NULL, 'm'},
	    {"inhibit-any", no_argument, NULL, 'n'}, {"revocation", required_argument, NULL, 'r'},
	    {NULL, 0, NULL, 0}};
	bool off = false;
	int c, asked = 0;

	*o = (struct options){.at = run_now(), .pki = {.some_crls = true, .path.alone = true}};
	optind = 0;
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (!take_option(o, c, &off))
			return -1;
		asked |= c == 'r';
	}
	if (o->pki.crl == NULL && !asked)
		off = true;
	o->pki.revocation = off ? PKI_REVOCATION_OFF : PKI_REVOCATION_CRL;
	return optind < argc && o->pki.trust != NULL ? optind : -1;
}

static void
complain(void *self, const char *file, const char *what)
{
	(void)self;
	fprintf(stderr, "shepctl verify-cert: %s: %s\n", file, what);
}

static bool
verify_file(const char *file, struct pki *pki, struct instant at)
{
	struct pki_signer who;
	struct err e = {0};
	char name[64], detail[1024];
	bool ok = pki_validate_file(pki, file, at, &who, &e) == 0;

	if (ok)
		snprintf(detail, sizeof(detail), "path; certificate %s", who.serial);
	else
		snprintf(detail, sizeof(detail), "%s: %s", err_rule_of(&e), e.detail);
	ctl_put_field(file, '\t');
	ctl_put_field(ok ? "accepted" : "refused", '\t');
	ctl_put_field(err_row(e.code)->name, '\t');
	ctl_put_field(run_signer_name(&who, name), '\t');
	ctl_put_field(detail, '\n');
	return ok;
}

int
ctl_verify_cert(int argc, char **argv)
{
	struct pki *pki = NULL;
	struct err e = {0};
	struct options o;
	int first = read_options(argc, argv, &o), status = CTL_OK;

	if (first < 0)
		return ctl_usage("verify-cert", NULL);
	if (run_init(&e) != 0 || pki_open(&o.pki, complain, NULL, &pki, &e) != 0)
		return ctl_usage("verify-cert", e.detail);
	for (int i = first; i < argc; i++)
		if (!verify_file(argv[i], pki, o.at))
			status = CTL_REFUSED;
	pki_close(pki);
	return status;
}
