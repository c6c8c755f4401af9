check_PROGRAMS += tests/unit/test_pki
tests_unit_test_pki_SOURCES = tests/unit/test_pki.c tests/unit/pki_forge.c tests/unit/pki_forge.h
tests_unit_test_pki_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_pki
