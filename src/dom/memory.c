/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libxml2's memory, watched: after a failed allocation it may go on and hand out another document,
 * or another canonical form, than the one it was asked for, and say nothing. So who asks looks
 * here.
 *
 * And kept: a message is hundreds of small pieces that come and go together, a large one a hundred
 * thousand. Those of one size stand side by side in blocks, in the order in which they were asked
 * for: lists of single pieces that a thousand messages have gone through lead all over the heap.
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
#define CLASSES 32		  /* pieces of up to 512 octets stand in blocks; */
#define BLOCK ((size_t)32 * 1024) /* of each class one stays: 1 MiB at most */

/* In front of each piece; of the size that keeps malloc()'s alignment. */
struct piece {
	uint32_t class; /* its size in steps, 0 = large */
	uint32_t is_free;
	struct block *block; /* NULL = none */
};

/* A free one in a block. */
struct free_piece {
	struct piece piece;
	struct free_piece *next;
};

struct block {
	struct block *previous, *next; /* while there is room in it */
	size_t live;		       /* pieces that are in use */
	struct free_piece *free;
	char *fresh, *end; /* never used since it was empty; end: no whole piece fits behind */
};

_Static_assert(sizeof(struct piece) % STEP == 0 && sizeof(struct block) % STEP == 0,
    "a piece stands where malloc() would put it");

static bool failed, keeping;
static struct block *open[CLASSES + 1]; /* those with room */

static size_t
class_of(size_t size)
{
	size_t class = size == 0 ? 1 : (size - 1) / STEP + 1;

	return class > CLASSES ? 0 : class;
}

static size_t
octets_of_class(size_t class)
{
	return sizeof(struct piece) + class * STEP;
}

static void
link_block(struct block *b, size_t class)
{
	b->previous = NULL;
	b->next = open[class];
	if (b->next != NULL)
		b->next->previous = b;
	open[class] = b;
}

static void
unlink_block(struct block *b, size_t class)
{
	if (b->previous != NULL)
		b->previous->next = b->next;
	else
		open[class] = b->next;
	if (b->next != NULL)
		b->next->previous = b->previous;
}

static void
make_empty(struct block *b)
{
	b->free = NULL;
	b->fresh = (char *)(b + 1);
}

static bool
is_full(const struct block *b)
{
	return b->free == NULL && b->fresh == b->end;
}

static struct block *
new_block(size_t class)
{
	struct block *b = malloc(BLOCK);
	size_t each = octets_of_class(class);

	if (b == NULL)
		return NULL;
	b->live = 0;
	make_empty(b);
	b->end = b->fresh + (BLOCK - sizeof(*b)) / each * each;
	link_block(b, class);
	return b;
}

/* The next one to be taken is most likely out of the caches since the last message: it comes while
 * this one is filled. */
static void
fetch(const struct free_piece *next)
{
	__builtin_prefetch(next, 1);
	__builtin_prefetch((const char *)next + 64, 1);
}

static struct piece *
from_block(size_t class)
{
	struct block *b = open[class];
	struct piece *p;

	if (b == NULL && (b = new_block(class)) == NULL)
		return NULL;
	if (b->free != NULL) {
		p = &b->free->piece;
		b->free = b->free->next;
		fetch(b->free);
	} else {
		p = (struct piece *)(void *)b->fresh;
		b->fresh += octets_of_class(class);
		*p = (struct piece){.class = (uint32_t) class, .block = b};
	}
	p->is_free = false;
	b->live++;
	if (is_full(b))
		unlink_block(b, class);
	return p;
}

static struct piece *
from_malloc(size_t size, size_t class)
{
	struct piece *p = NULL;

	if (size <= SIZE_MAX - sizeof(*p))
		p = malloc(class == 0 ? sizeof(*p) + size : octets_of_class(class));
	if (p != NULL)
		*p = (struct piece){.class = (uint32_t) class};
	return p;
}

static void *
noted(struct piece *p)
{
	failed |= p == NULL;
	return p == NULL ? NULL : p + 1;
}

static void *
take(size_t size)
{
	size_t class = class_of(size);

	return noted(class != 0 && keeping ? from_block(class) : from_malloc(size, class));
}

static void
to_block(struct piece *p)
{
	struct free_piece *f = (struct free_piece *)p;
	struct block *b = p->block;

	if (is_full(b))
		link_block(b, p->class);
	p->is_free = true;
	f->next = b->free;
	b->free = f;
	if (--b->live > 0)
		return;
	make_empty(b);
	if (!keeping || b->previous != NULL || b->next != NULL) {
		unlink_block(b, p->class);
		free(b);
	}
}

static void
give(void *data)
{
	struct piece *p = data == NULL ? NULL : (struct piece *)data - 1;

	if (p == NULL)
		return;
	if (p->class > CLASSES || p->is_free)
		abort(); /* given twice, or written over */
	if (p->block != NULL)
		to_block(p);
	else
		free(p);
}

static void *
resize(void *data, size_t size)
{
	struct piece *p = data == NULL ? NULL : (struct piece *)data - 1;
	void *larger;

	if (p == NULL)
		return take(size);
	if (p->class == 0 && class_of(size) == 0)
		return noted(size > SIZE_MAX - sizeof(*p) ? NULL : realloc(p, sizeof(*p) + size));
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
dom_keep_memory(bool keep)
{
	keeping = keep && !SANITIZED;
	for (size_t i = 1; i <= CLASSES && !keeping; i++)
		for (struct block *b = open[i], *next; b != NULL; b = next) {
			next = b->next;
			if (b->live > 0)
				continue;
			unlink_block(b, i);
			free(b);
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
