/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of subcommands and the way to them. What a subcommand does stands in its own file.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static const struct ctl_command commands[] = {
    {"check", ctl_check, "tell every mistake of a configuration",
	"[-c FILE] [--no-database] | --keys"},
    {"crl", ctl_crl, "say which CRLs are loaded and how old they are", "[-c FILE] [--fetch]"},
    {"explain", ctl_explain, "tell a message's whole story",
	"[-c FILE] [--language en|ru|kk] [--payload] ID"},
    {"inspect", ctl_inspect, "say what is right and wrong with stored messages",
	"[--at TIME] [--trust DIR] [--partners DIR] [--crl DIR] [--ocsp DIR]\n"
	"    [--revocation off|crl|ocsp|any] [--algorithms NAME,...] [--signers]\n"
	"    [--why] [--language en|ru|kk] FILE..."},
    {"migrate", ctl_migrate, "bring the database's schema up to date", "[-c FILE]"},
    {"month", ctl_month, "list, hold, release or drop a month of journal, inbox and outbox",
	"list [-c FILE] |\n"
	"    hold|release|drop YYYY-MM --reason TEXT [--at TIME] [-c FILE]"},
    {"quarantine", ctl_quarantine, "see to what could not be handled or delivered",
	"list [-c FILE] |\n"
	"    show ID [--payload] [-c FILE] |\n"
	"    requeue|drop ID --reason TEXT [-c FILE] |\n"
	"    fix-route ID [RECEIVER] [--service ID] [--route ID] --reason TEXT [-c FILE]"},
    {"send", ctl_send, "make a signed request, send it, judge the reply",
	"--url URL --service ID --sender ID --secret-file FILE\n"
	"    --cert FILE [--key FILE] [--password-file FILE] [--issuer-serial]\n"
	"    [--business-cert FILE [--business-key FILE] [--business-password-file FILE]]\n"
	"    [--placement text|child|data] [--message-id ID] [--date TIME]\n"
	"    [--trust DIR] [--partners DIR] [--ca FILE]\n"
	"    [--save-request FILE] [--save-response FILE] PAYLOAD\n"
	"  or --url URL --resend FILE [--trust DIR] [--partners DIR] [--ca FILE]\n"
	"    [--save-response FILE]"},
    {"secret", ctl_secret, "hash a sender's secret for the configuration", "<FILE"},
    {"verify-cert", ctl_verify_cert, "validate the paths of certificates, and nothing else",
	"[--at TIME] --trust DIR [--untrusted DIR] [--crl DIR] [--revocation off|crl]\n"
	"    [--policy OID|any]... [--explicit-policy] [--inhibit-map] [--inhibit-any] CERT..."},
    {"version", ctl_version, "print the version", ""},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int
ctl_version(int argc, char **argv)
{
	if (argc != 1)
		return ctl_usage(argv[0], "takes no arguments");
	puts(PACKAGE_STRING);
	return CTL_OK;
}

static const struct ctl_command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

static void
help_one(FILE *to, const struct ctl_command *c)
{
	fprintf(to, "usage: shepctl %s %s\n", c->name, c->args);
}

int
ctl_usage(const char *name, const char *text)
{
	const struct ctl_command *c = find(name);

	if (text != NULL || c == NULL)
		fprintf(stderr, "shepctl %s: %s\n", name, text != NULL ? text : "");
	else
		help_one(stderr, c);
	return CTL_USAGE;
}

static void
help(FILE *to)
{
	fputs("usage: shepctl COMMAND [ARGUMENT...]; shepctl COMMAND --help\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].help);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return CTL_USAGE;
	}
	const struct ctl_command *c = find(argv[1]);
	if (c != NULL && argc == 3 && strcmp(argv[2], "--help") == 0) {
		help_one(stdout, c);
		return CTL_OK;
	}
	if (c != NULL)
		return c->run(argc - 1, argv + 1);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		help(stdout);
		return CTL_OK;
	}
	fprintf(stderr, "shepctl: no such command: %s\n\n", argv[1]);
	help(stderr);
	return CTL_USAGE;
}
