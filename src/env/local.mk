libshepd_a_SOURCES += src/env/env.h src/env/check.c src/env/write.c
