tree_edit = tests/fuzz/tree_edit.c tests/fuzz/tree_edit.h
check_PROGRAMS += tests/fuzz/replay_tree
tests_fuzz_replay_tree_SOURCES = tests/fuzz/fuzz_tree.c $(tree_edit) tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_tree_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_tree_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_tree
tests_fuzz_fuzz_tree_SOURCES = tests/fuzz/fuzz_tree.c $(tree_edit) tests/fuzz/fuzz.h
tests_fuzz_fuzz_tree_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_fuzz_tree_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_tree_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_tree
