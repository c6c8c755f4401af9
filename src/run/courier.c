/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Errands: when each is due, what becomes of its answer, how long to wait after a failure, and when
 * to tell that what is held comes to its end.
 *
 * Pauses go by the monotonic clock, what a CRL says of itself by the time of day: a clock that
 * jumps neither stops the fetching nor starts a storm. A failure changes nothing that is held.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/fetch.h"
#include "log/log.h"
#include "run/call.h"
#include "run/courier.h"
#include "run/questions.h"

#define FIRST_PAUSE RUN_SECOND /* doubled with each failure, up to LONGEST_PAUSE */
#define LONGEST_PAUSE (600 * RUN_SECOND)
#define REMINDER (3600 * RUN_SECOND) /* between two lines that say the same */
#define CHECKING (60 * RUN_SECOND)   /* longest that an answer may take to be judged */
#define GLANCE 50 /* ms between two looks into the book, which cannot wake anybody */
#define MARGIN 20 /* of a CRL's time: when so small a part is left, it is fetched again */

struct errand {
	struct run_parcel parcel; /* first: the tag points here */
	size_t source;
	int64_t next; /* CLOCK_MONOTONIC, ns: not before */
	unsigned failures;
	bool under_way;
	char told[200]; /* the failure that was told last */
	int64_t told_at, reminded_at;
	bool reminded_over;
	struct courier *courier;
};

struct courier {
	const struct conf *conf;
	struct run_hold *hold;
	struct run_beat *beat; /* NULL in the foreground */
	struct fetch *fetch;
	struct run_questions *questions; /* NULL = nobody is asked */
	struct errand *errands;
	size_t failed; /* in the foreground */
};

static const struct run_source *
source_of(const struct errand *a)
{
	return &a->courier->hold->sources[a->source];
}

static int64_t
every(const struct errand *a)
{
	const struct conf *c = a->courier->conf;

	return (source_of(a)->delta ? c->fetch.delta_every : c->fetch.crl_every) * RUN_SECOND;
}

static void
say(const struct errand *a, enum log_level level, const char *event, const char *what)
{
	const struct run_source *s = source_of(a);

	log_line(level, run_now(), event, "authority", s->issuer->name, "kind",
	    s->delta ? "delta" : "full", "url", s->url, "what", what, NULL);
}

