libshepd_a_SOURCES += src/env/env.h
