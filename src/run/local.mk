libshepd_a_SOURCES += src/run/run.h
libshepd_a_SOURCES += src/run/file.c src/run/file.h
libshepd_a_SOURCES += src/run/answer.c src/run/answer.h src/run/deliver.c src/run/deliver.h src/run/shipment.c \
	src/run/shipment.h src/run/breaker.c src/run/breaker.h src/run/letter.c src/run/letter.h src/run/letter_place.c src/run/pull.c src/run/pull.h
libshepd_a_SOURCES += src/run/house.c src/run/opening.h src/run/receivers.c src/run/init.c src/run/inspect.c src/run/now.c src/run/cpu.c
libshepd_a_SOURCES += src/run/wsdl.c src/run/wsdl.h
libshepd_a_SOURCES += src/run/call.h src/run/signers.c src/run/signers.h src/run/payload.c src/run/payload.h src/run/pipeline.c \
	src/run/participant.c src/run/participant.h src/run/evidence.c src/run/desk.c src/run/tally.c src/run/tally.h
libshepd_a_SOURCES += src/run/master.c src/run/generation.c src/run/crew.c src/run/worker.c src/run/life.h \
	src/run/dispatch.c src/run/dispatch.h src/run/handle.c src/run/handle.h src/run/outgoing.c src/run/outgoing.h
libshepd_a_SOURCES += src/run/why.c src/run/why.def src/run/why.h src/run/why_changes.c src/run/why_octets.c src/run/why_octets.h \
	src/run/why_place.c
sbin_PROGRAMS += shepd
shepd_SOURCES = src/run/main_shepd.c
shepd_LDADD = $(SHEPD_LIBS)
libshepd_a_SOURCES += src/run/courier.c src/run/courier.h src/run/hold.c src/run/hold.h \
	src/run/questions.c src/run/parcel.h src/run/questions.h
libshepd_a_SOURCES += src/run/story.c src/run/story.h src/run/story.def src/run/story_text.c \
	src/run/cause.c src/run/cause.def
