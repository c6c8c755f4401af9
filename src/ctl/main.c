/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of subcommands and the way to them. What a subcommand does stands in its own file.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static const struct ctl_command commands[] = {
    {"check", ctl_check, "tell every mistake of a configuration"},
    {"inspect", ctl_inspect, "say what is right and wrong with stored messages"},
    {"migrate", ctl_migrate, "bring the database's schema up to date"},
    {"send", ctl_send, "make a signed request, send it, judge the reply"},
    {"secret", ctl_secret, "hash a sender's secret for the configuration"},
    {"version", ctl_version, "print the version"},
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

int
ctl_usage(const char *name, const char *text)
{
	fprintf(stderr, "shepctl %s: %s\n", name, text);
	return CTL_USAGE;
}

static void
help(FILE *to)
{
	fputs("usage: shepctl COMMAND [ARGUMENT...]\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return CTL_USAGE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		help(stdout);
		return CTL_OK;
	}
	fprintf(stderr, "shepctl: no such command: %s\n\n", argv[1]);
	help(stderr);
	return CTL_USAGE;
}
