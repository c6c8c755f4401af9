libshepd_a_SOURCES += src/cal/cal.c src/cal/cal.h
