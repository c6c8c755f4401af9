check_PROGRAMS += tests/unit/test_cal
tests_unit_test_cal_SOURCES = tests/unit/test_cal.c
tests_unit_test_cal_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_cal_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_cal
