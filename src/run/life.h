/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The processes of a daemon: generations, their workers, and the beat in shared memory by which
 * the master sees that a worker is stuck.
 *
 * A generation is everything that is made of one reading of the configuration. A reload makes the
 * next one beside it; only when all of it is there does it take over, and the older one's workers
 * finish what they hold.
 */
#ifndef RUN_LIFE_H
#define RUN_LIFE_H

#include <sys/types.h>

#include <stdatomic.h>

#include "run/run.h"

#define RUN_SECOND ((int64_t)1000000000)
#define RUN_GRACE (2 * RUN_SECOND) /* beyond its deadline a request is killed with its worker */
#define RUN_CPU_MS 2000		   /* of one request; an honest one takes a thousandth */

/* One worker's, in memory shared with the master. */
struct run_beat {
	_Atomic int64_t
	    until; /* CLOCK_MONOTONIC, ns: when the current request must be done; 0 = none */
	_Atomic int64_t message; /* of the inbox, that a dispatcher has in hand; 0 = none */
	_Atomic int64_t fatal;	 /* which a process in this place died of, until it is met again */
};

/* Where one worker works. */
struct run_place {
	pid_t pid; /* 0 = nobody works here now */
	int64_t born;
	int64_t next; /* not before this is the next one started */
	unsigned young_deaths;
};

struct run_generation {
	unsigned number; /* 1 at the start, one more with each reload */
	struct conf *conf;
	struct run_house *house;
	struct door **doors;
	size_t door_count;
	struct run_place *places;
	struct run_beat *beats; /* shared, one a place */
	size_t count;
	struct pki_book *book; /* of OCSP answers, shared; NULL = no responder is asked, or it is
				  the newer one's */
	bool courier;	       /* works in the last place */
	size_t dispatchers;    /* work in the places before it */
	int wake;	 /* an eventfd by which workers wake dispatchers; -1 = there are none */
	bool leaving;	 /* nobody is started any more */
	bool barred;	 /* the listeners that nobody took over refuse */
	int64_t bar_at;	 /* when leaving */
	int64_t kill_at; /* who is not gone then is killed */
	struct run_generation *older;
};

/* --- generation.c ----------------------------------------------------------- */

/* Reads the configuration and everything it names; listens where none of `older` (NULL at the
 * start) and those before it listens, shares the sockets where they do. Every mistake is told to
 * the log. Nothing of the older ones is changed. ERR_CONFIG, ERR_NOMEM. */
int run_generation_open(const char *conf_file, struct run_generation *older,
    struct run_generation **out, struct err *) MUSTCHECK;

/* Takes NULL. The older ones are not touched. */
void run_generation_close(struct run_generation *);

/* The newest one takes the connections that come to shared listeners, the older ones leave them to
 * it. */
void run_generation_take_over(struct run_generation *newest);

/* Bars the listeners of a leaving generation that the newest one did not take over. */
void run_generation_bar(struct run_generation *, const struct run_generation *newest);

/* --- crew.c: the workers of a generation -------------------------------------- */

/* Starts workers in the places that are free and have waited long enough. */
void run_crew_fill(struct run_generation *newest, int64_t now);

/* A dead child: true when it was one of this generation's. */
bool run_crew_bury(struct run_generation *, pid_t, int status);

/* Kills the workers whose request is past its deadline and the grace. */
void run_crew_kill_stuck(const struct run_generation *, int64_t now);

void run_crew_signal(const struct run_generation *, int number);
bool run_crew_is_empty(const struct run_generation *);

/* When the next place is to be filled, or `until` when that is earlier. */
int64_t run_crew_next(const struct run_generation *, int64_t until);

/* --- cpu.c ---------------------------------------------------------------------- */

/* From begin to end the process may take so many milliseconds of CPU, of all its threads; above it
 * it is ended by SIGPROF. */
void run_cpu_begin(unsigned ms);
void run_cpu_end(void);

/* --- worker.c ------------------------------------------------------------------ */

/* No core, and no more than a certain amount of memory beyond what this process has now.
 * ERR_INTERNAL. */
int run_limit_myself(struct err *) MUSTCHECK;

/* A worker's whole life, in its own process; returns its exit status. SIGTERM ends it (DOOR_STOP),
 * SIGUSR1 lets it finish what it holds (DOOR_DRAIN). wake: written to when a box has got something;
 * -1 = nobody to wake. */
int run_worker(
    const struct run_house *, struct door *const *doors, size_t count, int wake, struct run_beat *);

#endif
