# What several test programs share: fixtures, a signing helper, the find-or-count of ../shared.
check_LIBRARIES = libtest.a
libtest_a_SOURCES = tests/lib/fixture.c tests/lib/fixture.h tests/lib/sign.c tests/lib/sign.h \
	tests/lib/housing.c tests/lib/housing.h tests/lib/judge_c14n.c tests/lib/judge_c14n.h
EXTRA_DIST += tests/lib/house.sh tests/lib/daemon.sh tests/lib/crls.sh tests/lib/crl_server.py tests/lib/make_crl.py tests/lib/clock.c

# for programs in which memory runs out
starve = tests/lib/starve.c tests/lib/starve.h
starve_ldflags = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup
