/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the gateway in a box does wrong, and when: the script of shepsim(1).
 *
 * The first rule that fits an occurrence and has its turn decides. Occurrences are counted over all
 * processes; chances follow from the seed and the count alone, so a run can be repeated.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "base/arena.h"
#include "base/err.h"

/* Deeds, a bit each. Towards who called: */
enum {
	SIM_HTTP = 1u << 0,   /* not taken: another status, no SOAP */
	SIM_FAULT = 1u << 1,  /* not taken: a fault */
	SIM_DEAF = 1u << 2,   /* not taken: the connection is closed */
	SIM_CLOSE = 1u << 3,  /* taken; the connection is closed instead of an answer */
	SIM_RESET = 1u << 4,  /* taken; the connection is reset instead */
	SIM_FORGET = 1u << 5, /* taken, answered, and never delivered */
	/* to an answer, and to what is pushed */
	SIM_HALF = 1u << 6,
	SIM_GARBAGE = 1u << 7,
	SIM_ALTER = 1u << 8,   /* an octet is changed after signing */
	SIM_FOREIGN = 1u << 9, /* signed with the other key */
	SIM_UNSIGNED = 1u << 10,
	/* to what is pushed: */
	SIM_DROP = 1u << 11,	  /* never sent */
	SIM_DUPLICATE = 1u << 12, /* sent twice */
	SIM_REORDER = 1u << 13,	  /* held back while later ones overtake it */
	SIM_UNHEARD = 1u << 14	  /* sent; its answer is taken for none, so it comes again */
};

struct sim_deed {
	unsigned what;	  /* 0 = all as it should be */
	unsigned late_ms; /* before the answer, or before it is pushed */
	int status;	  /* SIM_HTTP */
	const char *code; /* SIM_FAULT */
	unsigned held_ms; /* SIM_REORDER */
};

/* Operations of a script: the five of the contract's names that are called, and these. */
#define SIM_PUSH "push"	    /* sendMessage to a participant */
#define SIM_NOTIFY "notify" /* changeMassageStatusNotification to a participant */

struct sim_script;

/* file NULL = nothing goes wrong. Before the fork; the counts are shared by all processes.
 * ERR_CONFIG. */
int sim_script_load(
    const char *file, struct arena *, struct sim_script **out, struct err *) MUSTCHECK;

/* Is there a rule that signs with another key? */
bool sim_script_needs_foreign(const struct sim_script *);

/* Counts this occurrence, and says what is done. */
void sim_script_ask(
    struct sim_script *, const char *operation, const char *service, struct sim_deed *out);

#endif
