PKI_FORGE = tests/unit/pki_forge.c tests/unit/pki_forge.h
check_PROGRAMS += tests/unit/test_pki \
	tests/unit/test_pki_crl \
	tests/unit/test_pki_path \
	tests/unit/test_pki_who \
	tests/unit/test_pki_samples \
	tests/unit/test_pki_made
tests_unit_test_pki_SOURCES = tests/unit/test_pki.c $(PKI_FORGE)
tests_unit_test_pki_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_LDADD = $(UNIT_LIBS)
tests_unit_test_pki_crl_SOURCES = tests/unit/test_pki_crl.c $(PKI_FORGE)
tests_unit_test_pki_crl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_crl_LDADD = $(UNIT_LIBS)
tests_unit_test_pki_path_SOURCES = tests/unit/test_pki_path.c $(PKI_FORGE)
tests_unit_test_pki_path_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_path_LDADD = $(UNIT_LIBS)
tests_unit_test_pki_who_SOURCES = tests/unit/test_pki_who.c $(PKI_FORGE)
tests_unit_test_pki_who_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_who_LDADD = $(UNIT_LIBS)
tests_unit_test_pki_samples_SOURCES = tests/unit/test_pki_samples.c $(PKI_FORGE)
tests_unit_test_pki_samples_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_samples_LDADD = $(UNIT_LIBS)
tests_unit_test_pki_made_SOURCES = tests/unit/test_pki_made.c
tests_unit_test_pki_made_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_made_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_pki_shelf
tests_unit_test_pki_shelf_SOURCES = tests/unit/test_pki_shelf.c $(PKI_FORGE)
tests_unit_test_pki_shelf_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_shelf_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_pki_shelf
TESTS += tests/unit/test_pki \
	tests/unit/test_pki_crl \
	tests/unit/test_pki_path \
	tests/unit/test_pki_who \
	tests/unit/test_pki_samples \
	tests/unit/test_pki_made

OCSP_FORGE = tests/unit/ocsp_forge.c tests/unit/ocsp_forge.h
check_PROGRAMS += tests/unit/test_pki_ocsp tests/unit/test_pki_book
tests_unit_test_pki_ocsp_SOURCES = tests/unit/test_pki_ocsp.c $(PKI_FORGE) $(OCSP_FORGE)
tests_unit_test_pki_ocsp_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_ocsp_LDADD = $(UNIT_LIBS)
tests_unit_test_pki_book_SOURCES = tests/unit/test_pki_book.c
tests_unit_test_pki_book_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_book_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_pki_ocsp tests/unit/test_pki_book
check_PROGRAMS += tests/unit/test_pki_revocation
tests_unit_test_pki_revocation_SOURCES = tests/unit/test_pki_revocation.c $(PKI_FORGE) $(OCSP_FORGE)
tests_unit_test_pki_revocation_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_revocation_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_pki_revocation
TESTS += tests/unit/fetch_nca.sh
EXTRA_DIST += tests/unit/fetch_nca.sh
check_PROGRAMS += tests/unit/test_pki_sealed
tests_unit_test_pki_sealed_SOURCES = tests/unit/test_pki_sealed.c $(PKI_FORGE)
tests_unit_test_pki_sealed_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib $(CMOCKA_CFLAGS)
tests_unit_test_pki_sealed_LDADD = $(UNIT_LIBS)
TESTS += tests/unit/test_pki_sealed
