/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For tests without memory: one allocation fails, or all from it on. The linker puts this malloc()
 * and its like in place of the real ones (--wrap; starve_ldflags in local.mk).
 */
#ifndef TESTS_LIB_STARVE_H
#define TESTS_LIB_STARVE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the n-th allocation (from 0) fails, and with for_good each one after it. */
void starve_begin(long n, bool for_good);

/* Memory is there again; true when an allocation was refused since the beginning. */
bool starve_end(void);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);

#endif
