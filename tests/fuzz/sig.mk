check_PROGRAMS += tests/fuzz/replay_sig
tests_fuzz_replay_sig_SOURCES = tests/fuzz/fuzz_sig.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_sig_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_sig_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_sig
tests_fuzz_fuzz_sig_SOURCES = tests/fuzz/fuzz_sig.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_sig_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_fuzz_sig_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_sig_LDADD = $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_sig
