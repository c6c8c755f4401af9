libshepd_a_SOURCES += src/cal/cal.h
