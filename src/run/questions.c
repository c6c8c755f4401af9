/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One desk for each responder, one queue of bounded length, in which each has its share.
 *
 * What is not taken stays in the book's own list, which is bounded, too, and is posted again by the
 * next message: nothing piles up, whatever a responder does. One that fails is left alone for a
 * growing while; one that lies is noted in the book, so that no CRL makes good out of it. A
 * question that was not answered is forgotten: who still needs it posts it again.
 */
#include "config.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "run/call.h"
#include "run/file.h"
#include "run/life.h"
#include "run/questions.h"

enum {
	QUEUE = 256,
	SKEW = 300, /* seconds, R-42 */
	DISTRUST =
	    150,    /* seconds for which a lie is remembered: twice the longest pause, and more */
	TRIES = 10, /* of a question that got lies only */
	NAME = 64 + 1 + 40
};
#define FIRST_PAUSE RUN_SECOND /* doubled with each failure */
#define LONGEST_PAUSE (60 * RUN_SECOND)
#define REMINDER (3600 * RUN_SECOND)
#define PRUNING (3600 * RUN_SECOND)

/* A responder. */
struct desk {
	const struct conf_issuer *issuer;
	unsigned char authority[32];
	unsigned failures;
	int64_t next; /* CLOCK_MONOTONIC, ns: not before */
	int64_t told_at;
	char told[200];
	struct question *asked; /* under way; NULL = none */
};

struct question {
	struct run_parcel parcel; /* first: the tag points here */
	struct run_questions *of;
	struct desk *desk; /* NULL = the place is free */
	struct pki_target target;
	struct pki_nonce nonce;
	uint64_t order; /* of arrival */
	unsigned lies;	/* that it got */
};

struct run_questions {
	const struct conf *conf;
	struct pki *pki;
	struct pki_book *book;
	struct fetch *fetch;
	struct desk *desks;
	size_t desk_count;
	struct question queue[QUEUE];
	uint64_t last;
	int64_t prune_at;
	struct arena *arena; /* of one question or answer */
	char *folder;	     /* of answers; NULL = they are not kept */
};

bool
run_questions_any(const struct conf *c)
{
	for (size_t i = 0; i < c->issuer_count; i++)
		if (c->issuers[i].ocsp[0] != '\0')
			return true;
	return false;
}

static struct pki_ocsp_rules
rules_of(const struct run_questions *q, const struct desk *d)
{
	return (struct pki_ocsp_rules){.skew = SKEW,
	    .max_age = q->conf->trust.ocsp_seconds,
	    .require_nonce = d->issuer->ocsp_nonce};
}

/* --- answers on disk ------------------------------------------------------------------------- */

static void
name_of(const struct pki_target *t, char out[NAME + 1])
{
	char *to = out;

	for (size_t i = 0; i < sizeof(t->authority); i++)
		to += snprintf(to, 3, "%02x", t->authority[i]);
	*to++ = '-';
	for (size_t i = 0; i < sizeof(t->serial); i++)
		to += snprintf(to, 3, "%02x", t->serial[i]);
}

static bool
read_hex(const char *text, unsigned char *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned value;
		if (strspn(text + 2 * i, "0123456789abcdef") < 2 ||
		    sscanf(text + 2 * i, "%2x", &value) != 1)
			return false;
		out[i] = (unsigned char)value;
	}
	return true;
}

static struct desk *
desk_of(struct run_questions *q, const struct pki_target *t)
{
	for (size_t i = 0; i < q->desk_count; i++)
		if (memcmp(q->desks[i].authority, t->authority, sizeof(t->authority)) == 0)
			return &q->desks[i];
	return NULL;
}

static void
keep(struct run_questions *q, const struct pki_target *t, struct octets answer)
{
	char name[NAME + 1];
	struct err e = {0};

	if (q->folder == NULL)
		return;
	name_of(t, name);
	const char *path = arena_printf(q->arena, "%s/%s", q->folder, name);
	if (path == NULL || run_file_replace(path, answer, &e) != 0)
		log_line(LOG_WARNING, run_now(), "ocsp-not-kept", "what", e.detail, NULL);
}

/* A file is believed no more than a responder, and an answer that was good once is good only while
 * it is fresh; the nonce was compared when it came. */
