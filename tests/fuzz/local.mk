# Fuzz targets: one source serves libFuzzer (--enable-fuzzing, `make fuzz`) and the replay of its seeds
# in `make check`. A target NAME is fuzz_NAME.c, seeds/NAME/ and a NAME.mk like dom.mk.
FUZZ_TESTS =
EXTRA_PROGRAMS =
FUZZ_TARGETS =
FUZZ_SECONDS = 60
FUZZ_FLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib -I$(top_srcdir)/tests/fuzz
include tests/fuzz/http.mk
include tests/fuzz/dom.mk
include tests/fuzz/env.mk
include tests/fuzz/codec.mk
include tests/fuzz/ocsp.mk
include tests/fuzz/pki.mk
include tests/fuzz/sig.mk
include tests/fuzz/tree.mk
TESTS += $(FUZZ_TESTS)
EXTRA_DIST += tests/fuzz/seeds
if FUZZING
noinst_PROGRAMS += $(FUZZ_TARGETS)
endif
EXTRA_PROGRAMS += $(FUZZ_TARGETS)

# A line a target, as doc/FUZZING.md has them. What is found lands in the build folder; copy what is worth
# keeping to seeds/.
fuzz: $(FUZZ_TARGETS) $(FUZZ_TESTS) $(check_DATA)
	$(AM_TESTS_ENVIRONMENT) for target in $(FUZZ_TARGETS); do \
		nice $(srcdir)/tests/fuzz/run $${target##*fuzz_} $(FUZZ_SECONDS) || exit 1; \
	done
.PHONY: fuzz
EXTRA_DIST += tests/fuzz/run
