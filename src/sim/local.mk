bin_PROGRAMS += shepsim
shepsim_SOURCES = src/sim/main.c src/sim/sim.h src/sim/lines.c src/sim/lines.h src/sim/script.c src/sim/script.h \
	src/sim/registry.c src/sim/registry.h src/sim/spool.c src/sim/record.c src/sim/spool.h src/sim/message.c \
	src/sim/answer.c src/sim/sync.c src/sim/register.c src/sim/async.c src/sim/store.c src/sim/store.h \
	src/sim/queue.c src/sim/push.c src/sim/listen.c
shepsim_LDADD = $(SHEPD_LIBS)