static bool
take_back(struct run_questions *q, const char *name, const char *path, struct instant at)
{
	struct pki_ocsp_answer answer;
	struct pki_target t;
	struct octets der;
	struct err e = {0};
	struct desk *d;

	if (strlen(name) != NAME || !read_hex(name, t.authority, sizeof(t.authority)) ||
	    !read_hex(name + 65, t.serial, sizeof(t.serial)) || (d = desk_of(q, &t)) == NULL)
		return false;
	struct pki_ocsp_rules rules = rules_of(q, d);
	rules.require_nonce = false;
	if (run_file_read(path, PKI_OCSP_OCTETS, q->arena, &der, &e) != 0 ||
	    pki_ocsp_judge(q->pki, der, &t, NULL, at, &rules, &answer, &e) != 0)
		return false;
	pki_book_put(q->book, &t, &answer, der, at);
	return true;
}

static bool
is_old(const struct run_questions *q, const char *path, struct instant at)
{
	struct stat st;

	return stat(path, &st) != 0 || st.st_mtim.tv_sec + q->conf->trust.ocsp_seconds < at.seconds;
}

/* At the start puts into the book what still counts, and removes what does not; later on looks at
 * what is old alone, for a revocation counts however old it is. */
static void
go_through_folder(struct run_questions *q, struct instant at, bool start)
{
	DIR *dir = q->folder != NULL ? opendir(q->folder) : NULL;
	struct dirent *entry;

	q->prune_at = run_monotonic() + PRUNING;
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		arena_reset(q->arena);
		const char *path = arena_printf(q->arena, "%s/%s", q->folder, entry->d_name);
		if (path != NULL && (start || is_old(q, path, at)) &&
		    !take_back(q, entry->d_name, path, at))
			unlink(path);
	}
	closedir(dir);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void
say(const struct desk *d, enum log_level level, const char *event, const char *what)
{
	log_line(level, run_now(), event, "authority", d->issuer->name, "url", d->issuer->ocsp,
	    "what", what, NULL);
}

