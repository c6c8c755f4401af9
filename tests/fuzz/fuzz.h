/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a fuzz target gives to its two drivers: libFuzzer (--enable-fuzzing) and replay.c.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Its own seeds are tests/fuzz/seeds/NAME/. */
extern const char *const fuzz_name;

/* Folders below ../shared whose files are seeds, too; NULL-terminated. */
extern const char *const fuzz_shared[];

/* One input. Aborts when a promise is broken; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the code under test, for any input. */
#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
