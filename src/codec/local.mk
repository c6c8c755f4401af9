libshepd_a_SOURCES += src/codec/codec.h src/codec/deviation.c src/codec/fill.c src/codec/fill.h \
	src/codec/form.c src/codec/form.h src/codec/form_table.c src/codec/form_table.h \
	src/codec/operation.c src/codec/read.c src/codec/read_answer.c src/codec/read_async.c \
	src/codec/reading.c src/codec/reading.h src/codec/text.c src/codec/text.h \
	src/codec/wire.c src/codec/wire.h src/codec/write.c src/codec/write_async.c
src/codec/fill.$(OBJEXT) src/codec/read.$(OBJEXT) src/codec/read_answer.$(OBJEXT) \
	src/codec/read_async.$(OBJEXT) src/codec/reading.$(OBJEXT) src/codec/wire.$(OBJEXT) \
	src/codec/write.$(OBJEXT) src/codec/write_async.$(OBJEXT): $(gen_h)
