# `make bench`: what a signed call costs beside its bare cryptography, and verifying beside xmlsec1's
# library, and what the worst message costs; figures, not verdicts.
check_PROGRAMS += tests/bench/load tests/bench/verify tests/bench/worst
tests_bench_load_SOURCES = tests/bench/load.c tests/bench/bare.c tests/bench/bare.h
tests_bench_load_LDADD = $(SHEPD_LIBS)
tests_bench_verify_SOURCES = tests/bench/verify.c tests/bench/stock.c tests/bench/stock.h \
	tests/bench/bare.c tests/bench/bare.h
tests_bench_verify_LDADD = $(SHEPD_LIBS)
tests_bench_worst_SOURCES = tests/bench/worst.c
tests_bench_worst_LDADD = $(SHEPD_LIBS)
check_PROGRAMS += tests/bench/crl
tests_bench_crl_SOURCES = tests/bench/crl.c
tests_bench_crl_LDADD = $(SHEPD_LIBS)
EXTRA_DIST += tests/bench/run tests/bench/worst.sh tests/bench/worst.py tests/bench/async.sh tests/bench/gateway.py
