libshepd_a_SOURCES += src/route/route.c src/route/receiver.c src/route/route.h
