/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Files of lines made of words: what script and registry are written in.
 *
 * Words stand between white space; "#" begins a comment; a line without words says nothing.
 */
#ifndef SIM_LINES_H
#define SIM_LINES_H

#include "base/arena.h"
#include "base/err.h"

#define SIM_WORDS 32

struct sim_line {
	const char *file;
	int number;
	char *words[SIM_WORDS];
	size_t count;
};

/* Called for each line that has words. */
typedef int sim_take_line(void *self, const struct sim_line *, struct err *);

/* Reads a file to its end or to the first line that is refused. The words live in the arena.
 * ERR_CONFIG with file and line. */
int sim_lines(
    const char *file, struct arena *, sim_take_line *, void *self, struct err *) MUSTCHECK;

/* ERR_CONFIG "file:line: what: word". */
int sim_line_fail(const struct sim_line *, const char *what, const char *word, struct err *);

/* A decimal number from `least` to `most`. */
bool sim_number(const char *text, unsigned long least, unsigned long most, unsigned long *out);

#endif
