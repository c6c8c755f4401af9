libshepd_a_SOURCES += src/dom/dom.h
