libshepd_a_SOURCES += src/service/service.h
