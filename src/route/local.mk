libshepd_a_SOURCES += src/route/route.c src/route/route.h
