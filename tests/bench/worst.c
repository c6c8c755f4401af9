/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the worst message costs: worst PKI AT SCHEMA PATH...
 *
 * Every file below the paths goes the whole way of a message, from octets to the schema of the
 * business data or as far as it comes, with nothing cached of an earlier one. Prints the dearest in
 * milliseconds of CPU as one line of `make bench`, the ten dearest and where each ended on standard
 * error. The least of several runs counts: the machine may be busy, the message is not cheaper.
 * Which is the dearest is asked again later, until the same was it in several rounds.
 */
#include "config.h"

#include <sys/stat.h>

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/codec.h"
#include "run/payload.h"
#include "run/run.h"

#define SHOWN 10
#define KEPT 64 /* a busy moment makes many dear */
#define ROUNDS 4
#define AGAIN 6.0 /* ms: a first run above it is repeated */
#define REPEATS 7
#define LONG 400.0 /* ms: nor is one run above it repeated */

struct figure {
	double ms;
	unsigned rounds;
	char *file;
	char ended[160];
};

struct bench {
	struct pki_options trust;
	struct instant at;
	struct dom_schema *schema;
	struct codec *codec;
	struct arena *arena;
	struct figure worst[KEPT + 1]; /* the dearest first, one place to sort in */
	unsigned files;
};

static void
die(const char *what, const char *detail)
{
	fprintf(stderr, "worst: %s: %s\n", what, detail);
	exit(1);
}

static double
cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* The business data as a service with and, failing that, without a business signature has them. */
static int
open_business(const struct bench *b, const struct env *env, struct pki *pki, struct err *e)
{
	struct route_service service = {.placement = ROUTE_AUTO, .business_signature = true};
	const struct run_terms terms = {pki, &sig_default_policy, &dom_default_limits, b->at, env};
	struct run_payload payload;
	int rc =
	    run_payload_open(codec_find_data(env->body), &service, &terms, b->arena, &payload, e);

	if (rc == 0)
		rc = dom_schema_check(b->schema, payload.doc, e);
	run_payload_fini(&payload);
	return rc;
}

static int
go_as_envelope(const struct bench *b, const struct dom *doc, struct pki *pki, struct err *e)
{
	struct env env;
	struct sig_part part;
	struct msg_request request;
	unsigned deviations;

	if (env_check(doc, b->arena, &env, e) != 0 ||
	    sig_verify_transport(&env, pki, &sig_default_policy, b->at, b->arena, &part, e) != 0 ||
	    codec_read_sync_request(
		b->codec, part.digested, env.body, b->arena, &request, &deviations, e) != 0)
		return -1;
	return open_business(b, &env, pki, e);
}

static int
go_as_document(const struct bench *b, struct dom *doc, struct pki *pki, struct err *e)
{
	struct sig_part parts[SIG_MOST_SIGNERS];
	size_t count;

	if (sig_verify_document(doc, pki, &sig_default_policy, b->at, b->arena, SIG_MOST_SIGNERS,
		parts, &count, e) != 0)
		return -1;
	return dom_schema_check(b->schema, doc, e);
}

/* One message from its first octet to its end; milliseconds of CPU. */
static double
one_run(const struct bench *b, struct octets message, struct err *e)
{
	struct pki *pki = NULL;
	struct dom *doc = NULL;
	double start, spent;

	*e = (struct err){0};
	if (pki_open(&b->trust, NULL, NULL, &pki, e) != 0)
		die("trust", e->detail);
	arena_reset(b->arena);
	start = cpu_ms();
	if (dom_parse(message, &dom_default_limits, &doc, e) == 0)
		(void)!(strcmp(dom_name(dom_root(doc)), "Envelope") == 0
			    ? go_as_envelope(b, doc, pki, e)
			    : go_as_document(b, doc, pki, e));
	dom_free(doc);
	spent = cpu_ms() - start;
	pki_close(pki);
	return spent;
}

static void
swap(struct figure *a, struct figure *b)
{
	struct figure c = *a;

	*a = *b;
	*b = c;
}

