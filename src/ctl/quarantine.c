/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl quarantine: what could not be handled or delivered is listed, shown, sent on its way
 * again, given another way, or dropped. Each act stands in the journal with who and why.
 *
 * Fields are separated by tabs, IINs masked, times in Astana. list: id, box ("in", "out"), since,
 * sender or receiver, service, type, messageId, correlationId, attempts, reason. show: a name and a
 * value a line.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/tools.h"
#include "run/story.h"

#define MOST 10000U /* messages of each box that are listed */

struct wish {
	const char *file, *action, *reason;
	int64_t id;
	struct db_route route;
	bool payload;
	struct arena *arena;
};

static const char *
or_dash(const char *text)
{
	return text == NULL || text[0] == '\0' ? "-" : text;
}

static void
put(const struct wish *w, const char *text, char end)
{
	ctl_put_field(run_mask(or_dash(text), w->arena), end);
}

/* --- looking -----------------------------------------------------------------------------------
 */

static void
put_line(const struct wish *w, const struct db_held *h)
{
	const struct db_inbox_row *in = h->inbox;
	const struct db_outbox_row *out = h->outbox;
	char since[CLOCK_TEXT];

	printf("%lld\t%s\t%s\t", (long long)(in != NULL ? in->id : out->id),
	    in != NULL ? "in" : "out", clock_write(h->settled_at, since));
	put(w, in != NULL ? in->sender_id : out->receiver, '\t');
	put(w, in != NULL ? in->service_id : out->service_id, '\t');
	put(w, in != NULL ? in->message_type : out->message_type, '\t');
	put(w, in != NULL ? in->message_id : out->message_id, '\t');
	put(w, in != NULL ? in->correlation_id : out->correlation_id, '\t');
	printf("%u\t", in != NULL ? in->attempts : out->attempts);
	put(w, in != NULL ? in->last_error : out->last_error, '\n');
}

