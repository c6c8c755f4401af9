libshepd_a_SOURCES += src/run/run.h
libshepd_a_SOURCES += src/run/file.c src/run/file.h
libshepd_a_SOURCES += src/run/init.c src/run/inspect.c src/run/now.c
libshepd_a_SOURCES += src/run/wsdl.c src/run/wsdl.h
