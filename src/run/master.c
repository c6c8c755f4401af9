/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The master: starts the first generation, reloads, stops, and watches over every process.
 *
 * It parses nothing that comes from outside. A reload makes the next generation beside the one that
 * serves; a mistake anywhere in it, and the old one goes on. A stop lets requests in flight finish.
 * All waiting is for signals, with a look around each second.
 */
#include "config.h"

#include <sys/wait.h>

#include <assert.h>
#include <signal.h>
#include <stdio.h>

#include "log/log.h"
#include "run/call.h"
#include "run/life.h"

#define LAST_CALL (RUN_SECOND / 10)	/* shorter than the workers wait for new connections */
#define LONGEST_DRAIN (10 * RUN_SECOND) /* for connections that are idle, see door.h */
#define MOST_LEAVING 2 /* generations; each holds memory and connections to the database */

struct master {
	const char *conf_file, *ready_file;
	struct run_generation *newest; /* the older ones behind it are leaving */
	sigset_t signals;	       /* what the master waits for */
	bool stopping;
	bool reload; /* asked for */
};

/* Who started us may have ignored some: then the kernel buries the dead by itself, and no request
 * has a limit of CPU. */
static int
block_signals(struct master *m, struct err *e)
{
	static const int waited_for[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
	sigset_t blocked;

	sigemptyset(&m->signals);
	for (size_t i = 0; i < sizeof(waited_for) / sizeof(waited_for[0]); i++)
		sigaddset(&m->signals, waited_for[i]);
	blocked = m->signals;
	sigaddset(&blocked, SIGUSR1); /* a worker may be told before it is ready to listen */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || signal(SIGPROF, SIG_DFL) == SIG_ERR ||
	    sigprocmask(SIG_BLOCK, &blocked, NULL) != 0)
		return err_set(e, ERR_INTERNAL, "signals cannot be set up");
	return 0;
}

static void
tell_death(pid_t pid, int status)
{
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char who[24], how[48];

	snprintf(who, sizeof(who), "%d", (int)pid);
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(status));
	log_line(well ? LOG_INFO : LOG_ERROR, run_now(), well ? "worker-left" : "worker-died",
	    "worker", who, "how", how, NULL);
}

static void
bury_the_dead(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (struct run_generation *g = m->newest; g != NULL; g = g->older)
			if (run_crew_bury(g, pid, status)) {
				tell_death(pid, status);
				break;
			}
}

/* Nobody starts here any more; who is left has the time of a request and of an idle connection. */
static void
send_away(struct run_generation *g, int number)
{
	int64_t now = run_monotonic();

	if (!g->leaving)
		g->bar_at = now + LAST_CALL;
	g->leaving = true;
	g->kill_at = now + g->conf->limits.request_seconds * RUN_SECOND + RUN_GRACE +
		     (number == SIGUSR1 ? LONGEST_DRAIN : 0);
	run_crew_signal(g, number);
}

static void
begin_stop(struct master *m)
{
	if (m->stopping)
		return;
	log_line(LOG_NOTICE, run_now(), "stopping", NULL);
	m->stopping = true;
	for (struct run_generation *g = m->newest; g != NULL; g = g->older)
		send_away(g, SIGTERM);
}

static void
watch_leaving(struct master *m, struct run_generation *g, int64_t now)
{
	if (!g->barred && now >= g->bar_at)
		run_generation_bar(g, m->newest);
	if (now >= g->kill_at)
		run_crew_signal(g, SIGKILL);
}

/* Older generations that nobody works in are given back. */
static void
forget_the_gone(struct master *m)
{
	struct run_generation *newer = m->newest, *g;

	while (newer != NULL && (g = newer->older) != NULL) {
		if (!g->barred || !run_crew_is_empty(g)) {
			newer = g;
			continue;
		}
		newer->older = g->older;
		run_generation_close(g);
	}
}

static size_t
count_leaving(const struct master *m)
{
	size_t n = 0;

	for (const struct run_generation *g = m->newest; g != NULL; g = g->older)
		n += g->leaving;
	return n;
}

/* One port a line, in the order of the configuration; whole when it appears. */
static int
write_ready_file(const struct master *m, struct err *e)
{
	const struct run_generation *g = m->newest;
	const char *name = m->ready_file;
	char temporary[4096];
	FILE *f;
	bool good = true;

	if (name == NULL)
		return 0;
	if (snprintf(temporary, sizeof(temporary), "%s.new", name) >= (int)sizeof(temporary) ||
	    (f = fopen(temporary, "we")) == NULL)
		return err_set(e, ERR_CONFIG, "cannot write %s", name);
	for (size_t i = 0; i < g->door_count; i++)
		good = fprintf(f, "%u\n", door_port(g->doors[i])) > 0 && good;
	if (fclose(f) != 0 || !good || rename(temporary, name) != 0)
		return err_set(e, ERR_CONFIG, "cannot write %s", name);
	return 0;
}

