libshepd_a_SOURCES += src/codec/codec.h