/* Three quarters to five quarters of it, so that nodes do not come all at once. */
static int64_t
jittered(int64_t pause)
{
	uint16_t chance = 0;

	if (getrandom(&chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return pause;
	return pause / 4 * 3 + pause / 2 / UINT16_MAX * chance;
}

/* Seconds until so little of a CRL's time is left that it should be replaced; may be negative. */
static int64_t
seconds_left(const struct pki_crl_facts *f, int64_t now)
{
	return f->next_update.seconds - (f->next_update.seconds - f->this_update.seconds) / MARGIN -
	       now;
}

static void
plan_after_success(struct errand *a)
{
	struct pki_crl_facts f;
	int64_t pause = every(a), left; /* left: in seconds, or the year 9999 would not fit */

	a->failures = 0;
	a->told[0] = '\0';
	if (pki_shelf_facts(a->courier->hold->pki, a->source, &f) &&
	    (left = seconds_left(&f, run_now().seconds)) < pause / RUN_SECOND)
		pause = left > pause / 8 / RUN_SECOND ? left * RUN_SECOND : pause / 8;
	a->next = run_monotonic() + (pause > FIRST_PAUSE ? pause : FIRST_PAUSE);
}

static void
plan_after_failure(struct errand *a)
{
	int64_t most = every(a) < LONGEST_PAUSE ? every(a) : LONGEST_PAUSE, pause = FIRST_PAUSE;

	for (unsigned n = 0; n < a->failures && pause < most; n++)
		pause *= 2;
	a->failures++;
	a->next = run_monotonic() + jittered(pause < most ? pause : most);
}

/* A delta that is refused may be newer than the full CRL; a new full one may be what the delta was
 * refused for. */
static void
hurry_the_other(struct errand *a)
{
	struct courier *c = a->courier;

	for (size_t i = 0; i < c->hold->count; i++) {
		struct errand *other = &c->errands[i];
		if (other != a && source_of(other)->issuer == source_of(a)->issuer &&
		    (other->failures == 0 || source_of(other)->delta))
			other->next = 0;
	}
}

static void
fail_at(struct errand *a, const struct err *e)
{
	int64_t now = run_monotonic();

	a->courier->failed++;
	run_hold_note(a->courier->hold, a->source, run_now(), e);
	plan_after_failure(a);
	if (strncmp(a->told, e->detail, sizeof(a->told) - 1) == 0 && now < a->told_at + REMINDER)
		return;
	snprintf(a->told, sizeof(a->told), "%.*s", (int)sizeof(a->told) - 1, e->detail);
	a->told_at = now;
	say(a, LOG_WARNING, "crl-fetch-failed", e->detail);
}

static void
succeed(struct errand *a, bool changed)
{
	struct pki_crl_facts f;
	char text[160], from[CLOCK_TEXT], until[CLOCK_TEXT];

	run_hold_note(a->courier->hold, a->source, run_now(), NULL);
	if (changed && pki_shelf_facts(a->courier->hold->pki, a->source, &f)) {
		snprintf(text, sizeof(text), "number %s, %zu entries, from %s to %s", f.number,
		    f.entries, clock_write_utc(f.this_update, from),
		    clock_write_utc(f.next_update, until));
		say(a, LOG_NOTICE, "crl-fetched", text);
	}
	if (changed && !source_of(a)->delta)
		hurry_the_other(a);
	plan_after_success(a);
}

static void
open_crl(struct run_parcel *parcel, const struct fetch_answer *answer)
{
	struct errand *a = (struct errand *)(void *)parcel;
	struct courier *c = a->courier;
	struct err e = answer->err;
	bool changed = false;

	a->under_way = false;
	if (e.code != ERR_OK) {
		fail_at(a, &e);
	} else if (run_hold_put(c->hold, a->source, answer->body, run_now(), &changed, &e) != 0) {
		fail_at(a, &e);
		if (source_of(a)->delta && a->failures == 1)
			hurry_the_other(a);
	} else {
		succeed(a, changed);
	}
}

/* The master ends a courier that an answer keeps busy for ever. */
static void
take(void *self, const struct fetch_answer *answer)
{
	struct courier *c = self;
	struct run_parcel *parcel = answer->tag;

	if (c->beat != NULL)
		atomic_store(&c->beat->until, run_monotonic() + CHECKING);
	parcel->open(parcel, answer);
	if (c->beat != NULL)
		atomic_store(&c->beat->until, 0);
}

static void
begin(struct errand *a)
{
	const struct conf *conf = a->courier->conf;
	struct fetch_order order = {.url = source_of(a)->url,
	    .most = conf->fetch.crl_octets,
	    .milliseconds = conf->fetch.crl_deadline * 1000,
	    .tag = &a->parcel};
	struct err e = {0};

	a->under_way = true;
	if (fetch_begin(a->courier->fetch, &order, &e) == 0)
		return;
	a->under_way = false;
	fail_at(a, &e);
}

/* Is one of the same CA's under way? */
static bool
is_busy(const struct courier *c, const struct conf_issuer *issuer)
{
	for (size_t i = 0; i < c->hold->count; i++)
		if (c->errands[i].under_way && source_of(&c->errands[i])->issuer == issuer)
			return true;
	return false;
}

/* Tells, once an hour, of a CRL that is over or nearly so. One that is over is fetched at once,
 * also when only the clock has jumped. */
static void
watch(struct errand *a, int64_t now)
{
	struct pki_crl_facts f;
	char text[120], until[CLOCK_TEXT];
	int64_t today = run_now().seconds;
	bool over;

	if (!pki_shelf_facts(a->courier->hold->pki, a->source, &f) || seconds_left(&f, today) > 0)
		return;
	over = today >= f.next_update.seconds;
	if (over && a->failures == 0 && a->next > now)
		a->next = now;
	if (a->reminded_at != 0 && now < a->reminded_at + REMINDER && a->reminded_over == over)
		return;
	a->reminded_at = now;
	a->reminded_over = over;
	snprintf(text, sizeof(text), "number %s: nextUpdate %s %s", f.number, over ? "was" : "is",
	    clock_write_utc(f.next_update, until));
	say(a, LOG_NOTICE, over ? "crl-is-over" : "crl-ends-soon", text);
}

static void
look_around(struct courier *c)
{
	int64_t now = run_monotonic();

	for (size_t i = 0; i < c->hold->count; i++) {
		struct errand *a = &c->errands[i];
		run_hold_look(c->hold, i, run_now());
		watch(a, now);
		if (!a->under_way && now >= a->next && !is_busy(c, source_of(a)->issuer))
			begin(a);
	}
	if (c->questions != NULL)
		run_questions_look(c->questions, run_now());
}

static int
prepare(struct courier *c, struct err *e)
{
	c->errands = calloc(c->hold->count + 1, sizeof(*c->errands));
	if (c->errands == NULL)
		return err_set(e, ERR_NOMEM, "errands");
	for (size_t i = 0; i < c->hold->count; i++)
		c->errands[i] = (struct errand){.parcel = {open_crl}, .source = i, .courier = c};
	return fetch_new(c->conf->fetch.user_agent, &c->fetch, e);
}

static void
take_down(struct courier *c)
{
	fetch_free(c->fetch);
	run_questions_close(c->questions);
	free(c->errands);
}

/* A descriptor that can be read when it is time to go. */
static int
end_signals(struct err *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (fd < 0 || sigprocmask(SIG_SETMASK, &set, NULL) != 0) {
		err_set(e, ERR_INTERNAL, "signals cannot be waited for");
		return -1;
	}
	return fd;
}

static int
begin_questions(
    struct courier *c, const struct run_house *house, struct pki_book *book, struct err *e)
{
	if (book == NULL || !run_questions_any(house->conf))
		return 0;
	return run_questions_open(house, book, c->fetch, &c->questions, e);
}

int
run_courier(const struct run_house *house, struct pki_book *book, struct run_beat *beat)
{
	struct courier c = {.conf = house->conf, .hold = house->hold, .beat = beat};
	struct signalfd_siginfo why;
	struct err e = {0};
	int end;

	prctl(PR_SET_NAME, "shepd-courier");
	end = end_signals(&e);
	if (end >= 0 && run_limit_myself(&e) == 0 && prepare(&c, &e) == 0 &&
	    begin_questions(&c, house, book, &e) == 0)
		do {
			look_around(&c);
			fetch_wait(c.fetch, end, c.questions != NULL ? GLANCE : 1000, take, &c);
		} while (read(end, &why, sizeof(why)) != (ssize_t)sizeof(why));
	if (e.code != ERR_OK)
		log_line(LOG_ERROR, run_now(), "courier-failed", "code", err_row(e.code)->name,
		    "detail", e.detail, NULL);
	take_down(&c);
	return e.code == ERR_OK ? 0 : 1;
}

int
run_courier_once(const struct conf *conf, struct run_hold *hold, struct err *e)
{
	struct courier c = {.conf = conf, .hold = hold};
	int rc = -1;

	if (prepare(&c, e) != 0)
		goto out;
	for (size_t i = 0; i < hold->count; i++) {
		begin(&c.errands[i]);
		while (fetch_wait(c.fetch, -1, 1000, take, &c) > 0)
			continue;
	}
	rc = (int)c.failed;
out:
	take_down(&c);
	return rc;
}
