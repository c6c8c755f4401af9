check_PROGRAMS += tests/fuzz/replay_env
tests_fuzz_replay_env_SOURCES = tests/fuzz/fuzz_env.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_env_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_env_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_env
tests_fuzz_fuzz_env_SOURCES = tests/fuzz/fuzz_env.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_env_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_fuzz_env_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_env_LDADD = $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_env
