libshepd_a_SOURCES += src/sig/sig.h src/sig/base64.c src/sig/base64.h src/sig/cost.c src/sig/cost.h src/sig/direct.c src/sig/direct.h src/sig/document.c \
	src/sig/ident.c src/sig/ident.h src/sig/keyinfo.c src/sig/keyinfo.h src/sig/klass.c src/sig/klass.h src/sig/klass_c14n.c src/sig/mechanics.c \
	src/sig/mechanics.h src/sig/shape.c src/sig/shape.h src/sig/sign.c src/sig/sign.h \
	src/sig/sign_document.c src/sig/suite.c src/sig/suite.h src/sig/transport.c src/sig/verify.c \
	src/sig/verify.h src/sig/walk.c src/sig/walk.h
libshepd_a_SOURCES += src/sig/probe.c src/sig/probe.h src/sig/probe_form.h src/sig/probe_value.c
