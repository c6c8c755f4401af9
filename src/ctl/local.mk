bin_PROGRAMS += shepctl
shepctl_SOURCES = src/ctl/main.c src/ctl/ctl.h src/ctl/inspect.c
shepctl_LDADD = $(SHEPD_LIBS)
shepctl_SOURCES += src/ctl/tools.c src/ctl/tools.h src/ctl/secret.c
shepctl_SOURCES += src/ctl/check.c src/ctl/crl.c src/ctl/migrate.c
shepctl_SOURCES += src/ctl/send.c src/ctl/send.h src/ctl/send_reply.c src/ctl/send_request.c
shepctl_SOURCES += src/ctl/why.c
shepctl_SOURCES += src/ctl/verify_cert.c
