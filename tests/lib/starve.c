/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See starve.h. Belongs to programs that are linked with starve_ldflags, so not to libtest.a.
 */
#include "config.h"

#include "starve.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);

static long until = -1; /* allocations that still succeed; -1 = all */
static bool failing_on; /* the first failure is not the last */
static bool refused;

void
starve_begin(long n, bool for_good)
{
	failing_on = for_good;
	refused = false;
	until = n;
}

bool
starve_end(void)
{
	until = -1;
	return refused;
}

static bool
refuses(void)
{
	if (until < 0 || until-- > 0)
		return false;
	refused = true;
	until = failing_on ? 0 : -1;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return refuses() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return refuses() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return refuses() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *text)
{
	return refuses() ? NULL : __real_strdup(text);
}
