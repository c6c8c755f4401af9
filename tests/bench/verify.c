/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Figures of `make bench`: what verifying a signed envelope costs, from its octets to the verdict,
 * beside xmlsec1's library on the same octets (RSA, three sizes) and beside one bare verification
 * (GOST 2015).
 *
 * Ours has everything: pre-scan, parse, structure, Ids, certificate, verdict (kept from before),
 * coverage. Each is a process of its own, on one core each, warm; they take turns (bare.h).
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"
#include "run/call.h"
#include "stock.h"

#define SLICES 11
#define ROOM ((size_t)8 * 1024 * 1024) /* of all envelopes */

enum what {
	OURS,
	STOCK,
	BARE
};

static const struct {
	const char *name, *family;
	size_t octets;
	unsigned rounds; /* of one turn */
	enum what beside;
} sizes[] = {
    {"5k", "rsa", 5700, 300, STOCK},
    {"311k", "rsa", 311000, 10, STOCK},
    {"3m", "rsa", 3000000, 2, STOCK},
    {"gost2015", "gost", 5700, 30, BARE},
};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

struct shared { /* between the processes */
	struct octets envelope[SIZES];
	size_t used;
	unsigned char octets[ROOM];
};

struct order {
	unsigned size, rounds;
	enum what what;
};

static struct shared *shared;
static const char *pki_folder;

static struct pki_identity *
identity(struct arena *a, const char *family)
{
	struct pki_identity *id;
	struct err e = {0};
	const char *base = arena_printf(a, "%s/%s/gateway", pki_folder, family);

	if (pki_identity_load(arena_printf(a, "%s.pem", base), arena_printf(a, "%s.key", base),
		NULL, &id, &e) != 0)
		bench_die(family, e.detail);
	return id;
}

/* --- envelopes ------------------------------------------------------------------------------ */

/* Rows of some hundred octets, as data of a register look. */
static struct octets
rows(struct arena *a, size_t octets)
{
	char *text = bench_need(arena_alloc(a, octets + 1024)), *p = text;

	p = stpcpy(p, "<b:rows xmlns:b=\"urn:shepd:bench:1\">");
	for (unsigned n = 0; (size_t)(p - text) < octets; n++)
		p += sprintf(p,
		    "<b:row "
		    "number=\"%06u\"><b:iin>000101300019</b:iin><b:name>\xD3\x98\xD0\xBB\xD0\xB8"
		    "\xD1\x8F &amp; \xD0\x9A\xD0\xBE, 71 %u, a house with an address that is long, "
		    "and a "
		    "remark</b:name></b:row>",
		    n, n * 7919);
	p = stpcpy(p, "</b:rows>");
	return (struct octets){(const unsigned char *)text, (size_t)(p - text)};
}

static void
make(unsigned i)
{
	struct arena *a = bench_need(arena_new());
	struct pki_identity *id = identity(a, sizes[i].family);
	struct octets envelope, out;
	struct err e = {0};

	/* what stands around the rows has some 4,900 octets */
	if (env_write(rows(a, sizes[i].octets - 4900), "id-1", a, &envelope, &e) != 0 ||
	    sig_sign_envelope(envelope, id, SIG_KEY_IDENTIFIER, a, &out, &e) != 0)
		bench_die("signing", e.detail);
	if (out.len > ROOM - shared->used)
		bench_die("signing", "too large");
	shared->envelope[i] = (struct octets){shared->octets + shared->used, out.len};
	memcpy(shared->octets + shared->used, out.data, out.len);
	shared->used += out.len;
	pki_identity_free(id);
	arena_free(a);
}

static void
make_all(void)
{
	struct err e = {0};

	if (run_init(&e) != 0)
		bench_die("init", e.detail);
	for (unsigned i = 0; i < SIZES; i++)
		make(i);
	run_fini();
}

/* --- those who take turns ------------------------------------------------------------------- */

static void
verify(struct octets envelope, struct pki *pki, struct instant at, struct arena *a)
{
	struct dom_limits limits = dom_default_limits;
	struct sig_part part;
	struct err e = {0};
	struct dom *doc;
	struct env env;

	limits.octets = ROOM;
	if (dom_parse(envelope, &limits, &doc, &e) != 0 || env_check(doc, a, &env, &e) != 0 ||
	    sig_verify_transport(&env, pki, &sig_default_policy, at, a, &part, &e) != 0 ||
	    part.verdict != SIG_VERIFIED || part.node != env.body)
		bench_die("verify", e.detail);
	dom_free(doc);
	arena_reset(a);
}

