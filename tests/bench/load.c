/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One figure of `make bench`: what a signed call costs beside its bare cryptography.
 *
 * Signs all messages first, then sends them over kept-alive connections (closed loop) to a running
 * shepd and reads the CPU time of its processes out of /proc. The bare operations, each
 * verification and each signing that the call contains, are timed in the same run, in turns with
 * the load (bare.h). Every answer must be a success: a refused call is cheap and proves nothing.
 */
#include "config.h"

#include <sys/socket.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "bare.h"
#include "codec/codec.h"
#include "run/call.h"
#include "run/run.h"

#define CONNECTIONS 4
#define ANSWER_ROOM ((size_t)256 * 1024)
#define SLICES 10      /* turns of load and bare operations; the figure is their median */
#define BARE_ROUNDS 60 /* bare operations of one turn */
#define CHAIN 4	       /* messages of one correlationId */

struct options {
	const char *name;   /* "call", "submit", "ack" */
	const char *family; /* "rsa", "gost" */
	const char *tag;    /* "rsa2048", "gost2015" */
	const char *pki, *secret, *payload, *service;
	enum msg_type type; /* of the asynchronous channel; none = the synchronous one */
	int port;
	unsigned calls;
	pid_t shepd, postgres;
	bool business;
};

struct line { /* one connection */
	int fd;
	unsigned sent; /* index of the message under way */
	size_t out;    /* octets of it that went out */
	size_t in;
	char *answer;
	int64_t started;
};

struct load {
	struct options o;
	struct arena *arena;
	char text[65536]; /* the payload's template */
	struct octets *messages;
	int64_t *latency;
	unsigned next, done, until; /* messages: the next one, answered, end of this part */
	struct line lines[CONNECTIONS];
};

/* --- messages -----------------------------------------------------------------------------------
 */

static struct pki_identity *
identity(const struct load *l, const char *who)
{
	struct pki_identity *id = NULL;
	struct err e = {0};
	const char *base = arena_printf(l->arena, "%s/%s/%s", l->o.pki, l->o.family, who);

	if (pki_identity_load(arena_printf(l->arena, "%s.pem", base),
		arena_printf(l->arena, "%s.key", base), NULL, &id, &e) != 0)
		bench_die(who, e.detail);
	return id;
}

/* The payload with @N@ replaced by the call's own number of six digits. */
static struct octets
fill(struct load *l, const char *text, unsigned n)
{
	const char *at = strstr(text, "@N@");

	if (at == NULL)
		return octets_of(text);
	return octets_of(
	    bench_need(arena_printf(l->arena, "%.*s%06u%s", (int)(at - text), text, n, at + 3)));
}

static int
write_operation(struct load *l, struct codec *codec, const struct msg_request *r,
    struct octets data, struct octets *out, struct err *e)
{
	const struct msg_async async = {
	    .operation = MSG_SEND, .message = *r, .data = {.octets = data}};

	if (l->o.type == MSG_NO_TYPE)
		return codec_write_sync_request(codec, r, data, NULL, l->arena, out, e);
	return codec_write_async_request(codec, &async, l->arena, out, e);
}

/* The n-th message; those of the asynchronous channel are in chains of CHAIN. */
static struct octets
build(struct load *l, struct codec *codec, struct pki_identity *gateway,
    struct pki_identity *citizen, unsigned n)
{
	struct err e = {0};
	struct octets data = fill(l, l->text, n), operation, envelope, out;
	char id[37], chain[24] = "";
	struct msg_request r = {
	    .operation = "SendMessage",
	    .type = l->o.type,
	    .message_id = id,
	    .correlation_id = chain,
	    .service_id = l->o.service,
	    .route_id = "",
	    .session_id = "",
	    .message_date_text = "",
	    .message_date = run_now(),
	    .sender = {"pep", l->o.secret},
	    .has_data = true,
	};

	if (l->o.type != MSG_NO_TYPE)
		snprintf(chain, sizeof(chain), "%u", n / CHAIN);
	if (run_uuid(id, &e) != 0 ||
	    (citizen != NULL && sig_sign_document(data, citizen, l->arena, &data, &e) != 0) ||
	    write_operation(l, codec, &r, data, &operation, &e) != 0 ||
	    env_write(operation, arena_printf(l->arena, "id-%s", id), l->arena, &envelope, &e) !=
		0 ||
	    sig_sign_envelope(envelope, gateway, SIG_KEY_IDENTIFIER, l->arena, &out, &e) != 0)
		bench_die("building a message", e.detail);
	const char *http = bench_need(arena_printf(l->arena,
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n"
	    "SOAPAction: \"\"\r\nContent-Length: %zu\r\n\r\n%.*s",
	    l->o.type == MSG_NO_TYPE ? "/sync" : "/async-client", out.len, (int)out.len,
	    (const char *)out.data));
	return octets_of(http);
}

