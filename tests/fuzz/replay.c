/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs a fuzz target over its seeds without libFuzzer, for `make check`. With arguments: over those
 * files instead, which is how a finding is looked at; with --folders it says where its seeds lie.
 * Ends with "N passed, 0 failed", or aborts.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <string.h>

#include "fixture.h"
#include "fuzz.h"

static unsigned
run_file(const char *path)
{
	struct arena *a = arena_new();
	struct stat st;
	struct octets o;

	if (a == NULL || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		arena_free(a);
		return 0;
	}
	o = fixture_file(a, path);
	/* exactly as long as it is, so that a sanitizer sees a read past the end */
	uint8_t *copy = malloc(o.len == 0 ? 1 : o.len);
	PROMISE(copy != NULL);
	memcpy(copy, o.data, o.len);
	if (getenv("FUZZ_VERBOSE") != NULL)
		printf("%s\n", path);
	LLVMFuzzerTestOneInput(copy, o.len);
	free(copy);
	arena_free(a);
	return 1;
}

/* Where seeds lie, a line each: for libFuzzer, which takes folders as arguments. */
static int
print_folders(struct arena *a)
{
	printf("%s/tests/fuzz/seeds/%s\n", fixture_srcdir(), fuzz_name);
	for (size_t i = 0; fuzz_shared[i] != NULL; i++) {
		const char *folder = fixture_shared(a, fuzz_shared[i]);

		if (folder != NULL)
			printf("%s\n", folder);
	}
	arena_free(a);
	return 0;
}

static unsigned
run_folder(struct arena *a, const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);
	unsigned ran = 0;

	PROMISE(count >= 0);
	for (int i = 0; i < count; i++) {
		ran += run_file(arena_printf(a, "%s/%s", folder, names[i]->d_name));
		free(names[i]);
	}
	free(names);
	return ran;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	unsigned ran = 0;

	PROMISE(a != NULL);
	if (argc == 2 && strcmp(argv[1], "--folders") == 0)
		return print_folders(a);
	for (int i = 1; i < argc; i++)
		ran += run_file(argv[i]);
	if (argc == 1)
		ran = run_folder(
		    a, arena_printf(a, "%s/tests/fuzz/seeds/%s", fixture_srcdir(), fuzz_name));
	PROMISE(ran > 0);
	for (size_t i = 0; argc == 1 && fuzz_shared[i] != NULL; i++) {
		const char *folder = fixture_shared(a, fuzz_shared[i]);

		if (folder != NULL)
			ran += run_folder(a, folder);
		else
			fixture_skipped(1, fuzz_shared[i]);
	}
	printf("%u passed, 0 failed\n", ran);
	arena_free(a);
	return 0;
}
