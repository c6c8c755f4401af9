check_PROGRAMS += tests/fuzz/replay_codec
tests_fuzz_replay_codec_SOURCES = tests/fuzz/fuzz_codec.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_codec_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_codec_LDADD = libtest.a $(SHEPD_LIBS)
FUZZ_TESTS += tests/fuzz/replay_codec
tests_fuzz_fuzz_codec_SOURCES = tests/fuzz/fuzz_codec.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_codec_CPPFLAGS = $(FUZZ_FLAGS)
tests_fuzz_fuzz_codec_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_codec_LDADD = $(SHEPD_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_codec
