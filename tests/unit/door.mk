door_test_flags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib -I$(top_srcdir)/tests/unit $(CMOCKA_CFLAGS)
door_house = tests/unit/door_house.c tests/unit/door_house.h
check_PROGRAMS += tests/unit/test_door
tests_unit_test_door_SOURCES = tests/unit/test_door.c $(door_house)
tests_unit_test_door_CPPFLAGS = $(door_test_flags)
tests_unit_test_door_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_door