static int
list(const struct wish *w, struct db *db, struct err *e)
{
	struct db_held *rows;
	size_t count;

	if (db_quarantine_list(db, MOST, w->arena, &rows, &count, e) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		put_line(w, &rows[i]);
	if (count >= MOST)
		fprintf(stderr, "shepctl quarantine: the first %u of each box\n", MOST);
	return 0;
}

static void
put_named(const struct wish *w, const char *name, const char *value)
{
	printf("%s\t", name);
	put(w, value, '\n');
}

static void
put_time(const char *name, struct instant at)
{
	char text[CLOCK_TEXT];

	printf("%s\t%s\n", name, clock_write(at, text));
}

static void
put_number(const char *name, long long n)
{
	printf("%s\t%lld\n", name, n);
}

static void
show_inbox(const struct wish *w, const struct db_inbox_row *r)
{
	put_number("id", r->id);
	put_named(w, "box", "in");
	put_named(w, "state", db_state_name(r->state));
	put_time("received", r->received_at);
	put_named(w, "sender", r->sender_id);
	put_named(w, "service", r->service_id);
	put_named(w, "type", r->message_type);
	put_named(w, "messageId", r->message_id);
	put_named(w, "correlationId", r->correlation_id);
	put_named(w, "sessionId", r->session_id);
	put_named(w, "route", r->route_id);
	put_number("journal", r->journal_id);
	put_named(w, "signer", r->has_signer ? r->signer.iin : NULL);
	put_number("octets", (long long)r->payload.len);
}

static void
show_outbox(const struct wish *w, const struct db_outbox_row *r)
{
	put_number("id", r->id);
	put_named(w, "box", "out");
	put_named(w, "state", db_state_name(r->state));
	put_time("created", r->created_at);
	put_named(w, "receiver", r->receiver);
	put_named(w, "operation", r->operation);
	put_named(w, "service", r->service_id);
	put_named(w, "type", r->message_type);
	put_named(w, "messageId", r->message_id);
	put_named(w, "gatewayMessageId", r->gateway_message_id);
	put_named(w, "correlationId", r->correlation_id);
	put_named(w, "sessionId", r->session_id);
	put_named(w, "about", r->about);
	put_named(w, "route", r->route_id);
	put_number("answers", r->inbox_id);
	put_time("deadline", r->deadline_at);
	put_number("octets", (long long)r->data.len);
}

/* What both boxes have; then the octets, behind an empty line. */
static void
show_rest(const struct wish *w, const struct db_held *h)
{
	const struct db_inbox_row *in = h->inbox;
	const struct db_outbox_row *out = h->outbox;
	struct octets o = in != NULL ? in->payload : out->data;

	put_number("attempts", in != NULL ? in->attempts : out->attempts);
	if ((in != NULL ? in->state : out->state) == DB_WAITING)
		put_time("next", in != NULL ? in->next_at : out->next_at);
	else
		put_time("settled", h->settled_at);
	put_named(w, "error", in != NULL ? in->last_error : out->last_error);
	if (w->payload && o.len > 0)
		printf("\n%s\n", run_show_octets(o, w->arena));
}

static int
show(const struct wish *w, struct db *db, const char **refused, struct err *e)
{
	struct db_held held;
	bool found;

	if (db_quarantine_show(db, w->id, w->arena, &held, &found, e) != 0)
		return -1;
	if (!found) {
		*refused = arena_printf(w->arena, "there is no message %lld", (long long)w->id);
		return *refused != NULL ? 0 : err_set(e, ERR_NOMEM, "show");
	}
	if (held.inbox != NULL)
		show_inbox(w, held.inbox);
	else
		show_outbox(w, held.outbox);
	show_rest(w, &held);
	return 0;
}

/* --- acting ------------------------------------------------------------------------------------
 */

static bool
is_configured(const struct conf *conf, const char *receiver)
{
	for (size_t i = 0; i < conf->receiver_count; i++)
		if (strcmp(conf->receivers[i].name, receiver) == 0)
			return true;
	return false;
}

static int
act(const struct wish *w, const struct conf *conf, struct db *db, const char **refused,
    struct err *e)
{
	struct db_act act;

	if (w->route.receiver != NULL && !is_configured(conf, w->route.receiver)) {
		*refused = arena_printf(
		    w->arena, "the configuration has no receiver %s", w->route.receiver);
		return *refused != NULL ? 0 : err_set(e, ERR_NOMEM, "receiver");
	}
	if (ctl_act(w->arena, w->reason, run_now(), &act, e) != 0)
		return -1;
	if (strcmp(w->action, "requeue") == 0)
		return db_quarantine_requeue(db, w->id, &act, refused, e);
	if (strcmp(w->action, "drop") == 0)
		return db_quarantine_drop(db, w->id, &act, refused, e);
	return db_quarantine_fix_route(db, w->id, &w->route, &act, refused, e);
}

static int
run(const struct wish *w, const char **refused, struct err *e)
{
	struct conf *conf = NULL;
	struct db *db = NULL;
	int rc = -1;

	if (ctl_store(w->file, &conf, &db, e) != 0)
		goto out;
	if (strcmp(w->action, "list") == 0)
		rc = list(w, db, e);
	else if (strcmp(w->action, "show") == 0)
		rc = show(w, db, refused, e);
	else
		rc = act(w, conf, db, refused, e);
out:
	db_free(db);
	conf_free(conf);
	return rc;
}

/* --- the command line --------------------------------------------------------------------------
 */

static bool
read_id(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *out > 0;
}

static bool
is(const struct wish *w, const char *action)
{
	return strcmp(w->action, action) == 0;
}

/* What is wrong with the options for the action, or NULL. */
static const char *
judge_options(const struct wish *w)
{
	bool looking = is(w, "list") || is(w, "show"), routing = is(w, "fix-route");
	const struct db_route *r = &w->route;

	if (looking && w->reason != NULL)
		return "list and show take no --reason";
	if (!looking && (w->reason == NULL || w->reason[0] == '\0'))
		return "--reason is missing";
	if (w->payload && !is(w, "show"))
		return "only show takes --payload";
	if (!routing && (r->service_id != NULL || r->route_id != NULL))
		return "only fix-route takes --service and --route";
	if (routing && r->receiver == NULL && r->service_id == NULL && r->route_id == NULL)
		return "which receiver, --service or --route?";
	return NULL;
}

/* What is wrong with the command line, or NULL. */
static const char *
read_arguments(struct wish *w, int argc, char **argv)
{
	static const char *const actions[] = {"list", "show", "requeue", "fix-route", "drop"};
	bool known = false;

	w->action = argc > 0 ? argv[0] : "";
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		known = known || is(w, actions[i]);
	if (!known)
		return "list, show, requeue, fix-route or drop";
	if (is(w, "list"))
		return argc == 1 ? judge_options(w) : "list takes no id";
	if (argc < 2 || !read_id(argv[1], &w->id))
		return "which message? Its id is a number";
	if (argc > (is(w, "fix-route") ? 3 : 2))
		return "too many arguments";
	w->route.receiver = argc == 3 ? argv[2] : NULL;
	return judge_options(w);
}

static int
answer(const struct wish *w, const char *command)
{
	const char *refused = NULL;
	struct err e = {0};

	if (clock_init(&e) != 0 || run(w, &refused, &e) != 0)
		return ctl_fail(command, &e);
	if (refused == NULL)
		return CTL_OK;
	fprintf(stderr, "shepctl %s: %s\n", command, refused);
	return CTL_REFUSED;
}

int
ctl_quarantine(int argc, char **argv)
{
	static const struct option options[] = {{"reason", required_argument, NULL, 'r'},
	    {"service", required_argument, NULL, 's'}, {"route", required_argument, NULL, 'o'},
	    {"payload", no_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
	struct wish w = {.file = CTL_CONFIG};
	const char *wrong;
	int status;

	for (int o; (o = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
		if (o == 'c')
			w.file = optarg;
		else if (o == 'r')
			w.reason = optarg;
		else if (o == 's')
			w.route.service_id = optarg;
		else if (o == 'o')
			w.route.route_id = optarg;
		else if (o == 'p')
			w.payload = true;
		else
			return ctl_usage(argv[0], NULL);
	}
	if ((wrong = read_arguments(&w, argc - optind, argv + optind)) != NULL)
		return ctl_usage(argv[0], wrong);
	if ((w.arena = arena_new()) == NULL)
		return CTL_REFUSED;
	status = answer(&w, argv[0]);
	arena_free(w.arena);
	return status;
}
