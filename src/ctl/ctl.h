/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl: the operator's hand. One program, one table of subcommands (main.c), one file each.
 *
 * Results go to standard output and are meant for other programs, too; complaints and help go to
 * standard error.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "run/why.h"

enum ctl_exit {
	CTL_OK = 0,
	CTL_REFUSED = 1, /* the answer is no: a mistake found, a message refused, a call failed */
	CTL_USAGE = 2	 /* the command line is wrong */
};

struct ctl_command {
	const char *name;
	/* argv[0] is the subcommand's name, as getopt_long() wants it. Returns the exit status. */
	int (*run)(int argc, char **argv);
	const char *help; /* one line */
	const char *args; /* every option and argument, as `shepctl NAME --help` prints them */
};

/* "shepctl NAME: <text>" to standard error, or how NAME is called where text is NULL; returns
 * CTL_USAGE. */
int ctl_usage(const char *name, const char *text);

/* What shepctl inspect --why says of a refusal, below its line. */
void ctl_put_why(const struct err *, const struct run_why *, enum err_language);

int ctl_check(int argc, char **argv);
int ctl_crl(int argc, char **argv);
int ctl_explain(int argc, char **argv);
int ctl_migrate(int argc, char **argv);
int ctl_month(int argc, char **argv);
int ctl_quarantine(int argc, char **argv);
int ctl_send(int argc, char **argv);
int ctl_secret(int argc, char **argv);
int ctl_version(int argc, char **argv);
int ctl_inspect(int argc, char **argv);
int ctl_verify_cert(int argc, char **argv);

#endif