static void
tell_of_newest(const struct master *m, const char *event, int64_t began)
{
	const struct run_generation *g = m->newest;
	char ports[256] = "", workers[24], number[24], took[24];
	size_t n = 0;

	for (size_t i = 0; i < g->door_count && n < sizeof(ports); i++)
		n += (size_t)snprintf(ports + n, sizeof(ports) - n, "%s%u", i == 0 ? "" : ",",
		    door_port(g->doors[i]));
	snprintf(workers, sizeof(workers), "%u", g->conf->limits.workers);
	snprintf(number, sizeof(number), "%u", g->number);
	snprintf(took, sizeof(took), "%lld", (long long)(run_monotonic() - began) / 1000000);
	log_line(LOG_NOTICE, run_now(), event, "ports", ports, "workers", workers, "generation",
	    number, "ms", took, NULL);
}

static void
use_log_level(const struct run_generation *g)
{
	enum log_level level;

	if (log_level_read(g->conf->log_level, &level))
		log_set_level(level);
}

static void
tell_refused(const char *event, const struct err *e)
{
	log_line(
	    LOG_ERROR, run_now(), event, "code", err_row(e->code)->name, "detail", e->detail, NULL);
}

/* The next generation, all of it, or none of it. */
static void
reload(struct master *m)
{
	int64_t began = run_monotonic();
	struct run_generation *next, *old = m->newest;
	struct err e = {0}, file = {0};

	assert(old != NULL); /* since prepare() */
	m->reload = false;
	if (run_generation_open(m->conf_file, old, &next, &e) != 0) {
		tell_refused("reload-refused", &e);
		return;
	}
	m->newest = next;
	use_log_level(next);
	run_crew_fill(next, began);
	run_generation_take_over(next);
	send_away(old, SIGUSR1);
	if (write_ready_file(m, &file) != 0)
		tell_refused("ready-file", &file);
	tell_of_newest(m, "reloaded", began);
}

static void
ask_for_reload(struct master *m)
{
	struct err e = {0};

	if (m->stopping) {
		err_set(&e, ERR_CONFIG, "the daemon stops");
		tell_refused("reload-refused", &e);
	}
	m->reload = true;
}

static void
look_around(struct master *m)
{
	int64_t now = run_monotonic();

	bury_the_dead(m);
	for (struct run_generation *g = m->newest; g != NULL; g = g->older) {
		run_crew_kill_stuck(g, now);
		if (g->leaving)
			watch_leaving(m, g, now);
	}
	forget_the_gone(m);
	if (m->stopping)
		return;
	if (m->reload && count_leaving(m) < MOST_LEAVING)
		reload(m);
	run_crew_fill(m->newest, run_monotonic());
}

/* Until the next thing that has its time: a pause's end, the bar, the second's look. */
static struct timespec
nap(const struct master *m)
{
	int64_t now = run_monotonic(), until = now + RUN_SECOND, left;

	for (const struct run_generation *g = m->newest; g != NULL; g = g->older) {
		if (!g->leaving)
			until = run_crew_next(g, until);
		else if (!g->barred && g->bar_at < until)
			until = g->bar_at;
	}
	left = until > now ? until - now : 0;
	return (struct timespec){left / RUN_SECOND, left % RUN_SECOND};
}

static bool
anybody(const struct master *m)
{
	for (const struct run_generation *g = m->newest; g != NULL; g = g->older)
		if (!run_crew_is_empty(g))
			return true;
	return false;
}

static void
live(struct master *m)
{
	look_around(m);
	while (!m->stopping || anybody(m)) {
		struct timespec t = nap(m);
		int number = sigtimedwait(&m->signals, NULL, &t);
		if (number == SIGTERM || number == SIGINT)
			begin_stop(m);
		if (number == SIGHUP)
			ask_for_reload(m);
		look_around(m);
	}
}

static int
prepare(struct master *m, struct err *e)
{
	if (block_signals(m, e) != 0 || run_init(e) != 0 ||
	    run_generation_open(m->conf_file, NULL, &m->newest, e) != 0)
		return -1;
	use_log_level(m->newest);
	return 0;
}

static void
take_down(struct master *m)
{
	while (m->newest != NULL) {
		struct run_generation *older = m->newest->older;
		run_generation_close(m->newest);
		m->newest = older;
	}
	run_fini();
}

int
run_master(const char *conf_file, const char *ready_file)
{
	struct master m = {.conf_file = conf_file, .ready_file = ready_file};
	int64_t began = run_monotonic();
	struct err e = {0};
	int rc;

	/* a log whose reader stops or goes away takes nobody with it */
	signal(SIGPIPE, SIG_IGN);
	log_never_wait();
	rc = prepare(&m, &e);
	if (rc == 0) {
		look_around(&m); /* the workers */
		rc = write_ready_file(&m, &e);
		tell_of_newest(&m, "ready", began);
		if (rc != 0)
			begin_stop(&m);
		live(&m);
		log_line(LOG_NOTICE, run_now(), "stopped", NULL);
	}
	if (rc != 0)
		tell_refused("not-started", &e);
	take_down(&m);
	return rc == 0 ? 0 : 1;
}
