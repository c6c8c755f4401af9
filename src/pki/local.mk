libshepd_a_SOURCES += src/pki/listed.c
libshepd_a_SOURCES += src/pki/path.c
libshepd_a_SOURCES += src/pki/pki.h src/pki/inner.h src/pki/cache.c src/pki/cert.c \
	src/pki/chain.c src/pki/crl.c src/pki/crl_read.c src/pki/dn.c src/pki/files.c \
	src/pki/identity.c src/pki/judge.c src/pki/named.c src/pki/partner.c src/pki/shelf.c src/pki/shelf.h src/pki/store.c src/pki/who.c
libshepd_a_SOURCES += src/pki/ocsp.h src/pki/authority.c src/pki/book.c src/pki/ocsp.c src/pki/responder.c src/pki/signed.c
libshepd_a_SOURCES += src/pki/recall.c
libshepd_a_SOURCES += src/pki/revocation.c
libshepd_a_SOURCES += src/pki/sealed.h src/pki/sealed.c src/pki/stamp.c
