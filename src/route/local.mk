libshepd_a_SOURCES += src/route/route.h
