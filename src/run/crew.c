/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The workers of a generation, its dispatchers and its courier: started, replaced, killed when
 * stuck, buried.
 *
 * One that dies is replaced, at once or, when it dies young, with growing pauses.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "run/call.h"
#include "run/courier.h"
#include "run/dispatch.h"
#include "run/life.h"

#define YOUNG RUN_SECOND /* a worker that dies before this age waits for its successor */
#define FIRST_PAUSE (RUN_SECOND / 10) /* doubled with each young death */
#define LONGEST_PAUSE (10 * RUN_SECOND)

/* In a new process, which would keep all of it for its whole life: keys and secrets that were
 * exchanged, a shelf that it could write, sockets that would never be free again. */
static void
leave_older(struct run_generation *g)
{
	while (g->older != NULL) {
		struct run_generation *o = g->older;
		g->older = o->older;
		run_generation_close(o);
	}
}

/* Others may come first before that message is met again. */
static void
remember_death(struct run_beat *beat)
{
	int64_t message = atomic_exchange(&beat->message, 0);

	if (message != 0)
		atomic_store(&beat->fatal, message);
}

/* Does not return in the new process. */
static void
start(struct run_generation *g, size_t i)
{
	struct run_place *p = &g->places[i];
	pid_t master = getpid();

	atomic_store(&g->beats[i].until, 0);
	remember_death(&g->beats[i]);
	p->born = run_monotonic();
	p->pid = fork();
	if (p->pid < 0) {
		p->pid = 0;
		p->next = p->born + RUN_SECOND;
		log_line(LOG_ERROR, run_now(), "fork-failed", "detail", strerror(errno), NULL);
	}
	if (p->pid != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master)
		_exit(0); /* the master died before the line above */
	leave_older(g);
	if (i < g->conf->limits.workers) {
		pki_shelf_look_only(g->house->pki);
		_exit(run_worker(g->house, g->doors, g->door_count, g->wake, &g->beats[i]));
	}
	for (size_t k = 0; k < g->door_count; k++)
		door_close(g->doors[k]);
	if (g->courier && i + 1 == g->count)
		_exit(run_courier(g->house, g->book, &g->beats[i]));
	pki_shelf_look_only(g->house->pki);
	_exit(run_dispatch(g->house, g->wake, &g->beats[i]));
}

void
run_crew_fill(struct run_generation *newest, int64_t now)
{
	for (size_t i = 0; i < newest->count; i++)
		if (newest->places[i].pid == 0 && now >= newest->places[i].next)
			start(newest, i);
}

bool
run_crew_bury(struct run_generation *g, pid_t pid, int status)
{
	int64_t now = run_monotonic(), pause = FIRST_PAUSE;
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	for (size_t i = 0; i < g->count; i++) {
		struct run_place *p = &g->places[i];
		if (p->pid != pid)
			continue;
		p->pid = 0;
		p->next = 0;
		if (!well && now - p->born < YOUNG) {
			for (unsigned n = 0; n < p->young_deaths && pause < LONGEST_PAUSE; n++)
				pause *= 2;
			p->young_deaths++;
			p->next = now + pause;
		} else if (!well) {
			p->young_deaths = 0;
		}
		return true;
	}
	return false;
}

void
run_crew_kill_stuck(const struct run_generation *g, int64_t now)
{
	char who[24];

	for (size_t i = 0; i < g->count; i++) {
		int64_t until = atomic_load(&g->beats[i].until);
		if (g->places[i].pid == 0 || until == 0 || now < until + RUN_GRACE)
			continue;
		snprintf(who, sizeof(who), "%d", (int)g->places[i].pid);
		log_line(LOG_ERROR, run_now(), "worker-stuck", "worker", who, NULL);
		kill(g->places[i].pid, SIGKILL);
	}
}

void
run_crew_signal(const struct run_generation *g, int number)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->places[i].pid != 0)
			kill(g->places[i].pid, number);
}

bool
run_crew_is_empty(const struct run_generation *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->places[i].pid != 0)
			return false;
	return true;
}

int64_t
run_crew_next(const struct run_generation *g, int64_t until)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->places[i].pid == 0 && g->places[i].next < until)
			until = g->places[i].next;
	return until;
}
