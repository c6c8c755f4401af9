/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See lines.h.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/file.h"
#include "sim/lines.h"

#define FILE_MOST ((size_t)1024 * 1024)

int
sim_line_fail(const struct sim_line *l, const char *what, const char *word, struct err *e)
{
	return err_set(e, ERR_CONFIG, "%s:%d: %s: %s", l->file, l->number, what, word);
}

static int
split(char *text, struct sim_line *line, struct err *e)
{
	char *rest = NULL;

	line->count = 0;
	text[strcspn(text, "#")] = '\0';
	for (char *w = strtok_r(text, " \t\r", &rest); w != NULL;
	     w = strtok_r(NULL, " \t\r", &rest)) {
		if (line->count == SIM_WORDS)
			return sim_line_fail(line, "too many words", w, e);
		line->words[line->count++] = w;
	}
	return 0;
}

int
sim_lines(const char *file, struct arena *a, sim_take_line *take, void *self, struct err *e)
{
	struct sim_line line = {.file = file};
	struct octets text;
	char *at, *rest;

	if (run_file_read(file, FILE_MOST, a, &text, e) != 0)
		return -1;
	if ((rest = arena_string(a, text)) == NULL)
		return err_set(e, ERR_NOMEM, "%s", file);
	while ((at = strsep(&rest, "\n")) != NULL) {
		line.number++;
		if (split(at, &line, e) != 0 || (line.count > 0 && take(self, &line, e) != 0))
			return -1;
	}
	return 0;
}

bool
sim_number(const char *text, unsigned long least, unsigned long most, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *out >= least &&
	       *out <= most;
}
