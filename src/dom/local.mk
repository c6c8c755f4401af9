libshepd_a_SOURCES += src/dom/dom.h src/dom/libxml.h src/dom/memory.c src/dom/memory.h \
	src/dom/parse.c src/dom/parse.h src/dom/prescan.c src/dom/prescan.h src/dom/prolog.c \
	src/dom/prolog.h src/dom/reference.c src/dom/reference.h src/dom/walk.c src/dom/write.c src/dom/c14n.c \
	src/dom/canonical.c src/dom/schema.c src/dom/sink.c src/dom/sink.h
libshepd_a_SOURCES += src/dom/retouch.c src/dom/retouch.h
libshepd_a_SOURCES += src/dom/plain.h
libshepd_a_SOURCES += src/dom/copy.c src/dom/copy.h
libshepd_a_SOURCES += src/dom/prefix.c
