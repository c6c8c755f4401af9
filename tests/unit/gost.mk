check_PROGRAMS += tests/unit/test_gost
tests_unit_test_gost_SOURCES = tests/unit/test_gost.c
tests_unit_test_gost_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_gost_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_gost
TESTS += tests/unit/gost_openssl.sh
EXTRA_DIST += tests/unit/gost_openssl.sh
