/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libxml2's memory, watched: after a failed allocation it may go on and hand out another document,
 * or another canonical form, than the one it was asked for, and say nothing. So who asks looks
 * here.
 *
 * And kept: a message is hundreds of small pieces that come and go together, more than malloc() has
 * at hand for one thread. A few of each size stay for the next one.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlmemory.h>

#include "base/sanitized.h"
#include "dom/libxml.h"
#include "dom/memory.h"

#define STEP ((size_t)16)
#define CLASSES 32				  /* pieces of up to 512 octets are kept, */
#define MOST_KEPT ((size_t)(SANITIZED ? 0 : 256)) /* so many of each class: 2.3 MB at most */
#define IS_KEPT ((size_t)1 << 16)

/* In front of each piece; of the size that keeps malloc()'s alignment. */
struct piece {
	size_t class; /* its size in steps, 0 = large; IS_KEPT while it is on a list */
	struct piece *next;
};

static bool failed;
static struct piece *kept[CLASSES + 1];
static size_t kept_count[CLASSES + 1];

static size_t
class_of(size_t size)
{
	size_t class = size == 0 ? 1 : (size - 1) / STEP + 1;

	return class > CLASSES ? 0 : class;
}

static void *
noted(struct piece *p, size_t class)
{
	if (p == NULL) {
		failed = true;
		return NULL;
	}
	p->class = class;
	return p + 1;
}

static void *
take(size_t size)
{
	size_t class = class_of(size);
	struct piece *p = kept[class];

	if (p != NULL) {
		kept[class] = p->next;
		kept_count[class]--;
	} else if (size <= SIZE_MAX - sizeof(*p)) {
		p = malloc(sizeof(*p) + (class == 0 ? size : class * STEP));
	}
	return noted(p, class);
}

static void
give(void *data)
{
	struct piece *p = data == NULL ? NULL : (struct piece *)data - 1;

	if (p == NULL)
		return;
	if (p->class > CLASSES)
		abort(); /* given twice, or written over */
	if (p->class == 0 || kept_count[p->class] >= MOST_KEPT) {
		free(p);
		return;
	}
	p->next = kept[p->class];
	kept[p->class] = p;
	kept_count[p->class]++;
	p->class |= IS_KEPT;
}

static void *
resize(void *data, size_t size)
{
	struct piece *p = data == NULL ? NULL : (struct piece *)data - 1;
	void *larger;

	if (p == NULL)
		return take(size);
	if (p->class == 0 && class_of(size) == 0)
		return noted(
		    size > SIZE_MAX - sizeof(*p) ? NULL : realloc(p, sizeof(*p) + size), 0);
	if (p->class != 0 && size <= p->class * STEP)
		return data;
	if ((larger = take(size)) == NULL)
		return NULL;
	memcpy(larger, data, p->class == 0 || size < p->class * STEP ? size : p->class * STEP);
	give(data);
	return larger;
}

static char *
duplicate(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = take(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

int
dom_own_memory(void)
{
	return xmlMemSetup(give, take, resize, duplicate);
}

void
dom_forget_memory(void)
{
	for (size_t i = 1; i <= CLASSES; i++) {
		for (struct piece *p = kept[i], *next; p != NULL; p = next) {
			next = p->next;
			free(p);
		}
		kept[i] = NULL;
		kept_count[i] = 0;
	}
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
