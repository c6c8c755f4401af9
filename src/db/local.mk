libshepd_a_SOURCES += src/db/db.h
