# A test PKI in the build folder: testpki/{rsa,gost,gost2004}/NAME.{key,pem,der}, testpki/trust,
# testpki/crl; what there is says `certs/make-test-pki --help`. Its date is that of the fixed clock.
EXTRA_DIST += certs/make-test-pki
check_DATA += testpki/.stamp
testpki/.stamp: $(srcdir)/certs/make-test-pki kzgost.so
	$(AM_V_GEN)rm -rf testpki && sh $(srcdir)/certs/make-test-pki --date 2026-06-01T00:00:00Z \
		--module ./kzgost.so --out testpki && touch $@

clean-local: clean-testpki
clean-testpki:
	rm -rf testpki
.PHONY: clean-testpki

# The NCA's CA certificates by fingerprint, and what fetches them.
certsdir = $(pkgdatadir)/certs
dist_certs_SCRIPTS = certs/fetch-nca
dist_certs_DATA = certs/nca-prod.tsv certs/nca-test.tsv
