/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl secret: reads a sender's secret from standard input, prints what the configuration holds.
 */
#include "config.h"

#include <sys/random.h>

#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "route/route.h"
#include "run/file.h"

static int
make_salt(char salt[33], struct err *e)
{
	unsigned char chance[16];

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return err_set(e, ERR_INTERNAL, "getrandom");
	for (size_t i = 0; i < sizeof(chance); i++)
		snprintf(salt + 2 * i, 3, "%02x", chance[i]);
	return 0;
}

int
ctl_secret(int argc, char **argv)
{
	struct arena *a = arena_new();
	const char *secret;
	char salt[33], hashed[98];
	struct err e = {0};

	if (argc != 1) {
		arena_free(a);
		return ctl_usage(argv[0], "takes no arguments; the secret comes on standard input");
	}
	if (a == NULL)
		err_set(&e, ERR_NOMEM, "secret");
	else if (run_file_secret("-", a, &secret, &e) == 0 && make_salt(salt, &e) == 0 &&
		 route_secret_hash(secret, salt, hashed, &e) == 0)
		puts(hashed);
	arena_free(a);
	return e.code == ERR_OK ? CTL_OK : ctl_fail(argv[0], &e);
}
