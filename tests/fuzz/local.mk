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
include tests/fuzz/pki.mk
include tests/fuzz/sig.mk
TESTS += $(FUZZ_TESTS)
EXTRA_DIST += tests/fuzz/seeds
if FUZZING
noinst_PROGRAMS += $(FUZZ_TARGETS)
endif
EXTRA_PROGRAMS += $(FUZZ_TARGETS)

# What is found lands in the build folder; copy what is worth keeping to seeds/.
fuzz: $(FUZZ_TARGETS) $(check_DATA)
	$(AM_TESTS_ENVIRONMENT) for target in $(FUZZ_TARGETS); do \
		name=$${target##*fuzz_}; mkdir -p corpus/$$name; \
		$$target -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=1024 -max_len=65536 \
			corpus/$$name $(srcdir)/tests/fuzz/seeds/$$name || exit 1; \
	done
.PHONY: fuzz
