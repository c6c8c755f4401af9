libshepd_a_SOURCES += src/door/door.h src/door/room.h src/door/http.c src/door/http.h \
	src/door/chunks.c src/door/io.c src/door/tls.c src/door/listen.c src/door/guard.c \
	src/door/reply.c src/door/conn.c src/door/attend.c src/door/serve.c src/door/client.c
