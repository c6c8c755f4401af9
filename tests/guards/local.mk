# What the house promises about itself; each guard fails when it cannot find what it checks.
GUARDS = tests/guards/conf.sh tests/guards/documents.sh tests/guards/errors.sh tests/guards/format.sh \
	tests/guards/headers.sh tests/guards/layers.sh tests/guards/mutation.sh tests/guards/options.sh tests/guards/registered.sh \
	tests/guards/sizes.sh tests/guards/symbols.sh tests/guards/traps.sh
TESTS += $(GUARDS)
EXTRA_DIST += $(GUARDS)

# the compiler's flags for guards/headers.sh
print-flags:
	@echo $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS)
.PHONY: print-flags
