/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The master: reads the configuration, opens the doors, keeps as many workers alive as it says.
 *
 * It parses nothing that comes from outside. A worker that dies is replaced, at once or, when it
 * dies young, with growing pauses; one that is stuck beyond its request's deadline is killed. A
 * stop lets requests in flight finish. All waiting is for signals, with a look around each second.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "run/call.h"
#include "run/life.h"

#define YOUNG RUN_SECOND /* a worker that dies before this age waits for its successor */
#define FIRST_PAUSE (RUN_SECOND / 10) /* doubled with each young death */
#define LONGEST_PAUSE (10 * RUN_SECOND)
#define LAST_CALL (RUN_SECOND / 10) /* shorter than the workers wait for new connections */

struct place {
	pid_t pid; /* 0 = nobody works here now */
	int64_t born;
	int64_t next; /* not before this is the next one started */
	unsigned young_deaths;
};

struct master {
	const struct conf *conf;
	struct run_house *house;
	struct door **doors;
	size_t door_count;
	struct place *places;
	struct run_beat *beats; /* shared, one a place */
	size_t count;
	sigset_t signals; /* what the master waits for */
	bool stopping, barred;
	int64_t bar_at, kill_at;
};

static void
complain(void *self, const char *file, int line, const char *what)
{
	char at[24];

	(void)self;
	snprintf(at, sizeof(at), "%d", line);
	log_line(
	    LOG_ERROR, run_now(), "configuration", "file", file, "line", at, "what", what, NULL);
}

static int
open_doors(struct master *m, struct err *e)
{
	const struct conf *c = m->conf;

	m->doors = calloc(c->listener_count, sizeof(struct door *));
	if (m->doors == NULL)
		return err_set(e, ERR_NOMEM, "listeners");
	for (; m->door_count < c->listener_count; m->door_count++) {
		const struct conf_listener *l = &c->listeners[m->door_count];
		const struct door_options o = {.address = l->address,
		    .port = l->port,
		    .tls = l->tls,
		    .certificate = l->certificate,
		    .key = l->key,
		    .body_limit = c->limits.body_octets,
		    .request_seconds = c->limits.request_seconds,
		    .idle_seconds = c->limits.idle_seconds,
		    .keep_alive = c->limits.keep_alive};
		if (door_open(&o, &m->doors[m->door_count], e) != 0)
			return -1;
	}
	return 0;
}

static int
make_places(struct master *m, struct err *e)
{
	m->count = m->conf->limits.workers;
	m->places = calloc(m->count, sizeof(*m->places));
	m->beats = mmap(NULL, m->count * sizeof(*m->beats), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m->places == NULL || m->beats == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "places for workers");
	return 0;
}

static int
block_signals(struct master *m, struct err *e)
{
	static const int waited_for[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};

	sigemptyset(&m->signals);
	for (size_t i = 0; i < sizeof(waited_for) / sizeof(waited_for[0]); i++)
		sigaddset(&m->signals, waited_for[i]);
	if (sigprocmask(SIG_BLOCK, &m->signals, NULL) != 0)
		return err_set(e, ERR_INTERNAL, "signals cannot be blocked");
	return 0;
}

/* Does not return in the new process. */
static void
start(struct master *m, size_t i)
{
	struct place *p = &m->places[i];
	pid_t master = getpid();

	atomic_store(&m->beats[i].until, 0);
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
	_exit(run_worker(m->house, m->doors, m->door_count, &m->beats[i]));
}

static void
tell_death(pid_t pid, int status, bool expected)
{
	char who[24], how[48];

	snprintf(who, sizeof(who), "%d", (int)pid);
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(status));
	log_line(expected ? LOG_INFO : LOG_ERROR, run_now(),
	    expected ? "worker-left" : "worker-died", "worker", who, "how", how, NULL);
}

static void
bury(struct master *m, pid_t pid, int status)
{
	int64_t now = run_monotonic(), pause = FIRST_PAUSE;
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	for (size_t i = 0; i < m->count; i++) {
		struct place *p = &m->places[i];
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
	}
	tell_death(pid, status, well);
}

static void
bury_the_dead(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(m, pid, status);
}

static void
signal_all(const struct master *m, int number)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->places[i].pid != 0)
			kill(m->places[i].pid, number);
}

static bool
anybody(const struct master *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->places[i].pid != 0)
			return true;
	return false;
}

static void
begin_stop(struct master *m)
{
	int64_t now = run_monotonic();

	if (m->stopping)
		return;
	log_line(LOG_NOTICE, run_now(), "stopping", NULL);
	m->stopping = true;
	m->bar_at = now + LAST_CALL;
	m->kill_at = now + m->conf->limits.request_seconds * RUN_SECOND + RUN_GRACE;
	signal_all(m, SIGTERM);
}

