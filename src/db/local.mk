libshepd_a_SOURCES += src/db/db.h src/db/async.h src/db/operate.h src/db/link.h src/db/statements.def src/db/link.c src/db/value.c \
	src/db/claim.c src/db/housing.c src/db/migrate.c src/db/month.c \
	src/db/journal.c src/db/rows.c src/db/inbox.c src/db/outbox.c src/db/dispatcher.c \
	src/db/operate.def src/db/quarantine.c src/db/story.c
