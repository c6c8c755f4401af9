# corpora/01 and 02: the one program that links xmlsec's own OpenSSL back end, and the strict profile.
check_PROGRAMS += tests/vectors/test_dsig_stock
tests_vectors_test_dsig_stock_SOURCES = tests/vectors/test_dsig_stock.c
tests_vectors_test_dsig_stock_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_vectors_test_dsig_stock_LDADD = $(UNIT_LIBS)
VECTOR_TESTS += tests/vectors/test_dsig_stock tests/vectors/stock.py
EXTRA_DIST += tests/vectors/stock.py
tests/vectors/stock.log: shepctl
