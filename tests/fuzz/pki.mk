check_PROGRAMS += tests/fuzz/replay_pki
tests_fuzz_replay_pki_SOURCES = tests/fuzz/fuzz_pki.c $(PKI_FORGE) tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_pki_CPPFLAGS = $(FUZZ_FLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_replay_pki_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_pki
tests_fuzz_fuzz_pki_SOURCES = tests/fuzz/fuzz_pki.c $(PKI_FORGE) tests/fuzz/fuzz.h
tests_fuzz_fuzz_pki_CPPFLAGS = $(FUZZ_FLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_fuzz_pki_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_pki_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_pki
