/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See deliver.h. A lane for each receiver: what it does concerns its own messages only.
 *
 * Messages are taken some at a time into a batch, which owns all memory of theirs, and settled
 * together with whatever came back meanwhile.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "run/life.h"
#include "run/shipment.h"

enum {
	MOST_TAKEN = 64,    /* of one lane at once */
	MOST_BACK = 128,    /* given back at once */
	MOST_SETTLED = 64,  /* in one transaction */
	FINISHING = 100,    /* ms between two looks at what is still under way */
	LONGEST_OPEN = 60,  /* seconds between two probes of a receiver that is left alone */
	CONFIG_ATTEMPTS = 5 /* of a message that the configuration does not let go */
};
#define GLANCE (RUN_SECOND / 4)
#define STRANGERS (60 * RUN_SECOND) /* between two looks for receivers that are no more */

static void
put(struct queue *q, struct shipment *s)
{
	s->next = NULL;
	if (q->first == NULL)
		q->last = &q->first;
	*q->last = s;
	q->last = &s->next;
	q->count++;
}

static struct shipment *
pull_out(struct queue *q)
{
	struct shipment *s = q->first;

	if (s != NULL) {
		q->first = s->next;
		q->count--;
	}
	return s;
}

/* --- an attempt and its end ------------------------------------------------------------------ */

static void
say_breaker(const struct lane *l, const char *event, const char *why)
{
	log_line(LOG_NOTICE, run_now(), event, "receiver", l->name, "what", why, NULL);
}

static void
note_transport(struct lane *l, const struct run_outcome *o)
{
	if (o->reached) {
		if (run_breaker_well(&l->breaker))
			say_breaker(l, "breaker-closed", "");
	} else if (o->err.code == ERR_HTTP_UNREACHABLE &&
		   run_breaker_failed(&l->breaker, &l->of_breaker, run_monotonic(), run_chance())) {
		say_breaker(l, "breaker-open", o->err.detail);
	}
}

static void
finish(struct shipment *s)
{
	s->ended = s->of->desk->now();
	put(&s->of->done, s);
}

/* What fails before anything went out: the configuration may change, a payload does not. */
static void
fail_before(struct shipment *s, const struct err *why)
{
	bool later = err_row(why->code)->class == ERR_CLASS_BACKEND ||
		     (why->code == ERR_CONFIG && s->row->attempts + 1 < CONFIG_ATTEMPTS);

	s->outcome = (struct run_outcome){.fate = later ? RUN_AGAIN : RUN_FOR_GOOD, .err = *why};
	finish(s);
}

static void
open_answer(struct run_parcel *parcel, const struct fetch_answer *answer)
{
	struct shipment *s = (struct shipment *)(void *)parcel;
	struct arena *a = s->batch->arena;
	unsigned char *copy;

	s->lane->under_way--;
	run_answer_judge(s->of->desk, answer, s->row, &s->way, s->of->desk->now(), a, &s->outcome);
	if (answer->body.len > 0 && (copy = arena_alloc(a, answer->body.len)) != NULL) {
		memcpy(copy, answer->body.data, answer->body.len);
		s->received = (struct octets){copy, answer->body.len};
	}
	note_transport(s->lane, &s->outcome);
	finish(s);
}

static int
begin(struct shipment *s, struct err *e)
{
	struct run_delivery *d = s->of;
	const struct route_receiver *r;
	struct fetch_order order = {.call = true,
	    .media = "text/xml; charset=utf-8",
	    .most = d->desk->house->conf->limits.body_octets,
	    .tag = &s->parcel};

	s->began = d->desk->now();
	if (run_desk_uuid(d->desk, s->transaction, e) != 0)
		return -1;
	if (run_shipment_over(s->row, s->began))
		return err_set(e, ERR_HTTP_UNREACHABLE, "%s", s->row->last_error);
	if (run_way_find(d->desk->house, s->row, &s->way, e) != 0 ||
	    run_letter_write(d->desk, s->row, &s->way, s->began, s->batch->arena, &s->sent, e) != 0)
		return -1;
	r = s->way.receiver;
	order.url = r->url;
	order.ca = r->ca;
	order.body = s->sent;
	order.milliseconds = r->seconds * 1000;
	return fetch_begin(d->fetch, &order, e);
}

static void
send_stock(struct run_delivery *d, struct lane *l)
{
	unsigned room =
	    run_breaker_room(&l->breaker, &l->of_breaker, run_monotonic(), l->under_way);

	(void)d;
	while (room > 0 && l->stock.first != NULL) {
		struct shipment *s = pull_out(&l->stock);
		struct err e = {0};
		if (begin(s, &e) != 0) {
			fail_before(s, &e);
			continue;
		}
		l->under_way++;
		room--;
	}
}

/* --- settling -------------------------------------------------------------------------------- */

static void
batch_free(struct batch *b)
{
	arena_free(b->arena);
	free(b);
}

