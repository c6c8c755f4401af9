/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Payloads on their way out: a list of violations, and an XML text that grows in the arena.
 *
 * For the handlers. Out of memory is remembered and told once, at the end.
 */
#ifndef SERVICE_ANSWER_H
#define SERVICE_ANSWER_H

#include "service/service.h"

/* What is wrong with a form: where, which row of err.def, and what it is about (or NULL). */
struct service_violation {
	struct service_violation *next;
	const char *path;
	enum err_code code;
	const struct rules_text *about;
};

struct service_violations {
	struct arena *arena;
	struct service_violation *first, **end;
	bool no_memory;
};

void service_violations_init(struct service_violations *, struct arena *);

/* Adds one; path is formatted: "/SubmitRequest/family/member[%zu]/iin". */
void service_violate(struct service_violations *, enum err_code, const struct rules_text *about,
    const char *path, ...) PRINTF(4, 5);

bool service_violated(const struct service_violations *);

/* The code that all of them have, or mixed. */
enum err_code service_violations_code(const struct service_violations *, enum err_code mixed);

/* An element that is being written, with its namespace on the root. */
struct answer {
	struct arena *arena;
	const char *root;
	char *text;
	size_t length, size;
	bool no_memory;
};

/* <hq:root xmlns:hq="urn:shepd:hq:1"> and messageResult of the code: "00000" for ERR_OK, else the
 * row's wire code, with its texts. now = changeDate. */
void answer_begin(
    struct answer *, struct arena *, const char *root, enum err_code, struct instant now);

void answer_open(struct answer *, const char *name);
void answer_close(struct answer *, const char *name);

/* <hq:name>text</hq:name>, escaped. */
void answer_put(struct answer *, const char *name, const char *text);

/* <hq:violations>, nothing for none. */
void answer_put_violations(struct answer *, const struct service_violations *);

/* Ends the root and hands the payload over. ERR_NOMEM. */
int answer_finish(struct answer *, enum err_code, struct service_answer *, struct err *) MUSTCHECK;

#endif
