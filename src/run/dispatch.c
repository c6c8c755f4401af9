/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A dispatcher's loop: what is due is done, then it sleeps until a worker wakes it, or for a glance
 * at what other nodes may have put into the boxes.
 *
 * A message that its process died of is not run again at once: the beat, which outlives the
 * process, says which one it was.
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#include <signal.h>
#include <unistd.h>

#include "log/log.h"
#include "run/call.h"
#include "run/deliver.h"
#include "run/dispatch.h"
#include "run/handle.h"

#define GLANCE 250 /* ms between two looks into the boxes when nobody wakes it */
#define LATER 1000 /* ms before the next attempt when the database is not there */
#define AT_ONCE 64 /* messages before it looks whether it is to go */

bool
run_dispatch_any(const struct run_house *house)
{
	if (house->routes.receiver_count > 0)
		return true;
	for (size_t i = 0; i < house->routes.service_count; i++)
		if (house->routes.services[i].enabled && house->routes.services[i].async)
			return true;
	return false;
}

size_t
run_dispatch_due(struct run_desk *desk, struct run_beat *beat, struct err *e)
{
	size_t settled = 0;
	bool found = true;

	while (found && settled < AT_ONCE) {
		if (run_handle_next(desk, beat, &found, e) != 0)
			break;
		settled += found;
	}
	return settled;
}

/* Readable when it is to go (signals) or when there is something to do. */
static int
watch(int wake, int *signals, struct err *e)
{
	struct epoll_event on = {.events = EPOLLIN};
	sigset_t set;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	*signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (fd < 0 || *signals < 0 || sigprocmask(SIG_SETMASK, &set, NULL) != 0 ||
	    epoll_ctl(fd, EPOLL_CTL_ADD, *signals, &on) != 0 ||
	    (wake >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, wake, &on) != 0)) {
		err_set(e, ERR_INTERNAL, "signals cannot be waited for");
		return -1;
	}
	return fd;
}

static bool
is_to_go(int signals)
{
	struct signalfd_siginfo why;

	return read(signals, &why, sizeof(why)) == (ssize_t)sizeof(why);
}

static bool
sleep_until_woken(int events, int wake, int ms)
{
	struct epoll_event one;
	uint64_t count;

	/* if not: a signal, or another dispatcher was quicker */
	return epoll_wait(events, &one, 1, ms) > 0 && wake >= 0 &&
	       read(wake, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

/* The same trouble is told once, until it is over. */
static void
tell(const struct run_desk *desk, const struct err *e, bool *told)
{
	if (e->code != ERR_OK && !*told)
		log_line(LOG_WARNING, desk->now(), "dispatch-waits", "code", err_row(e->code)->name,
		    "detail", e->detail, NULL);
	*told = e->code != ERR_OK;
}

/* Meanwhile answers of receivers are taken, too. */
static void
wait_for_work(struct run_delivery *delivery, int events, int wake, int ms)
{
	if (delivery == NULL) {
		sleep_until_woken(events, wake, ms);
		return;
	}
	run_delivery_wait(delivery, events, (unsigned)ms);
	if (sleep_until_woken(events, wake, 0))
		run_delivery_wake(delivery);
}

static void
live(struct run_desk *desk, struct run_delivery *delivery, int events, int signals, int wake,
    struct run_beat *beat)
{
	bool told = false;

	while (!is_to_go(signals)) {
		struct err e = {0};
		size_t settled = run_dispatch_due(desk, beat, &e);

		if (settled > 0)
			run_delivery_wake(delivery); /* handlers answer */
		if (e.code == ERR_OK && run_delivery_look(delivery, &e) != 0)
			db_abandon(desk->db);
		tell(desk, &e, &told);
		wait_for_work(delivery, events, wake,
		    e.code != ERR_OK ? LATER
		    : settled == 0   ? GLANCE
				     : 0);
	}
}

int
run_dispatch(const struct run_house *house, int wake, struct run_beat *beat)
{
	struct run_desk *desk = NULL;
	struct run_delivery *delivery = NULL;
	struct err e = {0};
	int signals = -1, events;

	prctl(PR_SET_NAME, "shepd-dispatch");
	events = watch(wake, &signals, &e);
	if (events >= 0 && run_limit_myself(&e) == 0 &&
	    run_desk_open(house, run_now, &desk, &e) == 0 &&
	    run_delivery_open(desk, &delivery, &e) == 0) {
		live(desk, delivery, events, signals, wake, beat);
		run_delivery_finish(
		    delivery, run_monotonic() + house->conf->limits.request_seconds * RUN_SECOND);
	}
	if (e.code != ERR_OK)
		log_line(LOG_ERROR, run_now(), "dispatcher-failed", "code", err_row(e.code)->name,
		    "detail", e.detail, NULL);
	run_delivery_close(delivery);
	run_desk_close(desk);
	return e.code == ERR_OK ? 0 : 1;
}