static void
leave(struct run_delivery *d, struct shipment *s)
{
	struct batch **at = &d->batches, *b = s->batch;

	if (--b->left > 0)
		return;
	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	batch_free(b);
}

static int
settle_some(struct run_delivery *d, struct err *e)
{
	struct db_journal_row journal[MOST_SETTLED];
	struct db_outbox_result results[MOST_SETTLED] = {{.row = NULL}};
	size_t n = 0;

	for (const struct shipment *s = d->done.first; s != NULL && n < MOST_SETTLED; s = s->next) {
		run_shipment_result(s, &journal[n], &results[n]);
		n++;
	}
	if (db_outbox_settle(d->desk->db, results, n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct shipment *s = pull_out(&d->done);
		run_shipment_tell(s, &results[i]);
		s->lane->take_at = 0; /* the next of its chain may be due */
		leave(d, s);
	}
	return 0;
}

/* --- taking ---------------------------------------------------------------------------------- */

static int
add_batch(struct run_delivery *d, struct lane *l, struct batch **batch, struct db_outbox_row *rows,
    size_t count, struct err *e)
{
	struct batch *b = *batch;
	struct shipment *all = arena_alloc(b->arena, count * sizeof(*all));

	if (all == NULL)
		return err_set(e, ERR_NOMEM, "shipments");
	for (size_t i = 0; i < count; i++) {
		all[i] = (struct shipment){
		    .parcel = {open_answer}, .of = d, .lane = l, .batch = b, .row = &rows[i]};
		put(&l->stock, &all[i]);
	}
	b->left = count;
	b->next = d->batches;
	d->batches = b;
	*batch = NULL; /* moved */
	return 0;
}

static int
take(struct run_delivery *d, struct lane *l, unsigned most, struct err *e)
{
	const struct db_outbox_wish wish = {
	    .receiver = l->name, .now = d->desk->now(), .most = most};
	struct batch *b = calloc(1, sizeof(*b));
	struct db_outbox_row *rows;
	size_t count = 0;
	int rc = -1;

	if (b == NULL || (b->arena = arena_new()) == NULL) {
		err_set(e, ERR_NOMEM, "batch");
		goto out;
	}
	if (db_outbox_take(d->desk->db, &wish, b->arena, &rows, &count, e) != 0)
		goto out;
	l->take_at = count < most ? run_monotonic() + GLANCE : 0;
	rc = count > 0 ? add_batch(d, l, &b, rows, count, e) : 0;
out:
	if (b != NULL)
		batch_free(b);
	return rc;
}

/* As many more as keep the lane busy until the next look; a probe is one. */
static int
stock_up(struct run_delivery *d, struct lane *l, struct err *e)
{
	int64_t now = run_monotonic();
	unsigned room = run_breaker_room(&l->breaker, &l->of_breaker, now, l->under_way);
	unsigned want = l->breaker.opened > 0 ? 1 : 4 * l->of_breaker.concurrency;

	if (room == 0 || now < l->take_at || l->stock.count >= room)
		return 0;
	return take(d, l, want < MOST_TAKEN ? want : MOST_TAKEN, e);
}

/* While a receiver is left alone, others may have more luck with its messages. */
static int
give_back(struct run_delivery *d, struct lane *l, struct err *e)
{
	const struct db_outbox_row *rows[MOST_BACK];
	size_t n = 0;

	if (l->stock.count == 0 || l->breaker.opened == 0 || run_monotonic() >= l->breaker.until)
		return 0;
	for (const struct shipment *s = l->stock.first; s != NULL && n < MOST_BACK; s = s->next)
		rows[n++] = s->row;
	if (db_outbox_give_back(d->desk->db, rows, n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		leave(d, pull_out(&l->stock));
	return 0;
}

/* Messages to receivers that the configuration no longer names: tried a few times, for another node
 * may have the newer one, then quarantined. */
static int
look_for_strangers(struct run_delivery *d, struct err *e)
{
	struct lane *l = &d->stranger;
	struct arena *a;
	const char **names;
	size_t count;
	int rc = -1;

	if (run_monotonic() < d->strangers_at || l->stock.count > 0)
		return 0;
	d->strangers_at = run_monotonic() + STRANGERS;
	if ((a = arena_new()) == NULL)
		return err_set(e, ERR_NOMEM, "receivers");
	if (db_outbox_receivers(d->desk->db, a, &names, &count, e) != 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		if (route_receiver_find(&d->desk->house->routes, names[i]) != NULL)
			continue;
		l->name = names[i];
		l->take_at = 0;
		if (take(d, l, MOST_TAKEN, e) != 0)
			goto out;
	}
	rc = 0;
	send_stock(d, l);
out:
	l->name = "";
	arena_free(a);
	return rc;
}

/* --- life ------------------------------------------------------------------------------------ */

static void
drop_all(struct run_delivery *d)
{
	fetch_drop_all(d->fetch);
	run_pull_dropped(d->pull);
	while (d->batches != NULL) {
		struct batch *b = d->batches;
		d->batches = b->next;
		batch_free(b);
	}
	memset(&d->done, 0, sizeof(d->done));
	memset(&d->stranger.stock, 0, sizeof(d->stranger.stock));
	for (size_t i = 0; i < d->lane_count; i++) {
		memset(&d->lanes[i].stock, 0, sizeof(d->lanes[i].stock));
		d->lanes[i].under_way = 0;
		d->lanes[i].take_at = 0;
	}
}

static int
take_part(struct run_delivery *d, struct err *e)
{
	char node[256] = "";

	if (db_dispatcher_number(d->desk->db) != 0)
		return 0;
	drop_all(d);
	if (gethostname(node, sizeof(node) - 1) != 0)
		node[0] = '\0';
	return db_dispatcher_enter(d->desk->db, node, d->desk->now(), e);
}

/* What has come back, in transactions of some at a time. */
static int
settle_all(struct run_delivery *d, struct err *e)
{
	while (d->done.count > 0)
		if (settle_some(d, e) != 0)
			return -1;
	return 0;
}

static size_t
under_way(const struct run_delivery *d)
{
	size_t n = d->stranger.under_way;

	for (size_t i = 0; i < d->lane_count; i++)
		n += d->lanes[i].under_way;
	return n;
}

int
run_delivery_look(struct run_delivery *d, struct err *e)
{
	if (d == NULL)
		return 0;
	db_set_deadline(d->desk->db, 0);
	if (take_part(d, e) != 0)
		return -1;
	if (settle_all(d, e) != 0)
		return -1;
	for (size_t i = 0; i < d->lane_count; i++) {
		if (give_back(d, &d->lanes[i], e) != 0 || stock_up(d, &d->lanes[i], e) != 0)
			return -1;
		send_stock(d, &d->lanes[i]);
	}
	run_pull_look(d->pull);
	return look_for_strangers(d, e);
}

static void
hand_over(void *self, const struct fetch_answer *answer)
{
	struct run_parcel *parcel = answer->tag;

	(void)self;
	parcel->open(parcel, answer);
}

void
run_delivery_wait(struct run_delivery *d, int wake, unsigned milliseconds)
{
	fetch_wait(d->fetch, wake, d->done.count > 0 ? 0 : milliseconds, hand_over, d);
}

void
run_delivery_wake(struct run_delivery *d)
{
	for (size_t i = 0; d != NULL && i < d->lane_count; i++)
		d->lanes[i].take_at = 0;
}

void
run_delivery_finish(struct run_delivery *d, int64_t until)
{
	struct err e = {0};

	if (d == NULL || db_dispatcher_number(d->desk->db) == 0)
		return;
	do
		if (settle_all(d, &e) != 0)
			return;
	while (under_way(d) > 0 && run_monotonic() < until &&
	       (run_delivery_wait(d, -1, FINISHING), true));
}

static void
open_lane(struct lane *l, const struct route_receiver *r)
{
	l->name = r->name;
	l->receiver = r;
	l->of_messages =
	    (struct run_terms_of_retry){.first = r->retry_first, .longest = r->retry_longest};
	l->of_breaker = (struct run_terms_of_retry){
	    .first = r->retry_first < LONGEST_OPEN ? r->retry_first : LONGEST_OPEN,
	    .longest = r->retry_longest < LONGEST_OPEN ? r->retry_longest : LONGEST_OPEN,
	    .failures = r->breaker_failures,
	    .concurrency = r->concurrency,
	};
}

int
run_delivery_open(struct run_desk *desk, struct run_delivery **out, struct err *e)
{
	const struct route_table *t = &desk->house->routes;
	struct run_delivery *d;
	int rc = -1;

	*out = NULL;
	if (t->receiver_count == 0)
		return 0;
	d = calloc(1, sizeof(*d));
	if (d == NULL || (d->lanes = calloc(t->receiver_count, sizeof(*d->lanes))) == NULL) {
		err_set(e, ERR_NOMEM, "delivery");
		goto out;
	}
	d->desk = desk;
	d->lane_count = t->receiver_count;
	for (size_t i = 0; i < d->lane_count; i++)
		open_lane(&d->lanes[i], &t->receivers[i]);
	d->stranger.name = "";
	d->stranger.of_messages = (struct run_terms_of_retry){.first = 60, .longest = 3600};
	d->stranger.of_breaker = (struct run_terms_of_retry){.concurrency = 1, .failures = 1};
	if (fetch_new(desk->house->conf->fetch.user_agent, &d->fetch, e) != 0 ||
	    run_pull_open(desk, d->fetch, &d->pull, e) != 0)
		goto out;
	*out = d;
	d = NULL; /* moved */
	rc = 0;
out:
	if (d != NULL) {
		fetch_free(d->fetch);
		free(d->lanes);
	}
	free(d);
	return rc;
}

void
run_delivery_close(struct run_delivery *d)
{
	if (d == NULL)
		return;
	drop_all(d);
	fetch_free(d->fetch);
	run_pull_close(d->pull);
	free(d->lanes);
	free(d);
}
