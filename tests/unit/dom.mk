check_PROGRAMS += tests/unit/test_dom
tests_unit_test_dom_SOURCES = tests/unit/test_dom.c
tests_unit_test_dom_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_dom_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_dom

check_PROGRAMS += tests/unit/test_dom_memory
tests_unit_test_dom_memory_SOURCES = tests/unit/test_dom_memory.c $(starve)
tests_unit_test_dom_memory_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_dom_memory_LDFLAGS = $(starve_ldflags)
tests_unit_test_dom_memory_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_dom_memory

check_PROGRAMS += tests/unit/test_dom_canonical
tests_unit_test_dom_canonical_SOURCES = tests/unit/test_dom_canonical.c
tests_unit_test_dom_canonical_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dom_canonical_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_dom_canonical

check_PROGRAMS += tests/unit/test_dom_c14n
tests_unit_test_dom_c14n_SOURCES = tests/unit/test_dom_c14n.c
tests_unit_test_dom_c14n_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_dom_c14n_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_dom_c14n

check_PROGRAMS += tests/unit/test_dom_copy
tests_unit_test_dom_copy_SOURCES = tests/unit/test_dom_copy.c
tests_unit_test_dom_copy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_dom_copy_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_dom_copy
