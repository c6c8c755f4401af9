# The contract, and what is made from it. Generated code refuses any other runtime than the gSOAP it was
# made with, so it is made here and never committed. No network: every import is a file of wsdl/.
wsdl_channels = wsdl/SyncChannel.wsdl wsdl/AsyncChannel.wsdl wsdl/AsyncChannelClient.wsdl
wsdl_files = $(wsdl_channels) wsdl/ISyncChannel.wsdl wsdl/IAsyncChannel.wsdl \
	wsdl/IAsyncChannelClient.wsdl
wsdl_xsd = wsdl/xsd/AsyncClient.xsd wsdl/xsd/AsyncInfo.xsd wsdl/xsd/AsyncTypes.xsd \
	wsdl/xsd/Common.xsd wsdl/xsd/SyncRequest.xsd wsdl/xsd/SyncResponse.xsd wsdl/xsd/SyncTypes.xsd

contractdir = $(pkgdatadir)/wsdl
dist_contract_DATA = $(wsdl_files)
contractxsddir = $(pkgdatadir)/wsdl/xsd
dist_contractxsd_DATA = $(wsdl_xsd)
EXTRA_DIST += wsdl/typemap.dat wsdl/anytype.soap

gen_h = gen/shep_H.h gen/shep_Stub.h gen/SyncChannelHttpBinding.nsmap
gen_c = gen/shep_C.c
BUILT_SOURCES += $(gen_h)

gen/shep.h: $(wsdl_files) $(wsdl_xsd) wsdl/typemap.dat
	$(AM_V_GEN)$(MKDIR_P) gen && rm -f $@ && \
	cd $(srcdir) && $(WSDL2H) -c -L -t wsdl/typemap.dat -o $(abs_builddir)/$@.tmp \
		$(wsdl_channels) >$(abs_builddir)/gen/wsdl2h.log 2>&1 || \
		{ cat $(abs_builddir)/gen/wsdl2h.log; exit 1; }; \
	mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@

# one stamp for the several files of one run, so that a parallel make runs it once
gen/soap.stamp: gen/shep.h $(srcdir)/wsdl/anytype.soap
	$(AM_V_GEN)$(SOAPCPP2) -c -S -L -x -w -I$(srcdir)/wsdl:$(GSOAP_IMPORT) -pshep_ -dgen \
		gen/shep.h >gen/soapcpp2.log 2>&1 || { cat gen/soapcpp2.log; exit 1; }; touch $@
$(gen_h) $(gen_c): gen/soap.stamp
	@test -f $@ || { rm -f gen/soap.stamp; $(MAKE) $(AM_MAKEFLAGS) gen/soap.stamp; }

noinst_LIBRARIES += libgen.a
libgen_a_SOURCES = wsdl/gen.c src/codec/anytype.c src/codec/anytype.h
libgen_a_CPPFLAGS = -isystem $(top_builddir)/gen $(AM_CPPFLAGS)
wsdl/libgen_a-gen.$(OBJEXT): $(gen_h) $(gen_c)
src/codec/libgen_a-anytype.$(OBJEXT): $(gen_h)
GEN_LIB += libgen.a

clean-local: clean-gen
clean-gen:
	rm -rf gen
.PHONY: clean-gen
