/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See fixture.h. Failures end the program: a fixture that is missing must not pass.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

static void
need(bool ok, const char *what, const char *name)
{
	if (ok)
		return;
	fprintf(stderr, "fixture: %s: %s\n", what, name);
	exit(99);
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	need(value != NULL && value[0] != '\0', "not set in the environment", name);
	return value;
}

const char *
fixture_srcdir(void)
{
	return environment("SRCDIR");
}

const char *
fixture_builddir(void)
{
	return environment("BUILDDIR");
}

const char *
fixture_shared(struct arena *a, const char *relative)
{
	struct stat st;
	const char *path = arena_printf(a, "%s/%s", environment("SHEPD_SHARED"), relative);

	need(path != NULL, "out of memory", relative);
	return stat(path, &st) == 0 ? path : NULL;
}

void
fixture_skipped(unsigned n, const char *why)
{
	printf("SKIPPED %u: %s\n", n, why);
}

struct octets
fixture_file(struct arena *a, const char *path)
{
	struct octets o = {NULL, 0};
	FILE *f = fopen(path, "rb");

	need(f != NULL, "cannot open", path);
	need(fseek(f, 0, SEEK_END) == 0, "cannot seek", path);
	long size = ftell(f);
	need(size >= 0, "cannot tell", path);
	rewind(f);
	unsigned char *data = arena_alloc(a, (size_t)size + 1);
	need(data != NULL, "out of memory", path);
	need(fread(data, 1, (size_t)size, f) == (size_t)size, "cannot read", path);
	fclose(f);
	o.data = data;
	o.len = (size_t)size;
	return o;
}

struct instant
fixture_instant(const char *text)
{
	struct instant at;

	need(clock_read(text, &at), "not a dateTime", text);
	return at;
}
