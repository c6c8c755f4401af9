check_PROGRAMS += tests/unit/test_conf
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conf_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_conf_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_conf

TESTS += tests/unit/ctl_check.sh tests/unit/ctl_secret.sh tests/unit/ctl_send.sh
EXTRA_DIST += tests/unit/ctl_check.sh tests/unit/ctl_secret.sh tests/unit/ctl_send.sh tests/lib/stand_in.py
