# `make bench`: what a signed call costs beside its bare cryptography; figures, not verdicts.
check_PROGRAMS += tests/bench/load
tests_bench_load_SOURCES = tests/bench/load.c
tests_bench_load_LDADD = $(SHEPD_LIBS)
EXTRA_DIST += tests/bench/run
