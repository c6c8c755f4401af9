libshepd_a_SOURCES += src/conf/conf.h
