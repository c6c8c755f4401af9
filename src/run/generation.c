/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is made of one reading of the configuration: the house, the listeners, the places of the
 * workers; and how the listeners go from one generation to the next.
 *
 * A socket stays open from generation to generation as long as the configuration names its address
 * and port, so who connects during a reload is never refused.
 */
#include "config.h"

#include <sys/eventfd.h>
#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "run/call.h"
#include "run/dispatch.h"
#include "run/hold.h"
#include "run/life.h"
#include "run/questions.h"

#define BOOK 16384 /* places for OCSP answers; memory is taken as they come */

static void
complain(void *self, const char *file, int line, const char *what)
{
	char at[24];

	(void)self;
	snprintf(at, sizeof(at), "%d", line);
	log_line(
	    LOG_ERROR, run_now(), "configuration", "file", file, "line", at, "what", what, NULL);
}

/* Configured for the same socket. Any free port is another one for TLS, so that one of two that are
 * asked for does not become the other when the first is named. */
static bool
alike(const struct conf_listener *a, const struct conf_listener *b)
{
	return a->port == b->port && strcmp(a->address, b->address) == 0 &&
	       (a->port != 0 || a->tls == b->tls);
}

/* The n-th of the listeners that are configured like this one. */
static struct door *
find_door(const struct run_generation *g, const struct conf_listener *l, size_t n)
{
	for (size_t i = 0; i < g->door_count; i++)
		if (alike(&g->conf->listeners[i], l) && n-- == 0)
			return g->doors[i];
	return NULL;
}

/* How many listeners before this one are configured alike: port 0 may be asked for twice. */
static size_t
alike_before(const struct conf *c, size_t listener)
{
	size_t n = 0;

	for (size_t i = 0; i < listener; i++)
		n += alike(&c->listeners[i], &c->listeners[listener]);
	return n;
}

/* The newest of the older doors at this place that still stands. */
static const struct door *
door_before(const struct run_generation *g, size_t listener)
{
	size_t n = alike_before(g->conf, listener);

	for (const struct run_generation *o = g->older; o != NULL; o = o->older) {
		const struct door *d = find_door(o, &g->conf->listeners[listener], n);
		if (d != NULL && !o->barred)
			return d;
	}
	return NULL;
}

static enum door_clients
clients_of(const struct conf_listener *l)
{
	if (strcmp(l->client, "required") == 0)
		return DOOR_CLIENT_REQUIRED;
	return strcmp(l->client, "optional") == 0 ? DOOR_CLIENT_OPTIONAL : DOOR_CLIENT_NONE;
}

static int
judge_client(void *self, struct octets der, char fingerprint[65], struct err *e)
{
	const struct run_clients *clients = self;
	const struct pki_cert *cert;
	struct pki_signer who;

	if (pki_decode(clients->pki, der, &cert, e) != 0 ||
	    pki_judge_client(clients->pki, cert, run_now(), &who, e) != 0)
		return -1;
	memcpy(fingerprint, who.fingerprint, sizeof(who.fingerprint));
	return 0;
}

static int
open_doors(struct run_generation *g, struct err *e)
{
	const struct conf *c = g->conf;

	g->doors = calloc(c->listener_count, sizeof(struct door *));
	if (g->doors == NULL)
		return err_set(e, ERR_NOMEM, "listeners");
	for (; g->door_count < c->listener_count; g->door_count++) {
		const struct conf_listener *l = &c->listeners[g->door_count];
		const struct door *before = door_before(g, g->door_count);
		struct door **out = &g->doors[g->door_count];
		const struct door_options o = {.address = l->address,
		    .port = l->port,
		    .tls = l->tls,
		    .certificate = l->certificate,
		    .key = l->key,
		    .body_limit = c->limits.body_octets,
		    .request_seconds = c->limits.request_seconds,
		    .idle_seconds = c->limits.idle_seconds,
		    .keep_alive = c->limits.keep_alive,
		    .clients = clients_of(l),
		    .judge = judge_client,
		    .judge_self = &g->house->clients[g->door_count]};
		if ((before == NULL ? door_open(&o, out, e) : door_take_over(&o, before, out, e)) !=
		    0)
			return -1;
	}
	return 0;
}

