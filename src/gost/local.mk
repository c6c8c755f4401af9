gost_sources = src/gost/decoder.c src/gost/der.c src/gost/digest.c src/gost/encoder.c \
	src/gost/family.c src/gost/hash.c src/gost/key.c src/gost/keymgmt.c src/gost/oid.c \
	src/gost/provider.c src/gost/signature.c
gost_headers = src/gost/der.h src/gost/family.h src/gost/gost.h src/gost/hash.h src/gost/key.h \
	src/gost/names.h src/gost/provider.h
libshepd_a_SOURCES += $(gost_sources) $(gost_headers) src/gost/load.c

# The module for anybody's `openssl`. A rule of its own, because it must never be sanitized: a plain
# `openssl` has to load it in every kind of build. OpenSSL keeps pointers into it: nodelete.
modulesdir = $(libdir)/ossl-modules
modules_DATA = kzgost.so
CLEANFILES += kzgost.so
EXTRA_DIST += src/gost/module.c
kzgost.so: $(gost_sources) $(gost_headers) src/gost/module.c src/base/octets.h config.h
	$(AM_V_GEN)set --; for f in $(gost_sources) src/gost/module.c; do \
		set -- "$$@" "$(srcdir)/$$f"; done; \
	$(CC) $(DEFS) -I. -I$(srcdir)/src $(OPENSSL_CFLAGS) $(NETTLE_CFLAGS) $(CPPFLAGS) \
		$(WARN_CFLAGS) $(HARDEN_CFLAGS) $(CFLAGS) -fno-sanitize=all -fPIC -shared \
		-fvisibility=hidden $(HARDEN_LDFLAGS) -Wl,-z,nodelete -o $@ "$$@" \
		$(OPENSSL_LIBS) $(NETTLE_LIBS) $(GMP_LIBS)
