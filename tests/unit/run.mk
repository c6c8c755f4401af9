check_PROGRAMS += tests/unit/test_run
tests_unit_test_run_SOURCES = tests/unit/test_run.c
tests_unit_test_run_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_run_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_run
TESTS += tests/unit/run_daemon.sh tests/unit/run_reload.sh tests/unit/run_courier.sh
EXTRA_DIST += tests/unit/run_daemon.sh tests/unit/run_reload.sh tests/unit/run_courier.sh