static void
keep(struct bench *b, const char *file, double ms, const struct err *e)
{
	size_t i = KEPT;

	free(b->worst[i].file);
	b->worst[i] = (struct figure){ms, 1, strdup(file), ""};
	snprintf(b->worst[i].ended, sizeof(b->worst[i].ended), "%s %.120s", err_row(e->code)->name,
	    e->detail);
	for (; i > 0 && (b->worst[i - 1].file == NULL || b->worst[i - 1].ms < b->worst[i].ms); i--)
		swap(&b->worst[i - 1], &b->worst[i]);
}

static double
measure(const struct bench *b, struct octets message, struct err *e)
{
	double least = one_run(b, message, e);

	for (unsigned i = 1; i < REPEATS && least > AGAIN && least < LONG; i++) {
		double ms = one_run(b, message, e);
		if (ms < least)
			least = ms;
	}
	return least;
}

static double
measure_file(const struct bench *b, const char *path, size_t size, struct err *e)
{
	FILE *f = NULL;
	unsigned char *data = malloc(size);
	double ms;

	if (data == NULL || (f = fopen(path, "rb")) == NULL || fread(data, 1, size, f) != size)
		die("cannot read", path);
	fclose(f);
	ms = measure(b, (struct octets){data, size}, e);
	free(data);
	return ms;
}

/* Files above the limit never get here: the door refuses them before their body. */
static void
take_file(struct bench *b, const char *path, off_t size)
{
	struct err e;

	if (size <= 0 || (size_t)size > dom_default_limits.octets)
		return;
	keep(b, path, measure_file(b, path, (size_t)size, &e), &e);
	b->files++;
}

/* The dearest as often as it takes for it to have been so in every round. */
static void
take_dearest_again(struct bench *b)
{
	struct stat st;
	struct err e;

	while (b->worst[0].rounds < ROUNDS) {
		struct figure *f = b->worst;
		double ms;

		if (stat(f->file, &st) != 0)
			die("cannot read", f->file);
		ms = measure_file(b, f->file, (size_t)st.st_size, &e);
		f->ms = ms < f->ms ? ms : f->ms;
		f->rounds++;
		for (; f + 1 < b->worst + KEPT && f[1].file != NULL && f[1].ms > f->ms; f++)
			swap(f, f + 1);
	}
}

static void
take_all(struct bench *b, char *const *paths)
{
	FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);

	if (walk == NULL)
		die("cannot walk", paths[0]);
	for (FTSENT *f; (f = fts_read(walk)) != NULL;)
		if (f->fts_info == FTS_F)
			take_file(b, f->fts_accpath, f->fts_statp->st_size);
	fts_close(walk);
}

static void
show(const struct bench *b)
{
	const char *name = strrchr(b->worst[0].file, '/');

	for (size_t i = 0; i < SHOWN && b->worst[i].file != NULL; i++)
		fprintf(stderr, "%8.2f ms  %s  (%s)\n", b->worst[i].ms, b->worst[i].file,
		    b->worst[i].ended);
	printf("worst_message_ms\t%.1f\tms of CPU, the dearest of %u messages: %s\n",
	    b->worst[0].ms, b->files, name == NULL ? b->worst[0].file : name + 1);
}

int
main(int argc, char **argv)
{
	struct bench b = {.arena = arena_new()};
	struct err e = {0};

	if (argc < 5 || !clock_read(argv[2], &b.at))
		die("usage", "worst TRUST AT SCHEMA PATH...");
	b.trust.trust = argv[1];
	if (b.arena == NULL || run_init(&e) != 0 || codec_new(&b.codec, &e) != 0 ||
	    dom_schema_load(argv[3], &b.schema, &e) != 0)
		die("start", e.detail);
	take_all(&b, argv + 4);
	if (b.files == 0)
		die("nothing to measure", argv[4]);
	take_dearest_again(&b);
	show(&b);
	for (size_t i = 0; i <= KEPT; i++)
		free(b.worst[i].file);
	dom_schema_free(b.schema);
	codec_free(b.codec);
	arena_free(b.arena);
	run_fini();
	return 0;
}
