libshepd_a_SOURCES += src/fetch/fetch.h src/fetch/fetch.c