/* A worker whose request is past its deadline and the grace sits in something that does not end. */
static void
kill_the_stuck(struct master *m, int64_t now)
{
	char who[24];

	for (size_t i = 0; i < m->count; i++) {
		int64_t until = atomic_load(&m->beats[i].until);
		if (m->places[i].pid == 0 || until == 0 || now < until + RUN_GRACE)
			continue;
		snprintf(who, sizeof(who), "%d", (int)m->places[i].pid);
		log_line(LOG_ERROR, run_now(), "worker-stuck", "worker", who, NULL);
		kill(m->places[i].pid, SIGKILL);
	}
}

static void
look_around(struct master *m)
{
	int64_t now = run_monotonic();

	bury_the_dead(m);
	kill_the_stuck(m, now);
	for (size_t i = 0; !m->stopping && i < m->count; i++)
		if (m->places[i].pid == 0 && now >= m->places[i].next)
			start(m, i);
	if (!m->stopping || now < m->bar_at)
		return;
	for (size_t i = 0; !m->barred && i < m->door_count; i++)
		door_bar(m->doors[i]);
	m->barred = true;
	if (now >= m->kill_at)
		signal_all(m, SIGKILL);
}

/* Until the next thing that has its time: a pause's end, the bar, the second's look. */
static struct timespec
nap(const struct master *m)
{
	int64_t now = run_monotonic(), until = now + RUN_SECOND, left;

	for (size_t i = 0; i < m->count; i++)
		if (m->places[i].pid == 0 && m->places[i].next < until)
			until = m->places[i].next;
	if (m->stopping)
		until = m->barred ? now + RUN_SECOND : m->bar_at;
	left = until > now ? until - now : 0;
	return (struct timespec){left / RUN_SECOND, left % RUN_SECOND};
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
			log_line(LOG_NOTICE, run_now(), "hangup", "what",
			    "a changed configuration is taken up by a restart", NULL);
		look_around(m);
	}
}

/* One port a line, in the order of the configuration; whole when it appears. */
static int
write_ready_file(const struct master *m, const char *name, struct err *e)
{
	char temporary[4096];
	FILE *f;
	bool good = true;

	if (snprintf(temporary, sizeof(temporary), "%s.new", name) >= (int)sizeof(temporary) ||
	    (f = fopen(temporary, "we")) == NULL)
		return err_set(e, ERR_CONFIG, "cannot write %s", name);
	for (size_t i = 0; i < m->door_count; i++)
		good = fprintf(f, "%u\n", door_port(m->doors[i])) > 0 && good;
	if (fclose(f) != 0 || !good || rename(temporary, name) != 0)
		return err_set(e, ERR_CONFIG, "cannot write %s", name);
	return 0;
}

static void
say_ready(const struct master *m)
{
	char ports[256] = "", workers[24];
	size_t n = 0;

	for (size_t i = 0; i < m->door_count && n < sizeof(ports); i++)
		n += (size_t)snprintf(ports + n, sizeof(ports) - n, "%s%u", i == 0 ? "" : ",",
		    door_port(m->doors[i]));
	snprintf(workers, sizeof(workers), "%zu", m->count);
	log_line(LOG_NOTICE, run_now(), "ready", "ports", ports, "workers", workers, NULL);
}

static int
prepare(struct master *m, const char *file, struct conf **conf, struct err *e)
{
	enum log_level level;

	if (run_init(e) != 0 || conf_load(file, complain, NULL, conf, e) != 0)
		return -1;
	m->conf = *conf;
	if (log_level_read(m->conf->log_level, &level))
		log_set_level(level);
	if (run_house_open(m->conf, complain, NULL, &m->house, e) != 0 || open_doors(m, e) != 0)
		return -1;
	return make_places(m, e) != 0 ? -1 : block_signals(m, e);
}

static void
take_down(struct master *m, struct conf *conf)
{
	for (size_t i = 0; i < m->door_count; i++)
		door_close(m->doors[i]);
	free(m->doors);
	free(m->places);
	if (m->beats != NULL && m->beats != MAP_FAILED)
		munmap(m->beats, m->count * sizeof(*m->beats));
	run_house_close(m->house);
	conf_free(conf);
	run_fini();
}

int
run_master(const char *conf_file, const char *ready_file)
{
	struct master m = {0};
	struct conf *conf = NULL;
	struct err e = {0};
	int rc;

	/* a log whose reader stops or goes away takes nobody with it */
	signal(SIGPIPE, SIG_IGN);
	log_never_wait();
	rc = prepare(&m, conf_file, &conf, &e);
	if (rc == 0) {
		look_around(&m); /* the workers */
		rc = ready_file == NULL ? 0 : write_ready_file(&m, ready_file, &e);
		say_ready(&m);
		if (rc != 0)
			begin_stop(&m);
		live(&m);
		log_line(LOG_NOTICE, run_now(), "stopped", NULL);
	}
	if (rc != 0)
		log_line(LOG_ERROR, run_now(), "not-started", "code", err_row(e.code)->name,
		    "detail", e.detail, NULL);
	take_down(&m, conf);
	return rc == 0 ? 0 : 1;
}
