libshepd_a_SOURCES += src/run/run.h
libshepd_a_SOURCES += src/run/file.c src/run/file.h
