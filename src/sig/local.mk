libshepd_a_SOURCES += src/sig/sig.h
