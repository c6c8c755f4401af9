libshepd_a_SOURCES += src/base/err.c src/base/err.h src/base/err.def src/base/octets.h src/base/sanitized.h src/base/utf8.h \
	src/base/arena.c src/base/arena.h src/base/clock.c src/base/clock.h
