/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl inspect: what would be said of these stored messages, one TSV line a file: file, verdict,
 * row of err.def, signer, detail; with --why what is known of the cause below it. The rooms are the
 * daemon's own (run/inspect.c).
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/run.h"
#include "run/signers.h"

struct options {
	struct pki_options pki;
	struct sig_policy policy;
	struct instant at;
	bool signers;
	bool why;
	enum err_language language; /* of explanations */
};

/* "rsa-sha256,ecdsa-sha256" */
static int
read_algorithms(const char *text, unsigned *out)
{
	char name[32];

	*out = 0;
	for (size_t n; *text != '\0'; text += n + (text[n] == ',')) {
		n = strcspn(text, ",");
		snprintf(name, sizeof(name), "%.*s", (int)n, text);
		if (sig_algorithm_named(name) == SIG_NONE)
			return -1;
		*out |= sig_algorithm_named(name);
	}
	return *out == 0 ? -1 : 0;
}

static int
read_revocation(const char *text, enum pki_revocation *out)
{
	*out = run_revocation(text);
	return *out == PKI_REVOCATION_OFF && strcmp(text, "off") != 0 ? -1 : 0;
}

static const char *
revocation_of(const struct pki_options *o)
{
	if (o->ocsp != NULL)
		return o->crl != NULL ? "any" : "ocsp";
	return o->crl != NULL ? "crl" : "off";
}

/* CRLs and OCSP answers that are given are used, unless --revocation says otherwise. Returns the
 * first file's index, or -1 when the command line is wrong. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option table[] = {{"at", required_argument, NULL, 'a'},
	    {"trust", required_argument, NULL, 't'}, {"partners", required_argument, NULL, 'p'},
	    {"crl", required_argument, NULL, 'c'}, {"ocsp", required_argument, NULL, 'o'},
	    {"revocation", required_argument, NULL, 'r'},
	    {"algorithms", required_argument, NULL, 'g'}, {"signers", no_argument, NULL, 's'},
	    {"why", no_argument, NULL, 'w'}, {"language", required_argument, NULL, 'l'},
	    {NULL, 0, NULL, 0}};
	const char *revocation = NULL;
	int c;

	/* a forged or broken CRL covers nobody: the message is refused for that, not the question
	 */
	*o = (struct options){.at = run_now(), .pki.some_crls = true, .policy = sig_default_policy};
	optind = 0;
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if ((c == 'a' && !clock_read(optarg, &o->at)) ||
		    (c == 'l' && ctl_language(optarg, &o->language) != 0))
			return -1;
		if (c == 'g' && read_algorithms(optarg, &o->policy.algorithms) != 0)
			return -1;
		if (c == 't')
			o->pki.trust = optarg;
		else if (c == 'p')
			o->pki.partners = optarg;
		else if (c == 'c')
			o->pki.crl = optarg;
		else if (c == 'o')
			o->pki.ocsp = optarg;
		else if (c == 'r')
			revocation = optarg;
		else if (c == 's')
			o->signers = true;
		else if (c == 'w')
			o->why = true;
		else if (c != 'a' && c != 'g' && c != 'l')
			return -1;
	}
	if (revocation == NULL)
		revocation = revocation_of(&o->pki);
	if (read_revocation(revocation, &o->pki.revocation) != 0)
		return -1;
	return optind < argc ? optind : -1;
}

static void
complain(void *self, const char *file, const char *what)
{
	(void)self;
	fprintf(stderr, "shepctl inspect: %s: %s\n", file, what);
}

/* One octet more than allowed is enough to know that it is too many. */
static int
read_message(const char *path, struct arena *a, struct octets *out, struct err *e)
{
	size_t most = dom_default_limits.octets + 1;
	unsigned char *data = arena_alloc(a, most);
	FILE *f = fopen(path, "rb");
	int rc = -1;

	*out = (struct octets){data, 0};
	if (f == NULL)
		return err_set(e, ERR_CONFIG, "cannot open: %s", strerror(errno));
	if (data == NULL)
		err_set(e, ERR_NOMEM, "%zu octets", most);
	else if ((out->len = fread(data, 1, most, f)) == most)
		err_set(e, ERR_HTTP_TOO_LARGE, "more than %zu octets", dom_default_limits.octets);
	else if (ferror(f))
		err_set(e, ERR_CONFIG, "cannot read");
	else
		rc = 0;
	fclose(f);
	return rc;
}

