check_PROGRAMS += tests/fuzz/replay_dom
tests_fuzz_replay_dom_SOURCES = tests/fuzz/fuzz_dom.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_dom_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_dom_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_dom
tests_fuzz_fuzz_dom_SOURCES = tests/fuzz/fuzz_dom.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_dom_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_fuzz_dom_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_dom_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_dom