static void
leave_alone(struct desk *d, const char *why)
{
	int64_t now = run_monotonic(), pause = FIRST_PAUSE;
	uint16_t chance = 0;

	for (unsigned n = 0; n < d->failures && pause < LONGEST_PAUSE; n++)
		pause *= 2;
	d->failures++;
	if (getrandom(&chance, sizeof(chance), 0) == (ssize_t)sizeof(chance))
		pause = pause / 4 * 3 + pause / 2 / UINT16_MAX * chance;
	d->next = now + (pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
	if (strncmp(d->told, why, sizeof(d->told) - 1) == 0 && now < d->told_at + REMINDER)
		return;
	snprintf(d->told, sizeof(d->told), "%.*s", (int)sizeof(d->told) - 1, why);
	d->told_at = now;
	say(d, LOG_WARNING, "ocsp-failed", why);
}

static void
all_well(struct desk *d)
{
	if (d->failures > 0)
		say(d, LOG_NOTICE, "ocsp-answers-again", "");
	d->failures = 0;
	d->next = 0;
	d->told[0] = '\0';
}

/* Returns whether the question is done with. */
static bool
judge(struct run_questions *q, const struct question *one, struct octets octets, struct instant at)
{
	const struct pki_ocsp_rules rules = rules_of(q, one->desk);
	struct pki_ocsp_answer answer;
	struct err e = {0};

	if (pki_ocsp_judge(q->pki, octets, &one->target, &one->nonce, at, &rules, &answer, &e) ==
	    0) {
		if (pki_book_put(q->book, &one->target, &answer, octets, at))
			keep(q, &one->target, octets);
		all_well(one->desk);
		return true;
	}
	leave_alone(one->desk, e.detail);
	if (answer.fault < PKI_OCSP_MALFORMED)
		return true;
	pki_book_distrust(
	    q->book, &one->target, at, (struct instant){at.seconds + DISTRUST, at.nanos});
	return one->lies + 1 >= TRIES;
}

/* While a lie is remembered nobody posts the question again, so it stays; behind the others. */
static void
open_answer(struct run_parcel *parcel, const struct fetch_answer *answer)
{
	struct question *one = (struct question *)(void *)parcel;
	struct run_questions *q = one->of;
	bool done = true;

	arena_reset(q->arena);
	one->desk->asked = NULL;
	if (answer->err.code != ERR_OK)
		leave_alone(one->desk, answer->err.detail);
	else
		done = judge(q, one, answer->body, run_now());
	one->order = ++q->last;
	one->lies++;
	if (done)
		one->desk = NULL;
}

static void
ask(struct run_questions *q, struct question *one)
{
	struct fetch_order order = {.url = one->desk->issuer->ocsp,
	    .media = "application/ocsp-request",
	    .most = PKI_OCSP_OCTETS,
	    .milliseconds = q->conf->fetch.ocsp_deadline * 1000,
	    .tag = &one->parcel};
	struct err e = {0};

	arena_reset(q->arena);
	if (pki_ocsp_request(q->pki, &one->target, q->arena, &one->nonce, &order.body, &e) == 0 &&
	    fetch_begin(q->fetch, &order, &e) == 0) {
		one->desk->asked = one;
		return;
	}
	leave_alone(one->desk, e.detail);
	one->desk = NULL;
}

static bool
is_queued(const struct run_questions *q, const struct pki_target *t)
{
	for (size_t i = 0; i < QUEUE; i++)
		if (q->queue[i].desk != NULL && memcmp(&q->queue[i].target, t, sizeof(*t)) == 0)
			return true;
	return false;
}

/* One that is silent may not fill the places of the others. */
static bool
has_its_share(const struct run_questions *q, const struct desk *d)
{
	size_t n = 0;

	for (size_t i = 0; i < QUEUE; i++)
		n += q->queue[i].desk == d;
	return n > 0 && n >= QUEUE / q->desk_count;
}

static void
take_wanted(struct run_questions *q)
{
	struct pki_target wanted[QUEUE];
	struct question *room[QUEUE];
	size_t free_places = 0, n;

	for (size_t i = 0; i < QUEUE; i++)
		if (q->queue[i].desk == NULL)
			room[free_places++] = &q->queue[i];
	n = free_places > 0 ? pki_book_take_wanted(q->book, wanted, free_places) : 0;
	for (size_t i = 0, used = 0; i < n; i++) {
		struct desk *d = desk_of(q, &wanted[i]);
		if (d == NULL || is_queued(q, &wanted[i]) || has_its_share(q, d))
			continue;
		*room[used++] = (struct question){.parcel = {open_answer},
		    .of = q,
		    .desk = d,
		    .target = wanted[i],
		    .order = ++q->last};
	}
}

static struct question *
oldest_of(struct run_questions *q, const struct desk *d)
{
	struct question *oldest = NULL;

	for (size_t i = 0; i < QUEUE; i++)
		if (q->queue[i].desk == d && (oldest == NULL || q->queue[i].order < oldest->order))
			oldest = &q->queue[i];
	return oldest;
}

void
run_questions_look(struct run_questions *q, struct instant at)
{
	int64_t now = run_monotonic();

	if (now >= q->prune_at)
		go_through_folder(q, at, false);
	take_wanted(q);
	for (size_t i = 0; i < q->desk_count; i++) {
		struct desk *d = &q->desks[i];
		struct question *one = d->asked == NULL && now >= d->next ? oldest_of(q, d) : NULL;
		if (one != NULL)
			ask(q, one);
	}
}

static int
make_desks(struct run_questions *q, struct err *e)
{
	const struct conf *c = q->conf;

	q->desks = calloc(c->issuer_count + 1, sizeof(*q->desks));
	if (q->desks == NULL)
		return err_set(e, ERR_NOMEM, "responders");
	for (size_t i = 0; i < c->issuer_count; i++) {
		struct desk *d = &q->desks[q->desk_count];
		if (c->issuers[i].ocsp[0] == '\0')
			continue;
		d->issuer = &c->issuers[i];
		if (pki_authority_of_file(q->pki, d->issuer->certificate, d->authority, e) != 0)
			return -1;
		q->desk_count++;
	}
	return 0;
}

static int
make_folder(struct run_questions *q, struct err *e)
{
	if (q->conf->fetch.state_dir[0] == '\0')
		return 0;
	if (asprintf(&q->folder, "%s/ocsp", q->conf->fetch.state_dir) < 0) {
		q->folder = NULL;
		return err_set(e, ERR_NOMEM, "folder of answers");
	}
	/* one that cannot be made costs the copies only, and each is told */
	(void)!mkdir(q->folder, 0755);
	return 0;
}

int
run_questions_open(const struct run_house *house, struct pki_book *book, struct fetch *fetch,
    struct run_questions **out, struct err *e)
{
	struct run_questions *q = calloc(1, sizeof(*q));
	int rc = -1;

	*out = NULL;
	if (q == NULL || (q->arena = arena_new()) == NULL) {
		err_set(e, ERR_NOMEM, "questions");
		goto out;
	}
	q->conf = house->conf;
	q->pki = house->pki;
	q->book = book;
	q->fetch = fetch;
	if (make_desks(q, e) != 0 || make_folder(q, e) != 0)
		goto out;
	go_through_folder(q, run_now(), true);
	*out = q;
	q = NULL; /* moved */
	rc = 0;
out:
	run_questions_close(q);
	return rc;
}

void
run_questions_close(struct run_questions *q)
{
	if (q == NULL)
		return;
	arena_free(q->arena);
	free(q->desks);
	free(q->folder);
	free(q);
}
