libshepd_a_SOURCES += src/log/log.h
