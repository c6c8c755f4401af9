check_PROGRAMS += tests/fuzz/replay_http
tests_fuzz_replay_http_SOURCES = tests/fuzz/fuzz_http.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_http_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_http_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_http
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_http_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_fuzz_http_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_http_LDADD = $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_http
