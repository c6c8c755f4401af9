check_PROGRAMS += tests/unit/test_fetch
tests_unit_test_fetch_SOURCES = tests/unit/test_fetch.c
tests_unit_test_fetch_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_fetch_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_fetch

check_PROGRAMS += tests/unit/test_fetch_call
tests_unit_test_fetch_call_SOURCES = tests/unit/test_fetch_call.c
tests_unit_test_fetch_call_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_fetch_call_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_fetch_call