/* Nanoseconds of CPU of one. */
static double
time_ours(const struct order *o, struct pki *pki, struct arena *a)
{
	struct instant at = run_now();
	int64_t start = bench_cpu();

	for (unsigned i = 0; i < o->rounds; i++)
		verify(shared->envelope[o->size], pki, at, a);
	return (double)(bench_cpu() - start) / o->rounds;
}

static double
time_stock(const struct order *o)
{
	int64_t start = bench_cpu();

	for (unsigned i = 0; i < o->rounds; i++)
		stock_verify(shared->envelope[o->size]);
	return (double)(bench_cpu() - start) / o->rounds;
}

static double
time_bare(const struct order *o, struct arena *a)
{
	struct pki_identity *id = identity(a, sizes[o->size].family);
	double ns = bench_bare(id, false, o->rounds);

	pki_identity_free(id);
	return ns;
}

static void
serve_ours(int fd)
{
	struct arena *a = bench_need(arena_new());
	char trust[4096];
	struct pki_options options = {.trust = trust};
	struct pki *pki;
	struct order o;
	struct err e = {0};

	snprintf(trust, sizeof(trust), "%s/trust", pki_folder);
	if (run_init(&e) != 0 || pki_open(&options, NULL, NULL, &pki, &e) != 0)
		bench_die("init", e.detail);
	while (read(fd, &o, sizeof(o)) == (ssize_t)sizeof(o)) {
		double ns = o.what == BARE ? time_bare(&o, a) : time_ours(&o, pki, a);
		if (write(fd, &ns, sizeof(ns)) != (ssize_t)sizeof(ns))
			bench_die("write", "");
	}
	pki_close(pki);
	arena_free(a);
	run_fini();
}

static void
serve_stock(int fd)
{
	char certificate[4096];
	struct order o;

	snprintf(certificate, sizeof(certificate), "%s/rsa/gateway.pem", pki_folder);
	stock_open(certificate);
	while (read(fd, &o, sizeof(o)) == (ssize_t)sizeof(o)) {
		double ns = time_stock(&o);
		if (write(fd, &ns, sizeof(ns)) != (ssize_t)sizeof(ns))
			bench_die("write", "");
	}
}

/* A process that serves orders; returns our end of the line to it. */
static int
start(void (*serve)(int fd))
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		bench_die("socketpair", "");
	pid_t pid = fork();
	if (pid < 0)
		bench_die("fork", "");
	if (pid == 0) {
		close(ends[0]);
		serve(ends[1]);
		exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static double
ask(int fd, struct order o)
{
	double ns;

	if (write(fd, &o, sizeof(o)) != (ssize_t)sizeof(o) ||
	    read(fd, &ns, sizeof(ns)) != (ssize_t)sizeof(ns))
		bench_die(sizes[o.size].name, "failed");
	return ns;
}

static void
measure(unsigned i, int ours, int stock)
{
	struct order o = {i, sizes[i].rounds, OURS}, other = {i, sizes[i].rounds, sizes[i].beside};
	int fd = sizes[i].beside == STOCK ? stock : ours;
	double us[SLICES], beside[SLICES], ratio[SLICES];
	const char *name = sizes[i].name;

	(void)ask(ours, o); /* caches and code are warm after it */
	double before = (ask(fd, other), ask(fd, other));
	for (unsigned n = 0; n < SLICES; n++) {
		us[n] = ask(ours, o) / 1e3;
		double after = ask(fd, other);
		beside[n] = (before + after) / 2 / 1e3;
		ratio[n] = us[n] / beside[n];
		before = after;
	}
	bool is_stock = sizes[i].beside == STOCK;
	printf("verify_%s_us\t%.1f\tus\n", name, bench_median(us, SLICES));
	printf("verify_%s_%s_us\t%.1f\tus\n", name, is_stock ? "xmlsec" : "bare",
	    bench_median(beside, SLICES));
	printf("verify_%s_ratio%s\t%.3f\tratio\n", name, is_stock ? "_xmlsec" : "",
	    bench_median(ratio, SLICES));
}

int
main(int argc, char **argv)
{
	int status = 0, ours, stock;

	if (argc != 2) {
		fprintf(stderr, "usage: verify PKI\n");
		return 2;
	}
	pki_folder = argv[1];
	shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bench_die("memory", "out");
	if (fork() == 0) {
		make_all();
		exit(0);
	}
	if (wait(&status) < 0 || status != 0)
		bench_die("signing", "failed");
	ours = start(serve_ours);
	stock = start(serve_stock);
	for (unsigned i = 0; i < SIZES; i++)
		measure(i, ours, stock);
	close(ours);
	close(stock);
	while (wait(&status) > 0)
		if (status != 0)
			return 1;
	return 0;
}
