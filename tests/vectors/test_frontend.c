/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The XML and SOAP cases of the corpora through dom_parse(), env_check() and, where the corpus
 * wants a refusal, the codec, against the corpora's own tables. Each deviation stands in
 * frontend.tsv with its reason, "*" at the end of a name standing for the rest; one that no longer
 * is fails, too.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "env/env.h"
#include "fixture.h"

#define LARGEST ((size_t)16 * 1024 * 1024)

/* One field of a line, cut off it in place. */
static char *
field(char **line)
{
	char *f = *line, *tab;

	if (f == NULL)
		return NULL;
	tab = strpbrk(f, "\t\n");
	*line = tab == NULL || *tab == '\n' ? NULL : tab + 1;
	if (tab != NULL)
		*tab = '\0';
	return f;
}

/* Next line of a table that is not a remark; NULL at its end. Lines are cut in place. */
static char *
line_of(char **table)
{
	char *line;

	while ((line = *table) != NULL && *line != '\0') {
		char *end = strchr(line, '\n');

		*table = end == NULL ? NULL : end + 1;
		if (end != NULL)
			*end = '\0';
		if (*line != '#' && *line != '\0')
			return line;
	}
	return NULL;
}

static char *
table_at(struct arena *a, const char *path)
{
	return arena_string(a, fixture_file(a, path));
}

static struct octets
unpacked(struct arena *a, const char *path)
{
	unsigned char *data = arena_alloc(a, LARGEST);
	FILE *pipe = popen(arena_printf(a, "gzip -dc '%s'", path), "r");
	struct octets o = {data, 0};

	assert_non_null(data);
	assert_non_null(pipe);
	o.len = fread(data, 1, LARGEST, pipe);
	assert_int_equal(pclose(pipe), 0);
	assert_true(o.len > 0);
	return o;
}

static struct codec *codec;

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* What the channel's only operation makes of a Body, as if its signature held. */
static int
read_request(const struct env *env, struct arena *a, struct err *e)
{
	struct msg_request request;
	struct octets o;
	unsigned deviations;

	if (dom_c14n(env->body, NULL, a, &o, e) != 0)
		return -1;
	return codec_read_sync_request(codec, o, env->body, a, &request, &deviations, e);
}

/* "accepted", or the name of the refusal */
static const char *
verdict(struct arena *a, const char *path, bool valid)
{
	struct octets o = ends_with(path, ".gz") ? unpacked(a, path) : fixture_file(a, path);
	struct err e = {0};
	struct dom *d = NULL;
	struct env env;
	int rc = dom_parse(o, &dom_default_limits, &d, &e);

	if (rc == 0)
		rc = env_check(d, a, &env, &e);
	if (rc == 0 && !valid)
		rc = read_request(&env, a, &e);
	dom_free(d);
	return rc == 0 ? "accepted" : err_row(e.code)->name;
}

static bool
stands_for(const char *pattern, const char *name)
{
	return ends_with(pattern, "*") ? strncmp(pattern, name, strlen(pattern) - 1) == 0
				       : strcmp(pattern, name) == 0;
}

/* What frontend.tsv says of a case; NULL when the corpus's own verdict holds. *one: of this case
 * alone. */
static const char *
deviation(struct arena *a, const char *name, bool *one)
{
	char *table =
	    table_at(a, arena_printf(a, "%s/tests/vectors/frontend.tsv", fixture_srcdir()));

	for (char *line; (line = line_of(&table)) != NULL;) {
		const char *file = field(&line), *here = field(&line), *why = field(&line);

		assert_true(why != NULL && strlen(why) > 10);
		*one = !ends_with(file, "*");
		if (stands_for(file, name))
			return here;
	}
	return NULL;
}

static unsigned
mistaken(const char *name, const char *expected, const char *got)
{
	struct arena *a = arena_new();
	bool valid = strcmp(expected, "valid") == 0, accepted = strcmp(got, "accepted") == 0;
	bool one = false;
	const char *told = deviation(a, name, &one);
	unsigned wrong =
	    valid == accepted ? told != NULL && one : told == NULL || strcmp(told, got) != 0;

	if (wrong != 0)
		printf(
		    "%s: %s, here %s, told %s\n", name, expected, got, told == NULL ? "-" : told);
	arena_free(a);
	return wrong;
}

static void
run_corpus(const char *corpus, unsigned least)
{
	struct arena *a = arena_new(), *each = arena_new();
	const char *folder = fixture_shared(a, arena_printf(a, "corpora/%s", corpus));
	unsigned cases = 0, wrong = 0;

	if (folder == NULL) {
		fixture_skipped(least, corpus);
		goto out;
	}
	char *table = table_at(a, arena_printf(a, "%s/EXPECTED.tsv", folder));
	for (char *line; (line = line_of(&table)) != NULL; arena_reset(each)) {
		const char *file = field(&line), *expected = field(&line);

		bool valid = strcmp(expected, "valid") == 0;

		if (strncmp(file, "http/", 5) == 0) /* the door's: test_door */
			continue;
		cases++;
		wrong += mistaken(arena_printf(each, "%s/%s", corpus, file), expected,
		    verdict(each, arena_printf(each, "%s/%s", folder, file), valid));
	}
	printf("%s: %u cases, %u wrong\n", corpus, cases, wrong);
	assert_true(cases >= least);
	assert_int_equal(wrong, 0);
out:
	arena_free(each);
	arena_free(a);
}

static void
every_xml_case_gets_its_verdict(void **state)
{
	(void)state;
	run_corpus("05-xml-frontend", 69);
}

static void
every_soap_case_gets_its_verdict(void **state)
{
	(void)state;
	run_corpus("06-soap", 223);
}

/* Deviations that name a case which is not there would hide nothing, and prove nothing. */
static void
every_deviation_names_a_case(void **state)
{
	struct arena *a = arena_new();
	char *table =
	    table_at(a, arena_printf(a, "%s/tests/vectors/frontend.tsv", fixture_srcdir()));

	(void)state;
	if (fixture_shared(a, "corpora") == NULL)
		fixture_skipped(1, "corpora");
	else
		for (char *line; (line = line_of(&table)) != NULL;) {
			char *name = arena_printf(a, "corpora/%s", field(&line));

			if (ends_with(name, "*"))
				*strrchr(name, '/') = '\0';
			assert_non_null(fixture_shared(a, name));
		}
	arena_free(a);
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_xml_case_gets_its_verdict),
	    cmocka_unit_test(every_soap_case_gets_its_verdict),
	    cmocka_unit_test(every_deviation_names_a_case),
	};

	if (clock_init(&e) != 0 || dom_init(&e) != 0 || codec_new(&codec, &e) != 0)
		return 99;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	codec_free(codec);
	dom_fini();
	return failed;
}
