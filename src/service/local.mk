libshepd_a_SOURCES += src/service/service.h src/service/inner.h src/service/service.c \
	src/service/answer.h src/service/answer.c src/service/iin.h src/service/iin.c src/service/mailbox.c \
	src/service/housing/housing.h src/service/housing/form.c src/service/housing/papers.c \
	src/service/housing/content.c src/service/housing/submit.c src/service/housing/status.c