static int
make_places(struct run_generation *g, struct err *e)
{
	g->courier = g->house->hold->count > 0 || run_questions_any(g->conf);
	g->dispatchers = run_dispatch_any(g->house) ? g->conf->limits.dispatchers : 0;
	g->count = g->conf->limits.workers + g->dispatchers + g->courier;
	g->places = calloc(g->count, sizeof(*g->places));
	g->beats = mmap(NULL, g->count * sizeof(*g->beats), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (g->places == NULL || g->beats == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "places for workers");
	if (g->dispatchers > 0 && (g->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		return err_set(e, ERR_NOMEM, "an eventfd");
	return 0;
}

/* Nobody may be taken for good, or for unknown, only because the configuration was read again. */
static int
take_shelf(struct run_generation *g, struct err *e)
{
	return g->older == NULL ? 0 : pki_shelf_take_over(g->house->pki, g->older->house->pki, e);
}

/* One book for the daemon's whole life: what responders have said does not depend on the
 * configuration. Last of all, because the older generation has none any more then. */
static int
take_book(struct run_generation *g, struct err *e)
{
	if (g->older != NULL && g->older->book != NULL) {
		g->book = g->older->book;
		g->older->book = NULL; /* moved */
	} else if (run_questions_any(g->conf) && pki_book_open(BOOK, &g->book, e) != 0) {
		return -1;
	}
	pki_use_book(g->house->pki, g->book);
	return 0;
}

int
run_generation_open(
    const char *conf_file, struct run_generation *older, struct run_generation **out, struct err *e)
{
	struct run_generation *g = calloc(1, sizeof(*g));
	int rc = -1;

	*out = NULL;
	if (g == NULL) {
		err_set(e, ERR_NOMEM, "a generation");
		goto out;
	}
	g->older = older;
	g->wake = -1;
	g->number = older == NULL ? 1 : older->number + 1;
	if (conf_load(conf_file, complain, NULL, &g->conf, e) != 0 ||
	    run_house_open(g->conf, complain, NULL, &g->house, e) != 0 || open_doors(g, e) != 0 ||
	    make_places(g, e) != 0 || take_shelf(g, e) != 0 || take_book(g, e) != 0)
		goto out;
	*out = g;
	g = NULL; /* moved */
	rc = 0;
out:
	run_generation_close(g);
	return rc;
}

void
run_generation_close(struct run_generation *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->door_count; i++)
		door_close(g->doors[i]);
	free(g->doors);
	free(g->places);
	if (g->beats != NULL && g->beats != MAP_FAILED)
		munmap(g->beats, g->count * sizeof(*g->beats));
	if (g->wake >= 0)
		close(g->wake);
	run_house_close(g->house);
	pki_book_close(g->book);
	conf_free(g->conf);
	free(g);
}

static bool
has_door_like(const struct run_generation *newest, const struct run_generation *g, size_t door)
{
	const struct conf_listener *l = &g->conf->listeners[door];

	return find_door(newest, l, alike_before(g->conf, door)) != NULL;
}

void
run_generation_take_over(struct run_generation *newest)
{
	for (struct run_generation *g = newest->older; g != NULL; g = g->older)
		for (size_t i = 0; i < g->door_count; i++)
			if (has_door_like(newest, g, i))
				door_pass_on(g->doors[i]);
}

void
run_generation_bar(struct run_generation *g, const struct run_generation *newest)
{
	for (size_t i = 0; i < g->door_count; i++)
		if (newest == g || !has_door_like(newest, g, i))
			door_bar(g->doors[i]);
	g->barred = true;
}
