# Tests: check_PROGRAMS and scripts that `make check` runs; the larger tiers are targets of their own.
AM_TESTS_ENVIRONMENT = \
	SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
	BUILDDIR='$(abs_top_builddir)'; export BUILDDIR; \
	SHEPD_SHARED="$${SHEPD_SHARED:-$(abs_top_srcdir)/../shared}"; export SHEPD_SHARED; \
	CC='$(CC)'; export CC;
TEST_EXTENSIONS = .sh .py
SH_LOG_COMPILER = bash
PY_LOG_COMPILER = python3
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
