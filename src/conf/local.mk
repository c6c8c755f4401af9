libshepd_a_SOURCES += src/conf/conf.c src/conf/conf.h src/conf/conf_def.h src/conf/room.h \
	src/conf/files.c src/conf/value.c src/conf/check.c src/conf/check_delivery.c
