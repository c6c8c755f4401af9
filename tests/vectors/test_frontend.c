/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The XML and SOAP cases of the corpora through dom_parse() and env_check(), against the corpora's
 * own table. Each deviation stands in frontend.tsv with its reason; one that no longer is fails,
 * too.
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

#include "env/env.h"
#include "fixture.h"

#define LARGEST ((size_t)16 * 1024 * 1024)
#define OTHER_LAYERS "http/", "soap12-testcollection/", "xroad-proxy-queries/"

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

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* "accepted", or the name of the refusal */
static const char *
verdict(struct arena *a, const char *path)
{
	struct octets o = ends_with(path, ".gz") ? unpacked(a, path) : fixture_file(a, path);
	struct err e = {0};
	struct dom *d = NULL;
	struct env env;
	int rc = dom_parse(o, &dom_default_limits, &d, &e);

	if (rc == 0)
		rc = env_check(d, a, &env, &e);
	dom_free(d);
	return rc == 0 ? "accepted" : err_row(e.code)->name;
}

/* What frontend.tsv says of a case; NULL when the corpus's own verdict holds. */
static const char *
deviation(struct arena *a, const char *name)
{
	char *table =
	    table_at(a, arena_printf(a, "%s/tests/vectors/frontend.tsv", fixture_srcdir()));

	for (char *line; (line = line_of(&table)) != NULL;) {
		const char *file = field(&line), *here = field(&line), *why = field(&line);

		assert_true(why != NULL && strlen(why) > 10);
		if (strcmp(file, name) == 0)
			return here;
	}
	return NULL;
}

static unsigned
mistaken(const char *name, const char *expected, const char *got)
{
	struct arena *a = arena_new();
	bool valid = strcmp(expected, "valid") == 0, accepted = strcmp(got, "accepted") == 0;
	const char *told = deviation(a, name);
	unsigned wrong =
	    told == NULL ? valid != accepted : strcmp(told, got) != 0 || valid == accepted;

	if (wrong != 0)
		printf(
		    "%s: %s, here %s, told %s\n", name, expected, got, told == NULL ? "-" : told);
	arena_free(a);
	return wrong;
}

static bool
of_this_layer(const char *file)
{
	static const char *const others[] = {OTHER_LAYERS};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(file, others[i], strlen(others[i])) == 0)
			return false;
	return true;
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

		if (!of_this_layer(file))
			continue;
		cases++;
		wrong += mistaken(arena_printf(each, "%s/%s", corpus, file), expected,
		    verdict(each, arena_printf(each, "%s/%s", folder, file)));
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
	run_corpus("06-soap", 69);
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
		for (char *line; (line = line_of(&table)) != NULL;)
			assert_non_null(
			    fixture_shared(a, arena_printf(a, "corpora/%s", field(&line))));
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

	if (dom_init(&e) != 0)
		return 99;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	dom_fini();
	return failed;
}
