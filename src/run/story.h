/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message's story for people: what the journal, inbox and outbox hold of it, told in Kazakh,
 * Russian or English, in the order of time, times in Astana's civil time.
 *
 * IINs are masked wherever they stand in a text. Octets of messages are told only where asked, and
 * never a sender's password.
 */
#ifndef RUN_STORY_H
#define RUN_STORY_H

#include <stdio.h>

#include "db/operate.h"

/* Checks of a received message, in the order in which they are made; story.def. */
enum run_check {
	CHECK_NONE = 0,
#define CHECK(name, en, ru, kk) CHECK_##name,
#include "run/story.def"
	CHECKS
};

enum run_passed {
	CHECK_OPEN, /* not come to, or not to be learnt from the row */
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_NOT_NEEDED
};

struct run_telling {
	const struct db_story *story;
	enum err_language language;
	bool payload; /* the octets, too */
	FILE *to;
	struct arena *arena;
};

void run_story_tell(const struct run_telling *);

/* What is usually behind a row of err.def; NULL where there is none to be named, and then *why_none
 * (which may be NULL) says why, in English. */
const char *run_cause(enum err_code, enum err_language, const char **why_none);

/* --- between the files behind it ---------------------------------------------------------------
 */

/* The check of a received message that such a refusal fails. */
enum run_check run_cause_check(enum err_code);

/* What a row of the journal says about each check. */
void run_checks(const struct db_journal_row *, enum run_passed passed[CHECKS]);

/* The row of err.def called so; ERR_OK for none. */
enum err_code run_code_named(const char *name);

/* A text with its IINs masked; "" when memory is out. */
const char *run_mask(const char *text, struct arena *);

/* The first character of `left` octets (at least 1), escaped where it is none or a terminal would
 * obey it; how many octets that was. */
size_t run_put_character(const char *, size_t left, FILE *);

/* A message's octets as text with what stands in elements `password` taken out, what is no
 * printable UTF-8 escaped; "" when memory is out. */
const char *run_show_octets(struct octets, struct arena *);

/* URI of the transport signature's algorithm; "" when the octets do not say. */
const char *run_algorithm_of(struct octets message, struct arena *);

#endif
