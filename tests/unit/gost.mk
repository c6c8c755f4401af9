check_PROGRAMS += tests/unit/test_gost tests/unit/test_gost_key
tests_unit_test_gost_SOURCES = tests/unit/test_gost.c tests/unit/gost_keys.c tests/unit/gost_keys.h
tests_unit_test_gost_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_gost_LDADD = $(UNIT_LIBS)
tests_unit_test_gost_key_SOURCES = tests/unit/test_gost_key.c tests/unit/gost_keys.c \
	tests/unit/gost_keys.h
tests_unit_test_gost_key_CPPFLAGS = $(tests_unit_test_gost_CPPFLAGS)
tests_unit_test_gost_key_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_gost tests/unit/test_gost_key tests/unit/gost_openssl.sh
EXTRA_DIST += tests/unit/gost_openssl.sh
