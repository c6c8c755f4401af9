sig_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib -I$(top_srcdir)/tests/unit $(CMOCKA_CFLAGS)
sig_common = tests/unit/sig_common.c tests/unit/sig_common.h

check_PROGRAMS += tests/unit/test_sig tests/unit/test_sig_document tests/unit/test_sig_mechanics tests/unit/test_sig_sign
tests_unit_test_sig_SOURCES = tests/unit/test_sig.c $(sig_common)
tests_unit_test_sig_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_LDADD = $(UNIT_LIBS)
tests_unit_test_sig_document_SOURCES = tests/unit/test_sig_document.c $(sig_common)
tests_unit_test_sig_document_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_document_LDADD = $(UNIT_LIBS)
tests_unit_test_sig_mechanics_SOURCES = tests/unit/test_sig_mechanics.c $(sig_common)
tests_unit_test_sig_mechanics_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_mechanics_LDADD = $(UNIT_LIBS)
tests_unit_test_sig_sign_SOURCES = tests/unit/test_sig_sign.c $(sig_common)
tests_unit_test_sig_sign_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_sign_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_sig tests/unit/test_sig_document tests/unit/test_sig_mechanics tests/unit/test_sig_sign

check_PROGRAMS += tests/unit/test_sig_algorithms
tests_unit_test_sig_algorithms_SOURCES = tests/unit/test_sig_algorithms.c $(sig_common) $(PKI_FORGE)
tests_unit_test_sig_algorithms_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_algorithms_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_sig_algorithms

check_PROGRAMS += tests/unit/test_sig_direct
tests_unit_test_sig_direct_SOURCES = tests/unit/test_sig_direct.c $(sig_common)
tests_unit_test_sig_direct_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_direct_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_sig_direct

check_PROGRAMS += tests/unit/test_sig_in_place
tests_unit_test_sig_in_place_SOURCES = tests/unit/test_sig_in_place.c $(sig_common)
tests_unit_test_sig_in_place_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_in_place_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_sig_in_place

check_PROGRAMS += tests/unit/test_sig_memory
tests_unit_test_sig_memory_SOURCES = tests/unit/test_sig_memory.c $(sig_common) $(starve)
tests_unit_test_sig_memory_CPPFLAGS = $(sig_cppflags)
tests_unit_test_sig_memory_LDFLAGS = $(starve_ldflags)
tests_unit_test_sig_memory_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_sig_memory