static void
build_all(struct load *l)
{
	struct err e = {0};
	struct codec *codec = NULL;
	struct pki_identity *gateway = identity(l, "gateway");
	struct pki_identity *citizen = l->o.business ? identity(l, "person") : NULL;
	FILE *f = fopen(l->o.payload, "rb");
	size_t n = f == NULL ? 0 : fread(l->text, 1, sizeof(l->text) - 1, f);

	if (n == 0)
		bench_die("cannot read", l->o.payload);
	fclose(f);
	l->text[n] = '\0';
	if (codec_new(&codec, &e) != 0)
		bench_die("codec", e.detail);
	for (unsigned i = 0; i < l->o.calls; i++)
		l->messages[i] = build(l, codec, gateway, citizen, i);
	codec_free(codec);
	pki_identity_free(citizen);
	pki_identity_free(gateway);
}

/* The bodies as files 000000.xml and so on, for clients that bring their own ways (tests/faults).
 */
static void
write_all(const struct load *l, const char *folder)
{
	for (unsigned i = 0; i < l->o.calls; i++) {
		const char *body = strstr((const char *)l->messages[i].data, "\r\n\r\n") + 4;
		FILE *f = fopen(bench_need(arena_printf(l->arena, "%s/%06u.xml", folder, i)), "wb");

		if (f == NULL || fputs(body, f) < 0 || fclose(f) != 0)
			bench_die("cannot write below", folder);
	}
}

/* The signature operations of one call: transport verified, business verified, reply signed. */
static double
bare_call(const struct load *l, const struct pki_identity *id)
{
	unsigned rounds = strcmp(l->o.family, "rsa") == 0 ? 4 * BARE_ROUNDS : BARE_ROUNDS;

	return bench_bare(id, false, rounds) * (l->o.business ? 2 : 1) +
	       bench_bare(id, true, BARE_ROUNDS);
}

/* --- CPU of other processes ---------------------------------------------------------------------
 */

static int64_t
cpu_of(pid_t pid)
{
	char path[64];
	long long ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	if ((f = fopen(path, "r")) != NULL) {
		if (fscanf(f, "%lld", &ns) != 1)
			ns = 0;
		fclose(f);
	}
	return ns;
}

static pid_t
parent_of(pid_t pid)
{
	char path[64], line[512];
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) != NULL && strrchr(line, ')') != NULL)
		sscanf(strrchr(line, ')') + 1, " %*c %d", &parent);
	fclose(f);
	return parent;
}

/* A process and its children; ns. */
static int64_t
cpu_of_family(pid_t head)
{
	int64_t sum = cpu_of(head);
	DIR *d = bench_need(opendir("/proc"));

	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		pid_t pid = atoi(entry->d_name);
		if (pid > 0 && parent_of(pid) == head)
			sum += cpu_of(pid);
	}
	closedir(d);
	return sum;
}

/* --- the load -----------------------------------------------------------------------------------
 */

