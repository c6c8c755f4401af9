/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A worker: its own desk, the door's loop, one request after another until it is told to stop or
 * has served its share.
 *
 * Hostile input meets this process only. It writes no core, may take so much memory and CPU and no
 * more, ends with its master, and lets the master see how long a request has been with it.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "log/log.h"
#include "run/call.h"
#include "run/life.h"

#define MEMORY ((size_t)1024 * 1024 * 1024) /* beyond what the house has taken before the fork */

struct worker {
	struct run_desk *desk;
	struct run_beat *beat;
	unsigned request_seconds;
	unsigned share, served; /* requests until it is replaced; 0 = no end */
};

static volatile int stop;

static void
on_term(int number)
{
	(void)number;
	stop = DOOR_STOP;
}

static void
on_drain(int number)
{
	(void)number;
	if (stop == 0)
		stop = DOOR_DRAIN;
}

static void
serve(void *self, const struct door_request *q, struct arena *a, struct door_reply *reply)
{
	struct worker *w = self;

	atomic_store(&w->beat->until, q->deadline);
	run_cpu_begin(RUN_CPU_MS);
	run_pipeline(w->desk, q, a, reply);
	run_cpu_end();
	atomic_store(&w->beat->until, 0);
	if (w->share > 0 && ++w->served >= w->share && stop == 0)
		stop = DOOR_STOP;
}

static void
note_refusal(
    void *self, const char *peer, const char *method, const char *path, const struct err *e)
{
	struct worker *w = self;

	atomic_store(&w->beat->until, run_monotonic() + w->request_seconds * RUN_SECOND);
	run_refused(w->desk, peer, method, path, e);
	atomic_store(&w->beat->until, 0);
}

/* Address space in use, in octets; 0 when the system does not say. */
static size_t
memory_now(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	char text[64] = "";

	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	return strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Sanitizers reserve terabytes and look at their own process. */
int
run_limit_myself(struct err *e)
{
	struct rlimit none = {0, 0}, memory;
	size_t now = memory_now();

	if (SANITIZED)
		return 0;
	memory.rlim_cur = memory.rlim_max = now + MEMORY;
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
		return err_set(e, ERR_INTERNAL, "core dumps cannot be switched off");
	if (now > 0 && setrlimit(RLIMIT_AS, &memory) != 0)
		return err_set(e, ERR_INTERNAL, "memory cannot be limited");
	return 0;
}

/* SIGTERM and SIGUSR1 stay blocked: the door lets them in while it waits, so none is missed and no
 * call of the handler is interrupted. */
static int
take_signals(struct err *e)
{
	struct sigaction term = {.sa_handler = on_term}, drain = {.sa_handler = on_drain};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	if (sigaction(SIGTERM, &term, NULL) != 0 || sigaction(SIGUSR1, &drain, NULL) != 0 ||
	    sigaction(SIGINT, &ignore, NULL) != 0 || sigaction(SIGHUP, &ignore, NULL) != 0 ||
	    sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return err_set(e, ERR_INTERNAL, "signals cannot be set up");
	return 0;
}

int
run_worker(const struct run_house *house, struct door *const *doors, size_t count, int wake,
    struct run_beat *beat)
{
	struct worker w = {.beat = beat,
	    .request_seconds = house->conf->limits.request_seconds,
	    .share = house->conf->limits.worker_requests};
	struct err e = {0};
	int rc = -1;

	prctl(PR_SET_NAME, "shepd-worker");
	if (take_signals(&e) == 0 && run_limit_myself(&e) == 0 &&
	    run_desk_open(house, run_now, &w.desk, &e) == 0) {
		w.desk->wake = wake;
		rc = door_serve(doors, count, serve, note_refusal, &w, &stop, &e);
	}
	if (rc != 0)
		log_line(LOG_ERROR, run_now(), "worker-failed", "code", err_row(e.code)->name,
		    "detail", e.detail, NULL);
	run_desk_close(w.desk);
	return rc == 0 ? 0 : 1;
}
