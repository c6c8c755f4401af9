libshepd_a_SOURCES += src/msg/msg.h
