sig_common = tests/unit/sig_common.c tests/unit/sig_common.h
sig_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib -I$(top_srcdir)/tests/unit $(CMOCKA_CFLAGS)

check_PROGRAMS += tests/unit/test_sig
tests_unit_test_sig_SOURCES = tests/unit/test_sig.c $(sig_common)
tests_unit_test_sig_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_sig
