/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The command line of shepd(8).
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "run/run.h"

#define USAGE 2

static int
usage(FILE *to)
{
	fputs("usage: shepd [-c FILE] [--ready-file FILE]\n"
	      "  -c FILE             configuration, default " SYSCONFDIR "/shepd/shepd.conf\n"
	      "  --ready-file FILE   write the ports in use, a line each, when connections are "
	      "accepted\n"
	      "  --version\n",
	    to);
	return to == stdout ? 0 : USAGE;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"ready-file", required_argument, NULL, 'r'},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	const char *file = SYSCONFDIR "/shepd/shepd.conf", *ready = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == 'c')
			file = optarg;
		else if (c == 'r')
			ready = optarg;
		else if (c == 'V')
			return puts(PACKAGE_STRING) < 0 ? 1 : 0;
		else
			return usage(c == 'h' ? stdout : stderr);
	}
	return optind == argc ? run_master(file, ready) : usage(stderr);
}
