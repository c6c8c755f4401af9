/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For tests of the housing queue: the example form with pieces replaced, a call of a handler, and
 * what its answer says. Every answer is checked against the payload schema on the way.
 */
#ifndef TESTS_LIB_HOUSING_H
#define TESTS_LIB_HOUSING_H

#include "service/service.h"

#define HOUSING_IIN "000101300019"
#define HOUSING_PROFILE "2012-almaty-oblast"

struct housing_bench {
	struct arena *arena;
	struct service_room *room;
	struct dom_schema *schema;
	struct db *db; /* NULL where no handler may come to the database */
	struct instant now;
	const char *message_id;
	struct msg_signer signer; /* a person who may sign, HOUSING_IIN */
};

/* Ends the program when something is missing. */
void housing_bench_open(struct housing_bench *, const char *now);
void housing_bench_close(struct housing_bench *);

/* schemas/payload/examples/NAME with pairs of (old, new) replaced, everywhere, ended by NULL; the
 * test fails when an old text is not there. */
const char *housing_example(struct housing_bench *, const char *name, ...)
    __attribute__((sentinel));

struct housing_reply {
	int rc;
	struct err err;
	struct service_answer answer;
	struct dom *doc; /* the answer's, freed with the next call */
};

/* Calls "housing.submit" or "housing.status" with this payload. */
const struct housing_reply *housing_call(
    struct housing_bench *, const char *service, const char *xml);

/* Texts of the last answer: a child of the root, or of messageResult; "" for none. */
const char *housing_said(struct housing_bench *, const char *name);
const char *housing_result(struct housing_bench *, const char *name);

/* true when the last answer lists this violation. */
bool housing_violation(struct housing_bench *, const char *path, const char *code);
size_t housing_violations(struct housing_bench *);

/* The last answer as text, for a failure's message. */
const char *housing_last(struct housing_bench *);

#endif
