/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A chain of blocks that grows by doubling; see arena.h.
 */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define FIRST_BLOCK ((size_t)64 * 1024) /* a usual request with its reply fits */
#define LARGEST_BLOCK ((size_t)4 * 1024 * 1024)
#define ALIGNMENT ((size_t)16)

struct block {
	struct block *next;
	size_t size;
	size_t used;
	_Alignas(16) unsigned char at[];
};

struct arena {
	struct block *first; /* kept over a reset; what is not taken of it is zero */
	struct block *last;
	size_t used;
};

static struct block *
block_new(size_t size)
{
	struct block *b = size > SIZE_MAX - sizeof(*b) ? NULL : malloc(sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

static void
wipe(struct block *b)
{
	explicit_bzero(b->at, b->used);
	b->used = 0;
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL || (a->first = block_new(FIRST_BLOCK)) == NULL) {
		free(a);
		return NULL;
	}
	memset(a->first->at, 0, FIRST_BLOCK);
	a->last = a->first;
	return a;
}

void
arena_reset(struct arena *a)
{
	struct block *b = a->first->next, *next;

	for (; b != NULL; b = next) {
		next = b->next;
		wipe(b);
		free(b);
	}
	wipe(a->first);
	a->first->next = NULL;
	a->last = a->first;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->first);
	free(a);
}

static struct block *
grow(struct arena *a, size_t size)
{
	size_t want = a->last->size < LARGEST_BLOCK ? a->last->size * 2 : LARGEST_BLOCK;
	struct block *b = block_new(size > want ? size : want);

	if (b == NULL)
		return NULL;
	a->last->next = b;
	a->last = b;
	return b;
}

static size_t
round_up(size_t size)
{
	return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->last;
	size_t rounded = round_up(size);

	if (rounded < size)
		return NULL;
	if (rounded > b->size - b->used && (b = grow(a, rounded)) == NULL)
		return NULL;
	void *p = b->at + b->used;
	b->used += rounded;
	a->used += rounded;
	return b == a->first ? p : memset(p, 0, size);
}

char *
arena_string(struct arena *a, struct octets o)
{
	char *s = o.len == SIZE_MAX ? NULL : arena_alloc(a, o.len + 1);

	if (s != NULL && o.len > 0)
		memcpy(s, o.data, o.len);
	return s;
}

char *
arena_strdup(struct arena *a, const char *text)
{
	return arena_string(a, octets_of(text));
}

int
arena_join(
    struct arena *a, const struct octets *pieces, size_t count, struct octets *out, struct err *e)
{
	size_t len = 0;
	unsigned char *to;

	*out = (struct octets){NULL, 0};
	for (size_t i = 0; i < count; i++)
		len += pieces[i].len;
	if ((to = arena_alloc(a, len + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "%zu octets", len);
	*out = (struct octets){to, len};
	for (size_t i = 0; i < count; to += pieces[i++].len)
		if (pieces[i].len > 0)
			memcpy(to, pieces[i].data, pieces[i].len);
	return 0;
}

/* Printed where it will stay if there is room: measuring first would print everything twice. */
char *
arena_printf(struct arena *a, const char *format, ...)
{
	struct block *b = a->last;
	size_t room = b->size - b->used;
	char *s = (char *)b->at + b->used;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(s, room, format, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	if ((size_t)n < room) {
		b->used += round_up((size_t)n + 1);
		a->used += round_up((size_t)n + 1);
		return s;
	}
	explicit_bzero(s, room); /* what the reset will not know of */
	if ((s = arena_alloc(a, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, format);
	vsnprintf(s, (size_t)n + 1, format, ap);
	va_end(ap);
	return s;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
