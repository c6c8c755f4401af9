check_PROGRAMS += tests/vectors/test_frontend
tests_vectors_test_frontend_SOURCES = tests/vectors/test_frontend.c
tests_vectors_test_frontend_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_vectors_test_frontend_LDADD = $(UNIT_LIBS)
VECTOR_TESTS += tests/vectors/test_frontend
EXTRA_DIST += tests/vectors/frontend.tsv
