/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Arena: the memory of one request. What is taken from it lives until the reset.
 *
 * No single piece is ever freed; nothing taken from it may outlive the reply. The reset wipes what
 * was used, because payloads and passwords pass through here.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"
#include "base/octets.h"

struct arena;

/* A new arena, or NULL when memory is out. The caller owns it. */
struct arena *arena_new(void);

/* Wipes and frees; takes NULL. */
void arena_free(struct arena *);

/* Wipes what was used and starts over; keeps the first block. */
void arena_reset(struct arena *);

/* size octets, zeroed, aligned for any type; NULL when memory is out. */
void *arena_alloc(struct arena *, size_t size);

/* Copies with a terminating NUL behind the octets (not counted); NULL when memory is out. */
char *arena_string(struct arena *, struct octets);
char *arena_strdup(struct arena *, const char *);

/* All pieces one after the other, with a terminating NUL (not counted). ERR_NOMEM. */
int arena_join(struct arena *, const struct octets *pieces, size_t count, struct octets *out,
    struct err *) MUSTCHECK;

/* Formats into the arena; NULL when memory is out. */
char *arena_printf(struct arena *, const char *format, ...) PRINTF(2, 3);

/* Octets taken since the last reset. */
size_t arena_used(const struct arena *);

#endif
