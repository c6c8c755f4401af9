# Tests: check_PROGRAMS and scripts that `make check` runs; the larger tiers are targets of their own.
AM_TESTS_ENVIRONMENT = \
	SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
	BUILDDIR='$(abs_top_builddir)'; export BUILDDIR; \
	SHEPD_SHARED="$${SHEPD_SHARED:-$(abs_top_srcdir)/../shared}"; export SHEPD_SHARED; \
	CC='$(CC)'; export CC;
TEST_EXTENSIONS = .sh .py
SH_LOG_COMPILER = bash
PY_LOG_COMPILER = /usr/bin/python3
UNIT_LIBS = libtest.a $(SHEPD_LIBS) $(CMOCKA_LIBS)
include tests/lib/local.mk
include tests/unit/local.mk
include tests/vectors/local.mk
include tests/scenario/local.mk
include tests/integration/local.mk
include tests/faults/local.mk
include tests/fuzz/local.mk
include tests/guards/local.mk
include tests/bench/local.mk

# --- tiers beyond `make check`; tests/all runs them in order ----------------------------------
UNIT_TESTS = $(filter tests/unit/test_%,$(TESTS))

print-units:
	@echo $(UNIT_TESTS)

check-integration: all $(check_DATA) $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/lib/each $(INTEGRATION_TESTS:%=$(abs_top_srcdir)/%)

check-faults: all $(check_DATA)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/lib/each $(FAULT_TESTS:%=$(abs_top_srcdir)/%)

# In a build configured with --enable-sanitizers. The stock openssl cannot load a sanitized module, so
# scripts that drive it stay with the plain build.
check-sanitize:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS) $(FUZZ_TESTS) $(VECTOR_TESTS) $(SCENARIO_TESTS)'

TIDY_FILES = $(filter %.c,$(libshepd_a_SOURCES) $(shepd_SOURCES) $(shepctl_SOURCES) $(shepsim_SOURCES))
check-tidy: $(BUILT_SOURCES)
	SRCDIR='$(abs_top_srcdir)' $(srcdir)/tests/tidy -std=gnu11 -I$(abs_top_builddir) \
		-I$(abs_top_builddir)/gen -Isrc "-DPKGDATADIR='\"/d\"'" "-DSYSCONFDIR='\"/e\"'" \
		$(GSOAP_CFLAGS) $(XMLSEC_CFLAGS) $(XML_CFLAGS) $(LIBPQ_CFLAGS) $(LIBCONFIG_CFLAGS) $(CURL_CFLAGS) \
		-- $(TIDY_FILES)

# Removes each check of the verifier in turn; not part of `make check`, half an hour on one core.
check-mutation: all $(check_DATA) $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/mutation/run

bench: all $(check_DATA) $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/bench/run

.PHONY: print-units check-integration check-faults check-sanitize check-tidy check-mutation bench
EXTRA_DIST += tests/all tests/tidy tests/lib/check.sh tests/lib/each tests/lib/tamper.py tests/lib/outside_judge.py \
	tests/lib/forge.py tests/lib/envelope.py
EXTRA_DIST += tests/mutation/run tests/mutation/table tests/mutation/README.md
