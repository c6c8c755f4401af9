libshepd_a_SOURCES += src/pki/pki.h
