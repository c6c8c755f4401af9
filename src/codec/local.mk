libshepd_a_SOURCES += src/codec/codec.h src/codec/deviation.c src/codec/form.c src/codec/form.h \
	src/codec/read.c src/codec/text.c src/codec/text.h src/codec/wire.c src/codec/wire.h \
	src/codec/write.c
src/codec/read.$(OBJEXT) src/codec/wire.$(OBJEXT) src/codec/write.$(OBJEXT): $(gen_h)
