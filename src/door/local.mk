libshepd_a_SOURCES += src/door/door.h
