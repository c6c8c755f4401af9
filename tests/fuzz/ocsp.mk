check_PROGRAMS += tests/fuzz/replay_ocsp
tests_fuzz_replay_ocsp_SOURCES = tests/fuzz/fuzz_ocsp.c $(PKI_FORGE) $(OCSP_FORGE) tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_ocsp_CPPFLAGS = $(FUZZ_FLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_replay_ocsp_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_ocsp
tests_fuzz_fuzz_ocsp_SOURCES = tests/fuzz/fuzz_ocsp.c $(PKI_FORGE) $(OCSP_FORGE) tests/fuzz/fuzz.h
tests_fuzz_fuzz_ocsp_CPPFLAGS = $(FUZZ_FLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_fuzz_ocsp_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_ocsp_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_ocsp
