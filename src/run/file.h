/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Files of the operator: a whole one into the arena, or the first line of one that holds a secret.
 */
#ifndef RUN_FILE_H
#define RUN_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/octets.h"

/* The whole file, "-" = standard input, with a NUL behind it (not counted). ERR_CONFIG with path
 * and reason, also when it is longer than most. */
int run_file_read(
    const char *path, size_t most, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* The first line without its end. The arena wipes it. ERR_CONFIG, also when the line is empty. */
int run_file_secret(const char *path, struct arena *, const char **out, struct err *) MUSTCHECK;

/* Writes a file anew. ERR_CONFIG. */
int run_file_write(const char *path, struct octets, struct err *) MUSTCHECK;

/* The same in one step: whoever reads it, or finds it after a crash, has the old file or the new
 * one, whole. ERR_CONFIG. */
int run_file_replace(const char *path, struct octets, struct err *) MUSTCHECK;

#endif