/* Which code the contract has for it, the rule that was broken, how, and what is known to be right
 * all the same. */
static void
put_detail(const struct run_inspection *i)
{
	const char *wire = err_wire(&i->err);
	char text[1024];

	if (i->accepted)
		snprintf(text, sizeof(text), "%s; %s; %s%s; certificate %s", i->kind,
		    sig_algorithm_name(i->part.algorithm),
		    i->signer_count > 1 ? "all signers hold; " : "",
		    i->part.signer.pinned ? "pinned" : "chained", i->part.signer.serial);
	else
		snprintf(text, sizeof(text), "%s%s%s: %s%s", wire, wire[0] == '\0' ? "" : ": ",
		    err_rule_of(&i->err), i->err.detail,
		    !i->part.digest_ok		       ? ""
		    : strcmp(i->kind, "envelope") == 0 ? "; the Body's digest is right"
						       : "; the document's digest is right");
	ctl_put_field(text, '\n');
}

static void
put_line(const char *file, const struct run_inspection *i)
{
	char name[64];

	ctl_put_field(file, '\t');
	ctl_put_field(i->accepted ? "accepted" : "refused", '\t');
	ctl_put_field(err_row(i->err.code)->name, '\t');
	ctl_put_field(run_signer_name(&i->part.signer, name), '\t');
	put_detail(i);
}

/* A line a signature, from the last to sign to the first: file, its number, signer, algorithm,
 * SHA-256 and number of the octets that it covers. */
static void
put_signers(const char *file, const struct run_inspection *i)
{
	bool envelope = strcmp(i->kind, "envelope") == 0;
	size_t count = envelope ? 1 : i->signer_count;
	char name[64], hex[65];

	for (size_t k = 0; k < count; k++) {
		const struct sig_part *p = envelope ? &i->part : &i->signers[k];
		ctl_put_field(file, '\t');
		printf("signer %zu\t%s\t%s\t%s\t%zu\n", count - k,
		    run_signer_name(&p->signer, name), sig_algorithm_name(p->algorithm),
		    run_covered(p, hex), p->verdict == SIG_VERIFIED ? p->digested.len : 0);
	}
}

static void
explain(struct octets message, struct pki *pki, const struct run_inspection *i,
    const struct options *o, struct arena *a)
{
	struct run_why why;
	struct err e = {0};

	if (run_why(message, pki, i, o->at, a, &why, &e) != 0)
		complain(NULL, "why", e.detail);
	else
		ctl_put_why(&i->err, &why, o->language);
}

static bool
inspect_file(const char *file, struct pki *pki, const struct options *o, struct arena *a)
{
	struct run_inspection i = {.kind = "-"};
	struct octets message;
	bool read;

	arena_reset(a);
	if ((read = read_message(file, a, &message, &i.err) == 0))
		run_inspect(message, pki, &o->policy, o->at, a, &i);
	put_line(file, &i);
	if (o->signers)
		put_signers(file, &i);
	if (o->why && read && !i.accepted)
		explain(message, pki, &i, o, a);
	return i.accepted;
}

int
ctl_inspect(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct pki *pki = NULL;
	struct err e = {0};
	struct options o;
	int first = read_options(argc, argv, &o), status = CTL_USAGE;

	if (first < 0) {
		ctl_usage("inspect", NULL);
		goto out;
	}
	if (a == NULL || run_init(&e) != 0 || pki_open(&o.pki, complain, NULL, &pki, &e) != 0) {
		ctl_usage("inspect", e.detail);
		goto out;
	}
	status = CTL_OK;
	for (int i = first; i < argc; i++)
		if (!inspect_file(argv[i], pki, &o, a))
			status = CTL_REFUSED;
out:
	pki_close(pki);
	arena_free(a);
	return status;
}
