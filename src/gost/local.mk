libshepd_a_SOURCES += src/gost/gost.h
