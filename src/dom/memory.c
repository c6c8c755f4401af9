/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libxml2's memory, watched: after a failed allocation it may go on and hand out another document,
 * or another canonical form, than the one it was asked for, and say nothing. So who asks looks
 * here.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/xmlmemory.h>

#include "dom/libxml.h"
#include "dom/memory.h"

static bool failed;

static void *
noted(void *p)
{
	if (p == NULL)
		failed = true;
	return p;
}

static void *
take(size_t size)
{
	return noted(malloc(size));
}

static void *
resize(void *p, size_t size)
{
	return noted(realloc(p, size));
}

static char *
duplicate(const char *text)
{
	return noted(strdup(text));
}

int
dom_own_memory(void)
{
	return xmlMemSetup(free, take, resize, duplicate);
}

void
dom_watch_memory(void)
{
	failed = false;
}

bool
dom_memory_failed(void)
{
	return failed;
}