static int
dial(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		bench_die("connect", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static bool
begin(struct load *l, struct line *c)
{
	if (l->next >= l->until)
		return false;
	if (c->fd < 0)
		c->fd = dial(l->o.port);
	c->sent = l->next++;
	c->in = 0;
	c->started = run_monotonic();
	struct octets m = l->messages[c->sent];
	for (c->out = 0; c->out < m.len;) {
		ssize_t n = send(c->fd, m.data + c->out, m.len - c->out, MSG_NOSIGNAL);
		if (n <= 0)
			bench_die("send", strerror(errno));
		c->out += (size_t)n;
	}
	return true;
}

/* true when the whole answer is there. */
static bool
whole(struct line *c, bool *closes)
{
	c->answer[c->in] = '\0';
	char *end = strstr(c->answer, "\r\n\r\n"),
	     *length = strcasestr(c->answer, "content-length:");

	*closes = strcasestr(c->answer, "connection: close") != NULL;
	if (end == NULL || length == NULL || length > end)
		return false;
	return c->in - (size_t)(end + 4 - c->answer) >= strtoul(length + 15, NULL, 10);
}

static bool
is_success(const struct load *l, const char *answer)
{
	if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
		return false;
	if (l->o.type != MSG_NO_TYPE)
		return strstr(answer, "sendMessageResponse") != NULL;
	return strstr(answer, ">SCSS001<") != NULL && strstr(answer, ">00000<") != NULL;
}

static void
receive(struct load *l, struct line *c)
{
	bool closes;
	ssize_t n = recv(c->fd, c->answer + c->in, ANSWER_ROOM - c->in - 1, 0);

	if (n <= 0)
		bench_die("answer", n == 0 ? "connection closed" : strerror(errno));
	c->in += (size_t)n;
	if (!whole(c, &closes))
		return;
	if (!is_success(l, c->answer))
		bench_die("not a success", c->answer);
	l->latency[l->done++] = run_monotonic() - c->started;
	if (closes) {
		close(c->fd);
		c->fd = -1;
	}
	if (!begin(l, c) && c->fd >= 0) {
		close(c->fd);
		c->fd = -1;
	}
}

/* Sends the messages up to `until` over so many connections. */
static void
drive(struct load *l, int connections, unsigned until)
{
	l->until = until;
	for (int i = 0; i < connections; i++) {
		l->lines[i].fd = -1;
		begin(l, &l->lines[i]);
	}
	while (l->done < until) {
		struct pollfd p[CONNECTIONS];
		for (int i = 0; i < connections; i++)
			p[i] = (struct pollfd){.fd = l->lines[i].fd, .events = POLLIN};
		if (poll(p, (nfds_t)connections, 30000) <= 0)
			bench_die("poll", "no answer in 30 s");
		for (int i = 0; i < connections; i++)
			if (p[i].revents != 0)
				receive(l, &l->lines[i]);
	}
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
tell(const struct load *l, const char *figure, double value, const char *unit)
{
	bool call = strcmp(l->o.name, "call") == 0;

	printf("%s%s%s_%s\t%.3f\t%s\n", call ? "" : l->o.name, call ? "" : "_", figure, l->o.tag,
	    value, unit);
}

/* What calls cost. One call at a time would cost more: each wait for PostgreSQL puts the core to
 * sleep, and waking it is the kernel's dearest work here. */
static void
measure_cost(struct load *l)
{
	struct pki_identity *id = identity(l, "gateway");
	unsigned each = l->o.calls / 2 / (SLICES + 1), first = l->o.calls / 2 - SLICES * each;
	double ratio[SLICES], call[SLICES], bare[SLICES], database[SLICES];

	if (each == 0)
		bench_die("measure", "too few calls");
	/* the first call of a worker opens its connection and fills its caches */
	drive(l, CONNECTIONS, first);
	double before = bare_call(l, id);
	for (unsigned i = 0; i < SLICES; i++) {
		int64_t shepd = cpu_of_family(l->o.shepd), postgres = cpu_of_family(l->o.postgres);
		drive(l, CONNECTIONS, first + (i + 1) * each);
		call[i] = (double)(cpu_of_family(l->o.shepd) - shepd) / each;
		database[i] = (double)(cpu_of_family(l->o.postgres) - postgres) / each;
		double after = bare_call(l, id);
		bare[i] = (before + after) / 2;
		ratio[i] = call[i] / bare[i];
		before = after;
	}
	pki_identity_free(id);
	printf("%s_cost_ratio_%s\t%.3f\tratio\n", l->o.name, l->o.tag, bench_median(ratio, SLICES));
	tell(l, "shepd_cpu", bench_median(call, SLICES) / 1e3, "us");
	tell(l, "bare_cpu", bench_median(bare, SLICES) / 1e3, "us");
	tell(l, "postgres_cpu", bench_median(database, SLICES) / 1e3, "us");
}

/* How many calls a second go through. */
static void
measure_rate(struct load *l)
{
	unsigned first = l->done, calls = l->o.calls - first;
	int64_t start = run_monotonic();

	drive(l, CONNECTIONS, l->o.calls);
	tell(l, "calls_per_second", calls / ((double)(run_monotonic() - start) / 1e9), "1/s");
	qsort(l->latency + first, calls, sizeof(l->latency[0]), by_time);
	tell(l, "p99", (double)l->latency[first + calls * 99 / 100] / 1e6, "ms");
}

/* SERVICE, or SERVICE:TYPE for the asynchronous channel. */
static void
split_service(struct options *o, char *word)
{
	char *colon = strchr(word, ':');

	o->service = word;
	if (colon != NULL) {
		*colon = '\0';
		o->type = codec_type(colon + 1);
	}
	o->business = strcmp(o->service, "HQ_SUBMIT") == 0 || strcmp(o->service, "HQ_ASYNC") == 0;
}

int
main(int argc, char **argv)
{
	static struct load l;
	struct err e = {0};

	if (argc != 12) {
		fprintf(stderr,
		    "usage: load NAME FAMILY TAG PKI SECRET PAYLOAD SERVICE[:TYPE] PORT "
		    "CALLS SHEPD POSTGRES\n");
		return 2;
	}
	l.o = (struct options){.name = argv[1],
	    .family = argv[2],
	    .tag = argv[3],
	    .pki = argv[4],
	    .secret = argv[5],
	    .payload = argv[6],
	    .port = atoi(argv[8]),
	    .calls = (unsigned)atoi(argv[9]),
	    .shepd = atoi(argv[10]),
	    .postgres = atoi(argv[11])};
	split_service(&l.o, argv[7]);
	if (l.o.calls == 0 || run_init(&e) != 0)
		bench_die("init", e.detail);
	l.arena = bench_need(arena_new());
	l.messages = bench_need(calloc(l.o.calls, sizeof(l.messages[0])));
	l.latency = bench_need(calloc(l.o.calls, sizeof(l.latency[0])));
	for (int i = 0; i < CONNECTIONS; i++)
		l.lines[i].answer = bench_need(malloc(ANSWER_ROOM));
	build_all(&l);
	if (strcmp(l.o.name, "write") == 0)
		write_all(&l, l.o.tag);
	else {
		measure_cost(&l);
		measure_rate(&l);
	}
	for (int i = 0; i < CONNECTIONS; i++)
		free(l.lines[i].answer);
	free(l.messages);
	free(l.latency);
	arena_free(l.arena);
	run_fini();
	return 0;
}
